"""A form changes over the years: fields added, dropped, renamed, split, merged; every return is read as what it is."""

import io
from typing import Any

import openpyxl
import pyarrow as pa
import pytest

from pipelines.handout.layout import Answer, workbook
from pipelines.present.dictionary import _meaning
from pipelines.steps.analyse.figures import evaluate, lineage
from pipelines.steps.analyse.sums import added_up, lines_asked
from schemas.edits import balance, bound
from schemas.fields import field
from schemas.figure import Chapter, Figure, summed
from schemas.form import Form, FormType, LineForm, VillageForm
from schemas.formula import per
from schemas.periods import Period
from schemas.places import Places
from schemas.units import Heads, Hectares, Households, QuintalsPerHectare, Tonnes
from tests.unit.builders import VILLAGE, Run, raw_file, row_of, run, told

OLD, NEW = Period.parse("2024-H1"), Period.parse("2025-H1")


class Farm(VillageForm, code="Q51", sheet="Nông hộ", title="Nông hộ", domain="farm", version=2, since={2: "2025-H1"}):
    """One row per village: its fields and its cattle."""

    households = field(Households, "Số hộ làm ruộng", worded={1: "Số hộ nông nghiệp"})
    area = field(Hectares, "Diện tích lúa", until=1, became=("area_spring", "area_autumn"))
    area_spring = field(Hectares, "Diện tích lúa xuân", since=2)
    area_autumn = field(Hectares, "Diện tích lúa mùa", since=2)
    harvest = field(Tonnes, "Sản lượng lúa")
    buffalo = field(Heads, "Số trâu", until=1, became=("cattle",))
    cows = field(Heads, "Số bò", until=1, became=("cattle",))
    cattle = field(Heads, "Số trâu, bò", since=2)
    straw = field(Tonnes, "Rơm", until=1)
    bees = field(Heads, "Số đàn ong", since=2)

    edits = (
        bound("Q51-01", ["cows"], "buffalo"),
        bound("Q51-02", ["area_spring"], "area_autumn"),
        bound("Q51-03", ["bees"], "households").during(since=2),
        bound("Q51-04", ["harvest"], "straw"),
    )


CHAPTER = Chapter(
    "farm",
    "Nông hộ",
    (
        *(summed(item) for item in Farm.fields().values()),
        Figure("farm.yield", "Năng suất", Tonnes, per(Farm.harvest, Farm.area), 2),
    ),
)
THEN: dict[str, Any] = {"households": 50, "area": 12, "harvest": 60, "buffalo": 20, "cows": 5, "straw": 70}
NOW: dict[str, Any] = {
    **{"households": 51, "area_spring": 5, "area_autumn": 8, "harvest": 65, "cattle": 26, "bees": 3},
}


def blank(number: int, period: Period, **answers: Any) -> bytes:
    """The blank form of a version, as somebody would send it for a period."""
    given = {("Q51", "", name): Answer(value) for name, value in answers.items()}
    return workbook([Farm.in_version(number)], period=period, commune="Hữu Kiên", reporter=VILLAGE, answers=given)


def sent(content: bytes, period: Period) -> Run:
    return run(raw_file(content, period=period), forms=[Farm])


def without_version(content: bytes, *rows: tuple[str, str]) -> bytes:
    """A workbook that does not say its version, with more rows below its own."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    (sheet,) = book.worksheets
    for cell in (cell for line in sheet.iter_rows() for cell in line if "phiên bản" in str(cell.value or "")):
        cell.value = "Biểu Q51"
    for number, (label, value) in enumerate(rows, start=sheet.max_row + 1):
        sheet[f"B{number}"], sheet[f"D{number}"] = label, value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def labels(content: bytes) -> set[str]:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    return {str(cell.value) for cell in sheet["B"] if cell.value}


def test_each_version_has_its_own_fields_labels_and_edits() -> None:
    first, second = Farm.in_version(1), Farm.in_version(2)
    assert list(first.fields()) == ["households", "area", "harvest", "buffalo", "cows", "straw"]
    assert list(second.fields()) == ["households", "area_spring", "area_autumn", "harvest", "cattle", "bees"]
    assert [edit.code for edit in first.edits] == ["Q51-01", "Q51-04"]
    assert [edit.code for edit in second.edits] == ["Q51-02", "Q51-03"]
    assert [one.fields()["households"].label for one in (first, second)] == ["Số hộ nông nghiệp", "Số hộ làm ruộng"]


@pytest.mark.parametrize(
    ("period", "number"), [("2023", 1), ("2024-H2", 1), ("2024", 1), ("2025-H1", 2), ("2025-M01", 2), ("2026", 2)]
)
def test_a_period_is_asked_in_the_version_in_force_when_it_begins(period: str, number: int) -> None:
    assert Farm.in_force(Period.parse(period)).version == number


def test_the_blank_of_a_version_prints_what_that_version_asked() -> None:
    old, new = labels(blank(1, OLD)), labels(blank(2, NEW))
    assert {"Số hộ nông nghiệp", "Diện tích lúa", "Số trâu", "Rơm"} <= old
    assert {"Số hộ làm ruộng", "Diện tích lúa xuân", "Số trâu, bò"} <= new
    assert not {"Số hộ làm ruộng", "Số trâu, bò"} & old
    assert not {"Số hộ nông nghiệp", "Diện tích lúa", "Số trâu", "Rơm"} & new


@pytest.mark.parametrize(("number", "period", "answers"), [(1, OLD, THEN), (2, NEW, NOW)], ids=["old", "new"])
def test_a_return_of_the_version_in_force_is_read_whole(number: int, period: Period, answers: dict[str, Any]) -> None:
    done = sent(blank(number, period, **answers), period)
    assert done.met(blanks=True) == []
    assert {name: done.value(name) for name in Farm.in_version(number).fields()} == answers
    assert done.located.quickly == 1
    (row,) = done.mart(Farm).to_pylist()
    assert {name: row[name] for name in Farm.fields()} == dict.fromkeys(Farm.fields()) | answers


@pytest.mark.parametrize(("number", "period"), [(1, NEW), (2, OLD)], ids=["old sent now", "new sent for then"])
def test_a_return_of_another_version_than_that_of_its_period_is_told_and_not_read(number: int, period: Period) -> None:
    done = sent(blank(number, period, **(THEN if number == 1 else NOW)), period)
    (met,) = done.met()
    assert (met["problem"], met["written"], met["expected"]) == ("WRONG_VERSION", str(number), str(3 - number))
    assert not len(done.entries)


@pytest.mark.parametrize("marked", [True, False], ids=["says its version", "does not"])
@pytest.mark.parametrize(("number", "period", "other"), [(1, OLD, NEW), (2, NEW, OLD)], ids=["old", "new"])
def test_a_return_of_another_period_is_told_as_that_whatever_version_it_is_of(
    number: int, period: Period, other: Period, marked: bool
) -> None:
    content = blank(number, period, **(THEN if number == 1 else NOW))
    done = sent(content if marked else without_version(content), other)
    assert [(met["problem"], met["written"]) for met in done.met()] == [("WRONG_PERIOD", period.title)]
    assert not len(done.entries)


@pytest.mark.parametrize(("number", "period"), [(1, NEW), (2, OLD)], ids=["old sent now", "new sent for then"])
def test_one_that_does_not_say_its_version_is_known_by_what_it_asks(number: int, period: Period) -> None:
    done = sent(without_version(blank(number, period, **(THEN if number == 1 else NOW))), period)
    (met,) = done.met()
    assert (met["problem"], met["expected"]) == ("OTHER_VERSION", str(3 - number))
    assert not len(done.entries)


@pytest.mark.parametrize(("number", "period"), [(1, OLD), (2, NEW)])
def test_without_a_version_it_is_read_where_it_asks_just_what_is_asked(number: int, period: Period) -> None:
    answers = THEN if number == 1 else NOW
    done = sent(without_version(blank(number, period, **answers)), period)
    assert (done.met(), {name: done.value(name) for name in answers}) == ([], answers)


def test_a_row_of_another_version_is_never_passed_over() -> None:
    done = sent(without_version(blank(2, NEW, **NOW), ("Rơm", "70")), NEW)
    assert [(one["problem"], one["written"]) for one in done.met()] == [("OTHER_VERSION", "Rơm")]


def test_an_earlier_label_is_read_in_any_version() -> None:
    def change(content: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(content))
        (sheet,) = book.worksheets
        sheet[f"B{row_of(sheet, 'Số hộ làm ruộng')}"] = "Số hộ nông nghiệp"
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    assert sent(change(blank(2, NEW, **NOW)), NEW).value("households") == 51


def test_only_the_edits_of_the_version_judge_its_returns() -> None:
    old = sent(blank(1, OLD, **{**THEN, "cows": 21}), OLD).check(Farm)
    assert [(one["code"], one["severity"]) for one in told(old)] == [("Q51-01", "error")]
    assert set(old.outcomes["edit"].to_pylist()) == {"Q51-01", "Q51-04"}
    new = sent(blank(2, NEW, **{**NOW, "area_spring": 9}), NEW).check(Farm)
    assert [one["code"] for one in told(new)] == ["Q51-02"]
    assert set(new.outcomes["edit"].to_pylist()) == {"Q51-02", "Q51-03"}


def test_a_blank_is_told_of_what_is_asked_alone() -> None:
    done = sent(blank(2, NEW, households=51), NEW)
    assert {one["field"] for one in done.met(blanks=True)} == set(NOW) - {"households"}


ALONE = Places.parse(
    [
        "code,level,name,parent,aliases,valid_from,valid_to,forms\n"
        "huu-kien,commune,Hữu Kiên,,,,,Q51\npa_phao,village,Thôn Pá Phào,huu-kien,,,,\n"
    ]
)


def figures_of(number: int, period: Period, answers: dict[str, Any]) -> dict[str, Any]:
    mart = sent(blank(number, period, **answers), period).mart(Farm)
    commune = ALONE.commune("huu-kien")
    assert commune is not None
    sums: dict[type[Form], pa.Table] = {Farm: added_up(Farm, mart, ALONE, lines_asked(Farm, [CHAPTER]))}
    rows = evaluate(CHAPTER, sums, [(period.code, commune)], ALONE, {Farm: mart})
    edges = lineage(CHAPTER, {Farm: mart}, [*sent(b"", period).return_sets], rows).to_pylist()
    return {
        row["id"]: (
            None if row["value"] is None else float(row["value"]),
            row["formula"],
            sorted(edge["field"] for edge in edges if edge["figure"] == row["id"]),
        )
        for row in rows.to_pylist()
    }


def test_figures_go_on_over_a_split_and_a_merger_with_the_cells_of_then_and_now() -> None:
    then, now = figures_of(1, OLD, THEN), figures_of(2, NEW, NOW)
    assert then["farm.area"] == (12.0, "cộng các thôn «Diện tích lúa» (biểu Q51)", ["area"])
    assert (now["farm.area"][0], now["farm.area"][2]) == (13.0, ["area_autumn", "area_spring"])
    assert "«Diện tích lúa xuân»" in now["farm.area"][1]
    assert (then["farm.cattle"][0], then["farm.cattle"][2]) == (25.0, ["buffalo", "cows"])
    assert now["farm.cattle"][0] == 26.0
    assert [(one["farm.yield"][0], one["farm.yield"][2]) for one in (then, now)] == [
        (5.0, ["area", "harvest"]),
        (5.0, ["area_autumn", "area_spring", "harvest"]),
    ]
    assert [one["farm.households"][0] for one in (then, now)] == [50.0, 51.0]


def test_there_is_no_figure_of_what_nobody_is_asked_and_nothing_goes_on_with() -> None:
    then, now = figures_of(1, OLD, THEN), figures_of(2, NEW, NOW)
    assert {"farm.bees", "farm.area_spring", "farm.area_autumn"}.isdisjoint(then)
    assert {"farm.straw", "farm.buffalo", "farm.cows"}.isdisjoint(now)
    assert {"farm.straw", "farm.buffalo"} <= then.keys()


def test_a_merged_field_is_compared_with_the_sum_of_those_that_it_took_in() -> None:
    last = Period.parse("2024-H1")
    mart = sent(blank(1, last, **{**THEN, "buffalo": 2000, "cows": 500}), last).mart(Farm)
    found = sent(blank(2, NEW, **{**NOW, "cattle": 26}), NEW).check(Farm, mart)
    (much,) = (one for one in told(found) if one["code"] == "H-06")
    assert "2.500" in much["message"]


def test_what_was_split_is_no_change_and_nothing_withdrawn() -> None:
    mart = sent(blank(1, OLD, **THEN), OLD).mart(Farm)
    assert told(sent(blank(2, NEW, **NOW), NEW).check(Farm, mart)) == []


def test_the_dictionary_says_since_when_and_what_went_on() -> None:
    said = {name: _meaning(Farm, item, "từng thôn") for name, item in Farm.fields().items()}
    assert "Hỏi đến phiên bản 1, sau đó là «Diện tích lúa xuân» + «Diện tích lúa mùa»." in said["area"]
    assert "Hỏi từ phiên bản 2 (từ 6 tháng đầu năm 2025), thay cho «Số trâu» + «Số bò»." in said["cattle"]
    assert "Đến phiên bản 1 in là «Số hộ nông nghiệp»." in said["households"]


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a version without its period": ({"a": {"since": 2}}, {"version": 3, "since": {2: "2025"}}),
    "a gap between versions": ({"a": {}}, {"version": 4, "since": {2: "2024", 4: "2025"}}),
    "periods out of order": ({"a": {}}, {"version": 3, "since": {2: "2025", 3: "2024"}}),
    "an end before the beginning": ({"a": {"since": 2, "until": 1}, "b": {}}, {"version": 2, "since": {2: "2025"}}),
    "a field of a later version": ({"a": {"since": 3}, "b": {}}, {"version": 2, "since": {2: "2025"}}),
    "an end of no known version": ({"a": {"until": 1}, "b": {}}, {"version": 2}),
    "what goes on is not there": ({"a": {"until": 1, "became": ("x",)}, "b": {}}, {"version": 2, "since": {2: "2025"}}),
    "what goes on was there before": (
        {"a": {"until": 1, "became": ("b",)}, "b": {}},
        {"version": 2, "since": {2: "2025"}},
    ),
    "a yield is no sum of yields": (
        {
            "a": {"unit": QuintalsPerHectare, "until": 1, "became": ("b", "c")},
            **{name: {"unit": QuintalsPerHectare, "since": 2} for name in "bc"},
        },
        {"version": 2, "since": {2: "2025"}},
    ),
    "split and merged": (
        {
            "a": {"until": 1, "became": ("c", "d")},
            "b": {"until": 1, "became": ("c",)},
            "c": {"since": 2},
            "d": {"since": 2},
        },
        {"version": 2, "since": {2: "2025"}},
    ),
    "a version that asks for nothing": ({"a": {"since": 2}}, {"version": 2, "since": {2: "2025"}}),
}


@pytest.mark.parametrize(("fields", "form"), WRONG.values(), ids=WRONG)
def test_versions_that_make_no_sense_are_refused(fields: dict[str, Any], form: dict[str, Any]) -> None:
    asked = {name: field(said.pop("unit", Heads), f"Số {name}", **said) for name, said in fields.items()}
    with pytest.raises(ValueError, match="Form Q52"):
        FormType("Wrong", (VillageForm,), asked, code="Q52", **form)


def test_an_edit_of_no_version_is_refused() -> None:
    asked = {"a": field(Heads, "Số a", until=1), "b": field(Heads, "Số b", since=2)}
    with pytest.raises(ValueError, match="Q52-01 is of no version"):
        FormType(
            "Wrong",
            (VillageForm,),
            {**asked, "edits": (balance("Q52-01", "a", ["b"]),)},
            code="Q52",
            version=2,
            since={2: "2025"},
        )


class Roads(
    LineForm,
    **{"code": "Q53", "sheet": "Đường", "title": "Đường", "domain": "roads", "reporter": "village"},
    lines="Đường",
    version=2,
    since={2: "2025-H1"},
):
    """One row per road."""

    length = field(Hectares, "Dài", until=1)
    width = field(Hectares, "Rộng", since=2)


@pytest.mark.parametrize(("marked", "told"), [(True, "WRONG_VERSION"), (False, "OTHER_VERSION")])
def test_a_sheet_with_lines_is_known_by_its_columns(marked: bool, told: str) -> None:
    def of(number: int, period: Period) -> Run:
        given = {("Q53", "a", "length" if number == 1 else "width"): Answer(3)}
        content = workbook(
            [Roads.in_version(number)], period=period, commune="Hữu Kiên", reporter=VILLAGE, answers=given
        )
        book = openpyxl.load_workbook(io.BytesIO(content))
        for cell in (cell for line in book.worksheets[0].iter_rows() for cell in line):
            if not marked and "phiên bản" in str(cell.value or ""):
                cell.value = "Biểu Q53"
        buffer = io.BytesIO()
        book.save(buffer)
        return run(raw_file(buffer.getvalue(), period=period), forms=[Roads])

    assert (of(1, OLD).met(), of(1, OLD).located.entries["value"].to_list()) == ([], [3])
    assert of(2, NEW).met() == []
    assert [one["problem"] for one in of(1, NEW).met()] == [told]
    assert [one["problem"] for one in of(2, OLD).met()] == [told]
