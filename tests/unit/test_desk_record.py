"""The record of what was done names periods, places and fields as people do; it keeps their codes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.desks import Desk, desk_at, text
from tests.unit.offices import KEY


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_at(tmp_path, monkeypatch) as opened:
        yield opened


@pytest.mark.parametrize(
    ("did", "about", "told"),
    [
        ("RECEIVED", f"{KEY}: na_lia.xlsx", "6 tháng đầu năm 2024 của Xã Hữu Kiên: na_lia.xlsx"),
        ("CLOSED", f"{KEY}: 2024-h1-lan-1", "6 tháng đầu năm 2024 của Xã Hữu Kiên: 2024-h1-lan-1"),
        ("REOPENED", str(KEY), "6 tháng đầu năm 2024 của Xã Hữu Kiên"),
        (
            "STARTED_RUN",
            "2024-M05_chi-lang, 2024-H1_lang-son~2, 2024-H1_hu",
            "tháng 5 năm 2024 của Huyện Chi Lăng, 6 tháng đầu năm 2024 của Tỉnh Lạng Sơn, 6 tháng đầu năm 2024 của hu",
        ),
        ("ESTIMATED", f"{KEY}: na_lia, B01, horse", "của Xã Hữu Kiên: Thôn Nà Lìa, B01, Đàn ngựa"),
        ("ESTIMATED", f"{KEY}: na_lia, B99, horse", "của Xã Hữu Kiên: Thôn Nà Lìa, B99, horse"),
        ("DELETED_CONTACT", "huu-kien: pa_phao", "Xóa liên hệ Xã Hữu Kiên: Thôn Pá Phào"),
        ("APPROVED", "2024-h1-lan-1", "Duyệt và phát hành 2024-h1-lan-1"),
        ("ADDED_USER", "2024_anh", "Thêm người dùng 2024_anh"),
    ],
)
def test_what_a_deed_was_about_is_told_in_words(desk: Desk, did: str, about: str, told: str) -> None:
    from pipelines.desk import record

    browser = desk.signed_in("auditor", "auditor")
    record.write("officer", record.Did[did], about)
    assert told in text(browser.get("/record"))
    assert desk.deeds()[-1][2] == about
