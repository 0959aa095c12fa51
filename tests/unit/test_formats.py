"""The number formats that are rendered, each held against what LibreOffice shows of numbers in it.

LibreOffice is set to Vietnamese and saves a sheet as .csv, cell by cell as it shows them. Blanks are not compared: how
many stand for the width of a letter is each program's own.
"""

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import xlsxwriter

from pipelines.steps.collect.shown import BUILT_IN, number_shown
from pipelines.steps.numbers import read_cell, seen_in
from schemas.problems import Problems
from schemas.units import Heads, Hectares, Percent
from tests.unit.builders import raw_file, read, rows
from tests.unit.fuzzing import FACTOR
from tests.unit.test_second_reader import DATE_FORMATS, FORMATS, WRITERS, converted, number, planned, seen

RENDERED = [
    *FORMATS,
    *("#", "?0.0?", "00.00%", "0.00E-00", "0E+0", "0.00E+0", "#,##0.00 [$₫-42A]", "[$$-409]#,##0.00", "$0"),
    *("[>=1000]#,##0;[<0]-0.0;0", "[>100]0.0;0.00", '[=0]"-";0', "0;-0;;@", ";;;", "0;0", '#,##0;(#,##0);"-"'),
    *("+0;-0;0", "0.0,", "#,", "0,,", '0"00"', '"x"0', '0.00"%"', "0.0 %", "(0)", "#\\ ##0"),
    *("000\\.000", "0000000000", "0.0_);(0.0)"),
    *('0%;-0%;"k"', 'General" con"', "General;-General", "#,##0_-", "* 0", "0* ", "[Blue]#,##0", "[Color5]0"),
]  # fmt: skip
RENDERED_DATES = [
    *DATE_FORMATS,
    *("dd-mm-yyyy", "yyyy", "mm/yyyy", "h:mm:ss", "[h]:mm", "[mm]:ss", "[h]:mm:ss", "mm:ss", "d", "d/m", "yy"),
    *("dd\\.mm\\.yyyy", "[$-42A]dd/mm/yyyy", "[$-1010000]d/m/yyyy"),
]
AS_EXCEL = {
    "#.##": "LibreOffice leaves out a comma with no digits behind it",
    "#,##0.###": "the same",
    "0.???": "the same",
    "[$-409]#,##0.0": "LibreOffice sets the marks of the named language, Excel those of the machine",
}
"""Formats that are rendered as Excel does, and how LibreOffice differs."""
NOT_RENDERED = [
    "h:mm AM/PM",
    "h:mm:ss AM/PM",
    "# ?/?",
    "# ??/??",
    "d-mmm-yy",
    "d-mmm",
    "mmm-yy",
    "mm:ss.0",
    "##0.0E+0",
    "[DBNum1]0",
    "0 con",
    "dddd",
]

VALUES = [
    *(0, 1, -1, 5, 0.5, -0.5, 0.04, -0.04, 0.005, -0.005, 2.5, -2.5, 12, 100, -100, 1000, 999.5, 999.95, 1234.5678),
    *(-1234.5678, 60, 1234567.891, -1234567.891, 1e6, 123456789012, 1e-7, 0.598, 0.045, 99.995),
]
DAYS = [61, 45474, 45474.75, 45657.5, 45292, 36526.25]
"""After February 1900, before which the two programs count otherwise; and in fractions that a number keeps exactly, for
LibreOffice cuts seconds off where Excel rounds. It shows no more than some million hours."""


def table(path: Path, codes: Sequence[str | int], values: Sequence[float]) -> None:
    """A workbook with a column per format, or number of a built-in one, and a row per number."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    for column, code in enumerate(codes):
        look = book.add_format({"num_format": code})
        sheet.set_column(column, column, 60)
        for row, value in enumerate(values):
            sheet.write_number(row, column, value, look)
    book.close()


def saved_as_csv(folder: Path, *names: str) -> dict[str, list[list[str]]]:
    """What LibreOffice shows of the first sheets of workbooks."""
    converted(folder, "csv:Text - txt - csv (StarCalc):59,34,76", *names)
    texts = {name: (folder / name).with_suffix(".csv").read_bytes().decode("utf-8-sig") for name in names}
    return {name: list(csv.reader(io.StringIO(text, newline=""), delimiter=";")) for name, text in texts.items()}


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.needs("soffice")
def test_every_format_that_is_rendered_shows_what_libreoffice_shows(tmp_path: Path) -> None:
    chance = Random(1)
    own = [at for at, code in BUILT_IN.items() if code not in NOT_RENDERED]
    dates = [at for at in own if re.search("[dmyhs]{2}", BUILT_IN[at])]
    eighths = (chance.randint(61 * 8, 48_000 * 8) / 8 for _ in range(9 * FACTOR))
    cases: dict[str, tuple[list[str | int], list[float]]] = {
        "numbers.xlsx": (
            [*RENDERED, *(at for at in own if at not in dates)],
            [*VALUES, *(number(chance) for _ in range(20 * FACTOR))],
        ),
        "days.xlsx": ([*RENDERED_DATES, *dates], [*DAYS, *eighths]),
    }
    for name, (codes, values) in cases.items():
        table(tmp_path / name, codes, values)
    for name, lines in saved_as_csv(tmp_path, *cases).items():
        found = seen((tmp_path / name).read_bytes())
        assert found
        codes, _ = cases[name]
        for row in found.values():
            shown, code = lines[row["row"] - 1][row["column"] - 1], codes[row["column"] - 1]
            if row["shown"] is None and str(code).startswith("[>"):
                continue  # a negative number in a section of a condition, which is not rendered
            assert row["shown"] is not None, (code, row["text"])
            assert squeezed(row["shown"]) == squeezed(shown), (code, row["text"])


@pytest.mark.parametrize("code", NOT_RENDERED)
def test_a_format_that_is_not_listed_is_not_rendered(code: str, tmp_path: Path) -> None:
    table(tmp_path / "a.xlsx", [code], [45474.75])
    found = seen((tmp_path / "a.xlsx").read_bytes())
    assert found
    assert [row["shown"] for row in found.values()] == [None]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("#.##", "12", "12,"),
        ("#.##", "0.5", ",5"),
        ("#,##0.###", "1234", "1.234,"),
        ("0.???", "12", "12,   "),
        ("[$-409]#,##0.0", "1234.5", "1.234,5"),
    ],
)
def test_where_programs_differ_it_is_shown_as_in_excel_and_read_as_the_number_it_is(
    code: str, value: str, shown: str
) -> None:
    assert code in AS_EXCEL
    assert number_shown(Decimal(value), code) == shown
    assert read_cell("number", value, shown, Hectares).value == Decimal(value)


def test_a_comma_without_digits_before_it_is_not_the_number_behind_it() -> None:
    seen_one = seen_in(",5")
    assert seen_one is not None
    assert (seen_one.value, seen_one.words) == (Decimal("0.5"), "")


def test_a_format_that_turns_a_number_around_shows_none() -> None:
    assert seen_in("\u202e12") is None
    assert read_cell("number", "12", "\u202e12", Heads).problem is Problems.SHOWN_OTHERWISE


@pytest.mark.parametrize(("days", "code"), [(-1, "dd/mm/yyyy"), (-0.04, "[h]:mm:ss"), (-0.5, "hh:mm")])
def test_a_time_before_all_dates_is_none_and_shown_as_none(days: float, code: str, tmp_path: Path) -> None:
    table(tmp_path / "a.xlsx", [code], [days])
    found = seen((tmp_path / "a.xlsx").read_bytes())
    assert found
    assert [(row["kind"], row["text"], row["shown"]) for row in found.values()] == [("date", str(days), None)]


@pytest.mark.slow
@pytest.mark.libreoffice
@pytest.mark.needs("soffice")
def test_a_csv_of_libreoffice_says_what_its_workbook_shows_and_an_xls_is_told(tmp_path: Path) -> None:
    names = []
    for seed in range(10 * min(FACTOR, 10)):
        plan = planned(Random(seed))
        plan.hidden.clear()
        names.append(f"{seed}.xlsx")
        (tmp_path / names[-1]).write_bytes(list(WRITERS.values())[seed % 2](plan))
    tables = saved_as_csv(tmp_path, *names)
    exact = 0
    for name in names:
        first = list((seen((tmp_path / name).read_bytes()) or {}).values())
        ours = {(row["row"], row["column"]): row for row in first if row["sheet"] == first[0]["sheet"]}
        told = {
            (row, column): text
            for row, line in enumerate(tables[name], start=1)
            for column, text in enumerate(line, start=1)
            if text.strip()
        }
        assert told.keys() <= ours.keys(), name
        files, cells = read([raw_file((tmp_path / name).with_suffix(".csv").read_bytes(), "a.csv")])
        from_csv = {(row["row"], row["column"]): row for row in rows(cells)}
        for where, row in ours.items():
            if row["kind"] != "number" or row["shown"] is None:
                continue
            assert squeezed(told.get(where, "")) == squeezed(row["shown"]), (name, where)
            shown = seen_in(row["shown"])
            if files["problem"].iloc[0] or shown is None or shown.value != Decimal(row["text"]):
                continue
            for unit in (Heads, Hectares, Percent):
                kept = read_cell("number", row["text"], row["shown"], unit)
                text = from_csv[where]["text"]
                said = read_cell("text", text, text, unit)
                if kept.value is not None and said.value is not None:
                    assert said == kept, (name, where, text, unit)
                    exact += 1
    assert exact > 20
    converted(tmp_path, "xls", *names[:3])
    for name in names[:3]:
        old = (tmp_path / name).with_suffix(".xls").read_bytes()
        for called, problem in (("a.xls", Problems.UNSUPPORTED_FILE), ("a.xlsx", Problems.UNREADABLE_FILE)):
            files, cells = read([raw_file(old, called)])
            assert (files["problem"].tolist(), len(cells)) == ([problem.name], 0)
