"""Designs that an output folder has accepted: which are in force, and having this process use them.

Belongs here: the record of what was decided on designs, which is only added to, and from it to packs. Does not belong
here: whether a design is accepted (``pipelines.refresh.designs``), what it says (``pipelines.steps.design``).

The workbooks lie in the archive under their hashes. A process has one output folder and uses what is in force there;
where nothing ever was, nothing is imported for it.

A record that is gone would look like an office without designs. So it lies a second time with the states, as these do;
on object storage, which loses nothing, once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.store.archive import ARCHIVE, Archive
from pipelines.store.kept_twice import KeptTwice
from pipelines.store.state import STATE
from schemas.sentences import SentenceError

if TYPE_CHECKING:
    from schemas.pack import Pack

RECORD = f"{ARCHIVE}/designs.ndjson"
"""One line for each time that something was decided on a design, oldest first; beside the workbooks it speaks of."""

COPY = f"{STATE}/designs/designs.ndjson"
"""The same once more; where somebody was killed in between, less its last lines."""


class Decision(StrEnum):
    """What was decided on a design."""

    ACCEPTED = "accepted"
    """Its forms and figures are in force."""
    AWAITED = "awaited"
    """It has faults and none of its name was ever accepted: a commune may name it, and has nothing of it yet."""
    WITHDRAWN = "withdrawn"
    """It is in force no more."""


@dataclass(frozen=True)
class Entry:
    """One decision on a design.

    Args:
        name: The pack that it is.
        file: What its workbook was called.
        sha256: The hash of the workbook, in the archive; empty where none was accepted.
        what: What was decided.
        who: Who or what did it.
        when: The time, in Vietnam.
    """

    name: str
    file: str
    sha256: str
    what: str
    who: str
    when: str


Designs = tuple[Entry, ...]

_bound: Designs = ()


def recorded(root: Path) -> Designs:
    """Return all that was decided, oldest first.

    Raises:
        SentenceError: The record is damaged, or not all there any more.
    """
    record = _record(root)
    found, wrong = record.lines()
    if not wrong:
        return tuple(found)
    raise SentenceError(
        f"Sổ thiết kế đã nhận {record.path} {wrong}, nên chưa biết những thiết kế nào đang dùng. {record.back}."
    )


def _record(root: Path) -> KeptTwice[Entry]:
    return KeptTwice(root / RECORD, root / COPY, lambda line: Entry(**json.loads(line)))


def keep_twice(root: Path) -> None:
    """Write the second record where it is not there, or behind: of one who was killed, or of one begun earlier.

    Raises:
        SentenceError: As ``recorded`` says.
    """
    recorded(root)
    _record(root).keep_twice()


def in_force(root: Path) -> Designs:
    """Return the latest decision on each design that is in force or awaited, in the order in which they became so.

    A design may lean on those before it, and one that takes another's place keeps it.

    Raises:
        SentenceError: As ``recorded`` says.
    """
    latest: dict[str, Entry] = {}
    for one in recorded(root):
        if one.what == Decision.WITHDRAWN or not latest.get(one.name, one).sha256:
            latest.pop(one.name, None)
        if one.what != Decision.WITHDRAWN:
            latest[one.name] = one
    return tuple(latest.values())


def note(root: Path, rows: Iterable[Entry]) -> None:
    """Add to the record; the caller holds the lock.

    Raises:
        ReplacedError: On object storage somebody else was quicker.
    """
    recorded(root)
    if added := "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in rows):
        _record(root).add(added)


def workbook(root: Path, design: Entry) -> bytes:
    """Return the workbook of a design.

    Raises:
        SentenceError: It is not in the archive as it was.
    """
    from pipelines.steps.collect.raw_file import suffix_of

    content = Archive(root).get(design.sha256, suffix_of(design.file))
    if content is None:
        path = Archive(root).path(design.sha256, suffix_of(design.file))
        raise SentenceError(f"Thiết kế «{design.name}» đã nhận không còn trong {path}. Lấy lại từ bản sao lưu.")
    return content


def packs_of(root: Path, designs: Sequence[Entry]) -> "tuple[Pack, ...]":
    """Return the packs that designs are, each beside those before it.

    Raises:
        SentenceError: One cannot be used with this version of the software, or is not in the archive.
    """
    from pipelines.steps.design.pack import UnsoundError, pack_beside
    from schemas.catalogue import standing
    from schemas.pack import Pack

    packs: list[Pack] = []
    for one in designs:
        if not one.sha256:
            packs.append(Pack(one.name, one.file, (), ()))
            continue
        try:
            packs.append(pack_beside((*standing(), *packs), one.name, one.file, workbook(root, one)))
        except UnsoundError as fault:
            raise SentenceError(
                f"Thiết kế «{one.name}» đã nhận không dùng được với bản phần mềm này: {fault} "
                f"Trở lại bản phần mềm trước, hoặc bỏ tên gói ở places.csv rồi rút: returns design withdraw {one.name}"
            ) from None
    return tuple(packs)


def use(root: Path, designs: Designs | None = None) -> Designs:
    """Have this process use the designs in force, or those that are named; return them.

    Raises:
        SentenceError: The record is damaged, or one of them cannot be used.
    """
    global _bound  # noqa: PLW0603 - what a process uses is one thing
    wanted = in_force(root) if designs is None else designs
    if [(one.name, one.sha256) for one in wanted] != [(one.name, one.sha256) for one in _bound]:
        from pipelines.steps.numbers import read_cell, read_number, read_pair
        from schemas import catalogue

        catalogue.use(packs_of(root, wanted))
        for reader in (read_number, read_cell, read_pair):  # which units there are decides what a text says
            reader.cache_clear()
        _bound = wanted
    return wanted


def of_release(told: Iterable[Mapping[str, str]]) -> Designs:
    """Return the designs that the manifest of a release names."""
    return tuple(Entry(**one) for one in told)


@contextmanager
def using(root: Path, designs: Designs) -> Iterator[None]:
    """Have this process use some designs, until the block ends."""
    before = _bound
    use(root, designs)
    try:
        yield
    finally:
        use(root, before)
