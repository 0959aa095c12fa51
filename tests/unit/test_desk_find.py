"""Finding by number, words, cell, file, rule and place in the plan; a figure's trace as one page."""

import csv
import errno
import io
import re
from decimal import Decimal

import pytest

from pipelines.present.searching import Query, search
from pipelines.store import published
from pipelines.store.tables import Store
from tests.unit.desks import Desk, text
from tests.unit.offices import KEY, Office

pytestmark = pytest.mark.slow

HORSES = "livestock.horse.ordinary.heads"


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("5.373", {"5373", "5.373"}),
        ("22,7", {"22.7", "227"}),
        ("3.819.888.592", {"3819888592"}),
        ("1.234,5", {"1234.5"}),
        ("226.04 %", {"226.04", "22604"}),
        ("1,234.5", {"1234.5"}),
        ("-5", {"-5"}),
        ("ngựa", set()),
        ("B01-03", set()),
    ],
)
def test_a_number_is_understood_as_people_and_as_machines_write_it(typed: str, numbers: set[str]) -> None:
    assert Query(typed).numbers == {Decimal(one) for one in numbers}


@pytest.mark.parametrize(
    ("typed", "cell"),
    [
        ("D13", ("", "D13")),
        ("$d$13", ("", "D13")),
        ("na_lia D13", ("na_lia", "D13")),
        ("na_lia.xlsx · Chăn nuôi · ô D13", ("na_lia.xlsx · Chăn nuôi", "D13")),
        ("B01-03", None),
        ("ngựa", None),
    ],
)
def test_a_cell_is_known_by_its_address_with_words_before_it(typed: str, cell: tuple[str, str] | None) -> None:
    assert Query(typed).cell == cell


def test_everything_is_found_with_and_without_diacritics(example: Store) -> None:
    def found(typed: str) -> dict[str, list[str]]:
        one = search(example, KEY, Query(typed))
        return {
            "figures": [row["id"] for row in one.figures],
            "printed": [row["id"] for row in one.printed],
            "cells": [f"{row['file']} {row['cell']}" for row in one.cells],
            "files": [row["file"] for row in one.files],
            "rules": [rule.code for rule in one.rules],
        }

    assert found("ngua thuong")["figures"][0] == found("Ngựa thường")["figures"][0] == HORSES
    assert HORSES not in found("ngừa thường")["figures"]
    assert HORSES in found("996")["figures"], "computed"
    assert "na_lia.xlsx D13" in found("207")["cells"] + found("267")["cells"], "accepted"
    assert found("3.819.888.592")["printed"][0].startswith("budget.")
    assert set(found("na_lia D13")["cells"]) == {"na_lia.xlsx D13"}, "on every sheet that has one"
    assert len(found("D13")["cells"]) > 5
    assert found("na lia")["files"] == ["na_lia.xlsx"]
    assert found("B01-01")["rules"] == ["B01-01"]
    section = search(example, KEY, Query(HORSES)).printed[0]["section"]
    assert HORSES in found(section)["printed"]
    assert not search(example, KEY, Query("xyzzy"))
    assert not search(example, KEY, Query("  "))


def test_the_page_leads_from_a_printed_number_to_its_trace(desk: Desk) -> None:
    browser = desk.signed_in("somebody", "auditor")
    assert "Có dấu hoặc không dấu" in text(browser.get("/find"))
    page = browser.get("/find", {"q": "996"})
    assert f'href="/trace/{KEY}/{HORSES}"' in page.content.decode()
    assert "Chú thích 2" in text(page)
    assert "fn2" not in text(page)
    assert (
        f'href="/explorer/{KEY}/sheets/na_lia-chan_nuoi.html#D13"'
        in browser.get("/find", {"q": "na_lia d13"}).content.decode()
    )
    assert "Không tìm thấy «xyzzy»" in text(browser.get("/find", {"q": "xyzzy"}))
    assert "&lt;script&gt;" in browser.get("/find", {"q": "<script>"}).content.decode()
    assert browser.get("/find", {"set": "2020-H1_huu-kien"}).status_code == 404
    assert desk.browser().get("/find").status_code == 302


def test_a_trace_tells_formula_cells_corrections_rules_and_hashes_on_one_page(desk: Desk) -> None:
    browser = desk.signed_in("somebody", "auditor")
    page = text(browser.get(f"/trace/{KEY}/{HORSES}"))
    for words in (
        "996 con",
        "cộng các thôn",
        "na_lia.xlsx · Chăn nuôi · D13",
        "Đính chính «207» thành «267»",
        "SHA-256",
        "(Chú thích 2)",
    ):
        assert words in page
    assert page.count("B01-0") > 8, "the rules that looked at each cell, and once what they say"
    assert browser.get(f"/trace/{KEY}/no.such").status_code == 404


def test_what_is_held_leads_to_the_workbook_that_its_number_is_of_and_not_to_the_one_that_replaced_it(
    office: Office, desk: Desk
) -> None:
    """The village sent again, what it sent is held, and the figure is of what it had sent before."""
    (before,) = [row["sha256"] for row in published.files(office.store, KEY) if row["file"] == "na_lia.xlsx"]
    office.write(("na_lia.xlsx", "Chăn nuôi", "D14"), "chưa rõ")
    office.refresh()
    browser = desk.signed_in("somebody", "auditor")
    answer = browser.get(f"/trace/{KEY}/livestock.horse.white.heads")
    cell = "na_lia.xlsx · Chăn nuôi · D14"
    assert f"{cell} bản nhận trước, {before[:8]} «396»" in text(answer)
    there = f"/explorer/{KEY}/trace/livestock.html#livestock.horse.white.heads"
    assert f'<a href="{there}">{cell}</a>' in answer.content.decode()
    drawn = browser.get(there.partition("#")[0]).content.decode()
    assert re.search(r"sheets/na_lia-chan_nuoi-2\.html#D14", drawn), "where what it had sent before is drawn"
    found = text(browser.get("/find", {"q": "na_lia D14"}))
    assert "«Chăn nuôi», ô D14 : «chưa rõ»" in found
    assert "livestock.horse.white.heads" not in found, "no figure is made of that"
    assert f"bản nhận trước, {before[:8]} : Ngựa bạch, 396 con" in text(browser.get("/find", {"q": "396"}))


def test_a_cell_is_told_as_a_person_sees_it(desk: Desk) -> None:
    assert "«Trồng trọt», ô D11 : «11,50»" in text(desk.signed_in("somebody", "auditor").get("/find?q=na_lia+D11"))


def test_wherever_a_figure_is_listed_it_says_that_it_is_held_back(office: Office, desk: Desk) -> None:
    """What is shown is what was accepted before: nobody is to take it for what came."""
    browser, name = desk.signed_in("somebody", "auditor"), "livestock.horse.white.heads"
    pages = ("/find?q=ngua+bach", f"/compare/{KEY}?q={name}", f"/compare/{KEY}/{name}")
    assert not [page for page in pages if "Giữ lại" in text(browser.get(page))]
    office.write(("na_lia.xlsx", "Chăn nuôi", "D14"), "chưa rõ")
    office.refresh()
    assert [page for page in pages if "Giữ lại" in text(browser.get(page))] == list(pages)
    taken = browser.get(f"{pages[1]}&as=csv").content.decode("utf-8-sig")
    (row,) = [one for one in csv.DictReader(io.StringIO(taken)) if one["Mã"] == name]
    assert (row["Kỳ này"], row["Tình trạng"]) == ("1482", "Giữ lại")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "Hết chỗ trên đĩa"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/srv/data/state/x.ndjson"),
            "x.ndjson (Permission denied)",
        ),
        (OSError(errno.EIO, "Input/output error"), "một tệp (Input/output error)"),
    ],
)
def test_what_the_system_refuses_is_told_as_that_and_not_as_a_fault_of_ours(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    browser = desk.signed_in("hoa", "officer")

    def refuses(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Store, "content", refuses)
    answer = browser.get(f"/trace/{KEY}/{HORSES}")
    assert answer.status_code == 503
    assert said in text(answer)
    assert "người quản trị" in text(answer)
    assert "/srv" not in text(answer)
