from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.steps.analyse.figures import above, evaluate, lineage, of_communes
from pipelines.steps.analyse.sums import merged, of_forms
from schemas.fields import KEYS, LINE_NAME, field
from schemas.figure import Chapter, Figure, each, fields_of, summed
from schemas.form import Form, VillageForm
from schemas.formula import at, constant, difference, own, per, share, sum_of, times, total
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.units import BillionDong, Dong, Heads, Hectares, MillionDong, Percent, Tonnes
from tests.unit.builders import PERIOD, Row, filled, places_with, raw_file, run


class Bees(VillageForm, code="Z01", sheet="Nuôi ong", title="Đàn ong", domain="bees"):
    """A form for these tests alone."""

    hives = field(Heads, "Số đàn ong")
    wild = field(Heads, "Đàn ong rừng")
    area = field(Hectares, "Diện tích hoa")
    honey = field(Tonnes, "Mật ong")
    income = field(MillionDong, "Thu nhập")
    change = field(Heads, "Tăng, giảm", minimum=None)


class Visits(VillageForm, code="Z02", sheet="Khách", title="Lượt khách", domain="visits"):
    """Another one, that only some villages send."""

    visits = field(Heads, "Lượt khách")


class Boats(VillageForm, code="Z03", sheet="Tàu", title="Tàu", domain="boats", lines="Loại tàu"):
    """Lines that villages name themselves."""

    boats = field(Heads, "Số tàu")


BEES: tuple[type[Form], ...] = (Bees, Visits)

CHAPTER = Chapter(
    "bees",
    "Nuôi ong",
    (
        summed(Bees.hives),
        each(Bees.hives, "bees.{reporter}.hives"),
        summed(Bees.area, decimals=1),
        *fields_of(Visits),
        Figure("wild.share", "Tỷ lệ ong rừng", Percent, share(Bees.wild, Bees.hives), decimals=1),
        Figure("wild.share.exact", "Tỷ lệ ong rừng", Percent, share(Bees.wild, Bees.hives), decimals=4),
        Figure("tame", "Ong nhà", Heads, difference(Bees.hives, Bees.wild), decimals=0),
        Figure("income.billion", "Thu nhập", BillionDong, total(Bees.income), decimals=1),
        Figure("income.million", "Thu nhập", MillionDong, total(Bees.income), decimals=3),
        Figure("income.dong", "Thu nhập", Dong, total(Bees.income), decimals=0),
        Figure("yield", "Năng suất", Tonnes, per(Bees.honey, Bees.area, times=10), decimals=2),
        Figure("per.visit", "Thu một lượt khách", Dong, per(Bees.income, Visits.visits), decimals=0),
        Figure("change", "Tăng, giảm", Percent, share(Bees.change, Bees.hives), decimals=0),
        Figure("both", "Cộng", Heads, sum_of(Bees.hives, Visits.visits), decimals=0),
        Figure("{reporter}.wild.share", "Tỷ lệ từng thôn", Percent, share(own(Bees.wild), own(Bees.hives)), decimals=1),
    ),
)

PLACES = places_with(
    "one,commune,Một,chi-lang,,,,",
    "a,village,Bản A,one,,,,",
    "b,village,Bản B,one,,,,",
    "two,commune,Hai,chi-lang,,,,",
    "c,village,Bản C,two,,,,",
    # Hữu Kiên sends neither form here, so that the district is made of the two communes above.
    "huu-kien,commune,Hữu Kiên,chi-lang,,,,B01",
)
NAMES = {"a": ("one", "Một", "Bản A"), "b": ("one", "Một", "Bản B"), "c": ("two", "Hai", "Bản C")}
SETS = [ReturnSetKey(PERIOD.code, "one"), ReturnSetKey(PERIOD.code, "two")]
ALL: dict[str, Any] = {"hives": 10, "wild": 3, "area": 2.5, "honey": 1, "income": 1000, "change": 0}


def figures(
    answers: Mapping[str, Mapping[str, Any]], visits: Mapping[str, int] | None = None
) -> dict[tuple[str, str], Row]:
    """Figures by place and id, of villages that sent the first form, and villages that sent the second."""
    marts = marts_of(answers, visits)
    wanted = [*of_communes(SETS, PLACES), *above(SETS, PLACES)]
    found = evaluate(CHAPTER, of_forms(marts, PLACES, [CHAPTER]), wanted, PLACES, marts)
    return {(row["place"], row["id"]): row for row in found.to_pylist()}


def marts_of(
    answers: Mapping[str, Mapping[str, Any]], visits: Mapping[str, int] | None = None, places: Places = PLACES
) -> dict[type[Form], pa.Table]:
    sent: list[tuple[type[Form], str, Mapping[str, Any]]] = [(Bees, at, given) for at, given in answers.items()]
    sent += [(Visits, at, {"visits": count}) for at, count in (visits or {}).items()]
    files = []
    for form, village, given in sent:
        folder, commune, reporter = NAMES[village]
        content = filled(form, given, reporter=reporter, commune=commune)
        files.append(raw_file(content, f"{form.code}{village}.xlsx", folder))
    done = run(*files, forms=BEES, places=places)
    assert done.met() == []
    return {form: done.mart(form) for form in BEES}


def plain(row: Row) -> str | None:
    return None if pd.isna(row["value"]) else format(Decimal(row["value"]).normalize(), "f")


def test_a_field_is_added_up_over_the_villages_of_a_commune() -> None:
    found = figures({"a": ALL, "b": ALL | {"hives": 7}, "c": ALL})
    row = found["one", "bees.hives"]
    assert (plain(row), row["status"], row["reported"], row["expected"], row["unit"], row["scope"]) == (
        "17",
        "complete",
        2,
        2,
        "con",
        "commune",
    )
    assert plain(found["two", "bees.hives"]) == "10"


def test_a_missing_village_leaves_no_value_and_never_a_low_total() -> None:
    found = figures({"a": ALL, "c": ALL})
    for identifier in ("bees.hives", "wild.share", "tame", "income.billion", "yield", "change"):
        row = found["one", identifier]
        assert (plain(row), row["status"], row["exact"]) == (None, "incomplete", ""), identifier
    assert (found["one", "bees.hives"]["reported"], found["one", "bees.hives"]["expected"]) == (1, 2)


def test_a_blank_cell_leaves_no_value_of_that_field_alone() -> None:
    blank = {name: given for name, given in ALL.items() if name != "wild"}
    found = figures({"a": ALL, "b": blank, "c": ALL})
    assert plain(found["one", "bees.hives"]) == "20"
    row = found["one", "wild.share"]
    assert (plain(row), row["status"], row["reported"], row["expected"]) == (None, "incomplete", 1, 2)


def test_a_stated_zero_is_a_value() -> None:
    found = figures({"a": ALL | {"hives": "-"}, "b": ALL | {"hives": "không"}, "c": ALL})
    assert (plain(found["one", "bees.hives"]), found["one", "bees.hives"]["status"]) == ("0", "complete")


def test_no_returns_at_all_leave_no_value() -> None:
    found = figures({"c": ALL})
    row = found["one", "bees.hives"]
    assert (plain(row), row["status"], row["reported"]) == (None, "incomplete", 0)


def test_a_zero_divisor_is_undefined_and_not_zero() -> None:
    found = figures({"a": ALL | {"hives": 0, "wild": 0}, "b": ALL | {"hives": 0, "wild": 0}, "c": ALL})
    row = found["one", "wild.share"]
    assert (plain(row), row["status"], row["reported"]) == (None, "undefined", 2)


@pytest.mark.parametrize(
    ("wild", "hives", "rounded", "exact"),
    [
        (1, 3, "33.3", "100/3"),
        (2, 3, "66.7", "200/3"),
        (1, 8, "12.5", "25/2"),
        (1, 16, "6.3", "25/4"),
        (3, 16, "18.8", "75/4"),
        (5, 16, "31.3", "125/4"),
        (0, 16, "0", "0"),
        (16, 16, "100", "100"),
    ],
)
def test_a_share_is_rounded_half_up_from_the_exact_value(wild: int, hives: int, rounded: str, exact: str) -> None:
    found = figures({"c": ALL | {"wild": wild, "hives": hives}})
    row = found["two", "wild.share"]
    assert (plain(row), row["exact"]) == (rounded, exact)


def test_rounding_starts_from_the_unrounded_value_and_not_from_a_rounded_one() -> None:
    """2 of 4001 is 0,04998 %: rounded twice, by way of 0,05, it would become 0,1."""
    found = figures({"c": ALL | {"wild": 2, "hives": 4001}})
    assert plain(found["two", "wild.share"]) == "0"
    assert plain(found["two", "wild.share.exact"]) == "0.05"


@pytest.mark.parametrize(("change", "rounded"), [(-5, "-3"), (5, "3"), (-4, "-2"), (-1, "-1"), (0, "0")])
def test_a_negative_half_is_rounded_away_from_zero(change: int, rounded: str) -> None:
    found = figures({"c": ALL | {"hives": 200, "change": change}})
    assert plain(found["two", "change"]) == rounded


@pytest.mark.parametrize(
    ("income", "billion", "million", "dong"),
    [
        ("3819,888", "3.8", "3819.888", "3819888000"),
        ("3850", "3.9", "3850", "3850000000"),
        ("3849,999", "3.8", "3849.999", "3849999000"),
        ("50", "0.1", "50", "50000000"),
        ("0,001", "0", "0.001", "1000"),
    ],
)
def test_money_is_converted_to_the_figures_unit(income: str, billion: str, million: str, dong: str) -> None:
    found = figures({"c": ALL | {"income": income}})
    assert [plain(found["two", f"income.{unit}"]) for unit in ("billion", "million", "dong")] == [
        billion,
        million,
        dong,
    ]
    assert found["two", "income.billion"]["unit"] == "tỷ đồng"


@pytest.mark.parametrize("income", ["1999999999,999", "99999999999999"])
def test_sums_of_a_nations_size_are_figures_as_they_are(income: str) -> None:
    found = figures({village: ALL | {"income": income} for village in NAMES})
    exact = 3 * Fraction(income.replace(",", ".")) * 10**6
    for place in ("chi-lang", "vn"):
        row = found[place, "income.dong"]
        assert (Fraction(row["value"]), Fraction(row["exact"])) == (exact, exact)


def test_decimals_are_added_up_exactly() -> None:
    found = figures({"a": ALL | {"area": "0,1"}, "b": ALL | {"area": "0,2"}, "c": ALL})
    assert (plain(found["one", "bees.area"]), found["one", "bees.area"]["exact"]) == ("0.3", "3/10")


def test_a_rate_of_two_totals_is_not_the_mean_of_rates() -> None:
    found = figures({"a": ALL | {"honey": 1, "area": 1}, "b": ALL | {"honey": 1, "area": 4}, "c": ALL})
    assert plain(found["one", "yield"]) == "4"


def test_a_figure_of_two_forms_needs_both() -> None:
    answers = {"a": ALL, "b": ALL, "c": ALL}
    whole = figures(answers, {"a": 3, "b": 5, "c": 7})
    assert plain(whole["one", "per.visit"]) == "250000000"
    assert plain(whole["one", "both"]) == "28"
    assert (whole["one", "both"]["reported"], whole["one", "both"]["expected"]) == (4, 4)
    part = figures(answers, {"a": 3, "c": 7})
    row = part["one", "per.visit"]
    assert (plain(row), row["status"], row["reported"], row["expected"]) == (None, "incomplete", 3, 4)


def test_a_district_is_the_sum_of_its_communes_and_so_on_upwards() -> None:
    found = figures({"a": ALL, "b": ALL, "c": ALL | {"hives": 22, "wild": 15}})
    for place in ("chi-lang", "lang-son", "vn"):
        assert plain(found[place, "bees.hives"]) == "42"
        assert plain(found[place, "wild.share"]) == "50"
        assert (found[place, "bees.hives"]["reported"], found[place, "bees.hives"]["expected"]) == (3, 3)
    assert found["chi-lang", "bees.hives"]["level"] == "district"
    assert found["chi-lang", "bees.hives"]["scope"] == "district:Chi Lăng"


@pytest.mark.parametrize("missing", ["a", "b", "c"])
def test_a_district_with_a_missing_village_has_no_value(missing: str) -> None:
    found = figures({village: ALL for village in NAMES if village != missing})
    for place in ("chi-lang", "lang-son", "vn"):
        row = found[place, "bees.hives"]
        assert (plain(row), row["status"], row["reported"], row["expected"]) == (None, "incomplete", 2, 3)


def test_the_sums_of_batches_joined_are_those_of_all_communes_at_once() -> None:
    marts = marts_of({"a": ALL, "b": ALL | {"hives": 7}, "c": ALL | {"wild": "2"}}, {"c": 4})
    wanted = above(SETS, PLACES)
    together = evaluate(CHAPTER, of_forms(marts, PLACES, [CHAPTER]), wanted, PLACES)
    batches = [
        {form: mart.filter(pc.equal(mart["commune"], commune)) for form, mart in marts.items()}
        for commune in ("one", "two")
    ]
    sums = [of_forms(batch, PLACES, [CHAPTER]) for batch in batches]
    joined = {form: merged([one[form] for one in sums]) for form in BEES}
    assert evaluate(CHAPTER, joined, wanted, PLACES).equals(together)
    first = {form: merged([sums[0][form]]) for form in BEES}
    (row,) = [row for row in evaluate(CHAPTER, first, wanted, PLACES).to_pylist() if row["id"] == "bees.hives"][:1]
    assert (plain(row), row["status"], row["reported"], row["expected"]) == (None, "incomplete", 2, 3)


def test_a_district_has_the_value_of_the_communes_that_are_present_and_says_that_others_are_not() -> None:
    marts = marts_of({"a": ALL, "b": ALL | {"hives": 7}, "c": ALL})
    first = {form: mart.filter(pc.equal(mart["commune"], "one")) for form, mart in marts.items()}
    sums = of_forms(first, PLACES, [CHAPTER])
    present = [key for key in SETS if key.commune == "one"]
    found = evaluate(CHAPTER, sums, above(SETS, PLACES), PLACES, present=present).to_pylist()
    rows = {row["place"]: row for row in found if row["id"] == "bees.hives"}
    for place in ("chi-lang", "lang-son", "vn"):
        row = rows[place]
        assert (plain(row), row["status"], row["reported"], row["expected"]) == ("17", "incomplete", 2, 3)


def test_a_commune_that_does_not_send_a_form_has_no_figures_of_it() -> None:
    found = figures({"a": ALL, "b": ALL, "c": ALL})
    assert not [place for place, _ in found if place == "huu-kien"]


SOME = places_with(
    "one,commune,Một,chi-lang,,,,",
    "a,village,Bản A,one,,,,",
    "b,village,Bản B,one,,,,",
    "two,commune,Hai,chi-lang,,,,Z02",
    "c,village,Bản C,two,,,,",
    "huu-kien,commune,Hữu Kiên,chi-lang,,,,B01",
)
"""The second commune sends one of the forms alone."""


def above_of_some(present: Sequence[ReturnSetKey] | None, places: Places = SOME) -> dict[tuple[str, str], Row]:
    """Figures above communes, of all who are to send or those of them in the communes that are present."""
    come = {key.commune for key in SETS if present is None or key in present}
    to_send = {
        form: [at for at, (code, *_) in NAMES.items() if code in come and places.expects(code, form.code)]
        for form in BEES
    }
    visits = {"a": 3, "b": 5, "c": 8}
    marts = marts_of(dict.fromkeys(to_send[Bees], ALL), {at: visits[at] for at in to_send[Visits]}, places)
    found = evaluate(CHAPTER, of_forms(marts, places, [CHAPTER]), above(SETS, places), places, present=present)
    return {(row["place"], row["id"]): row for row in found.to_pylist()}


@pytest.mark.parametrize("present", [None, SETS, SETS[:1]], ids=["not said", "both", "the first"])
@pytest.mark.parametrize(("figure", "value"), [("per.visit", "250000000"), ("both", "28")])
def test_a_figure_of_two_forms_is_that_of_the_communes_that_send_both(
    figure: str, value: str, present: Sequence[ReturnSetKey] | None
) -> None:
    found = above_of_some(present)
    for place in ("chi-lang", "lang-son", "vn"):
        row = found[place, figure]
        assert (plain(row), row["status"], row["reported"], row["expected"]) == (value, "incomplete", 4, 5)
    if present != SETS[:1]:
        assert (plain(found["vn", "visits.visits"]), found["vn", "visits.visits"]["status"]) == ("16", "complete")


def test_a_figure_of_two_forms_waits_for_the_communes_that_send_both_and_is_none_where_none_does() -> None:
    row = above_of_some(SETS[1:])["vn", "both"]
    assert (plain(row), row["status"], row["reported"], row["expected"]) == (None, "incomplete", 0, 5)
    apart = places_with(
        *("one,commune,Một,chi-lang,,,,Z01", "a,village,Bản A,one,,,,", "b,village,Bản B,one,,,,"),
        *("two,commune,Hai,chi-lang,,,,Z02", "c,village,Bản C,two,,,,", "huu-kien,commune,Hữu Kiên,chi-lang,,,,B01"),
    )
    found = above_of_some(None, apart)
    assert ("vn", "bees.hives") in found
    assert not {("vn", "both"), ("vn", "per.visit")} & found.keys()


def test_figures_of_each_reporter_stand_beside_the_total() -> None:
    found = figures({"a": ALL, "b": ALL | {"hives": 4}, "c": ALL})
    assert [plain(found["one", f"bees.{village}.hives"]) for village in ("a", "b")] == ["10", "4"]
    assert plain(found["one", "b.wild.share"]) == "75"
    assert found["one", "bees.b.hives"]["reporter"] == "b"
    assert ("chi-lang", "bees.b.hives") not in found


def test_figures_of_a_reporter_who_has_not_sent_are_incomplete_and_do_not_vanish() -> None:
    found = figures({"a": ALL, "c": ALL})
    for identifier in ("bees.b.hives", "b.wild.share"):
        row = found["one", identifier]
        assert (plain(row), row["status"], row["reported"], row["expected"]) == (None, "incomplete", 0, 1), identifier
        assert (row["reporter"], row["label"].endswith("Bản B")) == ("b", True), identifier
    assert found.keys() == figures(dict.fromkeys("abc", ALL)).keys()


def test_a_village_that_no_longer_exists_does_not_stand_in_for_one_that_does() -> None:
    places = places_with(
        "one,commune,Một,chi-lang,,,,",
        "a,village,Bản A,one,,,,",
        "b,village,Bản B,one,,,,",
        "cu,village,Bản Cũ,one,,,2023-12-31,",
    )
    files = [
        raw_file(filled(Bees, ALL, reporter=name, commune="Một"), f"{name}.xlsx", "one") for name in ("Bản A", "Bản Cũ")
    ]
    done = run(*files, forms=BEES, places=places)
    wanted = of_communes([ReturnSetKey(PERIOD.code, "one")], places)
    marts = {form: done.mart(form) for form in BEES}
    found = evaluate(CHAPTER, of_forms(marts, places, [CHAPTER]), wanted, places, marts).to_pylist()
    (row,) = [row for row in found if (row["place"], row["id"]) == ("one", "bees.hives")]
    assert (plain(row), row["status"]) == (None, "incomplete")


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ((("a", "big", 2), ("a", "small", 5), ("b", "big", 4)), "6"),
        ((("a", "big", 2), ("a", "small", 5), ("b", "small", 4)), "2"),
        ((("a", "big", 2), ("b", "big", None)), None),
        ((("a", "big", 2), ("a", "small", 5)), None),
        ((("a", "small", 2), ("b", "small", 2)), None),
    ],
    ids=["of both", "of one of them", "a blank", "one who has sent nothing", "nobody has it"],
)
def test_a_line_that_several_reporters_have_is_added_up_over_them(
    lines: Sequence[tuple[str, str, int | None]], value: str | None
) -> None:
    rows = [
        dict(zip((*KEYS, LINE_NAME, "boats"), (PERIOD.code, "one", village, line, line, boats), strict=True))
        for village, line, boats in lines
    ]
    chapter = Chapter("boats", "Tàu", (Figure("boats.big", "Tàu lớn", Heads, at(Boats.boats, "big"), decimals=0),))
    marts: dict[type[Form], pa.Table] = {Boats: pa.Table.from_pylist(rows)}
    found = evaluate(chapter, of_forms(marts, PLACES, [chapter]), of_communes(SETS[:1], PLACES), PLACES, marts)
    assert [plain(row) for row in found.to_pylist()] == [value]


def test_a_figure_that_would_add_up_prices_over_lines_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="boats would be added up over lines"):
        Figure("x", "X", Heads, times(Boats.boats, Boats.boats), decimals=0)


def test_every_figure_leads_to_the_cells_it_is_made_of() -> None:
    content = filled(Bees, ALL, reporter="Bản C", commune="Hai")
    done = run(raw_file(content, "c.xlsx", "two"), forms=BEES, places=PLACES)
    marts = {form: done.mart(form) for form in BEES}
    key = ReturnSetKey(PERIOD.code, "two")
    made = evaluate(CHAPTER, of_forms(marts, PLACES, [CHAPTER]), of_communes([key], PLACES), PLACES, marts)
    found = lineage(CHAPTER, marts, [key], made).to_pylist()
    edges = {(row["figure"], row["field"], row["cell"]) for row in found}
    assert ("wild.share", "wild", done.entry("wild", "c")["cell"]) in edges
    assert ("wild.share", "hives", done.entry("hives", "c")["cell"]) in edges
    assert ("bees.c.hives", "hives", done.entry("hives", "c")["cell"]) in edges
    assert {row["sha256"] for row in found} == {done.entry("wild", "c")["sha256"]}
    for figure in CHAPTER.figures:
        read = {(leaf.field.form.code, leaf.field.name) for leaf in figure.formula.leaves()}
        name = figure.id.format(reporter="c", line="")
        if Visits not in figure.forms:
            assert {(row["form"], row["field"]) for row in found if row["figure"] == name} == read


def test_cells_lead_to_no_figure_that_a_commune_does_not_have() -> None:
    """It sends one of the forms of some figures and not the other."""
    places = places_with("two,commune,Hai,chi-lang,,,,Z01", "c,village,Bản C,two,,,,")
    done = run(raw_file(filled(Bees, ALL, reporter="Bản C", commune="Hai"), "c.xlsx", "two"), forms=BEES, places=places)
    marts, key = {form: done.mart(form) for form in BEES}, ReturnSetKey(PERIOD.code, "two")
    made = evaluate(CHAPTER, of_forms(marts, places, [CHAPTER]), of_communes([key], places), places, marts)
    there, led_to = set(made["id"].to_pylist()), set(lineage(CHAPTER, marts, [key], made)["figure"].to_pylist())
    assert "both" not in there
    assert led_to == there


def test_a_product_of_two_sums_is_no_figure_of_a_district() -> None:
    """Persons times months of each commune, added up, are not all persons times all months."""
    both, thrice = times(Bees.hives, Bees.wild), times(Bees.hives, constant("3", "ba"))
    assert [one.adds_up for one in (both, thrice, share(Bees.hives, Bees.wild))] == [False, True, True]
    assert not sum_of(Bees.hives, both).adds_up
