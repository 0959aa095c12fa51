"""Suggestions: which cell of a broken record is probably wrong, what it probably was, and why.

Belongs here: joining typing slips and error localisation for one record, their ranking, and the words of the
evidence. Does not belong here: finding out that an edit fails (``pipelines.steps.validate.check``), recording what a
person decided.

A suggestion is never applied. The smallest change that can make all edits hold ranks first, among these the one that
typing slips explain best. All slips are weighed together: to treat one kind first and take its result as given, as
automatic processes do, would hide ties from the person who decides.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate.localise import Block, Limits, localise
from pipelines.steps.validate.typos import WEIGHTS, Record, Slip, Typos, find_typos, slip_of
from schemas.system import System

_SLIP_WORDS: Mapping[Slip, str] = {
    Slip.UNIT_WORD: "nhầm đơn vị đồng với triệu đồng",
    Slip.SEPARATOR: "dấu phẩy thập phân bị thiếu hoặc đặt sai chỗ",
    Slip.SHIFTED: "thừa hoặc thiếu số 0 ở cuối",
    Slip.SIGN: "nhầm dấu âm",
    Slip.REPLACED: "gõ sai một chữ số",
    Slip.OMITTED: "gõ thiếu một chữ số",
    Slip.SWAPPED: "hai chữ số cạnh nhau bị đổi chỗ",
    Slip.DOUBLED: "một chữ số bị gõ lặp",
    Slip.ADDED: "gõ thừa một chữ số",
}


_FEW_WAYS = frozenset({Slip.UNIT_WORD, Slip.SEPARATOR, Slip.SHIFTED, Slip.SIGN})
"""Slips that allow a cell one or two other values; digits can go wrong in a hundred ways, some right by chance."""

_TELLING_DIGITS = 3
"""How many digits before the last zeros a number needs for such a slip to say something by itself."""


@dataclass(frozen=True)
class Change:
    """One cell to look at.

    Attributes:
        variable: The field.
        seen: Its value in its smallest unit; nothing where the cell is blank.
        written: What the cell shows.
        proposed: What it would have to be; nothing where the edits allow more than one value.
        text: The same as Vietnamese prints it.
        slip: The slip of the hand that explains the difference, if one does.
    """

    variable: str
    seen: int | None
    written: str
    proposed: int | None
    text: str
    slip: Slip | None


@dataclass(frozen=True)
class Suggestion:
    """One way to make the failing edits hold.

    Attributes:
        changes: The cells to change; blank cells that follow from them come last.
        closes: Codes of the failing edits that would hold.
        leaves: Codes of the failing edits that would not.
        weight: Strength of the slips by the published counts; orders suggestions within a tie.
        tie: Suggestions with the same number are equally good by all but that weight.
        alone: Whether slips and localisation agree on this one alone: no other change of so few cells is all slips.
        unique: Whether, besides, more than one sum vouches for each value, so that two wrong cells in one sum, which
            together look like one slip in a third, are as good as excluded.
        evidence: All this in Vietnamese.
    """

    changes: tuple[Change, ...]
    closes: tuple[str, ...]
    leaves: tuple[str, ...]
    weight: int
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
    weights: Mapping[str, float] | None = None,
    limits: Limits | None = None,
) -> Suggestions:
    """Return what is probably wrong in one record; nothing where no edit fails and no value is out of range.

    Args:
        system: The edits, such as ``schemas.system.system(form)``.
        record: The values in the smallest units.
        written: What the cells show, where that is known.
        frozen: Variables that are known to be right, as where the reporter has confirmed a value.
        weights: How much a change of a variable costs, 1 where nothing is said.
        limits: When localisation gives up.
    """
    ranked: list[Suggestion] = []
    gave_up: list[str] = []
    for part in system.blocks:
        if not _fails(part, record):
            continue
        (block,) = localise(part, record, frozen=frozen, weights=weights, limits=limits)
        case = _Case(part, record, written or {}, frozenset(frozen), weights or {}, block)
        found = case.suggestions()
        first = len({one.tie for one in ranked})
        ranked += [replace(one, tie=one.tie + first) for one in found]
        gave_up += [reason for reason in (block.gave_up, case.typos.gave_up) if reason]
    return Suggestions(tuple(ranked), tuple(gave_up))


def _fails(part: System, record: Record) -> bool:
    values = {name: value for name in part.variables if (value := record.get(name)) is not None}
    broken = any(not part.allows(name, value) for name, value in values.items())
    return broken or bool(part.failing(values))


class _Case:
    """One block of one record in which something fails."""

    def __init__(
        self,
        system: System,
        record: Record,
        written: Mapping[str, str],
        frozen: frozenset[str],
        weights: Mapping[str, float],
        block: Block,
    ) -> None:
        self._system, self._written, self._weights, self._block = system, written, weights, block
        self._values = {name: value for name in system.variables if (value := record.get(name)) is not None}
        self._failing = tuple(row.code for row in system.failing(self._values))
        self.typos = find_typos(system, record, frozen=frozen)
        self._rivals = find_typos(system, record, frozen=frozen, one_digit=True)

    def suggestions(self) -> list[Suggestion]:
        """Return the suggestions, ranked, in ties, with their evidence."""
        localised: list[dict[str, int | None]] = [
            {name: answer.values.get(name) for name in (*answer.cells, *_filled(answer.values, self._block))}
            for answer in self._block.answers
        ]
        proposals: list[Mapping[str, int | None]] = [*localised]
        proposals += [one for one in _chosen(self.typos) if not any(_includes(other, one) for other in localised)]
        found = sorted(
            (self._suggestion(values) for values in proposals), key=lambda one: (self._rank(one), -one.weight)
        )
        only = self._only(localised)
        groups = {rank: number for number, rank in enumerate(dict.fromkeys(self._rank(one) for one in found))}
        finished: list[Suggestion] = []
        for one in found:
            tie = groups[self._rank(one)]
            others = sum(groups[self._rank(other)] == tie for other in found) - 1
            alone = only is not None and one.values == only
            judged = replace(one, tie=tie, alone=alone, unique=alone and all(map(self._vouched, one.changes)))
            finished.append(replace(judged, evidence=self._words(judged, others)))
        return finished

    def _suggestion(self, values: Mapping[str, int | None]) -> Suggestion:
        changes = tuple(self._change(name, proposed) for name, proposed in values.items())
        weight = sum(WEIGHTS[change.slip] for change in changes if change.slip)
        leaves = self._left(values)
        return Suggestion(changes, tuple(code for code in self._failing if code not in leaves), leaves, weight)

    def _left(self, values: Mapping[str, int | None]) -> tuple[str, ...]:
        """Return the failing edits that stay so; one with a cell whose value is open can be made to hold."""
        changed = {**self._values, **{name: value for name, value in values.items() if value is not None}}
        open_ = {name for name, value in values.items() if value is None}
        return tuple(row.code for row in self._system.failing(changed) if open_.isdisjoint(row.names))

    def _change(self, name: str, proposed: int | None) -> Change:
        seen = self._values.get(name)
        slip = None
        if seen is not None and proposed is not None:
            slip = slip_of(self._system, name, seen, proposed)
        written = self._written.get(name) or self._print(name, seen)
        return Change(name, seen, written, proposed, self._print(name, proposed), slip)

    def _print(self, name: str, value: int | None) -> str:
        return "" if value is None else vietnamese(self._system.decimal(name, value))

    def _rank(self, one: Suggestion) -> tuple[int, float, int]:
        """Return what is compared first: edits left open, cost, cells that no slip explains."""
        seen = [change for change in one.changes if change.seen is not None]
        return (
            len(one.leaves),
            self._cost(change.variable for change in seen),
            sum(not change.slip for change in seen),
        )

    def _cost(self, names: Iterator[str]) -> float:
        return sum(self._weights.get(name, 1) for name in names)

    def _only(self, localised: Sequence[Mapping[str, int | None]]) -> dict[str, int | None] | None:
        """Return the only answer that is both smallest and explained by slips in all its cells, if there is just one.

        It counts as a rival what is too weak to be suggested: a slip in a number of one digit. Where anything was not
        searched to its end, or a blank cell leaves a sum open, nothing is called the only one.
        """
        if self._rivals.gave_up or self._block.gave_up or self._block.missing or not localised:
            return None
        smallest = [*localised, *_chosen(self._rivals)]
        explained = [
            dict(values)
            for values in smallest
            if not self._left(values)
            and self._cost(iter(values)) <= self._block.weight
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
        if one.closes:
            count = f"cả {len(one.closes)} phép tính đang sai" if len(one.closes) > 1 else "phép tính đang sai"
            sentences.append(f"Sửa như vậy thì đúng {count}: {', '.join(one.closes)}")
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
        label = f"ô «{self._system.label(change.variable)}»"
        if change.seen is None:
            return f"{label} để trống, theo phép tính là {change.text}"
        if change.proposed is None:
            return f"{label} ghi {change.written}, cần sửa nhưng các phép tính chưa cho biết số đúng"
        if change.slip is None:
            return f"{label} ghi {change.written}, theo phép tính phải là {change.text}"
        return f"{label} ghi {change.written}, có lẽ là {change.text} ({_SLIP_WORDS[change.slip]})"


def _filled(values: Mapping[str, int], block: Block) -> list[str]:
    """Return the blank cells whose value follows."""
    return [name for name in block.missing if name in values]


def _chosen(typos: Typos) -> Iterator[dict[str, int]]:
    for optimum in typos.optima:
        yield {candidate.variable: candidate.proposed for candidate in optimum}


def _includes(values: Mapping[str, int | None], others: Mapping[str, int]) -> bool:
    return all(values.get(name) == value for name, value in others.items())
