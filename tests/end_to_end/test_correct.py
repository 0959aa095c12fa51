"""An officer's loop through the command line: a wrong cell, its finding, a decision in the ledger, a clean run."""

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

RETURNS = Path(sys.executable).parent / "returns"
SHIPPED = Path(__file__).parents[2] / "raw"
CATTLE = ("na_lia.xlsx", "Chăn nuôi", "D11")
"""79 head of cattle; the village's total holds with it and with nothing else."""

KEPT = ("thcs.xlsx", "THCS", "D21")
"""The school's own number, which a warning doubts (G03-10)."""


class Office:
    """The command line over one pair of folders."""

    def __init__(self, raw: Path, data: Path) -> None:
        self.raw, self.data = raw, data

    @property
    def folder(self) -> Path:
        return self.raw / "2024-H1" / "huu-kien"

    def returns(self, *words: str, code: int = 0, who: str = "") -> str:
        command = [str(RETURNS), *words, "--raw", str(self.raw), "--data", str(self.data)]
        env = {name: value for name, value in os.environ.items() if name != "RETURNS_WHO"}
        env |= {"RETURNS_WHO": who} if who else {}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=env)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code != 2 else done.stderr

    def findings(self, code: int = 0) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.returns("findings", "--format", "csv", code=code))))

    def sources(self, figure: str) -> list[dict[str, Any]]:
        sources: list[dict[str, Any]] = json.loads(self.returns("trace", figure, "--format", "json"))["sources"]
        return sources

    def ledger(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO((self.folder / "corrections.csv").read_text("utf-8"))))

    def hashes(self) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.folder.glob("*.xlsx")}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    shutil.copytree(SHIPPED / "2024-H1", tmp_path / "raw" / "2024-H1")
    return Office(tmp_path / "raw", tmp_path / "data")


def test_from_a_wrong_cell_over_the_ledger_to_a_clean_run(office: Office, tmp_path: Path) -> None:
    shipped = (office.folder / "corrections.csv").read_bytes()
    path = office.folder / CATTLE[0]
    book = openpyxl.load_workbook(path)
    book[CATTLE[1]][CATTLE[2]] = 97
    book.save(path)
    office.returns("refresh", code=1)
    found = {row["code"]: row for row in office.findings(code=1)}
    assert found["B01-01"]["severity"] == "error"
    assert CATTLE[2] in found["B01-01"]["cells"].split(";")
    before = office.hashes()

    # Back to the village: a marked copy, the original untouched.
    told = office.returns("findings", "--workbook", str(tmp_path / "gửi lại"), code=1)
    copy = tmp_path / "gửi lại" / "na_lia - cần sửa.xlsx"
    assert f"Đã ghi {copy}." in told
    assert "B01-01" in openpyxl.load_workbook(copy)[CATTLE[1]][CATTLE[2]].comment.text
    assert {one.name for one in copy.parent.iterdir()} == {
        f"{Path(row['file']).stem} - cần sửa.xlsx" for row in found.values()
    }
    refusal = office.returns("findings", "--workbook", str(office.folder), code=2)
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
        assert part in office.returns("correct", *words, code=2)
    assert (office.folder / "corrections.csv").read_bytes() == shipped

    # A wrong suggestion refused, the right one accepted, a doubted number kept.
    told = office.returns("correct", *CATTLE, "-5", "--refuse", "--reason", "Không thể âm")
    assert told.count("\n") == 1
    assert "returns refresh" in told
    why = "Trưởng thôn đọc lại sổ: 79, ghi ngược"
    told = office.returns(
        "correct", *CATTLE, "79", "--reason", why, "--from", "79 (đảo hai chữ số)", who="phó chủ tịch"
    )
    assert "«97» thành «79»" in told
    told = office.returns("correct", *KEPT, "--as-is", "--reason", "Trường xác nhận", "--format", "json")
    (entry,) = json.loads(told)
    assert (entry["decision"], entry["old"], entry["new"]) == ("as_is", "146", "146")
    assert (office.folder / "corrections.csv").read_bytes().startswith(shipped)
    assert [
        (row["who"], row["old"], row["new"], row["suggestion"], row["decision"]) for row in office.ledger()[1:]
    ] == [
        ("cán bộ thống kê xã", "97", "-5", "-5", "refused"),
        ("phó chủ tịch", "97", "79", "79 (đảo hai chữ số)", "accepted"),
        ("cán bộ thống kê xã", "146", "146", "", "as_is"),
    ]

    office.returns("refresh")
    assert {row["code"] for row in office.findings()} == set(found) - {"B01-01", "G03-10"}
    (corrected,) = [one for one in office.sources("livestock.cattle.heads") if one["file"] == CATTLE[0]]
    assert corrected["correction"] == {"old": "97", "new": "79", "reason": why, "who": "phó chủ tịch"}
    assert (corrected["value"], corrected["confirmed"]) == (79, None)
    (kept,) = office.sources("edu.thcs.grades678.study_pass")
    assert (kept["text"], kept["correction"]) == ("146", None)
    assert kept["confirmed"] == {"reason": "Trường xác nhận", "who": "cán bộ thống kê xã"}
    assert "Giữ nguyên theo xác nhận" in office.returns("trace", "edu.thcs.grades678.study_pass")
    assert office.hashes() == before
