"""Workbooks looked at before they are received: what would be found is what is found, and nothing is written."""

import shutil
import unicodedata
from pathlib import Path
from typing import Literal

import openpyxl
import pytest

from pipelines.refresh.rehearsal import rehearse
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store import published
from pipelines.store.raw_names import LEDGER
from pipelines.store.receiving import ReceivingError, take
from tests.unit.offices import KEY, Office

CELL = ("na_lia.xlsx", "Chăn nuôi", "D12")


def slipped(office: Office) -> bytes:
    """What Nà Lìa sends with a slip in it."""
    return office.slipped(CELL, 664)


def of_period(content: Path, period: str, target: Path) -> bytes:
    """The same workbook, saying another period."""
    book = openpyxl.load_workbook(content)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "6 tháng đầu năm 2024" in cell.value:
                    cell.value = cell.value.replace("6 tháng đầu năm 2024", period)
    book.save(target)
    return target.read_bytes()


def lying(office: Office) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in office.root.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_what_would_be_found_is_what_is_found_and_nothing_is_written(office: Office) -> None:
    content, before = slipped(office), lying(office)
    (told,) = rehearse(office.raw, office.store, KEY, {"Nà Lìa lần 2.xlsx": content})
    assert lying(office) == before
    assert (told.file.name, told.reporters, told.replaces) == ("na_lia.xlsx", ("na_lia",), ("na_lia.xlsx",))
    assert (told.forms, told.errors, told.refusal) == (("B01", "B02", "B03", "B04", "B05"), 1, "")
    office.send("na_lia.xlsx", content)
    office.refresh()
    found = [row for row in published.findings(office.store, KEY) if row["file"] == "na_lia.xlsx"]
    assert [dict(row) for row in told.findings] == [dict(row) for row in found]


@pytest.mark.slow
def test_what_is_no_return_of_this_set_is_told_with_the_reason(office: Office, tmp_path: Path) -> None:
    sent = {
        "thu.xlsx": b"no workbook",
        "rong.xlsx": b"",
        "anh.jpg": b"\xff\xd8\xff",
        "ky-sau.xlsx": of_period(office.folder / "na_lia.xlsx", "6 tháng cuối năm 2024", tmp_path / "x.xlsx"),
    }
    told = {one.sent_as: one for one in rehearse(office.raw, office.store, KEY, sent)}
    assert "không mở được" in told["thu.xlsx"].refusal
    assert "không mở được" in told["rong.xlsx"].refusal
    assert "nên chưa được đọc" in told["anh.jpg"].refusal
    assert "6 tháng cuối năm 2024" in told["ky-sau.xlsx"].refusal


@pytest.mark.slow
def test_a_set_of_which_nothing_has_come_yet_takes_its_first(office: Office, tmp_path: Path) -> None:
    later = KEY._replace(period="2024-H2")
    content = of_period(office.folder / "na_lia.xlsx", "6 tháng cuối năm 2024", tmp_path / "x.xlsx")
    (told,) = rehearse(office.raw, office.store, later, {"x.xlsx": content})
    assert (told.refusal, told.file.name, told.replaces) == ("", "na_lia.xlsx", ())
    take(office.raw, office.store, told.file, {}, who="a test")
    assert office.raw.names(later) == ["na_lia.xlsx"]


@pytest.mark.slow
def test_what_a_workbook_replaces_stays_in_the_archive(office: Office) -> None:
    shutil.move(office.folder / "na_lia.xlsx", office.folder / "Na Lia ban 1.xlsx")
    office.refresh()
    old = office.raw.file(KEY, "Na Lia ban 1.xlsx")
    assert old is not None
    (told,) = rehearse(office.raw, office.store, KEY, {"x.xlsx": slipped_from(office, "Na Lia ban 1.xlsx")})
    assert told.replaces == ("Na Lia ban 1.xlsx",)
    take(office.raw, office.store, told.file, {"Na Lia ban 1.xlsx": old.sha256}, who="a test")
    names = office.raw.names(KEY)
    assert "na_lia.xlsx" in names
    assert "Na Lia ban 1.xlsx" not in names
    for kept in (old, told.file):
        assert office.store.archive.get(kept.sha256, ".xlsx") == kept.content


@pytest.mark.slow
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_it_replaces_one_whose_name_is_written_with_its_marks_apart(
    office: Office, form: Literal["NFC", "NFD"]
) -> None:
    name = "Bản của thôn Nà Lìa.xlsx"
    lying, sent = unicodedata.normalize("NFD", name), unicodedata.normalize(form, name)
    shutil.move(office.folder / "na_lia.xlsx", office.folder / lying)
    office.refresh()
    (told,) = rehearse(office.raw, office.store, KEY, {sent: slipped_from(office, lying)})
    known = unicodedata.normalize("NFC", lying)
    assert told.replaces == (known,)
    (old,) = (file for file in office.raw.files(KEY) if file.name == known)
    take(office.raw, office.store, told.file, {known: old.sha256}, who="a test")
    assert not (office.folder / lying).exists()
    assert {"na_lia.xlsx"} == {name for name in office.raw.names(KEY) if "lìa" in name.casefold() or "lia" in name}


def slipped_from(office: Office, name: str) -> bytes:
    book = openpyxl.load_workbook(office.folder / name)
    book[CELL[1]][CELL[2]] = 664
    book.save(office.root / "sent.xlsx")
    return (office.root / "sent.xlsx").read_bytes()


def test_what_has_come_meanwhile_is_not_replaced_unseen(office: Office) -> None:
    file = RawFile(*KEY, "na_lia.xlsx", slipped(office))
    before = (office.folder / "na_lia.xlsx").read_bytes()
    for seen in ({}, {"na_lia.xlsx": "0" * 64}):
        with pytest.raises(ReceivingError, match="vừa được thay"):
            take(office.raw, office.store, file, seen, who="a test")
    assert (office.folder / "na_lia.xlsx").read_bytes() == before


@pytest.mark.parametrize(
    "name",
    [
        *("corrections.csv", "Corrections.CSV", "printed.csv", "places.csv", "~$na_lia.xlsx", "a\x1bb.xlsx"),
        *("../na_lia.xlsx", "..", ""),
    ],
)
def test_under_a_name_that_is_not_read_as_a_workbook_none_is_taken(office: Office, name: str) -> None:
    before = lying(office)
    with pytest.raises(ReceivingError, match=r"nên không nhận|Đổi tên"):
        take(office.raw, office.store, RawFile(*KEY, name, b"x"), {}, who="a test")
    assert lying(office) == before


@pytest.mark.slow
def test_a_name_that_no_disk_takes_is_told_before_it_is_tried(office: Office) -> None:
    (told,) = rehearse(office.raw, office.store, KEY, {f"{'thôn ' * 50}.xlsx": b"no workbook"})
    assert told.refusal.endswith("dài quá. Đổi tên ngắn lại rồi gửi lại.")


def test_a_workbook_that_would_keep_the_name_of_the_ledger_is_refused(office: Office) -> None:
    told = rehearse(office.raw, office.store, KEY, {LEDGER: b"no workbook", "~$na_lia.xlsx": b"x"})
    assert "Tên corrections.csv dành cho tệp khác" in told[0].refusal
    assert "tệp tạm" in told[1].refusal


def test_what_cannot_be_read_and_so_not_archived_is_not_replaced(office: Office) -> None:
    path = office.folder / "na_lia.xlsx"
    content = slipped(office)
    path.unlink()
    path.symlink_to("/etc/hostname")
    found = office.raw.file(KEY, "na_lia.xlsx")
    assert found is not None
    with pytest.raises(ReceivingError, match="nên không lưu lại được"):
        take(office.raw, office.store, RawFile(*KEY, path.name, content), {path.name: found.sha256}, who="a test")
    assert path.is_symlink()


def test_what_is_replaced_is_judged_from_what_lies_there_and_not_from_the_last_run(office: Office) -> None:
    shutil.copy(office.folder / "pa_phao.xlsx", office.folder / "na_lia ban 2.xlsx")
    shutil.move(office.folder / "na_lia.xlsx", office.folder / "pa_phao.xlsx")
    content = slipped_from(office, "pa_phao.xlsx")
    (told,) = rehearse(office.raw, office.store, KEY, {"x.xlsx": content})
    assert told.replaces == ("pa_phao.xlsx",), "there Nà Lìa's lies by now"


def test_what_lies_there_already_is_taken_once_more_without_harm(office: Office) -> None:
    file = RawFile(*KEY, "na_lia.xlsx", (office.folder / "na_lia.xlsx").read_bytes())
    take(office.raw, office.store, file, {"na_lia.xlsx": "0" * 64}, who="a test")
    assert (office.folder / "na_lia.xlsx").read_bytes() == file.content


@pytest.mark.slow
def test_two_workbooks_of_one_reporter_keep_their_own_names(office: Office) -> None:
    content = (office.folder / "na_lia.xlsx").read_bytes()
    told = rehearse(office.raw, office.store, KEY, {"a.xlsx": content, "b.xlsx": slipped(office)})
    assert [one.file.name for one in told] == ["a.xlsx", "b.xlsx"]
    for one in told:
        assert {row["code"] for row in one.findings} == {"W-09"}, "that it came twice is told of each"
        assert one.errors == 5
