"""A field held against itself in other periods of its year: what is told, and with which periods and cells."""

import pyarrow as pa
import pytest

from schemas.fields import field
from schemas.form import Counts, VillageForm
from schemas.implied_edits import AddedUp, Grown, SameDay
from schemas.periods import Period, PeriodKind
from schemas.tables import mart
from schemas.units import Children, Hectares, Households, QuintalsPerHectare
from tests.unit.builders import VILLAGE_CODE, Cell, Row, Run, address_of, filled, raw_file, rows, run, told

EVERY = tuple(PeriodKind)


class Births(VillageForm, code="Z31", sheet="Sinh", title="Trẻ mới sinh", domain="births", periods=EVERY):
    """One row per village: births in the period, and households there are at its end."""

    births = field(Children, "Trẻ sinh trong kỳ")
    moved = field(Hectares, "Diện tích thêm, bớt", minimum=None)
    rice_yield = field(QuintalsPerHectare, "Năng suất lúa")
    households = field(Households, "Số hộ", stock=True)


class Sown(
    VillageForm,
    code="Z32",
    sheet="Gieo",
    title="Diện tích đã gieo",
    domain="sown",
    periods=EVERY,
    counts=Counts.SINCE_START,
):
    """One row per village: what has been sown since the start of the year."""

    area = field(Hectares, "Diện tích gieo trồng")


FORMS = (Births, Sown)


def sent(form: type[VillageForm], code: str, value: Cell, **more: Cell) -> Run:
    """A village's return for a period, which has one number."""
    period = Period.parse(code)
    answers = {next(iter(form.fields())): value, **more}
    content = filled(form, answers, period=period)
    return run(raw_file(content, f"{code}.xlsx", period=period), forms=FORMS)


def accepted(form: type[VillageForm], **values: Cell) -> pa.Table:
    """What was accepted before, by period, ``_`` for its hyphen."""
    published = mart(form).empty_table()
    for code, value in values.items():
        published = sent(form, code[1:].replace("_", "-"), value).mart(form, published)
    return published


def came(form: type[VillageForm], code: str, value: Cell, before: pa.Table, edit: str) -> tuple[str, list[Row]]:
    """The outcome of an edit on the return of a period, and the findings of it."""
    checked = sent(form, code, value).check(form, before)
    outcomes = rows(checked.outcomes.to_pandas())
    (outcome,) = [row["outcome"] for row in outcomes if (row["edit"], row["reporter"]) == (edit, VILLAGE_CODE)]
    return outcome, [row for row in told(checked) if row["code"] == edit]


def test_what_a_form_counts_gives_it_its_edits_between_periods() -> None:
    assert {edit.code: type(edit) for edit in Births.edits} == {
        "Z31-K-births": AddedUp,
        "Z31-K-moved": AddedUp,
        "Z31-N-households": SameDay,
    }, "what is no sum, such as a yield, does not add up"
    assert {edit.code: type(edit) for edit in Sown.edits} == {"Z32-N-area": SameDay, "Z32-L-area": Grown}


def test_a_form_that_is_asked_for_one_kind_of_period_has_none() -> None:
    class Halves(VillageForm, code="Z33", sheet="S", title="T", domain="z33"):
        births = field(Children, "Trẻ sinh")
        households = field(Households, "Số hộ", stock=True)

    assert Halves.edits == ()


def test_three_months_make_a_quarter() -> None:
    months = accepted(Births, _2024_M04=1, _2024_M05=2, _2024_M06=4)
    assert came(Births, "2024-Q2", 7, months, "Z31-K-births") == ("holds", [])
    outcome, (found,) = came(Births, "2024-Q2", 8, months, "Z31-K-births")
    assert (outcome, found["severity"], found["written"], found["expected"]) == ("fails", "error", "8", "7")
    assert found["cells"] == address_of(Births, "births")
    where = f"trang «{Births.sheet}», ô {address_of(Births, 'births')}"
    for month, value in ((4, 1), (5, 2), (6, 4)):
        assert f"biểu Z31 tháng {month} năm 2024: {value} (tệp 2024-M{month:02}.xlsx, {where})" in found["message"]


@pytest.mark.slow
def test_quarters_are_taken_before_months_and_months_where_a_quarter_is_not_there() -> None:
    months = {f"_2024_M{month:02}": 1 for month in range(1, 7)}
    before = accepted(Births, **months, _2024_Q1=3)
    assert came(Births, "2024-H1", 6, before, "Z31-K-births")[0] == "holds"
    outcome, (found,) = came(Births, "2024-H1", 5, before, "Z31-K-births")
    assert outcome == "fails"
    assert "tháng 1 năm 2024: 1" in found["message"]
    _, (found,) = came(Births, "2024-H1", 5, accepted(Births, _2024_Q1=3, _2024_Q2=3), "Z31-K-births")
    assert "quý I năm 2024: 3" in found["message"]


@pytest.mark.parametrize(
    "before",
    [{}, {"_2024_M04": 1, "_2024_M05": 2}, {"_2023_M04": 1, "_2023_M05": 2, "_2023_M06": 4}, {"_2024_H1": 9}],
    ids=["nothing", "a month is not there", "last year's", "the longer one alone"],
)
def test_a_quarter_is_undecided_while_a_month_is_not_there(before: dict[str, Cell]) -> None:
    assert came(Births, "2024-Q2", 8, accepted(Births, **before), "Z31-K-births") == ("undecided", [])


def test_a_blank_here_or_in_a_month_decides_nothing() -> None:
    months = accepted(Births, _2024_M04=1, _2024_M05="", _2024_M06=4)
    assert came(Births, "2024-Q2", 8, months, "Z31-K-births") == ("undecided", [])
    whole = accepted(Births, _2024_M04=1, _2024_M05=2, _2024_M06=4)
    assert came(Births, "2024-Q2", "", whole, "Z31-K-births") == ("undecided", [])


def test_a_stock_is_one_and_the_same_in_periods_that_end_together() -> None:
    def of(code: str, households: int) -> Run:
        return sent(Births, code, 0, households=households)

    before = of("2024-M06", 50).mart(Births)
    found = told(of("2024-H1", 51).check(Births, before))
    assert [row["code"] for row in found] == ["Z31-N-households"]
    assert "biểu Z31 tháng 6 năm 2024: 50" in found[0]["message"]
    assert told(of("2024-H1", 50).check(Births, before)) == []
    assert told(of("2024-9M", 51).check(Births, before)) == []


def test_a_quarter_is_no_more_than_its_half_year_when_counted_since_the_start_of_the_year() -> None:
    quarter = accepted(Sown, _2024_Q1="12,5")
    assert came(Sown, "2024-H1", "12,5", quarter, "Z32-L-area") == ("holds", [])
    outcome, (found,) = came(Sown, "2024-H1", "12,4", quarter, "Z32-L-area")
    assert (outcome, found["written"], found["expected"]) == ("fails", "12,4", "12,5")
    assert "không được dưới 12,5 (biểu Z32 quý I năm 2024: 12,5 (tệp 2024-Q1.xlsx" in found["message"]
    assert came(Sown, "2024-H1", "12,4", accepted(Sown, _2023_Q1=90), "Z32-L-area") == ("undecided", [])


def test_of_what_grows_every_earlier_period_of_the_year_is_looked_at() -> None:
    _, (found,) = came(Sown, "2024-H1", 5, accepted(Sown, _2024_Q1=9, _2024_M05=7), "Z32-L-area")
    assert "quý I năm 2024: 9" in found["message"]


def test_what_ends_together_is_equal_when_counted_since_the_start_of_the_year() -> None:
    assert came(Sown, "2024-H1", 8, accepted(Sown, _2024_Q2=7), "Z32-N-area")[0] == "fails"
    assert came(Sown, "2024-H1", 7, accepted(Sown, _2024_Q2=7), "Z32-N-area")[0] == "holds"


def test_what_is_counted_since_the_start_of_the_year_is_compared_with_last_year_alone() -> None:
    assert Sown.comparable(Period.parse("2024-Q1")) == (Period.parse("2023-Q1"),)
    assert len(Births.comparable(Period.parse("2024-Q1"))) == 2
