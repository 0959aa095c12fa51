"""Rows of design workbooks to forms, chapters and units, or to the faults that keep them from being one.

Belongs here: what each row means, and every check that a design has to pass. Does not belong here: cells
(``pipelines.steps.design.rows``), the language of formulas (``schemas.design.notation``), what forms demand of
themselves (``schemas.form``, ``schemas.system``).

A row with a fault still stands for something, so that one fault is told once and not again at all that leans on it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from pipelines.steps.collect.layout import printed_words
from pipelines.steps.design.rows import Row, Told
from pipelines.steps.numbers import read_number
from schemas.chart import Chart
from schemas.design import written
from schemas.design.faults import Faults
from schemas.design.notation import (
    Names,
    NotationError,
    formula_text,
    number_text,
    read_formula,
    read_rule,
    unambiguous,
)
from schemas.design.parts import Design, Known
from schemas.design.sheets import (
    AGAINST,
    CHART_KINDS,
    COUNTS,
    NO,
    OF_WHICH,
    PART,
    PERIOD_KINDS,
    SEPARATOR,
    SEVERITIES,
    UNITS,
    YES,
    Asked,
)
from schemas.edits import Agreement, Balance, Bound, Edit, Reporting
from schemas.fields import FormField, NoHeir, why_no_heir
from schemas.figure import Chapter, Figure, over_lines
from schemas.form import TAKEN_NAMES, Counts, DeskForm, Form, FormType, LineForm, VillageForm
from schemas.formula import (
    At,
    Constant,
    Difference,
    Formula,
    Leaf,
    Own,
    Product,
    Ratio,
    Sum,
    Total,
    constants,
    rates_over_lines,
    worth,
)
from schemas.lines import Line
from schemas.outcomes import Severity
from schemas.periods import DUE_AFTER, Period, PeriodKind
from schemas.sentences import SentenceError
from schemas.system import FaultyError
from schemas.text import fold, slug, visible
from schemas.units import PERCENTAGES, Unit, by_word, conversion, is_measure

_FORM_CODE = re.compile(r"[A-Z]\d{2}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FIGURE_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.(?:[a-z0-9_]+|\{reporter\}|\{line\}))*")
_LINE_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_SHEET_NAME = re.compile(r"[^\[\]:*?/\\]{1,31}")

_HEADINGS = printed_words(())
"""What every form prints, and is recognised by."""

_WHOLE, _NUMBER = Unit("số"), Unit("số", decimals=4)
_UNKNOWN_UNIT = Unit("?")
_MOST_DECIMALS = 4
_HUNDRED = 100
_MOST_TIMES = 10**14
"""How many times its fields a formula may be: what is made of the largest field then still fits a table."""

Rows = Mapping[str, Sequence[Row]]
T = TypeVar("T")


def design_of(rows: Rows, known: Known, told: Told) -> Design:
    """Return the design that rows say; it is one to be used only where no error was told.

    Args:
        rows: By the name of the sheet, of any number of workbooks.
        known: What there is already.
        told: Takes the faults.
    """
    for sheet in rows.values():
        for row in sheet:
            _refuse_bad_cells(row, told)
    units = _units(rows.get("units", ()), known, told)
    forms = _Forms(rows, known, {**by_word(known.design.units), **by_word(units)}, told)
    chapters = _chapters(rows, forms, known, told)
    return Design(tuple(forms.made.values()), chapters, tuple(units))


def _refuse_bad_cells(row: Row, told: Told) -> None:
    """Tell of blank cells that must not be, and of texts that are none of a column's choices, or no number."""
    for column in row.sheet.columns:
        text = row[column.name]
        if not text:
            if column.required:
                told.tell(Faults.MISSING, row, column.name, expected=column.help)
        elif column.asked is Asked.CHOICE and fold(text) not in map(fold, column.choices):
            told.tell(Faults.MALFORMED, row, column.name, expected=" hoặc ".join(f"«{one}»" for one in column.choices))
        elif column.asked in (Asked.WHOLE, Asked.NUMBER) and _number(row, column.name) is None:
            told.tell(Faults.MALFORMED, row, column.name, expected=_NUMBER_EXPECTED[column.asked])
        elif column.asked is Asked.NUMBER and (expected := unambiguous(text)):
            told.tell(Faults.MALFORMED, row, column.name, expected=expected)


_NUMBER_EXPECTED = {Asked.WHOLE: "số nguyên không âm", Asked.NUMBER: "số lớn hơn 0, nhiều nhất 4 chữ số lẻ"}


def _number(row: Row, name: str) -> Decimal | None:
    """Return the number in a cell; nothing where it is blank, or holds none."""
    whole = row.sheet.column(name).asked is not Asked.NUMBER
    value = read_number("text", row[name], _WHOLE if whole else _NUMBER).value
    return None if value is None or value < 0 or (value == 0 and not whole) else value


def _whole(row: Row, name: str, otherwise: int | None = None) -> Any:
    value = _number(row, name)
    return otherwise if value is None else int(value)


def _choice(row: Row, name: str, choices: Mapping[str, T]) -> T | None:
    return next((value for word, value in choices.items() if fold(word) == fold(row[name])), None)


def _is_yes(row: Row, name: str) -> bool:
    return fold(row[name]) == fold(YES)


def _names(row: Row, name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in row[name].split(SEPARATOR) if part.strip())


class _Once:
    """Names that may each be given once."""

    def __init__(self, told: Told) -> None:
        self.told, self.first = told, dict[str, tuple[Row, str]]()

    def take(self, key: str, row: Row, name: str, word: str = "") -> bool:
        """Return whether a name is new; where it is not, tell of it."""
        if not key:
            return False
        first, at = self.first.setdefault(key, (row, name))
        if first is row:
            return True
        self.told.tell(Faults.DOUBLE, row, name, written=word or row[name], expected=first.place(at))
        return False


def _well_formed(row: Row, name: str, pattern: re.Pattern[str], expected: str, told: Told) -> bool:
    if not row[name]:
        return False
    if not pattern.fullmatch(row[name]):
        told.tell(Faults.MALFORMED, row, name, expected=expected)
        return False
    return True


def _slugged(text: str) -> str:
    made = slug(text).strip("_")
    return f"chữ thường không dấu, số, gạch dưới, như {made if _CODE.fullmatch(made) else 'so_ho'}"


def _nearest(name: str, among: Iterable[str]) -> str:
    known = list(among)
    # Mostly it is a mark that was left out, or typed wrongly.
    near = [one for one in known if slug(one) == slug(name)] or get_close_matches(name, known, n=3)
    return f"gần giống: {', '.join(near)}" if near else "xem lại cách viết"


# Units


def _units(rows: Sequence[Row], known: Known, told: Told) -> list[Unit]:
    once, taken = _Once(told), by_word(known.design.units)
    found: dict[Unit, str] = {}
    for row in rows:
        words = (row["label"], *_names(row, "aliases"))
        if not row["additive"] and any(sign in row["label"] for sign in "/%‰"):
            expected = f"Đơn vị của tỷ lệ, năng suất, giá thì ghi «{NO}»; cộng lại mà vẫn có nghĩa thì ghi «{YES}»."
            told.tell(Faults.MISSING, row, "additive", expected=expected)
        if _whole(row, "decimals", 0) > _MOST_DECIMALS:
            told.tell(Faults.MALFORMED, row, "decimals", expected=f"nhiều nhất {_MOST_DECIMALS}")
        unit = Unit(
            row["label"],
            min(_whole(row, "decimals", 0), _MOST_DECIMALS),
            row["dimension"],
            Fraction(_number(row, "factor") or 1),
            words[1:],
            fold(row["additive"]) != fold(NO),
        )
        if found.get(unit, row.file) != row.file:
            continue  # two workbooks may say the same of a unit
        # Compared as they are but for their case; ``₫`` and ``²`` are words too.
        fresh = [once.take(word.casefold(), row, "aliases" if at else "label", word) for at, word in enumerate(words)]
        clash = [taken[word.casefold()] for word in words if taken.get(word.casefold(), unit) != unit]
        if clash:
            told.tell(Faults.TAKEN, row, "label", expected=f"danh sách đơn vị tính ({clash[0].label})")
        if all(fresh):
            found[unit] = row.file
    return list(found)


_RATE = re.compile(r"^(tỷ lệ|tỉ lệ|năng suất|đơn giá|trung bình)\b|^(?!số\b).*\bbình quân\b")
"""How what does not add up is called; «Số hộ thu nhập bình quân dưới …» is a count."""


def _is_called_a_rate(label: str) -> bool:
    return bool(_RATE.search(visible(label).casefold()))


# Forms


class _Forms:
    """The forms of a design, as far as its rows say them."""

    def __init__(self, rows: Rows, known: Known, units: Mapping[str, Unit], told: Told) -> None:
        self.known, self.units, self.told = known, units, told
        self.in_use = {form.code: form for form in known.design.forms}
        self.since: dict[str, dict[int, str]] = {}
        self.rows = self._form_rows(rows.get("forms", ()))
        self.fields: dict[str, dict[str, FormField]] = defaultdict(dict)
        self.field_rows: dict[str, dict[str, Row]] = defaultdict(dict)
        self._read_fields(rows.get("fields", ()))
        self.line_rows: dict[str, dict[str, Row]] = defaultdict(dict)
        self.lines: dict[str, tuple[Line, ...]] = {}
        self._read_lines(rows.get("lines", ()))
        self.stand_ins = {code: self._stand_in(code) for code in self.rows}
        self.edits: dict[str, dict[str, Edit]] = defaultdict(dict)
        self.edit_rows: dict[str, dict[str, tuple[Row, str]]] = defaultdict(dict)
        self._read_totals()
        self._read_rules(rows.get("rules", ()))
        self.made = {code: form for code in self.rows if (form := self._made(code)) is not None}
        every = (form.in_version(number) for form in self.made.values() for number in form.numbers())
        for form in (*self.made.values(), *every):
            for edit in form.edits:
                if isinstance(edit, Reporting):
                    edit.forms = tuple(self.made.get(one.code, one) for one in edit.forms)

    def _form_rows(self, rows: Sequence[Row]) -> dict[str, Row]:
        codes, domains, sheets, found = _Once(self.told), _Once(self.told), _Once(self.told), {}
        for row in rows:
            if not _well_formed(row, "code", _FORM_CODE, "một chữ cái in hoa và hai chữ số, như S01", self.told):
                continue
            if codes.take(row["code"], row, "code"):
                found[row["code"]] = row
            if row["sheet"]:
                expected = "nhiều nhất 31 ký tự, không có [ ] : * ? / \\"
                _well_formed(row, "sheet", _SHEET_NAME, expected, self.told)
                self._refuse_taken_sheet(row, sheets)
            if row["domain"] and _well_formed(row, "domain", _CODE, _slugged(row["domain"]), self.told):
                domains.take(row["domain"], row, "domain")
            asked = self.known.reporters
            if row["reporter"] and asked and _before_colon(row["reporter"]) not in asked:
                kind = _before_colon(row["reporter"])
                expected = (
                    f"{_nearest(kind, asked)}; đơn vị mới thì thêm ở places.csv của thư mục báo cáo một dòng có level "
                    f"là desk, parent là mã xã, kind là {slug(kind)}, rồi kiểm tra cùng thư mục đó"
                )
                self.told.tell(Faults.UNKNOWN, row, "reporter", written=kind, expected=expected)
            for word in _names(row, "periods"):
                if _kind(word) is None:
                    expected = ", ".join(PERIOD_KINDS)
                    self.told.tell(Faults.MALFORMED, row, "periods", written=word, expected=expected)
            if row["version"] == "0":
                self.told.tell(Faults.MALFORMED, row, "version", expected="số từ 1 trở lên")
            self.since.setdefault(row["code"], self._periods_of_versions(row))
        return found

    def _refuse_taken_sheet(self, row: Row, sheets: _Once) -> None:
        """Tell of a sheet that one workbook would have twice: whoever reports gets all their forms in one."""
        kind, name = _before_colon(row["reporter"]), fold(row["sheet"])
        sheets.take(f"{kind}\n{name}", row, "sheet")
        for other in self.in_use.values():
            if (other.reporter_kind, fold(other.sheet)) == (kind, name) and other.code != row["code"]:
                self.told.tell(Faults.TAKEN, row, "sheet", expected=f"biểu {other.code} đang dùng")

    def _periods_of_versions(self, row: Row) -> dict[int, str]:
        """Return since which period each version of a form is in force, but for the first that is known."""
        version, codes = _whole(row, "version", 1), _names(row, "since")
        begun: list[date] = []
        for code in codes:
            period = _period(code)
            expected = "mã kỳ, như 2025-H1 hoặc 2025" if period is None else "các kỳ, cũ đứng trước"
            if period is None or (begun and period.begin <= begun[-1]):
                self.told.tell(Faults.MALFORMED, row, "since", written=code, expected=expected)
                break
            begun.append(period.begin)
        if begun and len(begun) >= version:
            expected = f"ít kỳ hơn, vì «Phiên bản» là {version}: phiên bản đầu tiên thì không ghi kỳ"
            self.told.tell(Faults.MALFORMED, row, "since", expected=expected)
        if len(begun) < len(codes) or len(begun) >= version:  # nothing more is told of versions that are not known
            codes = ("",) * (version - 1)
        return {version - at: code for at, code in enumerate(reversed(codes))}

    def _versions(self, form: str) -> range:
        """Return the numbers of the versions of a form that are known."""
        version = _whole(self.rows[form], "version", 1) if form in self.rows else 1
        return range(min(self.since.get(form) or (version + 1,)) - 1, version + 1)

    def _read_fields(self, rows: Sequence[Row]) -> None:
        wordings: dict[str, _Once] = defaultdict(lambda: _Once(self.told))
        for row in rows:
            form, code = row["form"], row["code"]
            if form and form not in self.rows:
                self._unknown(row, "form", form, self.rows)
            if not _well_formed(row, "code", _CODE, _slugged(code), self.told):
                continue
            if code in TAKEN_NAMES:
                self.told.tell(
                    Faults.MALFORMED, row, "code", expected="mã khác: phần mềm đã dùng tên này cho việc khác"
                )
                continue
            first = self.field_rows[form].setdefault(code, row)
            if first is not row:
                self.told.tell(Faults.DOUBLE, row, "code", expected=first.place("code"))
                continue
            for name in ("label", "aliases"):
                for wording in (
                    [row["label"]] if name == "label" else (*_names(row, "aliases"), *self._worded(row).values())
                ):
                    # A field may say the same of itself twice, and does no harm by it.
                    wordings[form].take(fold(wording), row, name, wording)
                    if fold(wording) in _HEADINGS:
                        expected = "tên khác: phần mềm dùng tên này làm tiêu đề trên biểu"
                        self.told.tell(Faults.MALFORMED, row, name, written=wording, expected=expected)
            self.fields[form][code] = self._field(row)
        for form, row in self.rows.items():
            if row["lines"]:
                wordings[form].take(fold(row["lines"]), row, "lines")
        for form, of_form in self.fields.items():
            self._refuse_strange_plans(form, of_form)
            self._refuse_strange_versions(form, of_form)
        for row in rows:
            # A section is a heading on the form: called like a field, it would be read as the field.
            same = wordings[row["form"]].first.get(fold(row["section"]))
            if row["section"] and same is not None:
                self.told.tell(Faults.DOUBLE, row, "section", expected=same[0].place(same[1]))

    def _refuse_strange_plans(self, form: str, fields: Mapping[str, FormField]) -> None:
        """Tell of fields whose plan is asked for nowhere, in another unit, or is that of another field."""
        once = _Once(self.told)
        for code, item in fields.items():
            row, plan = self.field_rows[form][code], fields.get(item.planned)
            if plan is None:
                if item.planned:
                    self._unknown(row, "planned", item.planned, fields)
            elif plan.planned:
                expected = "chỉ tiêu khác: chỉ tiêu này lại có số kế hoạch của nó"
                self.told.tell(Faults.MALFORMED, row, "planned", expected=expected)
            elif not once.take(item.planned, row, "planned") or _UNKNOWN_UNIT in (plan.unit, item.unit):
                continue
            elif plan.unit != item.unit:
                self.told.tell(Faults.OTHER_DIMENSION, row, "planned", expected=f"{item.unit.label}, {plan.unit.label}")

    def _worded(self, row: Row) -> dict[int, str]:
        """Return the labels of a field in earlier versions, by the last that printed it so."""
        found = {}
        for said in _names(row, "worded"):
            number, colon, label = said.partition(":")
            if not colon or not number.strip().isdecimal() or not label.strip():
                return {}
            found[int(number)] = label.strip()
        return found

    def _refuse_strange_versions(self, form: str, fields: Mapping[str, FormField]) -> None:
        """Tell of fields of versions that there are not, and of those that cannot go on as others."""
        numbers = self._versions(form)
        known = (
            f"phiên bản từ {numbers[0]} đến {numbers[-1]}, là những phiên bản mà «Phiên bản từ kỳ» của biểu cho biết"
        )
        for code, item in fields.items():
            row = self.field_rows[form][code]
            first = numbers[0] if _number(row, "since") is None else item.since
            for name, number in (("since", first), ("until", item.until)):
                if number is not None and number not in numbers:
                    self.told.tell(Faults.MALFORMED, row, name, expected=known)
            if item.until is not None and item.until < first:
                self.told.tell(Faults.MALFORMED, row, "until", expected=f"phiên bản từ {first} trở lên")
            if row["worded"] and (not item.worded or not set(item.worded) <= set(numbers)):
                self.told.tell(Faults.MALFORMED, row, "worded", expected=f"như «1: Số hộ nông nghiệp», với {known}")
            for other in item.became:
                self._refuse_strange_heir(row, item, other, fields)
        for number in numbers:
            if fields and not any(item.is_asked_in(number) for item in fields.values()) and form in self.rows:
                self.told.tell(Faults.NO_FIELDS, self.rows[form], "since", written=f"{form} phiên bản {number}")

    def _refuse_strange_heir(self, row: Row, item: FormField, other: str, fields: Mapping[str, FormField]) -> None:
        """Tell of a field that cannot go on with another."""
        units = [one.unit for one in (item, fields.get(other)) if one is not None]
        match why_no_heir(item, other, fields):
            case NoHeir.UNKNOWN:
                self._unknown(row, "became", other, fields)
            case NoHeir.ASKED_STILL:
                expected = "«Đến phiên bản» của chỉ tiêu này: còn hỏi thì chưa thành chỉ tiêu khác"
                self.told.tell(Faults.MALFORMED, row, "became", expected=expected)
            case NoHeir.NOT_NEXT:
                expected = f"chỉ tiêu mới từ phiên bản {(item.until or 0) + 1} («Từ phiên bản» của {other} ghi như vậy)"
                self.told.tell(Faults.MALFORMED, row, "became", written=other, expected=expected)
            case NoHeir.SPLIT_AND_MERGED:
                expected = f"chỉ tiêu chỉ nối tiếp {item.name}: vừa tách vừa gộp thì không so sánh được"
                self.told.tell(Faults.MALFORMED, row, "became", written=other, expected=expected)
            case NoHeir.OTHER_UNIT if _UNKNOWN_UNIT not in units:  # which is told itself
                expected = ", ".join(unit.label for unit in units)
                self.told.tell(Faults.OTHER_DIMENSION, row, "became", expected=expected)
            case NoHeir.NO_SUM:
                expected = f"một mã: {item.unit.label} không cộng được, nên tách hay gộp thì không so sánh được"
                self.told.tell(Faults.MALFORMED, row, "became", expected=expected)

    def _read_lines(self, rows: Sequence[Row]) -> None:
        """Read the lines that forms print; one that is part of another stands below it."""
        for row in rows:
            form, code, within = row["form"], row["code"], row["within"]
            if form and form not in self.rows:
                self._unknown(row, "form", form, self.rows)
                continue
            if not _well_formed(row, "code", _LINE_CODE, "chữ thường không dấu, số, gạch dưới, như dx_lua", self.told):
                continue
            known = self.line_rows[form]
            if within and within not in known:
                self._unknown(row, "within", within, known)
            for name in _names(row, "without"):
                if name not in self.fields[form]:
                    self._unknown(row, "without", name, self.fields[form])
            first = known.setdefault(code, row)
            if first is not row:
                self.told.tell(Faults.DOUBLE, row, "code", expected=first.place("code"))
            elif form and not self.rows[form]["lines"] and len(known) == 1:
                column = self.rows[form].sheet.column("lines")
                self.told.tell(Faults.MISSING, self.rows[form], "lines", expected=column.help)
        for form, own in self.line_rows.items():
            for row in own.values():
                self._refuse_other_versions(row, self._versions(form))
            self.lines[form] = _tree(own.values())

    def _refuse_other_versions(self, row: Row, numbers: range) -> None:
        """Tell of a line of versions that there are not."""
        for name in ("since", "until"):
            if _number(row, name) is not None and _whole(row, name) not in numbers:
                expected = f"phiên bản từ {numbers[0]} đến {numbers[-1]}"
                self.told.tell(Faults.MALFORMED, row, name, expected=expected)
        if _number(row, "until") is not None and _whole(row, "until") < (first := _whole(row, "since", numbers[0])):
            self.told.tell(Faults.MALFORMED, row, "until", expected=f"phiên bản từ {first} trở lên")

    def _field(self, row: Row) -> FormField:
        most, unit = _whole(row, "most"), self.unit(row, "unit")
        self._doubt_average(row, unit)
        item = FormField(
            unit,
            row["label"],
            definition=row["definition"],
            section=row["section"],
            aliases=_names(row, "aliases"),
            minimum=self._least(row, most),
            maximum=most,
            confirmable=_is_yes(row, "confirmable"),
            optional=_is_yes(row, "optional"),
            stock=_is_yes(row, "stock"),
            planned=row["planned"],
            since=_whole(row, "since", 1),
            until=_whole(row, "until"),
            became=tuple(part.strip() for part in row["became"].split("+") if part.strip()),
            worded=self._worded(row),
        )
        item.name = row["code"]
        return item

    def _doubt_average(self, row: Row, unit: Unit) -> None:
        """Tell of what villages are asked that is called an average and would be added up over them."""
        form = self.rows.get(row["form"])
        of_villages = form is not None and _before_colon(form["reporter"]) == VillageForm.reporter_kind
        if of_villages and unit.additive and unit is not _UNKNOWN_UNIT and _is_called_a_rate(row["label"]):
            column = UNITS.column("additive").heading
            expected = f"thêm ở trang «{UNITS.title}» một đơn vị có «{column}» ghi «{NO}», và dùng đơn vị đó ở đây"
            self.told.tell(Faults.AVERAGE_ADDED, row, "unit", expected=expected)

    def _least(self, row: Row, most: int | None) -> int | None:
        text = row["least"]
        if not text or fold(text) == fold(NO):
            return None if text else 0
        if (value := read_number("text", text, _WHOLE).value) is None:
            self.told.tell(Faults.MALFORMED, row, "least", expected=f"số nguyên, hoặc «{NO}» nếu không hạn chế")
            return None
        if most is not None and value > most:
            self.told.tell(Faults.RANGE, row, "least", expected=str(most))
        return int(value)

    def unit(self, row: Row, name: str) -> Unit:
        """Return the unit that a cell names; one that stands for it where there is none of that name."""
        if not row[name]:
            return _UNKNOWN_UNIT
        unit = self.units.get(row[name].casefold())
        if unit is None:
            near = _nearest(row[name], dict.fromkeys(unit.label for unit in self.units.values()))
            expected = f"{near}; đơn vị mới thì ghi thêm ở trang «{UNITS.title}»"
            self.told.tell(Faults.UNKNOWN, row, name, expected=expected)
        return unit or _UNKNOWN_UNIT

    def _stand_in(self, code: str) -> type[Form]:
        """Return a form that has fields and nothing else, for others to refer to while it is not made."""
        row = self.rows[code]
        form: Any = FormType("StandIn", (Form,), dict(self.fields[code]), reporter=_before_colon(row["reporter"]))
        form.code, form.line_title, form.domain = code, row["lines"], row["domain"] or code.lower()
        return form  # type: ignore[no-any-return]

    # Rules

    def names(self, own: str = "") -> Names:
        """Return what names stand for in the rules of a form, or in formulas."""

        def field(form: str, code: str) -> FormField:
            among = self._fields_of(form or own)
            if not form and not own:
                raise NotationError(code, f"mã biểu đứng trước mã chỉ tiêu, như S01.{code}")
            if among is None:
                known = [*self.rows, *self.in_use]
                raise NotationError(f"{form}.{code}", f"mã biểu đã có ({_nearest(form, known)})")
            if code not in among:
                raise NotationError(code, f"mã chỉ tiêu của biểu {form or own} ({_nearest(code, among)})")
            return among[code]

        def form(code: str) -> Any:
            found = self.stand_ins.get(code) or self.in_use.get(code)
            if found is None:
                raise NotationError(code, f"mã biểu đã có ({_nearest(code, [*self.rows, *self.in_use])})")
            return found

        return Names(field, form)

    def _fields_of(self, form: str) -> Mapping[str, FormField] | None:
        if form in self.rows:
            return self.fields[form]
        return self.in_use[form].fields() if form in self.in_use else None

    def _read_totals(self) -> None:
        """Read the sums that fields declare of themselves; they come before a form's other rules."""
        for form in self.rows:
            for code, row in self.field_rows[form].items():
                if row["parts"]:
                    text = f"{code} = {row['parts'].removeprefix('=')}"
                    edit = self._rule(row, "parts", text, form, written.total_code(form, code), None)
                    if edit is not None and not isinstance(edit, Balance):
                        self.told.tell(Faults.RULE, row, "parts", expected="các mã của biểu cách nhau bằng dấu +")

    def _read_rules(self, rows: Sequence[Row]) -> None:
        once = _Once(self.told)
        for row in rows:
            form, code = row["form"], row["code"]
            if form and form not in self.rows:
                self._unknown(row, "form", form, self.rows)
                continue
            shape = re.compile(rf"{re.escape(form)}-\d{{2,3}}")
            if not form or not _well_formed(row, "code", shape, f"{form}- và hai chữ số, như {form}-01", self.told):
                continue
            if once.take(code, row, "code") and row["rule"]:
                edit = self._rule(row, "rule", row["rule"], form, code, _choice(row, "severity", SEVERITIES))
                if edit is not None:
                    self._refuse_no_version(row, form, edit)

    def _rule(self, row: Row, name: str, text: str, form: str, code: str, severity: Severity | None) -> Edit | None:
        try:
            edit = read_rule(text, form, code, self.names(form), severity)
        except NotationError as wrong:
            self.told.tell(Faults.RULE, row, name, written=wrong.written, expected=wrong.expected)
            return None
        self.edit_rows[form][code] = row, name
        whole, parts = edit.names[0], edit.names[1:]
        if isinstance(edit, Balance) and whole in parts:
            self.told.tell(Faults.OF_ITSELF, row, name, written=whole)
        elif labels := self._other_units(form, edit):
            self.told.tell(Faults.OTHER_DIMENSION, row, name, written=text, expected=labels)
        else:
            self.edits[form][code] = edit
        return edit

    def _refuse_no_version(self, row: Row, form: str, edit: Edit) -> None:
        """Tell of a rule of no version, or of versions that there are not; otherwise note of which it is."""
        edit.during(_whole(row, "since", 1), _whole(row, "until", 0))
        numbers, fields = self._versions(form), self.fields[form]
        for name in ("since", "until"):
            if _number(row, name) is not None and _whole(row, name) not in numbers:
                expected = f"phiên bản từ {numbers[0]} đến {numbers[-1]}"
                self.told.tell(Faults.MALFORMED, row, name, expected=expected)
                return
        asked = [number for number in numbers if all(fields[name].is_asked_in(number) for name in edit.names)]
        if not any(edit.since <= number and (not edit.until or number <= edit.until) for number in asked):
            expected = "các chỉ tiêu cùng được hỏi trong một phiên bản mà quy tắc có hiệu lực"
            self.told.tell(Faults.RULE, row, "rule", written=row["rule"], expected=expected)

    def _other_units(self, form: str, edit: Edit) -> str:
        """Return the units that a rule adds up or compares though they are not of one kind; nothing if they are."""
        others = [other.unit for other in edit.others] if isinstance(edit, Agreement) else []
        first, *rest = [*(self.fields[form][one].unit for one in edit.names), *others]
        match edit:
            case Balance():
                apart = any(unit.dimension != first.dimension for unit in rest)
            case Agreement():
                # What others report is added up as written, and kept with as many decimals as the line has.
                apart = any(
                    _told_apart(unit, first) or unit.factor != first.factor or unit.decimals > first.decimals
                    for unit in rest
                )
            case Bound():
                # Tấn of cement and m3 of sand can be held against each other, though nothing follows for certain.
                warns = edit.severity is Severity.WARNING
                apart = any(
                    _told_apart(unit, first)
                    and not (warns and _measures(unit) and _measures(first) and conversion(unit, first) is None)
                    for unit in rest
                )
            case _:
                apart = False
        labels = list(dict.fromkeys(unit.label for unit in (first, *rest)))
        return ", ".join(labels) if apart and _UNKNOWN_UNIT.label not in labels else ""

    # Making

    def _made(self, code: str) -> type[Form] | None:
        """Return the form; nothing where its rows have faults."""
        form = self._unless_faulty(code)
        self._refuse_taken(self.rows[code], code, form)
        if form is not None:
            self._refuse_old_version(self.rows[code], form)
        return form

    def _unless_faulty(self, code: str) -> type[Form] | None:
        row, fields = self.rows[code], self.fields[code]
        if not fields:
            self.told.tell(Faults.NO_FIELDS, row, "code")
            return None
        if self._has_faults(code):
            return None
        kind = _before_colon(row["reporter"])
        base = VillageForm if kind == "village" else LineForm if row["lines"] else DeskForm
        edits = tuple(self.edits[code].values())
        try:
            form: Any = FormType(
                base.__name__,
                (base,),
                {**fields, "edits": edits, "__doc__": row["title"], "__module__": __name__},
                code=code,
                sheet=row["sheet"],
                title=row["title"],
                domain=row["domain"] or code.lower(),
                reporter=kind,
                version=_whole(row, "version", 1),
                since=self.since.get(code),
                lines=row["lines"],
                fixed=self.lines.get(code, ()),
                due=_whole(row, "due", DUE_AFTER),
                periods=[one for word in _names(row, "periods") if (one := _kind(word)) is not None],
                counts=_choice(row, "counts", COUNTS) or Counts.OVER_PERIOD,
            )
        except FaultyError as wrong:
            self._tell_faulty(code, wrong)
            return None
        return form  # type: ignore[no-any-return]

    def _has_faults(self, code: str) -> bool:
        """Return whether a fault was told of any row of a form."""
        fields, lines = self.field_rows[code].values(), self.line_rows[code].values()
        own = [self.rows[code], *fields, *lines, *(row for row, _ in self.edit_rows[code].values())]
        at = {(row.file, row.sheet.title, row.number) for row in own}
        told = {(one.file, one.sheet, int(re.sub(r"\D", "", one.cells) or 0)) for one in self.told.faults}
        return bool(at & told)

    def _tell_faulty(self, code: str, wrong: FaultyError) -> None:
        for fault in wrong.faults:
            first, *others = (self.edit_rows[code][edit] for edit in fault.edits)
            row, name = first
            places = "; ".join(other.place(at) for other, at in others)
            if fault.repeats:
                self.told.tell(Faults.REPEATED, row, name, expected=places or "mức ít nhất, nhiều nhất của chỉ tiêu")
            else:
                self.told.tell(Faults.CONTRADICTION, row, name, expected=places or "mức ít nhất, nhiều nhất")

    def _refuse_taken(self, row: Row, code: str, form: type[Form] | None) -> None:
        """Tell of a code or a table that something else in use has; to say again what is in use is no fault."""
        other = self.in_use.get(code)
        if other is not None:
            if form is None or written.rows_of(Design((form,))) != written.rows_of(Design((other,))):
                self.told.tell(Faults.TAKEN, row, "code", expected=f"các biểu đang dùng («{other.heading}»)")
            return
        domain = row["domain"] or code.lower()
        taken = next((one for one in self.in_use.values() if one.domain == domain), None)
        if taken is not None:
            self.told.tell(Faults.TAKEN, row, "domain", written=domain, expected=f"biểu {taken.code} đang dùng")

    def _refuse_old_version(self, row: Row, form: type[Form]) -> None:
        """Tell of a form that asks otherwise than the one it takes the place of, and has no higher version."""
        for old in self.known.replaced.forms:
            if old.code != form.code:
                continue
            for number in (one for one in old.numbers() if one in form.numbers() or one > form.version):
                now = form.in_version(min(number, form.version))
                if _printed(old.in_version(number)) == _printed(now):
                    continue
                if number < form.version:
                    expected = (
                        f"phiên bản {number} hỏi đúng như đang dùng: mới thì ghi «Từ phiên bản», bỏ thì ghi «Đến…»"
                    )
                    self.told.tell(Faults.MALFORMED, row, "since", expected=expected)
                else:
                    written, expected = str(now.version), str(old.version + 1)
                    self.told.tell(Faults.OLD_VERSION, row, "version", written=written, expected=expected)

    def _unknown(self, row: Row, name: str, what: str, among: Iterable[str]) -> None:
        self.told.tell(Faults.UNKNOWN, row, name, written=what, expected=_nearest(what, dict.fromkeys(among)))


def _printed(form: type[Form]) -> object:
    """Return what a workbook that was filled in holds of its form."""
    lines = tuple((code, placed.line.name, placed.line.without) for code, placed in form.printed_lines().items())
    return form.line_title, lines, {(item.label, item.unit.label) for item in form.fields().values()}


def _tree(rows: Iterable[Row], within: str = "", how: str = "") -> tuple[Line, ...]:
    """Return the lines directly below one, each with those below it; ``how`` of them, where they are below one."""
    rows = list(rows)
    own = [row for row in rows if row["within"] == within and (_of_which(row) == (how == OF_WHICH) or not within)]
    return tuple(
        Line(
            row["code"],
            row["name"],
            _tree(rows, row["code"], PART),
            _tree(rows, row["code"], OF_WHICH),
            _names(row, "without"),
            _whole(row, "since", 1),
            _whole(row, "until"),
        )
        for row in own
    )


def _of_which(row: Row) -> bool:
    return fold(row["how"]) == fold(OF_WHICH)


def _kind(word: str) -> PeriodKind | None:
    """Return the kind of period that a word names; nothing where it is none."""
    return next((kind for label, kind in PERIOD_KINDS.items() if fold(label) == fold(word)), None)


def _period(code: str) -> Period | None:
    """Return the period of a code; nothing where it is none."""
    try:
        return Period.parse(code)
    except SentenceError:
        return None


def _before_colon(text: str) -> str:
    """Return what stands before the colon: a drop-down says after it who that is."""
    return text.partition(":")[0].strip()


# Chapters


def _chapters(rows: Rows, forms: _Forms, known: Known, told: Told) -> tuple[Chapter, ...]:
    once, titles = _Once(told), {}
    for row in rows.get("chapters", ()):
        if _well_formed(row, "code", _CODE, _slugged(row["code"]), told) and once.take(row["code"], row, "code"):
            titles[row["code"]] = row
    figures: dict[str, list[Figure]] = defaultdict(list)
    ids = _Once(told)
    said: dict[str, Row] = {}
    for row in rows.get("figures", ()):
        figure = _figure(row, forms, told)
        if row["chapter"] and row["chapter"] not in titles:
            told.tell(Faults.UNKNOWN, row, "chapter", expected=_nearest(row["chapter"], titles))
        if figure is None:
            ids.take(row["id"], row, "id")
            continue
        for one in _each(figure):
            if ids.take(one.id, row, "id", one.id):
                figures[row["chapter"]].append(one)
                said[one.id] = row
    charts: dict[str, list[Chart]] = defaultdict(list)
    for row in rows.get("charts", ()):
        named = {one["id"] for one in rows.get("figures", ()) if one["chapter"] == row["chapter"]}
        chart = _chart(row, named | {figure.id for figure in figures[row["chapter"]]}, told)
        charts[row["chapter"]] += [chart] if chart is not None else []
    told_ids = {figure.id for chapter in figures.values() for figure in chapter}
    found = []
    for code, row in titles.items():
        drawn = [chart for chart in charts[code] if {chart.whole, *chart.parts} <= told_ids]
        chapter = Chapter(code, row["title"], tuple(figures[code]), tuple(drawn))
        _refuse_taken(row, chapter, said, known, told)
        found.append(chapter)
    return tuple(found)


def _each(figure: Figure) -> Sequence[Figure]:
    """Return a figure; of one per line, where the form prints its lines, that of each."""
    return over_lines(figure) if _is_over_lines(figure.id, figure.formula) else (figure,)


def _is_over_lines(identifier: str, formula: Formula) -> bool:
    """Return whether a figure is one for each line that its form prints, whoever reports it."""
    return "{line}" in identifier and "{reporter}" not in identifier and bool(formula.fields()[0].form.fixed)


def _is_added_up(identifier: str, formula: Formula) -> bool:
    """Return whether a figure is made of what all who report have written together."""
    return not _is_per_record(identifier) or _is_over_lines(identifier, formula)


def _of_villages(formula: Formula) -> bool:
    return any(_is_of_villages(item.form) for item in formula.fields())


def _is_of_villages(form: type[Form]) -> bool:
    return form.reporter_kind == VillageForm.reporter_kind


def _refuse_taken(row: Row, chapter: Chapter, said: Mapping[str, Row], known: Known, told: Told) -> None:
    """Tell of a chapter or a figure that means something else in what is in use."""
    for other in known.design.chapters:
        in_use = {figure.id: written.figure_row(other, figure) for figure in other.figures}
        if other.code == chapter.code and other.title != chapter.title:
            told.tell(Faults.TAKEN, row, "code", expected=f"các chương đang dùng («{other.title}»)")
        for figure in chapter.figures:
            if figure.id in in_use:
                if in_use[figure.id] != written.figure_row(chapter, figure):
                    told.tell(Faults.TAKEN, said[figure.id], "id", expected=f"chương «{other.title}» đang dùng")
            elif other.code == chapter.code:
                told.tell(Faults.TAKEN, said[figure.id], "chapter", expected="các chương đang dùng; lập chương mới")


def _formula(row: Row, forms: _Forms, told: Told) -> Formula | None:
    """Return the formula of a figure's row; nothing of one that cannot be read, or that no figure can have."""
    try:
        formula = read_formula(row["formula"], forms.names(), own=_is_per_record(row["id"]))
    except NotationError as wrong:
        told.tell(Faults.FORMULA, row, "formula", written=wrong.written, expected=wrong.expected)
        return None
    misuse = next(_misuses(row["id"], formula), None)  # told alone: others may follow from it
    if misuse is not None:
        told.tell(misuse.fault, row, misuse.column, written=misuse.written, expected=misuse.expected)
    return formula if misuse is None else None


class _Misuse(NamedTuple):
    """Why a formula that can be read is none of a figure."""

    fault: Faults
    column: str
    expected: str
    written: str | None = None
    """What is wrong in the cell; nothing where that is all of it."""


def _misuses(identifier: str, formula: Formula) -> Iterator[_Misuse]:
    """Yield why a formula is none of the figure with an id."""
    leaves = formula.leaves()
    if not leaves:
        yield _Misuse(Faults.FORMULA, "formula", "ít nhất một chỉ tiêu của biểu")
        return
    if _is_per_record(identifier):
        yield from _misuses_per_record(identifier, leaves)
    for leaf in leaves:
        if isinstance(leaf, At):
            yield from _misuses_of_line(leaf)
    if rates := rates_over_lines(formula):
        words = dict.fromkeys(f"{formula_text(leaf)} ({leaf.field.unit.label})" for leaf in rates)
        yield _Misuse(Faults.RATES_ADDED, "formula", "", ", ".join(words))
    if abs(formula.compute(lambda leaf: 1 / leaf.field.unit.factor) or 0) > _MOST_TIMES:
        yield _Misuse(Faults.FORMULA, "formula", f"các số nhân lại nhiều nhất {_MOST_TIMES}")


def _is_per_record(identifier: str) -> bool:
    """Return whether an id is of a figure per reporter, or per line of a form."""
    return "{" in identifier


def _misuses_per_record(identifier: str, leaves: Sequence[Leaf]) -> Iterator[_Misuse]:
    """Yield why fields are none of a figure per reporter or line."""
    form, *others = dict.fromkeys(leaf.field.form for leaf in leaves)
    if others or not all(isinstance(leaf, Own) for leaf in leaves):
        expected = "là của từng đơn vị hoặc từng dòng, nên công thức chỉ được dùng chỉ tiêu của một biểu"
        yield _Misuse(Faults.PER_RECORD, "id", expected)
    if "{line}" in identifier and not form.line_title:
        yield _Misuse(Faults.PER_RECORD, "id", f"có {{line}} nhưng biểu {form.code} không có dòng")
    if "{line}" not in identifier and form.line_title:
        expected = (
            f"không có {{line}} nhưng biểu {form.code} có nhiều dòng, nên nhiều con số cùng một mã; ghi thêm {{line}}"
        )
        yield _Misuse(Faults.PER_RECORD, "id", expected)
    if "{reporter}" not in identifier and form.line_title and not form.fixed and _is_of_villages(form):
        expected = f"không có {{reporter}} nhưng các thôn tự đặt mã dòng của biểu {form.code}; ghi thêm {{reporter}}"
        yield _Misuse(Faults.PER_RECORD, "id", expected)


def _misuses_of_line(leaf: At) -> Iterator[_Misuse]:
    """Yield why a form has no line that a formula asks for."""
    form = leaf.field.form
    printed = form.printed_lines()
    if not form.line_title:
        expected = f"mã chỉ tiêu không kèm at: biểu {form.code} không có dòng"
        yield _Misuse(Faults.FORMULA, "formula", expected, formula_text(leaf))
    elif printed and leaf.line not in printed:
        expected = f"mã dòng của biểu {form.code} ({_nearest(leaf.line, printed)})"
        yield _Misuse(Faults.FORMULA, "formula", expected, leaf.line)


def _figure(row: Row, forms: _Forms, told: Told) -> Figure | None:
    """Return the figure that a row describes; nothing where its id or its formula is none."""
    shape = "chữ thường không dấu nối bằng dấu chấm, như thuy_san.ho; {reporter} hoặc {line} là một phần riêng"
    if not _well_formed(row, "id", _FIGURE_ID, shape, told) or not row["formula"]:
        return None
    formula = _formula(row, forms, told)
    if formula is None:
        return None
    alone = formula.field if isinstance(formula, Total | Own) else None
    for name in ("label", "unit") if alone is None else ():
        if not row[name]:
            told.tell(Faults.MISSING, row, name, expected="Công thức có nhiều chỉ tiêu thì phải ghi.")
    if _is_added_up(row["id"], formula) and not formula.adds_up and _of_villages(formula):
        told.tell(Faults.NO_SUM, row, "formula")
    unit = alone.unit if alone is not None and not row["unit"] else forms.unit(row, "unit")
    if unit != _UNKNOWN_UNIT:
        _refuse_other_units(row, formula, unit, forms.units, told)
    decimals = _whole(row, "decimals", unit.decimals)
    if decimals > _MOST_DECIMALS:
        told.tell(Faults.MALFORMED, row, "decimals", expected=f"nhiều nhất {_MOST_DECIMALS}")
    label = row["label"] or (alone.label if alone is not None else "")
    return Figure(row["id"], label, unit, formula, decimals, row["plan"], _choice(row, "against", AGAINST))


class _Misfit(NamedTuple):
    """A unit in which a formula counts, and that does not come out as the unit of its figure."""

    unit: Unit
    twice: bool = False
    """Whether it would, if the formula did not convert by hand what is converted anyway."""


def _refuse_other_units(row: Row, formula: Formula, unit: Unit, units: Mapping[str, Unit], told: Told) -> None:
    """Tell of a formula that does not come out in the unit of its figure."""
    above, factor = _rate(unit, units)
    converted = any(leaf.field.unit.dimension == above.dimension for leaf in formula.leaves()) if above else False
    if converted and factor != unit.factor and not _is_explained(formula):
        told.tell(Faults.RATE_WORTH, row, "unit", written=unit.label, expected=number_text(factor))
    elif (misfit := _other_unit(formula, unit, units)) is not None:
        fault = Faults.CONVERTED_TWICE if misfit.twice else Faults.OTHER_DIMENSION
        told.tell(fault, row, "formula", expected=f"{misfit.unit.label}, {unit.label}")


def _rate(unit: Unit, units: Mapping[str, Unit]) -> tuple[Unit | None, Fraction]:
    """Return of a unit such as triệu đồng/người what is divided, and how many base units the whole is worth."""
    above, slash, below = unit.label.partition("/")
    divided, by = units.get(above.strip().casefold()), units.get(below.strip().casefold(), _WHOLE)
    return (divided, divided.factor / by.factor) if slash and divided is not None else (None, unit.factor)


def _is_explained(formula: Formula) -> bool:
    """Return whether a number in a formula says what fixes it, and may so bring a unit of its own."""
    return not all(map(_is_plain_number, constants(formula)))


def _other_unit(formula: Formula, unit: Unit, units: Mapping[str, Unit]) -> _Misfit | None:
    """Return a unit in which a formula counts, and that does not come out as the unit of its figure; nothing if all do.

    A product or a quotient of several fields may be anything, so only percentages, and units such as tạ/ha, are held
    against what they are made of.

    Args:
        formula: The figure's.
        unit: The figure's.
        units: Every unit by its words.
    """
    above, factor = _rate(unit, units)
    fitting = {unit.dimension, *([above.dimension] if above is not None and factor == unit.factor else [])}
    if unit.factor != 1 and not any(leaf.field.unit.dimension in fitting for leaf in formula.leaves()):
        return _Misfit(_first_unit(formula))  # it computes in base units, so it would be made smaller for nothing
    return _unfit(formula, unit, Fraction(1), units)


def _unfit(
    formula: Formula, unit: Unit, times: Fraction, units: Mapping[str, Unit], *, rate: bool = False
) -> _Misfit | None:
    """Return the first unit of a formula that does not come out as another, once it is taken so many times.

    Args:
        formula: The formula.
        unit: As what it is to come out.
        times: How many times it is taken.
        units: Every unit by its words.
        rate: Whether it is part of one in a unit such as triệu đồng/người, which is no multiple of what is divided.
    """
    match formula:
        case Leaf():
            given = formula.field.unit
            if given.dimension == unit.dimension and times != 1:
                converts = unit.factor / given.factor
                by_hand = converts != 1 and times in (converts, 1 / converts)
                return _Misfit(given, twice=True) if rate or by_hand else None
            apart = _told_apart(given, unit, times)
            return None if apart is None else _Misfit(apart)
        case Sum() | Difference():
            terms = formula.terms if isinstance(formula, Sum) else (formula.left, formula.right)
            bare = [_Misfit(_WHOLE) for term in terms if not term.leaves() and unit.factor != 1]
            others = (_unfit(term, unit, times, units, rate=rate) for term in terms)
            return next(iter([*bare, *filter(None, others)]), None)
        case Product():
            numbers, of_fields = [[one for one in formula.terms if bool(one.leaves()) is it] for it in (False, True)]
            if len(of_fields) != 1 or not all(map(_is_bare, numbers)):
                return None
            return _unfit(of_fields[0], unit, times * worth(Product(tuple(numbers))), units, rate=rate)
        case Ratio(part, whole, multiplier) if not whole.leaves():
            if unit in PERCENTAGES or not _is_bare(whole):
                return None
            return _unfit(part, unit, times * multiplier / worth(whole), units, rate=rate)
        case Ratio(part, whole, multiplier) if part.leaves():
            if unit in PERCENTAGES:
                if times * multiplier != _HUNDRED and _is_plain(part) and _is_plain(whole):
                    return None if _first_unit(part) in PERCENTAGES else _Misfit(_WHOLE)
                first = _first_unit(whole)
                return _unfit(part, first, Fraction(1), units) or _unfit(whole, first, Fraction(1), units)
            above, below = (units.get(word.casefold()) for word in (*unit.label.split("/"), "", "")[:2])
            if above is None or below is None or unit.label.count("/") != 1:
                return None
            if unit.factor != above.factor / below.factor:
                return _Misfit(above)
            divided = _unfit(part, above, times * multiplier, units, rate=True)
            return divided or _unfit(whole, below, Fraction(1), units, rate=True)
        case _:
            return None


def _first_unit(formula: Formula) -> Unit:
    return formula.leaves()[0].field.unit


def _is_plain(formula: Formula) -> bool:
    """Return whether a formula is nothing but fields added up."""
    match formula:
        case Sum(terms):
            return all(map(_is_plain, terms))
        case Difference(left, right):
            return _is_plain(left) and _is_plain(right)
        case _:
            return isinstance(formula, Leaf)


def _is_bare(formula: Formula) -> bool:
    """Return whether a formula is of numbers, and these are nothing but numbers."""
    return not formula.leaves() and not _is_explained(formula)


def _is_plain_number(number: Constant) -> bool:
    """Return whether a number does not say what fixes it."""
    return number_text(number.value) == number.meaning


def _told_apart(given: Unit, wanted: Unit, times: Fraction = Fraction(1)) -> Unit | None:
    """Return the given unit if so many times it is none of the wanted.

    Units of one dimension are converted by whoever computes; two that only count, such as pupils and people, may be
    added up.
    """
    if _UNKNOWN_UNIT in (given, wanted) or given.dimension == wanted.dimension:
        return None
    converts = conversion(given, wanted)
    apart = converts != times if converts is not None else _measures(given) or _measures(wanted)
    return given if apart else None


def _measures(unit: Unit) -> bool:
    return is_measure(unit) or bool(unit.decimals) or unit.dimension != unit.label or not unit.additive


def _chart(row: Row, declared: set[str], told: Told) -> Chart | None:
    kind, parts = _choice(row, "kind", CHART_KINDS), _names(row, "parts")
    for name, ids in (("whole", [row["whole"]]), ("parts", parts)):
        for unknown in [one for one in ids if one and one not in declared]:
            told.tell(Faults.UNKNOWN, row, name, written=unknown, expected=_nearest(unknown, declared))
    return Chart(kind, row["whole"], parts) if kind is not None else None
