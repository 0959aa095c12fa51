"""Workbooks made by chance: what we read is what was written, and what a second reader reads.

Each is made from its number, so that one that fails can be made again; how many are made says ``tests.unit.fuzzing``.
"""

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from tests.unit.builders import raw_file, read, rows
from tests.unit.fuzzing import FACTOR

pytestmark = pytest.mark.slow

TIMES = 120 * FACTOR
FLIPS = 8
"""Damaged copies of each workbook."""

FORMATS = [
    "General",
    "0",
    "0.00",
    "#,##0",
    "#,##0.00",
    "0%",
    "0.0%",
    "0.00%",
    "0.00E+00",
    '#,##0" đ"',
    '#,##0\\ "₫"',
    "[$-42A]#,##0",
    "@",
    "0000",
    "#,##0;-#,##0",
    "#,##0_);(#,##0)",
    '_-* #,##0_-;\\-* #,##0_-;_-* "-"_-;_-@_-',
    "0,",
    "#,##0.0,,",
    "0.0#",
    "000-00",
    "[Red]0;[Blue]-0",
]
DATE_FORMATS = ["dd/mm/yyyy", "yyyy-mm-dd", "d/m/yy", "dd/mm/yyyy hh:mm", "hh:mm:ss"]
TEXTS = [
    "Đàn ngựa",
    "1.000",
    " 12 ",
    "12 con\nlợn",
    "<&>\"'",
    "]]>",
    "a_x000D_b",
    "ngựa" * 50,
    "\u00a0",
    "’₫½²",
    "=1+1",
    "#N/A",
    "TRUE",
    "\U0001f40e",
    "a\tb",
    "0",
]
NAMES = ["Chăn nuôi", "Sheet1", "S & T", "Trang <2>", "B01' x", " x", "Tổng hợp 6 tháng"]


@dataclass
class Plan:
    """What a workbook is to hold: values with their formats by sheet and cell, and what is merged or hidden."""

    cells: dict[str, dict[tuple[int, int], tuple[Any, str]]] = field(default_factory=dict)
    merged: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    hidden_rows: dict[str, set[int]] = field(default_factory=dict)
    hidden_columns: dict[str, set[int]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)


def number(chance: Random) -> int | float:
    kind = chance.randrange(5)
    if kind == 0:
        return chance.randint(-20, 20)
    if kind == 1:
        return chance.randint(-(10**12), 10**12)
    if kind == 2:
        return round(chance.uniform(-1000, 1000), chance.randint(0, 4))
    if kind == 3:
        return chance.choice([0, 1, 0.5, 0.1 + 0.2, 1e-7, 123456789012345, 1e15, 2.5, 0.005])
    return float(format(chance.random(), ".15g"))


def planned(chance: Random) -> Plan:
    plan = Plan()
    for name in chance.sample(NAMES, chance.randint(1, 3)):
        cells = plan.cells[name] = {}
        for _ in range(chance.randint(1, 40)):
            where = chance.randint(1, 30), chance.choice([*range(1, 8), 30])
            kind = chance.random()
            if kind < 0.5:
                cells[where] = number(chance), chance.choice(FORMATS)
            elif kind < 0.8:
                cells[where] = chance.choice(TEXTS), "General"
            elif kind < 0.9:
                cells[where] = chance.random() < 0.5, "General"
            else:
                moment = dt.datetime(2024, 1, 1) + dt.timedelta(seconds=60 * chance.randint(0, 10**6))
                cells[where] = moment, chance.choice(DATE_FORMATS)
        top, left = 40 + chance.randint(0, 5), chance.randint(1, 4)
        if chance.random() < 0.5:
            plan.merged[name] = [(top, left, top + chance.randint(0, 2), left + chance.randint(1, 3))]
            cells[top, left] = "gộp", "General"
        plan.hidden_rows[name] = {row for row in range(1, 31) if chance.random() < 0.05}
        plan.hidden_columns[name] = {column for column in range(1, 8) if chance.random() < 0.1}
        if plan.cells.keys() - {name} - plan.hidden and chance.random() < 0.3:
            plan.hidden.add(name)
    return plan


def by_openpyxl(plan: Plan) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in plan.cells.items():
        sheet = book.create_sheet(name)
        for (row, column), (value, code) in cells.items():
            cell = sheet.cell(row, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
            cell.number_format = code
        for top, left, bottom, right in plan.merged.get(name, ()):
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        for row in plan.hidden_rows[name]:
            sheet.row_dimensions[row].hidden = True
        for column in plan.hidden_columns[name]:
            sheet.column_dimensions[get_column_letter(column)].hidden = True
        sheet.sheet_state = "hidden" if name in plan.hidden else "visible"
    book.active = next(at for at, name in enumerate(plan.cells) if name not in plan.hidden)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_xlsxwriter(plan: Plan) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    first = next(name for name in plan.cells if name not in plan.hidden)
    for name, cells in plan.cells.items():
        sheet = book.add_worksheet(name)
        merged = {area[:2]: area for area in plan.merged.get(name, ())}
        for (row, column), (value, code) in cells.items():
            look = book.add_format({"num_format": code})
            if (row, column) in merged:
                top, left, bottom, right = (at - 1 for at in merged[row, column])
                sheet.merge_range(top, left, bottom, right, value, look)
            elif isinstance(value, bool):
                sheet.write_boolean(row - 1, column - 1, value, look)
            elif isinstance(value, str):
                sheet.write_string(row - 1, column - 1, value, look)
            elif isinstance(value, dt.datetime):
                sheet.write_datetime(row - 1, column - 1, value, look)
            else:
                sheet.write_number(row - 1, column - 1, value, look)
        for row in plan.hidden_rows[name]:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        for column in plan.hidden_columns[name]:
            sheet.set_column(column - 1, column - 1, None, None, {"hidden": True})
        if name in plan.hidden:
            sheet.hide()
        if name == first:
            sheet.activate()
            sheet.set_first_sheet()
    book.close()
    return buffer.getvalue()


WRITERS = {"openpyxl": by_openpyxl, "XlsxWriter": by_xlsxwriter}


def made(seed: int) -> tuple[Plan, bytes]:
    plan = planned(Random(seed))
    return plan, list(WRITERS.values())[seed % 2](plan)


Cells = dict[tuple[str, str], dict[str, Any]]


def seen(content: bytes, name: str = "x.xlsx") -> Cells | None:
    """What we read of a workbook, or nothing where it is refused."""
    files, cells = read([raw_file(content, name)])
    if files["problem"].iloc[0]:
        assert cells.empty
        return None
    return {(row["sheet"], row["cell"]): row for row in rows(cells.astype(object).where(cells.notna(), None))}


def said(value: Any) -> tuple[str, str]:
    """Kind and text of a value."""
    if isinstance(value, bool):
        return "boolean", str(value).upper()
    if isinstance(value, str):
        return "text", value
    if isinstance(value, dt.datetime):
        return "date", str(value.date() if value.time() == dt.time() else value)
    text = format(float(value) + 0.0, ".15g") if abs(value) < 1e15 else str(int(value))
    return "number", text


def expected(plan: Plan, unescaped: bool) -> dict[tuple[str, str], tuple[str, str]]:
    found = {}
    for name, cells in plan.cells.items():
        for (row, column), (value, _) in cells.items():
            kind, text = said(value)
            if unescaped and kind == "text":
                text = re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text)
            found[name, f"{get_column_letter(column)}{row}"] = kind, text
    return found


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("part", range(4))
def test_what_was_written_is_read_with_all_that_is_to_be_noted(writer: str, part: int) -> None:
    for seed in range(part, TIMES, 4):
        plan = planned(Random(seed))
        found = seen(WRITERS[writer](plan))
        assert found is not None, seed
        # openpyxl writes a text of escapes as it is, which is then one; XlsxWriter escapes it.
        wanted = expected(plan, unescaped=writer == "openpyxl")
        assert {where: (row["kind"], row["text"]) for where, row in found.items()} == wanted, seed
        for (name, cell), row in found.items():
            area = next((area for area in plan.merged.get(name, ()) if area[:2] == (row["row"], row["column"])), None)
            notes = [
                *(["hidden-sheet"] if name in plan.hidden else []),
                *(["hidden-row"] if row["row"] in plan.hidden_rows[name] else []),
                *(["hidden-column"] if row["column"] in plan.hidden_columns[name] else []),
                *([f"merged={cell}:{get_column_letter(area[3])}{area[2]}"] if area else []),
            ]
            assert row["aside"].split() == notes, (seed, name, cell)


def by_second(content: bytes) -> dict[tuple[str, str], tuple[str, str]]:
    """What openpyxl reads of values; dates and formulas aside, which it types by other rules."""
    found = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets:
        for line in sheet.iter_rows():
            for cell in line:
                if cell.value not in (None, "") and cell.data_type in ("n", "s", "b", "e"):
                    found[sheet.title, cell.coordinate] = said(cell.value)
    return found


def test_a_second_reader_reads_the_same() -> None:
    for seed in range(TIMES // 2):
        _, content = made(seed)
        ours = {
            where: (row["kind"], row["text"])
            for where, row in (seen(content) or {}).items()
            if row["kind"] in ("number", "text", "boolean")
        }
        theirs = {where: pair for where, pair in by_second(content).items() if "_x" not in pair[1]}
        assert {where: pair for where, pair in ours.items() if where in theirs} == theirs, seed


def by_third(content: bytes) -> dict[tuple[str, int, int], Any]:
    """What calamine reads of values, by sheet, row and column."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        (name, row, column): value
        for name in book.sheet_names
        for row, line in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1)
        for column, value in enumerate(line, start=1)
        if value != ""
    }


def test_a_third_reader_reads_the_same() -> None:
    for seed in range(TIMES // 2):
        _, content = made(seed)
        ours = {(row["sheet"], row["row"], row["column"]): row for row in (seen(content) or {}).values()}
        theirs = by_third(content)
        assert ours.keys() == theirs.keys(), seed
        for where, row in ours.items():
            value = theirs[where]
            if row["kind"] == "number":
                assert Decimal(row["text"]) == Decimal(said(value)[1]), (seed, where)
            elif row["kind"] == "date":
                assert row["text"][:16] == str(value)[:16], (seed, where)
            elif "_x" not in str(value):
                assert (row["kind"], row["text"]) == said(value), (seed, where)


def flipped(content: bytes, chance: Random) -> bytes:
    damaged = bytearray(content)
    damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def test_a_flipped_bit_anywhere_in_a_file_is_told_or_changes_nothing() -> None:
    refused = 0
    for seed in range(TIMES):
        _, content = made(seed)
        whole, chance = seen(content), Random(seed)
        for _ in range(FLIPS):
            found = seen(flipped(content, chance))
            assert found is None or without_hash(found) == without_hash(whole), seed
            refused += found is None
    assert refused > TIMES


def without_hash(found: Cells | None) -> Any:
    return found and {where: {**row, "sha256": ""} for where, row in found.items()}


PARTS = re.compile(r"xl/(worksheets/sheet\d+|sharedStrings|styles|workbook|_rels/workbook\.xml)\.(xml|rels)")


def rewritten(content: bytes, chance: Random) -> bytes:
    """The workbook with one character of one part's XML changed, packed as if nothing were wrong with it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        target = chance.choice([name for name in old.namelist() if PARTS.fullmatch(name)])
        for name in old.namelist():
            data = bytearray(old.read(name))
            if name == target:
                at = chance.randrange(len(data))
                data[at : at + chance.randint(0, 1)] = bytes([chance.choice(b"0123456789<>/\"' =rctvsAD-.e&")])
            new.writestr(name, bytes(data))
    return buffer.getvalue()


def test_a_part_with_one_letter_changed_is_refused_or_read_as_a_second_reader_does() -> None:
    """Such a file is whole, and says something else; what it says is not for either reader to choose."""
    both = 0
    for seed in range(TIMES * 2):
        _, content = made(seed)
        other = rewritten(content, Random(seed))
        ours = seen(other)
        if ours is None:
            continue
        try:
            theirs = by_second(other)
        except Exception:
            continue  # it could not read what we could
        both += 1
        found = {
            where: (row["kind"], row["text"])
            for where, row in ours.items()
            if row["kind"] in ("number", "text", "boolean", "error")
        }
        differing = {
            where: (found.get(where), theirs.get(where))
            for where in found.keys() & theirs.keys()
            if found[where] != theirs[where] and not re.search("_x|x00", found[where][1] + theirs[where][1])
        }
        assert not differing, (seed, differing)
        assert theirs.keys() <= ours.keys(), (seed, theirs.keys() - ours.keys())
    assert both > TIMES // 4


VIETNAMESE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>vi-VN</value></prop></item></oor:items>"""


def converted(folder: Path, to: str, *names: str) -> None:
    """What LibreOffice, set to Vietnamese, makes of workbooks, in its own profile."""
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(VIETNAMESE, encoding="utf-8")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), *names]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.libreoffice
@pytest.mark.needs("soffice")
def test_libreoffice_shows_what_we_say_is_shown_and_what_it_writes_is_read_the_same(tmp_path: Path) -> None:
    names = []
    for seed in range(TIMES // 2):
        plan = planned(Random(seed))
        plan.hidden.clear()
        names.append(f"{seed}.xlsx")
        (tmp_path / names[-1]).write_bytes(list(WRITERS.values())[seed % 2](plan))
    converted(tmp_path, "ods", *names)
    (tmp_path / "again").mkdir()
    for name in names:
        shutil.copy(tmp_path / name.replace("xlsx", "ods"), tmp_path / "again")
    converted(tmp_path / "again", "xlsx", *(name.replace("xlsx", "ods") for name in names))
    compared = 0
    for name in names:
        ours = seen((tmp_path / name).read_bytes())
        ods = seen((tmp_path / name.replace("xlsx", "ods")).read_bytes(), "a.ods")
        again = seen((tmp_path / "again" / name).read_bytes())
        assert ours is not None, name
        assert ods is not None, name
        assert again is not None, name
        for where, row in ours.items():
            if row["kind"] == "number":
                for other in (ods[where], again[where]):
                    assert other["kind"] == "number", (name, where)
                    assert Decimal(other["text"]) == Decimal(row["text"]), (name, where)
                if row["format"]:
                    assert row["shown"] is not None, row
                    shown = ods[where]["shown"]
                    assert row["shown"].split() == shown.split(), (name, where, row, shown)
                    compared += 1
            elif row["kind"] == "text":
                assert (ods[where]["kind"], again[where]["kind"]) == ("text", "text"), (name, where)
                assert ods[where]["text"] == row["text"], (name, where)
                # LibreOffice itself leaves tabs out where it writes an .xlsx.
                assert again[where]["text"] in (row["text"], row["text"].replace("\t", "")), (name, where)
    assert compared > TIMES
