"""The words that a sheet of a form prints around its table: the marks above it and the headings of its columns.

Belongs here: those words, which blank forms are written with and returns are recognised by, and which of them a text
is. Does not belong here: finding them on a sheet (``pipelines.steps.collect.sheets``).
"""

from collections.abc import Mapping, Set
from functools import cache

from schemas.fields import FormField
from schemas.form import Form
from schemas.text import fold

LABEL_HEADING, UNIT_HEADING, VALUE_HEADING, NOTE_HEADING = "Chỉ tiêu", "ĐVT", "Giá trị", "Ghi chú"
"""The columns of a form that lists one field per row."""

UNIT_HEADINGS = (UNIT_HEADING, "Đơn vị tính")
"""What the column of the units is called in real workbooks; more may stand behind it."""

LINE_HEADING = "Mã dòng"
"""The column with the codes of the lines, in a form with one line per row."""

REPORTER_MARK, PERIOD_MARK, COMMUNE_MARK, FORM_MARK = "Đơn vị báo cáo", "Kỳ báo cáo", "Xã", "Biểu"
"""What stands above the table before the period, the commune, the reporter, and before the code of the form."""

LETTERHEAD = "Ủy ban nhân dân"
"""What stands in the first line before the commune as sentences name it: «xã Hữu Kiên»."""

COVER, ANSWER_HEADING = "Cần xem lại", "Số đúng, hoặc «đúng rồi»"
"""The sheet that lies before the others of a workbook sent back, and its column for answers: no form is called so."""

MARKED_BY = "Thống kê xã"
"""Author of the comments in a workbook sent back."""


def heading_of(item: FormField) -> str:
    """Return the column heading of a field in a form with lines: its label and its unit."""
    return f"{item.label} ({item.unit.label})"


def headings_of(item: FormField) -> list[str]:
    """Return every column heading, folded, under which a field is recognised: with and without its unit."""
    units = (item.unit.label, *item.unit.aliases)
    return list(
        {fold(wording) for label in item.labels for wording in (label, *(f"{label} ({unit})" for unit in units))}
    )


@cache
def of_other_versions(form: type[Form]) -> Mapping[str, FormField]:
    """Return the fields that only other versions of a form ask for, by every wording, folded, that they may have."""
    others = {name: item for name, item in form.whole.fields().items() if name not in form.fields()}
    if form.line_title:
        return {heading: item for item in others.values() for heading in headings_of(item)}
    return {fold(label): item for item in others.values() for label in item.labels}


@cache
def printed_words(forms: tuple[type[Form], ...]) -> frozenset[str]:
    """Return the words, folded, that forms print and returns are recognised by: headings, marks, labels."""
    words = {LABEL_HEADING, *UNIT_HEADINGS, VALUE_HEADING, NOTE_HEADING, LINE_HEADING}
    words |= {REPORTER_MARK, PERIOD_MARK, COMMUNE_MARK, *(form.line_title for form in forms)}
    asked = [(form, item) for form in forms for item in form.whole.fields().values()]
    words |= {label for _, item in asked for label in item.labels}
    tabled = {word for form, item in asked if form.line_title for word in headings_of(item)}
    return frozenset({fold(word) for word in words} | tabled) - {""}


HEADINGS = {
    **{fold(word): word for word in (LABEL_HEADING, VALUE_HEADING, NOTE_HEADING, LINE_HEADING)},
    **{fold(word): UNIT_HEADING for word in UNIT_HEADINGS},
}
"""The headings of columns by every wording, folded, that is known of them."""

_OF_UNITS = tuple(f"{fold(word)} " for word in UNIT_HEADINGS)


def heading_said(folded: str) -> str:
    """Return which heading a text is, empty where it is none: of that of the units more may be said, «ĐVT (nghìn)»."""
    return HEADINGS.get(folded) or (UNIT_HEADING if folded.startswith(_OF_UNITS) else "")


def is_header(said: Set[str]) -> bool:
    """Return whether a row that says these headings is the one that heads a table."""
    return {LABEL_HEADING, VALUE_HEADING} <= said or LINE_HEADING in said
