"""Cases printed in papers and shipped with the methods' own packages, each with where it is from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import pytest

from pipelines.steps.validate.localise import localise
from pipelines.steps.validate.suggest import suggest
from pipelines.steps.validate.typos import Typos, find_slip, find_typos
from schemas.edits import Balance, Bound, balance, bound
from schemas.fields import field as form_field
from schemas.form import VillageForm
from schemas.system import Row, System
from schemas.units import Heads


def row(text: str) -> Row:
    """A row written as ``x1 + x2 = x3``, ``z = x + y`` or ``x <= -1``."""
    relation = "<=" if "<=" in text else "="
    coefficients: dict[str, int] = {}
    bound_ = 0
    for side, sign in zip(text.split(relation), (1, -1), strict=True):
        for term in side.replace("- ", "+ -").split("+"):
            name = term.strip().removeprefix("-").strip()
            factor = -sign if term.strip().startswith("-") else sign
            if name.isdigit():
                bound_ -= factor * int(name)
            else:
                coefficients[name] = coefficients.get(name, 0) + factor
    return Row(text, coefficients, "<=" if relation == "<=" else "=", bound_)


def system(*texts: str) -> System:
    """A system in which values may be negative, as in the papers."""
    return System.of(*map(row, texts), lowest=None)


def proposals(typos: Typos) -> set[str]:
    return {f"{one.variable}->{one.proposed} k{len(one.closes)}" for one in typos.candidates}


def agreed(typos: Typos) -> dict[str, int]:
    return {one.variable: one.proposed for one in typos.common}


# T1: Scholtus (2009), Automatic correction of simple typing errors, section 4; deducorrect testCorrectTypos.R

BUSINESS = system("x1 + x2 = x3", "x2 = x4", "x5 + x6 + x7 = x8", "x3 + x8 = x9", "x9 - x10 = x11")
NAMES = [f"x{number}" for number in range(1, 12)]


@dataclass(frozen=True)
class Case:
    """One row of the paper's table: cells x1 to x11, then what is expected."""

    row: str
    values: str
    status: str
    candidates: str = ""
    corrected: Mapping[str, int] = field(default_factory=dict)
    smallest: str = ""

    @property
    def record(self) -> dict[str, int]:
        return dict(zip(NAMES, map(int, self.values.split()), strict=True))


GOOD = "1452 116 1568 116 323 76 12 411 1979 1842 137"
K2 = "x4->116 k1, x9->1979 k2, x10->19842 k1"
K1 = "x4->116 k1, x9->1979 k1, x10->19842 k1"
TABLE = [
    #             x1   x2  x3   x4  x5  x6 x7 x8  x9    x10  x11
    Case("4.0", GOOD, "valid"),
    Case("4.1", "1452 116 1568 161 323 76 12 411  1979 1842 137", "corrected", "x4->116 k1", {"x4": 116}, "x4"),
    Case("4.2", "1452 116 1568 161 323 76 12 411 19979 1842 137", "corrected", K2, {"x4": 116, "x9": 1979}, "x4 x9"),
    Case(
        "4.3",
        "1452 116 1568 161   0  0  0 411 19979 1842 137",
        "partial",
        K2,
        {"x4": 116, "x9": 1979},
        "x4 x5 x9, x4 x6 x9, x4 x7 x9",
    ),
    Case("4.4", "1452 116 1568 161 323 76 12   0 19979 1842 137", "partial", K1, {"x4": 116}, "x4 x8 x9"),
]
EACH_ROW = pytest.mark.parametrize("case", TABLE, ids=lambda case: case.row)


@EACH_ROW
def test_t1_typing_errors(case: Case) -> None:
    typos = find_typos(BUSINESS, case.record)
    assert typos.status == case.status
    assert proposals(typos) == set(filter(None, case.candidates.split(", ")))
    assert agreed(typos) == case.corrected
    if case.status == "corrected":
        assert case.record | agreed(typos) == TABLE[0].record


@EACH_ROW
def test_t1_localisation(case: Case) -> None:
    answers = [" ".join(answer.cells) for block in localise(BUSINESS, case.record) for answer in block.answers]
    assert answers == list(filter(None, case.smallest.split(", ")))


def test_t1_row_4_4_has_two_optima() -> None:
    optima = find_typos(BUSINESS, TABLE[4].record).optima
    assert {tuple(sorted(one.variable for one in optimum)) for optimum in optima} == {("x4", "x9"), ("x10", "x4")}


@EACH_ROW
def test_t1_the_true_record_is_the_first_suggestion_or_one_of_its_tie(case: Case) -> None:
    ranked = suggest(BUSINESS, case.record).ranked
    good = TABLE[0].record
    right = [one for one in ranked if one.tie == 0 and all(good[name] == value for name, value in one.values.items())]
    assert bool(ranked) == (case.status != "valid")
    # Row 4.3 has 323 + 76 + 12 all lost: no smallest change brings the three back.
    assert bool(right) == (case.row not in ("4.0", "4.3"))
    assert not [one for one in ranked if one.unique and one not in right]


# T2: smaller cases of the same files

SMALL = [
    # edits,                         record,                                   frozen, expected
    (["turnover - costs = profit"], {"turnover": 353, "costs": 283, "profit": 115}, "", {"costs": 238}),
    (["z = x + y"], {"x": 123, "y": 192, "z": 252}, "", {"y": 129}),
    (["x1 + x2 = x3"], {"x1": 1452, "x2": 161, "x3": 1568}, "", {"x2": 116}),
    (["x1 + x2 = x3"], {"x1": 1452, "x2": 161, "x3": 1568}, "x2", {}),
    (["x + y = z", "x <= -1"], {"x": -123, "y": 129, "z": 252}, "", {}),
]


@pytest.mark.parametrize(("edits", "record", "frozen", "expected"), SMALL)
def test_t2_small_cases(edits: list[str], record: dict[str, int], frozen: str, expected: dict[str, int]) -> None:
    assert agreed(find_typos(system(*edits), record, frozen=frozen.split())) == expected


@pytest.mark.parametrize(
    ("seen", "meant", "distance"),
    [(24, 42, 1), (1340, 130, 1), (1340, 13040, 1), (1340, 1430, 1), (1340, 14300, 2), (-1, 10, 2)],
)
def test_t2_a_slip_is_what_the_paper_calls_distance_one(seen: int, meant: int, distance: int) -> None:
    assert (find_slip(seen, meant) is not None) == (distance == 1)
    assert (find_slip(meant, seen) is not None) == (distance == 1)


# T7: ESSnet ValiDat PoC, data/Rule_2.csv and Rule_16, expected values in validate's test_poc.R
# T8: VTL reference manual, RM159 (check_hierarchy)

OUTCOMES = {"true": True, "false": False, "null": None}

RULES = [
    # source,         rule,               values,                  outcome, imbalance
    ("PoC 2", "turnover = cost + profit", "cost 24 profit 48 turnover 72", "true", 0),
    ("PoC 2", "turnover = cost + profit", "cost 13 profit 50 turnover 64", "false", 1),
    ("PoC 2", "turnover = cost + profit", "cost 5 profit -10 turnover -5", "true", 0),
    ("PoC 2", "turnover = cost + profit", "profit 10 turnover 11", "null", None),
    ("PoC 16", "w1 = w11 + w12 + w13 + w14", "w1 100 w11 40 w12 30 w13 20 w14 10", "true", 0),
    ("PoC 16", "w13 = w131 + w132 + w133", "w13 20 w131 10 w132 9 w133 3", "false", -2),
    ("VTL G", "G = B + C", "G 19 B 11 C 0", "false", 8),
    ("VTL B", "B = M + N + O", "B 11 M 2 N 5 O 4", "true", 0),
    ("VTL C", "C = P + Q", "C 0 P 7 Q -7", "true", 0),
    ("VTL A", "A = J + K + L", "A 13 J 5", "null", None),
    ("VTL M", "N <= M", "M 2 N 5", "false", 3),
]


@pytest.mark.parametrize(("source", "rule", "values", "outcome", "imbalance"), RULES)
def test_t7_t8_outcomes(source: str, rule: str, values: str, outcome: str, imbalance: int | None) -> None:
    words = values.split()
    record: dict[str, int] = {name: int(value) for name, value in zip(words[::2], words[1::2], strict=True)}
    compiled = row(rule)
    told = edit_outcome(compiled, record)
    assert told is OUTCOMES[outcome], source
    if told is not None and imbalance is not None:
        assert compiled.holds(record) is told
        assert compiled.excess(record) == imbalance


def edit_outcome(compiled: Row, record: Mapping[str, int]) -> bool | None:
    """The outcome by the edit that a form would declare, whose Pandera check is what runs in the pipeline."""
    names = list(compiled.coefficients)
    edit: Balance | Bound
    total, *parts = names  # of N <= M the whole is M
    edit = balance("Z-01", total, parts) if compiled.relation == "=" else bound("Z-01", [total], parts[0])
    edit.bind(type("Any", (VillageForm,), _fields(names)))
    frame = pd.DataFrame([{name: record.get(name) for name in names}], dtype=pd.Int64Dtype())
    (told,) = edit.holds(frame)
    return None if pd.isna(told) else bool(told)


def _fields(names: list[str]) -> dict[str, object]:
    return {"__module__": __name__, **{name: form_field(Heads, name, minimum=None) for name in names}}
