"""Design workbooks: what is written is read back as it was, and every fault is told with its cell."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from pipelines.cli.verbs import every_verb
from pipelines.handout.aids import Aids
from pipelines.handout.design import in_use, of_rows, workbook
from pipelines.handout.design_pack import wheel as wheel_of
from pipelines.handout.layout import workbook as blank_form
from pipelines.steps.analyse.figures import evaluate
from pipelines.steps.design.check import Checked, checked
from schemas.design.example import EXAMPLE
from schemas.design.faults import Faults
from schemas.design.notation import (
    RULE_KINDS,
    Names,
    NotationError,
    formula_text,
    read_formula,
    read_rule,
    rule_text,
)
from schemas.design.parts import Known
from schemas.design.sheets import CHAPTERS, CHARTS, FIELDS, FIGURES, FORMS, LINES, RULES, UNITS
from schemas.design.written import by_chapter, of_forms, rows_of
from schemas.edit import Edit
from schemas.edits import account, balance
from schemas.fields import FormField
from schemas.figures import CHAPTERS as HOME_CHAPTERS
from schemas.form import Counts, Form
from schemas.forms import BY_CODE
from schemas.forms import FORMS as HOME_FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.formula import Difference, Formula, Product, Ratio, Sum, at, constant, share, total
from schemas.lines import Line
from schemas.outcomes import Severity
from schemas.periods import PeriodKind
from schemas.places import Places
from schemas.problems import Problems
from schemas.tables import SUMS, TOLD, in_folder
from tests.unit.builders import PERIOD, PLACES, ROOT

KNOWN = in_use(PLACES)
EDITS = [edit for form in HOME_FORMS for edit in form.edits]


def names_in(own: type[Form] | None = None) -> Names:
    """The names of the home pack's fields, those of one form standing alone."""

    def field(form: str, code: str) -> FormField:
        asked = BY_CODE.get(form) if form else own
        if asked is None or code not in asked.fields():
            raise NotationError(code, "một mã chỉ tiêu")
        return asked.fields()[code]

    return Names(field, BY_CODE.__getitem__)


def said(edit: Edit) -> tuple[Any, ...]:
    """All that was said of an edit: its kind, and what it was made of."""
    told = {name: value for name, value in vars(edit).items() if name not in ("form", "fields") and name[0] != "_"}
    told |= {"others": [(other.form.code, other.name) for other in told.get("others", ())]}
    told |= {"forms": [form.code for form in told.get("forms", ())]}
    return type(edit), edit.form.code, told


# The notation


def test_every_formula_of_the_home_pack_reads_back_as_itself() -> None:
    figures = [figure for chapter in HOME_CHAPTERS for figure in chapter.figures]
    assert len(figures) > 450
    for figure in figures:
        text = formula_text(figure.formula)
        assert read_formula(text, names_in(), own=figure.per_record) == figure.formula, text


def test_every_edit_of_the_home_pack_reads_back_as_itself() -> None:
    assert {type(edit) for edit in EDITS} <= {kind.edit for kind in RULE_KINDS}
    for edit in EDITS:
        again = read_rule(rule_text(edit), edit.form.code, edit.code, names_in(edit.form), edit.severity)
        again.bind(edit.form)
        assert said(again) == said(edit), rule_text(edit)


a, b, c = total(Livestock.total), total(Livestock.horse), total(Livestock.goat)
NESTED: list[Formula] = [
    Sum((Sum((a, b)), c)),
    Sum((a, Sum((b, c)))),
    Sum((Difference(a, b), c)),
    Sum((a, Difference(b, c))),
    Difference(Sum((a, b)), Difference(b, c)),
    Difference(Difference(a, b), c),
    Product((Product((a, b)), c)),
    Product((Ratio(a, b, 1), c)),
    Product((a, Ratio(b, c, 1))),
    Product((constant("0.25", "0,25"), a)),
    Ratio(Product((constant("15", "15"), a)), b, 1),
    Ratio(Product((constant("15", "15 kg"), a)), b, 100),
    Ratio(Product((a, b)), Product((b, c)), 100),
    Ratio(Ratio(a, b, 100), c, 1),
    Ratio(Ratio(a, b, 1), c, 100),
    Ratio(Sum((a, b)), Difference(b, c), 10),
    Ratio(a, constant("4", "4"), 1),
    Ratio(at(Livestock.total, "x.y"), at(Livestock.horse, "z"), 1),
    Difference(share(a, b), constant("100", "100 %")),
]


@pytest.mark.parametrize("formula", NESTED, ids=formula_text)
def test_what_stands_in_brackets_stays_there(formula: Formula) -> None:
    assert read_formula(formula_text(formula), names_in()) == formula


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("=B01.total + B01.horse", Sum((a, b))),
        ("sum(B01.total; B01.horse)", Sum((a, b))),
        ("SUM( B01.total )", a),
        ("100 × B01.horse : B01.total", share(b, a)),
        ("B01.total ÷ 2", Ratio(a, constant("2", "2"), 1)),
        ("B01.total − B01.horse", Difference(a, b)),
        ("B01.total * 15 “15 con một hộ”", Product((a, constant("15", "15 con một hộ")))),
    ],
)
def test_what_a_person_may_write_otherwise_is_the_same(text: str, meant: Formula) -> None:
    assert read_formula(text, names_in()) == meant


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "__import__(B01.total)",
        "print(B01.total)",
        "B01.total.__class__",
        "B01.total ** 2",
        "B01.total; B01.horse",
        "lambda: 0",
        "1.000 * B01.total",
        "1,000,000 * B01.total",
        "B01.total +",
        "-B01.total",
        "(B01.total",
        "B01.total)",
        "B01.total B01.horse",
        "B01.total at x",
        "B01.cow",
        "Z99.total",
        "total",
        "",
        "100 %",
        "B01.total / 0",
        "B01.total / (1 - 1)",
        "B01.total * 1,000",
        "B01.total - B01.total",
        "100 * B01.total / B01.total",
        "B01.total * 1000000000000000",
        "B01.total" + " - 1" * 101,
        "(" * 21 + "B01.total" + ")" * 21,
        "B01.total + " * 300 + "B01.total",
        "[B01.total for x in y]",
    ],
)
def test_what_is_no_formula_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotationError) as wrong:
        read_formula(text, names_in())
    assert wrong.value.expected


@pytest.mark.parametrize(
    "text",
    [
        "total",
        "total = ",
        "total = horse * 2 / goat",
        "total >= horse",
        "total + horse = goat",
        "total < horse",
        "total = B01.dog + B02.pig",
        "total <= count()",
        "total <= count(Z99)",
        "total = count(G01)",
        "whole(total; 1,5)",
        "whole(total)",
        "alike(total * horse)",
        "total = cow",
        "alike(total) = 3",
        "total = 2 * horse +- goat",
        "total <= 1,000",
        "total = 2 * horse +- 12,500",
        "total = horse * goat / 0",
        "total = horse + horse",
        "total <= total",
        "alike(total / total)",
        "total <= count(G01; G01)",
        "total = sum(B02.pig; B02.pig)",
        "total = total * horse",
        "total = horse - horse",
        "total = total + horse - goat",
        "total = horse - B02.pig",
        "total = horse - 5",
        "total <= horse - goat",
        "total <= horse +- 5",
        "total = sum(B02.pig) +- 5",
    ],
)
def test_what_is_no_rule_is_refused_in_words(text: str) -> None:
    def form(code: str) -> Any:
        if code not in BY_CODE:
            raise NotationError(code, "một mã biểu")
        return BY_CODE[code]

    with pytest.raises(NotationError) as wrong:
        read_rule(text, "B01", "B01-99", Names(names_in(Livestock).field, form))
    assert wrong.value.expected


@pytest.mark.parametrize(
    ("text", "meant", "again"),
    [
        ("total = horse + goat - pig", account("Z", "total", ["horse", "goat"], ["pig"]), ""),
        (
            "total = horse - (goat + pig)",
            account("Z", "total", ["horse"], ["goat", "pig"]),
            "total = horse - goat - pig",
        ),
        (
            "total = horse - (goat - pig)",
            account("Z", "total", ["horse", "pig"], ["goat"]),
            "total = horse + pig - goat",
        ),
        ("total = horse + goat +- 0,5", account("Z", "total", ["horse", "goat"], tolerance="0.5"), ""),
        (
            "total = horse − goat ± 5",
            account("Z", "total", ["horse"], ["goat"], tolerance="5"),
            "total = horse - goat +- 5",
        ),
        ("horse = goat +- 5", account("Z", "horse", ["goat"], tolerance="5"), ""),
        ("total = horse + goat +- 0", balance("Z", "total", ["horse", "goat"]), "total = horse + goat"),
        ("total = horse + (goat + pig)", balance("Z", "total", ["horse", "goat", "pig"]), "total = horse + goat + pig"),
    ],
)
def test_what_is_taken_off_and_what_a_sum_may_be_off_by_are_said(text: str, meant: Edit, again: str) -> None:
    found = read_rule(text, "B01", "Z", names_in(Livestock))
    assert (type(found), vars(found)) == (type(meant), vars(meant))
    assert rule_text(found) == (again or text)


@pytest.mark.parametrize("text", ["whole(total; 100)", "alike(total)", "total <= count(G01)"])
def test_a_rule_that_only_warns_can_be_no_error(text: str) -> None:
    names = names_in(Livestock)
    assert read_rule(text, "B01", "B01-99", names, Severity.WARNING).severity is Severity.WARNING
    with pytest.raises(NotationError, match="Cảnh báo"):
        read_rule(text, "B01", "B01-99", names, Severity.ERROR)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1,000", "«1000» hoặc «1»"), ("12,500", "«12500» hoặc «12,5»"), ("1,250", "«1250» hoặc «1,25»")],
)
def test_a_number_that_can_be_read_in_two_ways_is_refused_with_both(written: str, meant: str) -> None:
    with pytest.raises(NotationError) as wrong:
        read_formula(f"B01.total * {written}", names_in())
    assert (wrong.value.written, wrong.value.expected) == (written, meant)
    for plain in ("0,500", "1,125", "1000", "12,5"):
        read_formula(f"B01.total * {plain}", names_in())


def test_the_other_side_of_a_product_may_stand_first() -> None:
    names = names_in(Livestock)
    one, other = (read_rule(f"total <= {side}", "B01", "B01-99", names) for side in ("35 * horse", "horse * 35"))
    assert rule_text(one) == rule_text(other) == "total <= 35 * horse"


# The home pack as design workbooks


@cache
def home_again() -> Checked:
    """The home pack, written as a workbook for every chapter, and read from these alone."""
    parts = by_chapter(KNOWN.design)
    books = {f"{code}.xlsx": workbook(part, KNOWN) for code, part in parts.items()}
    return checked(books, Known(reporters=KNOWN.reporters))


def test_the_home_pack_is_read_from_its_design_workbooks_alone_without_a_finding() -> None:
    assert home_again().findings == ()


def test_its_forms_and_edits_are_the_same_objects() -> None:
    again = {form.code: form for form in home_again().design.forms}
    assert again.keys() == BY_CODE.keys()
    for form in HOME_FORMS:
        other = again[form.code]
        for name in ("sheet", "heading", "domain", "reporter_kind", "version", "line_title", "due_after"):
            assert getattr(other, name) == getattr(form, name), form.code
        assert list(other.fields()) == list(form.fields())
        for item, same in zip(form.fields().values(), other.fields().values(), strict=True):
            told = [{**vars(one), "form": None, "aliases": tuple(one.aliases)} for one in (item, same)]
            assert told[0] == told[1]
        assert list(map(said, other.edits)) == list(map(said, form.edits))
        assert (other.system, other.facts) == (form.system, form.facts)
        assert other.arrow().equals(form.arrow(), check_metadata=True)


def test_its_figures_and_charts_are_the_same_objects() -> None:
    again = home_again().design.chapters
    assert [chapter.code for chapter in again] == [chapter.code for chapter in HOME_CHAPTERS]
    for chapter, other in zip(HOME_CHAPTERS, again, strict=True):
        assert (other.title, other.charts) == (chapter.title, chapter.charts)
        for figure, same in zip(chapter.figures, other.figures, strict=True):
            told = [{**vars(one), "formula": formula_text(one.formula)} for one in (figure, same)]
            assert told[0] == told[1]
            assert same.formula.words() == figure.formula.words()
            assert same.formula.adds_up == figure.formula.adds_up


def test_its_blank_forms_are_the_same_in_every_byte() -> None:
    again = {form.code: form for form in home_again().design.forms}
    words = {"period": PERIOD, "commune": "Hữu Kiên", "reporter": "Thôn Na Lìa", "aids": Aids()}
    for form in HOME_FORMS:
        mine, theirs = (blank_form([one], **words) for one in (form, again[form.code]))  # type: ignore[arg-type]
        assert mine == theirs, form.code


def test_some_forms_take_with_them_only_the_figures_that_need_no_others() -> None:
    one, both = (of_forms(KNOWN.design, codes) for codes in (["B01"], ["B03", "K01"]))
    assert [form.code for form in one.forms] == ["B01"]
    assert {form.code for chapter in one.chapters for figure in chapter.figures for form in figure.forms} == {"B01"}
    assert "crops.annual.area.pct_of_plan" in {figure.id for chapter in both.chapters for figure in chapter.figures}
    assert checked({"b01.xlsx": workbook(one, KNOWN)}, KNOWN).findings == ()


# A design of one's own

Cells = Mapping[tuple[str, str], object]


@cache
def new_workbook() -> bytes:
    return of_rows(EXAMPLE, KNOWN)


def with_cells(cells: Cells) -> bytes:
    """The example with some cells written over, as a person would."""
    book = openpyxl.load_workbook(io.BytesIO(new_workbook()))
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_design_says_for_which_periods_a_form_is_asked_and_what_its_numbers_count() -> None:
    said = {(BIEU, "I5"): "6 tháng | Quý", (BIEU, "J5"): "Từ đầu năm đến hết kỳ"}
    found = checked({"moi.xlsx": with_cells(said)}, KNOWN)
    assert found.findings == ()
    (form,) = found.design.forms
    assert (form.periods, form.counts) == ((PeriodKind.QUARTER, PeriodKind.HALF), Counts.SINCE_START)
    assert "S01-L-dien_tich" in {edit.code for edit in form.edits}
    again = checked({"lai.xlsx": workbook(found.design, KNOWN)}, KNOWN)
    assert (again.findings, rows_of(again.design)) == ((), rows_of(found.design))


def test_the_example_of_a_new_workbook_has_no_fault() -> None:
    found = checked({"moi.xlsx": new_workbook()}, KNOWN)
    assert found.findings == ()
    (form,) = found.design.forms
    assert [(edit.code, edit.sentence) for edit in form.edits] == [
        ("S01-dien_tich", "Tổng diện tích ao nuôi = Diện tích nuôi cá chép + Diện tích nuôi cá khác"),
        ("S01-01", "Sản lượng cá đã bán ≤ Sản lượng cá thu hoạch"),
    ]
    (chapter,) = found.design.chapters
    assert [(figure.id, figure.label, figure.unit.label, figure.decimals) for figure in chapter.figures] == [
        ("thuy_san.ho", "Số hộ nuôi cá", "hộ", 0),
        ("thuy_san.san_luong", "Sản lượng cá thu hoạch", "tấn", 1),
        ("thuy_san.ca_chep.ty_le", "Tỷ lệ diện tích nuôi cá chép", "%", 1),
    ]


def test_what_a_design_says_is_written_and_read_the_same_again() -> None:
    made = checked({"moi.xlsx": new_workbook()}, KNOWN).design
    again = workbook(made, KNOWN)
    assert workbook(checked({"lai.xlsx": again}, KNOWN).design, KNOWN) == again


BIEU, CHI_TIEU, DONG, QUY_TAC, CHUONG, SO, BIEU_DO, DON_VI = (
    sheet.title for sheet in (FORMS, FIELDS, LINES, RULES, CHAPTERS, FIGURES, CHARTS, UNITS)
)

TWO_VERSIONS: Cells = {
    (BIEU, "F5"): 2,
    (BIEU, "K5"): "2025-H1",
    (CHI_TIEU, "P7"): 1,
    (CHI_TIEU, "Q7"): "chep_ao + chep_ruong",
    **{
        (CHI_TIEU, f"{column}{row}"): text
        for row, code, label in ((11, "chep_ao", "Cá chép nuôi ao"), (12, "chep_ruong", "Cá chép nuôi ruộng"))
        for column, text in zip("ABCDO", ("S01", code, label, "ha", 2), strict=True)
    },
}
"""The example, of which a field is split in its second version."""


def money_per(below: str, factor: int) -> Cells:
    """The example with money in place of the area of carp, and a figure of it in triệu đồng for each of something."""
    unit = f"triệu đồng/{below}"
    return {
        **{(CHI_TIEU, f"D{row}"): "triệu đồng" for row in (6, 7, 8)},
        **{(DON_VI, "A5"): unit, (DON_VI, "B5"): 2, (DON_VI, "D5"): factor, (DON_VI, "F5"): "không"},
        **{(SO, "D7"): "S01.dt_ca_chep / S01.so_ho", (SO, "E7"): unit, (SO, "F7"): 2},
    }


SLIPS: list[tuple[str, Cells, Faults, str, str]] = [
    ("a heading that nobody knows", {(BIEU, "I4"): "Màu"}, Faults.HEADING_UNKNOWN, BIEU, "I4"),
    ("a heading twice", {(QUY_TAC, "E4"): "Quy tắc"}, Faults.HEADING_UNKNOWN, QUY_TAC, "E4"),
    ("a cell beside the table", {(QUY_TAC, "G5"): "nhớ hỏi lại"}, Faults.HEADING_UNKNOWN, QUY_TAC, "G5"),
    ("a heading that is gone", {(CHI_TIEU, "C4"): None, (CHI_TIEU, "C5"): None}, Faults.NO_HEADINGS, CHI_TIEU, ""),
    ("a formula of the spreadsheet", {(SO, "D5"): "=1+1"}, Faults.NOT_SEEN, SO, "D5"),
    ("no title", {(BIEU, "C5"): None}, Faults.MISSING, BIEU, "C5"),
    ("no label", {(CHI_TIEU, "C5"): None}, Faults.MISSING, CHI_TIEU, "C5"),
    ("no label of several fields", {(SO, "C7"): None}, Faults.MISSING, SO, "C7"),
    ("no unit of several fields", {(SO, "E7"): None}, Faults.MISSING, SO, "E7"),
    ("no rule", {(QUY_TAC, "C5"): None}, Faults.MISSING, QUY_TAC, "C5"),
    ("a form's code of another shape", {(BIEU, "A5"): "Thủy sản"}, Faults.MALFORMED, BIEU, "A5"),
    ("a sheet's name that Excel refuses", {(BIEU, "B5"): "Cá / tôm"}, Faults.MALFORMED, BIEU, "B5"),
    ("a table's name with a space", {(BIEU, "H5"): "thủy sản"}, Faults.MALFORMED, BIEU, "H5"),
    ("a version in words", {(BIEU, "F5"): "mới"}, Faults.MALFORMED, BIEU, "F5"),
    ("version nought", {(BIEU, "F5"): 0}, Faults.MALFORMED, BIEU, "F5"),
    ("a field's code with marks", {(CHI_TIEU, "B5"): "số hộ"}, Faults.MALFORMED, CHI_TIEU, "B5"),
    ("a field's code that a form needs itself", {(CHI_TIEU, "B5"): "period"}, Faults.MALFORMED, CHI_TIEU, "B5"),
    ("a rule's code of another form", {(QUY_TAC, "B5"): "B01-01"}, Faults.MALFORMED, QUY_TAC, "B5"),
    ("a severity of one's own", {(QUY_TAC, "D5"): "Nặng"}, Faults.MALFORMED, QUY_TAC, "D5"),
    ("a least value in words", {(CHI_TIEU, "G5"): "ít"}, Faults.MALFORMED, CHI_TIEU, "G5"),
    ("a figure's id with a space", {(SO, "B5"): "thuy san"}, Faults.MALFORMED, SO, "B5"),
    ("an open place that there is not", {(SO, "B5"): "thuy_san.{thon}"}, Faults.MALFORMED, SO, "B5"),
    ("decimals in words", {(SO, "F5"): "một"}, Faults.MALFORMED, SO, "F5"),
    ("a unit with many decimals", {(DON_VI, "A5"): "bè", (DON_VI, "B5"): 9}, Faults.MALFORMED, DON_VI, "B5"),
    ("a unit worth nothing", {(DON_VI, "A5"): "bè", (DON_VI, "D5"): 0}, Faults.MALFORMED, DON_VI, "D5"),
    ("a field's code twice", {(CHI_TIEU, "B8"): "dt_ca_chep"}, Faults.DOUBLE, CHI_TIEU, "B8"),
    ("a wording twice", {(CHI_TIEU, "C6"): "- SỐ HỘ  nuôi cá:"}, Faults.DOUBLE, CHI_TIEU, "C6"),
    ("a wording twice among others", {(CHI_TIEU, "L6"): "Ao | Số hộ nuôi cá"}, Faults.DOUBLE, CHI_TIEU, "L6"),
    ("a section called like a field", {(CHI_TIEU, "E6"): "số hộ nuôi cá"}, Faults.DOUBLE, CHI_TIEU, "E6"),
    ("a name of lines called like a field", {(BIEU, "E5"): "Số hộ nuôi cá"}, Faults.DOUBLE, BIEU, "E5"),
    ("a label that is a heading of forms", {(CHI_TIEU, "C5"): "Giá trị"}, Faults.MALFORMED, CHI_TIEU, "C5"),
    ("a figure's id twice", {(SO, "B6"): "thuy_san.ho"}, Faults.DOUBLE, SO, "B6"),
    (
        "a form twice",
        {(BIEU, f"{x}6"): v for x, v in zip("ABCD", ("S01", "X", "Y", "village"), strict=True)},
        Faults.DOUBLE,
        BIEU,
        "A6",
    ),
    (
        "a rule's code twice",
        {(QUY_TAC, "A6"): "S01", (QUY_TAC, "B6"): "S01-01", (QUY_TAC, "C6"): "so_ho <= 100"},
        Faults.DOUBLE,
        QUY_TAC,
        "B6",
    ),
    ("a chapter twice", {(CHUONG, "A6"): "thuy_san", (CHUONG, "B6"): "Cá"}, Faults.DOUBLE, CHUONG, "A6"),
    ("a unit's word twice", {(DON_VI, "A5"): "bè", (DON_VI, "A6"): "Bè"}, Faults.DOUBLE, DON_VI, "A6"),
    (
        "one sheet for two forms of whoever reports",
        {(BIEU, f"{x}6"): v for x, v in zip("ABCD", ("S02", "THỦY SẢN", "Y", "village"), strict=True)},
        Faults.DOUBLE,
        BIEU,
        "B6",
    ),
    ("a sheet in use", {(BIEU, "B5"): Livestock.sheet.upper()}, Faults.TAKEN, BIEU, "B5"),
    (
        "one number for several lines of a reporter",
        {(BIEU, "E5"): "Ao", (SO, "B5"): "thuy_san.{reporter}.ho"},
        Faults.PER_RECORD,
        SO,
        "B5",
    ),
    (
        "one number for the lines that several villages name",
        {(BIEU, "E5"): "Ao", (SO, "B5"): "thuy_san.{line}.ho"},
        Faults.PER_RECORD,
        SO,
        "B5",
    ),
    ("a form's code in use", {(BIEU, "A5"): "B01"}, Faults.TAKEN, BIEU, "A5"),
    ("a table in use", {(BIEU, "H5"): "livestock"}, Faults.TAKEN, BIEU, "H5"),
    ("a period of no kind", {(BIEU, "I5"): "quý | tuần"}, Faults.MALFORMED, BIEU, "I5"),
    ("a way of counting that there is not", {(BIEU, "J5"): "cộng dồn"}, Faults.MALFORMED, BIEU, "J5"),
    ("a figure's id in use", {(SO, "B5"): "livestock.total.heads"}, Faults.TAKEN, SO, "B5"),
    ("a chapter in use", {(CHUONG, "A5"): "livestock", (SO, "A5"): "livestock"}, Faults.TAKEN, CHUONG, "A5"),
    ("a unit in use", {(DON_VI, "A5"): "ha", (DON_VI, "B5"): 0}, Faults.TAKEN, DON_VI, "A5"),
    ("a unit that there is not", {(CHI_TIEU, "D5"): "họ"}, Faults.UNKNOWN, CHI_TIEU, "D5"),
    ("a reporter that there is not", {(BIEU, "D5"): "vilage"}, Faults.UNKNOWN, BIEU, "D5"),
    ("a form that there is not", {(CHI_TIEU, "A10"): "S02"}, Faults.UNKNOWN, CHI_TIEU, "A10"),
    ("a rule of a form that there is not", {(QUY_TAC, "A5"): "S02"}, Faults.UNKNOWN, QUY_TAC, "A5"),
    ("a chapter that there is not", {(SO, "A5"): "thuysan"}, Faults.UNKNOWN, SO, "A5"),
    ("a figure's unit that there is not", {(SO, "E7"): "phần trăm"}, Faults.UNKNOWN, SO, "E7"),
    (
        "a chart of what there is not",
        {
            (BIEU_DO, f"{x}5"): v
            for x, v in zip("ABCD", ("thuy_san", "thuy_san.ho", "thuy_san.tom", "các phần"), strict=True)
        },
        Faults.UNKNOWN,
        BIEU_DO,
        "C5",
    ),
    ("a program for a formula", {(SO, "D5"): "__import__('os')"}, Faults.FORMULA, SO, "D5"),
    ("an open bracket", {(SO, "D7"): "100 * (S01.dt_ca_chep / S01.dien_tich"}, Faults.FORMULA, SO, "D7"),
    ("a formula on a field that there is not", {(SO, "D5"): "S01.ho"}, Faults.FORMULA, SO, "D5"),
    ("a formula without a form", {(SO, "D5"): "so_ho"}, Faults.FORMULA, SO, "D5"),
    ("a formula of numbers", {(SO, "D7"): "1 + 1"}, Faults.FORMULA, SO, "D7"),
    ("a rule that is none", {(QUY_TAC, "C5"): "da_ban bé hơn san_luong"}, Faults.RULE, QUY_TAC, "C5"),
    ("a rule on a field that there is not", {(QUY_TAC, "C5"): "ban <= san_luong"}, Faults.RULE, QUY_TAC, "C5"),
    ("a total of what there is not", {(CHI_TIEU, "F6"): "dt_ca_chep + dt_tom"}, Faults.RULE, CHI_TIEU, "F6"),
    ("a total that is a product", {(CHI_TIEU, "F6"): "dt_ca_chep * dt_ca_khac"}, Faults.RULE, CHI_TIEU, "F6"),
    ("a warning as an error", {(QUY_TAC, "C5"): "alike(da_ban)"}, Faults.RULE, QUY_TAC, "C5"),
    ("a total of itself", {(CHI_TIEU, "F6"): "dien_tich + dt_ca_khac"}, Faults.OF_ITSELF, CHI_TIEU, "F6"),
    (
        "rules that contradict one another",
        {
            **{(CHI_TIEU, "D5"): "tấn", (QUY_TAC, "A6"): "S01", (QUY_TAC, "B6"): "S01-02"},
            (QUY_TAC, "C6"): "san_luong + so_ho <= da_ban",
        },
        Faults.CONTRADICTION,
        QUY_TAC,
        "C5",
    ),
    (
        "a rule that says what another said",
        {(QUY_TAC, "A6"): "S01", (QUY_TAC, "B6"): "S01-02", (QUY_TAC, "C6"): "dt_ca_chep <= dien_tich"},
        Faults.REPEATED,
        QUY_TAC,
        "C6",
    ),
    ("a sum of tấn and ha", {(QUY_TAC, "C5"): "da_ban = san_luong + dien_tich"}, Faults.OTHER_UNITS, QUY_TAC, "C5"),
    ("a figure in another unit", {(SO, "E6"): "ha"}, Faults.OTHER_DIMENSION, SO, "D6"),
    ("tấn that would be called kg", {(SO, "E6"): "kg"}, Faults.OTHER_DIMENSION, SO, "D6"),
    (
        "stock and flow in other units",
        {(QUY_TAC, "C5"): "da_ban = san_luong - dien_tich"},
        Faults.OTHER_UNITS,
        QUY_TAC,
        "C5",
    ),
    (
        "money made of what is none",
        {(SO, "C6"): "Tiền", (SO, "D6"): "1000 * S01.san_luong * S01.so_ho", (SO, "E6"): "triệu đồng"},
        Faults.NOT_CONVERTED,
        SO,
        "E6",
    ),
    ("hộ held against ha", {(QUY_TAC, "C5"): "so_ho <= dien_tich"}, Faults.OTHER_UNITS, QUY_TAC, "C5"),
    (
        "tấn that others report in con",
        {(QUY_TAC, "C5"): "da_ban = sum(B01.total)"},
        Faults.OTHER_UNITS,
        QUY_TAC,
        "C5",
    ),
    (
        "a price of several lines added up",
        {(BIEU, "E5"): "Ao", (CHI_TIEU, "D5"): "đồng/suất"},
        Faults.RATES_ADDED,
        SO,
        "D5",
    ),
    (
        "lines added up and then multiplied",
        {(BIEU, "E5"): "Ao", (SO, "D7"): "S01.dt_ca_chep * S01.dien_tich"},
        Faults.RATES_ADDED,
        SO,
        "D7",
    ),
    ("a rate of money that is not worth it", money_per("hộ", 1), Faults.RATE_WORTH, SO, "E7"),
    ("the same of what is no unit", money_per("lao động", 1), Faults.RATE_WORTH, SO, "E7"),
    ("the same of two", money_per("hộ/năm", 1), Faults.RATE_WORTH, SO, "E7"),
    (
        "a rate of money converted by hand too",
        {**money_per("hộ", 10**6), (SO, "D7"): "S01.dt_ca_chep / S01.so_ho / 1000000"},
        Faults.CONVERTED_TWICE,
        SO,
        "D7",
    ),
    (
        "money converted by hand too",
        {(CHI_TIEU, "D5"): "triệu đồng", (SO, "D5"): "1000000 * S01.so_ho", (SO, "C5"): "Tiền", (SO, "E5"): "đồng"},
        Faults.CONVERTED_TWICE,
        SO,
        "D5",
    ),
    ("a rate that may be a sum", {(DON_VI, "A5"): "kg/bè", (DON_VI, "B5"): 1}, Faults.MISSING, DON_VI, "F5"),
    ("numbers that no table holds", {(SO, "D5"): "99999999999999 * 2 * S01.so_ho"}, Faults.FORMULA, SO, "D5"),
    ("five decimals", {(SO, "F5"): 5}, Faults.MALFORMED, SO, "F5"),
    (
        "a unit worth 1,000",
        {(DON_VI, "A5"): "tá", (DON_VI, "D5"): "1,000"},
        Faults.MALFORMED,
        DON_VI,
        "D5",
    ),
    ("a line of a form that has none", {(SO, "D5"): 'S01.so_ho at "x"'}, Faults.FORMULA, SO, "D5"),
    ("over nought", {(SO, "D7"): "100 * S01.dt_ca_chep / 0"}, Faults.FORMULA, SO, "D7"),
    ("a part twice", {(CHI_TIEU, "F6"): "dt_ca_chep + dt_ca_chep"}, Faults.RULE, CHI_TIEU, "F6"),
    (
        "a form without fields",
        {(BIEU, f"{x}6"): v for x, v in zip("ABCD", ("S02", "X", "Y", "village"), strict=True)},
        Faults.NO_FIELDS,
        BIEU,
        "A6",
    ),
    ("a least above the most", {(CHI_TIEU, "G5"): 9, (CHI_TIEU, "H5"): 3}, Faults.RANGE, CHI_TIEU, "G5"),
    ("a plan that there is not", {(CHI_TIEU, "N5"): "ke_hoach"}, Faults.UNKNOWN, CHI_TIEU, "N5"),
    ("a plan in another unit", {(CHI_TIEU, "N6"): "so_ho"}, Faults.OTHER_UNITS, CHI_TIEU, "N6"),
    ("a plan of two fields", {(CHI_TIEU, f"N{row}"): "dien_tich" for row in (7, 8)}, Faults.DOUBLE, CHI_TIEU, "N8"),
    (
        "a plan of a plan",
        {(CHI_TIEU, "N7"): "dien_tich", (CHI_TIEU, "N6"): "dt_ca_khac"},
        Faults.MALFORMED,
        CHI_TIEU,
        "N7",
    ),
    *[
        (name, {**TWO_VERSIONS, **cells}, fault, sheet, cell)
        for name, cells, fault, sheet, cell in (
            ("a period that is none", {(BIEU, "K5"): "đầu 2025"}, Faults.MALFORMED, BIEU, "K5"),
            ("more periods than versions", {(BIEU, "K5"): "2024-H1 | 2025-H1"}, Faults.MALFORMED, BIEU, "K5"),
            ("periods out of order", {(BIEU, "F5"): 3, (BIEU, "K5"): "2025 | 2024"}, Faults.MALFORMED, BIEU, "K5"),
            ("since a version that there is not", {(CHI_TIEU, "O5"): 3}, Faults.MALFORMED, CHI_TIEU, "O5"),
            ("until a version that there is not", {(CHI_TIEU, "P5"): 3}, Faults.MALFORMED, CHI_TIEU, "P5"),
            ("since a version in words", {(CHI_TIEU, "O5"): "mới"}, Faults.MALFORMED, CHI_TIEU, "O5"),
            (
                "an end before the beginning",
                {(CHI_TIEU, "O5"): 2, (CHI_TIEU, "P5"): 1},
                Faults.MALFORMED,
                CHI_TIEU,
                "P5",
            ),
            ("became what there is not", {(CHI_TIEU, "Q7"): "dt_tom"}, Faults.UNKNOWN, CHI_TIEU, "Q7"),
            ("became what was there before", {(CHI_TIEU, "Q7"): "dt_ca_khac"}, Faults.MALFORMED, CHI_TIEU, "Q7"),
            ("became, but is asked still", {(CHI_TIEU, "Q8"): "san_luong"}, Faults.MALFORMED, CHI_TIEU, "Q8"),
            ("became what is in another unit", {(CHI_TIEU, "D11"): "tấn"}, Faults.OTHER_UNITS, CHI_TIEU, "Q7"),
            (
                "split and merged",
                {(CHI_TIEU, "P8"): 1, (CHI_TIEU, "Q8"): "chep_ao", (QUY_TAC, "A5"): None, (CHI_TIEU, "F6"): None},
                Faults.MALFORMED,
                CHI_TIEU,
                "Q7",
            ),
            ("an earlier label without a version", {(CHI_TIEU, "R5"): "Số hộ có ao"}, Faults.MALFORMED, CHI_TIEU, "R5"),
            ("an earlier label of no version", {(CHI_TIEU, "R5"): "7: Số hộ có ao"}, Faults.MALFORMED, CHI_TIEU, "R5"),
            (
                "an earlier label of another field",
                {(CHI_TIEU, "R5"): "1: Diện tích nuôi cá khác"},
                Faults.DOUBLE,
                CHI_TIEU,
                "C8",
            ),
            ("a rule of no version", {(QUY_TAC, "C5"): "chep_ao <= dt_ca_chep"}, Faults.RULE, QUY_TAC, "C5"),
            ("a rule until there is none", {(QUY_TAC, "F5"): 4}, Faults.MALFORMED, QUY_TAC, "F5"),
            (
                "a version that asks for nothing",
                {(CHI_TIEU, f"O{row}"): 2 for row in (5, 6, 7, 8, 9, 10)}
                | {(CHI_TIEU, "P7"): None, (CHI_TIEU, "Q7"): None},
                Faults.NO_FIELDS,
                BIEU,
                "K5",
            ),
        )
    ],
    ("a line of a form without lines", {(SO, "B5"): "thuy_san.{line}.ho"}, Faults.PER_RECORD, SO, "B5"),
    (
        "a figure of one reporter on two forms",
        {(SO, "B7"): "thuy_san.{reporter}", (SO, "D7"): "100 * S01.so_ho / B01.total"},
        Faults.PER_RECORD,
        SO,
        "B7",
    ),
]


@pytest.mark.parametrize(("cells", "fault", "sheet", "cell"), [one[1:] for one in SLIPS], ids=[one[0] for one in SLIPS])
def test_a_fault_is_told_once_with_its_cell(cells: Cells, fault: Faults, sheet: str, cell: str) -> None:
    found = checked({"moi.xlsx": with_cells(cells)}, KNOWN)
    told = [(one["code"], one["sheet"], one["cells"]) for one in found.findings]
    assert told.count((fault.value.code, sheet, cell)) == 1, [one["message"] for one in found.findings]
    assert len(told) == len(set(told))
    (first, *_) = [one for one in found.findings if (one["code"], one["cells"]) == (fault.value.code, cell)]
    assert first["file"] == "moi.xlsx"
    assert first["message"].startswith(f"Tệp moi.xlsx, trang «{sheet}»")
    assert "{" not in first["message"].replace("{reporter}", "").replace("{line}", "").replace("{thon}", "")
    assert not found.sound


@cache
def sums_of(form: type[Form]) -> pa.Table:
    """12,34 of every field of a form, by the one commune that is asked."""
    rows = [
        {"period": PERIOD.code, "place": "x", "form": form.code, "field": name, "line": "", "sum": Decimal("12.34")}
        for name in form.fields()
    ]
    return pa.Table.from_pylist(
        [{**dict.fromkeys(SUMS.names), **row, "given": 1, "estimated": 0} for row in rows], SUMS
    )


LINES_OF_S01: dict[tuple[str, str], str | None] = {
    (BIEU, "E5"): "Loại ao",
    **{
        (DONG, f"{column}{row}"): value
        for row, line in enumerate(
            (
                ("S01", "tong", "Tổng số", None, None, "so_ho"),
                ("S01", "ao", "Ao", "tong", None, None),
                ("S01", "ruong", "Ruộng", "tong", "cộng vào", None),
                ("S01", "lua_ca", "Ruộng lúa - cá", "ruong", "Một phần", "so_ho | da_ban"),
            ),
            start=5,
        )
        for column, value in zip("ABCDEF", line, strict=True)
    },
}
"""The example's form with printed lines."""


def test_a_design_says_which_lines_a_form_prints_and_reads_back_the_same() -> None:
    by_line = {(SO, "B8"): "thuy_san.{line}.san_luong", (SO, "A8"): "thuy_san", (SO, "D8"): "S01.san_luong"}
    found = checked({"moi.xlsx": with_cells({**LINES_OF_S01, **by_line})}, KNOWN)
    assert found.findings == ()
    (form,) = found.design.forms
    of_field = Line("lua_ca", "Ruộng lúa - cá", without=("so_ho", "da_ban"))
    parts = (Line("ao", "Ao"), Line("ruong", "Ruộng", of_which=(of_field,)))
    assert form.fixed == (Line("tong", "Tổng số", parts, without=("so_ho",)),)
    assert {"S01-D-san_luong", "S01-T-san_luong"} <= {edit.code for edit in form.edits}
    (chapter,) = found.design.chapters
    by_id = {figure.id: figure for figure in chapter.figures}
    assert by_id["thuy_san.lua_ca.san_luong"].formula == at(form.fields()["san_luong"], "lua_ca")
    again = checked({"lai.xlsx": workbook(found.design, KNOWN)}, KNOWN)
    assert (again.findings, rows_of(again.design)) == ((), rows_of(found.design))


@pytest.mark.parametrize(
    ("cells", "fault", "sheet", "cell"),
    [
        ({(DONG, "D6"): "tonh"}, Faults.UNKNOWN, DONG, "D6"),
        ({(DONG, "D5"): "ao"}, Faults.UNKNOWN, DONG, "D5"),
        ({(DONG, "F5"): "so_hoo"}, Faults.UNKNOWN, DONG, "F5"),
        ({(DONG, "A7"): "S09"}, Faults.UNKNOWN, DONG, "A7"),
        ({(DONG, "B6"): "tong"}, Faults.DOUBLE, DONG, "B6"),
        ({(DONG, "B6"): "Ao cá"}, Faults.MALFORMED, DONG, "B6"),
        ({(DONG, "E6"): "nửa"}, Faults.MALFORMED, DONG, "E6"),
        ({(DONG, "C6"): None}, Faults.MISSING, DONG, "C6"),
        ({(BIEU, "E5"): None}, Faults.MISSING, BIEU, "E5"),
        ({(SO, "D5"): 'S01.so_ho at "hồ"'}, Faults.FORMULA, SO, "D5"),
        ({(SO, "D5"): 'S01.so_ho at "tong"'}, Faults.FORMULA, SO, "D5"),
        ({(DONG, "F7"): "so_ho", (DONG, "F8"): None}, Faults.FORMULA, SO, "D5"),
        (
            {(SO, "B7"): "thuy_san.{line}", **{(DONG, f"F{row}"): "dien_tich" for row in (5, 6, 7, 8)}},
            Faults.PER_RECORD,
            SO,
            "B7",
        ),
    ],
    ids=[
        *("within none", "within one below", "a field", "a form", "twice", "code", "how", "no name", "no title", "at"),
        *("at one that does not ask", "a sum that nobody can know", "of no line"),
    ],
)
def test_a_fault_of_a_printed_line_is_told_with_its_cell(cells: Cells, fault: Faults, sheet: str, cell: str) -> None:
    found = checked({"moi.xlsx": with_cells({**LINES_OF_S01, **cells})}, KNOWN)
    told = [(one["code"], one["sheet"], one["cells"]) for one in found.findings]
    assert told.count((fault.value.code, sheet, cell)) == 1, [one["message"] for one in found.findings]


ONE_VILLAGE = Places.parse(["code,level,name,parent\nvn,nation,VN,\nx,commune,X,vn\nv1,village,V1,x\n"])

MORE: Cells = {
    **{(CHI_TIEU, f"A{row}"): "S01" for row in (11, 12, 13)},
    **{(CHI_TIEU, f"B{row}"): code for row, code in ((11, "gao"), (12, "thu"), (13, "chi"))},
    **{(CHI_TIEU, f"C{row}"): label for row, label in ((11, "Gạo"), (12, "Thu"), (13, "Chi"))},
    **{(CHI_TIEU, f"D{row}"): unit for row, unit in ((11, "kg"), (12, "triệu đồng"), (13, "đồng"))},
}
"""Fields in kg, triệu đồng and đồng more."""

COMPUTED = [
    ("S01.dien_tich / 1000", "ha", 4, "0.0123"),
    ("1000 * S01.san_luong * S01.so_ho", "đồng", 0, "148080"),
    ("100 * S01.dien_tich / 50", "ha", 2, "24.68"),
    ("100 * S01.dien_tich / 50", "%", 2, "24.68"),
    ("S01.dien_tich * 1000 / 100", "ha", 1, "123.4"),
    ('100 / S01.dien_tich * 2 "hai"', "%", 2, "16.21"),
    ("5 - S01.dien_tich", "ha", 2, "-7.34"),
    ("S01.dien_tich", "m2", 0, None),
    ("10000 * S01.dien_tich", "m2", 0, "123400"),
    ("S01.dien_tich * 10000", "m2", 0, "123400"),
    ("S01.gao / 1000", "tấn", 4, "0.0123"),
    ("S01.san_luong", "kg", 0, None),
    ("1 * S01.san_luong", "kg", 0, None),
    ("1000 * S01.san_luong", "kg", 0, "12340"),
    ("2 * S01.san_luong", "ha", 0, None),
    ("S01.san_luong * 1", "ha", 0, None),
    ('S01.so_ho * 2 "2 ha một hộ"', "ha", 0, "24"),
    ("S01.san_luong + S01.gao", "tấn", 2, None),
    ("S01.san_luong + S01.gao / 1000", "tấn", 2, "12.35"),
    ("100 * S01.gao / S01.san_luong", "%", 2, None),
    ("100 * (S01.gao / 1000) / S01.san_luong", "%", 2, "0.10"),
    ("S01.thu", "đồng", 0, "12340000"),
    ("2 * S01.thu", "đồng", 0, "24680000"),
    ("S01.thu + S01.chi", "triệu đồng", 2, "12.34"),
    ("S01.thu + 5", "triệu đồng", 2, None),
    ('S01.so_ho * 2 "2 triệu đồng một hộ"', "triệu đồng", 2, None),
    ("100 * S01.chi / S01.thu", "%", 4, "0.0001"),
    ("S01.san_luong / S01.dien_tich", "tạ/ha", 2, None),
    ("S01.dt_ca_chep / S01.dien_tich", "%", 2, None),
    ("S01.dt_ca_chep / S01.dien_tich * 100", "%", 2, "100.00"),
    ("(100 * S01.dt_ca_chep) / S01.dien_tich", "%", 2, "100.00"),
    ("99999999999999 * S01.san_luong * S01.dien_tich", "tấn", 4, "15227559999999847.7244"),
    ("10 * S01.san_luong / S01.dien_tich", "tạ/ha", 2, "10.00"),
    ("S01.san_luong / S01.dien_tich", "tấn/ha", 2, "1.00"),
]


@pytest.mark.parametrize(
    ("formula", "unit", "decimals", "value"), COMPUTED, ids=[f"{one[0]} {one[1]}" for one in COMPUTED]
)
def test_a_figure_comes_out_in_the_unit_it_says_or_is_refused(
    formula: str, unit: str, decimals: int, value: str | None
) -> None:
    cells = {(SO, "C7"): "X", (SO, "D7"): formula, (SO, "E7"): unit, (SO, "F7"): decimals}
    found = checked({"moi.xlsx": with_cells({**MORE, **cells})}, KNOWN)
    told = [(one["code"], one["cells"]) for one in found.findings if one["severity"] == Severity.ERROR]
    if value is None:
        assert told == [(Faults.OTHER_DIMENSION.value.code, "D7")]
        return
    assert told == []
    (form,), (chapter,), commune = found.design.forms, found.design.chapters, ONE_VILLAGE.commune("x")
    assert commune is not None
    figures = evaluate(chapter, {form: sums_of(form)}, [(PERIOD.code, commune)], ONE_VILLAGE)
    (last,) = [one for one in figures.to_pylist() if one["id"] == "thuy_san.ca_chep.ty_le"]
    assert (last["value"], last["unit"]) == (Decimal(value), unit)


@pytest.mark.parametrize("below", ["hộ", "lao động", "hộ/năm"])
def test_money_for_each_comes_out_in_the_unit_that_is_said_to_be_worth_it(below: str) -> None:
    found = checked({"moi.xlsx": with_cells(money_per(below, 10**6))}, KNOWN)
    assert found.findings == ()
    (form,), (chapter,), commune = found.design.forms, found.design.chapters, ONE_VILLAGE.commune("x")
    assert commune is not None
    figures = evaluate(chapter, {form: sums_of(form)}, [(PERIOD.code, commune)], ONE_VILLAGE)
    (last,) = [one for one in figures.to_pylist() if one["id"] == "thuy_san.ca_chep.ty_le"]
    # 12,34 triệu đồng of 12 hộ
    assert (last["value"], last["unit"]) == (Decimal("1.03"), f"triệu đồng/{below}")


@pytest.mark.parametrize(
    ("cells", "cell"),
    [
        ({(CHI_TIEU, "D5"): "%"}, "D5"),
        ({(SO, "D7"): "100 * S01.dt_ca_chep * S01.so_ho / S01.dien_tich"}, "D7"),
        ({**LINES_OF_S01, (CHI_TIEU, "D5"): "%", (SO, "B5"): "thuy_san.{line}.ty_le"}, "D5"),
    ],
    ids=["a percentage", "a product", "a percentage of each line"],
)
def test_a_figure_that_no_commune_of_several_villages_can_have_is_told(cells: Cells, cell: str) -> None:
    found = checked({"moi.xlsx": with_cells(cells)}, KNOWN)
    assert [(one["code"], one["cells"]) for one in found.findings] == [(Faults.NO_SUM.value.code, cell)]
    assert found.sound


@pytest.mark.parametrize(
    ("label", "cells"),
    [
        ("Thu nhập bình quân một hộ", ["D5"]),
        ("Tỷ lệ hộ có ao", ["D5"]),
        ("Số hộ thu nhập bình quân dưới 5 triệu đồng", []),
        ("Hộ có ao trung bình", []),
    ],
)
def test_what_is_called_an_average_and_would_be_added_up_is_told(label: str, cells: list[str]) -> None:
    found = checked({"moi.xlsx": with_cells({(CHI_TIEU, "C5"): label})}, KNOWN)
    assert [(one["code"], one["cells"]) for one in found.findings] == [
        (Faults.AVERAGE_ADDED.value.code, cell) for cell in cells
    ]
    assert found.sound


def test_every_kind_of_fault_is_tripped() -> None:
    of_files = {Faults.NO_DESIGN, Faults.SHEET_UNKNOWN, Faults.OLD_VERSION, Faults.NO_SUM, Faults.AVERAGE_ADDED}
    of_folders = {Faults.NAME, Faults.EMPTY, Faults.LEANT_ON, Faults.UNREAD}  # in test_designs_taken_in
    assert {fault for _, _, fault, _, _ in SLIPS} | of_files | of_folders == set(Faults)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({}, []),
        ({(QUY_TAC, "C5"): "da_ban <= 100"}, []),
        ({(CHI_TIEU, "C5"): "Số hộ có ao"}, [(Faults.OLD_VERSION.value.code, "F5")]),
        ({(CHI_TIEU, "D5"): "người"}, [(Faults.OLD_VERSION.value.code, "F5")]),
        ({(CHI_TIEU, "C5"): "Số hộ có ao", (BIEU, "F5"): 2}, []),
    ],
    ids=["as it was", "another rule", "another label", "another unit", "a higher version"],
)
def test_a_form_that_asks_otherwise_than_the_one_in_use_has_a_higher_version(
    cells: Cells, told: list[tuple[str, str]]
) -> None:
    known = replace(KNOWN, replaced=checked({"moi.xlsx": new_workbook()}, KNOWN).design)
    found = checked({"moi.xlsx": with_cells(cells)}, known).findings
    assert [(one["code"], one["cells"]) for one in found] == told


def test_a_workbook_that_is_no_design_is_told_as_one() -> None:
    returned = blank_form([Livestock], period=PERIOD, commune="Hữu Kiên", reporter="Thôn Na Lìa")
    found = checked({"b01.xlsx": returned, "vo.xlsx": b"PK\x03\x04"}, KNOWN)
    told = {(one["code"], one["file"]) for one in found.findings}
    assert told == {
        (Faults.SHEET_UNKNOWN.value.code, "b01.xlsx"),
        (Faults.NO_DESIGN.value.code, "b01.xlsx"),
        (Problems.UNREADABLE_FILE.value.code, "vo.xlsx"),
    }
    assert not found.sound


def hide_row(sheet: Any) -> None:
    sheet.row_dimensions[6].hidden = True


def strike(sheet: Any) -> None:
    sheet["C6"].font = openpyxl.styles.Font(strike=True)


@pytest.mark.parametrize(
    ("change", "cell", "todo"),
    [
        (hide_row, "C6", "Bỏ ẩn dòng, hoặc xóa dòng nếu không dùng."),
        (strike, "C6", "Bỏ gạch ngang, hoặc xóa dòng nếu không dùng."),
        (lambda sheet: sheet.merge_cells("E6:E8"), "E6", "Bỏ gộp ô rồi ghi lại ở từng dòng."),
        (lambda sheet: sheet.__setitem__("F6", "=a+b"), "F6", "không có dấu = đứng trước."),
    ],
    ids=["a hidden row", "a label struck out", "merged cells", "a formula of the spreadsheet"],
)
def test_what_nobody_sees_in_a_cell_is_told_with_what_to_do(
    change: Callable[[Any], object], cell: str, todo: str
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(new_workbook()))
    change(book[CHI_TIEU])
    content = io.BytesIO()
    book.save(content)
    found = checked({"moi.xlsx": content.getvalue()}, KNOWN)
    (message,) = [one["message"] for one in found.findings if (one["code"], one["cells"]) == ("T-05", cell)]
    assert message.endswith(todo)


@pytest.mark.parametrize(
    ("title", "told"), [("Chi tieu", f"Nếu đây là trang «{CHI_TIEU}» thì đổi lại tên."), ("Nháp", "Nếu không cần")]
)
def test_a_sheet_that_is_called_nearly_as_one_of_a_design_is_told_as_that(title: str, told: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(new_workbook()))
    book[CHI_TIEU].title = title
    content = io.BytesIO()
    book.save(content)
    found = checked({"moi.xlsx": content.getvalue()}, KNOWN).findings
    (message,) = [one["message"] for one in found if one["code"] == Faults.SHEET_UNKNOWN.value.code]
    assert f"không được đọc. {told}" in message


def test_a_reporter_that_is_new_is_told_with_where_to_say_so() -> None:
    (found,) = checked({"moi.xlsx": with_cells({(BIEU, "D5"): "Cảng cá"})}, KNOWN).findings
    assert "places.csv" in found["message"]
    assert "kind là cang_ca" in found["message"]


def test_a_column_of_notes_is_left_to_whoever_writes_them() -> None:
    assert checked({"moi.xlsx": with_cells({(BIEU, "I4"): "Ghi chú", (BIEU, "I5"): "hỏi lại"})}, KNOWN).findings == ()


def test_one_design_may_name_the_form_of_another() -> None:
    rule = {(QUY_TAC, "A6"): "S01", (QUY_TAC, "B6"): "S01-02", (QUY_TAC, "C6"): "so_ho <= sum(B01.total; B01.poultry)"}
    found = checked({"moi.xlsx": with_cells(rule)}, KNOWN)
    assert found.findings == ()
    assert [other.form for other in found.design.forms[0].edits[-1].operands[1:]] == [Livestock, Livestock]


def test_the_guide_shows_a_fault_as_it_is_told() -> None:
    guide = (ROOT / "pipelines" / "present" / "guides" / "thiet-ke.md").read_text("utf-8")
    (found,) = checked({"ca.xlsx": with_cells({(CHI_TIEU, "D5"): "họ"})}, KNOWN).findings
    assert f"\n> {found['message']}\n" in guide


RIGHT = ("R10", "Rau vụ đông", "Diện tích, sản lượng rau vụ đông")
VEGETABLES: Cells = {
    **{(BIEU, f"{column}5"): text for column, text in zip("ABCH", (*RIGHT, "rau"), strict=True)},
    **{(CHI_TIEU, f"A{row}"): "R10" for row in range(5, 11)},
    **{
        (CHI_TIEU, f"B{row}"): code
        for row, code in enumerate(("so_ho", "dt", "dt_cai", "dt_khoai", "sl", "ban"), start=5)
    },
    **{
        (CHI_TIEU, f"C{row}"): label
        for row, label in enumerate(
            (
                "Số hộ trồng rau",
                "Tổng diện tích rau",
                "Diện tích rau cải",
                "Diện tích khoai tây",
                "Sản lượng rau",
                "Sản lượng đã bán",
            ),
            start=5,
        )
    },
    (CHI_TIEU, "F6"): "dt_cai + dt_khoai",
    (CHI_TIEU, "M5"): None,
    **{(QUY_TAC, f"{column}5"): text for column, text in zip("ABC", ("R10", "R10-01", "ban <= sl"), strict=True)},
    (CHUONG, "A5"): "rau",
    (CHUONG, "B5"): "Rau vụ đông",
    **{(SO, f"A{row}"): "rau" for row in (5, 6, 7)},
    **{(SO, f"B{row}"): f"rau.{code}" for row, code in enumerate(("dien_tich", "nang_suat", "ban.ty_le"), start=5)},
    (SO, "D5"): "R10.dt",
    (SO, "C6"): "Năng suất rau",
    (SO, "D6"): "10 * R10.sl / R10.dt",
    (SO, "E6"): "tạ/ha",
    (SO, "C7"): "Tỷ lệ rau đã bán",
    (SO, "D7"): "100 * R10.ban / R10.sl",
}
"""What a person types over the example to have another form."""


def test_a_form_with_a_total_a_rule_and_figures_is_made_by_typing_over_the_example() -> None:
    found = checked({"rau.xlsx": with_cells(VEGETABLES)}, KNOWN)
    assert found.findings == ()
    (form,), (chapter,) = found.design.forms, found.design.chapters
    assert (form.code, form.domain, list(form.fields())[1], [edit.code for edit in form.edits]) == (
        *("R10", "rau", "dt"),
        ["R10-dt", "R10-01"],
    )
    assert [(figure.id, figure.formula.words()) for figure in chapter.figures][2] == (
        "rau.ban.ty_le",
        "100 × cộng các thôn «Sản lượng đã bán» (biểu R10) : cộng các thôn «Sản lượng rau» (biểu R10)",
    )
    assert f"{len(VEGETABLES)} ô phải gõ" in (ROOT / "pipelines/present/guides/thiet-ke.md").read_text("utf-8")


# The verbs


def asked(*words: object) -> tuple[int, str]:
    """What a verb ends with, and prints."""
    done = CliRunner().invoke(every_verb(), ["design", *map(str, words)])
    return done.exit_code, done.output


def test_a_new_workbook_is_checked_seen_and_never_written_over(tmp_path: Path) -> None:
    book, seen = tmp_path / "ca.xlsx", tmp_path / "trong.xlsx"
    assert asked("new", "-o", book) == (0, f"Đã ghi {book}.\n")
    assert asked("check", book) == (0, "Dùng được: 1 biểu, 6 chỉ tiêu, 2 quy tắc, 3 số tổng hợp.\n")
    assert asked("preview", book, "-o", seen) == (0, f"Đã ghi {seen}.\n")
    sheet = openpyxl.load_workbook(seen)["Thủy sản"]
    assert "Biểu S01 (phiên bản 1)" in [sheet["D1"].value, sheet["A1"].value]
    code, told = asked("new", "-o", book)
    assert (code, told[:6]) == (2, "Đã có ")


def test_faults_are_told_in_the_columns_of_findings_and_end_with_one(tmp_path: Path) -> None:
    book, seen = tmp_path / "ca.xlsx", tmp_path / "trong.xlsx"
    book.write_bytes(with_cells({(SO, "D5"): "__import__('os')", (BIEU, "C5"): None}))
    code, told = asked("check", book, "--format", "csv")
    found = list(csv.DictReader(io.StringIO(told)))
    assert code == 1
    assert list(found[0]) == in_folder(TOLD)
    assert [(one["code"], one["severity"], one["cells"]) for one in found] == [
        (Faults.MISSING.value.code, "error", "C5"),
        (Faults.FORMULA.value.code, "error", "D5"),
    ]
    assert asked("preview", book, "-o", seen)[0] == 1
    assert not seen.exists()


def test_a_design_is_packed_to_be_installed_and_one_with_faults_is_not(tmp_path: Path) -> None:
    book = tmp_path / "Nuôi cá.xlsx"
    book.write_bytes(new_workbook())
    made = tmp_path / "returns_nuoi_ca-1.0-py3-none-any.whl"
    code, told = asked("pack", book, "-o", tmp_path)
    assert (code, told.splitlines()[0]) == (0, f"Đã ghi {made}.")
    assert "«nuoi_ca»" in told
    with zipfile.ZipFile(made) as wheel:
        module = wheel.read("returns_nuoi_ca/__init__.py").decode()
        assert wheel.read("returns_nuoi_ca/nuoi_ca.xlsx") == book.read_bytes()
        listed = [
            line.split(",")[0] for line in wheel.read("returns_nuoi_ca-1.0.dist-info/RECORD").decode().splitlines()
        ]
        assert sorted(listed) == sorted(wheel.namelist())
    compile(module, "__init__.py", "exec")
    strange = 'Cá "to" \\n {x} """'
    assert (
        repr(strange)
        in zipfile.ZipFile(io.BytesIO(wheel_of("ca", strange, 1, b"")[1])).read("returns_ca/__init__.py").decode()
    )
    for name in ("home.xlsx", "….xlsx"):
        (tmp_path / name).write_bytes(new_workbook())
        assert asked("pack", tmp_path / name, "-o", tmp_path)[0] == 2
    # What is made of it is made anew where it changes: the stamps are of the module.
    assert hashlib.sha256(book.read_bytes()).hexdigest() in module
    book.write_bytes(with_cells({(SO, "D5"): "S01.ho"}))
    assert asked("pack", book, "-o", tmp_path, "--overwrite")[0] == 1
    with zipfile.ZipFile(made) as wheel:
        assert wheel.read("returns_nuoi_ca/__init__.py").decode() == module


def test_a_design_that_could_not_be_installed_beside_the_home_pack_is_not_packed(tmp_path: Path) -> None:
    """It says again what is in use, which is no fault of a design; beside the forms in use it would be a second one."""
    assert asked("export", "B01", "-o", tmp_path)[0] == 0
    code, told = asked("pack", tmp_path / "B01.xlsx", "-o", tmp_path)
    assert code == 2
    assert "Gói «b01» sẽ không cài được" in told
    assert ".." not in told
    assert list(tmp_path.glob("*.whl")) == []


def test_the_home_pack_is_exported_by_chapters_or_forms_by_name(tmp_path: Path) -> None:
    assert asked("export", "-o", tmp_path / "all")[0] == 0
    made = sorted((tmp_path / "all").iterdir())
    assert [path.stem for path in made] == sorted(chapter.code for chapter in HOME_CHAPTERS)
    assert asked("export", "B03", "K01", "-o", tmp_path)[0] == 0
    (one,) = checked({"b.xlsx": (tmp_path / "B03-K01.xlsx").read_bytes()}, KNOWN).design.chapters[:1]
    assert one.code == "crops"
    assert asked("export", "Z99", "-o", tmp_path)[0] == 2
