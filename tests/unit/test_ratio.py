"""Fixed multipliers: one field is so many times another, or the product of others."""

from decimal import Decimal

import pytest

from pipelines.steps.validate.suggest import suggest
from schemas.edits import balance, ratio
from schemas.fields import field
from schemas.form import DeskForm, VillageForm
from schemas.forms.n02_vet import Veterinary
from schemas.outcomes import Severity
from schemas.system import Row
from schemas.units import Hectares, Kilograms, Kilometres, Metres, Months, People, Trees
from tests.edits.examples import holds
from tests.unit.builders import filled, raw_file, run, told


class Fixed(VillageForm, code="Z60", sheet="S", title="T", domain="z"):
    persons = field(People, "Nhân khẩu")
    months = field(Months, "Số tháng")
    rice = field(Kilograms, "Gạo")
    monthly = field(Kilograms, "Gạo một tháng")
    area = field(Hectares, "Diện tích")
    trees = field(Trees, "Số cây")
    drains = field(Kilometres, "Rãnh")
    pipes = field(Metres, "Ống")
    edits = (
        ratio("Z60-01", "rice", ["persons", "months"], "15", severity=Severity.ERROR),
        ratio("Z60-02", "monthly", ["persons"], "15", tolerance="0.5"),
        ratio("Z60-03", "trees", ["area"], "1600"),
        ratio("Z60-04", "drains", ["pipes"], "0.002"),
    )


RICE, MONTHLY, TREES, DRAINS = Fixed.edits


def test_it_is_a_warning_unless_it_says_otherwise() -> None:
    assert [edit.severity for edit in Fixed.edits] == ["error", "warning", "warning", "warning"]


def test_its_sentence_names_the_multiplier_and_the_tolerance_as_vietnamese_writes_them() -> None:
    assert RICE.sentence == "Gạo = 15 × Nhân khẩu × Số tháng"
    assert MONTHLY.sentence == "Gạo một tháng = 15 × Nhân khẩu (lệch không quá 0,5)"
    assert DRAINS.sentence == "Rãnh = 0,002 × Ống"


@pytest.mark.parametrize(("rice", "expected"), [("2250", True), ("2220", False), ("2250.01", False)])
def test_the_product_of_several_bases(rice: str, expected: bool) -> None:
    assert holds(RICE, persons="75", months="2", rice=rice) is expected
    assert RICE.expected({"persons": Decimal(75), "months": Decimal(2)}) == 2250


@pytest.mark.parametrize(
    ("monthly", "expected"), [("1064.5", True), ("1065.5", True), ("1064.49", False), ("1065.51", False)]
)
def test_the_tolerance_counts_on_both_sides_and_includes_its_ends(monthly: str, expected: bool) -> None:
    assert holds(MONTHLY, persons="71", monthly=monthly) is expected
    cells = {"persons": 71, "monthly": int(Decimal(monthly) * 100)}
    assert all(row.holds(cells) for row in MONTHLY.rows()) is expected


def test_a_blank_leaves_it_undecided() -> None:
    assert holds(RICE, persons="75", months="2") is None
    assert holds(TREES, trees="1600") is None


def test_one_base_makes_rows_of_the_linear_system_in_the_units_as_printed() -> None:
    assert TREES.rows() == (Row("Z60-03", {"trees": 1, "area": -16}, "="),)
    assert MONTHLY.rows() == (
        Row("Z60-02", {"monthly": 1, "persons": -1500}, "<=", 50),
        Row("Z60-02", {"monthly": -1, "persons": 1500}, "<=", 50),
    )
    # 0,002 km of drain for a metre of pipe: hundredths of a kilometre against hundredths of a metre.
    assert DRAINS.rows() == (Row("Z60-04", {"drains": 500, "pipes": -1}, "="),)
    assert RICE.rows() == ()
    assert [row.code for row in Fixed.system.rows] == ["Z60-02", "Z60-02", "Z60-03", "Z60-04"]


@pytest.mark.parametrize(
    ("pipes", "drains", "expected"), [("500", "1", True), ("505", "1.01", True), ("500", "0.5", False)]
)
def test_the_row_and_the_test_agree_across_units_of_one_dimension(pipes: str, drains: str, expected: bool) -> None:
    assert holds(DRAINS, pipes=pipes, drains=drains) is expected
    cells = {"pipes": int(Decimal(pipes) * 100), "drains": int(Decimal(drains) * 100)}
    assert DRAINS.rows()[0].holds(cells) is expected


def test_a_ratio_that_repeats_another_edit_is_refused() -> None:
    with pytest.raises(ValueError, match="edit Z61-02 says nothing new, it follows from edits Z61-01"):

        class Twice(VillageForm, code="Z61", sheet="S", title="T", domain="z"):
            one = field(People, "Một")
            two = field(People, "Hai")
            edits = (
                ratio("Z61-01", "one", ["two"], "3", severity=Severity.ERROR),
                ratio("Z61-02", "one", ["two"], "3", tolerance="5"),
            )


def test_it_vouches_for_a_cell_in_a_broken_sum() -> None:
    class Vouched(DeskForm, code="Z62", sheet="S", title="T", domain="z", reporter="finance"):
        persons = field(People, "Nhân khẩu")
        rice = field(Kilograms, "Gạo")
        given = field(Kilograms, "Đã cấp")
        left = field(Kilograms, "Chưa cấp")
        edits = (
            balance("Z62-01", "rice", ["given", "left"]),
            ratio("Z62-02", "rice", ["persons"], "15"),
        )

    record = {"persons": 71, "rice": 160500, "given": 80000, "left": 26500}
    first = suggest(Vouched.system, record).ranked[0]
    assert first.values == {"rice": 106500}
    assert first.closes == ("Z62-01", "Z62-02")
    assert first.unique


def test_the_area_disinfected_is_held_against_the_households_and_holds_nothing() -> None:
    answers = dict.fromkeys(Veterinary.fields(), 0) | {"disinfected_households": 287, "disinfected_area": 17_200}
    done = run(raw_file(filled(Veterinary, answers, reporter="Bộ phận Nông nghiệp"), "agriculture.xlsx"))
    (finding,) = told(done.check(Veterinary))
    assert (finding["code"], finding["severity"]) == ("N02-01", "warning")
    assert (finding["written"], finding["expected"]) == ("17.200", "17.220")
    assert "theo định mức là 17.220" in finding["message"]
    assert done.held(Veterinary) == set()
