"""Receiving workbooks at the desk: told at once, kept by «Nhận», once, with a receipt."""

import io
import re
from typing import Any

import openpyxl
import pytest

from pipelines.desk import guard
from tests.unit.desks import Desk, text
from tests.unit.offices import KEY, Office

CELL = ("na_lia.xlsx", "Chăn nuôi", "D12")


@pytest.fixture
def sent(office: Office) -> bytes:
    """What Nà Lìa sends with a slip in it."""
    return office.slipped(CELL, 664)


def send(browser: Any, *files: tuple[str, bytes], key: str = str(KEY), **more: Any) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return browser.post("/receive", {"key": key, "files": [SimpleUploadedFile(*one) for one in files]}, **more)


def ticked(answer: Any) -> list[str]:
    return re.findall(r'name="take" value="(\d+)"', answer.content.decode())


@pytest.mark.slow
def test_a_workbook_is_told_of_at_once_and_kept_by_a_second_step(office: Office, desk: Desk, sent: bytes) -> None:
    before = (office.folder / "na_lia.xlsx").read_bytes()
    browser = desk.signed_in("officer", "officer")
    answer = send(browser, ("C:\\Users\\x\\Nà Lìa.xlsx", sent), ("thu.xlsx", b"no workbook"), ("~$na_lia.xlsx", b"x"))
    page = text(answer)
    for words in (
        "Thôn Nà Lìa : B01, B02, B03, B04, B05",
        "Thay na_lia.xlsx; bản cũ vẫn còn trong kho lưu.",
        "có 1 lỗi: biểu sẽ bị giữ lại",
        "Tệp thu.xlsx không mở được",
        "tên của tệp tạm mà chương trình khác để lại, nên không nhận",
    ):
        assert words in page
    assert (office.folder / "na_lia.xlsx").read_bytes() == before
    (number,) = ticked(answer)
    taken = text(browser.post("/receive/take", {"take": [number]}, follow=True))
    assert "Đã nhận na_lia.xlsx. Biên nhận: " in taken
    assert (office.folder / "na_lia.xlsx").read_bytes() == sent
    assert desk.deeds()[-1] == ("officer", "received", f"{KEY}: na_lia.xlsx")
    assert "gửi với tên: Nà Lìa.xlsx SHA-256: " in text(desk.signed_in("auditor", "auditor").get("/record"))
    assert "1 tệp đã đổi mà chưa chạy. na_lia.xlsx" in taken


def test_taking_twice_takes_once(office: Office, desk: Desk, sent: bytes) -> None:
    browser = desk.signed_in("officer", "officer")
    numbers = ticked(send(browser, ("a.xlsx", sent)))
    browser.post("/receive/take", {"take": numbers})
    assert "đã được nhận từ trước" in text(browser.post("/receive/take", {"take": numbers}, follow=True))
    assert [deed[1] for deed in desk.deeds()].count("received") == 1


def test_of_two_officers_neither_replaces_the_others_workbook_unseen(office: Office, desk: Desk, sent: bytes) -> None:
    one, other = desk.signed_in("one", "officer"), desk.signed_in("other", "officer")
    mine, theirs = ticked(send(one, ("a.xlsx", sent))), ticked(send(other, ("b.xlsx", sent + b" ")))
    one.post("/receive/take", {"take": mine})
    assert "vừa được thay bằng tệp khác" in text(other.post("/receive/take", {"take": theirs}, follow=True))
    assert (office.folder / "na_lia.xlsx").read_bytes() == sent
    assert "đã được nhận từ trước" in text(one.post("/receive/take", {"take": theirs}, follow=True)), "nor takes it"


@pytest.mark.slow
def test_the_wrong_period_is_told_and_not_taken(desk: Desk, sent: bytes) -> None:
    answer = send(desk.signed_in("officer", "officer"), ("a.xlsx", sent), key="2024-H2_huu-kien")
    page = text(answer)
    assert "Không nhận được. Tệp a.xlsx, trang «Chăn nuôi»: kỳ báo cáo ghi «6 tháng đầu năm 2024»" in page
    assert "chọn kỳ đó rồi kiểm tra lại. Nhắn đơn vị: Xin ghi đúng kỳ báo cáo rồi gửi lại." in page
    assert "thư mục" not in page, "who sits at the desk has none"
    assert ticked(answer) == []


@pytest.mark.slow
def test_an_empty_file_is_told_of_by_name_and_the_others_are_checked(desk: Desk, sent: bytes) -> None:
    answer = send(desk.signed_in("officer", "officer"), ("rong.xlsx", b""), ("a.xlsx", sent))
    assert "Không nhận được. Tệp rong.xlsx không mở được: tệp rỗng" in text(answer)
    assert len(ticked(answer)) == 1


@pytest.mark.slow
def test_a_workbook_with_one_form_of_several_is_ticked_by_the_officer_alone(office: Office, desk: Desk) -> None:
    """It is called like the one that has them all, and would take the others away with that."""
    book = openpyxl.load_workbook(office.folder / "na_lia.xlsx")
    for sheet in set(book.sheetnames) - {"Chăn nuôi"}:
        del book[sheet]
    content = io.BytesIO()
    book.save(content)
    browser = desk.signed_in("officer", "officer")
    answer = send(browser, ("sua.xlsx", content.getvalue()))
    assert "Tệp này không có biểu B02, B03, B04, B05 đang có ở na_lia.xlsx" in text(answer)
    assert re.search(r'name="take" value="\d+">', answer.content.decode())
    whole = send(browser, ("sua.xlsx", (office.folder / "na_lia.xlsx").read_bytes()))
    assert "Tệp này không có biểu" not in text(whole)
    assert re.search(r'name="take" value="\d+" checked>', whole.content.decode())


@pytest.mark.slow
def test_a_workbook_with_anothers_name_is_ticked_by_nobody_else_than_the_officer(desk: Desk, sent: bytes) -> None:
    """What would be replaced is the return of whom the sheet names, and the name of the file says another."""
    browser = desk.signed_in("officer", "officer")
    for name in ("pa_phao.xlsx", "Pa Phao.xlsx"):
        answer = send(browser, (name, sent))
        assert "Tên tệp là của Thôn Pá Phào, trong sổ lại là của Thôn Nà Lìa: hỏi lại" in text(answer)
        assert re.search(r'name="take" value="\d+">', answer.content.decode())
    plain = send(browser, ("na-lia.xlsx", sent))
    assert "Tên tệp là của" not in text(plain)
    assert re.search(r'name="take" value="\d+" checked>', plain.content.decode())


@pytest.mark.slow
def test_who_received_for_an_earlier_period_comes_back_to_its_board(office: Office, desk: Desk, sent: bytes) -> None:
    """There the run is started; the board of the newest period says nothing of it."""
    (office.raw.root / "2024-H2" / "huu-kien").mkdir(parents=True)
    (office.raw.root / "2024-H2" / "huu-kien" / "na_lia.xlsx").write_bytes(sent)
    browser = desk.signed_in("officer", "officer")
    assert "6 tháng cuối năm 2024" in text(browser.get("/"))
    taken = browser.post("/receive/take", {"take": ticked(send(browser, ("a.xlsx", sent)))}, follow=True)
    assert taken.redirect_chain[-1][0] == f"/sets/{KEY}"
    assert "1 tệp đã đổi mà chưa chạy. na_lia.xlsx" in text(taken)


def test_what_cannot_be_sent_is_told_in_a_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = desk.signed_in("officer", "officer")
    assert "Chưa chọn tệp nào" in text(browser.post("/receive", {"key": str(KEY)}))
    assert "tối đa 30 tệp" in text(send(browser, *[(f"{n}.xlsx", b"x") for n in range(31)]))
    assert "Chưa chọn sổ tính nào" in text(browser.post("/receive/take", {"take": ["x"]}, follow=True))
    assert guard.MOST_BYTES < 100 * 10**6, "what is larger never comes as far as here"
    assert send(browser, ("a.xlsx", b"x"), key="2030-H1_huu-kien").status_code == 400


def test_two_files_of_one_name_are_told_and_neither_vanishes(desk: Desk, sent: bytes) -> None:
    answer = send(desk.signed_in("officer", "officer"), ("thon/a.xlsx", sent), ("C:\\x\\a.xlsx", b"another"))
    assert answer.status_code == 400
    assert "Có hai tệp cùng tên: a.xlsx." in text(answer)
    assert ticked(answer) == []


def test_a_receipt_that_was_cut_short_is_finished_and_counts_meanwhile(
    office: Office, desk: Desk, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.desk import record
    from pipelines.desk.approvals import entered_by

    browser = desk.signed_in("officer", "officer")
    numbers = ticked(send(browser, ("a.xlsx", sent)))
    with monkeypatch.context() as cut:
        cut.setattr(record, "write", stopped)
        with pytest.raises(RuntimeError):
            browser.post("/receive/take", {"take": numbers})
    assert (office.folder / "na_lia.xlsx").read_bytes() == sent
    assert entered_by(KEY) == ["officer"], "though it is not in the record yet"
    assert "Đã nhận na_lia.xlsx" in text(browser.post("/receive/take", {"take": numbers}, follow=True))
    assert desk.deeds()[-1] == ("officer", "received", f"{KEY}: na_lia.xlsx")


def stopped(*_: Any, **__: Any) -> None:
    raise RuntimeError("the desk stops here")


@pytest.mark.parametrize("role", ["approver", "auditor", "administrator"])
def test_who_may_not_receive_neither_sends_nor_takes(desk: Desk, role: str) -> None:
    browser = desk.signed_in("somebody", role)
    assert browser.get("/receive").status_code == 403
    assert browser.post("/receive/take", {"take": ["1"]}).status_code == 403
