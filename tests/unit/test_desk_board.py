"""The board: who has sent what, what to do next; the explorer behind the session; starting a run."""

import shutil

import pytest

from pipelines.desk import runs
from pipelines.desk.board import Board, Sent, board_of
from pipelines.present.completeness import completeness
from pipelines.refresh.closing import release_and_close
from pipelines.settings import TODAY_VARIABLE, today
from pipelines.store import published
from schemas.design.example import EXAMPLE
from tests.unit.designed import put
from tests.unit.desks import Desk, text
from tests.unit.offices import KEY, Office

BATCHES = ("2024-H1_huu-kien", "2024-H2_huu-kien")


@pytest.fixture(autouse=True)
def _day_after_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the day after the returns of the example office were due."""
    monkeypatch.setenv(TODAY_VARIABLE, "2024-07-11")


def shown(office: Office) -> Board:
    return board_of(office.raw, office.store, KEY, today())


def square(board: Board, reporter: str, form: str) -> Sent:
    (line,) = [one for one in board.lines if one.reporter.code == reporter]
    return line.squares[[one.code for one in board.forms].index(form)].sent


def test_an_office_in_order_has_everything_in_it(office: Office, desk: Desk) -> None:
    board = shown(office)
    assert (board.held, board.silent, board.unread, board.days_late) == ({}, [], [], 1)
    assert len(board.lines) == len(board.complete.expected)
    found = {one.sent for line in board.lines for one in line.squares}
    assert found == {Sent.CLEAN, Sent.WARNED, Sent.NOT_ASKED}
    assert all(line.received for line in board.lines)
    page = text(desk.signed_in("auditor", "auditor").get("/"))
    for words in ("Xã Hữu Kiên", "6 tháng đầu năm 2024", "27/27", "3 cảnh báo", "Dagster chưa trả lời"):
        assert words in page


def test_what_has_come_and_not_been_read_is_told_until_a_run(office: Office, desk: Desk) -> None:
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    board = shown(office)
    assert board.unread == ["na_lia.xlsx"]
    assert square(board, "na_lia", "B01") is Sent.UNREAD
    assert square(board, "pa_phao", "B01") is Sent.CLEAN
    browser = desk.signed_in("officer", "officer")
    page = text(browser.get("/"))
    assert "1 tệp đã đổi mà chưa chạy. na_lia.xlsx Chạy những gì đã đổi" in page
    assert "Chạy những gì" not in text(desk.signed_in("auditor", "auditor").get("/")), "who only reads runs nothing"
    office.refresh()
    board = shown(office)
    assert (board.unread, list(board.held)) == ([], ["B01"])
    assert square(board, "na_lia", "B01") is Sent.HELD
    assert square(board, "na_lia", "B02") is Sent.CLEAN
    assert "Hỏi lại đơn vị: có lỗi nên giữ lại B01 «Chăn nuôi»." in text(browser.get("/"))


def test_who_is_missing_stands_by_name_with_the_days(office: Office, desk: Desk) -> None:
    (office.folder / "na_lia.xlsx").unlink()
    assert shown(office).unread == ["na_lia.xlsx"], "a workbook that is gone is something to run for"
    office.refresh()
    assert square(shown(office), "na_lia", "B01") is Sent.MISSING
    page = text(desk.signed_in("officer", "officer").get(f"/sets/{KEY}"))
    assert (
        "Liên hệ để nhận báo cáo: còn thiếu 1/27 đơn vị. Đã quá hạn 1 ngày. Thôn Nà Lìa (B01, B02, B03, B04, B05)"
        in page
    )


@pytest.mark.slow
def test_of_a_closed_set_nobody_is_asked_and_who_was_missing_is_told(office: Office, desk: Desk) -> None:
    (office.folder / "na_lia.xlsx").unlink()
    office.refresh()
    release_and_close(office.raw, office.store, KEY, "thieu-mot", who="a test", despite="Nà Lìa rút sổ")
    found = published.findings(office.store, KEY)
    said = list(completeness(*KEY, found, office.raw.places).lines(today(), closed=True))
    assert said[1] == "Khi đóng kỳ còn thiếu: Thôn Nà Lìa (B01, B02, B03, B04, B05)."
    assert not any("hạn" in line for line in said)
    office.write(("pa_phao.xlsx", "Chăn nuôi", "D12"), 664)
    assert square(shown(office), "pa_phao", "B01") is not Sent.UNREAD, "for no run will read it"
    browser = desk.signed_in("officer", "officer")
    page = text(browser.get(f"/sets/{KEY}"))
    assert "mở lại kỳ không. Khi đóng kỳ còn thiếu 1/27 đơn vị: Thôn Nà Lìa (B01, B02, B03, B04, B05)." in page
    assert "Đổi sau khi đóng nên không công bố: pa_phao.xlsx" in page
    for words in ("quá hạn", "3 cảnh báo; riêng cảnh báo không giữ", "mà chưa chạy", "không còn gì", "nhập theo biểu"):
        assert words not in page
    assert "6 tháng đầu năm 2024 (đã đóng)" in text(browser.get("/receive"))
    assert "6 tháng cuối năm 2024 (đã đóng)" not in text(browser.get("/receive"))
    for entry in (f"/entry/{KEY}", f"/entry/{KEY}/na_lia"):
        assert "đã đóng bằng bản phát hành «thieu-mot»" in text(browser.get(entry)), "before anybody types it all in"


def test_before_the_first_run_a_workbook_is_of_the_reporter_that_it_is_called_by(office: Office) -> None:
    shutil.rmtree(office.store.root / "state")
    board = shown(office)
    assert not board.read
    received = {line.reporter.code for line in board.lines if line.received}
    assert received == {path.stem for path in office.folder.glob("*.xlsx")}
    assert {one.sent for line in board.lines for one in line.squares} == {Sent.UNREAD, Sent.NOT_ASKED}


def test_a_decision_in_the_ledger_is_something_to_run_for(office: Office) -> None:
    ledger = office.folder / "corrections.csv"
    ledger.write_text(ledger.read_text("utf-8") + "\n", "utf-8")
    assert shown(office).unread == ["corrections.csv"]


def test_a_workbook_where_none_is_read_is_something_to_do(office: Office, desk: Desk) -> None:
    folder = office.raw.root / KEY.period / "Hữu Kiên"
    folder.mkdir()
    (folder / "Nà Lìa.xlsx").write_bytes(b"x")
    page = text(desk.signed_in("auditor", "auditor").get("/"))
    assert "Không đọc Nà Lìa.xlsx ở thư mục «2024-H1/Hữu Kiên»: chuyển vào 2024-H1/huu-kien" in page


def test_a_set_that_is_not_there_is_no_page(desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    for path in ("/sets/2024-H2_huu-kien", "/sets/x", "/explorer/2024-H2_huu-kien/index.html"):
        assert browser.get(path).status_code == 404


def test_what_cannot_be_done_is_told_in_its_sentence_on_every_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TODAY_VARIABLE, "hôm nay")
    told = desk.signed_in("auditor", "auditor").get("/")
    assert (told.status_code, "ghi «hôm nay»; cần một ngày dạng" in text(told)) == (409, True)


def test_an_empty_office_says_where_workbooks_go(office: Office, desk: Desk) -> None:
    shutil.rmtree(office.raw.root)
    shutil.rmtree(office.store.root / "state")
    office.raw.root.mkdir()
    (office.raw.root / "na_lia.xlsx").write_bytes(b"x")
    page = text(desk.signed_in("officer", "officer").get("/"))
    assert "Không đọc na_lia.xlsx ở ngay trong thư mục báo cáo" in page
    assert f"đặt sổ tính của các đơn vị vào {office.raw.root}" in page


def test_the_explorer_is_for_who_has_signed_in_and_nothing_beside_it(desk: Desk, office: Office) -> None:
    page = f"/explorer/{KEY}/index.html"
    assert desk.browser().get(page).status_code == 302
    browser = desk.signed_in("auditor", "auditor")
    shown = browser.get(page)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html")
    assert browser.get(f"/explorer/{KEY}/explorer.js").headers["content-type"] == "text/javascript"
    (office.store.root / "explorer" / str(KEY) / "link.html").symlink_to(office.store.root / "desk" / "secret")
    beside = ("../../desk/secret", "%2e%2e/%2e%2e/desk/secret", "link.html", "", ".", "chapters", "%00", "a" * 300)
    for path in beside:
        assert browser.get(f"/explorer/{KEY}/{path}").status_code == 404, path


@pytest.mark.parametrize("page", ["index.html", "trace/livestock.html", "data.js"])
def test_a_page_of_the_explorer_with_another_bit_is_told_and_not_shown(desk: Desk, office: Office, page: str) -> None:
    browser = desk.signed_in("auditor", "auditor")
    path = office.store.root / "explorer" / str(KEY) / page
    whole = path.read_bytes()
    assert browser.get(f"/explorer/{KEY}/{page}").content == whole
    at = len(whole) // 2
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    answer = browser.get(f"/explorer/{KEY}/{page}")
    assert answer.status_code == 409
    assert f"explorer/{KEY}/{page}" in text(answer)
    assert "returns refresh" in text(answer)
    path.write_bytes(whole)
    assert browser.get(f"/explorer/{KEY}/{page}").content == whole


def test_only_who_may_starts_a_run_and_nothing_is_run_for_nothing(office: Office, desk: Desk) -> None:
    assert desk.signed_in("auditor", "auditor").post("/run").status_code == 403
    browser = desk.signed_in("officer", "officer")
    assert browser.get("/run").status_code == 405
    assert "không có gì để chạy" in text(browser.post("/run", follow=True))
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    assert "Dagster chưa trả lời, nên chưa chạy được" in text(browser.post("/run", follow=True))
    assert "started run" not in [deed[1] for deed in desk.deeds()]


def test_what_has_to_be_made_anew_though_no_file_has_changed_is_something_to_run_for(
    office: Office, desk: Desk
) -> None:
    """Such as after an upgrade, or where an earlier period is another: approving asks for a run then."""
    browser, words = desk.signed_in("officer", "officer"), "nên số của bộ này phải tính lại."
    page = browser.get("/")
    assert words not in text(page)
    assert "Chạy những gì đã đổi" not in text(page)
    office.store.path("figures/livestock", office.part).unlink()
    page = browser.get("/")
    assert f"{words} Chạy những gì đã đổi" in text(page)
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    assert words not in text(browser.get("/")), "once there is a file to run for"


def test_who_starts_a_run_on_a_board_sees_the_run_of_that_board(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (office.raw.root / "2024-H2" / "huu-kien").mkdir(parents=True)
    shutil.copy(office.folder / "na_lia.xlsx", office.raw.root / "2024-H2" / "huu-kien")
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    browser = desk.signed_in("officer", "officer")
    assert f'name="key" value="{KEY}"' in browser.get(f"/sets/{KEY}").content.decode()
    assert browser.post("/run", {"key": str(KEY)}).headers["location"] == f"/sets/{KEY}", "Dagster does not answer"
    ended = {f"run-{batch}": runs.Run(f"run-{batch}", "SUCCESS", batch, "", None, None) for batch in BATCHES}
    monkeypatch.setattr(runs, "latest", lambda: None)
    monkeypatch.setattr(runs, "start", lambda stale, _who: [f"run-{batch}" for batch in stale])
    monkeypatch.setattr(runs, "run", ended.get)
    answer = browser.post("/run", {"key": str(KEY)})
    assert answer.headers["location"] == f"/run/run-{KEY}"
    shown = browser.get(f"/run/run-{KEY}")
    both = "Xã Hữu Kiên, 6 tháng đầu năm 2024; Xã Hữu Kiên, 6 tháng cuối năm 2024"
    assert f"Đã bắt đầu 2 lần chạy: {both}." in text(shown)
    assert f'href="/sets/{KEY}"' in shown.content.decode(), "and goes back to it"
    assert browser.post("/run").headers["location"] == "/run/run-2024-H2_huu-kien"


def test_a_design_that_is_new_or_held_stands_among_what_is_to_be_done(office: Office, desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    put(office.raw.root, ca=EXAMPLE)
    assert "Thiết kế ca.xlsx đã đổi mà chưa chạy. Chạy những gì đã đổi" in text(browser.get("/"))
    put(office.raw.root, ca={**EXAMPLE, "chapters": [{"code": "khac", "title": "Khác"}]})
    page = text(browser.get("/"))
    assert "Sửa thiết kế ca.xlsx trong bieu-mau: có 3 lỗi" in page
    assert "trang «Số tổng hợp», ô A5" in page
