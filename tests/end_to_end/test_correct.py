"""An officer's loop through the command line: a wrong cell, its finding, a decision in the ledger, a clean run."""

import csv
import hashlib
import io
import json
from pathlib import Path

import openpyxl
import pytest

from tests.end_to_end.office import CANNOT, CLEAN, HELD, Office

CATTLE = ("na_lia.xlsx", "Chăn nuôi", "D11")
"""79 head of cattle; the village's total holds with it and with nothing else."""

KEPT = ("thcs.xlsx", "THCS", "D21")
"""The school's own number, which a warning doubts (G03-10)."""


def hashes(office: Office) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in office.returns.glob("*.xlsx")}


@pytest.mark.slow
def test_from_a_wrong_cell_over_the_ledger_to_a_clean_run(office: Office, tmp_path: Path) -> None:
    ledger = office.returns / "corrections.csv"
    shipped = ledger.read_bytes()
    office.fill(*CATTLE[:2], {CATTLE[2]: 97})
    office.refresh(expect=HELD)
    found = {row["code"]: row for row in office.rows("findings", expect=HELD)}
    assert found["B01-01"]["severity"] == "error"
    assert CATTLE[2] in found["B01-01"]["cells"].split(";")
    before = hashes(office)

    # Back to the village: a marked copy, the original untouched.
    told = office.ask("findings", "--workbook", str(tmp_path / "gửi lại"), expect=HELD)
    copy = tmp_path / "gửi lại" / "na_lia - cần sửa.xlsx"
    assert f"Đã ghi {copy}." in told
    offered = [line.strip() for line in told.splitlines() if "--as-is" in line]
    assert f"Giữ nguyên: returns correct {' '.join(KEPT)} --as-is --reason …" in offered
    assert len(offered) == sum("giữ nguyên" in row["message"] for row in found.values()), "an error is not kept so"
    assert "B01-01" in openpyxl.load_workbook(copy)[CATTLE[1]][CATTLE[2]].comment.text
    assert {one.name for one in copy.parent.iterdir()} == {
        f"{Path(row['file']).stem} - cần sửa.xlsx" for row in found.values()
    }
    refusal = office.ask("findings", "--workbook", str(office.returns), expect=CANNOT)
    assert "nằm trong thư mục báo cáo nhận về" in refusal

    # What will not do writes nothing.
    for words, part in (
        ((*CATTLE, "79"), "--reason"),
        ((*CATTLE, "97", "--reason", "x"), "đã là «97»"),
        ((*CATTLE, "7.9", "--reason", "x"), "không đọc được"),
        ((*CATTLE, "--reason", "x"), "Thiếu số mới"),
        ((*CATTLE, "79", "--as-is", "--reason", "x"), "không kèm số mới"),
        (("na_lia.xlsx", "Chăn nuôi", found["B01-01"]["cells"].split(";")[0], "--as-is", "--reason", "x"), "B01-01"),
        (("thcs.xlsx", "THCS", "D20", "--as-is", "--reason", "x"), "D21"),
    ):
        assert part in office.ask("correct", *words, expect=CANNOT)
    assert ledger.read_bytes() == shipped

    # A wrong suggestion refused, the right one accepted, a doubted number kept.
    told = office.ask("correct", *CATTLE, "-5", "--refuse", "--reason", "Không thể âm")
    assert told.count("\n") == 1
    assert "returns refresh" in told
    why = "Trưởng thôn đọc lại sổ: 79, ghi ngược"
    with office.entered(RETURNS_WHO="phó chủ tịch"):
        told = office.ask("correct", *CATTLE, "79", "--reason", why, "--from", "79 (đảo hai chữ số)")
    assert "«97» thành «79»" in told
    told = office.ask("correct", *KEPT, "--as-is", "--reason", "Trường xác nhận", "--format", "json")
    (entry,) = json.loads(told)
    assert (entry["decision"], entry["old"], entry["new"]) == ("as_is", "146", "146")
    assert ledger.read_bytes().partition(b"\n")[2].startswith(shipped.partition(b"\n")[2]), (
        "rows stay, headings are added"
    )
    assert [
        (row["who"], row["old"], row["new"], row["suggestion"], row["decision"])
        for row in list(csv.DictReader(io.StringIO(ledger.read_text("utf-8"))))[1:]
    ] == [
        ("cán bộ thống kê xã", "97", "-5", "-5", "refused"),
        ("phó chủ tịch", "97", "79", "79 (đảo hai chữ số)", "accepted"),
        ("cán bộ thống kê xã", "146", "146", "", "as_is"),
    ]

    office.refresh()
    assert {row["code"] for row in office.rows("findings", expect=CLEAN)} == set(found) - {"B01-01", "G03-10"}
    (corrected,) = [one for one in office.trace("livestock.cattle.heads")["sources"] if one["file"] == CATTLE[0]]
    assert corrected["correction"] == {"old": "97", "new": "79", "reason": why, "who": "phó chủ tịch"}
    assert (corrected["value"], corrected["confirmed"]) == (79, None)
    (kept,) = office.trace("edu.thcs.grades678.study_pass")["sources"]
    assert (kept["text"], kept["correction"]) == ("146", None)
    assert kept["confirmed"] == {"reason": "Trường xác nhận", "who": "cán bộ thống kê xã"}
    assert "Giữ nguyên theo xác nhận" in office.ask("trace", "edu.thcs.grades678.study_pass")
    assert hashes(office) == before


PRODUCTION = ("pa_phao.xlsx", "Trồng trọt", "D13")
"""26,95 t of rice, of 4,9 ha at 55 quintals; with the maize 90,75 t of cereals (D18)."""

YIELD = ("suoi_ma.xlsx", "Trồng trọt", "D12")
"""55 quintals a hectare on 6 ha: 33 t (D13), and 111,1 t of cereals (D18)."""

RICE = "crops.spring_rice.production"


@pytest.mark.slow
def test_an_error_that_a_named_rule_makes_wrongly_is_kept_published_told_and_taken_back(office: Office) -> None:
    office.fill(*PRODUCTION[:2], {"D13": 36.95, "D18": 100.75})
    office.fill(*YIELD[:2], {"D12": 130, "D13": 78, "D18": 156.1})
    office.refresh(expect=HELD)
    assert {(row["code"], row["file"], row["cells"].split(";")[0]) for row in office.blocking()} == {
        ("B03-03", "pa_phao.xlsx", "D13"),
        ("C-11", "suoi_ma.xlsx", "D12"),
    }
    assert office.values(RICE) == ["236.5"]

    # Only the rule that tells of the cell, and only one that may be wrong.
    for words, part in (
        ((*PRODUCTION, "--as-is"), "trường hợp này, thêm --rule. Nếu tệp vừa thay, chạy trước: returns refresh"),
        ((*PRODUCTION, "--as-is", "--rule", "B03-01"), "không thuộc loại được phép bỏ qua"),
        ((*PRODUCTION, "--as-is", "--rule", "B03-04"), "Không có phát hiện nào theo quy tắc B03-04"),
        ((*PRODUCTION, "36,95", "--rule", "B03-03"), "--rule chỉ dùng cùng --as-is"),
        ((*YIELD, "--as-is"), "C-11"),
    ):
        assert part in office.ask("correct", *words, "--reason", "x", expect=CANNOT)
    for place, rule in ((PRODUCTION, "B03-03"), (YIELD, "C-11")):
        office.ask("correct", *place, "--as-is", "--rule", rule, "--reason", f"Trưởng thôn cân lại, {rule} sai")
    office.refresh()
    told = {row["file"]: row for row in office.findings() if row["code"] == "H-08"}
    for file, rule, value in (("pa_phao.xlsx", "B03-03", "36,95"), ("suoi_ma.xlsx", "C-11", "130")):
        assert (told[file]["severity"], told[file]["written"]) == ("warning", value)
        for part in (f"{rule}: ", "cán bộ thống kê xã", f"Trưởng thôn cân lại, {rule} sai"):
            assert part in told[file]["message"]
    assert office.values(RICE) == ["291.5"]
    sources = {one["file"]: one for one in office.trace(RICE)["sources"]}
    assert sources["pa_phao.xlsx"]["confirmed"]["reason"] == "Trưởng thôn cân lại, B03-03 sai"
    assert ("B03-03", "fails") in {(edit["code"], edit["outcome"]) for edit in sources["pa_phao.xlsx"]["edits"]}
    used = {one["code"]: one["outcome"] for one in office.trace("crops.spring_rice.yield")["sources"][0]["edits"]}
    assert "C-11" in used

    # The village finds its old book: decisions that follow take the others back.
    for cell, old in (("D13", "26,95"), ("D18", "90,75")):
        office.ask("correct", *PRODUCTION[:2], cell, old, "--reason", "Trưởng thôn tìm thấy sổ cũ")
    for cell, old in (("D12", "55"), ("D13", "33"), ("D18", "111,1")):
        office.ask("correct", *YIELD[:2], cell, old, "--reason", "Trưởng thôn tìm thấy sổ cũ")
    office.refresh()
    assert [row for row in office.findings() if row["code"] in ("H-08", "B03-03", "C-11")] == []
    assert office.values(RICE) == ["236.5"]


@pytest.mark.slow
def test_a_row_of_the_ledger_that_names_no_file_is_an_error_of_the_ledger(office: Office) -> None:
    with (office.returns / "corrections.csv").open("a", encoding="utf-8") as ledger:
        ledger.write("2024-07-01,thống kê,,,,1,2,hỏi rồi,,accepted\n")
    told = office.ask("refresh", expect=HELD)
    assert "Giữ lại: corrections.csv;" in told
