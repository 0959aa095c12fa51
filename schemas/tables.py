"""Published and staged tables: their Arrow schemas, with what every column means.

Belongs here: column, type, label, and what a row is: nobody else lists the columns of a table. Does not belong here:
where a table lies and how it is replaced (``pipelines.store.tables``).
"""

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from schemas.return_sets import COMMUNE, PLACE, commune_column
from schemas.units import DECIMAL

if TYPE_CHECKING:
    # What forms are made of takes as long to import as a quick verb to answer.
    from schemas.form import Form

TEXT, CODED = pa.string(), pa.dictionary(pa.int32(), pa.string())
"""Texts; and those of which few are distinct, each by its number, in memory as in the file."""


def _columns(
    *described: tuple[str, str], types: dict[str, pa.DataType] | None = None, text: pa.DataType = TEXT
) -> pa.Schema:
    kinds = types or {}
    return pa.schema([pa.field(name, kinds.get(name, text), metadata={"label": label}) for name, label in described])


def uncoded(kind: pa.DataType) -> pa.DataType:
    """Return the type of what a column holds, whether coded or not."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


_WHERE = (("period", "Kỳ báo cáo"), (COMMUNE, "Xã"))
FILE_KEY = ["period", "commune", "file"]
SHEET_KEY = [*FILE_KEY, "sheet"]
CELL_KEY = [*SHEET_KEY, "cell"]
"""What names a file, a sheet, a cell."""

DECIDED = ["correction", "corrected_by", "confirmed", "confirmed_by"]
"""The columns of a cell that the correction ledger fills."""

_CELL = (
    ("file", "Tệp"),
    ("sha256", "Mã băm của tệp"),
    ("sheet", "Trang tính"),
    ("cell", "Ô"),
)
_CELL_SAID = (
    ("received", "Nội dung ô khi nhận"),
    ("text", "Nội dung dùng, sau đính chính"),
    ("value", "Số đọc được"),
    ("note", "Ghi chú của đơn vị báo cáo"),
    ("correction", "Lý do đính chính"),
    ("corrected_by", "Người đính chính"),
    ("confirmed", "Lý do giữ nguyên số trông như sai"),
    ("confirmed_by", "Người ghi việc giữ nguyên"),
)

_CELL_CHECKED = (("edits", "Quy tắc đã xét trên ô khi chấp nhận, kèm kết quả"),)
"""Codes of edits with their outcomes, such as ``B01-01 holds;B01-02 undecided`` (``schemas.listed``)."""

FILES = _columns(*_WHERE, *_CELL[:2], ("problem", "Lỗi của tệp"), ("detail", "Chi tiết lỗi"))
"""One row per file of a return set; ``problem`` names an entry of ``schemas.problems`` or is empty."""

CELLS = _columns(
    *_WHERE,
    *_CELL[:3],
    ("row", "Dòng"),
    ("column", "Cột"),
    ("cell", "Ô"),
    ("kind", "Kiểu ô"),
    ("text", "Nội dung ô"),
    ("shown", "Nội dung ô như người xem trang thấy; trống khi chưa biết định dạng của ô"),
    ("format", "Định dạng số của ô"),
    ("aside", "Điều người xem trang không thấy: dòng, cột, trang ẩn; ô gộp, ô bị che; số lấy từ tệp khác"),
    types={"row": pa.int64(), "column": pa.int64()},
    text=CODED,
)
"""One row per filled cell. ``kind``: number, text, date, boolean; formula or error where the cell shows no value;
picture for a sheet that holds nothing else. ``text`` is what is kept, ``shown`` what a person sees of it by the number
format ``format``, missing where that is not rendered. ``aside``: in the words of ``pipelines.steps.collect.asides``."""

LEDGER = _columns(
    *_WHERE,
    ("when", "Thời điểm"),
    ("who", "Người ghi"),
    ("file", "Tệp"),
    ("sheet", "Trang tính"),
    ("cell", "Ô"),
    ("old", "Nội dung cũ"),
    ("new", "Nội dung mới"),
    ("reason", "Lý do"),
    ("suggestion", "Gợi ý đã xem"),
    ("decision", "Quyết định"),
    ("form", "Biểu của ô lúc ghi"),
    ("reporter", "Đơn vị báo cáo của ô lúc ghi"),
    ("line", "Mã dòng của ô lúc ghi"),
    ("field", "Chỉ tiêu của ô lúc ghi"),
    ("operands", "Các số khác mà quy tắc trên ô so với lúc giữ nguyên"),
)
"""One row per entry of a correction ledger. ``old``: the text as received; ``new``: the text to use. ``decision``: a
``schemas.outcomes.Decision``; of a confirmation ``new`` is the number that stands: equal to ``old`` where it is used as
received, or what an earlier correction made of it. ``AIM``: what the cell answered when it was decided on.
``operands``: of a confirmation, what else the rules on the cell looked at then (``steps.validate.beside``)."""

AIM = ["form", "reporter", "line", "field"]
"""What a value cell answers: the columns of entries, and of a ledger, that say so."""

LATER = [*AIM, "operands"]
"""The last columns, which a ledger, or rows of it, begun with an earlier version do not have: they say nothing then."""

ENTRIES = _columns(
    *_WHERE,
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("line_name", "Tên dòng"),
    ("field", "Chỉ tiêu"),
    *_CELL,
    *_CELL_SAID,
    ("problem", "Lỗi khi đọc"),
    types={"value": DECIMAL},
)
"""One row per field a sheet was asked for. ``value``: the number, missing for a blank or a problem; ``problem``: a name
in ``schemas.problems``, or empty."""

PROBLEMS = _columns(
    ("problem", "Loại lỗi"),
    *_WHERE,
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("field", "Chỉ tiêu"),
    ("file", "Tệp"),
    ("sheet", "Trang tính"),
    ("cells", "Ô"),
    ("written", "Đã ghi"),
    ("expected", "Cần là"),
)
"""One row per trouble met before any edit; ``problem`` is a name in ``schemas.problems``; what does not apply is an
empty text."""

SHEETS = _columns(
    *_WHERE,
    ("file", "Tệp"),
    ("sheet", "Trang tính"),
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
)
"""The sheets in which a form was recognised, used or not."""

_TOLD = (
    *_WHERE,
    ("code", "Mã"),
    ("severity", "Mức"),
    ("status", "Tình trạng"),
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
    ("file", "Tệp"),
    ("sheet", "Trang tính"),
    ("cells", "Ô"),
    ("written", "Đã ghi"),
    ("expected", "Cần là"),
    ("message", "Nội dung"),
    ("suggestion", "Gợi ý"),
)

TOLD = _columns(*_TOLD)
"""Findings as they are told: what the command line prints of them, and what a release keeps. ``severity`` and
``status``: a ``Severity`` and an ``Outcome`` of ``schemas.outcomes``; ``cells``: addresses as ``schemas.listed`` has
them, the doubtful one first; ``written`` and ``expected`` as text."""

FINDINGS = _columns(
    *_TOLD,
    ("edits", "Các quy tắc mà phát hiện nói tới"),
    ("proposed", "Từng cách sửa trong gợi ý, dạng JSON: lời, rồi các ô kèm nội dung mới"),
    ("parts", "Nội dung chia bốn phần, dạng JSON: của ai, ở đâu, sai gì, cán bộ làm gì"),
)
"""One row per finding, with what decisions on it and letters are made of, so that no program takes it from a sentence.
``edits``: the codes of all edits that fail in it, listed as well; ``proposed``: the ways to mend it that
``suggestion`` tells (``pipelines.steps.validate.advise``), such as ``[["Ô D13: …", [["D13", "114"]]]]``; ``parts``:
``message``, cut where ``schemas.problem.Parts`` says. Where a release stands for workbooks there is nothing to decide,
and nothing in these columns."""

FINDINGS_BY_FORM = _columns(
    *_WHERE,
    ("form", "Biểu; trống là tệp, trang không nhận ra biểu nào"),
    ("severity", "Mức"),
    ("status", "Tình trạng"),
    ("findings", "Số phát hiện"),
    types={"findings": pa.int64()},
)
"""One row per commune, form, severity and status with any findings. What is wrong with a whole workbook counts with
every form that came in it."""

SENT_BY_FORM = _columns(
    *_WHERE,
    ("form", "Biểu"),
    ("expected", "Số đơn vị phải gửi"),
    ("sent", "Số đơn vị đã gửi"),
    ("missing", "Đơn vị chưa gửi"),
    ("status", "Tình trạng của biểu"),
    types={"expected": pa.int64(), "sent": pa.int64()},
)
"""One row per commune of which something has come, and form that it sends. ``missing``: codes of reporters with spaces
between; ``status``: a ``schemas.outcomes.Status``: complete, incomplete, or held, whoever has sent it."""

OUTCOMES = _columns(
    *_WHERE,
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("edit", "Quy tắc"),
    ("sentence", "Nội dung quy tắc"),
    ("outcome", "Kết quả"),
)
"""One row per record that was checked and edit; ``outcome``: a ``schemas.outcomes.Outcome``."""

SUM = pa.decimal128(38, DECIMAL.scale)
"""How sums over places are kept: exact, and wide enough for those of a nation."""

SUMS = _columns(
    ("period", "Kỳ báo cáo"),
    (commune_column("sums"), "Địa bàn"),
    ("form", "Biểu"),
    ("field", "Trường"),
    ("line", "Mã dòng; trống là mọi dòng"),
    ("sum", "Tổng"),
    ("given", "Số đơn vị đã cho đủ số liệu"),
    ("estimated", "Số đơn vị chưa gửi mà được ước"),
    types={"sum": SUM, "given": pa.int64(), "estimated": pa.int64()},
)
"""One row per period, place and field of a form, and per line of it that some figure asks for. ``sum``: what is known,
added up in the field's unit; ``given``: how many reporters gave the field on all their lines, or in how many communes
the line has a value; ``estimated``: for how many others an estimate stands in, which is in the sum. The place is a
commune, or one of any level above; of such a one, tables of several batches say each its part
(``pipelines.steps.analyse.sums.merged``)."""

FIGURES = _columns(
    ("period", "Kỳ báo cáo"),
    ("level", "Cấp"),
    (commune_column("figures"), "Địa bàn"),
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("id", "Mã chỉ tiêu"),
    ("label", "Chỉ tiêu"),
    ("value", "Giá trị, đã làm tròn"),
    ("unit", "Đơn vị tính"),
    ("scope", "Phạm vi"),
    ("status", "Tình trạng"),
    ("reported", "Số đơn vị đã báo cáo"),
    ("expected", "Số đơn vị phải báo cáo"),
    ("exact", "Giá trị chưa làm tròn, dạng phân số"),
    ("formula", "Công thức"),
    ("forms", "Các biểu dùng đến"),
    ("plan", "Vị trí trong kế hoạch"),
    ("chapter", "Chương"),
    types={"value": SUM, "reported": pa.int64(), "expected": pa.int64()},
)
"""One row per period, place and figure; of figures per record also per reporter and line. ``value``: rounded half up,
missing unless every expected reporter of the communes of which something has come has reported; ``exact``: the value
not rounded, as a fraction; ``status``: a ``schemas.outcomes.Status``."""

LINEAGE = _columns(
    *_WHERE,
    ("figure", "Mã chỉ tiêu"),
    ("mart", "Bảng công bố chứa số này"),
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("field", "Trường"),
    *_CELL,
    *_CELL_SAID,
    *_CELL_CHECKED,
    types={"value": DECIMAL},
)
"""One row per figure of a commune, or of one of its reporters, and cell it is made from."""

LINEAGE_KEY = ("period", "commune", "figure", "form", "reporter", "line", "field")
"""A cell is named by what it answers: a form, of a reporter, on a line, in a field."""

ACCEPTED = _columns(
    *_WHERE,
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("line_name", "Tên dòng"),
    ("form", "Biểu"),
    ("field", "Trường"),
    *_CELL,
    *_CELL_SAID,
    *_CELL_CHECKED,
    types={"value": DECIMAL},
)
"""One row per accepted value of a return set, with the cell behind it: all marts of it, as its release keeps them."""

APPROVED = _columns(
    *_WHERE,
    ("file", "Tệp"),
    ("sha256", "Mã băm của tệp"),
    ("release", "Bản phát hành"),
    ("created", "Phát hành lúc"),
    ("seal", "Mã của bản kê"),
    ("version", "Phiên bản phần mềm của xã"),
    ("refused", "Biểu chưa nhận"),
)
"""One row per return set in whose folder a release lies. ``refused``: the codes of the forms that are not taken from
it, with spaces between; of a release that cannot be used, those of all forms, and the columns before are empty."""
ESTIMATES = _columns(
    *_WHERE,
    ("when", "Thời điểm"),
    ("who", "Người ước"),
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
    ("field", "Trường"),
    ("value", "Số ước; trống là bỏ ước"),
    ("method", "Cách ước"),
    ("reason", "Lý do"),
    ("sha256", "Mã băm của tệp"),
    ("cell", "Ô của số ước trong tệp"),
)
"""One row per field of a reporter that is estimated, for nothing has been received of that reporter and form."""

ESTIMATED = [name for name in ESTIMATES.names if name not in (*dict(_WHERE), "sha256", "cell")]
"""What an ``estimates.csv`` has of it."""

_PRINTED = (
    *_WHERE,
    ("id", "Mã chỉ tiêu"),
    ("section", "Vị trí trong kế hoạch"),
    ("printed", "Kế hoạch in"),
    ("value", "Số đã in"),
    ("unit", "Đơn vị tính"),
)

PRINTED = _columns(
    *_PRINTED,
    ("scope", "Phạm vi ghi bên số in"),
    ("time", "Thời gian ghi bên số in"),
)
"""One row per figure and position at which a plan prints it. ``printed``: the text in the plan; ``value``: its number,
with a dot; ``scope`` and ``time``: of whom and of when the line says that it is, where it says so."""

PRINTED_MAY_SAY = {"scope": "scope", "time": "period"}
"""The columns of these that a ``printed.csv`` may lack, and what it calls them."""

PRINTED_KEY = ("period", "commune", "id", "section")
"""A plan may print a figure in its text and in an appendix, and the two may differ."""

STATEMENTS = _columns(
    *_PRINTED,
    ("computed", "Số tính được"),
    ("verdict", "Kết luận"),
    ("note", "Giải thích"),
)
"""One row per figure and position at which a plan prints it; ``verdict``: a ``schemas.outcomes.Verdict``."""

RELEASED = {
    "figures": FIGURES,
    "lineage": LINEAGE,
    "statements": STATEMENTS,
    "findings": TOLD,
    "outcomes": OUTCOMES,
    "accepted": ACCEPTED,
}
"""The tables that a release freezes."""


def commune_of(schema: pa.Schema) -> str:
    """Return the column that says of which commune a row is."""
    return COMMUNE if COMMUNE in schema.names else PLACE


OBSERVATIONS = _columns(
    *_WHERE,
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("form", "Biểu"),
    ("field", "Trường"),
    ("label", "Chỉ tiêu"),
    ("value", "Giá trị"),
    ("unit", "Đơn vị tính"),
    *_CELL,
    ("note", "Ghi chú của đơn vị báo cáo"),
    ("correction", "Lý do đính chính"),
    types={"value": DECIMAL},
)
"""Every accepted value of every form, one row each: the long table for analysts."""

PLACES = _columns(
    ("code", "Mã"),
    ("level", "Cấp"),
    ("name", "Tên"),
    ("parent", "Thuộc"),
    ("aliases", "Tên gọi khác"),
    ("official_code", "Mã đơn vị hành chính"),
    ("valid_from", "Có hiệu lực từ"),
    ("valid_to", "Hết hiệu lực"),
    ("successor", "Nhập vào"),
    types={"valid_from": pa.date32(), "valid_to": pa.date32()},
)
"""Every territory and reporter; ``successor`` leads over a merger."""

_FILE = (("file", "Tệp"), ("sha256", "Mã băm của tệp"), ("bytes", "Số byte"))

DOCUMENTS = _columns(*_WHERE, *_FILE, types={"bytes": pa.int64()})
"""The files made for people or other programs, from the top of the output folder."""

PAGES = _columns(*_WHERE, *_FILE, ("key", "Mã băm của những gì trang cho xem"), types={"bytes": pa.int64()})
"""The files of a static site; a page whose key is as it was is not made again."""


class Meaning(NamedTuple):
    """What the rows of a table are, in Vietnamese."""

    title: str
    """What the table is called where there is room for no more."""
    rows: str = ""
    """What is said of a row besides."""

    @property
    def sentence(self) -> str:
        """All of it."""
        return f"{self.title}: {self.rows}" if self.rows else self.title


MEANINGS = {
    "files": Meaning("Các tệp trong bộ báo cáo, kèm mã băm và lỗi của tệp nếu có."),
    "cells": Meaning(
        "Mọi ô có nội dung của mọi sổ tính trong bộ báo cáo, nguyên văn, kèm mã băm của tệp. "
        "Chỉ mở lại tệp đã thay đổi."
    ),
    "ledger": Meaning("Sổ đính chính: mỗi dòng một quyết định của cán bộ về một ô."),
    "ledger_problems": Meaning("Những gì không đọc được trong sổ đính chính."),
    "estimates": Meaning(
        "Số ước ghi thay cho báo cáo chưa đến: ai ước, cách ước, lý do. Báo cáo được chấp nhận thì không dùng nữa."
    ),
    "estimates_problems": Meaning("Những gì không đọc được trong sổ số ước, và số ước mà báo cáo đã đến."),
    "printed": Meaning("Những gì kế hoạch in ra, theo bảng printed.csv của bộ báo cáo."),
    "printed_problems": Meaning("Những gì không đọc được trong bảng số kế hoạch in."),
    "approved": Meaning("Bản phát hành mà xã đã gửi thay cho sổ tính: số trong đó là số xã đã duyệt."),
    "approved_problems": Meaning("Những gì không nhận được từ bản phát hành của xã."),
    "problems": Meaning("Những gì gặp phải khi đọc: tệp, trang, nhãn, ô không đọc được; đính chính không còn khớp."),
    "sheets": Meaning("Các trang tính đã nhận ra biểu, kèm đơn vị báo cáo."),
    "workbooks": Meaning("Tệp không mở được, trang không nhận ra biểu nào: những lỗi không thuộc riêng biểu nào."),
    "explorer": Meaning(
        "Trang tra cứu tĩnh, mở thẳng từ đĩa: từng con số của kế hoạch, biểu đồ, truy nguồn tới từng ô."
    ),
    "report": Meaning(
        "Phụ lục số liệu kèm kế hoạch: bản Word theo thể thức Nghị định 30/2020/NĐ-CP, bản Excel với công thức "
        "trên số liệu đã chấp nhận. Chỉ làm khi cần."
    ),
    "openlineage": Meaning(
        "Cho chương trình khác: sự kiện OpenLineage, mỗi bước đọc gì, ghi gì, dẫn từng cột về nguồn."
    ),
    "data_package": Meaning("Mô tả các bảng đã công bố (datapackage.json) và các khung nhìn DuckDB (views.sql)."),
    "observations": Meaning("Bảng dài cho người phân tích", "mỗi dòng một giá trị đã được chấp nhận, kèm ô nguồn."),
    "places": Meaning(
        "Danh mục địa bàn và đơn vị báo cáo",
        "tỉnh, huyện, xã, thôn, mã hành chính, tên gọi khác, hiệu lực, sáp nhập.",
    ),
    "statements": Meaning(
        "So từng con số kế hoạch in ra với con số tính được",
        "khớp, làm tròn, cắt bớt, mâu thuẫn, chưa tính được.",
    ),
    "findings_by_form": Meaning(
        "Phát hiện đếm theo xã và biểu",
        "mỗi dòng một xã, một biểu, một mức và một tình trạng. Lỗi của cả sổ tính được đếm ở mỗi biểu trong sổ.",
    ),
    "sent_by_form": Meaning(
        "Báo cáo đã nhận theo xã và biểu",
        "mỗi dòng một biểu của một xã đã gửi báo cáo, bao nhiêu đơn vị đã gửi trên bao nhiêu đơn vị phải gửi, ai "
        "chưa gửi, biểu có bị giữ lại không.",
    ),
    "sums": Meaning(
        "Số cộng của từng biểu",
        "mỗi dòng một chỉ tiêu của một kỳ và một xã hay một cấp trên, kèm số đơn vị đã cho số liệu. Của cấp "
        "trên, mỗi tệp chỉ cộng các xã trong tệp.",
    ),
    "figures": Meaning("Chỉ tiêu của kế hoạch", "mỗi dòng một chỉ tiêu của một kỳ và một xã."),
    "levels": Meaning(
        "Chỉ tiêu của các cấp trên xã",
        "mỗi dòng một chỉ tiêu của một kỳ và một huyện, tỉnh hay cả nước.",
    ),
    "lineage": Meaning("Từ chỉ tiêu tới ô", "mỗi dòng một ô đứng sau một chỉ tiêu của một kỳ và một xã."),
}
"""What the rows of the tables are, but of those of each form (``meaning`` and its like)."""

SOURCES = pa.field(
    "sources",
    pa.list_(
        pa.struct(
            [
                pa.field("field", pa.string()),
                *(
                    pa.field(name, DECIMAL if name == "value" else pa.string(), metadata={"label": label})
                    for name, label in (*_CELL, *_CELL_SAID, *_CELL_CHECKED)
                ),
            ]
        )
    ),
    metadata={"label": "Ô nguồn của từng giá trị trong dòng"},
)
"""What stands behind each value of a mart row."""


def in_folder(schema: pa.Schema) -> list[str]:
    """Return the columns that a table has as a file in the folder of a return set, whose place says period and commune.

    Such files are the correction ledger (``LEDGER``) and what the plan prints (``PRINTED``); what a verb prints of one
    return set has these columns too.
    """
    return [name for name in schema.names if name not in dict(_WHERE)]


IN_EVERY_LEDGER = [name for name in in_folder(LEDGER) if name not in LATER]
"""Its columns from the beginning, without which it is none."""


def mart(form: "type[Form]") -> pa.Schema:
    """Return the schema of a form's mart: its records, and the cells behind each of their values."""
    return form.arrow().append(SOURCES)


def meaning(form: "type[Form]") -> str:
    """Return what the rows of a form's mart are."""
    grain = f"dòng «{form.line_title}»" if form.line_title else "đơn vị báo cáo"
    return f"Bảng công bố của biểu {form.code} «{form.heading}»: mỗi dòng một {grain}, chỉ gồm số đã chấp nhận."


def meaning_of_entries(form: "type[Form]") -> str:
    """Return what the entries of a form are."""
    return f"Biểu {form.code} «{form.heading}»: từng chỉ tiêu của từng đơn vị, kèm ô nguồn, đã áp dụng sổ đính chính."


def meaning_of_findings(form: "type[Form]") -> str:
    """Return what the findings on a form are."""
    return f"Những gì chưa đúng trong biểu {form.code} «{form.heading}»: ô nào, đã ghi gì, cần gì, làm gì."


def meaning_of_outcomes(form: "type[Form]") -> str:
    """Return what the outcomes of the edits of a form are."""
    return f"Kết quả của từng quy tắc trên từng bản ghi của biểu {form.code} «{form.heading}»."


def said_of(field: pa.Field) -> dict[str, str]:
    """Return what a column's metadata says: label, unit, definition."""
    return {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}


def description(field: pa.Field) -> str:
    """Return a column's label, unit and definition in one line."""
    said = said_of(field)
    unit = f" ({said['unit']})" if said.get("unit") else ""
    definition = f". {said['definition']}" if said.get("definition") else ""
    return f"{said.get('label', field.name)}{unit}{definition}"
