"""Rows of forms: their codes, sheets, tables and reporters, and since when their versions are in force.

Belongs here: what the sheet of forms says. Does not belong here: what a form asks for, and how its lines are called
(``pipelines.steps.design.fields``, ``lines``), making it (``pipelines.steps.design.forms``).
"""

import re
from collections.abc import Sequence
from datetime import date

from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.values import CODE, Once, before_colon, names_in, nearest, slugged, well_formed, whole_in
from schemas.design.faults import Faults
from schemas.design.parts import Known
from schemas.design.sheets import PERIOD_KINDS
from schemas.periods import Period, PeriodKind
from schemas.sentences import SentenceError
from schemas.text import fold, slug

_FORM_CODE = re.compile(r"[A-Z]\d{2}")
_SHEET_NAME = re.compile(r"[^\[\]:*?/\\]{1,31}")


class FormRows:
    """The rows of the forms of a design, by their codes.

    Args:
        rows: Those of the sheet of forms.
        known: What there is already.
        told: Takes the faults.
    """

    def __init__(self, rows: Sequence[Row], known: Known, told: Told) -> None:
        self.known, self.told = known, told
        self.in_use = {form.code: form for form in known.design.forms}
        self.since: dict[str, dict[int, str]] = {}
        self.by_code = self._by_code(rows)

    def _by_code(self, rows: Sequence[Row]) -> dict[str, Row]:
        codes, domains, sheets, found = Once(self.told), Once(self.told), Once(self.told), {}
        for row in rows:
            if not well_formed(row, "code", _FORM_CODE, "một chữ cái in hoa và hai chữ số, như S01", self.told):
                continue
            if codes.take(row["code"], row, "code"):
                found[row["code"]] = row
            if row["sheet"]:
                expected = "nhiều nhất 31 ký tự, không có [ ] : * ? / \\"
                well_formed(row, "sheet", _SHEET_NAME, expected, self.told)
                self._refuse_taken_sheet(row, sheets)
            if row["domain"] and well_formed(row, "domain", CODE, slugged(row["domain"]), self.told):
                domains.take(row["domain"], row, "domain")
            asked = self.known.reporters
            if row["reporter"] and asked and before_colon(row["reporter"]) not in asked:
                kind = before_colon(row["reporter"])
                expected = (
                    f"{nearest(kind, asked)}; đơn vị mới thì thêm ở places.csv của thư mục báo cáo một dòng có level "
                    f"là desk, parent là mã xã, kind là {slug(kind)}, rồi kiểm tra cùng thư mục đó"
                )
                self.told.tell(Faults.UNKNOWN, row, "reporter", written=kind, expected=expected)
            for word in names_in(row, "periods"):
                if kind_called(word) is None:
                    expected = ", ".join(PERIOD_KINDS)
                    self.told.tell(Faults.MALFORMED, row, "periods", written=word, expected=expected)
            if row["version"] == "0":
                self.told.tell(Faults.MALFORMED, row, "version", expected="số từ 1 trở lên")
            self.since.setdefault(row["code"], self._periods_of_versions(row))
        return found

    def _refuse_taken_sheet(self, row: Row, sheets: Once) -> None:
        """Tell of a sheet that one workbook would have twice: whoever reports gets all their forms in one."""
        kind, name = before_colon(row["reporter"]), fold(row["sheet"])
        sheets.take(f"{kind}\n{name}", row, "sheet")
        for other in self.in_use.values():
            if (other.reporter_kind, fold(other.sheet)) == (kind, name) and other.code != row["code"]:
                self.told.tell(Faults.TAKEN, row, "sheet", expected=f"biểu {other.code} đang dùng")

    def _periods_of_versions(self, row: Row) -> dict[int, str]:
        """Return since which period each version of a form is in force, but for the first that is known."""
        version, codes = whole_in(row, "version", 1), names_in(row, "since")
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

    def versions(self, form: str) -> range:
        """Return the numbers of the versions of a form that are known."""
        version = whole_in(self.by_code[form], "version", 1) if form in self.by_code else 1
        return range(min(self.since.get(form) or (version + 1,)) - 1, version + 1)


def other_versions(row: Row, numbers: range) -> list[str]:
    """Return the columns in which a row names versions of its form that there are not."""
    return [name for name in ("since", "until") if row[name] and whole_in(row, name, numbers[0]) not in numbers]


def versions_known(numbers: range) -> str:
    """Return which versions there are, as a part of a Vietnamese sentence."""
    return f"phiên bản từ {numbers[0]} đến {numbers[-1]}"


def refuse_other_versions(row: Row, numbers: range, told: Told, known: str) -> None:
    """Tell of a field or a line of versions that there are not, or that is no more before it is.

    Args:
        row: Its row.
        numbers: The versions of its form.
        told: Takes the faults.
        known: Which these are, in words.
    """
    for name in other_versions(row, numbers):
        told.tell(Faults.MALFORMED, row, name, expected=known)
    first = whole_in(row, "since", numbers[0])
    if whole_in(row, "until", first) < first:
        told.tell(Faults.MALFORMED, row, "until", expected=f"phiên bản từ {first} trở lên")


def kind_called(word: str) -> PeriodKind | None:
    """Return the kind of period that a word names; nothing where it is none."""
    return next((kind for label, kind in PERIOD_KINDS.items() if fold(label) == fold(word)), None)


def _period(code: str) -> Period | None:
    """Return the period of a code; nothing where it is none."""
    try:
        return Period.parse(code)
    except SentenceError:
        return None
