import subprocess
import sys
import time
from decimal import Decimal
from fractions import Fraction
from random import Random

import pandas as pd
import pytest

from schemas.edit import Edit, LinearEdit
from schemas.edits import balance, bound, product, ratio
from schemas.exact import Conflict, determined, find_point
from schemas.fields import field
from schemas.form import Form, VillageForm
from schemas.forms import FORMS
from schemas.outcomes import Severity
from schemas.pandera_schemas import dtypes
from schemas.system import Row, System, refuse_faulty
from schemas.units import Dong, Heads, Hectares, Kilometres, Metres, MillionDong
from tests.unit.builders import ROOT
from tests.unit.slips import consistent, systems

EACH_SYSTEM = pytest.mark.parametrize(("form", "of"), systems(), ids=lambda one: getattr(one, "code", ""))


class Mixed(VillageForm, code="Z40", sheet="S", title="T", domain="z"):
    paid = field(Dong, "Đã chi")
    granted = field(MillionDong, "Được cấp")
    own = field(Dong, "Tự có")
    road = field(Kilometres, "Đường")
    main = field(Metres, "Đường trục")
    alley = field(Metres, "Ngõ")
    area = field(Hectares, "Diện tích", maximum=100)
    loss = field(Heads, "Tăng giảm", minimum=None)
    edits = (
        balance("Z40-01", "paid", ["granted", "own"]),
        bound("Z40-02", ["main", "alley"], "road"),
        product("Z40-03", "loss", ["area", "main"]),
    )


def test_a_row_counts_every_field_in_its_smallest_unit() -> None:
    first, second = Mixed.system.rows
    assert first == Row("Z40-01", {"paid": 1, "granted": -1000, "own": -1}, "=")
    assert second == Row("Z40-02", {"main": 1, "alley": 1, "road": -1000}, "<=")


def test_the_system_knows_ranges_in_smallest_units_and_all_fields() -> None:
    of = Mixed.system
    assert of.variables == tuple(Mixed.fields())
    assert of.ranges["area"] == (0, 10_000)
    assert of.ranges["loss"] == (None, None)
    assert of.label("area") == "Diện tích"
    assert [[row.code for row in block.rows] for block in of.blocks] == [["Z40-01"], ["Z40-02"]]


def test_values_become_whole_numbers_and_back_at_any_size() -> None:
    of = Mixed.system
    assert of.whole("area", Decimal("62.58")) == 6258
    assert of.decimal("area", 6258) == Decimal("62.58")
    assert of.decimal("paid", 10**40 + 1) == 10**40 + 1
    with pytest.raises(ValueError, match="more than 2 decimals"):
        of.whole("area", Decimal("62.585"))


@pytest.mark.parametrize(("own", "holds"), [(345_678, True), (345_679, False), (None, None)])
def test_pandera_and_the_row_agree_on_amounts_in_different_units(own: int | None, holds: bool | None) -> None:
    given = {"paid": 12_345_678, "granted": Decimal("12.000"), "own": own}
    frame = pd.DataFrame([dict.fromkeys(Mixed.texts(), "x") | dict.fromkeys(Mixed.fields()) | given])
    told = Mixed.edits[0].holds(frame.astype(dtypes(Mixed)))
    assert (None if pd.isna(told.iloc[0]) else bool(told.iloc[0])) is holds
    assert Mixed.edits[0].expected({"granted": Decimal(12), "own": Decimal(345_678)}) == 12_345_678


@EACH_SYSTEM
def test_pandera_and_the_rows_agree_on_random_records(form: type[Form], of: System) -> None:
    random = Random(form.code)
    records = [consistent(of, random) for _ in range(8)]
    names = list(records[0])
    for record in records[4:]:
        name = random.choice(names)
        record[name] += random.choice([1, -1, 10, 1000])
    blank = dict.fromkeys(form.texts(), "x") | dict.fromkeys(form.fields())
    rows = [blank | {name: of.decimal(name, value) for name, value in record.items()} for record in records]
    frame = pd.DataFrame(rows).astype(dtypes(form))
    for edit in form.edits:
        if edit.rows():
            expected = [all(row.holds(record) for row in edit.rows()) for record in records]
            assert edit.holds(frame).tolist() == expected, edit.code


def test_every_linear_edit_of_every_form_has_a_row() -> None:
    linear = [edit.code for form in FORMS for edit in form.edits if isinstance(edit, LinearEdit | ratio)]
    assert [row.code for form in FORMS for row in form.system.rows] == linear
    assert len(linear) > 100


def declared(*given: Edit, highest: int | None = None, lowest: int = 0) -> type[Form]:
    class Tried(VillageForm, code="Z41", sheet="S", title="T", domain="z"):
        a = field(Heads, "Một", maximum=highest)
        b = field(Heads, "Hai", minimum=lowest)
        c = field(Heads, "Ba")
        d = field(Heads, "Bốn")
        e = field(Heads, "Năm", minimum=None)
        edits = given

    return Tried


SUM = balance("Z-01", "a", ["b", "c"])
WARNED = bound("Z-08", ["a", "b"], "c", severity=Severity.WARNING)


@pytest.mark.parametrize(
    ("edits", "error"),
    [
        ([SUM, balance("Z-02", "b", ["a", "d"])], "by edits Z-01, Z-02 the field [cd] could never be anything but 0"),
        ([balance("Z-03", "a", ["a", "b"])], "by edits Z-03 the field b could never be anything but 0"),
        ([SUM, bound("Z-04", ["a", "b"], "c")], "by edits Z-01, Z-04 the field b could never be anything but 0"),
        ([balance("Z-05", "e", ["a", "e"])], "by edits Z-05 the field a could never"),
    ],
)
def test_edits_that_leave_a_field_nothing_but_zero_are_refused(edits: list[Edit], error: str) -> None:
    with pytest.raises(ValueError, match=f"Form Z41: {error}"):
        declared(*edits)


def test_edits_that_no_return_satisfies_are_refused() -> None:
    with pytest.raises(ValueError, match="Form Z41: edits Z-01 contradict one another, no return satisfies them"):
        declared(SUM, highest=5, lowest=6)


@pytest.mark.parametrize(
    ("edits", "error"),
    [
        ([SUM, balance("Z-02", "a", ["c", "b"])], "edit Z-02 says nothing new, it follows from edits Z-01"),
        ([SUM, bound("Z-03", ["b"], "a")], "edit Z-03 says nothing new, it follows from edits Z-01"),
        (
            [bound("Z-04", ["a"], "b"), bound("Z-05", ["a"], "c"), bound("Z-06", ["b"], "c")],
            "edit Z-05 says nothing new, it follows from edits Z-04, Z-06",
        ),
        (
            [SUM, balance("Z-02", "d", ["a", "e"]), balance("Z-03", "d", ["b", "c", "e"])],
            "edit Z-03 says nothing new, it follows from edits Z-01, Z-02",
        ),
        ([WARNED, bound("Z-09", ["a"], "c"), bound("Z-10", ["a", "b"], "c")], "edit Z-09 says nothing new"),
    ],
)
def test_an_edit_that_others_imply_is_refused(edits: list[Edit], error: str) -> None:
    with pytest.raises(ValueError, match=f"Form Z41: {error}"):
        declared(*edits)


def test_an_edit_that_ranges_imply_is_refused() -> None:
    with pytest.raises(ValueError, match="edit Z-01 says nothing new, it follows from the ranges of its fields"):
        declared(bound("Z-01", ["a"], "b"), highest=5, lowest=5)


def test_a_warning_makes_no_error_redundant_but_an_error_does_a_warning() -> None:
    declared(WARNED, bound("Z-09", ["a"], "c"))
    with pytest.raises(ValueError, match="edit Z-08 says nothing new, it follows from edits Z-10"):
        declared(WARNED, bound("Z-10", ["a", "b", "d"], "c"))


def test_every_shipped_form_passes_the_check_in_a_moment() -> None:
    start = time.process_time()
    for form in FORMS:
        refuse_faulty(form.code, form.system, {edit.code for edit in form.edits if edit.severity is Severity.ERROR})
    assert time.process_time() - start < 0.5


def test_loading_the_forms_does_not_load_scipy() -> None:
    code = "import sys, schemas.forms; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_solver_names_the_forms_in_conflict() -> None:
    free = {"x": (None, None), "y": (None, None)}
    found = find_point([{"x": 1, "y": 1}, {"y": 1}, {"x": 1}], [(None, 5), (4, 4), (2, None)], free, {})
    assert isinstance(found, Conflict)
    assert {index for index, factor in found.factors.items() if factor} == {0, 1, 2}


def test_the_solver_agrees_with_highs_on_random_systems() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    random = Random(7)
    outcomes = []
    for _ in range(150):
        forms = [{name: random.choice([-2, -1, 1, 3]) for name in random.sample("abcd", 3)} for _ in range(4)]
        sides = [random.randint(-6, 6) for _ in forms]
        ranges = dict.fromkeys("abcd", (0, 9))
        found = find_point(forms, [(None, sides[0]), *((side, side) for side in sides[1:])], ranges, {})
        matrix = [[form.get(name, 0) for name in "abcd"] for form in forms]
        solved = optimize.linprog([0] * 4, matrix[:1], sides[:1], matrix[1:], sides[1:], bounds=[(0, 9)] * 4)
        assert isinstance(found, dict) == (solved.status == 0)
        if isinstance(found, dict):
            sums = [sum((found[name] * at for name, at in form.items()), Fraction(0)) for form in forms]
            assert sums[1:] == sides[1:]
            assert sums[0] <= sides[0]
        outcomes.append(isinstance(found, dict))
    assert 20 < sum(outcomes) < 130


def test_what_equations_determine() -> None:
    equations = [{"a": 2, "b": 1}, {"b": 1, "c": 1}, {"a": 2, "c": -1}, {"d": 3}]
    assert determined(equations, [5, 3, 2, 1]) == {"d": Fraction(1, 3)}
    assert determined([*equations, {"c": 1}], [5, 3, 2, 1, 1]) == {
        "a": Fraction(3, 2),
        "b": 2,
        "c": 1,
        "d": Fraction(1, 3),
    }
