"""The form as a page: typed in, checked by a refresh's steps, kept as a workbook, gone on with, never over another."""

import re
from html import unescape
from typing import Any

import pytest

from pipelines.store.archive import WORKBOOK
from schemas.form import Form
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from tests.unit.desks import Desk, text
from tests.unit.offices import KEY, Office

pytestmark = pytest.mark.slow

PAGE = f"/entry/{KEY}/na_lia"
VILLAGE_FORMS = [form for form in FORMS if form.reporter_kind == "village"]


def inputs(answer: Any) -> dict[str, str]:
    """What a browser would send of the form of a page, without its buttons."""
    (form,) = re.findall(r'<form[^>]*class="entry">(.*?)</form>', answer.content.decode(), re.DOTALL)
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        found[named["name"]] = unescape(named.get("value", ""))
    return found


def typed(answer: Any) -> dict[str, str]:
    return {name: value for name, value in inputs(answer).items() if value and re.match(r"[A-Z]\d\d\.\d", name)}


@pytest.mark.slow
def test_a_return_from_paper_is_checked_taken_with_a_receipt_and_taken_up_again(office: Office, desk: Desk) -> None:
    (office.folder / "na_lia.xlsx").unlink()
    browser = desk.signed_in("officer", "officer")
    assert "nhập theo biểu" in text(browser.get(f"/sets/{KEY}")), "the board leads there"
    assert PAGE in browser.get(f"/entry/{KEY}").content.decode()
    page = browser.get(PAGE)
    for item in Livestock.fields().values():
        assert item.label in text(page)
    assert typed(page) == {}
    sent = inputs(page) | {
        "B01.0.horse": "264",
        "B01.0.horse.note": "theo điện thoại",
        "B01.0.goat": "-",
        "B01.0.pig": "x1",
    }
    checked = browser.post(PAGE, sent | {"do": "check"})
    assert not (office.folder / "na_lia.xlsx").exists(), "checking keeps nothing"
    for words in ("Có B01.", "không phải là số", "để trống"):
        assert words in text(checked)
    assert re.search(r'id="B01.0.pig"[^>]*value="x1"[^>]*class="found error" aria-invalid', checked.content.decode())
    assert typed(checked) == {name: value for name, value in sent.items() if value and name.startswith("B01")}

    taken = browser.post(PAGE, inputs(checked) | {"do": "take", "source": "điện thoại 05/07"}, follow=True)
    assert re.search(r"Đã nhận na_lia.xlsx. Biên nhận: [0-9a-f]{64}", text(taken))
    assert desk.deeds()[-1] == ("officer", "received", f"{KEY}: na_lia.xlsx")
    assert "nhập tại bàn làm việc: B01 lấy từ: điện thoại 05/07" in text(browser.get("/record"))
    office.refresh()
    entries = {one["field"]: one for one in office.rows("returns/livestock") if one["reporter"] == "na_lia"}
    assert (entries["horse"]["text"], entries["horse"]["value"], entries["horse"]["note"]) == (
        "264",
        264,
        "theo điện thoại",
    )
    assert entries["pig"]["problem"]
    assert entries["buffalo"]["value"] is None
    assert not [one for one in office.rows("returns/poultry") if one["reporter"] == "na_lia"], (
        "nothing typed, nothing sent"
    )

    again = browser.get(PAGE)
    assert "Gõ tiếp từ na_lia.xlsx" in text(again)
    assert typed(again) == typed(checked)


@pytest.mark.slow
def test_what_the_reporter_sent_is_shown_as_numbers_to_go_on_from(office: Office, desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    page = browser.get(PAGE)
    assert "na_lia.xlsx do đơn vị gửi, không phải gõ ở đây" in text(page)
    assert inputs(page)["B03.0.rice_area"] == "11,5", "as a number is written in Vietnam"
    checked = browser.post(PAGE, inputs(page) | {"do": "check"})
    assert "Thay na_lia.xlsx; bản cũ vẫn còn trong kho lưu." in text(checked)
    before = {form: accepted(office, form) for form in VILLAGE_FORMS}
    browser.post(PAGE, inputs(checked) | {"do": "take"})
    office.refresh()
    for form, rows in before.items():
        assert accepted(office, form) == rows


def accepted(office: Office, form: type[Form]) -> list[list[Any]]:
    """The numbers that are published of a form."""
    return [[row[name] for name in form.fields()] for row in office.rows(f"marts/{form.domain}")]


@pytest.mark.slow
def test_a_newer_workbook_is_not_written_over_and_what_was_typed_stays(office: Office, desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    page = browser.get(PAGE)
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    newer = (office.folder / "na_lia.xlsx").read_bytes()
    sent = inputs(page) | {"B01.0.horse": "999"}
    refused = browser.post(PAGE, sent | {"do": "check"})
    assert refused.status_code == 409
    assert "na_lia.xlsx vừa đổi trong lúc bạn đang nhập" in text(refused)
    assert inputs(refused)["B01.0.horse"] == "999"
    checked = browser.post(PAGE, inputs(refused) | {"do": "check"})
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 665)
    newest = (office.folder / "na_lia.xlsx").read_bytes()
    assert "vừa đổi" in text(browser.post(PAGE, inputs(checked) | {"do": "take"}))
    assert newer != newest == (office.folder / "na_lia.xlsx").read_bytes()


def test_only_what_was_checked_is_taken_and_once(office: Office, desk: Desk) -> None:
    (office.folder / "na_lia.xlsx").unlink()
    browser = desk.signed_in("officer", "officer")
    checked = browser.post(PAGE, inputs(browser.get(PAGE)) | {"B01.0.horse": "7", "do": "check"})
    changed = browser.post(PAGE, inputs(checked) | {"B01.0.horse": "8", "do": "take"})
    assert "Số đã đổi sau lần kiểm tra, nên chưa nhận" in text(changed)
    assert not (office.folder / "na_lia.xlsx").exists()
    take = inputs(changed) | {"do": "take"}
    assert "Đã nhận" in text(browser.post(PAGE, take, follow=True))
    assert "đã được nhận từ trước" in text(browser.post(PAGE, take, follow=True))
    assert [one[1] for one in desk.deeds()].count("received") == 1


def test_lines_are_added_and_those_without_a_code_are_kept_and_told(office: Office, desk: Desk) -> None:
    page_of = f"/entry/{KEY}/works"
    (office.folder / f"works{WORKBOOK}").unlink(missing_ok=True)
    browser = desk.signed_in("officer", "officer")
    page = browser.get(page_of)
    before = int(inputs(page)["R02.lines"])
    more = browser.post(page_of, inputs(page) | {"R02.0..code": "d1", "R02.0.length": "120,5", "do": "R02"})
    assert int(inputs(more)["R02.lines"]) > before
    assert inputs(more)["R02.0.length"] == "120,5"
    last = f"R02.{before + 1}."
    checked = browser.post(
        page_of, inputs(more) | {f"{last}.name": "Đường không mã", f"{last}length": "7", "do": "check"}
    )
    assert inputs(checked)["R02.1..name"] == "Đường không mã", "lines left blank are closed up"
    assert "mã dòng" in text(checked).casefold()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Chưa ghi gì vào biểu nào"),
        ({"B01.0.horse": "1" * 61}, "dài quá 60 ký tự"),
        ({"B01.0.horse": "1\u202e2"}, "ký tự không nhìn thấy được"),
    ],
)
def test_what_cannot_be_kept_is_told_and_stays_on_the_page(
    office: Office, desk: Desk, sent: dict[str, str], told: str
) -> None:
    (office.folder / "na_lia.xlsx").unlink()
    browser = desk.signed_in("officer", "officer")
    answer = browser.post(PAGE, inputs(browser.get(PAGE)) | sent | {"do": "check"})
    assert answer.status_code == 400
    assert told in text(answer)
    assert inputs(answer).items() >= sent.items()


@pytest.mark.parametrize("role", ["approver", "auditor", "administrator"])
def test_who_may_not_receive_types_nothing_in(desk: Desk, role: str) -> None:
    browser = desk.signed_in("somebody", role)
    assert browser.get(PAGE).status_code == browser.post(PAGE, {"do": "check"}).status_code == 403
    assert "nhập theo biểu" not in text(browser.get(f"/sets/{KEY}"))
    assert desk.signed_in("officer", "officer").get(f"/entry/{KEY}/nowhere").status_code == 302
