"""Releases that communes sent in the place of workbooks: who makes ``approved``, of which communes there is one.

Belongs here: whether a release is this commune's, the only one, and fits the forms and places of here; what lies beside
it. Does not belong here: opening one (``pipelines.steps.collect.released``), taking its rows
(``pipelines.refresh.approvals``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.refresh.given import Given, Made
from pipelines.steps import problems
from pipelines.steps.collect import released
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.released import Released
from pipelines.steps.collect.unreadable import UnreadableError
from pipelines.steps.frames import to_table
from pipelines.steps.validate import frozen, gate
from pipelines.store.raw_names import ESTIMATES, LEDGER, PRINTED
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.form import Form
from schemas.kept import decoded
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey


@dataclass
class _Told:
    """What is told of the releases of a batch: rows of both tables."""

    approved: list[dict[str, str]] = field(default_factory=list)
    problems: list[tuple[Problems, dict[str, str]]] = field(default_factory=list)

    def add(self, problem: Problems, key: ReturnSetKey, file: str, written: str, **more: str) -> None:
        """Tell of trouble."""
        self.problems.append((problem, {**key._asdict(), "file": file, "written": written, **more}))


def read_releases(given: Given) -> Mapping[str, Made]:
    """Make ``approved`` and ``approved_problems``."""
    told, lying = _Told(), dict[ReturnSetKey, list[RawFile]]()
    for file in given.workbooks:
        lying.setdefault(ReturnSetKey(file.period, file.commune), []).append(file)
    places = given.places
    guesses = {key: decoded(content) for key, content in given.estimates.items()}
    kept = {
        LEDGER: (given.ledgers, given.unread_ledgers),
        PRINTED: (given.printed, given.unread_plans),
        ESTIMATES: (guesses, given.unread_estimates),
    }
    for key, files in lying.items():
        sent = [one for one in files if one.suffix == released.SUFFIX and not released.is_none(one.content)]
        if not sent:
            continue
        try:
            release = _the_one(key, sent, places)
        except UnreadableError as reason:
            file = sent[0]
            told.add(Problems.RELEASE_UNUSABLE, key, file.name, str(reason))
            refused = " ".join(form.code for form in CATALOGUE.forms)
            empty = dict.fromkeys(tables.APPROVED.names, "")
            told.approved.append(
                {**empty, **key._asdict(), "file": file.name, "sha256": file.sha256, "refused": refused}
            )
            continue
        _take(key, sent[0], release, places, told)
        for name, written in _beside(key, files, release, kept):
            told.add(Problems.BESIDE_RELEASE, key, name, written, expected=release.said.name)
    rows = [problems.problem_rows(problem, [row]) for problem, row in told.problems]
    return {
        "approved": Made(pa.Table.from_pylist(told.approved, schema=tables.APPROVED)),
        "approved_problems": Made(to_table(problems.joined(rows), tables.PROBLEMS)),
    }


def _the_one(key: ReturnSetKey, sent: Sequence[RawFile], places: Places) -> Released:
    """Return the release that a commune sent.

    Raises:
        UnreadableError: It cannot be used, or there are several.
    """
    if len(sent) > 1:
        raise UnreadableError(f"cùng thư mục còn {', '.join(one.name for one in sent[1:])}; chỉ giữ lại một")
    (file,) = sent
    if file.trouble:
        raise UnreadableError(file.trouble)
    release = released.opened(file.content)
    if (other := release.said.key) != key:
        raise UnreadableError(f"đó là của kỳ {places.titled(other)}; chuyển tệp về đúng thư mục")
    return release


def _take(key: ReturnSetKey, file: RawFile, release: Released, places: Places, told: _Told) -> None:
    """Note a release that can be used, and the forms that are not taken from it."""
    refused = dict(_refused(key, release, places))
    for form, why in refused.items():
        told.add(Problems.RELEASE_FORM, key, file.name, why, form=form)
    here = metadata.version(released.DISTRIBUTION)
    if release.said.version != here:
        told.add(Problems.RELEASE_PROGRAM, key, file.name, release.said.version, expected=here)
    told.approved.append(
        {
            **key._asdict(),
            "file": file.name,
            "sha256": file.sha256,
            "release": release.said.name,
            "created": release.said.created,
            "seal": release.seal,
            "version": release.said.version,
            "refused": " ".join(refused),
        }
    )


def _refused(key: ReturnSetKey, release: Released, places: Places) -> Iterator[tuple[str, str]]:
    """Yield the forms that cannot be taken from a release, each with the reason, as a part of a sentence."""
    asked = CATALOGUE.of(places.packs_of(key.commune)).by_code
    accepted = release.tables["accepted"]
    said = accepted.group_by(["form", "field", "reporter"], use_threads=False).aggregate([]).to_pylist()
    fields, senders = dict[str, set[str]](), dict[str, set[str]]()
    for row in said:
        fields.setdefault(row["form"], set()).add(row["field"])
        senders.setdefault(row["form"], set()).add(row["reporter"])
    chapters = {chapter.code for chapter in CATALOGUE.chapters}
    figures = release.tables["figures"]
    of_others = figures.filter(pc.invert(pc.is_in(figures["chapter"], pa.array(sorted(chapters), pa.string()))))
    used = {code for forms in of_others["forms"].unique().to_pylist() for code in forms.split()}
    contradicted = frozen.contradicted(accepted, release.tables["lineage"])
    for code in sorted({*asked, *fields, *used}):
        if code not in asked:
            yield code, "không phải biểu của xã này theo danh mục ở đây"
            continue
        period = Period.parse(key.period)
        form, theirs = asked[code].in_force(period), release.said.forms.get(code)
        here = {place.code for place in places.reporters(key.commune, form.reporter_kind, period)}
        if theirs is None:
            yield code, "chưa có trong phần mềm của xã"
        elif theirs != form.version:
            yield code, f"là phiên bản {theirs}, ở đây dùng phiên bản {form.version}"
        elif code in used or fields.get(code, set(form.fields())) != set(form.fields()):
            yield code, "có chỉ tiêu khác với phần mềm ở đây"
        elif not _is_readable(form.whole, accepted):
            yield code, "có giá trị không đọc được"
        elif strange := sorted(senders.get(code, set()) - here):
            yield code, f"có số của {', '.join(strange)}, không có trong danh mục ở đây"
        elif code in contradicted:
            yield code, contradicted[code]


def _is_readable(form: type[Form], accepted: pa.Table) -> bool:
    """Return whether what a release says of a form fits its mart: it may have been made by anybody."""
    try:
        gate.readmitted(form, accepted)
    except (ValueError, pa.ArrowInvalid):
        return False
    return True


def _beside(
    key: ReturnSetKey,
    files: Sequence[RawFile],
    release: Released,
    kept: Mapping[str, tuple[Mapping[ReturnSetKey, str], Sequence[Mapping[str, str]]]],
) -> Iterator[tuple[str, str]]:
    """Yield what lies beside a release and is not what was released, with what is to be told of it."""
    for file in files:
        if file.suffix != released.SUFFIX and file.sha256 not in release.said.workbooks:
            yield file.name, "không phải tệp trong bản phát hành"
    for name, (texts, unread) in kept.items():
        text, theirs = texts.get(key), decoded(release.beside.get(name, b""))
        if (text is not None and text != theirs) or any(one["commune"] == key.commune for one in unread):
            yield name, "không giống tệp trong bản phát hành"
