"""Figures beside those of other periods and of the plan; by village; the page, and what is taken along from it."""

import csv
import io
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import docx
import openpyxl
import pyarrow as pa
import pytest

from pipelines.present import compared
from pipelines.present.compared import NOTHING, Held, Side
from pipelines.present.report.notes import BLANK
from pipelines.refresh.documents import report_of
from pipelines.store import published
from pipelines.store.tables import Store
from schemas.flow import FLOW
from schemas.form import Counts
from schemas.forms.b01_livestock import Livestock
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from tests.unit.desks import Desk, text
from tests.unit.offices import KEY, Office, publish

pytestmark = pytest.mark.slow

BEFORE = ReturnSetKey(Period.parse(KEY.period).before.code, KEY.commune)
HORSES = "livestock.horse.ordinary.heads"


def row(value: str | None, figure: str = HORSES, unit: str = "con", status: str = "complete") -> dict[str, Any]:
    exact = "" if value is None else str(Fraction(value))
    return {
        **{"id": figure, "label": figure, "unit": unit, "chapter": "livestock", "exact": exact},
        **{"value": None if value is None else Decimal(value), "reporter": "", "line": "", "status": status},
    }


def held(now: str | None, then: str | None, side: Side = Side.BEFORE, unit: str = "con") -> Held:
    (line,) = compared.lines([row(now, unit=unit)], {side: [row(then, unit=unit)]})
    return line.sides[side]


def test_a_change_is_in_the_unit_and_in_per_cent_and_lacks_where_either_side_does() -> None:
    assert held("110", "100") == Held(Decimal(100), Decimal(10), Decimal("10.0"))
    assert held("90", "120") == Held(Decimal(120), Decimal(-30), Decimal("-25.0"))
    assert held(None, "120") == Held(Decimal(120))
    assert held("90", None) == NOTHING
    assert held("5", "0") == Held(Decimal(0), Decimal(5)), "of nothing there is no per cent"
    assert held("55", "50", unit="%") == Held(Decimal(50), Decimal(5)), "percentage points"


def test_the_plan_and_last_year_are_read_off_the_percentages_in_the_unit_of_the_figure() -> None:
    total, plan = "budget.revenue.total", "budget.revenue_total_plan"
    figures = [row("3819888592", total, "đồng"), row("4000000000", plan, "đồng")]
    figures.append(row("3000000000", "budget.revenue_total_last_year", "đồng"))
    line = compared.lines(figures, {})[0]
    assert line.sides[Side.PLAN] == Held(Decimal(4000000000), Decimal(-180111408), Decimal("95.5"))
    assert line.sides[Side.LAST_YEAR].reported
    assert line.sides[Side.LAST_YEAR].change == Decimal(819888592)
    own = compared.lines(figures, {Side.LAST_YEAR: [row("2999999999", total, "đồng")]})[0]
    assert own.sides[Side.LAST_YEAR] == Held(Decimal(2999999999), Decimal(819888593), Decimal("27.3"))


def test_what_a_figure_is_held_against_says_that_it_has_estimates() -> None:
    guessed = row("100", status="estimated")
    (line,) = compared.lines([row("110")], {Side.BEFORE: [guessed], Side.LAST_YEAR: [row("90")]})
    assert compared.texts(line.sides[Side.BEFORE], Side.BEFORE) == ("100 (ước)", "+10", "+10")
    assert compared.texts(line.sides[Side.LAST_YEAR], Side.LAST_YEAR)[0] == "90"
    later = compared.over_time({"2024-H1": row("110"), "2023-H1": guessed})[-1]
    assert (later.sides[Side.LAST_YEAR].estimated, later.sides[Side.BEFORE].estimated) == (True, False)
    plan = row("4000000000", "budget.revenue_total_plan", "đồng", "estimated")
    line = compared.lines([row("3819888592", "budget.revenue.total", "đồng"), plan], {})[0]
    assert compared.texts(line.sides[Side.PLAN], Side.PLAN)[0] == "4.000.000.000 (ước)"


def test_a_figure_over_periods_says_where_one_lacks() -> None:
    moments = compared.over_time({"2024-H1": row("110"), "2023-H1": row("88"), "2023-H2": None})
    assert [one.period for one in moments] == ["2023-H1", "2023-H2", "2024-H1"]
    assert moments[-1].sides[Side.LAST_YEAR] == Held(Decimal(88), Decimal(22), Decimal("25.0"))
    assert moments[-1].sides[Side.BEFORE] == NOTHING
    assert compared.steady(moments)
    assert compared.beside("2024", ["2023", "2024"]) == {Side.LAST_YEAR: "2023"}, "of a year there is one before"
    assert compared.beside("2024-Q1", ["2023-Q4", "2023-H2", "2024-M01"]) == {Side.BEFORE: "2023-Q4"}
    assert not compared.steady([moments[0], moments[2]])


def test_what_is_counted_since_the_start_of_the_year_is_not_held_against_the_period_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = {"2024-H2": row("110"), "2024-H1": row("60", status="estimated"), "2023-H2": row("100")}
    before = compared.over_time(rows)[-1].sides[Side.BEFORE]
    assert (before.value, before.change, before.percent) == (Decimal(60), Decimal(50), Decimal("83.3"))
    monkeypatch.setattr(Livestock, "counted", lambda _: Counts.SINCE_START)
    sides = compared.over_time(rows)[-1].sides
    assert sides == {Side.BEFORE: NOTHING, Side.LAST_YEAR: Held(Decimal(100), Decimal(10), Decimal("10.0"))}


def test_periods_before_a_commune_took_in_another_are_not_compared() -> None:
    rows = {"2025-H2": row("110"), "2025-H1": row("60"), "2024-H2": row("100")}
    *_, before, last = compared.over_time(rows, lambda _, code: code == "2025-H2")
    assert before.sides[Side.BEFORE].is_known
    assert set(last.sides.values()) == {NOTHING}


def test_of_the_example_what_villages_have_adds_up_to_the_figure(example: Store) -> None:
    figure = published.figure(example, KEY, HORSES)
    assert figure is not None
    edges = published.lineage(example, KEY, HORSES, figure["chapter"])
    shares = compared.by_reporter(figure, edges, {Side.BEFORE: edges[:1]})
    assert sum(share.value or 0 for share in shares) == figure["value"]
    assert [share.reporter for share in shares if share.sides[Side.BEFORE].value is not None] == [edges[0]["reporter"]]
    assert {share.sides[Side.BEFORE].change for share in shares} == {None, Decimal(0)}
    own = published.figure(example, KEY, "budget.revenue.total")
    assert own is not None
    assert compared.by_reporter(own, published.lineage(example, KEY, own["id"], own["chapter"]), {}) == []


@pytest.fixture
def office(office: Office) -> Office:
    """The example office, with figures of the half-year before: livestock a tenth less, nothing else."""
    rows = office.store.rows("figures/livestock", str(KEY))
    assert rows is not None
    fewer = [
        {**one, "period": BEFORE.period, "value": one["value"] and one["value"] * 9 / 10}
        | {"exact": one["exact"] and str(Fraction(one["exact"]) * 9 / 10)}
        for one in rows.to_pylist()
    ]
    schema = FLOW["figures/livestock"].schema
    publish(office.store, BEFORE, {"figures/livestock": pa.Table.from_pylist(fewer, schema)})
    return office


def test_the_page_compares_the_newest_period_filters_and_sorts(desk: Desk) -> None:
    browser = desk.signed_in("somebody", "auditor")
    page = browser.get("/compare", {"q": "ngua thuong"})
    assert "6 tháng đầu năm 2024" in text(page), "the newest, with no option"
    assert "con 996 896 +100 +11,1" in text(page)
    assert "Tổng thu" not in text(page)
    assert "Tổng thu" in text(browser.get("/compare"))
    assert "Tổng thu" not in text(browser.get("/compare", {"changed": "1", "against": "before"}))
    down = browser.get(f"/compare/{KEY}", {"chapter": "livestock", "sort": "-change-before", "as": "csv"})
    rows = list(csv.reader(io.StringIO(down.content.decode("utf-8-sig"))))
    changes = [Decimal(one[6]) for one in rows[1:] if one[6]]
    assert changes == sorted(changes, reverse=True)
    assert len(changes) > 10
    up = browser.get(f"/compare/{KEY}", {"chapter": "livestock", "sort": "change-before", "as": "csv"})
    assert [one[6] for one in csv.reader(io.StringIO(up.content.decode("utf-8-sig")))][1] == str(min(changes))
    assert "Không có chỉ tiêu nào như vậy" in text(browser.get("/compare", {"q": "xyzzy", "sort": "-", "against": "?"}))


def test_what_is_shown_can_be_taken_along_as_a_workbook_with_numbers(desk: Desk) -> None:
    answer = desk.signed_in("somebody", "auditor").get("/compare", {"q": HORSES, "as": "xlsx", "against": "before"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    head, line = ([cell.value for cell in one] for one in (sheet[3], sheet[4]))
    assert head[:5] == ["Chương", "Mã", "Chỉ tiêu", "Đơn vị", "Kỳ này"]
    assert line[1:5] == [HORSES, "Ngựa thường", "con", 996]
    assert sheet.max_row == 4


def test_a_figure_is_shown_over_periods_and_by_village_with_bars(desk: Desk) -> None:
    browser = desk.signed_in("somebody", "auditor")
    page = browser.get(f"/compare/{KEY}/{HORSES}")
    assert "6 tháng cuối năm 2023" in text(page)
    assert "Nà Lìa" in text(page)
    assert page.content.decode().count('<svg class="chart"') == 2
    rows = list(
        csv.reader(io.StringIO(browser.get(f"/compare/{KEY}/{HORSES}?as=csv&of=reporters").content.decode("utf-8-sig")))
    )
    assert sum(int(one[1]) for one in rows[1:]) == 996
    assert browser.get(f"/compare/{KEY}/no.such").status_code == 404
    assert browser.get("/compare/2020-H1_huu-kien").status_code == 404
    assert desk.browser().get("/compare").status_code == 302


def test_explorer_and_annexes_have_the_columns_of_the_desk(office: Office, desk: Desk) -> None:
    assert "explorer" in office.stale(), "for there is a period before now"
    office.refresh()
    assert "explorer" not in office.stale()
    livestock, budget = (
        (office.store.root / "explorer" / str(KEY) / "chapters" / f"{code}.html").read_text("utf-8")
        for code in ("livestock", "budget")
    )
    assert re.search(r"Ngựa thường</th>.*>996<.*>896<.*>\+100<.*>\+11,1<", livestock)
    assert "compared.before" in livestock
    assert "compared.before" not in budget, "in which nothing is known of the period before"
    assert "compared.plan" in budget
    word, excel = report_of(office.raw, office.store, KEY, who="test")
    cells = [[cell.text for cell in row.cells] for table in docx.Document(str(word)).tables for row in table.rows]
    assert ["Chỉ tiêu", "Kỳ này", "Kỳ trước", "Tăng, giảm", "Tăng, giảm (%)"] in cells
    assert ["Ngựa thường (con)", "996", "896", "+100", "+11,1"] in cells
    sheet = openpyxl.load_workbook(excel, data_only=True)["So sánh"]
    of_excel = [[one if one != BLANK else None for one in row] for row in sheet.iter_rows(min_row=5, values_only=True)]
    taken = desk.signed_in("somebody", "auditor").get("/compare", {"as": "csv"}).content.decode("utf-8-sig")
    of_desk = [
        [label, unit, *map(number, numbers)] for _, _, label, unit, *numbers, _ in csv.reader(io.StringIO(taken))
    ]
    assert ["Ngựa thường", "con", 996, 896, 100, 11.1] in [row[:6] for row in of_excel]
    assert [row for row in of_excel if row[1] and row not in of_desk] == []


def test_a_commune_that_took_in_another_is_not_compared_with_what_it_was(office: Office, desk: Desk) -> None:
    taken_in = f"code,level,name,parent,valid_to,successor\nxa-cu,commune,Xã Cũ,chi-lang,2023-12-31,{KEY.commune}\n"
    (office.raw.root / "places.csv").write_text(taken_in, encoding="utf-8")
    office.refresh()
    explorer = (office.store.root / "explorer" / str(KEY) / "chapters" / "livestock.html").read_text("utf-8")
    assert "compared.before" not in explorer
    auditor = desk.signed_in("somebody", "auditor")
    assert "896" not in text(auditor.get("/compare"))
    assert "+11,1" not in text(auditor.get(f"/compare/{KEY}/{HORSES}"))


def number(text: str) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def test_without_an_earlier_period_they_have_none(example: Store) -> None:
    pages = example.root / "explorer" / str(KEY) / "chapters"
    assert [page.name for page in pages.iterdir() if "compared" in page.read_text("utf-8")] == []
