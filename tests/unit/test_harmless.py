"""Nothing that somebody wrote into a cell, a name or a reason does anything where it leaves but be seen."""

import csv
import io
import random
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines import cli
from pipelines.present.marked import mark
from pipelines.refresh.documents import report_of
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.raw import Raw
from schemas.harmless import in_csv, of_csv, visible
from schemas.problem import Parts
from schemas.tables import FINDINGS
from tests.unit.offices import KEY, Office

FORMULA = "=cmd|'/C calc'!A0"
COLOURED = "đã hỏi\x1b]0;x\x07\x1b[2J\x9b31m\u202eok"
HORSES = ("co_huong.xlsx", "Chăn nuôi", "D13")
UNREADABLE = ("co_huong.xlsx", "Trồng trọt", "D11")


class TestCsv:
    @pytest.mark.parametrize(
        "text", [FORMULA, "+1+cmd|' /C x'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1"]
    )
    def test_what_a_spreadsheet_would_work_out_stands_behind_a_mark(self, text: str) -> None:
        assert in_csv(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "-5", "+1.234,5", "-", "- 12 %", "12", "Lúa", "a=b", "«=1»"])
    def test_numbers_and_words_stand_as_they_are(self, text: str) -> None:
        assert in_csv(text) == text

    def test_what_was_marked_is_read_as_it_was(self) -> None:
        drawn = random.Random(11)
        for _ in range(20_000):
            text = "".join(drawn.choices("'=+-@\t\r\n＝5,% a", k=drawn.randrange(6)))
            assert of_csv(in_csv(text)) == text

    @pytest.mark.parametrize("text", ["'", "'abc", "don't"])
    def test_a_mark_that_nobody_had_to_set_is_a_text_like_others(self, text: str) -> None:
        assert of_csv(text) == text


class TestTerminal:
    def test_what_would_not_be_seen_is_shown_by_its_number(self) -> None:
        assert visible(COLOURED) == r"đã hỏi\x1b]0;x\x07\x1b[2J\x9b31m\u202eok"

    def test_lines_and_tabs_stay(self) -> None:
        assert visible("Hữu\tKiên\n") == "Hữu\tKiên\n"


@pytest.fixture(scope="module")
def decided(example_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A village has sent formulas as texts, and who decided on one of them has written what moves the cursor."""
    office = Office.copied(example_office, tmp_path_factory.mktemp("hostile") / "office")
    path = office.folder / HORSES[0]
    book = openpyxl.load_workbook(path)
    true = str(book[HORSES[1]][HORSES[2]].value)
    for _, sheet, address in (HORSES, UNREADABLE):
        cell = book[sheet][address]
        cell.value, cell.data_type = FORMULA, "s"
    book.save(path)
    Ledger(office.raw, office.key).accept(CellPlace(*HORSES), true, reason=COLOURED, who=FORMULA)
    office.refresh()
    return office


def obeyed(content: str) -> list[str]:
    """Return the texts of a CSV file that a spreadsheet would work out."""
    lines = csv.reader(io.StringIO(content, newline=""))
    return [field for line in lines for field in line if in_csv(field) != field and not field.startswith("'")]


def test_the_ledger_holds_no_formula_and_is_read_as_it_was_meant(decided: Office) -> None:
    text = (decided.folder / "corrections.csv").read_text("utf-8-sig")
    assert FORMULA in text
    assert obeyed(text) == []
    (row,) = (row for row in decided.rows("ledger") if row["file"] == HORSES[0] and row["cell"] == HORSES[2])
    assert (row["old"], row["who"]) == (FORMULA, FORMULA)
    found = {(row["file"], row["sheet"], row["cell"]): row for row in decided.rows("cells")}
    cell = found[HORSES]
    assert cell["text"] == FORMULA


VERBS = (
    ("findings",),
    ("figures",),
    ("statements",),
    ("trace", "livestock.horse.ordinary.heads"),
    ("uses", *HORSES[:1]),
    pytest.param(("forms",), marks=pytest.mark.slow),
)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb[0])
def test_no_verb_prints_what_a_terminal_or_a_spreadsheet_would_obey(
    verb: tuple[str, ...], decided: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: dict[str, str] = {}
    for form in ("table", "csv", "json"):
        words = ["returns", *verb, "--format", form, "--data", str(decided.store.root), "--raw", str(decided.raw.root)]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit):
            cli.main()
        out, err = capsys.readouterr()
        said[form] = out
        assert visible(out) == out, form
        assert visible(err) == err, form
    assert obeyed(said["csv"]) == []


def test_a_refusal_that_repeats_what_was_typed_is_only_seen(
    decided: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["returns", "trace", COLOURED, "--data", str(decided.store.root)])
    with pytest.raises(SystemExit):
        cli.main()
    err = capsys.readouterr().err
    assert r"\x1b" in err
    assert "\x1b" not in err


def formulas(content: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.slow
def test_no_workbook_that_is_written_works_out_what_somebody_sent(decided: Office) -> None:
    finding = {**dict.fromkeys(FINDINGS.names, FORMULA), **KEY._asdict(), "sheet": HORSES[1], "cells": HORSES[2]}
    finding["parts"] = Parts(*[FORMULA] * 4).kept()["parts"]
    made = [
        path.read_bytes()
        for path in report_of(decided.raw, decided.store, decided.key, who="test")
        if path.suffix == ".xlsx"
    ]
    assert made
    for content in [*made, mark((decided.folder / HORSES[0]).read_bytes(), [finding], decided.raw.places)]:
        assert not [formula for formula in formulas(content) if "cmd" in str(formula)]


@pytest.mark.parametrize(
    ("name", "shown"), [("na\x1b[2Jlia.xlsx", r"na\x1b[2Jlia.xlsx"), ("na\nlia\t.xlsx", r"na\nlia\t.xlsx")]
)
def test_a_name_that_moves_the_cursor_is_refused_with_what_to_do(tmp_path: Path, name: str, shown: str) -> None:
    folder = tmp_path / "2024-H1" / "huu-kien"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"PK")
    (file,) = Raw(tmp_path).files(Office(tmp_path).key)
    assert file.name == shown
    assert "đổi tên tệp" in file.trouble
