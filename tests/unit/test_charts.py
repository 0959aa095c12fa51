"""Charts: declared by chapters, drawn of whatever is published of their figures."""

from dataclasses import replace
from decimal import Decimal

import pytest

from pipelines.present.charts import charts
from pipelines.refresh.presenting import shown
from pipelines.store.tables import Store
from schemas.chart import Chart, ChartKind
from schemas.figure import Chapter
from schemas.figures import CHAPTERS
from schemas.kept import ESTIMATES_FILE
from tests.unit.offices import KEY, SHIPPED
from tests.unit.published_rows import edge, figure, published

PARTS = {"horse": "livestock.horse.heads", "pig": "livestock.pig.heads"}
HERDS = published(
    figures=[figure("livestock.total.heads", "9"), *(figure(identifier, "4") for identifier in PARTS.values())],
    lineage=[
        edge(PARTS["horse"], "horse", "na_lia", "D12", "3"),
        edge(PARTS["pig"], "pig", "na_lia", "D19", "1"),
        edge(PARTS["horse"], "horse", "pa_phao", "D12", "5"),
    ],
)


def test_a_chart_stacks_the_parts_of_each_reporter() -> None:
    (chart,) = charts(HERDS)["livestock"]
    assert chart.series == ("Nhãn livestock.horse.heads", "Nhãn livestock.pig.heads")
    assert chart.table == (("Thôn Pá Phào", ("5", "")), ("Thôn Nà Lìa", ("3", "1")))
    assert [[segment.value for segment in bar.segments] for bar in chart.bars] == [[5, 0], [3, 1]]


def test_where_a_part_of_a_reporter_is_lacking_no_sum_of_the_others_stands_for_the_whole() -> None:
    without = [figure(PARTS["pig"], None) if row["id"] == PARTS["pig"] else row for row in HERDS.figures]
    blank = edge(PARTS["pig"], "pig", "pa_phao", "D19", "")
    (chart,) = charts(replace(HERDS, figures=without, lineage=[*HERDS.lineage, blank]))["livestock"]
    assert chart.series == ("Nhãn livestock.horse.heads", "Nhãn livestock.pig.heads")
    assert chart.table == (("Thôn Pá Phào", ("5", "")), ("Thôn Nà Lìa", ("3", "1")))
    assert [bar.text for bar in chart.bars] == ["thiếu 1/2", "4 con"]


def test_what_is_estimated_or_held_back_is_drawn_as_such() -> None:
    guessed = edge(PARTS["pig"], "pig", "pa_phao", "F2", "2", file=ESTIMATES_FILE)
    (chart,) = charts(replace(HERDS, lineage=[*HERDS.lineage, guessed]))["livestock"]
    assert [bar.label for bar in chart.bars] == ["Thôn Pá Phào (có số ước)", "Thôn Nà Lìa"]
    assert [name for name, _ in chart.table] == [bar.label for bar in chart.bars]
    (chart,) = charts(replace(HERDS, held={"B01": "…"}))["livestock"]
    assert chart.label == "Nhãn livestock.total.heads (con) (giữ lại)"
    assert chart.title == "Nhãn livestock.total.heads (giữ lại) theo đơn vị báo cáo"
    states = {"total.pct_of_commune_plan": "estimated", "local.pct_of_estimate": "complete"}
    own = [
        figure(f"budget.revenue.{name}", "104", chapter="budget", unit="%", status=status)
        for name, status in states.items()
    ]
    (progress,) = charts(published(figures=own))["budget"]
    assert [bar.label for bar in progress.bars] == [
        "Nhãn budget.revenue.local.pct_of_estimate",
        "Nhãn budget.revenue.total.pct_of_commune_plan (có số ước)",
    ]


def test_a_commune_whose_villages_are_called_otherwise_has_the_same_charts(example: Store) -> None:
    rows = shown(SHIPPED.places, example, KEY, example.archive)
    here = charts(rows)
    assert sum(len(of_chapter) for of_chapter in here.values()) == 11

    def elsewhere(code: str) -> str:
        return f"ban_{code[::-1]}" if code else ""

    lineage = [{**row, "reporter": elsewhere(row["reporter"])} for row in rows.lineage]
    reporters = {elsewhere(code): f"Bản {code}" for code in rows.reporters}
    there = charts(replace(rows, lineage=lineage, reporters=reporters))
    assert [(code, chart.title, chart.ids) for code, own in there.items() for chart in own] == [
        (code, chart.title, chart.ids) for code, own in here.items() for chart in own
    ]
    villages = [bar.label for bar in there["livestock"][0].bars]
    assert len(villages) == len(here["livestock"][0].bars)
    assert all(name.startswith("Bản ") for name in villages)


def test_a_figure_per_line_is_a_part_for_each_of_its_lines_the_largest_first() -> None:
    total = {"label": "Trị giá quà", "chapter": "gifts", "unit": "đồng"}
    lines = [
        figure(f"tet.gifts.{line}.value", value, chapter="gifts", line=line, label=f"Trị giá quà – {line}")
        for line, value in (("district", "20"), ("none", None), ("province", "30"))
    ]
    (chart,) = charts(published(figures=[figure("tet.gifts.value.total", "50", **total), *lines]))["gifts"]
    assert chart.ids == ("tet.gifts.province.value", "tet.gifts.district.value")
    assert [bar.label for bar in chart.bars] == ["province", "district"]
    assert chart.label == "Trị giá quà (đồng)"


def test_figures_held_against_something_are_drawn_against_100_all_of_one_kind_together() -> None:
    names = ("total.pct_of_commune_plan", "total.pct_of_estimate", "total.pct_yoy", "local.pct_of_estimate")
    own = [figure(f"budget.revenue.{name}", "104", chapter="budget", unit="%") for name in names]
    change, progress = charts(published(figures=own))["budget"]
    assert (change.kind, change.ids) == ("change", ("budget.revenue.total.pct_yoy",))
    assert (progress.kind, progress.ids) == (
        "progress",
        tuple(f"budget.revenue.{name}" for name in (names[1], names[3], names[0])),
    )
    assert progress.reference == change.reference == (Decimal(100), "100 %")


def test_a_chart_of_which_nothing_is_published_is_left_out() -> None:
    without_whole = replace(HERDS, figures=[row for row in HERDS.figures if row["id"] != "livestock.total.heads"])
    assert charts(without_whole) == {"livestock": ()}
    blank = replace(HERDS, figures=[figure("livestock.total.heads", None), *HERDS.figures[1:]])
    assert charts(blank) == {"livestock": ()}
    only_whole = replace(HERDS, figures=HERDS.figures[:1])
    assert charts(only_whole) == {"livestock": ()}
    assert charts(published()) == {}


def test_a_chapter_refuses_a_chart_of_figures_that_it_does_not_declare() -> None:
    chapter = next(one for one in CHAPTERS if one.code == "livestock")
    chart = Chart(ChartKind.PARTS, "livestock.total.heads", ("livestock.dragon.heads",))
    with pytest.raises(ValueError, match=r"its charts draw livestock\.dragon\.heads, which it does not declare"):
        Chapter(chapter.code, chapter.title, chapter.figures, charts=(chart,))


def test_what_is_held_against_something_is_a_percentage_of_it() -> None:
    units = {one.unit.label for chapter in CHAPTERS for one in chapter.figures if one.against}
    assert units == {"%"}
