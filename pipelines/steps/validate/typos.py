"""Typing slips that explain broken sums: which cell, what was meant, which sums that closes.

Belongs here: the deductive correction of Scholtus (2009), widened to the slips of Vietnamese money columns. Does not
belong here: errors that are no slip of the hand (``pipelines.steps.validate.localise``), wording, applying anything.

One cell at a time is taken for wrong, and what its sum makes of it is compared with what it shows, as printed. A cell
that another sum confirms is never suspected. Whole numbers of the smallest unit throughout, of any size.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from schemas.system import Row, System

Record = Mapping[str, int | None]
"""Variable to value in its smallest unit; ``None``, or no entry, where the cell is blank or could not be read."""


class Slip(StrEnum):
    """A way to write another number than the one meant, by what happened to the number meant."""

    UNIT_WORD = "unit_word"
    SEPARATOR = "separator"
    SHIFTED = "shifted"
    SIGN = "sign"
    REPLACED = "replaced"
    OMITTED = "omitted"
    SWAPPED = "swapped"
    DOUBLED = "doubled"
    ADDED = "added"
    ROUNDED = "rounded_off"
    INTERCHANGED = "interchanged"
    OTHER_UNIT = "other_unit"


FREQUENCY: Mapping[Slip, int] = {
    Slip.REPLACED: 112,
    Slip.OMITTED: 15,
    Slip.SWAPPED: 14,
    Slip.DOUBLED: 12,
    Slip.ADDED: 11,
    Slip.UNIT_WORD: 15,
    Slip.SEPARATOR: 15,
    Slip.SHIFTED: 15,
    Slip.SIGN: 5,
    Slip.ROUNDED: 5,
    Slip.INTERCHANGED: 5,
    Slip.OTHER_UNIT: 5,
}
"""How often slips happen. Replaced, omitted, swapped, added: how many of each Scholtus found in 152.

The others have no published count; theirs say only that they happen, more seldom than a wrong digit.
"""

_SINGLE_DIGIT_SLIPS = frozenset({Slip.REPLACED, Slip.OMITTED, Slip.ADDED, Slip.DOUBLED, Slip.SHIFTED, Slip.ROUNDED})

_OF_ZEROS, _OF_MONEY = (10, 100, 1000), (10**3, 10**6, 10**9)
_RATIOS = (*_OF_ZEROS, 10**6, 10**9)

_LEAST_ROUNDED = 100
"""A smaller number than this has no digits to spare for rounding."""

MOST_CANDIDATES = 60
"""Above this the choice among candidates could take long; no record of a form comes near it."""

MOST_OPTIMA = 50
"""More equally good choices than this are no help to anyone."""


class Status(StrEnum):
    """What slips explain of a record, in the words of Scholtus."""

    VALID = "valid"
    CORRECTED = "corrected"
    PARTIAL = "partial"
    INVALID = "invalid"


@dataclass(frozen=True)
class Candidate:
    """A cell, what it would have to be, the slip that makes of it what is seen, and the violated sums this closes."""

    variable: str
    seen: int
    proposed: int
    slip: Slip
    closes: tuple[str, ...]

    @property
    def weight(self) -> float:
        """How likely the slip makes this very number of the one meant."""
        return likelihood(self.slip, self.proposed)


@dataclass(frozen=True)
class Typos:
    """What slips explain of one record. Nothing of it is ever applied by the software.

    Attributes:
        status: What the ``common`` candidates leave: nothing, some, or all of the violated sums.
        candidates: Every slip that would close a violated sum, the strongest evidence first.
        optima: The choices that close most, each a set of candidates; several are a tie.
        common: The candidates in every optimum.
        gave_up: Why there are no optima though there are candidates, in words for the officer.
    """

    status: Status
    candidates: tuple[Candidate, ...] = ()
    optima: tuple[tuple[Candidate, ...], ...] = ()
    common: tuple[Candidate, ...] = ()
    gave_up: str = ""


def find_slip(seen: int, meant: int, decimals: int = 0, *, money: bool = False) -> Slip | None:
    """Return the single slip that makes ``meant`` look like ``seen``, or nothing.

    Args:
        seen: What the cell shows, in its smallest unit.
        meant: What it would have to be.
        decimals: How many of the digits stand after the comma.
        money: Whether an amount may have been given in another unit of money, which is a thousand times another.
    """
    if seen == meant:
        return None
    if seen == -meant:
        return Slip.SIGN
    if (seen < 0) != (meant < 0):
        return None
    seen, meant = abs(seen), abs(meant)
    small, large = sorted((seen, meant))
    if small:
        ratio, rest = divmod(large, small)
        if money and not rest and ratio in _OF_MONEY:
            return Slip.UNIT_WORD
        if not rest and ratio in _OF_ZEROS:
            return Slip.SEPARATOR if decimals else Slip.SHIFTED
    # 62,50 may stand as 62,5, from which a last digit was left out, or in full in a column of 62,58.
    short = _edited(_printed(seen, decimals), _printed(meant, decimals))
    typed = short or _edited(_printed_in_full(seen, decimals), _printed_in_full(meant, decimals))
    return Slip.ROUNDED if typed is None and _rounds(seen, meant) else typed


def one_slip_away(seen: int, decimals: int = 0, *, money: bool = False) -> list[int]:
    """Return the numbers that one slip makes look like ``seen``, the smallest first; of rounded ones, none."""
    found = {-seen, *(seen * ratio for ratio in _RATIOS), *(seen // ratio for ratio in _RATIOS if not seen % ratio)}
    for text in {_printed(abs(seen), decimals), _printed_in_full(abs(seen), decimals)}:
        for at in range(len(text) + 1):
            before, after = text[:at], text[at:]
            texts = [before + after[1:], before + after[1::-1] + after[2:]]
            texts += [before + digit + rest for digit in "0123456789," for rest in (after, after[1:])]
            found |= {value for one in texts if (value := _typed(one, decimals)) is not None}
    if seen < 0:
        found |= {-value for value in found}
    return sorted(value for value in found if find_slip(seen, value, decimals, money=money))


def _typed(text: str, decimals: int) -> int | None:
    whole, _, after = text.partition(",")
    fits = whole.isdigit() and (after.isdigit() or not after) and len(after) <= decimals
    return int(whole + after.ljust(decimals, "0")) if fits else None


def likelihood(slip: Slip, meant: int) -> float:
    """Return how likely a slip makes one certain other number of the one meant.

    A digit can be replaced in nine ways wherever it stands, while two neighbours change places in only one: of two
    slips as frequent as each other, the one with fewer results tells more.
    """
    digits = len(str(abs(meant)))
    ways = {
        Slip.REPLACED: 9 * digits,
        Slip.OMITTED: digits,
        Slip.SWAPPED: max(digits - 1, 1),
        Slip.DOUBLED: digits,
        Slip.ADDED: 10 * (digits + 1),
        Slip.UNIT_WORD: 2,
        Slip.SEPARATOR: 4,
        Slip.SHIFTED: 6,
        Slip.ROUNDED: digits,
        Slip.INTERCHANGED: 10,
    }
    return FREQUENCY[slip] / sum(FREQUENCY.values()) / ways.get(slip, 1)


def _rounds(seen: int, meant: int) -> bool:
    """Return whether a number of three digits or more was written rounded: 1.480 or 1.500 for 1.482."""
    if meant < _LEAST_ROUNDED:
        return False
    steps = (10**power for power in range(1, len(str(meant)) - 1))
    return any(seen == (meant + step // 2) // step * step for step in steps)


def _printed(value: int, decimals: int) -> str:
    """Return a number of smallest units as printed without grouping or needless zeros."""
    full = _printed_in_full(value, decimals)
    return full.rstrip("0").rstrip(",") if decimals else full


def _printed_in_full(value: int, decimals: int) -> str:
    digits = str(value).zfill(decimals + 1)
    return f"{digits[:-decimals]},{digits[-decimals:]}" if decimals else digits


def _edited(seen: str, meant: str) -> Slip | None:
    """Return the slip between two printed numbers at restricted Damerau-Levenshtein distance 1."""
    if seen == meant:
        return None
    start = next(
        (at for at, pair in enumerate(zip(seen, meant, strict=False)) if pair[0] != pair[1]), min(len(seen), len(meant))
    )
    a, b = seen[start:], meant[start:]
    if len(a) == len(b):
        if a[1:] == b[1:]:
            return Slip.REPLACED if "," not in a[0] + b[0] else None
        if a[:2] == b[1::-1] and a[2:] == b[2:]:
            return Slip.SEPARATOR if "," in a[:2] else Slip.SWAPPED
        return None
    if len(a) + 1 == len(b) and a == b[1:]:
        return Slip.SEPARATOR if b[0] == "," else Slip.OMITTED
    if len(a) == len(b) + 1 and a[1:] == b:
        if a[0] == ",":
            return Slip.SEPARATOR
        # The first difference stands at the end of a run of equal digits, so a doubled one equals the digit before.
        return Slip.DOUBLED if seen[start - 1 : start] == a[0] else Slip.ADDED
    return None


def slip_of(system: System, name: str, seen: int, meant: int, *, one_digit: bool = False) -> Slip | None:
    """Return the slip between two values of a variable, or nothing; see ``find_typos`` for ``one_digit``."""
    decimals = system.decimals(name)
    money = name in system.units and system.units[name].is_money
    slip = find_slip(seen, meant, decimals, money=money)
    weak = slip in _SINGLE_DIGIT_SLIPS and _one_digit(seen, meant, decimals, slip)
    return None if weak and not one_digit else slip


def find_typos(system: System, record: Record, *, frozen: Collection[str] = (), one_digit: bool = False) -> Typos:
    """Look for slips that explain the violated sums of one record.

    Args:
        system: The edits.
        record: The values; a sum with a missing one is undecided and plays no part.
        frozen: Variables that are known to be right.
        one_digit: Whether to suspect numbers of one digit. By default not, as in the paper: any one digit is a slip
            away from any other, so that it would be evidence of nothing.
    """
    values = {name: value for name in system.variables if (value := record.get(name)) is not None}
    decided = [row for row in system.rows if row.is_known(values)]
    violated = [row for row in decided if row.relation == "=" and not row.holds(values)]
    if not violated:
        return Typos(Status.VALID)
    confirmed = {name for row in decided if row.relation == "=" and row not in violated for name in row.names}
    candidates = _candidates(system, values, violated, {*confirmed, *frozen}, one_digit=one_digit)
    if len(candidates) > MOST_CANDIDATES:
        return Typos(Status.INVALID, candidates, gave_up=f"{len(candidates)} khả năng gõ nhầm, quá {MOST_CANDIDATES}")
    held = [row for row in decided if row.relation == "<=" and row.holds(values)]
    optima = _choose(candidates, violated, partial(_keeps, held, values))
    if len(optima) > MOST_OPTIMA:
        return Typos(Status.INVALID, candidates, gave_up=f"quá {MOST_OPTIMA} cách chọn ngang nhau")
    common = tuple(candidate for candidate in candidates if optima and all(candidate in optimum for optimum in optima))
    closed = {code for candidate in common for code in candidate.closes}
    status = Status.PARTIAL if closed else Status.INVALID
    if closed == {row.code for row in violated}:
        status = Status.CORRECTED
    return Typos(status, candidates, tuple(optima), common)


def _candidates(
    system: System, values: Mapping[str, int], violated: Sequence[Row], untouchable: Collection[str], *, one_digit: bool
) -> tuple[Candidate, ...]:
    closing: dict[tuple[str, int], list[str]] = {}
    for row in violated:
        excess = row.excess(values)
        for name, factor in row.coefficients.items():
            change, rest = divmod(-excess, factor)
            if name not in untouchable and not rest:
                closing.setdefault((name, values[name] + change), []).append(row.code)
    found: list[Candidate] = []
    for (name, meant), codes in closing.items():
        slip = slip_of(system, name, values[name], meant, one_digit=one_digit)
        if slip is None or not system.allows(name, meant):
            continue
        found.append(Candidate(name, values[name], meant, slip, tuple(codes)))
    order = {name: number for number, name in enumerate(system.variables)}
    return tuple(sorted(found, key=lambda one: (-len(one.closes), -one.weight, order[one.variable], one.proposed)))


def _one_digit(seen: int, meant: int, decimals: int, slip: Slip) -> bool:
    """Return whether either number has one digit; times 100 or 1000 does not happen by one digit's chance."""
    if slip is Slip.SHIFTED and max(abs(seen), abs(meant)) >= 100 * min(abs(seen), abs(meant)):
        return False
    return any(len(_printed(abs(value), decimals).replace(",", "")) == 1 for value in (seen, meant))


def _keeps(held: Sequence[Row], values: Mapping[str, int], chosen: Sequence[Candidate]) -> bool:
    """Return whether every limit that held before still holds with the chosen values in place."""
    changed = {**values, **{candidate.variable: candidate.proposed for candidate in chosen}}
    return all(row.holds(changed) for row in held)


def _choose(
    candidates: Sequence[Candidate], violated: Sequence[Row], allowed: Callable[[Sequence[Candidate]], bool]
) -> list[tuple[Candidate, ...]]:
    """Return every choice that closes most sums, with at most one candidate among the cells of each violated sum.

    Branch and bound on whole numbers, candidates taken in their order, so the answer is always the same.
    """
    touched = [frozenset(row.code for row in violated if one.variable in row.coefficients) for one in candidates]
    best: list[tuple[Candidate, ...]] = []
    best_gain = 0

    def extend(at: int, chosen: tuple[Candidate, ...], gain: int, free: frozenset[str]) -> None:
        nonlocal best_gain
        if len(best) > MOST_OPTIMA or gain + len(free) < best_gain:
            return  # each sum still open can be closed once at most
        if at == len(candidates):
            if gain and gain >= best_gain and allowed(chosen):
                if gain > best_gain:
                    best.clear()
                    best_gain = gain
                best.append(chosen)
            return
        if touched[at] <= free:
            kappa = len(candidates[at].closes)
            extend(at + 1, (*chosen, candidates[at]), gain + kappa, free - touched[at])
        extend(at + 1, chosen, gain, free)

    extend(0, (), 0, frozenset(row.code for row in violated))
    return best
