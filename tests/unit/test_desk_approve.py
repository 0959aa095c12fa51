"""Approval: entered by one, approved by another, and then a release that can be verified."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pipelines.refresh import batches
from pipelines.refresh.release import verify
from pipelines.steps.collect.released import RELEASES
from pipelines.store.releases import as_sent, found, names
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey
from tests.unit.desks import Desk, read_as, text
from tests.unit.offices import KEY, Office

PAGE = f"/approve/{KEY}"


def approve(browser: Any, seen: str = "", **more: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', browser.get(PAGE).content.decode())
    sent = {"seen": seen or (found[1] if found else ""), **more}
    return text(browser.post(PAGE, sent, follow=True))


def enter(desk: Desk, user: Any) -> None:
    """Somebody enters a decision, and it is run."""
    place = {"file": "thcs.xlsx", "sheet": "THCS", "cell": "D21"}
    sent = {**place, "decision": "as_is", "reason": "Trường xác nhận", "of": read_as(KEY, place["file"])}
    assert "Đã ghi" in text(desk.browser(user).post(f"/findings/{KEY}/of/thcs/decide", sent, follow=True))


@pytest.mark.slow
def test_who_has_entered_does_not_approve_and_another_does(office: Office, desk: Desk) -> None:
    both, other = desk.user("both", "officer", "approver"), desk.signed_in("other", "approver")
    enter(desk, both)
    office.refresh()
    assert "phải để người khác duyệt" in approve(desk.browser(both), seen="x")
    assert names(office.store.root) == []
    page = approve(other)
    assert "Đã duyệt và phát hành «2024-h1-huu-kien-lan-1»" in page
    assert "Người đã nhập: both." in page
    made = found(office.store.root, "2024-h1-huu-kien-lan-1")
    assert made.seal in page
    assert verify(office.store.root, made.name).differences == []
    assert desk.deeds()[-2:] == [("other", "approved", made.name), ("other", "closed", f"{KEY}: {made.name}")]
    assert "đã đóng bằng bản phát hành" in approve(other, seen="x")
    packed = f"{PAGE}/packed/{made.name}"
    assert packed in other.get(PAGE).content.decode()
    assert other.get(packed).content == as_sent(office.store.root, made.name)
    assert other.get(f"{PAGE}/packed/x").status_code == 404
    auditor = desk.signed_in("auditor", "auditor")
    assert (packed in auditor.get(PAGE).content.decode(), auditor.get(packed).status_code) == (False, 403)


@pytest.mark.slow
def test_what_is_closed_is_changed_only_after_an_approver_has_reopened_it(office: Office, desk: Desk) -> None:
    officer, other, auditor = (desk.signed_in(role, role) for role in ("officer", "approver", "auditor"))
    approve(other)
    workbook = (office.folder / "na_lia.xlsx").read_bytes()
    place = {"file": "thcs.xlsx", "sheet": "THCS", "cell": "D21"}
    sent = {**place, "decision": "as_is", "reason": "Trường xác nhận", "of": read_as(KEY, place["file"])}
    refused = text(officer.post(f"/findings/{KEY}/of/thcs/decide", sent, follow=True))
    assert "Kỳ 6 tháng đầu năm 2024 của Xã Hữu Kiên đã đóng bằng bản phát hành" in refused
    assert not re.search(r"\breturns [a-z]|kỳ 2024-H1|của huu-kien", refused, re.IGNORECASE), "said to who has buttons"
    upload = {"key": str(KEY), "files": SimpleUploadedFile("na_lia.xlsx", workbook)}
    assert "người duyệt mở lại kỳ" in text(officer.post("/receive", upload))
    office.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    assert "Đổi sau khi đóng nên không công bố: na_lia.xlsx." in text(officer.get("/"))
    assert "mà chưa chạy" not in text(officer.get("/"))
    for browser in (officer, auditor):
        assert browser.post(f"{PAGE}/reopen", {"reason": "x"}).status_code == 403
    assert "Chưa ghi lý do" in text(other.post(f"{PAGE}/reopen", {"reason": ""}, follow=True))
    assert "Đã mở lại kỳ" in text(other.post(f"{PAGE}/reopen", {"reason": "Kết luận kiểm tra"}, follow=True))
    assert "không đóng" in text(other.post(f"{PAGE}/reopen", {"reason": "hai lần"}, follow=True))
    assert "mở lại lúc" in text(auditor.get(PAGE))
    record = text(auditor.get("/record"))
    assert re.search(
        r"Mở lại kỳ 6 tháng đầu năm 2024 của Xã Hữu Kiên: 2024-h1-huu-kien-lan-1 .*Kết luận kiểm tra", record
    )
    assert str(KEY) not in record, "read by people, who call it otherwise"
    assert "1 tệp đã đổi mà chưa chạy" in text(officer.get("/"))
    office.refresh()
    assert "«2024-h1-huu-kien-lan-2»" in approve(other), "and again, under another name"


@pytest.mark.slow
def test_what_is_held_or_not_run_is_released_for_a_reason_only(office: Office, desk: Desk) -> None:
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    office.refresh()
    other = desk.signed_in("other", "approver")
    assert names(office.store.root) == []
    approve(other)
    assert names(office.store.root) == []
    assert "Đã duyệt" in approve(other, despite="Chờ Nà Lìa, trình trước 10/7")
    assert found(office.store.root, names(office.store.root)[0]).manifest["despite"] == "Chờ Nà Lìa, trình trước 10/7"


@pytest.mark.slow
def test_where_a_file_of_no_form_is_in_error_the_page_asks_for_the_reason(office: Office, desk: Desk) -> None:
    other = desk.signed_in("other", "approver")
    (office.folder / "hong.xlsx").write_bytes(b"cut short")
    office.refresh()
    assert 'name="despite"' in other.get(PAGE).content.decode()
    assert "Đang giữ lại: hong.xlsx." in approve(other)
    assert names(office.store.root) == []
    assert "Đã duyệt" in approve(other, despite="Tệp hỏng, trình trước 10/7")


@pytest.mark.slow
def test_where_figures_are_behind_without_a_new_workbook_the_page_asks_for_the_reason(
    office: Office, desk: Desk
) -> None:
    other = desk.signed_in("other", "approver")
    assert 'name="despite"' not in other.get(PAGE).content.decode()
    # A village that has yet to send its returns.
    (office.raw.root / "places.csv").write_text(
        "code,level,name,parent,aliases,valid_from,valid_to,forms\nban-moi,village,Bản Mới,huu-kien,,,,\n", "utf-8"
    )
    assert 'name="despite"' in other.get(PAGE).content.decode()
    refused = approve(other)
    assert "Nếu vẫn cần phát hành, ghi lý do ở trang này." in refused
    assert "returns refresh" not in refused
    assert names(office.store.root) == []
    assert "Đã duyệt" in approve(other, despite="Trình trước 10/7")


def test_what_has_changed_since_it_was_looked_at_is_not_approved(office: Office, desk: Desk) -> None:
    other = desk.signed_in("other", "approver")
    seen = re.search(r'name="seen" value="(\w+)"', other.get(PAGE).content.decode())
    assert seen is not None
    office.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
    office.refresh()
    assert "vừa đổi, hoặc vừa có người duyệt, trong lúc bạn đang xem" in approve(other, seen=seen[1])
    assert names(office.store.root) == []


def test_what_changes_while_the_approval_waits_is_not_approved(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, held_still = desk.signed_in("other", "approver"), batches.held_still

    @contextmanager
    def after_another(store: Store, key: ReturnSetKey, *, who: str) -> Iterator[None]:
        office.write(("na_lia.xlsx", "Xuất bán", "D16"), 813)
        office.refresh()
        with held_still(store, key, who=who):
            yield

    monkeypatch.setattr("pipelines.refresh.release.held_still", after_another)
    assert "nên chưa duyệt" in approve(other)
    assert names(office.store.root) == []


@pytest.mark.slow
def test_approving_twice_what_was_looked_at_once_makes_one_release(office: Office, desk: Desk) -> None:
    other = desk.signed_in("other", "approver")
    seen = re.search(r'name="seen" value="(\w+)"', other.get(PAGE).content.decode())
    assert seen is not None
    assert "Đã duyệt" in approve(other, seen=seen[1])
    assert "vừa có người duyệt" in approve(other, seen=seen[1])
    other.post(f"{PAGE}/reopen", {"reason": "Để duyệt lại"})
    assert "vừa có người duyệt" in approve(other, seen=seen[1])
    assert names(office.store.root) == ["2024-h1-huu-kien-lan-1"]
    (office.store.root / RELEASES / "2024-h1-huu-kien-lan-1").rename(
        office.store.root / RELEASES / "2024-h1-huu-kien-lan-7"
    )
    assert "«2024-h1-huu-kien-lan-8»" in approve(other), "after the last, not into a gap"


@pytest.mark.parametrize("role", ["officer", "auditor", "administrator"])
def test_only_who_may_approves_and_everybody_sees(office: Office, desk: Desk, role: str) -> None:
    browser = desk.signed_in("somebody", role)
    assert "Chưa có bản nào" in text(browser.get(PAGE))
    assert 'name="seen"' not in browser.get(PAGE).content.decode()
    assert browser.post(PAGE, {"seen": "x"}).status_code == 403
    assert names(office.store.root) == []


@pytest.mark.slow
def test_who_approves_is_told_what_is_in_the_way_and_who_is_missing(office: Office, desk: Desk) -> None:
    browser = desk.signed_in("approver", "approver")
    page = text(browser.get(PAGE))
    assert "Đang giữ lại" not in page
    assert "Còn thiếu" not in page
    (office.folder / "works.xlsx").unlink()
    office.write(("na_lia.xlsx", "Chăn nuôi", "D12"), 664)
    page = text(browser.get(PAGE))
    assert "nên số đã công bố chưa theo kịp. Bấm «Chạy những gì đã đổi» trên bảng theo dõi trước" in page
    office.refresh()
    page = text(browser.get(PAGE))
    assert "Đang giữ lại: B01, R01, R02." in page
    assert "Còn thiếu 1/27 đơn vị: Bộ phận Giao thông - Xây dựng (R01, R02). Duyệt là đóng kỳ" in page
