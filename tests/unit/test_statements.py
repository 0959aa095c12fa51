"""What a plan prints, told from its own words: which number is meant, how precise it is, and what it agrees with."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest

from pipelines.steps.analyse.behind import Behind
from pipelines.steps.analyse.printed import APPROXIMATE, Direction, How, said_in
from pipelines.steps.analyse.statements import compare
from pipelines.steps.collect.printed_plan import read_printed
from schemas.figures import CHAPTERS
from schemas.forms.b03_crops import Crops
from schemas.return_sets import ReturnSetKey
from schemas.tables import FIGURES, LINEAGE, PRINTED, PRINTED_KEY
from schemas.units import (
    Files,
    Heads,
    Hectares,
    Households,
    MillionDong,
    Percent,
    QuintalsPerHectare,
    SquareMetres,
    Tonnes,
    Unit,
    conversion,
)

CATALOGUE = [figure for chapter in CHAPTERS for figure in chapter.figures]
PERIOD, COMMUNE = "2024-H1", "huu-kien"


@pytest.mark.parametrize(
    ("printed", "value", "unit", "decimals"),
    [
        ("đạt 87,45% KH năm 2022", "87.45", Percent, 2),
        ("104,3% (146/140)", "104.3", Percent, 1),
        ("61,2/60 ha", "61.2", Hectares, 1),
        ("61,2/60 ha", "60", Hectares, 0),
        ("250,5 m2", "250.5", SquareMetres, 1),
        ("250,5m²", "250.5", SquareMetres, 1),
        ("8.4 ha", "8.4", Hectares, 1),
        ("8.400 ha", "8400", Hectares, 0),
        ("1.234,56 ha", "1234.56", Hectares, 2),
        ("5. 373", "5373", Heads, 0),
        ("5 373 con", "5373", Heads, 0),
        ("2000.000", "2000000", Heads, 0),
        ("02/03 hộ", "2", Households, 0),
        ("4 - 6%", "4", Percent, 0),
        ("năm 2024 có 30 hộ", "30", Households, 0),
        ("108 công văn", "108", Files, 0),
        ("không có ca", "0", Heads, 0),
    ],
)
def test_the_number_is_the_one_whose_unit_fits(printed: str, value: str, unit: Unit, decimals: int) -> None:
    said = said_in(printed, Decimal(value), unit)
    assert (said.value, said.decimals, said.contradiction) == (Decimal(value), decimals, "")


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("đạt 87,45% KH năm 2022", "2022", Percent),
        ("8.400 ha", "8.4", Hectares),
        ("1.482", "1428", Heads),
        ("5,5 tấn/ha", "5.5", QuintalsPerHectare),
        ("4,6 tỷ", "4.6", MillionDong),
        ("30 kg", "30", Tonnes),
    ],
)
def test_a_text_that_says_another_amount_than_the_table_is_told(printed: str, value: str, unit: Unit) -> None:
    contradiction = said_in(printed, Decimal(value), unit).contradiction
    assert printed in contradiction
    assert "không khớp" in contradiction


@pytest.mark.parametrize(
    ("printed", "how"),
    [
        ("trên 300 con", How.AT_LEAST),
        ("đạt trên 300", How.AT_LEAST),
        ("300 con trở lên", How.AT_LEAST),
        ("không quá 300", How.AT_MOST),
        ("trên dưới 300", How.ABOUT),
        ("khoảng 300 con", How.ABOUT),
        ("ước đạt 300", How.ABOUT),
        ("xấp xỉ 300", How.ABOUT),
        ("gần 300 con", How.NEARLY),
        ("300 con", How.EXACT),
    ],
)
def test_the_words_beside_a_number_say_how_it_is_meant(printed: str, how: How) -> None:
    assert said_in(printed, Decimal(300), Heads).how is how


@pytest.mark.parametrize(
    ("printed", "direction"),
    [("tăng 3,4%", Direction.UP), ("giảm khoảng 3,4%", Direction.DOWN), ("đạt 3,4%", None)],
)
def test_tang_and_giam_are_heard(printed: str, direction: Direction | None) -> None:
    assert said_in(printed, Decimal("3.4"), Percent).direction is direction


def test_units_that_measure_the_same_convert_and_others_do_not() -> None:
    assert conversion(Hectares, SquareMetres) == 10_000
    assert conversion(Tonnes, Hectares) is None
    assert conversion(Heads, Households) is None


NOTHING = Behind(LINEAGE.empty_table(), ())
"""Nothing is known of what stands behind."""


def statement(
    identifier: str,
    printed: str,
    value: str,
    unit: str,
    ours: object,
    ours_unit: str,
    *others: tuple[str, str, str],
    said: tuple[str, str] = ("", ""),
    scope: str = "commune",
    expected: int = 8,
) -> Any:
    """The one statement on a figure, with other printed numbers (id, text, value) of its unit beside it.

    The line may say of whom and when it is; so many reporters stand behind the figure, which is of whom ``scope`` says.
    """
    given = [(identifier, printed, value), *others]
    rows = [
        {
            "period": PERIOD,
            "commune": COMMUNE,
            "id": name,
            "section": "",
            "printed": text,
            "value": number,
            "unit": unit,
            **dict(zip(("scope", "time"), said, strict=True)),
        }
        for name, text, number in given
    ]
    exact = "" if ours is None else str(Fraction(str(ours)))
    figure = {"period": PERIOD, "place": COMMUNE, "id": identifier, "unit": ours_unit, "exact": exact}
    figures = pa.Table.from_pylist([figure | {"scope": scope, "reported": 7, "expected": expected}], FIGURES)
    return compare(pa.Table.from_pylist(rows, PRINTED), figures, NOTHING, CATALOGUE).to_pylist()[0]


AREA, SHARE, GROWTH = "crops.annual.area", "livestock.horse.white.share", "crops.annual.area.growth"


@pytest.mark.parametrize(
    ("printed", "value", "unit", "ours", "verdict"),
    [
        ("226,04 ha", "226.04", "ha", "226.04", "agrees"),
        ("8.4 ha", "8.4", "ha", "8.42", "rounded"),
        ("250,5 m2", "250.5", "m2", "0.02505", "agrees"),
        ("250,5 m2", "250.5", "m2", "0.02506", "conflict"),
        ("khoảng 200 ha", "200", "ha", "209", "agrees"),
        ("khoảng 200 ha", "200", "ha", "211", "conflict"),
        ("gần 200 ha", "200", "ha", "191", "agrees"),
        ("gần 200 ha", "200", "ha", "203", "conflict"),
        ("trên 200 ha", "200", "ha", "203", "agrees"),
        ("226 công", "226", "công", "226", "conflict"),
        ("226 mẫu", "226", "mẫu", "226", "not_recomputable"),
        ("226 tấn", "226", "ha", "226", "conflict"),
        ("226,04", "226.40", "ha", "226.40", "conflict"),
        ("226,04", "226.40", "ha", "226.04", "conflict"),
        ("226 ha", "226", "ha", None, "not_recomputable"),
    ],
)
def test_the_verdict_on_an_area(printed: str, value: str, unit: str, ours: str | None, verdict: str) -> None:
    row = statement(AREA, printed, value, unit, ours, "ha")
    assert row["verdict"] == verdict
    assert bool(row["note"]) is (
        verdict in ("conflict", "not_recomputable") or (verdict == "agrees" and ours in ("209", "191"))
    )


def test_an_estimate_is_told_with_its_width() -> None:
    assert f"không quá {100 * APPROXIMATE} %" in statement(AREA, "khoảng 200 ha", "200", "ha", "209", "ha")["note"]


@pytest.mark.parametrize(
    ("printed", "value", "unit", "verdict"),
    [
        ("55 tạ/ha", "55", "tạ/ha", "agrees"),
        ("55 tấn/ha", "55", "tấn/ha", "conflict"),
        ("5,5 tấn/ha", "5.5", "tấn/ha", "agrees"),
        ("5,5 tấn/ha", "55", "tạ/ha", "agrees"),
    ],
)
def test_a_yield_in_tonnes_is_another_amount_than_one_in_quintals(
    printed: str, value: str, unit: str, verdict: str
) -> None:
    assert statement("crops.spring_rice.yield", printed, value, unit, "55", "tạ/ha")["verdict"] == verdict


@pytest.mark.parametrize(
    ("printed", "value", "unit"),
    [
        ("4,6 tỷ", "4.6", "tỷ"),
        ("4.632 triệu", "4632", "triệu"),
        ("4.632 tr.đ", "4.632", "tỷ"),
        ("4,6 tỷ", "4600", "triệu đồng"),
    ],
)
def test_money_is_compared_in_the_unit_of_the_text(printed: str, value: str, unit: str) -> None:
    row = statement("sales.revenue.total", printed, value, unit, "4.632", "tỷ đồng")
    assert row["verdict"] in ("agrees", "rounded")


def test_percent_points_are_no_percent_unless_a_figure_lies_between_two_percentages() -> None:
    assert statement(SHARE, "59,8 điểm %", "59.8", "%", "59.8", "%")["verdict"] == "conflict"
    assert statement(SHARE, "59,8 điểm %", "59.8", "điểm %", "59.8", "%")["verdict"] == "conflict"
    decrease = "edu.primary2.awards.pct_decrease"
    assert statement(decrease, "giảm 1,2 điểm %", "1.2", "điểm %", "1.2", "%")["verdict"] == "agrees"


@pytest.mark.parametrize(
    ("printed", "value", "ours", "verdict"),
    [
        ("tăng 3,4%", "3.4", "3.4", "agrees"),
        ("tăng 3,4%", "3.4", "-3.4", "conflict"),
        ("giảm 3,4%", "3.4", "-3.4", "agrees"),
        ("giảm 3,4%", "-3.4", "-3.4", "agrees"),
        ("giảm 3,4%", "3.4", "-3.44", "rounded"),
        ("giảm 3,4%", "3.4", "3.4", "conflict"),
    ],
)
def test_growth_is_a_figure_of_its_own_and_keeps_its_sign(printed: str, value: str, ours: str, verdict: str) -> None:
    assert statement(GROWTH, printed, value, "%", ours, "%")["verdict"] == verdict


def test_a_fall_is_not_turned_round_in_a_figure_that_counts_falls() -> None:
    assert statement("prices.livestock.decrease", "giảm 50%", "50", "%", "50", "%")["verdict"] == "agrees"
    assert statement("prices.livestock.decrease", "tăng 50%", "50", "%", "50", "%")["verdict"] == "conflict"


WHITE, TARGET = "livestock.horse.white.heads", "target.livestock.horse.white.heads"


@pytest.mark.parametrize(
    ("identifier", "time", "verdict"),
    [
        (WHITE, "", "agrees"),
        (WHITE, "2024-H1", "agrees"),
        (WHITE, "2024-Q2", "agrees"),
        (WHITE, "as-of 2024-06-28", "agrees"),
        (WHITE, "2024-03-14..2024-03-29", "agrees"),
        (WHITE, "năm 2024", "agrees"),
        (WHITE, "2024-H1 vs 2023", "agrees"),
        (WHITE, "school year 2023-2024", "agrees"),
        (WHITE, "Quý II/2024", "agrees"),
        (WHITE, "28/6/2024", "agrees"),
        (WHITE, "thời điểm báo cáo", "agrees"),
        (WHITE, "2024-99", "agrees"),
        (WHITE, "2023-H1", "not_recomputable"),
        (WHITE, "2024-H2", "not_recomputable"),
        (WHITE, "6 tháng cuối năm 2024", "not_recomputable"),
        (WHITE, "tháng 7/2024", "not_recomputable"),
        (WHITE, "quý III năm 2024", "not_recomputable"),
        (WHITE, "ngày 01/07/2024", "not_recomputable"),
        (WHITE, "2024-12", "not_recomputable"),
        (WHITE, "năm 2023", "not_recomputable"),
        (WHITE, "kế hoạch 2025", "not_recomputable"),
        (WHITE, "kế hoạch 2024", "not_recomputable"),
        (TARGET, "2025-target", "agrees"),
        (TARGET, "kế hoạch 2025", "agrees"),
        (TARGET, "2026", "not_recomputable"),
    ],
)
def test_a_line_is_held_against_the_figure_of_the_time_that_it_says(identifier: str, time: str, verdict: str) -> None:
    row = statement(identifier, "1.482 con", "1482", "con", "1482", "con", said=("", time))
    assert row["verdict"] == verdict
    assert (f"số của «{time}»" in row["note"]) is (verdict == "not_recomputable")


VILLAGE, DESK, LINE = ("village:Thôn Nà Lìa", 1), ("commune", 1), ("line:Đường xóm", 1)


@pytest.mark.parametrize(
    ("said", "of", "verdict"),
    [
        ("commune", ("commune", 8), "agrees"),
        ("Toàn xã", ("commune", 8), "agrees"),
        ("project:Dự án 1", ("commune", 8), "agrees"),
        ("village", ("commune", 8), "not_recomputable"),
        ("village:Nà Lìa", ("commune", 8), "not_recomputable"),
        ("thôn Nà Lìa", ("commune", 8), "not_recomputable"),
        ("school:THCS", ("commune", 8), "not_recomputable"),
        ("district", ("commune", 8), "not_recomputable"),
        ("toàn huyện", DESK, "not_recomputable"),
        ("village:Nà Lìa", DESK, "agrees"),
        ("school:THCS", DESK, "agrees"),
        ("village:Nà Lìa", VILLAGE, "agrees"),
        ("Thôn Nà Lìa", VILLAGE, "agrees"),
        ("village", VILLAGE, "agrees"),
        ("village:Suối Mỏ", VILLAGE, "not_recomputable"),
        ("commune", VILLAGE, "not_recomputable"),
        ("commune", LINE, "agrees"),
        ("village:Suối Mỏ", LINE, "agrees"),
        ("school:Tiểu học 1", ("primary:Trường Tiểu học 1", 1), "agrees"),
        ("school:Tiểu học 2", ("primary:Trường Tiểu học 1", 1), "not_recomputable"),
    ],
)
def test_a_line_is_held_against_the_figure_of_those_that_it_says(said: str, of: tuple[str, int], verdict: str) -> None:
    row = statement(WHITE, "1.482 con", "1482", "con", "1482", "con", said=(said, ""), scope=of[0], expected=of[1])
    assert row["verdict"] == verdict
    assert (f"số của «{said}»" in row["note"]) is (verdict == "not_recomputable")


def test_a_line_of_another_time_is_no_part_of_what_the_others_say() -> None:
    linked, deaths = "civil.linked.deaths", "civil.deaths.registered"
    rows = [
        {"period": PERIOD, "commune": COMMUNE, "section": "", "unit": "trường hợp", "scope": "", **row}
        for row in (
            {"id": linked, "printed": "33", "value": "33", "time": ""},
            {"id": deaths, "printed": "07", "value": "7", "time": "2023"},
        )
    ]
    ours = {"period": PERIOD, "place": COMMUNE, "unit": "trường hợp", "scope": "commune", "reported": 1, "expected": 1}
    figures = [ours | {"id": linked, "exact": "33"}, ours | {"id": deaths, "exact": "7"}]
    told = compare(pa.Table.from_pylist(rows, PRINTED), pa.Table.from_pylist(figures, FIGURES), NOTHING, CATALOGUE)
    assert told["verdict"].to_pylist() == ["agrees", "not_recomputable"]


@pytest.mark.parametrize(
    ("printed", "value", "verdict"),
    [
        ("giảm 1.482 con", "1482", "not_recomputable"),
        ("tăng thêm 1.482 con", "1482", "not_recomputable"),
        ("tăng lên 1.482 con", "1482", "agrees"),
        ("giảm còn 1.482 con", "1482", "agrees"),
        ("1.482 hộ", "1482", "conflict"),
        ("1.482 hộ, tăng", "1482", "conflict"),
        ("1.482 hộ nuôi", "1482", "agrees"),
        ("nhiều con", "1482", "conflict"),
        ("không có con nào", "1482", "conflict"),
        ("một nghìn bốn trăm tám mươi hai con", "1482", "agrees"),
    ],
)
def test_a_stock_is_held_against_no_change_and_no_count_of_something_else(
    printed: str, value: str, verdict: str
) -> None:
    assert statement(WHITE, printed, value, "con", "1482", "con")["verdict"] == verdict


def test_what_falls_by_its_label_is_held_against_a_fall() -> None:
    assert statement("target.poverty.reduction.low", "giảm 2%", "2", "%", "2", "%")["verdict"] == "agrees"


def test_a_bound_that_is_only_a_warning_makes_a_conflict_of_the_printed_number_that_exceeds() -> None:
    linked, deaths = "civil.linked.deaths", "civil.deaths.registered"
    row = statement(linked, "33", "33", "trường hợp", "33", "trường hợp", (deaths, "07", "7"))
    assert row["verdict"] == "conflict"
    assert (
        "«Liên thông khai tử, xóa thường trú, mai táng phí» in 33, nhiều hơn «Đăng ký khai tử» in 07 (quy tắc H01-03)"
    ) in row["note"]
    assert statement(deaths, "07", "7", "trường hợp", "7", "trường hợp", (linked, "33", "33"))["verdict"] == "agrees"
    assert statement(linked, "07", "7", "trường hợp", "7", "trường hợp", (deaths, "07", "7"))["verdict"] == "agrees"


def test_one_of_several_parts_may_not_exceed_the_whole_unless_another_can_be_below_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anise, perennial = "crops.anise.area", "crops.perennial.area"

    def told() -> tuple[object, bool]:
        row = statement(anise, "9 ha", "9", "ha", "9", "ha", (perennial, "8", "8"))
        return row["verdict"], "B03-05" in row["note"]

    assert told() == ("conflict", True)
    monkeypatch.setattr(Crops.fruit_new_area, "minimum", None)
    assert told() == ("agrees", False)


@pytest.mark.parametrize("name", ["study_pass", "conduct_fair"])
def test_a_whole_that_is_printed_under_any_of_its_names_bounds_its_parts(name: str) -> None:
    whole = f"edu.thcs.grades678.{name}.base"
    row = statement("edu.thcs.grades678.disabled", "9", "9", "học sinh", "9", "học sinh", (whole, "8", "8"))
    assert (row["verdict"], "G03-05" in row["note"]) == ("conflict", True)


def test_a_bound_counts_within_one_line_too() -> None:
    row = statement(
        "tet.gifts.red_cross.households", "9", "9", "hộ", "9", "hộ", ("tet.gifts.red_cross.packages", "8", "8")
    )
    assert (row["verdict"], "X04-03" in row["note"]) == ("conflict", True)
    other = statement("tet.gifts.a.households", "9", "9", "hộ", "9", "hộ", ("tet.gifts.b.packages", "8", "8"))
    assert other["verdict"] == "agrees"


PLAN = "id,section,printed,value,unit"


@pytest.mark.parametrize(
    "line",
    [
        "a,P1,đạt 1,5 ha,5,ha",
        "a,P1,1.5 ha,1.5",
        "a,P1,1000 con,1_000,con",
        "a,P1,1000 con,1e3,con",
        "a,P1,1000 con,1e999999,con",
        "a,P1,3 con,٣,con",
        "a,P1,3 con,NaN,con",
        "a,P1,3 con, 3,con",
        f"a,P1,{'con ' * 999},3,con",
        "a,P1,,3,con",
        "a,P1,  ,3,con",
    ],
)
def test_a_printed_row_that_does_not_say_one_number_is_told_and_no_other_is_lost(line: str) -> None:
    printed, problems = read_printed({ReturnSetKey(PERIOD, COMMUNE): f"{PLAN}\n{line}\nb,P1,4 con,4,con\n"})
    assert printed["id"].to_pylist() == ["b"]
    assert problems["problem"].tolist() == ["PRINTED_UNREADABLE"]
    assert "dòng 2, a" in problems["written"].iloc[0]


@pytest.mark.parametrize("text", [f'{PLAN}\na,P1,"4 con,4,con\n', f"{PLAN},value\n", "b\ufffdng"])
def test_a_plan_that_cannot_be_read_as_a_table_is_told(text: str) -> None:
    printed, problems = read_printed({ReturnSetKey(PERIOD, COMMUNE): text})
    assert (len(printed), problems["problem"].tolist()) == (0, ["PRINTED_UNREADABLE"])


def test_a_plan_says_of_whom_and_when_its_numbers_are_where_it_has_columns_for_that() -> None:
    heading = f"{PLAN},scope,kind,period"
    lines = ["a,P1,1 con,1,con,commune,input,2023-H1", "b,P1,x,x,con,,,"]
    for own in (lines[:1], lines):  # read in columns, and line by line
        printed, _ = read_printed({ReturnSetKey(PERIOD, COMMUNE): "\n".join([heading, *own, ""])})
        assert printed.select(["period", "scope", "time"]).to_pylist() == [
            {"period": PERIOD, "scope": "commune", "time": "2023-H1"}
        ]
    plain, _ = read_printed({ReturnSetKey(PERIOD, COMMUNE): f"{PLAN}\na,P1,1 con,1,con\n"})
    assert plain.select(["scope", "time"]).to_pylist() == [{"scope": "", "time": ""}]


def test_a_plan_saved_with_semicolons_is_read() -> None:
    printed, problems = read_printed({ReturnSetKey(PERIOD, COMMUNE): f"{PLAN}\na,P1,1.5 ha,1.5,ha\n".replace(",", ";")})
    assert (printed["value"].to_pylist(), len(problems)) == (["1.5"], 0)


def test_a_figure_may_be_printed_at_several_positions_and_once_at_each() -> None:
    lines = ["a,P1,4 con,4,con", "a,fn2,5 con,5,con", "a,P1,6 con,6,con", "b,P1,4 con,4,con", "a,P1,4 con,4,con"]
    printed, problems = read_printed({ReturnSetKey(PERIOD, COMMUNE): "\n".join([PLAN, *lines])})
    read = [(row["id"], row["section"], row["value"]) for row in printed.to_pylist()]
    assert read == [("a", "P1", "4"), ("a", "fn2", "5"), ("b", "P1", "4")]
    assert problems["written"].tolist() == [f"dòng {line}, a: đã có ở dòng 2" for line in (4, 6)]
    told = compare(printed, FIGURES.empty_table(), NOTHING, CATALOGUE)
    assert told.select(PRINTED_KEY).to_pylist() == printed.select(PRINTED_KEY).to_pylist()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_plans_that_share_lines_are_each_read_as_by_themselves(end: str) -> None:
    one, two, quoted, across = "a,P1,1 con,1,con", "b,P1,2 con,2,con", 'c,"P1",3 con,3,con', 'd,"P1'
    plans = [
        [one, two, quoted],
        [two, quoted, one, one],
        [across, one, two + '"', two],
        [across, f'{one}"', "x,1,con"],
        [one, f"{two}\r{quoted}"],
        [f"{one}\r{two}", ",,,,"],
        ["", ",,,,", two],
        [one, "a,P1,1 con", two],
        [one, "a,P1,x,x,con"],
    ]
    texts = {
        ReturnSetKey(PERIOD, f"{at}"): end.join([PLAN, *lines, ""][: len(lines) + 1 + at % 2])
        for at, lines in enumerate(plans)
    }
    for order in (texts, dict(reversed(texts.items()))):
        printed, problems = read_printed(order)
        alone = [read_printed({key: text}) for key, text in order.items()]
        assert printed.to_pylist() == [row for rows, _ in alone for row in rows.to_pylist()]
        assert problems.to_dict("records") == [row for _, met in alone for row in met.to_dict("records")]
    assert len(printed) > 12


def test_what_is_noted_behind_a_printed_number_is_told_field_by_field_corrections_first() -> None:
    noted = {
        "x": [("B", "b", "", "hai"), ("A", "z", "", "ba"), ("A", "a", "sai", "một"), ("A", "a", "", "không")],
        "y": [("A", "a", "", "một"), ("B", "b", "", "")],
        "z": [("A", "a", "", "một"), ("A", "a", "", "một")],
        "w": [("B", "b", "", "")],
    }
    keys = ("form", "field", "correction", "note")
    edges = [
        {"period": PERIOD, "commune": commune, "figure": AREA, **dict(zip(keys, cell, strict=True))}
        for commune, cells in noted.items()
        for cell in cells
    ]
    plan = {"period": PERIOD, "id": AREA, "section": "", "printed": "1 ha", "value": "1", "unit": "ha"}
    printed = pa.Table.from_pylist([plan | {"commune": commune} for commune in noted], PRINTED)
    ours = {"period": PERIOD, "id": AREA, "unit": "ha", "exact": "1", "reported": 1, "expected": 1}
    figures = pa.Table.from_pylist([ours | {"place": commune} for commune in noted], FIGURES)
    told = compare(printed, figures, Behind(pa.Table.from_pylist(edges, LINEAGE), ()), CATALOGUE)["note"].to_pylist()
    assert told == ["(Đính chính: sai) (không) (một)", "(một)", "(một)", ""]
