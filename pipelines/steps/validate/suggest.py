"""Suggestions: which cell of a broken record is probably wrong, what it probably was, and why.

Belongs here: joining typing slips and error localisation for one record, their ranking, and the words of the
evidence. Does not belong here: finding out that an edit fails (``pipelines.steps.validate.check``), recording what a
person decided.

A suggestion is never applied. The smallest change that can make all edits hold ranks first, among these the one that
typing slips explain best. All slips are weighed together: to treat one kind first and take its result as given, as
automatic processes do, would hide ties from the person who decides. For the same reason nothing that could be the
answer is left out because it is less likely: evidence puts suggestions in order, and only facts rule one out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from math import log

from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate.evidence import Evidence
from pipelines.steps.validate.localise import Block, Limits, localise
from pipelines.steps.validate.typos import Record, Slip, Typos, find_typos, likelihood, slip_of
from schemas.system import System

_SLIP_WORDS: Mapping[Slip, str] = {
    Slip.UNIT_WORD: "nhầm đơn vị tiền",
    Slip.SEPARATOR: "dấu phẩy thập phân bị thiếu hoặc đặt sai chỗ",
    Slip.SHIFTED: "thừa hoặc thiếu số 0 ở cuối",
    Slip.SIGN: "nhầm dấu âm",
    Slip.REPLACED: "gõ sai một chữ số",
    Slip.OMITTED: "gõ thiếu một chữ số",
    Slip.SWAPPED: "hai chữ số cạnh nhau bị đổi chỗ",
    Slip.DOUBLED: "một chữ số bị gõ lặp",
    Slip.ADDED: "gõ thừa một chữ số",
    Slip.ROUNDED: "số đã làm tròn",
    Slip.INTERCHANGED: "hai ô ghi đổi chỗ cho nhau",
    Slip.OTHER_UNIT: "các ô này cùng ghi theo một đơn vị tiền khác",
}


_FEW_WAYS = frozenset({Slip.UNIT_WORD, Slip.SEPARATOR, Slip.SHIFTED, Slip.SIGN})
"""Slips that allow a cell one or two other values; digits can go wrong in a hundred ways, some right by chance."""

_NO_SLIP = -12.0
"""Score of a cell that no slip explains, beside some -3 to -9 of one that does."""

_NEXT = 3
"""Answers of the next rank that are looked for beside one that would stand by itself."""

_MONEY_RATIOS = (10**3, 10**6)
_FEWEST_IN_ANOTHER_UNIT = 2
"""Amounts that another unit must explain besides the one left as it is."""

_TELLING_DIGITS = 3
"""How many digits before the last zeros a number needs for such a slip to say something by itself."""


@dataclass(frozen=True)
class Change:
    """One cell to look at.

    Attributes:
        variable: The field.
        label: Its wording on the form.
        seen: Its value in its smallest unit; nothing where the cell is blank.
        written: What the cell shows.
        proposed: What it would have to be; nothing where the edits allow more than one value.
        text: The same as Vietnamese prints it.
        limits: Where nothing is proposed, the smallest and largest value that the edits leave room for, as printed.
        slip: The slip of the hand that explains the difference, if one does.
    """

    variable: str
    label: str
    seen: int | None
    written: str
    proposed: int | None
    text: str
    slip: Slip | None
    limits: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Suggestion:
    """One way to make the failing edits hold.

    Attributes:
        changes: The cells to change; blank cells that follow from them come last.
        closes: Codes of the failing edits that would hold.
        leaves: Codes of the failing edits that would not.
        score: Logarithm of how likely it is, against the record as it stands; orders suggestions within a tie.
        slip: The one slip that explains all its changes together, where it is not one cell's.
        tie: Suggestions with the same number are equally good by all but that score.
        alone: Whether slips and localisation agree on this one alone: no other change of so few cells is all slips.
        unique: Whether, besides, more than one sum vouches for each value, so that two wrong cells in one sum, which
            together look like one slip in a third, are as good as excluded.
        evidence: All this in Vietnamese.
    """

    changes: tuple[Change, ...]
    closes: tuple[str, ...]
    leaves: tuple[str, ...]
    score: float = 0.0
    slip: Slip | None = None
    tie: int = 0
    alone: bool = False
    unique: bool = False
    evidence: str = ""

    @property
    def values(self) -> dict[str, int | None]:
        """Proposed value per cell."""
        return {change.variable: change.proposed for change in self.changes}


@dataclass(frozen=True)
class Suggestions:
    """What can be said of one record: suggestions, the best first, and why there are not more where a limit was met."""

    ranked: tuple[Suggestion, ...] = ()
    gave_up: tuple[str, ...] = ()


def suggest(
    system: System,
    record: Record,
    written: Mapping[str, str] | None = None,
    *,
    frozen: Collection[str] = (),
    limits: Limits | None = None,
    evidence: Evidence | None = None,
    certain: bool = True,
) -> Suggestions:
    """Return what is probably wrong in one record; nothing where no edit fails and no value is out of range.

    Args:
        system: The edits, all of them taken for facts: without those whose breach is only a warning.
        record: The values in the smallest units.
        written: What the cells show, where that is known.
        frozen: Variables that are known to be right, as where the reporter has confirmed a value.
        limits: When localisation gives up.
        evidence: What else is known.
        certain: Whether the edits are facts indeed, so that an answer may be called the only one.
    """
    ranked: list[Suggestion] = []
    gave_up: list[str] = []
    for part in system.blocks:
        if not _fails(part, record):
            continue
        case = _Case(part, record, written or {}, frozenset(frozen), evidence or Evidence(), limits or Limits())
        found = case.suggestions(certain=certain)
        first = len({one.tie for one in ranked})
        ranked += [replace(one, tie=one.tie + first) for one in found]
        gave_up += [reason for reason in (case.block.gave_up, case.typos.gave_up) if reason]
    return Suggestions(tuple(ranked), tuple(gave_up))


def suggest_factors(
    system: System,
    record: Record,
    written: Mapping[str, str],
    proposals: Sequence[tuple[str, int]],
    codes: tuple[str, ...],
    evidence: Evidence,
) -> Suggestions:
    """Return which cell of a product may be wrong.

    Args:
        system: The edits that are facts; what would break one of them is no suggestion.
        record: The values in the smallest units.
        written: What the cells show.
        proposals: Cells and values with which the products hold.
        codes: The products' codes.
        evidence: What else is known.
    """
    case = _Case(system, record, written, frozenset(), evidence, Limits())
    return Suggestions(tuple(case.of_one_cell(proposals, codes)))


def _fails(part: System, record: Record) -> bool:
    values = {name: value for name in part.variables if (value := record.get(name)) is not None}
    broken = any(not part.allows(name, value) for name, value in values.items())
    return broken or bool(part.failing(values)) or bool(part.contradicted(values))


class _Case:
    """One block of one record in which something fails."""

    def __init__(
        self,
        system: System,
        record: Record,
        written: Mapping[str, str],
        frozen: frozenset[str],
        evidence: Evidence,
        limits: Limits,
    ) -> None:
        self._system, self._record, self._written = system, record, written
        self._frozen, self._evidence, self._limits = frozen, evidence, limits
        self._values = {name: value for name in system.variables if (value := record.get(name)) is not None}
        self._failing = (
            *(row.code for row in system.failing(self._values)),
            *sorted(system.contradicted(self._values)),
        )

    @cached_property
    def block(self) -> Block:
        """What localisation finds."""
        (block,) = self._localised(self._frozen, self._limits)
        return block

    @cached_property
    def typos(self) -> Typos:
        """What slips explain."""
        return find_typos(self._system, self._record, frozen=self._frozen)

    @cached_property
    def _rivals(self) -> Typos:
        return find_typos(self._system, self._record, frozen=self._frozen, one_digit=True)

    def of_one_cell(self, proposals: Sequence[tuple[str, int]], codes: tuple[str, ...]) -> list[Suggestion]:
        """Return one suggestion per cell and value, the likeliest first, that closes rules that are no rows."""
        fitting = [
            Suggestion((change,), codes, (), self._score((change,), None))
            for change in (self._change(name, {name: value}) for name, value in proposals)
            if not self._left({change.variable: change.proposed})
        ]
        fitting.sort(key=lambda one: (one.changes[0].slip is None, -one.score))
        return [replace(one, evidence=self._words(one, len(fitting) - 1)) for one in fitting]

    def suggestions(self, *, certain: bool) -> list[Suggestion]:
        """Return the suggestions, ranked, in ties, with their evidence."""
        localised = _proposals(self.block)
        proposals: list[Mapping[str, int | None]] = [*localised]
        proposals += [one for one in _chosen(self.typos) if not any(_includes(other, one) for other in localised)]
        found = [self._suggestion(values) for values in proposals]
        interchanged = self._interchanged()
        common = [*interchanged, *self._in_another_unit()]
        if len(found) + len(common) == 1:
            # One answer by itself would be taken for the truth: what else it could be is shown beside it.
            found += [self._suggestion(values) for values in self._next(localised)]
        found += common
        found.sort(key=lambda one: (self._rank(one), -one.score))
        only = self._only(localised) if certain and not interchanged else None
        groups = {rank: number for number, rank in enumerate(dict.fromkeys(self._rank(one) for one in found))}
        finished: list[Suggestion] = []
        for one in found:
            tie = groups[self._rank(one)]
            others = sum(groups[self._rank(other)] == tie for other in found) - 1
            alone = only is not None and one.values == only
            judged = replace(one, tie=tie, alone=alone, unique=alone and all(map(self._vouched, one.changes)))
            finished.append(replace(judged, evidence=self._words(judged, others)))
        return finished

    def _localised(self, frozen: Collection[str], limits: Limits) -> tuple[Block, ...]:
        return localise(self._system, self._record, frozen=frozen, limits=limits)

    def _next(self, localised: Sequence[Mapping[str, int | None]]) -> list[dict[str, int | None]]:
        """Return the smallest answers that keep the cells of the only one as they are."""
        kept = {name for one in localised for name in one if name in self._values}
        if not kept or self.block.gave_up:
            return []
        few = replace(self._limits, answers=_NEXT)
        return [one for block in self._localised({*self._frozen, *kept}, few) for one in _proposals(block)]

    def _interchanged(self) -> list[Suggestion]:
        """Return the pairs of cells of one unit that make everything right when they change places."""
        cells = [name for name in self._values if name not in self._frozen]
        found: list[Suggestion] = []
        if not any(row.relation == "=" and row.code in self._failing for row in self._system.rows):
            return found  # of two cells in a limit, exchanging them always helps, and so says nothing
        for one, other in combinations(cells, 2):
            swapped = {one: self._values[other], other: self._values[one]}
            if swapped[one] == swapped[other] or self._system.units.get(one) != self._system.units.get(other):
                continue
            if not self._left(swapped) and all(map(self._system.allows, swapped, swapped.values())):
                found.append(self._suggestion(swapped, Slip.INTERCHANGED))
        return found

    def _in_another_unit(self) -> list[Suggestion]:
        """Return that all amounts but one were written in another unit of money, where that makes everything right."""
        found = []
        amounts = {name: value for name, value in self._values.items() if value and self._is_money(name)}
        for name in amounts if len(amounts) > _FEWEST_IN_ANOTHER_UNIT else ():
            others = {other: value for other, value in amounts.items() if other != name}
            if not self._frozen.isdisjoint(others):
                continue
            for ratio in _MONEY_RATIOS:
                up = {other: value * ratio for other, value in others.items()}
                down = {other: value // ratio for other, value in others.items() if not value % ratio}
                for scaled in (up, down):
                    fits = len(scaled) == len(others) and all(map(self._system.allows, scaled, scaled.values()))
                    if fits and not self._left(scaled):
                        found.append(self._suggestion(scaled, Slip.OTHER_UNIT))
        return found

    def _is_money(self, name: str) -> bool:
        return name in self._system.units and self._system.units[name].is_money

    def _suggestion(self, values: Mapping[str, int | None], slip: Slip | None = None) -> Suggestion:
        changes = tuple(self._change(name, values) for name in values)
        leaves = self._left(values)
        closes = tuple(code for code in self._failing if code not in leaves)
        return Suggestion(changes, closes, leaves, self._score(changes, slip), slip)

    def _score(self, changes: Sequence[Change], slip: Slip | None) -> float:
        """Return how likely the changes are: the slips, how the results fit, and which other rules they break."""
        score = log(likelihood(slip, 1)) if slip else 0.0
        for change in changes:
            if change.seen is None:
                continue
            if slip is None:
                score += _log_likelihood(change)
            # A total is what its parts make it: of itself it says nothing about how likely a value is.
            if change.proposed is not None and change.variable not in self._totals:
                score += self._evidence.fit(change.variable, change.seen, change.proposed)
        return score + self._evidence.of_rules(
            {change.variable: change.proposed for change in changes if change.proposed is not None}
        )

    @cached_property
    def _totals(self) -> frozenset[str]:
        found = set()
        for row in self._system.rows:
            for sign in (1, -1):
                names = [name for name, factor in row.coefficients.items() if factor * sign > 0]
                found |= set(names) if row.relation == "=" and len(names) == 1 < len(row.names) - 1 else set()
        return frozenset(found)

    def _left(self, values: Mapping[str, int | None]) -> tuple[str, ...]:
        """Return the failing edits that stay so; one with a cell whose value is open can be made to hold."""
        changed = self._changed(values)
        return (*(row.code for row in self._system.failing(changed)), *sorted(self._system.contradicted(changed)))

    def _changed(self, values: Mapping[str, int | None]) -> dict[str, int]:
        """Return the values of the record as proposed, without those that are left open."""
        changed = {**self._values, **values}
        return {name: value for name, value in changed.items() if value is not None}

    def _change(self, name: str, values: Mapping[str, int | None]) -> Change:
        """Return the change of one cell, where all of some values are proposed together."""
        seen, proposed = self._values.get(name), values[name]
        slip = None
        if seen is not None and proposed is not None:
            slip = slip_of(self._system, name, seen, proposed, one_digit=True)
        written = self._written.get(name) or self._print(name, seen)
        # Of a limit that is exceeded the finding itself says all; what a blank leaves room for it does not.
        limits = self._limits_of(name, values) if proposed is None and self.block.missing else ("", "")
        return Change(
            name, self._system.label(name), seen, written, proposed, self._print(name, proposed), slip, limits
        )

    def _limits_of(self, name: str, values: Mapping[str, int | None]) -> tuple[str, str]:
        """Return the values between which a cell must lie, were only those wrong that are proposed with it, printed."""
        low, high = self._system.room(name, self._changed(values))
        return self._print(name, low), self._print(name, high)

    def _print(self, name: str, value: int | None) -> str:
        return "" if value is None else vietnamese(self._system.decimal(name, value))

    def _rank(self, one: Suggestion) -> tuple[int, float, int]:
        """Return what is compared first: edits left open, cost, cells that no slip explains.

        One slip that explains many cells costs as much as two cells.
        """
        seen = [change for change in one.changes if change.seen is not None]
        cost = len(seen)
        return (
            len(one.leaves),
            min(cost, 2) if one.slip else cost,
            0 if one.slip else sum(not change.slip for change in seen),
        )

    def _only(self, localised: Sequence[Mapping[str, int | None]]) -> dict[str, int | None] | None:
        """Return the only answer that is both smallest and explained by slips in all its cells, if there is just one.

        It counts as a rival what is too weak to be suggested: a slip in a number of one digit. Where anything was not
        searched to its end, or a blank cell leaves a sum open, nothing is called the only one.
        """
        if self._rivals.gave_up or self.block.gave_up or self.block.missing or not localised:
            return None
        smallest = [*localised, *_chosen(self._rivals)]
        explained = [
            dict(values)
            for values in smallest
            if not self._left(values)
            and len(values) <= self.block.weight
            and all(self._explained(name, value, one_digit=True) for name, value in values.items())
        ]
        first = explained[0] if explained else {}
        if not first or any(other != first for other in explained):
            return None
        strong = all(self._explained(name, value, one_digit=False) for name, value in first.items())
        return first if strong else None

    def _explained(self, name: str, value: int | None, *, one_digit: bool) -> bool:
        seen = self._values[name]
        return value is not None and slip_of(self._system, name, seen, value, one_digit=one_digit) is not None

    def _vouched(self, change: Change) -> bool:
        """Return whether a value is asked for by two failing sums, or is a slip that chance hardly imitates."""
        asking = [
            len(one.closes)
            for one in self.typos.candidates
            if (one.variable, one.proposed) == (change.variable, change.proposed)
        ]
        if max(asking, default=0) > 1:
            return True
        seen, meant = abs(change.seen or 0), abs(change.proposed or 0)
        one_zero = max(seen, meant) == 10 * min(seen, meant)  # nothing but one digit added or omitted
        return change.slip in _FEW_WAYS and not one_zero and len(str(meant).rstrip("0")) >= _TELLING_DIGITS

    def _words(self, one: Suggestion, others: int) -> str:
        sentences = ["; ".join(self._change_words(change) for change in one.changes)]
        if one.slip:
            sentences[0] += f" ({_SLIP_WORDS[one.slip]})"
        if one.closes:
            rules = f"cả {len(one.closes)} quy tắc" if len(one.closes) > 1 else "quy tắc"
            sentences.append(f"Sửa như vậy thì hết sai {rules}: {', '.join(one.closes)}")
        if one.leaves:
            sentences.append(f"Vẫn còn sai: {', '.join(one.leaves)}")
        if one.alone:
            sentences.append("Không có cách nào khác sửa ít ô như vậy mà mọi ô đều do gõ nhầm")
            if not one.unique:
                sentences.append("Nhưng mới có một phép tính làm chứng, nên cần đối chiếu với đơn vị báo cáo")
        elif others:
            sentences.append(f"Còn {others} khả năng khác ngang mức này")
        return ". ".join(f"{text[0].upper()}{text[1:]}" for text in sentences) + "."

    def _change_words(self, change: Change) -> str:
        label = f"«{change.label}»"
        if change.seen is None:
            return f"{label} để trống, theo phép tính là {change.text}"
        if change.proposed is None:
            limits = [f"{word} {text}" for word, text in zip(("từ", "đến"), change.limits, strict=True) if text]
            room = f", phải {' '.join(limits)}" if limits else ""
            return f"{label} ghi {change.written}, cần sửa{room} nhưng các phép tính chưa cho biết số đúng"
        if change.slip is None:
            return f"{label} ghi {change.written}, theo phép tính là {change.text} nếu các ô khác đúng"
        return f"{label} ghi {change.written}, có lẽ là {change.text} ({_SLIP_WORDS[change.slip]})"


def _log_likelihood(change: Change) -> float:
    if change.slip is None or change.proposed is None:
        return _NO_SLIP
    return log(likelihood(change.slip, change.proposed))


def _proposals(block: Block) -> list[dict[str, int | None]]:
    return [
        {name: answer.values.get(name) for name in (*answer.cells, *_filled(answer.values, block))}
        for answer in block.answers
    ]


def _filled(values: Mapping[str, int], block: Block) -> list[str]:
    """Return the blank cells whose value follows."""
    return [name for name in block.missing if name in values]


def _chosen(typos: Typos) -> Iterator[dict[str, int]]:
    for optimum in typos.optima:
        yield {candidate.variable: candidate.proposed for candidate in optimum}


def _includes(values: Mapping[str, int | None], others: Mapping[str, int]) -> bool:
    return all(values.get(name) == value for name, value in others.items())
