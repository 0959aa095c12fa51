"""Releases through the command line: made, verified, asked, held against one another, and harmed."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

RETURNS = Path(sys.executable).parent / "returns"
SHIPPED = Path(__file__).parents[2] / "raw"
CELL = ("na_lia.xlsx", "Chăn nuôi", "D13")
FIGURE = "livestock.horse.ordinary.heads"


class Office:
    """The command line over one pair of folders."""

    def __init__(self, root: Path) -> None:
        self.raw, self.data = root / "raw", root / "data"

    def returns(self, *words: str, code: int = 0) -> str:
        command = [str(RETURNS), *words]
        env = os.environ | {"RETURNS_RAW": str(self.raw), "RETURNS_DATA": str(self.data)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=env)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code != 2 else done.stderr

    def value(self, *words: str) -> str:
        rows = csv.DictReader(io.StringIO(self.returns("figures", "--format", "csv", *words)))
        return next(row["value"] for row in rows if row["id"] == FIGURE)


@pytest.mark.slow
def test_two_releases_their_difference_and_what_harms_them(tmp_path: Path) -> None:
    office = Office(tmp_path)
    shutil.copytree(SHIPPED / "2024-H1", office.raw / "2024-H1")
    office.returns("release", "lan-1", code=2)
    office.returns("refresh")
    told = office.returns("release", "lan-1")
    assert "Đã phát hành «lan-1»" in told
    assert "không ghi đè" in office.returns("release", "lan-1", code=2)
    assert "không dùng được" in office.returns("release", "../lan-2", code=2)
    seal = told.split()[-1]
    assert seal in office.returns("verify", "lan-1")
    assert json.loads(office.returns("verify", "lan-1", "--format", "json")) == []
    assert "Các bản đã có: lan-1." in office.returns("verify", "lan-2", code=2)

    # One horse more: the totals in a workbook sent again, the part of it in the ledger.
    path = office.raw / "2024-H1" / "huu-kien" / CELL[0]
    book = openpyxl.load_workbook(path)
    for cell, value in (("D9", 1438), ("D12", 664)):
        book[CELL[1]][cell] = value
    book.save(path)
    office.returns("release", "lan-2", code=1)
    office.returns("correct", *CELL, "268", "--reason", "Đếm lại đàn")
    office.returns("refresh")
    office.returns("release", "lan-2")
    assert (office.value(), office.value("--release", "lan-1")) == ("997", "996")

    told = office.returns("diff", "lan-1", "lan-2")
    assert f"{FIGURE} «Ngựa thường»: 996 → 997" in told
    assert "na_lia: na_lia.xlsx · Chăn nuôi · ô D13: «207» = 267 → «207» = 268" in told
    assert "Đính chính «207» thành «268» (cán bộ thống kê xã): Đếm lại đàn" in told
    rows = list(csv.DictReader(io.StringIO(office.returns("diff", "lan-1", "lan-2", "--format", "csv"))))
    (row,) = [row for row in rows if row["id"] == FIGURE]
    assert (row["old"], row["new"], row["change"], row["old_value"]) == ("996", "997", "value exact", "267")
    assert (row["new_file"], row["new_sheet"], row["new_cell"]) == CELL
    assert (row["new_value"], row["new_correction"]) == ("268", "Đếm lại đàn")
    assert len(json.loads(office.returns("diff", "lan-1", "lan-2", "--format", "json"))) == len(rows)
    assert "Không chỉ tiêu nào đổi" in office.returns("diff", "lan-1", "lan-1")
    office.returns("diff", "lan-1", "lan-3", code=2)

    traced = json.loads(office.returns("trace", FIGURE, "--release", "lan-1", "--format", "json"))
    (source,) = [one for one in traced["sources"] if one["file"] == CELL[0]]
    assert (traced["value"], source["value"], source["correction"]["new"]) == (996, 267, "267")
    assert (office.data / "archive" / f"{source['sha256']}.xlsx").is_file()
    office.returns("statements", "--release", "lan-1", code=1)
    office.returns("findings", "--release", "lan-1")
    office.returns("figures", "--release", "lan-1", "--place", "chi-lang", code=2)
    office.returns("figures", "--release", "lan-1", "--period", "2023-H1", code=2)

    # A slip holds livestock back: released only for a reason, and then with the workbook accepted before.
    book[CELL[1]]["D12"] = 665
    book.save(path)
    office.returns("refresh", code=1)
    office.returns("release", "lan-3", code=1)
    office.returns("release", "lan-3", "--despite", "Chờ Nà Lìa xác nhận")
    office.returns("verify", "lan-3")
    assert "Không chỉ tiêu nào đổi" in office.returns("diff", "lan-2", "lan-3")

    archived = office.data / "archive" / f"{source['sha256']}.xlsx"
    archived.write_bytes(archived.read_bytes()[:-1] + b"x")
    assert archived.name in office.returns("verify", "lan-1", code=1)
    office.returns("verify", "lan-2")
    frozen = office.data / "releases" / "lan-2" / "figures.parquet"
    frozen.write_bytes(frozen.read_bytes()[:-1] + b"x")
    assert "figures.parquet" in office.returns("verify", "lan-2", code=1)
    assert "returns verify lan-2" in office.returns("figures", "--release", "lan-2", code=2)
    office.returns("diff", "lan-1", "lan-2", code=2)
