"""Error localisation: the smallest sets of cells whose change could make every edit hold.

Belongs here: the principle of Fellegi and Holt as a hitting set, solved by HiGHS, each answer proved exactly.
Does not belong here: typing slips (``pipelines.steps.validate.typos``), applying anything.

HiGHS only ever sees zeros, ones and weights: which cells to pick so that each known conflict has one of them. Whether
the picked cells can be filled so that all edits hold is decided in whole numbers and fractions, and where they cannot,
the proof gives the next conflict. So no size of value, and no mixture of sizes, can make an answer wrong.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

from pipelines.steps.validate.typos import Record
from schemas.exact import Conflict, Range, Rational, determined, find_point
from schemas.system import Row, System

_MOST_TRIED = 2000
"""Choices tried one by one before HiGHS is asked; loading HiGHS takes as long as some hundred thousand of them."""


class _TooManyError(Exception):
    """There are too many choices to try them one by one."""


@dataclass(frozen=True)
class Limits:
    """When to give up.

    Attributes:
        answers: Most answers listed per block.
        cells: Most cells in a block.
        rounds: Most questions to HiGHS per block.
        splits: Most cases tried to find whole numbers for one set of cells.
        seconds: Longest time per block, by ``clock``, and per question to HiGHS.
        clock: What tells the seconds; without one only HiGHS is timed, and the answers depend on no machine's speed.
    """

    answers: int = 12
    cells: int = 400
    rounds: int = 200
    splits: int = 40
    seconds: float = 10.0
    clock: Callable[[], float] | None = None


@dataclass(frozen=True)
class Answer:
    """A set of cells to change.

    Attributes:
        cells: The cells, in the order of the form.
        values: What a cell would have to be, where the edits leave it only one value; missing cells included.
        example: Values with which every edit of the block holds.
    """

    cells: tuple[str, ...]
    values: Mapping[str, int]
    example: Mapping[str, int]


@dataclass(frozen=True)
class Block:
    """What was found in one part of the system that shares no cell with the others.

    Attributes:
        variables: The cells of the block, in the order of the form.
        violated: Codes of the edits that fail.
        missing: Cells without a value, which may take any at no cost.
        answers: All answers of the smallest weight, or the first ``Limits.answers`` of them.
        weight: Their weight; 0 if the record can be right as it stands.
        complete: Whether ``answers`` are all there are.
        gave_up: Why the search ended without an answer, or before all answers were found, in words for the officer.
    """

    variables: tuple[str, ...]
    violated: tuple[str, ...]
    missing: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    weight: float = 0
    complete: bool = True
    gave_up: str = ""


class _GaveUp(Exception):  # noqa: N818 - no error, an outcome
    """A limit was reached."""


def localise(
    system: System,
    record: Record,
    *,
    frozen: Collection[str] = (),
    weights: Mapping[str, float] | None = None,
    limits: Limits | None = None,
) -> tuple[Block, ...]:
    """Return, for every block in which something must be wrong, the smallest sets of cells that can make it right.

    Args:
        system: The edits.
        record: The values; a missing one may be anything.
        frozen: Variables that are known to be right.
        weights: How much a change of a variable costs, 1 where nothing is said; more for what is more often right.
        limits: When to give up.
    """
    chosen = limits or Limits()
    blocks: list[Block] = []
    for part in system.blocks:
        search = _Search(part, record, frozenset(frozen), weights or {}, chosen)
        if search.is_clean():
            continue
        blocks.append(search.run())
    return tuple(blocks)


@dataclass
class _Search:
    system: System
    record: Record
    frozen: frozenset[str]
    weights: Mapping[str, float]
    limits: Limits
    values: dict[str, int] = field(init=False)
    missing: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.values = {name: value for name in self.system.variables if (value := self.record.get(name)) is not None}
        self.missing = tuple(name for name in self.system.variables if name not in self.values)
        self._started = self.limits.clock() if self.limits.clock else 0.0

    def is_clean(self) -> bool:
        """Return whether the block can be right as it stands; without missing cells that takes no search."""
        if self._out_of_range() or self.system.failing(self.values):
            return False
        return (
            not self.missing
            or len(self.system.variables) > self.limits.cells
            or not isinstance(self._fill(()), frozenset)
        )

    def run(self) -> Block:
        """Search the block."""
        answers: list[Answer] = []
        weight, complete, gave_up = 0.0, False, ""
        try:
            weight, complete = self._search(answers)
        except _GaveUp as reason:
            gave_up = str(reason)
        if answers:
            weight = self._weight(answers[0].cells)
        order = {name: at for at, name in enumerate(self.system.variables)}
        answers.sort(key=lambda answer: [order[name] for name in answer.cells])
        return Block(
            self.system.variables,
            tuple(row.code for row in self.system.failing(self.values)),
            self.missing,
            tuple(answers),
            weight,
            complete,
            gave_up,
        )

    def _out_of_range(self) -> list[str]:
        return [name for name, value in self.values.items() if not self.system.allows(name, value)]

    def _search(self, answers: list[Answer]) -> tuple[float, bool]:
        if len(self.system.variables) > self.limits.cells:
            raise _GaveUp(f"{len(self.system.variables)} ô liên quan với nhau, quá {self.limits.cells} ô")
        cuts = [frozenset(row.names) for row in self.system.failing(self.values)] + [
            frozenset([name]) for name in self._out_of_range()
        ]
        if not self.weights and cuts and self._single(cuts, answers):
            complete = len(answers) <= self.limits.answers
            del answers[self.limits.answers :]
            return 1.0, complete
        found: list[frozenset[str]] = []
        best: float | None = None
        for _ in range(self.limits.rounds):
            self._check_time()
            picked = self._cheapest(cuts, found)
            if picked is None:
                if best is None:
                    raise _GaveUp("không sửa được cho đúng mọi phép tính nếu giữ nguyên các ô đã xác nhận")
                return best, True
            weight = self._weight(picked)
            if best is not None and weight > best:
                return best, True
            filled = self._fill(picked)
            if isinstance(filled, frozenset):
                cuts.append(filled)
                continue
            if len(answers) == self.limits.answers:
                return weight, False
            best = weight
            found.append(frozenset(picked))
            answers.append(Answer(picked, self._forced(picked), filled))
        raise _GaveUp(f"quá {self.limits.rounds} lượt tìm")

    def _single(self, cuts: list[frozenset[str]], answers: list[Answer]) -> bool:
        """Find the cells that are an answer by themselves, which needs no solver; keep what proves the others none."""
        for name in [name for name in self.values if name not in self.frozen and all(name in cut for cut in cuts)]:
            self._check_time()
            filled = self._fill((name,))
            if isinstance(filled, frozenset):
                cuts.append(filled)
            else:
                answers.append(Answer((name,), self._forced((name,)), filled))
        return bool(answers)

    def _check_time(self) -> None:
        if self.limits.clock and self.limits.clock() - self._started > self.limits.seconds:
            raise _GaveUp(f"quá {self.limits.seconds:g} giây")

    def _weight(self, names: Collection[str]) -> float:
        return float(sum(self.weights.get(name, 1) for name in names))

    def _cheapest(self, cuts: Sequence[frozenset[str]], found: Sequence[frozenset[str]]) -> tuple[str, ...] | None:
        """Return the cheapest cells of which every cut has one and every found answer lacks one; nothing if none do."""
        names = [name for name in self.values if name not in self.frozen]
        if not cuts and not found:
            return ()
        if not names or any(cut.isdisjoint(names) for cut in cuts):
            return None
        try:
            return self._by_hand(names, cuts, found)
        except _TooManyError:
            return self._by_solver(names, cuts, found)

    def _by_hand(
        self, names: Sequence[str], cuts: Sequence[frozenset[str]], found: Sequence[frozenset[str]]
    ) -> tuple[str, ...] | None:
        """Return what ``_by_solver`` does, by trying: almost every record has one or two wrong cells.

        Raises:
            _TooManyError: There are too many choices for that.
        """
        best: tuple[float, frozenset[str]] | None = None
        tried = 0

        def extend(chosen: frozenset[str], weight: float, without: frozenset[str]) -> None:
            nonlocal best, tried
            tried += 1
            if tried > _MOST_TRIED:
                raise _TooManyError
            if (best is not None and weight >= best[0]) or any(answer <= chosen for answer in found):
                return
            opened = next((cut for cut in cuts if chosen.isdisjoint(cut)), None)
            if opened is None:
                best = (weight, chosen)
                return
            for name in names:
                if name in opened and name not in without:
                    extend(chosen | {name}, weight + self.weights.get(name, 1), without)
                    without |= {name}

        extend(frozenset(), 0.0, frozenset())
        return None if best is None else tuple(name for name in names if name in best[1])

    def _by_solver(
        self, names: Sequence[str], cuts: Sequence[frozenset[str]], found: Sequence[frozenset[str]]
    ) -> tuple[str, ...] | None:
        # Here and not above: loading it takes longer than checking all records that have nothing wrong with them.
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        matrix = [[float(name in chosen) for name in names] for chosen in (*cuts, *found)]
        low = [1.0] * len(cuts) + [-np.inf] * len(found)
        high = [np.inf] * len(cuts) + [len(answer) - 1.0 for answer in found]
        solved: Any = milp(
            np.array([float(self.weights.get(name, 1)) for name in names]),
            constraints=LinearConstraint(np.array(matrix), low, high),
            integrality=np.ones(len(names)),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": 0.0, "time_limit": self.limits.seconds},
        )
        if solved.status == 2:
            return None
        if solved.status != 0:
            raise _GaveUp(f"bộ giải dừng giữa chừng: {solved.message}")
        return tuple(name for name, on in zip(names, solved.x, strict=True) if on > 0.5)

    def _fill(self, picked: Collection[str]) -> dict[str, int] | frozenset[str]:
        """Return values for the picked and the missing cells with which all edits hold, or a new cut.

        A cut is a set of cells of which every answer has at least one: those in the proof that no values will do.
        """
        free = [name for name in self.system.variables if name in picked or name in self.missing]
        rows = [row for row in self.system.rows if any(name in row.coefficients for name in free)]
        forms = [{name: at for name, at in row.coefficients.items() if name in free} for row in rows]
        fixed = [self._fixed(row, free) for row in rows]
        form_ranges = [_lowered(row.range, known) for row, known in zip(rows, fixed, strict=True)]
        ranges = {name: self.system.ranges[name] for name in free}
        found = find_point(forms, form_ranges, ranges, self.values)
        if isinstance(found, Conflict):
            implied: dict[str, Rational] = {}
            for index, factor in found.factors.items():
                for name, at in rows[index].coefficients.items():
                    implied[name] = implied.get(name, 0) + factor * at
            return frozenset(name for name, at in implied.items() if at and name not in free)
        whole = self._whole(forms, form_ranges, ranges, found)
        if whole is None:
            return frozenset(self.values) - frozenset(free)
        return whole

    def _fixed(self, row: Row, free: Collection[str]) -> int:
        return sum(at * self.values[name] for name, at in row.coefficients.items() if name not in free)

    def _whole(
        self,
        forms: Sequence[Mapping[str, int]],
        form_ranges: Sequence[Range],
        ranges: Mapping[str, Range],
        found: dict[str, Rational],
    ) -> dict[str, int] | None:
        """Return a point in whole numbers of the smallest units, or nothing where there is none; depth first."""
        waiting: list[tuple[Mapping[str, Range], dict[str, Rational]]] = [(ranges, found)]
        for _ in range(self.limits.splits):
            if not waiting:
                return None
            limits, at = waiting.pop()
            broken = next((name for name, value in at.items() if Fraction(value).denominator != 1), None)
            if broken is None:
                return {name: int(value) for name, value in at.items()}
            low, high = limits[broken]
            for side in ((ceil(at[broken]), high), (low, floor(at[broken]))):
                narrowed = {**limits, broken: side}
                empty = side[0] is not None and side[1] is not None and side[0] > side[1]
                point = None if empty else find_point(forms, form_ranges, narrowed, self.values)
                if isinstance(point, dict):
                    waiting.append((narrowed, point))
        if not waiting:
            return None
        raise _GaveUp(f"quá {self.limits.splits} lượt tìm số nguyên")

    def _forced(self, picked: Collection[str]) -> dict[str, int]:
        """Return the values to which the sums leave no choice, once the picked cells are given up."""
        free = [name for name in self.system.variables if name in picked or name in self.missing]
        sums = [
            row for row in self.system.rows if row.relation == "=" and any(name in row.coefficients for name in free)
        ]
        forms = [{name: at for name, at in row.coefficients.items() if name in free} for row in sums]
        known = determined(forms, [row.bound - self._fixed(row, free) for row in sums])
        return {name: int(known[name]) for name in free if name in known}


def _lowered(limit: Range, by: int) -> Range:
    low, high = limit
    return (None if low is None else low - by, None if high is None else high - by)
