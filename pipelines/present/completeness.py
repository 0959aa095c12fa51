"""How complete a return set is: who has not sent what, and which forms came with blanks, in a few lines to read first.

Belongs here: counting findings against what was to come, and those lines. Does not belong here: finding what is missing
(``pipelines.steps.validate.check``), and whether it is late (``pipelines.present.freshness``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.forms import FORMS
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems

_MISSING = frozenset(
    kind.value.code for kind in (Problems.NOT_SENT, Problems.WITHDRAWN_RETURN, Problems.UNREADABLE_FILE)
)
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
    for form in FORMS:
        for place in places.reporters(commune, form.reporter_kind, Period.parse(period)):
            if places.expects(commune, form.code):
                expected.setdefault(place.title, []).append(form.code)
    missing: dict[str, set[str]] = {}
    blanks: Counter[tuple[str, str]] = Counter()
    for row in findings:
        name = places.title(commune, row["reporter"])
        if row["code"] in _MISSING and name in expected:
            missing.setdefault(name, set()).update(row["form"].split())
        elif row["code"] in _BLANK:
            blanks[row["form"], name] += 1
    return Completeness(
        expected,
        {name: sorted(missing[name] & set(codes)) for name, codes in expected.items() if missing.get(name)},
        dict(sorted(blanks.items())),
    )
