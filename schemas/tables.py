"""Published and staged tables: their Arrow schemas, with what every column means.

Belongs here: column, type, label. Does not belong here: where a table lies and
how it is replaced (``pipelines.store.tables``).
"""

import pyarrow as pa

from schemas.form import Form
from schemas.units import DECIMAL


def _columns(*described: tuple[str, str], types: dict[str, pa.DataType] | None = None) -> pa.Schema:
    kinds = types or {}
    return pa.schema(
        [pa.field(name, kinds.get(name, pa.string()), metadata={"label": label}) for name, label in described]
    )


_WHERE = (("period", "Kỳ báo cáo"), ("commune", "Xã"))
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
"""Codes of edits with their outcomes, such as ``B01-01 holds;B01-02 undecided``."""

FILES = _columns(*_WHERE, *_CELL[:2], ("problem", "Lỗi của tệp"), ("detail", "Chi tiết lỗi"))

CELLS = _columns(
    *_WHERE,
    *_CELL[:3],
    ("row", "Dòng"),
    ("column", "Cột"),
    ("cell", "Ô"),
    ("kind", "Kiểu ô"),
    ("text", "Nội dung ô"),
    ("aside", "Điều người xem trang không thấy: dòng, cột, trang ẩn; ô gộp; số lấy từ tệp khác"),
    types={"row": pa.int64(), "column": pa.int64()},
)

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
)

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

FINDINGS = _columns(
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

OUTCOMES = _columns(
    *_WHERE,
    ("form", "Biểu"),
    ("reporter", "Đơn vị báo cáo"),
    ("line", "Mã dòng"),
    ("edit", "Quy tắc"),
    ("sentence", "Nội dung quy tắc"),
    ("outcome", "Kết quả"),
)
"""What came of every edit on every record that was checked."""

FIGURES = _columns(
    ("period", "Kỳ báo cáo"),
    ("level", "Cấp"),
    ("place", "Địa bàn"),
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
    types={"value": DECIMAL, "reported": pa.int64(), "expected": pa.int64()},
)

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

STATEMENTS = _columns(
    *_WHERE,
    ("id", "Mã chỉ tiêu"),
    ("section", "Vị trí trong kế hoạch"),
    ("printed", "Kế hoạch in"),
    ("value", "Số đã in"),
    ("unit", "Đơn vị tính"),
    ("computed", "Số tính được"),
    ("verdict", "Kết luận"),
    ("note", "Giải thích"),
)

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

INTERCHANGE = _columns(
    *_WHERE,
    ("file", "Tệp"),
    ("sha256", "Mã băm của tệp"),
    ("events", "Số sự kiện"),
    ("columns", "Số cột có dẫn nguồn"),
    types=dict.fromkeys(("events", "columns"), pa.int64()),
)
"""What was written for other programs, by return set."""

EXPLORER = _columns(
    *_WHERE,
    ("page", "Tệp của trang tra cứu"),
    ("sha256", "Mã băm của tệp"),
    ("bytes", "Số byte"),
    types={"bytes": pa.int64()},
)
"""The files of a return set's static site."""

REPORT = _columns(
    *_WHERE,
    ("file", "Tệp của phụ lục"),
    ("sha256", "Mã băm của tệp"),
    ("bytes", "Số byte"),
    types={"bytes": pa.int64()},
)
"""The files of a return set's report."""

MEANINGS = {
    "observations": "Bảng dài cho người phân tích: mỗi dòng một giá trị đã được chấp nhận, kèm ô nguồn.",
    "places": "Danh mục địa bàn và đơn vị báo cáo: tỉnh, huyện, xã, thôn, "
    "mã hành chính, tên gọi khác, hiệu lực, sáp nhập.",
    "statements": "So từng con số kế hoạch in ra với con số tính được: "
    "khớp, làm tròn, cắt bớt, mâu thuẫn, chưa tính được.",
    "figures": "Chỉ tiêu của kế hoạch: mỗi dòng một chỉ tiêu của một kỳ và một địa bàn, từ xã trở lên.",
    "lineage": "Từ chỉ tiêu tới ô: mỗi dòng một ô đứng sau một chỉ tiêu của một kỳ và một xã.",
}
"""What the rows of the published tables are, but of the forms' marts (``meaning``)."""

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


def mart(form: type[Form]) -> pa.Schema:
    """Return the schema of a form's mart: its records, and the cells behind each of their values."""
    return form.arrow().append(SOURCES)


def meaning(form: type[Form]) -> str:
    """Return what the rows of a form's mart are."""
    grain = f"dòng «{form.line_title}»" if form.line_title else "đơn vị báo cáo"
    return f"Bảng công bố của biểu {form.code} «{form.heading}»: mỗi dòng một {grain}, chỉ gồm số đã chấp nhận."


def said_of(field: pa.Field) -> dict[str, str]:
    """Return what a column's metadata says: label, unit, definition."""
    return {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}


def description(field: pa.Field) -> str:
    """Return a column's label, unit and definition in one line."""
    said = said_of(field)
    unit = f" ({said['unit']})" if said.get("unit") else ""
    definition = f". {said['definition']}" if said.get("definition") else ""
    return f"{said.get('label', field.name)}{unit}{definition}"
