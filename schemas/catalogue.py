"""The catalogue: every form and chapter there is, by the packs they belong to.

Belongs here: which packs there are, and the lookups over them. Does not belong here: what a pack is (``schemas.pack``),
which commune has which (``schemas.places``).

The home pack is ``schemas.forms`` and ``schemas.figures``. Others are Python packages that somebody has installed, and
that name their ``Pack`` as an entry point of the group ``returns.packs``; or the designs that an output folder has
accepted, of which a process is told at its start (``pipelines.store.designs``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import metadata
from typing import cast

from schemas.bound import Bound
from schemas.edit import Edit
from schemas.figure import Chapter, units_in
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import FORMS
from schemas.pack import HOME, Pack
from schemas.periods import PeriodKind
from schemas.sentences import SentenceError
from schemas.units import know

GROUP = "returns.packs"
"""The entry points under which installed packages name their packs."""


@dataclass(frozen=True)
class Catalogue:
    """Some packs. A code means one thing in all of them, so that tables and the figures of levels do."""

    packs: tuple[Pack, ...]

    def __post_init__(self) -> None:
        """Refuse packs in which one word means two things.

        Raises:
            ValueError: Two packs have one name, or two forms, chapters or figures one code.
        """
        owners: dict[tuple[str, str], object] = {}
        for what, word, meant in self._words():
            if owners.setdefault((what, word), meant) is not meant:
                raise ValueError(f"The {what} {word} is declared twice, and not as the same.")

    def _words(self) -> Iterator[tuple[str, str, object]]:
        for pack in self.packs:
            yield "pack", pack.name, pack
        for form in (form for pack in self.packs for form in pack.forms):
            yield "form", form.code, form
            yield "domain", form.domain, form
        for chapter in (chapter for pack in self.packs for chapter in pack.chapters):
            yield "chapter", chapter.code, chapter
            yield from (("figure", figure.id, figure) for figure in chapter.figures)

    @cached_property
    def forms(self) -> tuple[type[Form], ...]:
        """Every form, in the order of its code."""
        return tuple(sorted({form for pack in self.packs for form in pack.forms}, key=lambda form: form.code))

    @cached_property
    def by_code(self) -> Mapping[str, type[Form]]:
        """The forms by their codes."""
        return {form.code: form for form in self.forms}

    @cached_property
    def edits(self) -> Mapping[str, Edit]:
        """Every edit of the forms by its code."""
        return {edit.code: edit for form in self.forms for edit in form.edits}

    @cached_property
    def chapters(self) -> tuple[Chapter, ...]:
        """Every chapter, pack by pack in the order in which they are declared."""
        return tuple({chapter.code: chapter for pack in self.packs for chapter in pack.chapters}.values())

    @cached_property
    def figures_of(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The ids of the figures that are made of each field, by the form's code and the field's name."""
        used: dict[tuple[str, str], list[str]] = {}
        for figure in (figure for chapter in self.chapters for figure in chapter.figures):
            for read in figure.reads:
                used.setdefault((read.form.code, read.name), []).append(figure.id)
        return {key: tuple(ids) for key, ids in used.items()}

    @cached_property
    def forms_by_pack(self) -> Mapping[str, frozenset[str]]:
        """The codes of the forms of each pack."""
        return {pack.name: frozenset(form.code for form in pack.forms) for pack in self.packs}

    @cached_property
    def asked_in(self) -> Mapping[str, tuple[PeriodKind, ...]]:
        """For which kinds of periods each form is asked, by its code."""
        return {form.code: form.periods for form in self.forms}

    def of(self, packs: tuple[str, ...]) -> "Catalogue":
        """Return the catalogue of some packs alone: what a commune that has these is asked and shown."""
        if packs not in self._parts:
            self._parts[packs] = Catalogue(tuple(pack for pack in self.packs if pack.name in packs))
        return self._parts[packs]

    @cached_property
    def _parts(self) -> dict[tuple[str, ...], "Catalogue"]:
        return {}


def installed() -> tuple[Pack, ...]:
    """Return the packs that somebody has installed, in the order of their names.

    Raises:
        SentenceError: One cannot be imported, or is none.
    """
    return tuple(_loaded(point) for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: point.name))


def _loaded(point: metadata.EntryPoint) -> Pack:
    try:
        pack = point.load()
    except Exception as reason:
        raise _unusable(point.name, str(reason)) from reason
    if not isinstance(pack, Pack) or pack.name != point.name:
        raise _unusable(point.name, f"{point.value} is no pack of that name")
    return replace(pack, package=point.module.partition(".")[0])


def _unusable(name: str, why: str) -> SentenceError:
    return SentenceError(
        f"Gói biểu mẫu «{name}» đã cài không dùng được: {why.rstrip('.')}. Sửa hoặc gỡ gói đó rồi chạy lại."
    )


@cache
def standing() -> tuple[Pack, ...]:
    """Return the packs that every process has: the home pack, and those that are installed.

    Raises:
        SentenceError: As ``installed`` says.
    """
    return Pack(HOME, "Biểu và chỉ tiêu đi kèm phần mềm", FORMS, CHAPTERS), *installed()


def assembled(designs: tuple[Pack, ...]) -> Catalogue:
    """Return the catalogue of the packs that every process has, and of designs.

    Raises:
        SentenceError: One word means two things in them.
    """
    own, *others = (*standing(), *designs)
    try:
        know(unit for pack in others for unit in units_in(pack.forms, pack.chapters))
        return Catalogue((own, *others))
    except ValueError as reason:
        if not others:
            raise
        raise _unusable(", ".join(pack.name for pack in others), str(reason)) from reason


_designs: tuple[Pack, ...] = ()


def use(designs: tuple[Pack, ...]) -> None:
    """Have this process take these designs, and no others, beside the packs that it has anyway.

    Raises:
        SentenceError: One word means two things in them; all stays as it was.
    """
    global _designs  # noqa: PLW0603 - what a process uses is one thing
    before, _designs = _designs, designs
    try:
        assert CATALOGUE.packs
    except SentenceError:
        _designs = before
        know(unit for pack in CATALOGUE.packs[1:] for unit in units_in(pack.forms, pack.chapters))
        raise


CATALOGUE = cast(Catalogue, Bound(assembled, lambda: _designs))
"""What there is in this process."""
