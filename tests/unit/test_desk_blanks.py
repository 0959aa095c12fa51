"""Blank forms at the desk: each reporter's, and all in one archive, as the command line writes them."""

import io
import zipfile

import openpyxl
import pytest

from pipelines.settings import TODAY_VARIABLE
from pipelines.store.raw_names import PLACES
from tests.end_to_end.small_commune import PLACES as THREE_VILLAGES
from tests.end_to_end.small_commune import RETURN_SET, VILLAGES
from tests.unit.desks import Desk, text


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """Nobody has sent anything yet."""
    return empty_desk


def test_blank_forms_are_given_out_before_anything_has_come(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TODAY_VARIABLE, "2024-07-05")
    (desk.folders.raw / PLACES).write_text(THREE_VILLAGES, encoding="utf-8")
    browser = desk.signed_in("officer", "officer")
    assert "Biểu mẫu trống" in text(browser.get("/receive"))
    page = browser.get(f"/blanks/{RETURN_SET}").content.decode()
    for code, name in VILLAGES.items():
        assert f"Thôn {name}" in page
        assert f'href="/blanks/{RETURN_SET}/{code}"' in page
    given = browser.get(f"/blanks/{RETURN_SET}/ban_giua")
    assert given["Content-Disposition"] == 'attachment; filename="ban_giua.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(given.content)).sheetnames[:2] == ["Chăn nuôi", "Lâm nghiệp"]
    with zipfile.ZipFile(io.BytesIO(browser.get(f"/blanks/{RETURN_SET}/all.zip").content)) as archive:
        assert archive.namelist() == [f"{code}.xlsx" for code in VILLAGES]


def test_nobody_gets_a_form_that_is_not_owed(desk: Desk) -> None:
    (desk.folders.raw / PLACES).write_text(THREE_VILLAGES, encoding="utf-8")
    browser = desk.signed_in("officer", "officer")
    for path in (f"/blanks/{RETURN_SET}/na_lia", "/blanks/2019-H1_thu-nghiem", "/blanks/x/all.zip"):
        assert browser.get(path).status_code == 404, path
