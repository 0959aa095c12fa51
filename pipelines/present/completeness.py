"""How complete a return set is: who has not sent what, which forms came with blanks, and who is late.

Belongs here: counting findings against what was to come, and the sentences to read first. Does not belong here: finding
what is missing (``pipelines.steps.validate.check``), when a form is due (``schemas.places``), Dagster
(``pipelines.orchestration.checks``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.store import closings, published
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
    due: Mapping[str, date]
    """The last day on which each form is in time."""
    blanks: Mapping[tuple[str, str], int]
    """Number of cells left blank, by form and reporter."""

    def lines(self, today: date, *, closed: bool = False) -> Iterator[str]:
        """Yield the summary on a day in Vietnamese, each line a sentence; of a closed set nobody is late any more."""
        forms, reporters = sum(map(len, self.expected.values())), len(self.expected)
        lost = sum(map(len, self.missing.values()))
        silent = sum(len(codes) == len(self.expected[name]) for name, codes in self.missing.items())
        yield f"Đã nhận {reporters - silent}/{reporters} đơn vị, {forms - lost}/{forms} biểu."
        if self.missing:
            yield f"{'Khi đóng kỳ còn thiếu' if closed else 'Còn thiếu'}: {self.named}."
            lacking = {code for codes in self.missing.values() for code in codes}
            if not closed:
                yield f"Hạn gửi: {'; '.join(_due_on(day, lacking, self.due, today) for day in self._days(lacking))}."
        if self.blanks:
            named = "; ".join(f"{form} {name} ({count} ô)" for (form, name), count in self.blanks.items())
            yield f"Để trống một phần: {named}."

    @property
    def named(self) -> str:
        """Who lacks what, by name."""
        return "; ".join(f"{name} ({', '.join(codes)})" for name, codes in self.missing.items())

    def _days(self, forms: Iterable[str]) -> list[date]:
        return sorted({self.due[code] for code in forms})


def _due_on(day: date, forms: Iterable[str], due: Mapping[str, date], today: date) -> str:
    """Return a day with the forms that are due on it, and how many days ago that was."""
    late = f", trễ hạn {(today - day).days} ngày" if today > day else ""
    return f"{day:%d/%m/%Y}{late} ({', '.join(sorted(code for code in forms if due[code] == day))})"


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
        {form.code: places.due(commune, form.code, form.due_after, Period.parse(period)) for form in CATALOGUE.forms},
        dict(sorted(blanks.items())),
    )


@dataclass(frozen=True)
class Overdue:
    """What of a return set is due and has not come."""

    key: ReturnSetKey
    commune: str
    """Its name, as a message prints it."""
    missing: Mapping[tuple[str, date], tuple[str, ...]]
    """Name of each reporter and day on which it was due, and the codes of the forms that have not come."""

    @property
    def reporters(self) -> int:
        """How many are late."""
        return len({reporter for reporter, _ in self.missing})

    @property
    def sentence(self) -> str:
        """What is late, since when, and whom to ask; the same on every day, so that it is told once."""
        named = (
            f"{reporter} ({', '.join(forms)}, hạn {due:%d/%m/%Y})" for (reporter, due), forms in self.missing.items()
        )
        return (
            f"{self.commune}, {Period.parse(self.key.period).title}: "
            f"còn thiếu {self.reporters} đơn vị: {'; '.join(named)}. "
            f"{Problems.NOT_SENT.value.task.office}"
        )


def overdue(key: ReturnSetKey, findings: Iterable[Mapping[str, Any]], places: Places, today: date) -> Overdue | None:
    """Return what of a return set is late on a day; nothing before any is due, or where all have sent.

    Args:
        key: The return set.
        findings: ``schemas.tables.FINDINGS`` of it.
        places: For the names of reporters, and when forms are due.
        today: The day.
    """
    missing: dict[tuple[str, date], list[str]] = {}
    for row in findings:
        form = CATALOGUE.by_code.get(row["form"])
        if row["code"] == Problems.NOT_SENT.value.code and form is not None:
            due = places.due(key.commune, form.code, form.due_after, Period.parse(key.period))
            if today > due:
                missing.setdefault((places.title(key.commune, row["reporter"]), due), []).append(form.code)
    forms = {late: tuple(codes) for late, codes in sorted(missing.items())}
    return Overdue(key, places.territory(key.commune), forms) if forms else None


def all_overdue(raw: Raw, store: Store, today: date) -> list[Overdue]:
    """Return what is late on a day of every return set that has been read; of a closed one nothing is waited for."""
    shut = closings.closed_sets(store.root)
    ended = [batch for batch in store.batches() if today > Period.parse(batch.period).end]
    found = (one for batch in ended for one in published.findings_of(store, batch))
    late = (overdue(key, rows, raw.places, today) for key, rows in found if key not in shut)
    return [one for one in late if one is not None]
