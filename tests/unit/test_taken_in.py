"""A village takes in another within a year: it is held against what both had before, and a desk against nothing."""

from collections.abc import Mapping

import pandas as pd

from pipelines.steps.validate.taken_in import of_as_much
from schemas.fields import field
from schemas.form import Counts, DeskForm, VillageForm
from schemas.lines import Line
from schemas.periods import Period, PeriodKind
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.tables import mart
from schemas.units import Children, Dong, Households, QuintalsPerHectare
from tests.unit.builders import Row, Run, address_of, filled, raw_file, run, told
from tests.unit.provinces import HEADING, PROVINCE, commune

EVERY = tuple(PeriodKind)


class Births(VillageForm, code="Z41", sheet="Sinh", title="Trẻ mới sinh", domain="z41", periods=EVERY):
    """One row per village: births in the period, and households there are at its end."""

    births = field(Children, "Trẻ sinh trong kỳ")
    rice_yield = field(QuintalsPerHectare, "Năng suất lúa")
    households = field(Households, "Số hộ", stock=True)


class Fees(
    DeskForm,
    code="Z42",
    sheet="Phí",
    title="Phí đã thu",
    domain="z42",
    reporter="fees",
    periods=EVERY,
    counts=Counts.OVER_PERIOD,
):
    """One row: fees of the period."""

    fees = field(Dong, "Phí đã thu")


class Kinds(
    VillageForm,
    code="Z43",
    sheet="Loại",
    title="Trẻ mới sinh theo giới",
    domain="z43",
    lines="Giới",
    fixed=(Line("boys", "Nam"), Line("girls", "Nữ")),
    periods=EVERY,
):
    """One row per village and line; the form prints the lines, which mean the same in every village."""

    births = field(Children, "Trẻ sinh")


class Schools(VillageForm, code="Z44", sheet="Điểm", title="Điểm trường", domain="z44", lines="Điểm", periods=EVERY):
    """One row per village and school; each village names its own, so that the first of two have nothing in common."""

    births = field(Children, "Học sinh")


FORMS = (Births, Fees)
NAMES = {"mot": "Bản Một", "hai": "Bản Hai", "cu": "Bản Cũ", "phi": "Bộ phận Phí"}
NAMES |= {"doi": "Bản Đôi", "doi_1": "Bản Đôi 1", "doi_2": "Bản Đôi 2"}
NAMES |= {"tren": "Bản Trên", "duoi": "Bản Dưới", "chung": "Bản Chung"}

SENT = "\n".join(
    [
        HEADING,
        *("vn,nation,Việt Nam,,,,,,,", *PROVINCE, *commune("xa-1", "huyen-a")),
        "cu,village,Bản Cũ,xa-1,,,2024-03-31,,,giua",
        "giua,village,Bản Giữa,xa-1,,2024-04-01,2024-05-31,,,mot",
        "phi,desk,Bộ phận Phí,xa-1,,,,,fees,",
        "doi,village,Bản Đôi,xa-1,,,2024-03-31,,,",
        "doi_1,village,Bản Đôi 1,xa-1,,2024-04-01,,,,",
        "doi_2,village,Bản Đôi 2,xa-1,,2024-04-01,,,,",
        *commune("xa-2", "huyen-a", ",2024-03-31", into="xa-1"),
        "tren,village,Bản Trên,xa-1,,,2024-03-31,,,chung",
        "duoi,village,Bản Dưới,xa-1,,,2024-03-31,,,chung",
        "chung,village,Bản Chung,xa-1,,2024-04-01,,,,",
    ]
)
PLACES = Places.parse([SENT])
"""Bản Cũ became Bản Giữa in April, and that a part of Bản Một in June; Số 2 became a part of Số 1 in April, when Bản
Đôi was split in two, and Bản Trên and Bản Dưới were merged into one that had not been there."""

Given = Mapping[str, Mapping[str, int | float]]


def sent(form: type[Births | Fees], code: str, given: Given) -> Run:
    """The returns of a period, by reporter."""
    period = Period.parse(code)
    files = [
        raw_file(
            filled(form, answers, reporter=NAMES[who], commune="Số 1", period=period),
            f"{who}-{code}.xlsx",
            "xa-1",
            period=period,
        )
        for who, answers in given.items()
    ]
    return run(*files, forms=FORMS, places=PLACES)


def found(form: type[Births | Fees], code: str, now: Given, before: Mapping[str, Given]) -> list[Row]:
    """What is told of a period's returns beside those of other periods, but for what is blank or not sent."""
    published = mart(form).empty_table()
    for period, given in before.items():
        published = sent(form, period, given).mart(form, published)
    return [row for row in told(sent(form, code, now).check(form, published)) if row["code"] not in ("C-10", "H-01")]


FIRST = {
    "mot": {"births": 6, "households": 50, "rice_yield": 40},
    "cu": {"births": 4, "households": 30, "rice_yield": 39},
}
SECOND = {"mot": {"births": 9, "households": 80, "rice_yield": 41}}


def test_a_village_is_held_against_what_it_and_those_it_took_in_had() -> None:
    before = {"2024-Q1": FIRST, "2024-Q2": SECOND}
    assert found(Births, "2024-H1", {"mot": {"births": 19, "households": 80}}, before) == []
    (row,) = found(Births, "2024-H1", {"mot": {"births": 15, "households": 80}}, before)
    assert (row["code"], row["severity"], row["written"], row["expected"]) == ("Z41-K-births", "error", "15", "19")
    cell = f"trang «{Births.sheet}», ô {address_of(Births, 'births')}"
    both = f"(tệp mot-2024-Q1.xlsx, {cell}; tệp cu-2024-Q1.xlsx, {cell})"
    assert f"biểu Z41 quý I năm 2024: 10 {both}" in row["message"]
    assert f"biểu Z41 quý II năm 2024: 9 (tệp mot-2024-Q2.xlsx, {cell})" in row["message"]


def test_it_has_not_changed_where_it_has_what_both_had() -> None:
    assert found(Births, "2024-Q2", SECOND, {"2024-Q1": FIRST}) == []
    alone = {"mot": FIRST["mot"]}
    more = {"mot": {**SECOND["mot"], "households": 130}}
    assert [row["code"] for row in found(Births, "2024-Q2", more, {"2024-Q1": FIRST})] == ["H-06"]
    assert found(Births, "2024-Q2", more, {"2024-Q1": alone}) == [], "what the other had is not known"


APART = {
    "tren": {"births": 6, "households": 50, "rice_yield": 40},
    "duoi": {"births": 4, "households": 30, "rice_yield": 39},
}
TOGETHER = {"chung": {"births": 9, "households": 80, "rice_yield": 41}}


def test_a_village_that_began_as_others_were_merged_is_held_against_what_these_had() -> None:
    before = {"2024-Q1": APART, "2024-Q2": TOGETHER}
    assert found(Births, "2024-Q2", TOGETHER, {"2024-Q1": APART}) == []
    assert found(Births, "2024-H1", {"chung": {"births": 19, "households": 80}}, before) == []
    (row,) = found(Births, "2024-H1", {"chung": {"births": 15, "households": 80}}, before)
    assert (row["code"], row["severity"], row["written"], row["expected"]) == ("Z41-K-births", "error", "15", "19")
    cell = f"trang «{Births.sheet}», ô {address_of(Births, 'births')}"
    both = f"(tệp tren-2024-Q1.xlsx, {cell}; tệp duoi-2024-Q1.xlsx, {cell})"
    assert f"biểu Z41 quý I năm 2024: 10 {both}" in row["message"]
    more = {"chung": {**TOGETHER["chung"], "households": 130}}
    assert [row["code"] for row in found(Births, "2024-Q2", more, {"2024-Q1": APART})] == ["H-06"]


def test_of_what_one_of_these_has_not_sent_nothing_is_known() -> None:
    more = {"chung": {**TOGETHER["chung"], "households": 130}}
    for who, alone in APART.items():
        assert found(Births, "2024-Q2", more, {"2024-Q1": {who: alone}}) == []
    years = {"2024-Q1": APART, "2024-Q2": TOGETHER}
    told = found(Births, "2024-Q3", {"chung": {**TOGETHER["chung"], "rice_yield": 9}}, years)
    assert [(row["code"], row["expected"]) for row in told] == [("H-06", "quý II năm 2024: 41")], "it is no sum"


def test_a_village_under_another_code_is_held_against_what_it_had_as_it_was() -> None:
    renamed = Places.parse([SENT.replace("duoi,village,Bản Dưới,xa-1,,,2024-03-31,,,chung\n", "")])
    accepted = sent(Births, "2024-Q1", {"tren": APART["tren"]}).mart(Births).to_pandas()
    (record,) = of_as_much(Births, accepted, [ReturnSetKey("2024-Q2", "xa-1")], renamed).records.to_dict("records")
    assert {name: record[name] for name in ("reporter", *APART["tren"])} == {"reporter": "chung", **APART["tren"]}


def test_what_was_accepted_of_it_before_it_is_said_to_have_begun_is_not_lost() -> None:
    of = [("chung", "", 6), ("tren", "", 4), ("duoi", "", 3)]
    records = pd.DataFrame(of, columns=["reporter", "line", "births"]).astype({"births": "Int64"})
    records = records.assign(period="2024-Q1", commune="xa-1", rice_yield=pd.NA, households=pd.NA)
    found = of_as_much(Births, records, [ReturnSetKey("2024-Q2", "xa-1")], PLACES).records
    assert list(zip(found["reporter"], found["births"], strict=True)) == [("chung", 13), ("tren", 4), ("duoi", 3)]


def test_nothing_is_decided_where_the_other_has_not_sent_or_left_a_blank() -> None:
    now = {"mot": {"births": 18, "households": 80}}
    for other in ({}, {"cu": {"households": 30}}):
        before = {"2024-Q1": {"mot": FIRST["mot"], **other}, "2024-Q2": SECOND}
        assert found(Births, "2024-H1", now, before) == []


def test_a_village_that_is_still_there_is_not_added_to_its_successor() -> None:
    months = {"2024-M01": FIRST, "2024-M02": FIRST, "2024-M03": FIRST}
    now = {"mot": {"births": 18, "households": 50}, "cu": {"births": 12, "households": 30}}
    assert found(Births, "2024-Q1", now, months) == []


WHOLE = {"doi": {"births": 8, "households": 60, "rice_yield": 40}}
HALVES = {"doi_1": {"births": 5, "households": 33}, "doi_2": {"births": 3, "households": 27}}


def test_a_village_that_splits_ends_and_its_halves_begin_each_held_against_what_it_has_itself() -> None:
    asked = {
        code: {place.code for place in PLACES.reporters("xa-1", "village", Period.parse(code))} & {*WHOLE, *HALVES}
        for code in ("2024-Q1", "2024-Q2", "2024-H1")
    }
    assert asked == {"2024-Q1": {*WHOLE}, "2024-Q2": {*HALVES}, "2024-H1": {*HALVES}}
    assert found(Births, "2024-Q2", HALVES, {"2024-Q1": WHOLE}) == [], "none of them had anything before"
    year = {"doi_1": {"births": 9, "households": 33}, "doi_2": {"births": 7, "households": 27}}
    assert found(Births, "2024-H1", year, {"2024-Q1": WHOLE, "2024-Q2": HALVES}) == []
    grown = {"doi_1": {"births": 4, "households": 330}, "doi_2": {"births": 3, "households": 27}}
    (row,) = found(Births, "2024-Q3", grown, {"2024-Q1": WHOLE, "2024-Q2": HALVES})
    assert (row["code"], row["reporter"], row["written"]) == ("H-06", "doi_1", "330")


def test_a_village_that_keeps_its_name_and_gives_a_part_away_is_asked_whether_its_numbers_are_right() -> None:
    first = {"hai": {"births": 8, "households": 600}}
    second = {"hai": {"births": 5, "households": 60}, "doi_1": {"births": 3, "households": 540}}
    (row,) = found(Births, "2024-Q2", second, {"2024-Q1": first})
    assert (row["code"], row["severity"], row["reporter"]) == ("H-06", "warning", "hai")
    year = {"hai": {"births": 13, "households": 60}, "doi_1": {"births": 3, "households": 540}}
    assert found(Births, "2024-H1", year, {"2024-Q1": first, "2024-Q2": second}) == []


def test_what_a_village_sends_after_it_has_split_is_told_and_counts_nowhere() -> None:
    (row,) = found(Births, "2024-Q2", WHOLE, {})
    assert (row["code"], row["severity"]) == ("W-27", "error")
    assert "đơn vị chỉ báo cáo đến hết 31/03/2024" in row["message"]


def test_a_desk_whose_commune_took_in_another_is_held_against_nothing_of_before() -> None:
    before = {"2024-Q1": {"phi": {"fees": 20_000_000}}, "2024-Q2": {"phi": {"fees": 30_000_000}}}
    assert found(Fees, "2024-H1", {"phi": {"fees": 90_000_000}}, before) == []


def test_a_desk_is_held_against_what_it_had_since() -> None:
    before = {"2024-Q3": {"phi": {"fees": 20_000_000}}, "2024-Q4": {"phi": {"fees": 30_000_000}}}
    found_now = found(Fees, "2024-H2", {"phi": {"fees": 90_000_000}}, before)
    assert [row["code"] for row in found_now] == ["Z42-K-fees"]


def before_it_took_them_in(
    form: type[VillageForm],
    *accepted: tuple[str, str, int],
    of: str = "births",
    period: str = "2024-Q1",
    now: str = "2024-Q2",
) -> list[int | None]:
    """What village ``mot`` had, by line, as another period of it is held against that.

    Args:
        form: A form.
        accepted: Of the period: the village, the line, the number.
        of: The field of which it is the number.
        period: When that was accepted.
        now: What is held against it.
    """
    merged = "\n".join([HEADING, "kia,village,Bản Kia,xa-1,,,2024-03-31,,,mot"])
    records = pd.DataFrame(accepted, columns=["reporter", "line", of]).astype({of: "Int64"})
    records = records.assign(period=period, commune="xa-1", **{name: pd.NA for name in form.fields() if name != of})
    places = Places.parse([SENT, merged])
    found = of_as_much(form, records, [ReturnSetKey(now, "xa-1")], places).records
    return [None if pd.isna(one) else int(one) for one in found.loc[found["reporter"] == "mot", of]]


FIRST_LINE = (("mot", "", 6), ("cu", "", 4), ("kia", "", 3))


def test_all_that_it_took_in_are_added_or_nothing_is_known() -> None:
    assert before_it_took_them_in(Births, *FIRST_LINE) == [13]
    assert before_it_took_them_in(Births, *FIRST_LINE[:2]) == [None], "one of the two has not sent"


def test_what_is_no_sum_is_not_known_of_several() -> None:
    assert before_it_took_them_in(Births, *FIRST_LINE, of="rice_yield") == [None]


def test_of_the_same_period_it_is_as_it_was_accepted() -> None:
    assert before_it_took_them_in(Births, *FIRST_LINE, period="2024-H1", now="2024-H1") == [6]


def test_only_lines_that_the_form_prints_are_added() -> None:
    boys = [(village, "boys", births) for village, _, births in FIRST_LINE]
    girls = [(village, "girls", 10 * births) for village, _, births in FIRST_LINE]
    assert before_it_took_them_in(Kinds, *boys, *girls) == [13, 130]
    assert before_it_took_them_in(Schools, *((village, "1", births) for village, _, births in FIRST_LINE)) == [None]


def test_a_desk_of_a_commune_that_took_none_in_is_held_against_all_that_it_had() -> None:
    columns = ["period", "commune", "reporter", "line", "fees"]
    records = pd.DataFrame([("2024-Q1", commune, "phi", "", 1) for commune in ("xa-1", "xa-3")], columns=columns)
    now = [ReturnSetKey("2024-Q2", commune) for commune in ("xa-1", "xa-3")]
    assert list(of_as_much(Fees, records, now, PLACES).records["commune"]) == ["xa-3"]
