"""The annexes at the desk: the same as the command makes, of what is published and of a release."""

import io
from typing import Any

import docx
import openpyxl
import pytest

from pipelines.refresh.closing import release_and_close
from pipelines.refresh.documents import report_of
from tests.unit.desks import Desk, text
from tests.unit.offices import KEY, Office

pytestmark = pytest.mark.slow

NAME = "phu-luc-2024-H1-huu-kien"


def said(answer: Any) -> str:
    """What a Word annex says."""
    assert answer.status_code == 200
    return "\n".join(one.text for one in docx.Document(io.BytesIO(answer.content)).paragraphs)


def test_the_annexes_are_those_that_the_command_makes(office: Office, desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    board = browser.get(f"/sets/{KEY}").content.decode()
    made = {path.suffix[1:]: path for path in report_of(office.raw, office.store, KEY, who="a test")}
    assert set(made) == {"docx", "xlsx"}
    for kind, path in made.items():
        assert f'href="/annex/{KEY}/{kind}"' in board
        answer = browser.get(f"/annex/{KEY}/{kind}")
        assert answer.content == path.read_bytes()
        assert f'filename="{NAME}.{kind}"' in answer.headers["Content-Disposition"]
    assert browser.get(f"/annex/{KEY}/pdf").status_code == 404
    assert browser.get("/annex/2030-H1_huu-kien/docx").status_code == 404
    assert desk.browser().get(f"/annex/{KEY}/docx").status_code == 302


def test_those_of_a_release_stay_what_was_released(office: Office, desk: Desk) -> None:
    release_and_close(office.raw, office.store, KEY, "lan-mot", who="a test")
    browser, page = desk.signed_in("auditor", "auditor"), f"/annex/{KEY}/lan-mot/docx"
    assert f'href="{page}"' in browser.get(f"/approve/{KEY}").content.decode()
    assert "lan-mot" in said(browser.get(page))
    excel = browser.get(f"/annex/{KEY}/lan-mot/xlsx")
    assert openpyxl.load_workbook(io.BytesIO(excel.content)).sheetnames
    assert f'filename="lan-mot-{NAME}.xlsx"' in excel.headers["Content-Disposition"]
    for wrong in (f"/annex/{KEY}/lan-hai/docx", f"/annex/{KEY}/lan-mot/pdf"):
        assert browser.get(wrong).status_code == 404
    (office.store.root / "releases" / "lan-mot" / "figures.parquet").write_bytes(b"damaged")
    assert "không còn nguyên vẹn" in text(browser.get(page, follow=True))
