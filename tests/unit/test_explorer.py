import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from pipelines.present.explorer import bars, pages, render, sheets
from pipelines.store.published import HELD
from schemas.figures import CHAPTERS
from schemas.forms import BY_CODE
from schemas.words import WORDS
from tests.unit.builders import COMMUNE, PERIOD, ROOT

Row = dict[str, Any]

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"
VOID = {"meta", "link", "img", "input", "br"}
SHA = "ab" * 32


def figure(identifier: str, value: str | None, **more: Any) -> Row:
    return {
        "id": identifier,
        "label": f"Nhãn {identifier}",
        "value": None if value is None else Decimal(value),
        "unit": "con",
        "status": "incomplete" if value is None else "complete",
        "reported": 7 if value is None else 8,
        "expected": 8,
        "exact": value or "",
        "formula": "cộng các thôn",
        "forms": "B01",
        "plan": "fn2",
        "chapter": "livestock",
        **more,
    }


def edge(identifier: str, field: str, reporter: str, cell: str, written: str, **more: Any) -> Row:
    return {
        "figure": identifier,
        "form": "B01",
        "reporter": reporter,
        "line": "",
        "field": field,
        "file": f"{reporter}.xlsx",
        "sha256": SHA,
        "sheet": "Chăn nuôi",
        "cell": cell,
        "received": written,
        "text": written,
        "value": Decimal(written) if written.isdigit() else None,
        "note": "",
        "correction": "",
        "corrected_by": "",
        "confirmed": "",
        "confirmed_by": "",
        "edits": "C-11 holds;B01-02 undecided",
        **more,
    }


def cell(address: str, text: str, kind: str = "text", file: str = "na_lia.xlsx", sheet: str = "Chăn nuôi") -> Row:
    place = sheets.parse(address)
    assert place
    return {
        "file": file,
        "sha256": SHA,
        "sheet": sheet,
        "row": place[0],
        "column": place[1],
        "cell": address,
        "kind": kind,
        "text": text,
    }


def printed(identifier: str, text: str, verdict: str = "agrees", **more: Any) -> Row:
    return {"id": identifier, "printed": text, "verdict": verdict, "note": "", "section": "fn2", "unit": "con", **more}


def published(**rows: Any) -> pages.Published:
    empty: dict[str, Any] = dict.fromkeys(
        ("figures", "statements", "lineage", "findings", "files", "cells", "superseded", "ledger"), ()
    )
    given = pages.Published(
        period=PERIOD.code,
        commune=COMMUNE,
        title="Hữu Kiên",
        period_title=PERIOD.title,
        held={},
        reporters={"na_lia": "Thôn Nà Lìa", "pa_phao": "Thôn Pá Phào"},
        chapters=CHAPTERS,
        forms=BY_CODE,
        **empty,
    )
    return replace(given, **rows)


HORSES = published(
    figures=[figure("livestock.horse.heads", "950"), figure("livestock.goat.heads", None)],
    statements=[printed("livestock.horse.heads", "950"), printed("no.such.figure", "3", "not_recomputable")],
    lineage=[
        edge("livestock.horse.heads", "horse", "na_lia", "D12", "663"),
        edge(
            "livestock.horse.heads", "horse", "pa_phao", "D12", "278", value=Decimal(287), text="287", correction="Gọi"
        ),
    ],
    cells=[cell("A1", "ỦY BAN"), cell("B12", "Đàn ngựa"), cell("D12", "663", "number")],
    files=[{"file": "na_lia.xlsx", "sha256": SHA, "problem": "", "detail": ""}],
)


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


def read(files: Mapping[str, bytes]) -> dict[str, Page]:
    return {name: Page(content.decode()) for name, content in files.items() if name.endswith(".html")}


def test_a_figure_is_shown_with_its_cells_the_correction_and_their_sum() -> None:
    (horse,) = [one for one in pages.site(HORSES).figures if one.id == "livestock.horse.heads"]
    assert (horse.value, horse.unit, horse.state, horse.place) == ("950", "con", "complete", "Chú thích 2")
    (operand,) = horse.operands
    assert (operand.label, operand.unit, operand.total) == ("Đàn ngựa", "con", "950")
    first, second = operand.sources
    assert (first.reporter, first.cell, first.href) == ("Thôn Nà Lìa", "D12", "sheets/na_lia-chan_nuoi.html#D12")
    assert (second.received, second.used, second.value, second.correction) == ("278", "287", "287", "Gọi")


def test_a_workbook_whose_cells_are_not_there_is_named_without_a_link() -> None:
    (horse,) = [one for one in pages.site(HORSES).figures if one.id == "livestock.horse.heads"]
    assert horse.operands[0].sources[1].href == ""


def test_a_workbook_sent_anew_and_held_back_is_told() -> None:
    anew = replace(HORSES, files=[{"file": "na_lia.xlsx", "sha256": "cd" * 32, "problem": "", "detail": ""}])
    (horse,) = [one for one in pages.site(anew).figures if one.id == "livestock.horse.heads"]
    assert [source.replaced for source in horse.operands[0].sources] == [True, False]
    assert WORDS["replaced"][0] in render.files(anew)["trace/livestock.html"].decode()


def test_the_sheet_of_the_workbook_that_was_accepted_is_drawn_beside_the_new_one() -> None:
    anew = replace(
        HORSES,
        files=[{"file": "na_lia.xlsx", "sha256": "cd" * 32, "problem": "", "detail": ""}],
        cells=[cell("D12", "9999", "number") | {"sha256": "cd" * 32}],
        superseded=[cell("D12", "663", "number")],
    )
    site = pages.site(anew)
    (horse,) = [one for one in site.figures if one.id == "livestock.horse.heads"]
    href = horse.operands[0].sources[0].href
    drawn = {sheet.href: sheet for sheet in site.sheets}
    assert len(drawn) == 2
    accepted = drawn[href.removesuffix("#D12")]
    assert (accepted.file, accepted.sha256) == (f"na_lia.xlsx ({SHA[:8]})", SHA)
    assert [one.text for line in accepted.grid.lines for one in line.cells if one.address == "D12"] == ["663"]
    assert "livestock.horse.heads" in {figure.id for figure in accepted.uses["D12"]}
    (new,) = [sheet for sheet in site.sheets if sheet is not accepted]
    assert new.uses == {}


def test_a_trace_tells_what_the_edits_said_of_a_cell() -> None:
    (horse,) = [one for one in pages.site(HORSES).figures if one.id == "livestock.horse.heads"]
    assert horse.operands[0].sources[0].edits == (("C-11", "holds"), ("B01-02", "undecided"))
    assert "B01-02 <span" in render.files(HORSES)["trace/livestock.html"].decode()


def test_a_missing_return_is_counted_and_a_held_form_is_told() -> None:
    goat = next(one for one in pages.site(HORSES).figures if one.id == "livestock.goat.heads")
    assert (goat.value, goat.state, goat.reported, goat.expected) == ("", "incomplete", 7, 8)
    held = pages.site(replace(HORSES, held={"B01": "sai"}))
    assert {one.state for one in held.figures if one.id == "livestock.horse.heads"} == {HELD}
    assert held.held == (("B01", BY_CODE["B01"].heading),)
    # One that has never been accepted has no row, and is there all the same.
    assert [one.state for one in held.figures if one.id == "livestock.pig.heads"] == [HELD]


def test_a_printed_number_that_the_catalogue_does_not_know_has_a_place_too() -> None:
    chapters = pages.site(HORSES).chapters
    assert [chapter.code for chapter in chapters] == ["livestock", pages.OUTSIDE]
    assert [one.id for one in chapters[1].printed] == ["no.such.figure"]


@pytest.mark.parametrize(
    ("code", "words"),
    [("P1.II.1.đ", "Phần 1, mục II.1.đ"), ("fn7", "Chú thích 7"), ("I.2", "Mục I.2"), ("", "")],
)
def test_a_place_in_the_plan_is_said_in_words(code: str, words: str) -> None:
    assert pages.place_in_plan(code) == words


def test_the_unrounded_value_is_told_where_it_differs() -> None:
    share = figure("livestock.horse.white.share", "59.8", exact="24700/413", unit="%")
    (one,) = pages.site(published(figures=[share])).figures
    assert one.exact == "24.700 / 413 ≈ 59,8062954"
    (same,) = pages.site(published(figures=[figure("livestock.pig.heads", "260")])).figures
    assert same.exact == ""


def test_every_printed_id_has_an_anchor_on_its_chapter_and_its_trace() -> None:
    with (ROOT / "raw" / PERIOD.code / COMMUNE / "printed.csv").open(encoding="utf-8") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert len(ids) == 504
    rows = [printed(identifier, "1", "not_recomputable") for identifier in ids]
    shown = read(render.files(published(statements=rows)))
    for folder in ("chapters/", "trace/"):
        anchors = [anchor for name, page in shown.items() if name.startswith(folder) for anchor in page.ids]
        assert set(ids) <= set(anchors)


def test_texts_of_workbooks_cannot_become_markup() -> None:
    bad = "<b>"
    site = published(
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
    files = render.files(site)
    for name, page in read(files).items():
        assert page.tags.count("script") == 2, name
        assert "img" not in page.tags, name
        assert not [attribute for attribute, _ in page.attributes if attribute.startswith("on")], name
        assert not [href for href in page.hrefs if href.lower().startswith("javascript:")], name
    assert all(re.fullmatch(r"(chapters|trace|sheets)/[a-z0-9_-]+\.html|[a-z]+\.(html|css|js)", name) for name in files)
    assert b"<" not in files["data.js"].replace(json.dumps(HOSTILE)[1:-1].encode(), b"")


def test_a_charts_texts_are_escaped() -> None:
    row = bars.Bar(HOSTILE, HOSTILE, (bars.Segment(1, Decimal(5), HOSTILE),))
    drawn = bars.bars("c", HOSTILE, HOSTILE, [row], (Decimal(100), HOSTILE))
    assert "script" not in Page(drawn).tags


def test_bars_are_in_proportion_and_described() -> None:
    rows = [
        bars.Bar("dài", "8", (bars.Segment(1, Decimal(6), "a"), bars.Segment(2, Decimal(2), "b"))),
        bars.Bar("ngắn", "2", (bars.Segment(1, Decimal(2), "a"),)),
    ]
    drawn = bars.bars("c", "Tên", "dài 8; ngắn 2", rows, None)
    widths = re.findall(r'class="s(\d)" x="([\d.]+)%" y="\d+" width="([\d.]+)%"', drawn)
    assert widths == [("1", "0", "75"), ("2", "75", "25"), ("1", "0", "25")]
    assert 'role="img" aria-labelledby="c-t" aria-describedby="c-d"' in drawn
    assert '<title id="c-t">Tên</title><desc id="c-d">dài 8; ngắn 2</desc>' in drawn


def test_bars_of_nothing_and_below_zero_are_drawn_without_length() -> None:
    rows = [bars.Bar("không", "0", (bars.Segment(1, Decimal(0), ""), bars.Segment(2, Decimal(-4), "")))]
    assert 'class="s1"' not in bars.bars("c", "", "", rows, None)


def test_every_figure_of_a_chart_is_in_the_catalogue() -> None:
    declared = [figure.id.replace("{line}", "x") for chapter in CHAPTERS for figure in chapter.figures]
    for chart in bars.CHARTS:
        assert not chart.whole or chart.whole in declared
        for part in chart.parts:
            assert bars.Chart(chart.kind, (part,)).chosen(declared), part


def test_a_chart_stacks_the_parts_of_each_reporter() -> None:
    parts = {"horse": "livestock.horse.heads", "pig": "livestock.pig.heads"}
    site = published(
        figures=[figure("livestock.total.heads", "9"), *(figure(identifier, "4") for identifier in parts.values())],
        lineage=[
            edge(parts["horse"], "horse", "na_lia", "D12", "3"),
            edge(parts["pig"], "pig", "na_lia", "D19", "1"),
            edge(parts["horse"], "horse", "pa_phao", "D12", "5"),
        ],
    )
    (chapter,) = pages.site(site).chapters
    (chart,) = chapter.charts
    assert chart.series == ("Nhãn livestock.horse.heads", "Nhãn livestock.pig.heads")
    assert chart.rows == (("Thôn Pá Phào", ("5", "")), ("Thôn Nà Lìa", ("3", "1")))


@pytest.mark.parametrize(
    ("address", "place"), [("A1", (1, 1)), ("Z9", (9, 26)), ("AA10", (10, 27)), ("XFD1", (1, 16384))]
)
def test_addresses_are_read_and_written(address: str, place: tuple[int, int]) -> None:
    assert sheets.parse(address) == place
    assert f"{sheets.letters(place[1])}{place[0]}" == address


@pytest.mark.parametrize("text", ["", "D", "13", "d13", "D0", "ABCD1", "D13;D14", HOSTILE])
def test_what_is_no_address_is_none(text: str) -> None:
    assert sheets.parse(text) is None


def test_a_sheet_is_drawn_with_blank_cells_that_are_pointed_at() -> None:
    grid = sheets.draw([cell("A1", "Tên biểu"), cell("B3", "Đàn ngựa")], ["D3"])
    assert grid.columns == ("A", "B", "C", "D")
    assert [(line.number, line.gap) for line in grid.lines] == [(1, False), (2, False), (3, False)]
    assert grid.lines[0].cells == (sheets.Cell("A1", "Tên biểu", "text", 4),)
    assert [one.address for one in grid.lines[2].cells] == ["A3", "B3", "C3", "D3"]


def test_of_a_sheet_that_is_no_form_only_the_surroundings_are_drawn() -> None:
    many = [cell(f"{sheets.letters(1 + number % 300)}{number}", "x") for number in range(1, 3000)]
    grid = sheets.draw([*many, cell("XFD1048576", "xa")], ["D13"])
    assert grid.windowed
    assert len(grid.lines) <= 400
    assert len(grid.columns) <= 40
    assert "D13" in [one.address for line in grid.lines for one in line.cells]


def test_sheets_of_like_names_have_pages_of_their_own() -> None:
    names = [("a.xlsx", "Chăn nuôi"), ("a.xlsx", "Chan nuoi"), ("a.xlsx", "…"), ("日.xlsx", "本")]
    given = sheets.pages(names)
    assert len(set(given.values())) == len(names)
    assert all(re.fullmatch(r"sheets/[a-z0-9_-]+\.html", page) for page in given.values())


def test_every_word_has_both_languages() -> None:
    for key, (vietnamese, english) in WORDS.items():
        assert vietnamese.strip(), key
        assert english.strip(), key


def test_every_word_is_used() -> None:
    folder = ROOT / "pipelines" / "present" / "explorer"
    sources = [path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.suffix in (".html", ".js", ".py")]
    text = "\n".join(sources)
    built = ("verdict.", "state.", "decision.", "finding.", "chart.", "nav.", "outcome.")
    for key in WORDS:
        assert f'"{key}"' in text or key.startswith(built), key


def test_pages_hold_together() -> None:
    files = render.files(HORSES)
    assert list(files)[-1] == render.INDEX
    shown = read(files)
    for name, page in shown.items():
        assert len(page.ids) == len(set(page.ids)), name
        assert page.tags.count("h1") == page.tags.count("main") == 1, name
        assert not [href for href in page.hrefs if "//" in href], name
