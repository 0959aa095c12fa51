"""Rows of place tables become places.

Belongs here: reading the text of a table, and the cells of a row. Does not belong here: whether places fit one another
(``schemas.places.refusals``).
"""

from collections.abc import Iterable, Mapping
from datetime import date

from schemas.kept import KeptError, kept_rows
from schemas.places.place import TERRITORIES, Place, own_name
from schemas.places.refusals import refused
from schemas.text import fold

_NEEDED = ("code", "level", "name")
"""Columns without which a table is none; any other may be missing."""


def rows_of(table: str) -> dict[tuple[str, ...], Mapping[str, str]]:
    """Return the rows of one table by what tells one place from another: a village is one only within its commune.

    Raises:
        SentenceError: The table cannot be read, or two of its rows are of one place.
    """
    try:
        rows = kept_rows(table, _NEEDED, ragged=True)
    except KeptError as reason:
        raise refused(f"{reason}. Sửa chỗ đó rồi chạy lại.") from reason
    found: dict[tuple[str, ...], Mapping[str, str]] = {}
    for row in rows:
        if row.trouble:
            raise refused(f"dòng {row.line} {row.trouble}. Sửa dòng đó rồi chạy lại.")
        cells = row.cells
        code, level = cells["code"], cells["level"]
        # Of desks without a parent, packs may have one of a code each.
        home = cells.get("parent") or cells.get("packs") or ""
        key = (code,) if level in TERRITORIES else (level, home, code)
        if key in found:
            raise refused(f"có hai dòng mang mã «{code}». Bỏ một dòng rồi chạy lại.")
        found[key] = cells
    return found


def _day(row: Mapping[str, str], column: str) -> date | None:
    text = row.get(column)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise refused(f"«{row['code']}» ghi ngày «{text}»; cần dạng 2024-06-30. Sửa dòng đó rồi chạy lại.") from None


def _due(code: str, words: Iterable[str]) -> dict[str, int]:
    """Return the days by the codes of forms of words such as ``15`` and ``G02=30``."""
    found: dict[str, int] = {}
    for word in words:
        form, _, days = word.rpartition("=")
        if not (days.isascii() and days.isdigit()) or form in found or word.startswith("="):
            raise refused(
                f"«{code}» ghi hạn gửi «{word}»; cần số ngày sau khi hết kỳ, như 15, hoặc của một biểu, như G02=30. "
                "Sửa dòng đó rồi chạy lại."
            )
        found[form] = int(days)
    return found


def place_of(row: Mapping[str, str]) -> Place:
    """Return the place that a row is.

    Raises:
        SentenceError: It has no code or no name, ends before it begins, or has a day or days that are none.
    """
    place = Place(
        code=row["code"],
        level=row["level"],
        name=own_name(row),
        parent=row.get("parent") or "",
        aliases=tuple(filter(None, (row.get("aliases") or "").split("|"))),
        valid_from=_day(row, "valid_from"),
        valid_to=_day(row, "valid_to"),
        successor=row.get("successor") or "",
        kind=row.get("kind") or (row["level"] if row["level"] == "village" else row["code"]),
        forms=frozenset((row.get("forms") or "").split()),
        packs=tuple((row.get("packs") or "").split()),
        due=tuple(_due(row["code"], (row.get("due") or "").split()).items()),
    )
    if not place.code or not all(map(fold, (place.name, *place.aliases))):
        raise refused(f"«{place.code}» thiếu mã hoặc tên, hoặc có một tên không có chữ nào. Sửa dòng đó rồi chạy lại.")
    if place.valid_from and place.valid_to and place.valid_to < place.valid_from:
        raise refused(f"«{place.code}» hết hiệu lực trước khi bắt đầu. Sửa ngày ở dòng đó rồi chạy lại.")
    return place
