import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.xml.constants import SHEET_MAIN_NS

from pipelines.present import marked as marked_copies
from pipelines.present.marked import DOUBTFUL, INVOLVED, MarkedError, letter, mark, of_reporter, write
from pipelines.steps.collect.headings import COVER
from pipelines.steps.problems import problem_rows
from pipelines.steps.validate.wording import of_problems
from pipelines.store.raw import Raw
from schemas.findings import parts_of
from schemas.forms.b01_livestock import Livestock
from schemas.problem import Parts
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import CELLS, FINDINGS
from tests.unit.builders import (
    COMMUNE,
    PERIOD,
    PLACES,
    VILLAGE_CODE,
    Row,
    address_of,
    changed,
    filled,
    raw_file,
    read,
    rows,
    run,
)
from tests.unit.letters import unfit

KEY = ReturnSetKey(PERIOD.code, COMMUNE)
SHEET, FILE = Livestock.sheet, "pa_phao.xlsx"
HORSE, WHITE, GOAT = (address_of(Livestock, name) for name in ("horse", "horse_white", "goat"))
CONTENT = filled(Livestock, {"horse": 207, "pig": "1.000"})


def finding(cells: str, message: str = "Sai.", **more: str) -> Row:
    base = dict.fromkeys(FINDINGS.names, "") | {"code": "B01-02", "severity": "error", "file": FILE, "sheet": SHEET}
    base |= {"period": PERIOD.code, "commune": COMMUNE, "reporter": VILLAGE_CODE}
    return base | {"cells": cells, "message": message} | more


def sheet_of(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))[SHEET]


def marks(content: bytes) -> dict[str, tuple[str, str]]:
    """Fill and comment of every commented cell."""
    found = (cell for line in sheet_of(content).iter_rows() for cell in line if cell.comment)
    return {cell.coordinate: (cell.fill.start_color.rgb, cell.comment.text) for cell in found}


def test_the_first_cell_of_a_finding_is_marked_stronger_than_the_others() -> None:
    marked = marks(mark(CONTENT, [finding(f"{HORSE};{WHITE}", "Tổng không khớp.")], PLACES))
    words = "[B01-02] Tổng không khớp."
    assert marked == {HORSE: (DOUBTFUL, words), WHITE: (INVOLVED, words)}


def test_several_findings_on_a_cell_are_one_comment_and_the_strongest_colour() -> None:
    marked = marks(
        mark(CONTENT, [finding(f"{HORSE};{WHITE}", "Một."), finding(f"{WHITE};{GOAT}", "Hai.", code="X-1")], PLACES)
    )
    assert marked[WHITE] == (DOUBTFUL, "[B01-02] Một.\n\n[X-1] Hai.")
    assert (marked[HORSE][0], marked[GOAT][0]) == (DOUBTFUL, INVOLVED)


def test_a_comment_of_the_reporter_is_kept() -> None:
    def comment(sheet: Any) -> None:
        sheet[HORSE].comment = Comment("Đếm ngày 30/6", "thôn")

    marked = marks(mark(changed(CONTENT, comment), [finding(HORSE)], PLACES))
    assert marked[HORSE][1] == "Đếm ngày 30/6\n\n[B01-02] Sai."


@pytest.mark.parametrize("place", [{"sheet": ""}, {"sheet": "Trang khác"}, {}])
def test_a_finding_without_a_cell_stands_at_the_head_of_the_sheet(place: dict[str, str]) -> None:
    assert marks(mark(CONTENT, [finding("", **place)], PLACES)) == {"A1": (INVOLVED, "[B01-02] Sai.")}


def test_a_cell_inside_merged_ones_is_marked_at_the_first_of_them() -> None:
    assert set(marks(mark(CONTENT, [finding("C5")], PLACES))) == {"A5"}


def test_nothing_but_the_marks_is_changed() -> None:
    copy = mark(CONTENT, [finding(f"{HORSE};{GOAT}")], PLACES)
    unhashed = [name for name in CELLS.names if name != "sha256"]
    before, after = (rows(read([raw_file(content)])[1][unhashed]) for content in (CONTENT, copy))
    assert before == [row for row in after if row["sheet"] != COVER]
    old, new = sheet_of(CONTENT), sheet_of(copy)
    assert {str(one) for one in old.merged_cells.ranges} == {str(one) for one in new.merged_cells.ranges}
    assert old.column_dimensions["B"].width == new.column_dimensions["B"].width
    assert (new[HORSE].number_format, new[HORSE].border.left.style) == (old[HORSE].number_format, "thin")


ASKED = Parts(
    "Thôn Pá Phào, ",
    "tệp x: cũ.xlsx, trang «Chăn nuôi», ô D12: ",
    "«Đàn ngựa» ghi 207.",
    " Hỏi lại đơn vị báo cáo xem ô nào sai, rồi ghi đính chính.",
)
BLANK = Parts(
    "Thôn Pá Phào, ",
    "ô D20: ",
    "«Mèo» để trống.",
    f" {Problems.BLANK.value.task.office}",
)
FOUND = [
    finding(HORSE, **ASKED.kept(), suggestion="267"),
    finding(GOAT, **BLANK.kept(), sheet="=1+1", code="C-10"),
]


def test_a_village_is_asked_and_told_neither_what_the_office_does_nor_what_it_guesses() -> None:
    copy = mark(CONTENT, FOUND, PLACES)
    book = openpyxl.load_workbook(io.BytesIO(copy))
    cover = [[cell.value for cell in row] for row in book[COVER].iter_rows()]
    assert book.sheetnames == [COVER, SHEET]
    assert cover[0][0] == "Kính gửi Thôn Pá Phào"
    assert cover[1][0].startswith("Báo cáo 6 tháng đầu năm 2024 của đơn vị có 2 chỗ cần xem lại.")
    assert cover[4] == [1, SHEET, HORSE, "«Đàn ngựa» ghi 207.", None]
    assert cover[5] == [2, "=1+1", GOAT, "«Mèo» để trống. Xin ghi số; nếu không phát sinh thì ghi «-».", None]
    assert book[COVER]["B6"].data_type == "s", "what somebody wrote is not worked out"
    assert book[COVER]["C5"].hyperlink.location == f"'{SHEET}'!{HORSE}"
    assert book[COVER].page_setup.paperSize == 9
    told = letter(KEY, VILLAGE_CODE, PLACES, [*FOUND, finding(HORSE, code="L-02")])
    every = [told, *(str(value) for row in cover for value in row), *(words for _, words in marks(copy).values())]
    for never in ("Hỏi", "hỏi lại", "267", "đính chính", "L-02"):
        assert not [words for words in every if never in words]
    assert letter(KEY, VILLAGE_CODE, PLACES, [finding(HORSE, code="L-02")]) == ""


def corrected(**more: str) -> Row:
    """An entry in which another number stands for what was written."""
    at = {"form": "B01", "field": "horse", "line": "", "line_name": "", "file": FILE, "sheet": SHEET, "cell": HORSE}
    return at | {"received": "207", "text": "267", "correction": "Đã gọi trưởng thôn: ghi nhầm một chữ số"} | more


TOLD = (
    f"Trang «{SHEET}», ô {HORSE}, «{Livestock.fields()['horse'].label}»: đơn vị ghi «207», xã sửa thành «267». "
    "Lý do: Đã gọi trưởng thôn: ghi nhầm một chữ số."
)


def test_a_village_is_told_what_the_office_corrected_so_that_it_does_not_send_it_again() -> None:
    words = letter(KEY, VILLAGE_CODE, PLACES, [finding(GOAT, **BLANK.kept(), code="C-10")], [corrected()])
    lines = words.splitlines()
    assert lines.index(f"1. {TOLD}") > next(at for at, line in enumerate(lines) if line.startswith("1. Ô D20"))
    assert "Xã đã sửa các số sau trong báo cáo 6 tháng đầu năm 2024 của đơn vị." in words
    assert unfit(words) == []
    assert "B01" not in words


def test_what_was_corrected_is_told_where_nothing_else_is_to_be_asked() -> None:
    words = letter(KEY, VILLAGE_CODE, PLACES, [], [corrected(), corrected(received="", correction="Quên ghi.")])
    assert words.startswith("Kính gửi Thôn Pá Phào,\n\nXã đã sửa")
    assert "chỗ cần xem lại" not in words
    assert "\n2. " in words
    assert "đơn vị để trống, xã sửa thành «267». Lý do: Quên ghi.\n" in words


def test_the_cover_of_a_marked_workbook_tells_what_was_corrected_in_it(raw: Raw, tmp_path: Path) -> None:
    own, of_another = corrected(), corrected(file="khac.xlsx", received="1")
    (path,) = write(raw, KEY, FOUND[:1], files(FILE), tmp_path / "out", [own, of_another]).written
    said = [row[0].value for row in openpyxl.load_workbook(path)[COVER].iter_rows() if row[0].value]
    assert TOLD in said
    assert said.index(TOLD) < next(at for at, words in enumerate(said) if str(words).startswith("Người trả lời"))
    assert not [words for words in said if "«1»" in str(words)]


NAMED_ODDLY = "pa_phao: lần 2.xlsx"
EACH_KIND = pytest.mark.parametrize("kind", Problems, ids=lambda kind: kind.name)
QUESTION = "xác nhận số đã ghi là đúng"


def told_of(kind: Problems) -> Row:
    """The finding on a problem, its open places filled with marks."""
    said = {"file": NAMED_ODDLY, "sheet": SHEET, "cells": HORSE, "form": "B01", "field": "horse"}
    place = {
        "period": PERIOD.code,
        "commune": COMMUNE,
        "reporter": VILLAGE_CODE,
        "written": "‹ghi›",
        "expected": "‹cần›",
    }
    (row,) = of_problems(problem_rows(kind, [said | place]), Livestock, PLACES, {})
    return {name: row[name] for name in FINDINGS.names}


@EACH_KIND
def test_a_letter_says_what_is_wrong_and_asks_what_is_the_reporters_to_do(kind: Problems) -> None:
    row, asked = told_of(kind), kind.value.task.reporter
    words = letter(KEY, VILLAGE_CODE, PLACES, [row])
    assert unfit(words) == []
    if asked is None:
        assert words == ""
        return
    assert (QUESTION in words) == (not asked), "which number is right is asked above, and only where that is asked"
    (told,) = [line for line in words.splitlines() if line.startswith("1. ")]
    assert told.endswith(asked or kind.value.wrong.words[-1])
    assert told.count("‹ghi›") == kind.value.wrong.words.count("{written}")
    assert "Thôn Pá Phào" not in told, "it is addressed to them"


@EACH_KIND
def test_the_parts_of_a_finding_are_its_sentences_and_what_is_wrong_does_not_begin_with_a_place(kind: Problems) -> None:
    row = told_of(kind)
    said, of_release = parts_of(row), parts_of(row | {"parts": ""})
    assert (said.message, of_release.message) == (row["message"], row["message"])
    assert not re.match(r"(Thôn Pá Phào\b|tệp .*?, trang )", said.wrong, re.IGNORECASE)
    if kind.value.task.reporter is not None:
        assert of_release.office == said.office


def test_the_place_of_a_cell_is_left_out_of_the_cover_sheet_whatever_the_file_is_called() -> None:
    """A colon in the name of a file is none of the sentence."""
    book = openpyxl.load_workbook(io.BytesIO(mark(CONTENT, [told_of(Problems.NOT_A_NUMBER)], PLACES)))
    assert (
        book[COVER]["D5"].value
        == f"«{Livestock.fields()['horse'].label}» ghi «‹ghi›», không phải là số. Xin ghi bằng chữ số."
    )


def test_a_marked_copy_says_nothing_that_a_letter_does_not() -> None:
    asked = of_reporter([told_of(kind) for kind in Problems])
    book = openpyxl.load_workbook(io.BytesIO(mark(CONTENT, asked, PLACES)))
    said = [cell.value for row in book[COVER].iter_rows() for cell in row if isinstance(cell.value, str)]
    said += [cell.comment.text for row in book[SHEET].iter_rows() for cell in row if cell.comment]
    assert [unfit(words) for words in said if unfit(words)] == []
    assert book[COVER].cell(len(asked) + 4, 1).value == len(asked)


def test_what_only_the_office_does_is_left_out_of_a_letter_that_asks() -> None:
    words = letter(KEY, VILLAGE_CODE, PLACES, [told_of(kind) for kind in Problems])
    count = sum(kind.value.task.reporter is not None for kind in Problems)
    assert f"{count} chỗ cần xem lại" in words
    assert f"\n{count}. " in words
    assert f"\n{count + 1}. " not in words


def test_the_findings_of_another_reporter_in_a_workbook_keep_their_name() -> None:
    other = finding("", "Thôn Pá Phào Dưới, trang này: Sai.", reporter="na_lia")
    book = openpyxl.load_workbook(io.BytesIO(mark(CONTENT, [finding(HORSE), other], PLACES)))
    assert book[COVER]["D6"].value == "Thôn Pá Phào Dưới, trang này: Sai."


def test_the_cover_sheet_is_not_read_when_the_workbook_comes_back() -> None:
    before, after = (run(raw_file(content)) for content in (CONTENT, mark(CONTENT, FOUND, PLACES)))
    assert [row["value"] for row in after.entries.to_pylist()] == [row["value"] for row in before.entries.to_pylist()]
    assert after.met(blanks=True) == before.met(blanks=True)

    def answer(book: Any) -> None:
        book["E5"] = 267

    answered = run(raw_file(changed(mark(CONTENT, FOUND, PLACES), answer)))
    assert [(row["problem"], row["sheet"]) for row in answered.met()] == [("NO_FORM", COVER)], "an answer is not lost"


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    folder = tmp_path / "raw" / KEY.period / KEY.commune
    folder.mkdir(parents=True)
    for name in (FILE, "khac.xlsx"):
        (folder / name).write_bytes(CONTENT)
    return Raw(tmp_path / "raw")


def files(*names: str, content: bytes = CONTENT, problem: str = "") -> list[Row]:
    return [{"file": name, "sha256": hashlib.sha256(content).hexdigest(), "problem": problem} for name in names]


def state(raw: Raw) -> dict[Path, tuple[bytes, int]]:
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in raw.root.rglob("*") if path.is_file()}


def test_each_workbook_with_findings_gets_a_copy_and_the_originals_stay_untouched(raw: Raw, tmp_path: Path) -> None:
    before = state(raw)
    out = tmp_path / "gửi lại" / "đợt 1"
    found = [finding(HORSE), finding(GOAT), finding("", file="", code="H-01")]
    done = write(raw, KEY, found, files(FILE, "khac.xlsx"), out)
    assert done.written == (out / "pa_phao - cần sửa.xlsx",)
    assert done.left_out == ()
    assert [path.name for path in out.iterdir()] == ["pa_phao - cần sửa.xlsx"]
    assert set(marks(done.written[0].read_bytes())) == {HORSE, GOAT}
    assert state(raw) == before
    assert write(raw, KEY, found, files(FILE), out).written == done.written  # written over, not beside


def test_of_a_workbook_that_is_gone_it_is_not_told_to_run_again(raw: Raw, tmp_path: Path) -> None:
    found = [finding("", file="mat.xlsx", code="H-02"), finding(HORSE)]
    (gone,) = write(raw, KEY, found, files(FILE), tmp_path / "out").left_out
    assert gone.startswith("Tệp mat.xlsx không còn trong thư mục báo cáo nên không có gì để đánh dấu.")
    (since,) = write(raw, KEY, found, files(FILE, "mat.xlsx"), tmp_path / "out").left_out
    assert since.endswith("Chạy: returns refresh"), "where the last run has read it, another says that it is gone"


@pytest.mark.parametrize("inside", [".", "x", "2024-H1/huu-kien", "2024-H1/huu-kien/../a"])
def test_the_raw_folder_takes_no_copies(raw: Raw, inside: str, tmp_path: Path) -> None:
    before = state(raw)
    (tmp_path / "link").symlink_to(raw.root)
    for folder in (raw.root / inside, tmp_path / "link" / inside):
        with pytest.raises(MarkedError, match="Chọn thư mục khác"):
            write(raw, KEY, [finding(HORSE)], files(FILE), folder)
    assert state(raw) == before


def test_a_file_in_the_place_of_the_folder_is_told(raw: Raw, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(MarkedError, match="là một tệp"):
        write(raw, KEY, [finding(HORSE)], files(FILE), tmp_path / "out")


def test_a_workbook_that_changed_since_or_cannot_be_opened_is_left_out_with_a_sentence(
    raw: Raw, tmp_path: Path
) -> None:
    unreadable = files("khac.xlsx", problem="UNREADABLE_FILE")
    known = files(FILE, content=b"older") + unreadable
    found = [finding(HORSE), finding("", "Không mở được.", file="khac.xlsx", sheet="")]
    done = write(raw, KEY, found, known, tmp_path / "out")
    assert done.written == ()
    assert "returns refresh" in done.left_out[0]
    assert done.left_out[1] == "Không mở được."


def test_what_is_wrong_with_the_offices_own_ledger_is_not_sent_to_a_village(raw: Raw, tmp_path: Path) -> None:
    found = [finding(HORSE, code="L-02"), finding("", file="corrections.csv", sheet="", code="L-01")]
    assert write(raw, KEY, found, files(FILE), tmp_path / "out").written == ()
    assert not (tmp_path / "out").exists()


NO_NUMBER = f"<worksheet xmlns='{SHEET_MAIN_NS}'><cols><col min='x'/></cols></worksheet>"


def without(part: str, instead: bytes | None = None) -> bytes:
    """The workbook without one of its parts, or with other bytes in its place."""
    kept, changed = zipfile.ZipFile(io.BytesIO(CONTENT)), io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name in kept.namelist():
            if name != part:
                archive.writestr(name, kept.read(name))
            elif instead is not None:
                archive.writestr(name, instead)
    return changed.getvalue()


@pytest.mark.parametrize(
    "broken",
    [
        CONTENT[:2000],
        without("xl/workbook.xml"),
        without("xl/styles.xml", b"<styleSheet"),
        without("xl/worksheets/sheet1.xml", NO_NUMBER.encode()),
    ],
    ids=["cut off", "a part is missing", "no XML", "an attribute is no number"],
)
def test_a_workbook_that_openpyxl_cannot_open_is_left_out_and_the_next_is_marked(
    raw: Raw, tmp_path: Path, broken: bytes
) -> None:
    (raw.root / KEY.period / KEY.commune / FILE).write_bytes(broken)
    known = [*files(FILE, content=broken), *files("khac.xlsx")]
    done = write(raw, KEY, [finding(HORSE), finding(HORSE, file="khac.xlsx")], known, tmp_path / "out")
    assert [path.name for path in done.written] == ["khac - cần sửa.xlsx"]
    (sentence,) = done.left_out
    assert sentence.startswith(f"Tệp {FILE} không đánh dấu được (")


@pytest.mark.parametrize("error", [KeyError, TypeError, ValueError])
def test_an_error_of_our_own_is_not_told_as_a_broken_workbook(
    raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error("suggestion")

    monkeypatch.setattr(marked_copies, "_comment", fail)
    with pytest.raises(error, match="suggestion"):
        write(raw, KEY, [finding(HORSE)], files(FILE), tmp_path / "out")
