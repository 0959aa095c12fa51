"""A return typed in at the desk, from paper or from the telephone: what was sent of it, and what lies there.

Belongs here: from what a browser sent to a workbook that is received like any other, and back. Does not belong here:
the workbook (``pipelines.handout.typed``), what is found in it (``pipelines.refresh.rehearsal``), receipts
(``pipelines.desk.receipts``), the page.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from pipelines.handout.aids import Previous
from pipelines.handout.layout import Answer, Record, cells_of
from pipelines.handout.owed import Forms, Handout, file_name
from pipelines.handout.typed import Typed, is_blank, typed_in, workbook_of
from pipelines.refresh.rehearsal import lying, read_from
from pipelines.refresh.stamps import digest
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.numbers import read_number, vietnamese
from schemas.catalogue import CATALOGUE
from schemas.form import Form
from schemas.harmless import visible
from schemas.places.place import Place
from schemas.sentences import SentenceError

LONGEST = {"value": 60, "note": 300, "code": 60, "name": 200}
"""Letters that an input takes."""

MORE_LINES = 10
"""Blank lines that are offered below those that are filled in."""

MOST_LINES = 300
"""Lines of one form that are typed in; who has more sends a workbook."""


class EnteringError(SentenceError):
    """A return that is not typed in here; the message is the sentence for the officer."""


@dataclass(frozen=True)
class LyingReturn:
    """What lies there of a reporter."""

    files: Mapping[str, str]
    """The hashes of the workbooks in whose place a typed one comes, by name."""
    typed: Typed
    """What is in them."""
    foreign: tuple[str, ...]
    """Those of them that were not typed here, or not as they lie there now."""

    @property
    def mark(self) -> str:
        """A hash of which workbooks lie there, with which bytes."""
        return hashlib.sha256(repr(sorted(self.files.items())).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """The return of one reporter, for one period."""

    handout: Handout
    reporter: Place
    forms: Forms

    @classmethod
    def of(cls, handout: Handout, reporter: str) -> "Entry":
        """Return the entry of a reporter.

        Raises:
            EnteringError: Nobody of that code owes a form.
            HandoutError: The commune does not report for the period.
        """
        found = next((one for one in handout.owed().items() if one[0].code == reporter), None)
        if found is None:
            raise EnteringError(f"Không có đơn vị «{reporter}» nào phải gửi biểu kỳ {handout.period.title}.")
        return cls(handout, *found)

    @property
    def file(self) -> str:
        """What the workbook is called."""
        return file_name(self.reporter)

    @property
    def _heading(self) -> dict[str, Any]:
        handout = self.handout
        return {"period": handout.period, "commune": handout.commune.name, "reporter": self.reporter.title}

    def workbook(self, typed: Typed) -> bytes:
        """Return what was typed as a workbook."""
        return workbook_of(typed, self.forms, **self._heading)

    @cached_property
    def previous(self) -> dict[str, Previous]:
        """What was accepted of the reporter before, by form code."""
        found = {form.code: self.handout.previous(self.reporter, form) for form in self.forms}
        return {code: previous for code, previous in found.items() if previous is not None}

    def there(self) -> LyingReturn:
        """Return what lies there of the reporter.

        Raises:
            EnteringError: The reporter's workbook holds another reporter's forms too, which would be replaced with it.
        """
        raw, store, key = self.handout.raw, self.handout.store, self.handout.key
        asked = {(self.reporter.code, form.code) for form in self.forms}
        lies = lying(raw, store, key).items()
        found = {name: own for name, own in lies if name == self.file or (own and own <= asked)}
        if strange := {whose for whose, _ in found.get(self.file, ())} - {self.reporter.code}:
            others = ", ".join(raw.places.title(key.commune, code) or "?" for code in sorted(strange))
            raise EnteringError(
                f"Tệp {self.file} đang có cả biểu của {others}, nên không nhập thay ở đây được. "
                "Tách các biểu đó ra tệp riêng rồi làm lại."
            )
        typed: dict[str, Sequence[Record]] = {}
        files, foreign = {}, []
        for name in sorted(found, key=lambda name: name == self.file):
            file = raw.file(key, name)
            if file is None:
                continue
            files[name] = file.sha256
            said, ours = self._said(file)
            foreign += [] if ours else [name]
            typed |= said
        return LyingReturn(files, typed, tuple(foreign))

    def _said(self, file: RawFile) -> tuple[Typed, bool]:
        """Return what a workbook says, as somebody would type it, and whether it was typed here.

        Read once as long as the workbook, and all that decides how it is read, is what it was.
        """
        raw, store, key = self.handout.raw, self.handout.store, self.handout.key
        beside = sorted((name, one.sha256) for name, one in raw.beside(key).items())
        places = [hashlib.sha256(table).hexdigest() for table in raw.place_tables().values()]
        asked = digest([str(raw.root), str(key), file.name, file.sha256, self.reporter.code, beside, places])
        if asked in _SAID:
            return _SAID[asked]
        typed = typed_in(file.content, self.forms, **self._heading)
        if typed is not None:
            found = typed, True
        else:
            rows = list(read_from(raw, store, key, [file.name]))
            found = _as_read(row for row in rows if row["reporter"] == self.reporter.code), False
            if any(row["sha256"] != file.sha256 for row in rows):  # it was replaced in this moment
                return found
        if len(_SAID) >= _MOST_SAID:
            _SAID.clear()
        _SAID[asked] = found
        return found

    def typed(self, sent: Mapping[str, Any]) -> tuple[Typed, dict[str, str]]:
        """Return what a browser sent, without blank records; and by the name of an input what is wrong with it."""
        typed: dict[str, Sequence[Record]] = {}
        wrong: dict[str, str] = {}

        def text(kind: str, *name: object) -> str:
            input_name = named(*name)
            found = str(sent.get(input_name, ""))
            if len(found) > LONGEST[kind]:
                wrong[input_name] = f"Ghi dài quá {LONGEST[kind]} ký tự; ghi ngắn lại."
            elif visible(found) != found:
                wrong[input_name] = "Có ký tự không nhìn thấy được; xóa đi rồi gõ lại."
            return found

        for form in self.forms:
            records: list[Record] = []
            for number in range(lines_in(sent, form)):
                answers = {
                    name: Answer(
                        text("value", form.code, number, name),
                        "" if form.line_title else text("note", form.code, number, name, "note"),
                    )
                    for name in form.fields()
                }
                record = Record({name: one for name, one in answers.items() if one.value or one.note})
                if form.line_title:
                    code, name, note = (text(kind, form.code, number, "", kind) for kind in ("code", "name", "note"))
                    record = replace(record, line=code, line_name=name, note=note)
                if not is_blank(record):
                    records.append(record)
            # The codes and names of printed lines stand on the page before anybody types.
            if any(record.answers or record.note or record.line not in form.printed_lines() for record in records):
                typed[form.code] = records
        return typed, wrong


def named(*parts: object) -> str:
    """Return the name of an input: the form's code, the number of the record, the field, and what of it."""
    return ".".join(map(str, parts))


def lines_in(sent: Mapping[str, Any], form: type[Form]) -> int:
    """Return how many records of a form a page had.

    Raises:
        EnteringError: More than a page has.
    """
    if not form.line_title:
        return 1
    told = str(sent.get(named(form.code, "lines"), ""))
    lines = int(told) if told.isascii() and told.isdigit() else 0
    refuse_long(form, lines)
    return lines


def refuse_long(form: type[Form], lines: int) -> None:
    """Stop where a form has more lines than a page has room for.

    Raises:
        EnteringError: It has.
    """
    if lines > MOST_LINES:
        raise EnteringError(
            f"Biểu {form.code} có quá {MOST_LINES} dòng, nhiều hơn trang này nhập được. Ghi vào sổ tính rồi gửi tệp."
        )


_SAID: dict[str, tuple[Typed, bool]] = {}
"""What workbooks were found to say, by the hash of all that decides it."""
_MOST_SAID = 64


def _as_read(entries: Iterable[Mapping[str, Any]]) -> Typed:
    """Return what was read of a workbook that was not typed here, as somebody would type it."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in entries:
        record = found.setdefault(row["form"], {}).setdefault(
            row["line"], {"answers": {}, "line": row["line"], "line_name": row["line_name"] or "", "note": ""}
        )
        form = CATALOGUE.by_code[row["form"]]
        answer = Answer(_as_typed(form, row), "" if form.line_title else row["note"])
        if form.line_title:
            record["note"] = row["note"]
        if answer.value or answer.note:
            record["answers"][row["field"]] = answer
    return {code: [Record(**record) for record in lines.values()] for code, lines in found.items()}


def _as_typed(form: type[Form], row: Mapping[str, Any]) -> str:
    """Return the text that says what a cell says: its own, where it is read so as a text too, or the number's."""
    text, value = str(row["received"]), row["value"]
    if value is None or row["text"] != row["received"]:
        return text
    read = read_number("text", text, form.fields()[row["field"]].unit)
    return text if read.value == value and read.remark is None else vietnamese(Decimal(value))


def at_cells(typed: Typed, forms: Iterable[type[Form]]) -> dict[tuple[str, str], str]:
    """Return the name of the input of each cell of the typed workbook, by sheet and address."""
    found = {}
    for form in forms:
        for number, places in enumerate(cells_of(form, len(typed.get(form.code, ())))):
            for name, place in places.items():
                found[form.sheet, xl_rowcol_to_cell(*place)] = named(form.code, number, name)
    return found
