"""How complete a return set is: who has not sent what, which forms came with blanks, and who is late.

Belongs here: counting findings against what was to come, and the sentences to read first. Does not belong here: finding
what is missing (``pipelines.steps.validate.check``), when a period is due (``schemas.periods``), Dagster
(``pipelines.orchestration.checks``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey

_BLANK = frozenset(kind.value.code for kind in (Problems.BLANK, Problems.WITHDRAWN_VALUE))


@dataclass(frozen=True)
class Completeness:
    """What was to come of a return set, and what is not there; form codes and reporters' names."""

    expected: Mapping[str, Sequence[str]]
    """The forms of each reporter."""
    missing: Mapping[str, Sequence[str]]
    """Of these, the ones not there: not sent, gone, or in a workbook that does not open."""
    blanks: Mapping[tuple[str, str], int]
    """Number of cells left blank, by form and reporter."""

    def lines(self) -> Iterator[str]:
        """Yield the summary in Vietnamese, each line a sentence."""
        forms, reporters = sum(map(len, self.expected.values())), len(self.expected)
        lost = sum(map(len, self.missing.values()))
        silent = sum(len(codes) == len(self.expected[name]) for name, codes in self.missing.items())
        yield f"Đã nhận {reporters - silent}/{reporters} đơn vị, {forms - lost}/{forms} biểu."
        if self.missing:
            named = "; ".join(f"{name} ({', '.join(codes)})" for name, codes in self.missing.items())
            yield f"Còn thiếu: {named}."
        if self.blanks:
            named = "; ".join(f"{form} {name} ({count} ô)" for (form, name), count in self.blanks.items())
            yield f"Để trống một phần: {named}."


def completeness(period: str, commune: str, findings: Iterable[Mapping[str, Any]], places: Places) -> Completeness:
    """Return how complete a return set is.

    Args:
        period: The period.
        commune: The commune.
        findings: ``schemas.tables.FINDINGS`` of it; ``form`` may name several forms.
        places: Who was to send what.
    """
    expected: dict[str, list[str]] = {}
    for form in CATALOGUE.forms:
        for place in places.reporters(commune, form.reporter_kind, Period.parse(period)):
            if places.expects(commune, form.code, Period.parse(period)):
                expected.setdefault(place.title, []).append(form.code)
    findings = list(findings)
    missing: dict[str, set[str]] = {}
    for sent_none, reporters in published.unsent(findings).items():
        for reporter in reporters:
            missing.setdefault(places.title(commune, reporter), set()).add(sent_none)
    blanks = Counter((row["form"], places.title(commune, row["reporter"])) for row in findings if row["code"] in _BLANK)
    return Completeness(
        expected,
        {name: sorted(missing[name] & set(codes)) for name, codes in expected.items() if missing.get(name)},
        dict(sorted(blanks.items())),
    )


@dataclass(frozen=True)
class Overdue:
    """A return set that is due and not complete."""

    key: ReturnSetKey
    commune: str
    """Its name, as a message prints it."""
    due: date
    missing: Mapping[str, tuple[str, ...]]
    """Name of each reporter, and the codes of the forms that have not come."""

    @property
    def sentence(self) -> str:
        """What is late, since when, and whom to ask."""
        named = "; ".join(f"{reporter} ({', '.join(forms)})" for reporter, forms in self.missing.items())
        return (
            f"{self.commune}, kỳ {self.key.period}: hạn {self.due:%d/%m/%Y}, "
            f"còn thiếu {len(self.missing)} đơn vị: {named}. Liên hệ để nhận báo cáo."
        )


def overdue(key: ReturnSetKey, findings: Iterable[Mapping[str, Any]], places: Places, today: date) -> Overdue | None:
    """Return what of a return set is late on a day; nothing before it is due, or where all have sent.

    Args:
        key: The return set.
        findings: ``schemas.tables.FINDINGS`` of it.
        places: For the names of reporters.
        today: The day.
    """
    due = Period.parse(key.period).due
    if today <= due:
        return None
    missing: dict[str, list[str]] = {}
    for row in findings:
        if row["code"] == Problems.NOT_SENT.value.code:
            missing.setdefault(places.title(key.commune, row["reporter"]), []).append(row["form"])
    if not missing:
        return None
    forms = {reporter: tuple(codes) for reporter, codes in sorted(missing.items())}
    return Overdue(key, places.territory(key.commune), due, forms)


def all_overdue(raw: Raw, store: Store, today: date) -> list[Overdue]:
    """Return what is late on a day of every return set that has been read."""
    due = [batch for batch in store.batches() if today > Period.parse(batch.period).due]
    found = (one for batch in due for one in published.findings_of(store, batch))
    late = (overdue(key, rows, raw.places, today) for key, rows in found)
    return [one for one in late if one is not None]
