"""Evidence: what else is known of a record, by which suggestions that close the same sums are put in order.

Belongs here: how well a value fits what its cell said last period, and how numbers are spread where nothing is known.
Does not belong here: anything that rules a cell out, which only edits do (``pipelines.steps.validate.localise``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import exp, log, pi, sqrt

from pipelines.steps.validate.typos import Record

_ZERO = 0.25
"""Share of cells that say 0, where nothing is known of the last period."""

_STAYS_ZERO = 0.8
"""Share of cells at 0 that stay there."""

_SPAN = 12.0
"""How many e-folds numbers spread over: from 1 to some 160.000, every size as common as any other."""

_STEADY, _CLOSE, _WIDE = 0.9, 0.15, 1.5
"""Most cells change little from one period to the next, some by any amount: the share of most, and both spreads."""

_EACH_BREACH = 3.0
"""What a rule that a suggestion breaks, or leaves broken, takes off its score, in e-folds."""


@dataclass(frozen=True)
class Evidence:
    """What is known besides the record.

    Attributes:
        before: The values of the last comparable period, in smallest units.
        breaches: How many of the rules that rule nothing out would fail on the record, were some of its values others:
            warnings, and rules that are not linear.
    """

    before: Record = field(default_factory=dict)
    breaches: Callable[[Mapping[str, int]], int] = lambda _: 0

    def fit(self, name: str, seen: int, proposed: int) -> float:
        """Return the logarithm of how much better the proposed value of a cell fits than the one seen."""
        return self._log_density(name, proposed) - self._log_density(name, seen)

    def of_rules(self, changed: Mapping[str, int]) -> float:
        """Return what the rules that would fail take off the score of a suggestion that changes some values."""
        return -_EACH_BREACH * self.breaches(changed)

    def _log_density(self, name: str, value: int) -> float:
        before, size = self.before.get(name), abs(value)
        if before:
            if not size:
                return log((1 - _STEADY) * _ZERO)
            ratio = log(size / abs(before))
            return log(_STEADY * _normal(ratio, _CLOSE) + (1 - _STEADY) * _normal(ratio, _WIDE)) - log(size)
        zero = _ZERO if before is None else _STAYS_ZERO
        return log(zero) if not size else log((1 - zero) / _SPAN) - log(size)


def _normal(value: float, spread: float) -> float:
    # Never quite 0: however far a value lies, it is not impossible.
    return max(exp(-((value / spread) ** 2) / 2), 1e-12) / (spread * sqrt(2 * pi))
