import csv
import datetime as dt
import io
import subprocess
import sys
import unicodedata
from contextlib import nullcontext
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from pipelines.settings import now
from pipelines.steps.collect import read as reading
from pipelines.steps.collect.aim import located
from pipelines.steps.collect.correct import read_ledger, refused
from pipelines.steps.collect.sheets import mark_of
from pipelines.steps.frames import to_frame
from pipelines.store.ledger import CellPlace, Ledger, LedgerError
from pipelines.store.raw import Raw
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b03_crops import Crops
from schemas.forms.b04_forestry import Forestry
from schemas.return_sets import ReturnSetKey
from schemas.tables import IN_EVERY_LEDGER, LATER, LEDGER, in_folder
from tests.unit.builders import (
    COMMUNE,
    LEDGER_HEADING,
    PERIOD,
    PLACES,
    ROOT,
    Cell,
    Row,
    address_of,
    changed,
    decided,
    filled,
    rows,
)

KEY = ReturnSetKey(PERIOD.code, COMMUNE)
NOON = dt.datetime(2024, 7, 2, 12, 0, 30, 999, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
SHEET, FILE = Livestock.sheet, "pa_phao.xlsx"
HORSE, GOAT, PIG = (address_of(Livestock, name) for name in ("horse", "goat", "pig"))
WHO, WHY = "cán bộ thống kê xã", "Đã gọi trưởng thôn"
AT = CellPlace(FILE, SHEET, HORSE)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """The ledger, not yet there, of a set with one workbook."""
    folder = tmp_path / "raw" / KEY.period / KEY.commune
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(filled(Livestock, {"horse": 207, "pig": "1.000"}))
    return Ledger(Raw(tmp_path / "raw"), KEY, now=lambda: NOON)


def path_of(ledger: Ledger) -> Path:
    return ledger.raw.ledger_path(KEY)


def written(ledger: Ledger) -> list[Row]:
    return list(csv.DictReader(io.StringIO(path_of(ledger).read_text("utf-8-sig"), newline="")))


def cell(ledger: Ledger, address: str = HORSE) -> tuple[Row, list[str]]:
    """A cell as the next run will use it, and the problems that run will meet."""
    entries, unreadable = read_ledger({KEY: ledger.raw.ledger(KEY) or LEDGER_HEADING})
    assert unreadable.empty
    corrected, problems, _ = located(reading.read(ledger.raw.files(KEY)).cells, entries, FORMS, PLACES)
    cells = to_frame([corrected.whole()], corrected.decided.schema)
    problems = problems[problems["problem"].str.startswith("LEDGER")]
    found = {row["cell"]: row for row in rows(cells)}
    return found[address], problems["problem"].tolist()


def resend(ledger: Ledger, horse: int | None) -> None:
    """The village sends its workbook again."""
    (path_of(ledger).parent / FILE).write_bytes(filled(Livestock, {} if horse is None else {"horse": horse}))


def files_in(ledger: Ledger) -> set[str]:
    return {path.name for path in path_of(ledger).parent.iterdir()} - {".corrections.csv.lock"}


def test_the_first_correction_begins_the_ledger_and_takes_the_old_text_from_the_workbook(ledger: Ledger) -> None:
    entry = ledger.accept(AT, "267", reason=WHY, who=WHO, suggestion="267 (thay một chữ số)")
    assert path_of(ledger).read_text("utf-8").splitlines() == [
        ",".join([LEDGER_HEADING, *LATER]),
        f"2024-07-02T12:00:30+07:00,{WHO},{FILE},{SHEET},{HORSE},207,267,{WHY},267 (thay một chữ số),accepted,"
        "B01,pa_phao,,horse,",
    ]
    assert written(ledger) == [entry]
    now, problems = cell(ledger)
    assert (now["text"], now["received"], now["correction"], problems) == ("267", "207", WHY, [])
    assert files_in(ledger) == {FILE, "corrections.csv"}


def test_the_clock_is_vietnams() -> None:
    assert now().isoformat().endswith("+07:00")


def test_a_blank_value_cell_can_be_filled(ledger: Ledger) -> None:
    assert ledger.accept(CellPlace(FILE, SHEET, GOAT), "31", reason=WHY, who=WHO)["old"] == ""
    assert cell(ledger, GOAT)[0]["text"] == "31"


def test_names_are_taken_as_the_workbook_writes_them(ledger: Ledger) -> None:
    entry = ledger.accept(CellPlace(FILE, " chăn NUÔI", f"$d${HORSE[1:]}"), "267", reason=WHY, who=WHO)
    assert (entry["sheet"], entry["cell"]) == (SHEET, HORSE)


@pytest.mark.parametrize(
    ("place", "new", "reason", "who", "part"),
    [
        (CellPlace("khac.xlsx", SHEET, HORSE), "1", WHY, WHO, f"Các tệp: {FILE}"),
        (CellPlace("../huu-kien/pa_phao.xlsx", SHEET, HORSE), "1", WHY, WHO, "Không có tệp"),
        (CellPlace("corrections.csv", SHEET, HORSE), "1", WHY, WHO, "Không có tệp"),
        (CellPlace(FILE, "Trang khác", HORSE), "1", WHY, WHO, f"Các trang: «{SHEET}»"),
        (CellPlace(FILE, SHEET, "13D"), "1", WHY, WHO, "không phải là địa chỉ ô"),
        (CellPlace(FILE, SHEET, "XFE1"), "1", WHY, WHO, "không phải là địa chỉ ô"),
        (CellPlace(FILE, SHEET, "D1048577"), "1", WHY, WHO, "không phải là địa chỉ ô"),
        (CellPlace(FILE, SHEET, "Z99"), "1", WHY, WHO, "không phải ô ghi số"),
        (AT, "207", WHY, WHO, "không có gì để đính chính"),
        (AT, "267", "  ", WHO, "Chưa ghi lý do"),
        (AT, "267", WHY, " ", "Ghi chức danh"),
        (AT, "", WHY, WHO, "để trống"),
        (AT, "hai trăm", WHY, WHO, "không đọc được"),
        (AT, "267.5", WHY, WHO, "1.234,5"),
        (AT, "267,5", WHY, WHO, "chữ số lẻ"),
    ],
)
def test_what_will_not_do_is_refused_in_a_sentence_and_nothing_is_written(
    ledger: Ledger, place: CellPlace, new: str, reason: str, who: str, part: str
) -> None:
    with pytest.raises(LedgerError, match=r"\.$") as refusal:
        ledger.accept(place, new, reason=reason, who=who)
    assert part in str(refusal.value)
    assert files_in(ledger) == {FILE}


def test_a_cell_that_holds_no_number_takes_any_text(ledger: Ledger) -> None:
    content = changed(
        filled(Livestock, {"horse": 5}), lambda sheet: sheet["A5"].__setattr__("value", "Đơn vị báo cáo: ?")
    )
    (path_of(ledger).parent / FILE).write_bytes(content)
    ledger.accept(CellPlace(FILE, SHEET, "A5"), "Đơn vị báo cáo: Thôn Pá Phào", reason=WHY, who=WHO)
    assert cell(ledger, "A5")[0]["text"] == "Đơn vị báo cáo: Thôn Pá Phào"


def test_a_line_that_says_which_form_or_whose_is_not_made_a_number(ledger: Ledger) -> None:
    marks = [row["cell"] for row in rows(decided(ledger.raw.files(KEY), read_ledger({})[0])[0]) if mark_of(row["text"])]
    assert marks
    for address in marks:
        for new in ("5", "-1.234,5", " 12 "):
            with pytest.raises(LedgerError, match="không thể thay bằng một con số"):
                ledger.accept(CellPlace(FILE, SHEET, address), new, reason=WHY, who=WHO)
        ledger.accept(CellPlace(FILE, SHEET, address), "Đơn vị báo cáo: Thôn 5", reason=WHY, who=WHO)
    assert len(written(ledger)) == len(marks)


def test_corrections_that_only_make_sense_together_are_all_written_or_none(ledger: Ledger) -> None:
    changes = [(AT, "267"), (CellPlace(FILE, SHEET, PIG), "một trăm")]
    with pytest.raises(LedgerError, match="không đọc được «một trăm»"):
        ledger.accept_all(changes, reason=WHY, who=WHO)
    assert not path_of(ledger).exists()
    entries = ledger.accept_all([changes[0], (CellPlace(FILE, SHEET, PIG), "100")], reason=WHY, who=WHO)
    assert written(ledger) == entries
    assert [(entry["cell"], entry["new"]) for entry in entries] == [(HORSE, "267"), (PIG, "100")]


def test_a_workbook_that_cannot_be_opened_is_told(ledger: Ledger) -> None:
    (path_of(ledger).parent / FILE).write_bytes(b"PK")
    with pytest.raises(LedgerError, match="không mở được"):
        ledger.accept(AT, "1", reason=WHY, who=WHO)


def test_a_correction_is_taken_back_by_correcting_to_what_was_received(ledger: Ledger) -> None:
    ledger.accept(AT, "267", reason=WHY, who=WHO)
    with pytest.raises(LedgerError, match="đã là «267»"):
        ledger.accept(AT, "267", reason=WHY, who=WHO)
    ledger.accept(AT, "207", reason="Nghe nhầm", who=WHO)
    now, problems = cell(ledger)
    assert (now["text"], now["kind"], now["correction"], problems) == ("207", "number", "", [])


def test_a_fulfilled_correction_is_replaced_even_by_the_number_that_now_stands(ledger: Ledger) -> None:
    ledger.accept(AT, "267", reason=WHY, who=WHO)
    resend(ledger, 267)
    assert cell(ledger)[1] == ["LEDGER_FULFILLED"]
    ledger.accept(AT, "267", reason="Thôn gửi lại đúng số", who=WHO)
    now, problems = cell(ledger)
    assert (now["text"], problems) == ("267", [])


def test_a_number_is_kept_as_it_is(ledger: Ledger) -> None:
    entry = ledger.confirm(AT, reason=WHY, who=WHO)
    assert (entry["old"], entry["new"], entry["decision"]) == ("207", "207", "as_is")
    now, problems = cell(ledger)
    assert (now["text"], now["kind"], now["correction"]) == ("207", "number", "")
    assert (now["confirmed"], now["confirmed_by"], problems) == (WHY, WHO, [])
    with pytest.raises(LedgerError, match="đã được ghi là giữ nguyên"):
        ledger.confirm(AT, reason=WHY, who=WHO)


def test_a_confirmation_of_a_number_that_changed_is_stale(ledger: Ledger) -> None:
    ledger.confirm(AT, reason=WHY, who=WHO)
    resend(ledger, 208)
    now, problems = cell(ledger)
    assert (now["confirmed"], problems) == ("", ["LEDGER_STALE"])
    ledger.confirm(AT, reason="Thôn xác nhận cả số mới", who=WHO)
    assert cell(ledger)[1] == []


def test_a_corrected_number_can_be_confirmed_and_stays_corrected(ledger: Ledger) -> None:
    ledger.accept(AT, "267", reason="ghi nhầm", who=WHO)
    entry = ledger.confirm(AT, reason=WHY, who=WHO)
    assert (entry["old"], entry["new"]) == ("207", "267")
    now, problems = cell(ledger)
    assert (now["text"], now["correction"], now["confirmed"], problems) == ("267", "ghi nhầm", WHY, [])


def test_a_later_correction_takes_the_place_of_a_confirmation(ledger: Ledger) -> None:
    ledger.confirm(AT, reason=WHY, who=WHO)
    ledger.accept(AT, "267", reason="ghi nhầm", who=WHO)
    now, problems = cell(ledger)
    assert (now["text"], now["confirmed"], problems) == ("267", "", [])


def test_a_confirmation_of_a_resent_number_clears_the_stale_correction(ledger: Ledger) -> None:
    ledger.accept(AT, "267", reason=WHY, who=WHO)
    resend(ledger, 270)
    ledger.confirm(AT, reason=WHY, who=WHO)
    now, problems = cell(ledger)
    assert (now["text"], now["confirmed"], problems) == ("270", WHY, [])


def test_a_blank_can_be_confirmed(ledger: Ledger) -> None:
    ledger.confirm(CellPlace(FILE, SHEET, GOAT), reason="Thôn chưa đếm", who=WHO)
    now, problems = cell(ledger, GOAT)
    assert (now["kind"], now["text"], now["confirmed"], problems) == ("blank", "", "Thôn chưa đếm", [])


def test_a_heading_or_a_text_that_is_no_number_cannot_be_confirmed(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="không phải ô ghi số"):
        ledger.confirm(CellPlace(FILE, SHEET, "A5"), reason=WHY, who=WHO)
    (path_of(ledger).parent / FILE).write_bytes(filled(Livestock, {"horse": "nhiều"}))
    with pytest.raises(LedgerError, match="đang có lỗi"):
        ledger.confirm(AT, reason=WHY, who=WHO)


def test_a_refused_suggestion_is_remembered_in_one_written_form_and_changes_nothing(ledger: Ledger) -> None:
    ledger.refuse(AT, "1207", reason="Thôn nói không phải", who=WHO)
    ledger.refuse(AT, "267", reason="Thôn nói không phải", who=WHO)
    entries, _ = read_ledger({KEY: path_of(ledger).read_text("utf-8")})
    assert [(row["cell"], row["field"], row["old"], row["new"]) for row in refused(entries)] == [
        (HORSE, "horse", "207", "1.207"),
        (HORSE, "horse", "207", "267"),
    ]
    now, problems = cell(ledger)
    assert (now["text"], problems) == ("207", [])
    ledger.accept(AT, "267", reason="Thôn nghĩ lại", who=WHO)
    entries, _ = read_ledger({KEY: path_of(ledger).read_text("utf-8")})
    assert [row["new"] for row in refused(entries)] == ["1.207"]


OLD_LINE = f'2024-07-01,thống kê,{FILE},{SHEET},{PIG},"1.000",900,"hỏi lại, ""thôn"" nói",,accepted'


@pytest.mark.parametrize(
    "before",
    [
        f"{LEDGER_HEADING}\n{OLD_LINE}\n".encode(),
        f"{LEDGER_HEADING}\n{OLD_LINE}".encode(),
        f"{LEDGER_HEADING}\r\n{OLD_LINE}\r\n".encode("utf-8-sig"),
        f"{LEDGER_HEADING}\r\n{OLD_LINE}".encode("utf-8-sig"),
        f"{LEDGER_HEADING},ghi chú\n{OLD_LINE},thêm\n".encode(),
        f"{LEDGER_HEADING}\n{OLD_LINE}\n".replace(",", ";").encode(),
        f"{','.join(reversed(IN_EVERY_LEDGER))}\naccepted,,r,900,1.000,{PIG},{SHEET},{FILE},thống kê,2024\n".encode(),
        f"{LEDGER_HEADING}\n".encode(),
        LEDGER_HEADING.encode("utf-8-sig"),
    ],
    ids=["lf", "no last break", "bom crlf", "bom crlf no break", "more columns", "semicolons", "other order", "empty",
         "heading"],
)  # fmt: skip
def test_the_rows_before_stay_byte_for_byte_and_the_new_one_is_written_in_their_manner(
    ledger: Ledger, before: bytes
) -> None:
    path_of(ledger).write_bytes(before)
    entry = ledger.accept(AT, "267", reason='nói "nhầm", hai; lần', who=WHO)
    after = path_of(ledger).read_bytes()
    heading = before.splitlines()[0]
    between = b";" if b";" in heading else b","
    known = before.replace(heading, between.join([heading, *(name.encode() for name in LATER)]))
    assert after.startswith(known)
    added = after.removeprefix(known)
    assert added.endswith(b"\r\n") == (b"\r\n" in before)
    assert added.count(b"\n") == 1 + (not before.endswith(b"\n"))
    entries, problems = read_ledger({KEY: ledger.raw.ledger(KEY) or ""})
    assert problems.empty
    assert {name: entries.iloc[-1][name] for name in in_folder(LEDGER)} == entry
    assert cell(ledger)[0]["text"] == "267"
    assert len(entries) == 1 + (b"900" in before)


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n\n"], ids=["nothing", "bom", "blank lines"])
def test_a_file_without_a_word_is_begun(ledger: Ledger, before: bytes) -> None:
    path_of(ledger).write_bytes(before)
    entry = ledger.accept(AT, "267", reason=WHY, who=WHO)
    assert written(ledger) == [entry]


@pytest.mark.parametrize(
    ("before", "part"),
    [
        (b"a,b,c\n1,2,3\n", "không đọc được"),
        (f"{LEDGER_HEADING}\n{OLD_LINE}\n".encode("utf-16"), "không đọc được"),
        (f'{LEDGER_HEADING}\n{OLD_LINE}\n2024,x,"y,z\n'.encode(), "nháy"),
    ],
    ids=["other columns", "other encoding", "an open quotation mark"],
)
def test_a_ledger_that_a_row_would_harm_is_left_alone(ledger: Ledger, before: bytes, part: str) -> None:
    path_of(ledger).write_bytes(before)
    with pytest.raises(LedgerError, match=part):
        ledger.accept(AT, "267", reason=WHY, who=WHO)
    assert path_of(ledger).read_bytes() == before
    assert ".tmp" not in " ".join(files_in(ledger))


@pytest.mark.parametrize("text", ['ghi "207", hay\n207?', "207\r\n208", " 207 ", "=1+1", "207,5; 208"])
def test_an_old_text_with_quotes_and_breaks_is_found_again(ledger: Ledger, text: str) -> None:
    (path_of(ledger).parent / FILE).write_bytes(filled(Livestock, {"horse": text}))
    entry = ledger.accept(AT, "267", reason=f"Ghi\nhai\r\ndòng: {text}", who=WHO)
    assert entry["old"].split() == text.split()
    assert "\n" not in entry["reason"]
    now, problems = cell(ledger)
    assert (now["text"], problems) == ("267", [])


def test_a_folder_that_cannot_be_written_is_told(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.store.ledger.write_over", full)
    with pytest.raises(LedgerError, match="sổ vẫn như cũ"):
        ledger.accept(AT, "267", reason=WHY, who=WHO)


def test_the_workbook_stays_as_it_was(ledger: Ledger) -> None:
    path = path_of(ledger).parent / FILE
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    ledger.accept(AT, "267", reason=WHY, who=WHO)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def python(code: str, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env={"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


_START = """
import os, signal, sys
from contextlib import nullcontext
from pathlib import Path
from typing import Literal
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.raw import Raw, ReturnSetKey
ledger = Ledger(Raw(Path(sys.argv[1])), ReturnSetKey.parse(sys.argv[2]))
place = CellPlace(*sys.argv[3:6])
"""

_MANY = f"""{_START}
for number in range(4):
    ledger.accept(place, str(1000 * int(sys.argv[6]) + number), reason=f"lần {{number}}", who="thử")
"""


@pytest.mark.slow
def test_eight_writers_at_the_same_time_lose_nothing(ledger: Ledger) -> None:
    path_of(ledger).write_bytes(f"{LEDGER_HEADING}\n{OLD_LINE}\n".encode())
    words = (str(ledger.raw.root), str(KEY), FILE, SHEET, HORSE)
    for running in [python(_MANY, *words, str(writer)) for writer in range(1, 9)]:
        _, errors = running.communicate(timeout=120)
        assert running.returncode == 0, errors
    told = written(ledger)
    assert len(told) == 1 + 8 * 4
    assert sorted(int(row["new"]) for row in told[1:]) == [1000 * w + n for w in range(1, 9) for n in range(4)]
    for writer in range(1, 9):  # each writer's rows are in its own order
        mine = [int(row["new"]) for row in told[1:] if int(row["new"]) // 1000 == writer]
        assert mine == sorted(mine)
    assert path_of(ledger).read_text("utf-8").splitlines()[1] == OLD_LINE
    assert cell(ledger)[0]["text"] == told[-1]["new"]


_KILLED = f"""{_START}
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[6] == "half":
    import pipelines.store.ledger as module
    from pipelines.store.files import write_beside
    def half(path, content, mark):
        write_beside(path, path.read_bytes()[:20])
        die()
    module.write_over = half
elif sys.argv[6] == "fsync":
    os.fsync = die
else:
    Path.replace = die
ledger.accept(place, "267", reason="r", who="w")
"""


@pytest.mark.parametrize("when", ["half", "fsync", "rename"])
def test_a_writer_killed_in_the_middle_leaves_the_old_ledger_and_the_next_one_goes_on(
    ledger: Ledger, when: str
) -> None:
    before = f"{LEDGER_HEADING}\n{OLD_LINE}\n".encode()
    path_of(ledger).write_bytes(before)
    killed = python(_KILLED, str(ledger.raw.root), str(KEY), FILE, SHEET, HORSE, when)
    _, errors = killed.communicate(timeout=60)
    assert killed.returncode == -9, errors
    assert path_of(ledger).read_bytes() == before
    assert any(name.endswith(".tmp") for name in files_in(ledger))
    assert ledger.raw.names(KEY) == [FILE]  # what a crash leaves is no return
    ledger.accept(AT, "267", reason=WHY, who=WHO)
    assert path_of(ledger).read_text("utf-8").splitlines()[1] == OLD_LINE
    assert files_in(ledger) == {FILE, "corrections.csv"}


def test_another_form_of_the_same_workbook_is_not_confused(ledger: Ledger) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled(Livestock, {"horse": 207})))
    other = openpyxl.load_workbook(io.BytesIO(filled(Forestry, {"registered_area": "1,5"}))).worksheets[0]
    sheet = book.create_sheet(other.title)
    for line in other.iter_rows(values_only=True):
        sheet.append(list(line))
    buffer = io.BytesIO()
    book.save(buffer)
    (path_of(ledger).parent / FILE).write_bytes(buffer.getvalue())
    area = address_of(Forestry, "registered_area")
    ledger.accept(CellPlace(FILE, Forestry.sheet, area), "2,25", reason=WHY, who=WHO)
    with pytest.raises(LedgerError, match="chữ số lẻ"):
        ledger.accept(AT, "2,25", reason=WHY, who=WHO)


def test_what_lies_beside_the_numbers_is_refused_with_the_nearest_cell_that_is_read(ledger: Ledger) -> None:
    row = HORSE[1:]
    for column in "AB":
        with pytest.raises(LedgerError, match=f"Ô gần nhất được đọc là {HORSE}: «Đàn ngựa»") as refusal:
            ledger.accept(CellPlace(FILE, SHEET, f"{column}{row}"), "267", reason=WHY, who=WHO)
        assert "không biểu nào đọc" in str(refusal.value)
    assert files_in(ledger) == {FILE}


def test_a_unit_and_a_label_that_is_not_known_for_one_can_be_mended(ledger: Ledger) -> None:
    row = HORSE[1:]
    content = changed(
        filled(Livestock, {"horse": 5}),
        lambda sheet: (sheet[f"C{row}"].__setattr__("value", "tạ"), sheet[f"B{row}"].__setattr__("value", "Đàn ngưa")),
    )
    (path_of(ledger).parent / FILE).write_bytes(content)
    ledger.accept(CellPlace(FILE, SHEET, f"B{row}"), "Đàn ngựa", reason=WHY, who=WHO)
    ledger.accept(CellPlace(FILE, SHEET, f"C{row}"), "con", reason=WHY, who=WHO)
    assert cell(ledger, f"C{row}")[0]["text"] == "con"


def test_a_confirmation_may_name_the_rule_that_is_wrong(ledger: Ledger) -> None:
    entry = ledger.confirm(AT, reason=WHY, who=WHO, rule="B03-03")
    assert (entry["decision"], entry["suggestion"], entry["new"]) == ("as_is", "B03-03", "207")


def test_a_range_that_is_no_judgement_is_not_said_to_be_wrong(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="khoảng «từ 0» không thuộc loại được phép bỏ qua"):
        ledger.confirm(AT, reason=WHY, who=WHO, rule="C-11")
    assert not path_of(ledger).exists()


@pytest.mark.parametrize(("rate", "stands"), [(130.5, False), ("130,5", False), (119, True), (-1, True)])
def test_only_a_value_above_a_judged_maximum_can_be_kept_against_it(ledger: Ledger, rate: Cell, stands: bool) -> None:
    (path_of(ledger).parent / FILE).write_bytes(filled(Crops, {"rice_yield": rate}))
    place = CellPlace(FILE, Crops.sheet, address_of(Crops, "rice_yield"))
    with pytest.raises(LedgerError, match="không thuộc loại được phép bỏ qua") if stands else nullcontext():
        ledger.confirm(place, reason=WHY, who=WHO, rule="C-11")


@pytest.mark.parametrize(("lies", "named"), [("NFD", "NFC"), ("NFC", "NFD"), ("NFD", "NFD")])
def test_a_decision_stays_with_a_workbook_whose_name_is_written_otherwise_and_looks_the_same(
    ledger: Ledger, lies: Literal["NFC", "NFD"], named: Literal["NFC", "NFD"]
) -> None:
    folder, before = path_of(ledger).parent, unicodedata.normalize(named, "Thôn Pá Phào.xlsx")
    (folder / FILE).rename(folder / before)
    entry = ledger.accept(CellPlace(before, SHEET, HORSE), "267", reason=WHY, who=WHO)
    text = path_of(ledger).read_text("utf-8").replace(entry["file"], before)  # as an earlier version wrote it
    path_of(ledger).write_text(text, "utf-8")
    (folder / before).rename(folder / unicodedata.normalize(lies, before))
    now, problems = cell(ledger)
    assert (now["text"], now["received"], problems) == ("267", "207", [])
    with pytest.raises(LedgerError, match="đã là «267»"):
        ledger.accept(CellPlace(before, SHEET, HORSE), "267", reason=WHY, who=WHO)
