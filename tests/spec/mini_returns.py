"""Reads small tables that say what is given and what is expected, and runs them.

A table has a line per return, ``B01 | Bản Một``, and under it a line per filled cell, ``Đàn ngựa | 100``; what is not
written is blank. Findings name cells by their labels: a table is to be read, not counted.
"""

from dataclasses import dataclass, field
from typing import Any

from pipelines.steps.analyse.figures import evaluate, of_communes
from pipelines.steps.analyse.sums import of_forms
from pipelines.steps.collect.raw_file import RawFile
from schemas import tables
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import BY_CODE, FORMS
from schemas.return_sets import ReturnSetKey
from schemas.text import slug
from tests.unit.builders import PERIOD, address_of, filled, places_with, raw_file, rows, run

COMMUNE, COMMUNE_NAME = "ban-nho", "Bản Nhỏ"
PLACES = places_with(
    f"{COMMUNE},commune,{COMMUNE_NAME},chi-lang,,,,",
    f"mot,village,Bản Một,{COMMUNE},,,,",
    f"hai,village,Bản Hai,{COMMUNE},Bản 2,,,",
)
RETURN_SET = ReturnSetKey(PERIOD.code, COMMUNE)

FINDING_COLUMNS = ("code", "form", "reporter", "cells", "written", "expected")
Finding = tuple[str, ...]


@dataclass
class Given:
    """One return of the table."""

    form: type[Form]
    reporter: str
    answers: dict[str, Any] = field(default_factory=dict)

    def file(self) -> RawFile:
        content = filled(self.form, self.answers, reporter=self.reporter, commune=COMMUNE_NAME)
        return raw_file(content, f"{self.form.code}-{slug(self.reporter)}.xlsx", COMMUNE)


def cells(line: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in line.split("|"))


def lines_of(table: str) -> list[tuple[str, ...]]:
    return [cells(line) for line in table.strip().splitlines() if line.strip()]


def returns_of(table: str) -> list[Given]:
    found: list[Given] = []
    for first, second in lines_of(table):
        if first in BY_CODE:
            found.append(Given(BY_CODE[first], second))
            continue
        form = found[-1].form
        (name,) = [name for name, item in form.fields().items() if item.label == first]
        found[-1].answers[name] = second
    return found


def addresses(form: type[Form], labels: str) -> str:
    """Labels joined by ``+`` as the addresses a finding lists."""
    names = {item.label: name for name, item in form.fields().items()}
    return ";".join(address_of(form, names[label.strip()]) for label in labels.split("+")) if labels else ""


def expected_findings(table: str) -> list[Finding]:
    """Rows ``code | reporter | cells by label | written | expected``, the cells as addresses."""
    expected = []
    for row in lines_of(table):
        code, form, reporter, labels, written, wanted = row
        expected.append((code, form, reporter, addresses(BY_CODE[form], labels), written, wanted))
    return sorted(expected)


@dataclass(frozen=True)
class Result:
    """What a table came to."""

    findings: list[Finding]
    figures: dict[str, tuple[str, str, str]]
    messages: list[str]


def run_table(table: str) -> Result:
    """Take the returns of a table through all steps, up to the figures of their commune."""
    given = returns_of(table)
    sent = {one.form for one in given}
    done = run(*(one.file() for one in given), places=PLACES)
    filled_in = {(one.file().name, address_of(one.form, name)) for one in given for name in one.answers}
    findings, messages = [], []
    published = {form: tables.mart(form).empty_table() for form in FORMS}
    for form in sorted(sent, key=lambda form: form.code):
        told = done.check(form).findings
        published[form] = done.mart(form)
        for row in rows(told):
            if row["code"] != "C-10" or (row["file"], row["cells"]) in filled_in:
                findings.append(tuple(row[name] for name in FINDING_COLUMNS))
                messages.append(row["message"])
    figures = {}
    sums, wanted = of_forms(published, PLACES, CHAPTERS), of_communes([RETURN_SET], PLACES)
    for chapter in [chapter for chapter in CHAPTERS if sent & set(chapter.forms)]:
        for row in evaluate(chapter, sums, wanted, PLACES, published).to_pylist():
            number = row["value"]
            value = "" if number is None else format(number.normalize(), "f")
            figures[row["id"]] = (value, row["status"], f"{row['reported']}/{row['expected']}")
    return Result(sorted(findings), figures, messages)
