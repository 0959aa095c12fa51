"""Forms that print their lines: crops down, area, yield and production across, once per season."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from pipelines.handout.aids import Aids
from pipelines.handout.layout import Answer, workbook
from pipelines.steps.analyse.figures import evaluate, lineage
from pipelines.steps.analyse.sums import of_forms
from schemas.edits import agrees, alike, product, within
from schemas.fields import field
from schemas.figure import Chapter, Figure, each, over_lines, summed
from schemas.form import DeskForm, VillageForm
from schemas.formula import own, per
from schemas.lines import Line, by_season, flat
from schemas.places import Places
from schemas.units import Heads, Hectares, QuintalsPerHectare, Tonnes
from tests.unit.builders import (
    PERIOD,
    VILLAGE,
    Run,
    changed,
    raw_file,
    run,
    told,
)

CROPS = (
    Line("cereal", "Cây lương thực có hạt", (Line("rice", "Lúa"), Line("maize", "Ngô")), without=("yield_",)),
    Line("vegetables", "Rau, đậu", of_which=(Line("beans", "Đậu"),)),
)
SEASONS = (Line("spring", "Vụ đông xuân", without=("yield_",)), Line("autumn", "Vụ mùa", without=("yield_",)))


class Season(
    VillageForm,
    code="Z71",
    sheet="Cây trồng",
    title="Diện tích, năng suất, sản lượng",
    domain="season",
    lines="Loại cây",
    fixed=by_season(SEASONS, CROPS),
):
    """One row per village, season and crop."""

    area = field(Hectares, "Diện tích")
    yield_ = field(QuintalsPerHectare, "Năng suất")
    production = field(Tonnes, "Sản lượng")

    edits = (product("Z71-01", "production", ["area", "yield_"], divisor=10),)


FORMS = (Season,)
GOOD: dict[str, tuple[str, str, str]] = {
    "spring": ("35", "", "152"),
    "spring_cereal": ("25", "", "112"),
    "spring_rice": ("20", "50", "100"),
    "spring_maize": ("5", "24", "12"),
    "spring_vegetables": ("10", "40", "40"),
    "spring_beans": ("4", "10", "4"),
    "autumn": ("0", "", "0"),
    "autumn_cereal": ("0", "", "0"),
    "autumn_rice": ("0", "0", "0"),
    "autumn_maize": ("0", "0", "0"),
    "autumn_vegetables": ("0", "0", "0"),
    "autumn_beans": ("0", "0", "0"),
}
FIRST_ROW, CODE, NAME, AREA, YIELD = 8, "B", "C", "D", "E"
ROWS = {code: FIRST_ROW + at for at, code in enumerate(GOOD)}


def content(village: str = VILLAGE, commune: str = "Hữu Kiên", **lines: tuple[str, str, str]) -> bytes:
    """A village's return, with some lines otherwise."""
    names = list(Season.fields())
    answers = {
        ("Z71", line, name): Answer(value)
        for line, values in (GOOD | lines).items()
        for name, value in zip(names, values, strict=True)
        if value
    }
    return workbook([Season], period=PERIOD, commune=commune, reporter=village, answers=answers)


def sent(*changes: Callable[[Any], object], **lines: tuple[str, str, str]) -> Run:
    """A village's return, with some lines otherwise and the sheet changed."""
    book = content(VILLAGE, "Hữu Kiên", **lines)
    for change in changes:
        book = changed(book, change)
    return run(raw_file(book), forms=FORMS)


def put(cell: str, value: object) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet[cell] = value

    return change


class Changed(
    VillageForm,
    code="Z72",
    sheet="Đất",
    title="Đất",
    domain="land",
    lines="Loại đất",
    version=2,
    since={2: "2025-H1"},
    fixed=(Line("all", "Tổng", (Line("rice", "Lúa"), Line("dry", "Màu", until=1), Line("maize", "Ngô", since=2))),),
):
    """A row per village and kind of land, of which one was printed until 2024 and another since."""

    area = field(Hectares, "Diện tích")


@pytest.mark.parametrize(
    ("version", "dry", "expected"),
    [(1, "4", ()), (1, "3", ("Z72-D-area",)), (2, None, ("WRONG_VERSION",))],
    ids=["right", "another sum", "another version"],
)
def test_a_period_is_asked_for_the_lines_of_its_version(
    version: int, dry: str | None, expected: tuple[str, ...]
) -> None:
    form = Changed.in_version(version)
    given = {"all": "10", "rice": "6", **({"dry": dry} if dry else {"maize": "4"})}
    answers = {("Z72", line, "area"): Answer(value) for line, value in given.items()}
    book = workbook([form], period=PERIOD, commune="Hữu Kiên", reporter=VILLAGE, answers=answers)
    done = run(raw_file(book), forms=(Changed,))
    met = [row["problem"] for row in done.met()]
    assert (*met, *(row["code"] for row in told(done.check(Changed)) if not met)) == expected


def test_lines_are_once_per_season_with_their_levels() -> None:
    assert [(placed.line.code, placed.level) for placed in flat(Season.fixed)][:6] == [
        ("spring", 0),
        ("spring_cereal", 1),
        ("spring_rice", 2),
        ("spring_maize", 2),
        ("spring_vegetables", 1),
        ("spring_beans", 2),
    ]
    assert list(Season.printed_lines()) == list(GOOD)


def test_the_blank_form_prints_the_lines_and_crosses_out_what_it_does_not_ask(tmp_path: Any) -> None:
    path = tmp_path / "blank.xlsx"
    path.write_bytes(workbook([Season], period=PERIOD, commune="Hữu Kiên", reporter=VILLAGE))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    found = [[cell.value for cell in row[1:6]] for row in sheet.iter_rows(FIRST_ROW, FIRST_ROW + 2)]
    assert found == [
        ["spring", "Vụ đông xuân", None, "x", None],
        ["spring_cereal", "   Cây lương thực có hạt", None, "x", None],
        ["spring_rice", "      Lúa", None, None, None],
    ]


def test_who_fills_the_form_in_cannot_write_over_the_lines(tmp_path: Any) -> None:
    path = tmp_path / "blank.xlsx"
    path.write_bytes(workbook([Season], period=PERIOD, commune="Hữu Kiên", reporter=VILLAGE, aids=Aids()))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    locked = {column: sheet[f"{column}{FIRST_ROW}"].protection.locked for column in (CODE, NAME, AREA)}
    assert locked == {CODE: True, NAME: True, AREA: False}


def test_a_return_in_which_all_is_right_has_no_finding() -> None:
    done = sent()
    assert done.met() == []
    assert told(done.check(Season)) == []
    assert len(done.located.entries) == 12 * 3 - 4, "of the lines above others no yield is asked"


def test_a_total_that_its_lines_do_not_make_is_told_with_the_cells_of_all() -> None:
    above, below = told(sent(spring_cereal=("26", "", "112")).check(Season))
    assert (above["code"], above["severity"], above["cells"]) == ("Z71-D-area", "error", f"{AREA}{ROWS['spring']}")
    assert (below["written"], below["expected"], below["cells"]) == ("26", "25", f"{AREA}{ROWS['spring_cereal']}")
    for words in (f"«Lúa» 20, ô {AREA}{ROWS['spring_rice']}", f"«Ngô» 5, ô {AREA}{ROWS['spring_maize']}"):
        assert words in below["message"]


def test_what_is_of_a_line_is_no_more_than_that() -> None:
    (found,) = told(sent(spring_beans=("11", "10", "11")).check(Season))
    assert (found["code"], found["expected"]) == ("Z71-T-area", "11")
    assert found["cells"] == f"{AREA}{ROWS['spring_vegetables']}"


def test_a_blank_line_below_decides_nothing() -> None:
    checked = sent(spring_rice=("", "50", "")).check(Season)
    outcomes = {
        (row["line"], row["outcome"])
        for row in checked.outcomes.to_pylist()
        if row["edit"] == "Z71-D-area" and row["line"].startswith("spring")
    }
    assert ("spring_cereal", "undecided") in outcomes
    assert [row["code"] for row in told(checked)] == []


def test_a_missing_line_is_told() -> None:
    done = sent(lambda sheet: sheet.delete_rows(ROWS["spring_maize"]))
    assert [(row["problem"], row["written"]) for row in done.met()] == [("LINE_MISSING", "spring_maize «Ngô»")]
    assert told(done.check(Season))[0]["severity"] == "error"


def test_a_line_that_the_form_does_not_print_is_told_and_not_read() -> None:
    done = sent(put(f"{CODE}{ROWS['spring_maize']}", "spring_maiz"))
    met = {row["problem"]: row for row in done.met()}
    assert met.keys() == {"LINE_MISSING", "LINE_UNKNOWN"}
    assert (met["LINE_UNKNOWN"]["written"], met["LINE_UNKNOWN"]["expected"].split(", ")[0]) == (
        "spring_maiz",
        "spring_maize",
    )
    assert "spring_maiz" not in set(done.located.entries["line"])


def test_a_line_under_another_name_is_told_and_not_read() -> None:
    done = sent(put(f"{NAME}{ROWS['spring_maize']}", "Khoai"))
    (met,) = done.met()
    assert (met["problem"], met["written"], met["expected"]) == ("LINE_RENAMED", "Khoai", "Ngô")
    assert "spring_maize" not in set(done.located.entries["line"])


@pytest.mark.parametrize(("written", "problems"), [("x", []), (None, []), ("-", []), ("50", ["NOT_OF_LINE"])])
def test_what_is_not_asked_of_a_line_may_be_crossed_out_and_holds_no_number(written: str, problems: list[str]) -> None:
    done = sent(put(f"{YIELD}{ROWS['spring']}", written))
    assert [row["problem"] for row in done.met()] == problems


CHAPTER = Chapter(
    "season",
    "Cây trồng",
    (
        summed(Season.area),
        *over_lines(each(Season.area, "season.{line}.area")),
        *over_lines(
            Figure(
                "season.{line}.yield",
                "Năng suất",
                QuintalsPerHectare,
                per(own(Season.production), own(Season.area), 10),
                decimals=1,
            )
        ),
    ),
)


TWO = Places.parse(["code,level,name,parent\nvn,nation,VN,\nx,commune,X,vn\nv1,village,V1,x\nv2,village,V2,x\n"])
LESS = {"spring": ("25", "", "112"), "spring_cereal": ("15", "", "72"), "spring_rice": ("10", "60", "60")}


def test_figures_by_line_are_added_up_over_the_villages_and_nothing_counts_twice() -> None:
    books = {"a.xlsx": content("V1", "X"), "b.xlsx": content("V2", "X", **LESS)}
    files = [raw_file(book, name, commune="x") for name, book in books.items()]
    done = run(*files, forms=FORMS, places=TWO)
    mart = done.mart(Season)
    sums = of_forms({Season: mart}, TWO, [CHAPTER])
    (commune,) = [place for place in TWO.rows if place.code == "x"]
    made = evaluate(CHAPTER, sums, [(PERIOD.code, commune)], TWO)
    figures = {row["id"]: row for row in made.to_pylist()}
    values = {name: (row["value"], row["status"], row["reported"]) for name, row in figures.items()}
    assert values["season.area"] == (60, "complete", 2), "only lines that are part of no other are added up"
    assert values["season.spring_rice.area"] == (30, "complete", 2)
    assert values["season.spring_rice.yield"] == (Decimal("53.3"), "complete", 2), "10 x 160 t : 30 ha"
    assert figures["season.spring_rice.yield"]["label"] == "Năng suất – Lúa"
    edges = lineage(CHAPTER, {Season: mart}, done.return_sets, made).to_pylist()
    assert {row["line"] for row in edges if row["figure"] == "season.area"} == {"spring", "autumn"}
    assert {row["line"] for row in edges if row["figure"] == "season.spring_rice.yield"} == {"spring_rice"}


def test_a_figure_by_line_is_incomplete_while_a_village_has_not_sent() -> None:
    done = run(raw_file(content("V1", "X"), commune="x"), forms=FORMS, places=TWO)
    sums = of_forms({Season: done.mart(Season)}, TWO, [CHAPTER])
    (commune,) = [place for place in TWO.rows if place.code == "x"]
    figures = evaluate(CHAPTER, sums, [(PERIOD.code, commune)], TWO).to_pylist()
    assert {(row["value"], row["status"], row["expected"]) for row in figures} == {(None, "incomplete", 2)}


def test_a_line_without_one_of_the_fields_has_no_such_figure() -> None:
    yields = over_lines(each(Season.yield_, "season.{line}.y"))
    assert [figure.id for figure in yields][:3] == [
        "season.spring_rice.y",
        "season.spring_maize.y",
        "season.spring_vegetables.y",
    ]


@pytest.mark.parametrize(
    ("lines", "heading", "words"),
    [
        ((Line("a", "A"), Line("a", "B")), "Loại", "its own code"),
        ((Line("a", "A"),), "", "a heading"),
        ((Line("a", "A", without=("b",)),), "Loại", "no field"),
    ],
)
def test_lines_that_cannot_be_told_apart_are_refused(lines: tuple[Line, ...], heading: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):

        class Wrong(VillageForm, code="Z72", sheet="S", title="T", domain="z72", lines=heading, fixed=lines):
            area = field(Hectares, "Diện tích")


TREES = (
    Line("first", "Vụ một", (Line("first_rice", "Lúa"), Line("first_maize", "Ngô")), without=("trees",)),
    Line("second", "Vụ hai", of_which=(Line("second_rice", "Lúa"),)),
)


class Planted(VillageForm, code="Z73", sheet="Cây", title="Cây", domain="planted", lines="Loại", fixed=TREES):
    """One row per village, season and crop; of the first season as a whole no trees are asked."""

    area = field(Hectares, "Diện tích")
    trees = field(Heads, "Số cây")
    rate = field(QuintalsPerHectare, "Năng suất")

    edits = (alike("Z73-01", "rate"),)


class Office(DeskForm, code="Z74", sheet="Cộng", title="Cộng", domain="added", reporter="agriculture"):
    """What a desk says of all villages."""

    area = field(Hectares, "Diện tích các thôn")
    trees = field(Heads, "Số cây các thôn")
    most = field(Hectares, "Diện tích đã thăm")

    edits = (
        agrees("Z74-01", "area", Planted.area),
        agrees("Z74-02", "trees", Planted.trees),
        within("Z74-03", "most", Planted.area),
    )


def planted(village: str, rates: Mapping[str, str] = {}, times: int = 1) -> bytes:
    """A village's return: 10 ha and 30 trees in the first season, 5 ha and 20 trees in the second."""
    given = {
        "first": ("10", ""),
        "first_rice": ("6", "10"),
        "first_maize": ("4", "20"),
        "second": ("5", "20"),
        "second_rice": ("5", "20"),
    }
    answers = {
        ("Z73", line, name): Answer(int(value) * times)
        for line, values in given.items()
        for name, value in zip(("area", "trees"), values, strict=True)
        if value
    }
    answers |= {("Z73", line, "rate"): Answer(rates.get(line, "50")) for line in given}
    return workbook([Planted], period=PERIOD, commune="X", reporter=village, answers=answers)


def of_office(area: str, trees: str, most: str) -> bytes:
    given = {"area": area, "trees": trees, "most": most}
    answers = {("Z74", "", name): Answer(value) for name, value in given.items()}
    return workbook([Office], period=PERIOD, commune="X", reporter="Bộ phận Nông nghiệp", answers=answers)


WITH_OFFICE = Places.parse(
    [
        "code,level,name,parent,kind\nvn,nation,VN,,\nx,commune,X,vn,\nv1,village,V1,x,\nv2,village,V2,x,\n"
        "agriculture,desk,Bộ phận Nông nghiệp,x,agriculture\n"
    ]
)


@pytest.mark.parametrize(
    ("area", "trees", "most", "expected"),
    [
        ("45", "150", "45", {}),
        ("90", "150", "45", {"Z74-01": "45"}),
        ("45", "200", "45", {"Z74-02": "150"}),
        ("45", "150", "46", {"Z74-03": "45"}),
    ],
)
def test_a_desk_agrees_with_the_lines_of_others_of_which_none_counts_twice(
    area: str, trees: str, most: str, expected: dict[str, str]
) -> None:
    files = {"a": planted("V1"), "b": planted("V2", times=2), "c": of_office(area, trees, most)}
    done = run(
        *(raw_file(book, f"{name}.xlsx", commune="x") for name, book in files.items()),
        forms=(Planted, Office),
        places=WITH_OFFICE,
    )
    assert {row["code"]: row["expected"] for row in told(done.check(Office))} == expected


def test_what_a_line_does_not_ask_for_is_added_up_over_its_parts() -> None:
    done = run(
        raw_file(planted("V1"), commune="x"),
        raw_file(planted("V2"), "b.xlsx", commune="x"),
        forms=(Planted,),
        places=TWO,
    )
    chapter = Chapter("planted", "Cây", (summed(Planted.trees), summed(Planted.area)))
    mart = done.mart(Planted)
    (commune,) = [place for place in TWO.rows if place.code == "x"]
    made = evaluate(chapter, of_forms({Planted: mart}, TWO, [chapter]), [(PERIOD.code, commune)], TWO)
    values = {row["id"]: (row["value"], row["status"]) for row in made.to_pylist()}
    assert values == {"planted.trees": (100, "complete"), "planted.area": (30, "complete")}
    edges = lineage(chapter, {Planted: mart}, done.return_sets, made).to_pylist()
    read = {(row["figure"], row["line"]) for row in edges}
    assert {line for figure, line in read if figure == "planted.trees"} == {"first_rice", "first_maize", "second"}
    assert {line for figure, line in read if figure == "planted.area"} == {"first", "second"}


def test_a_crop_is_alike_to_the_same_crop_of_the_others() -> None:
    codes = [f"v{number}" for number in range(1, 9)]
    places = Places.parse(
        [
            "\n".join(
                ["code,level,name,parent", "vn,nation,VN,", "x,commune,X,vn", *(f"{c},village,{c},x" for c in codes)]
            )
        ]
    )
    usual = {"first_rice": "50", "first_maize": "24", "second": "40"}
    books = [planted(code, usual | ({"first_rice": "24"} if code == "v8" else {})) for code in codes]
    files = [raw_file(book, f"{code}.xlsx", commune="x") for code, book in zip(codes, books, strict=True)]
    (found,) = told(run(*files, forms=(Planted,), places=places).check(Planted))
    assert (found["code"], found["written"], found["expected"]) == ("Z73-01", "24", "50")


@pytest.mark.parametrize(
    ("lines", "counted"),
    [
        ((Line("a", "A", (Line("b", "B"),), (Line("c", "C"),)), Line("d", "D")), ("a", "d")),
        ((Line("a", "A", (Line("b", "B"), Line("c", "C")), without=("area",)), Line("d", "D")), ("b", "c", "d")),
        ((Line("a", "A", (Line("b", "B"),), (Line("c", "C"),), without=("area",)),), ("a",)),
        ((Line("a", "A", without=("area",)),), ("a",)),
    ],
    ids=["all ask", "a line above does not", "a line above does not and what is of it does", "nobody asks"],
)
def test_a_sum_that_nobody_can_know_is_never_made_of_some_lines(
    lines: tuple[Line, ...], counted: tuple[str, ...]
) -> None:
    class Lined(VillageForm, code="Z75", sheet="S", title="T", domain="lined", lines="Loại", fixed=lines):
        area = field(Hectares, "Diện tích")
        rate = field(QuintalsPerHectare, "Năng suất")

    assert Lined.counted_lines("area") == counted
    assert Lined.counted_lines("rate") == tuple(line.code for line in lines)
