"""Small returns for tests: a workbook made and changed, and its way through the steps in memory."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from pipelines.handout.layout import Answer, workbook
from pipelines.steps.collect import read as reading
from pipelines.steps.collect.aim import located as aimed
from pipelines.steps.collect.correct import correct, read_ledger
from pipelines.steps.collect.locate import Located
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.frames import to_frame, to_table
from pipelines.steps.problems import joined
from pipelines.steps.sources import whence
from pipelines.steps.validate import gate
from pipelines.steps.validate.check import Checked, check
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER
from schemas import tables
from schemas.form import Form
from schemas.forms import FORMS
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey

ROOT = Path(__file__).resolve().parents[2]
PERIOD, COMMUNE = Period.parse("2024-H1"), "huu-kien"
VILLAGE, VILLAGE_CODE = "Thôn Pá Phào", "pa_phao"
PLACES = replace(Raw(ROOT / "no-such-folder").places, packs=None, kinds=None)
"""The shipped places, with every form in every commune: those of tests are in no pack."""
PLACE_HEADING = "code,level,name,parent,aliases,valid_from,valid_to,forms"
LEDGER_HEADING = "when,who,file,sheet,cell,old,new,reason,suggestion,decision"

HORSES = {"horse": 100, "horse_ordinary": 60, "horse_white": 40}
"""Answers to form B01 that add up."""

EACH_FORM = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)

Cell = str | int | float
Row = dict[str, Any]


def places_with(*rows: str, heading: str = PLACE_HEADING) -> Places:
    """The shipped places, and more of them."""
    tables = [(ROOT / "schemas" / "places" / name).read_text("utf-8") for name in ("places.csv", "desks.csv")]
    return Places.parse([*tables, "\n".join([heading, *rows])])


def filled(
    form: type[Form],
    answers: Mapping[str, Cell] | None = None,
    *,
    reporter: str = VILLAGE,
    commune: str = "Hữu Kiên",
    period: Period = PERIOD,
) -> bytes:
    """The project's own blank form with some of its cells filled in."""
    given = {(form.code, "", field): Answer(value) for field, value in (answers or {}).items()}
    return workbook([form], period=period, commune=commune, reporter=reporter, answers=given)


def changed(content: bytes, change: Callable[[Any], object]) -> bytes:
    """The workbook after ``change`` was made to its first sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    change(book.worksheets[0])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The parts of a package, such as a workbook, in its order, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def unmerged(sheet: Any) -> None:
    """No cells of the sheet are merged any more."""
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))


def row_of(sheet: Any, label: str) -> int:
    """The row in whose label column a wording stands."""
    rows = [cell.row for cell in sheet["B"] if cell.value == label]
    assert len(rows) == 1, f"«{label}» stands in rows {rows}"
    return int(rows[0])


@cache
def address_of(form: type[Form], field: str) -> str:
    """Where the blank form asks for a field."""
    sheet = openpyxl.load_workbook(io.BytesIO(filled(form))).worksheets[0]
    return f"D{row_of(sheet, form.fields()[field].label)}"


def put(form: type[Form], field: str, value: object) -> Callable[[Any], None]:
    """A change that writes into a field's value cell."""

    def change(sheet: Any) -> None:
        sheet[f"D{row_of(sheet, form.fields()[field].label)}"] = value

    return change


def read(files: Iterable[RawFile]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The files and the cells of workbooks, as frames."""
    found = reading.read(files)
    return to_frame([found.files], tables.FILES), to_frame([found.cells], tables.CELLS)


def decided(files: Iterable[RawFile], ledger: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells of workbooks with a ledger's decisions, and the problems of the ledger, as frames."""
    found, problems = correct(reading.read(files).cells, ledger)
    return to_frame([found.whole()], found.decided.schema), problems


def raw_file(content: bytes, name: str = "pa_phao.xlsx", commune: str = COMMUNE, period: Period = PERIOD) -> RawFile:
    return RawFile(period.code, commune, name, content)


def ledger_of(*entries: str) -> pd.DataFrame:
    """A ledger of one return set; each entry is ``file,sheet,cell,old,new,reason``."""
    rows = [f"2024-07-01,thống kê,{entry},,accepted" for entry in entries]
    found, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): "\n".join([LEDGER_HEADING, *rows])})
    assert problems.empty, LEDGER
    return found


@dataclass(frozen=True)
class Run:
    """What reading, correcting and locating gave."""

    files: pd.DataFrame
    cells: pd.DataFrame
    located: Located
    problems: pd.DataFrame
    return_sets: tuple[ReturnSetKey, ...]
    places: Places
    ledger: pd.DataFrame

    @property
    def entries(self) -> pa.Table:
        return to_table(self.located.entries, tables.ENTRIES)

    def entry(self, field: str, reporter: str = VILLAGE_CODE) -> Row:
        """The one entry of a field."""
        found = self.located.entries
        rows = found[(found["field"] == field) & (found["reporter"] == reporter)].to_dict("records")
        assert len(rows) == 1, f"{len(rows)} entries of {field}"
        return dict(rows[0])

    def value(self, field: str, reporter: str = VILLAGE_CODE) -> Any:
        value = self.entry(field, reporter)["value"]
        return None if pd.isna(value) else value

    def met(self, *, blanks: bool = False) -> list[Row]:
        """The problems met on the way, without those on cells left blank."""
        told = self.problems if blanks else self.problems[self.problems["problem"] != "BLANK"]
        return [dict(row) for row in told.to_dict("records")]

    def check(self, form: type[Form], accepted: pa.Table | None = None) -> Checked:
        published = [] if accepted is None else [accepted.drop_columns(["sources"])]
        before = to_frame(published, form.arrow())
        origin = None if accepted is None else whence(accepted)
        sets, places, ledger = self.return_sets, self.places, self.ledger
        return check(form, self.entries, self.problems, before, sets, places, ledger, origin, accepted)

    def held(self, form: type[Form], accepted: pa.Table | None = None) -> set[ReturnSetKey]:
        """The return sets whose form does not enter the mart."""
        return gate.held(self.check(form, accepted).findings, self.problems, form)

    def mart(self, form: type[Form], published: pa.Table | None = None) -> pa.Table:
        """The mart as the gate lets it be published."""
        now = tables.mart(form).empty_table() if published is None else published
        entering = set(self.return_sets) - self.held(form, published)
        outcomes = self.check(form, published).outcomes
        return gate.admit(form, self.entries, outcomes, now, entering)


def run(
    *files: RawFile, ledger: pd.DataFrame | None = None, forms: Sequence[type[Form]] = FORMS, places: Places = PLACES
) -> Run:
    """Take workbooks through the steps up to the entries."""
    seen, cells, _ = reading.read(files)
    decisions, correction_problems, found = aimed(cells, ledger_of() if ledger is None else ledger, forms, places)
    located = replace(found, entries=to_frame([found.entries], tables.ENTRIES))
    met = joined([located.problems, correction_problems])
    sets = tuple(dict.fromkeys(ReturnSetKey(file.period, file.commune) for file in files))
    corrected = to_frame([decisions.whole()], decisions.decided.schema)
    entries = ledger_of() if ledger is None else ledger
    return Run(to_frame([seen], tables.FILES), corrected, located, met[tables.PROBLEMS.names], sets, places, entries)


def run_one(form: type[Form], answers: Mapping[str, Cell], *changes: Callable[[Any], object], **more: Any) -> Run:
    """Take one village's return through the steps, after changes to its sheet."""
    content = filled(form, answers)
    for change in changes:
        content = changed(content, change)
    return run(raw_file(content), **more)


def rows(frame: pd.DataFrame) -> list[Row]:
    """A frame as plain rows."""
    return [dict(row) for row in frame.to_dict("records")]


def told(checked: Checked, *, without: Sequence[str] = ("C-10", "H-01")) -> list[Row]:
    """Findings, less those on blank cells and missing reporters unless they are what the test is about."""
    return [row for row in rows(checked.findings) if row["code"] not in without]
