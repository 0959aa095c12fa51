import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from pipelines.present import plan
from pipelines.present.charts import Bar, PlanChart, Segment
from pipelines.present.compared import Side, heads
from pipelines.present.explorer import addresses, bars, pages, sheets
from pipelines.present.plan import TracedFigure
from pipelines.present.rows import ReturnSetRows
from pipelines.store.tables import Store
from schemas.addresses import letters
from schemas.chart import ChartKind
from schemas.forms import BY_CODE
from schemas.outcomes import Decision, Outcome, Severity, Status, Verdict
from schemas.places.place import LEVELS
from schemas.proposals import Proposal, as_kept
from schemas.words import WORDS
from tests.unit.builders import COMMUNE, PERIOD, ROOT
from tests.unit.offices import KEY
from tests.unit.published_rows import HORSES, SHA, cell, edge, figure, printed, published, site_of

Row = dict[str, Any]

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"
VOID = {"meta", "link", "img", "input", "br"}


class Page(HTMLParser):
    """The tags and ids of a page; complains of tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.hrefs += [value for name, value in attrs if name == "href" and value]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def traced(rows: ReturnSetRows, identifier: str) -> TracedFigure:
    return next(one for chapter in plan.chapters(rows) for one in chapter.figures if one.figure.id == identifier)


def shown(rows: ReturnSetRows) -> dict[str, pages.HtmlPage]:
    return pages.html_pages(rows, plan.chapters(rows))


def links(rows: ReturnSetRows, name: str, folder: str) -> list[str]:
    """Where a page leads to below a folder of the site."""
    return [href for href in read(site_of(rows))[name].hrefs if href.startswith(f"../{folder}")]


def filled(address: str, text: str) -> sheets.FilledCell:
    row = cell(address, text)
    return sheets.FilledCell.of(row)


def drawn_chart(*drawn: Bar, title: str = "") -> PlanChart:
    return PlanChart("by_reporter", "", title, (), (), drawn, ())


def read(files: Mapping[str, bytes]) -> dict[str, Page]:
    return {name: Page(content.decode()) for name, content in files.items() if name.endswith(".html")}


def test_a_figure_is_shown_with_its_cells_the_correction_and_their_sum() -> None:
    horse = traced(HORSES, "livestock.horse.heads")
    assert (horse.figure.value, horse.figure.unit, horse.figure.state) == ("950", "con", "complete")
    assert [printed.place for printed in horse.figure.printed] == ["Chú thích 2"]
    (operand,) = horse.operands
    assert (operand.label, operand.unit, operand.total) == ("Đàn ngựa", "con", "950")
    first, second = operand.sources
    assert (first.reporter, first.workbook, first.sheet, first.cell) == (
        "Thôn Nà Lìa",
        "na_lia.xlsx",
        "Chăn nuôi",
        "D12",
    )
    assert links(HORSES, "trace/livestock.html", "sheets/") == ["../sheets/na_lia-chan_nuoi.html#D12"]
    assert (second.received, second.used, second.value, second.correction) == ("278", "287", "287", "Gọi")


def test_a_workbook_whose_cells_are_not_there_is_named_without_a_link() -> None:
    trace = site_of(HORSES)["trace/livestock.html"].decode()
    assert "<b>D12</b> Chăn nuôi pa_phao.xlsx" in trace
    assert "pa_phao" not in " ".join(links(HORSES, "trace/livestock.html", "sheets/"))


def test_a_workbook_sent_anew_and_held_back_is_told() -> None:
    anew = replace(HORSES, files=[{"file": "na_lia.xlsx", "sha256": "cd" * 32, "problem": "", "detail": ""}])
    assert [source.replaced for source in traced(anew, "livestock.horse.heads").sources] == [True, False]
    assert WORDS["replaced"][0] in site_of(anew)["trace/livestock.html"].decode()


def test_the_sheet_of_the_workbook_that_was_accepted_is_drawn_beside_the_new_one() -> None:
    anew = replace(
        HORSES,
        files=[{"file": "na_lia.xlsx", "sha256": "cd" * 32, "problem": "", "detail": ""}],
        cells=[cell("D12", "9999", "number") | {"sha256": "cd" * 32}],
        superseded=[cell("D12", "663", "number")],
    )
    (link,) = links(anew, "trace/livestock.html", "sheets/")
    drawn = {f"../{name}#D12": page for name, page in shown(anew).items() if isinstance(page, pages.SheetPage)}
    assert len(drawn) == 2
    accepted = drawn.pop(link)
    assert (accepted.workbook, accepted.sha256) == (f"na_lia.xlsx ({SHA[:8]})", SHA)
    assert [one.text for row in accepted.drawn.rows for one in row.cells if one.address == "D12"] == ["663"]
    assert [figure.label for figure in accepted.uses["D12"]] == ["Nhãn livestock.horse.heads"]
    (new,) = drawn.values()
    assert new.uses == {}


def test_a_trace_tells_what_the_edits_said_of_a_cell() -> None:
    assert traced(HORSES, "livestock.horse.heads").sources[0].edits == (("C-11", "holds"), ("B01-02", "undecided"))
    assert "B01-02 <span" in site_of(HORSES)["trace/livestock.html"].decode()


def test_a_missing_return_is_counted_and_a_held_form_is_told() -> None:
    goat = traced(HORSES, "livestock.goat.heads").figure
    assert (goat.value, goat.state, goat.reported, goat.expected) == ("", "incomplete", 7, 8)
    held = replace(HORSES, held={"B01": "sai"})
    assert traced(held, "livestock.horse.heads").figure.state == Status.HELD
    start = shown(held)[addresses.INDEX]
    assert isinstance(start, pages.StartPage)
    assert start.held == (("B01", BY_CODE["B01"].heading),)
    # One that has never been accepted has no row, and is there all the same.
    assert traced(held, "livestock.pig.heads").figure.state == Status.HELD


def test_who_is_missing_stands_by_name_beside_the_figure() -> None:
    unsent = {"code": "H-01", "severity": "warning", "form": "B01", "reporter": "na_lia", "file": "", "sheet": ""}
    unsent |= dict.fromkeys(("cells", "message", "written", "expected", "suggestion"), "")
    rows = replace(HORSES, findings=[unsent])
    assert traced(rows, "livestock.goat.heads").figure.lacking == ("Thôn Nà Lìa",)
    page = site_of(rows)["chapters/livestock.html"].decode()
    assert re.search(r">Thiếu</span> 1/8: Thôn Nà Lìa</span>", page)


def test_a_printed_number_that_the_catalogue_does_not_know_has_a_place_too() -> None:
    chapters = plan.chapters(HORSES)
    assert [chapter.code for chapter in chapters] == ["livestock", plan.OUTSIDE]
    assert [one.figure.id for one in chapters[1].printed] == ["no.such.figure"]


@pytest.mark.parametrize(
    ("code", "words"),
    [("P1.II.1.đ", "Phần 1, mục II.1.đ"), ("fn7", "Chú thích 7"), ("I.2", "Mục I.2"), ("", "")],
)
def test_a_place_in_the_plan_is_said_in_words(code: str, words: str) -> None:
    assert plan.place_in_plan(code) == words


def test_the_unrounded_value_is_told_where_it_differs() -> None:
    share = figure("livestock.horse.white.share", "59.8", exact="24700/413", unit="%")
    assert traced(published(figures=[share]), share["id"]).exact == "24.700 / 413 ≈ 59,8062954"
    whole = figure("livestock.pig.heads", "260")
    assert traced(published(figures=[whole]), whole["id"]).exact == ""


def test_every_printed_id_has_an_anchor_on_its_chapter_and_its_trace() -> None:
    with (ROOT / "raw" / PERIOD.code / COMMUNE / "printed.csv").open(encoding="utf-8") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert len(ids) == 504
    rows = [printed(identifier, "1", "not_recomputable") for identifier in ids]
    read_pages = read(site_of(published(statements=rows)))
    for folder in ("chapters/", "trace/"):
        anchors = [anchor for name, page in read_pages.items() if name.startswith(folder) for anchor in page.ids]
        assert set(ids) <= set(anchors)


def test_what_a_ward_is_called_stands_alone_before_its_name() -> None:
    of_ward = replace(HORSES, title="Phường Đông Kinh", called="phường Đông Kinh")
    for rows, before in ((HORSES, 1), (of_ward, 0)):
        start = site_of(rows)["index.html"].decode()
        assert start.count(f'<span data-w="level.commune">Xã</span> {rows.title}') == 2 * before
        assert start.count(f"{rows.title}</strong>") == 1


def test_texts_of_workbooks_cannot_become_markup() -> None:
    bad = "<b>"
    hostile = published(
        figures=[figure(HOSTILE, "5", label=HOSTILE, unit=HOSTILE, formula=HOSTILE, plan=HOSTILE)],
        statements=[printed(HOSTILE, HOSTILE, "conflict", note=HOSTILE, section=HOSTILE)],
        lineage=[
            edge(
                HOSTILE, "horse", "na_lia", "D12", "5", received=HOSTILE, note=HOSTILE, correction=HOSTILE, line=HOSTILE
            )
            | {"corrected_by": HOSTILE, "confirmed": HOSTILE, "confirmed_by": HOSTILE, "file": HOSTILE, "sheet": bad}
        ],
        findings=[
            {"code": HOSTILE, "severity": HOSTILE, "reporter": HOSTILE, "file": HOSTILE, "sheet": bad}
            | {"cells": f"D12;{HOSTILE}", "written": HOSTILE, "expected": HOSTILE, "message": HOSTILE}
            | {"suggestion": HOSTILE, "form": "B01"}
        ],
        held={HOSTILE: "sai"},
        files=[{"file": HOSTILE, "sha256": HOSTILE, "problem": HOSTILE, "detail": HOSTILE}],
        cells=[cell("D12", HOSTILE, HOSTILE, HOSTILE, bad), cell("A1", HOSTILE, "text", HOSTILE, bad)],
        ledger=[
            {"when": HOSTILE, "who": HOSTILE, "file": HOSTILE, "sheet": bad, "cell": "D12", "old": HOSTILE}
            | {"new": HOSTILE, "reason": HOSTILE, "decision": "accepted"},
            {"when": HOSTILE, "who": HOSTILE, "file": HOSTILE, "sheet": bad, "cell": HOSTILE, "old": HOSTILE}
            | {"new": HOSTILE, "reason": HOSTILE, "decision": HOSTILE},
        ],
        title=HOSTILE,
    )
    files = site_of(hostile)
    for name, page in read(files).items():
        assert page.tags.count("script") == 2, name
        assert "img" not in page.tags, name
        assert not [attribute for attribute, _ in page.attributes if attribute.startswith("on")], name
        assert not [href for href in page.hrefs if href.lower().startswith("javascript:")], name
    assert all(re.fullmatch(r"(chapters|trace|sheets)/[a-z0-9_-]+\.html|[a-z]+\.(html|css|js)", name) for name in files)
    assert b"<" not in files["data.js"].replace(json.dumps(HOSTILE)[1:-1].encode(), b"")


def test_a_charts_texts_are_escaped() -> None:
    chart = drawn_chart(Bar(HOSTILE, HOSTILE, (Segment(1, Decimal(5), HOSTILE),)), title=HOSTILE)
    drawn = bars.svg(replace(chart, reference=(Decimal(100), HOSTILE)), "c")
    assert "script" not in Page(drawn).tags


def test_bars_are_in_proportion_and_described() -> None:
    long = Bar("dài", "8", (Segment(1, Decimal(6), "a"), Segment(2, Decimal(2), "b")))
    short = Bar("ngắn", "2", (Segment(1, Decimal(2), "a"),))
    drawn = bars.svg(drawn_chart(long, short, title="Tên"), "c")
    widths = re.findall(r'class="s(\d)" x="([\d.]+)%" y="\d+" width="([\d.]+)%"', drawn)
    assert widths == [("1", "0", "75"), ("2", "75", "25"), ("1", "0", "25")]
    assert 'role="img" aria-labelledby="c-t" aria-describedby="c-d"' in drawn
    assert '<title id="c-t">Tên</title><desc id="c-d">dài 8; ngắn 2</desc>' in drawn


def test_bars_of_nothing_and_below_zero_are_drawn_without_length() -> None:
    bar = Bar("không", "0", (Segment(1, Decimal(0), ""), Segment(2, Decimal(-4), "")))
    assert 'class="s1"' not in bars.svg(drawn_chart(bar), "c")


def test_a_sheet_is_drawn_with_blank_cells_that_are_pointed_at() -> None:
    drawn = sheets.draw([filled("A1", "Tên biểu"), filled("B3", "Đàn ngựa")], ["D3"])
    assert drawn.columns == ("A", "B", "C", "D")
    assert [(row.number, row.gap) for row in drawn.rows] == [(1, False), (2, False), (3, False)]
    assert drawn.rows[0].cells == (sheets.DrawnCell("A1", "Tên biểu", "text", 4),)
    assert [one.address for one in drawn.rows[2].cells] == ["A3", "B3", "C3", "D3"]


def test_of_a_sheet_that_is_no_form_only_the_surroundings_are_drawn() -> None:
    many = [filled(f"{letters(1 + number % 300)}{number}", "x") for number in range(1, 3000)]
    drawn = sheets.draw([*many, filled("XFD1048576", "xa")], ["D13"])
    assert drawn.windowed
    assert len(drawn.rows) <= 400
    assert len(drawn.columns) <= 40
    assert "D13" in [one.address for row in drawn.rows for one in row.cells]


def test_sheets_of_like_names_have_pages_of_their_own() -> None:
    names = [("a.xlsx", "Chăn nuôi"), ("a.xlsx", "Chan nuoi"), ("a.xlsx", "…"), ("日.xlsx", "本")]
    given = addresses.sheet_pages(names)
    assert len(set(given.values())) == len(names)
    assert all(re.fullmatch(r"sheets/[a-z0-9_-]+\.html", page) for page in given.values())


def test_every_word_has_both_languages() -> None:
    for key, (vietnamese, english) in WORDS.items():
        assert vietnamese.strip(), key
        assert english.strip(), key


def test_every_word_is_used_and_every_name_of_a_closed_list_has_one() -> None:
    """A word is asked for by its key, or by its group and a name of the closed list that the group stands for."""
    folder = ROOT / "pipelines" / "present"
    sources = [path for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".js", ".py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    groups: dict[str, Iterable[str]] = {
        "verdict": Verdict,
        "state": [*Status, plan.ABSENT],
        "decision": Decision,
        "finding": Severity,
        "outcome": Outcome,
        "chart": [*ChartKind, "change", "progress"],
        "level": LEVELS[:-1],
        "compared": [word.removeprefix("compared.") for side in Side for word in heads(side)],
    }
    put_together = {f"{group}.{name}" for group, names in groups.items() for name in names}
    assert put_together <= set(WORDS)
    asked = r"""\b(?:words|WORDS|wording)[.(\[]["']?{0}\b|"{0}" \| (?:word|attribute)|[?:] "{0}"|"{0}"\)"""
    for key in WORDS.keys() - put_together:
        assert re.search(asked.format(re.escape(key)), text), key


def test_pages_hold_together() -> None:
    files = site_of(HORSES)
    assert list(files)[-1] == addresses.INDEX
    for name, page in read(files).items():
        assert len(page.ids) == len(set(page.ids)), name
        assert page.tags.count("h1") == page.tags.count("main") == 1, name
        assert not [href for href in page.hrefs if "//" in href], name


def test_what_a_finding_expects_of_a_bound_is_shown_as_one_and_kept_as_a_number(example: Store) -> None:
    kept = example.rows("findings/civil", str(KEY), code="H01-03")
    assert kept is not None
    assert kept["expected"].to_pylist() == ["7"]
    assert "<dd>≤ 7</dd>" in (example.root / "explorer" / str(KEY) / "findings.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("code", "expected", "shown_as"),
    [("C-04", "con", "số, tính bằng con"), ("C-03", "con", "con"), ("C-04", "ha", "ha"), ("C-10", "", "")],
)
def test_where_no_number_is_written_the_unit_alone_is_not_told_as_what_is_wanted(
    code: str, expected: str, shown_as: str
) -> None:
    told = dict.fromkeys(("message", "suggestion", "edits", "proposed"), "") | {"code": code, "severity": "error"}
    told |= {"reporter": "na_lia", "file": "na_lia.xlsx", "sheet": "Chăn nuôi", "cells": "D12", "form": "B01"}
    page = shown(replace(HORSES, findings=[told | {"written": "nhiều", "expected": expected}]))["findings.html"]
    assert isinstance(page, pages.FindingsPage)
    assert [one.expected for one in page.findings] == [shown_as]


@pytest.mark.parametrize(
    ("severity", "edits", "ways", "shown_as"),
    [
        ("error", "B01-05", [], "≤ 141"),
        ("error", "B01-05", [Proposal("Ô D14: có lẽ là 141.", (("D14", "141"),))], "141"),
        ("error", "B01-05", [Proposal("Ô D13: có lẽ là 141.", (("D13", "141"),))], "≤ 141"),
        ("error", "B01-05", [Proposal("Ô D14, D13: …", (("D14", "141"), ("D13", "150")))], "≤ 141"),
        ("warning", "B01-05", [Proposal("Ô D14: có lẽ là 141.", (("D14", "141"),))], "≤ 141"),
        ("error", "", [], "141"),
        ("warning", "", [], "≤ 141"),
    ],
)
def test_a_number_that_is_proposed_is_no_bound_whatever_the_sentence_says(
    severity: str, edits: str, ways: Sequence[Proposal], shown_as: str
) -> None:
    told = {"code": "B01-05", "severity": severity, "reporter": "na_lia", "file": "na_lia.xlsx", "sheet": "Chăn nuôi"}
    told |= {"cells": "D14;D13", "written": "1.410", "expected": "141", "suggestion": "", "form": "B01"}
    told |= {"message": "«Sinh sản» (ô D14) ghi 1.410, không được quá 1418", "edits": edits, "proposed": as_kept(ways)}
    page = shown(replace(HORSES, findings=[told]))["findings.html"]
    assert isinstance(page, pages.FindingsPage)
    assert [one.expected for one in page.findings] == [shown_as]
