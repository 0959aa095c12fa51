"""Releases through the command line: made, verified, asked, held against one another, and harmed."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.end_to_end.office import CANNOT, HELD, Office

CELL = ("na_lia.xlsx", "Chăn nuôi", "D13")
FIGURE = "livestock.horse.ordinary.heads"


def value(office: Office, *words: str) -> str:
    return next(row["value"] for row in office.rows("figures", *words) if row["id"] == FIGURE)


@pytest.mark.slow
def test_two_releases_their_difference_and_what_harms_them(office: Office, tmp_path: Path) -> None:
    Office.founded(tmp_path / "new").ask("release", "lan-1", expect=CANNOT)
    told = office.ask("release", "lan-1")
    assert "Đã phát hành «lan-1»" in told
    assert "không ghi đè" in office.ask("release", "lan-1", expect=CANNOT)
    assert "không dùng được" in office.ask("release", "../lan-2", expect=CANNOT)
    seal = told.split()[-1]
    assert seal in office.ask("verify", "lan-1")
    assert json.loads(office.ask("verify", "lan-1", "--format", "json")) == []
    assert "Các bản đã có: lan-1." in office.ask("verify", "lan-2", expect=CANNOT)

    # One horse more: the totals in a workbook sent again, the part of it in the ledger.
    office.fill(*CELL[:2], {"D9": 1438, "D12": 664})
    office.ask("release", "lan-2", expect=HELD)
    office.ask("correct", *CELL, "268", "--reason", "Đếm lại đàn")
    office.refresh()
    office.ask("release", "lan-2")
    assert (value(office), value(office, "--release", "lan-1")) == ("997", "996")

    told = office.ask("diff", "lan-1", "lan-2")
    assert f"{FIGURE} «Ngựa thường»: 996 → 997" in told
    assert "na_lia: na_lia.xlsx · Chăn nuôi · ô D13: «207» = 267 → «207» = 268" in told
    assert "Đính chính «207» thành «268» (cán bộ thống kê xã): Đếm lại đàn" in told
    rows = list(csv.DictReader(io.StringIO(office.ask("diff", "lan-1", "lan-2", "--format", "csv"))))
    (row,) = [row for row in rows if row["id"] == FIGURE]
    assert (row["old"], row["new"], row["change"], row["old_value"]) == ("996", "997", "value exact", "267")
    assert (row["new_file"], row["new_sheet"], row["new_cell"]) == CELL
    assert (row["new_value"], row["new_correction"]) == ("268", "Đếm lại đàn")
    assert len(json.loads(office.ask("diff", "lan-1", "lan-2", "--format", "json"))) == len(rows)
    office.ask("diff", "lan-1", "lan-2", "--into", str(tmp_path / "revisions"))
    assert "Đếm lại đàn" in (tmp_path / "revisions" / "lan-1--lan-2.html").read_text("utf-8")
    assert "Đếm lại đàn" in (tmp_path / "revisions" / "lan-1--lan-2.csv").read_text("utf-8")
    assert "Không chỉ tiêu nào đổi" in office.ask("diff", "lan-1", "lan-1")
    office.ask("diff", "lan-1", "lan-3", expect=CANNOT)

    traced = json.loads(office.ask("trace", FIGURE, "--release", "lan-1", "--format", "json"))
    (source,) = [one for one in traced["sources"] if one["file"] == CELL[0]]
    assert (traced["value"], source["value"], source["correction"]["new"]) == (996, 267, "267")
    assert (office.data / "archive" / f"{source['sha256']}.xlsx").is_file()
    office.ask("statements", "--release", "lan-1", expect=HELD)
    office.ask("findings", "--release", "lan-1")
    office.ask("figures", "--release", "lan-1", "--place", "chi-lang", expect=CANNOT)
    office.ask("figures", "--release", "lan-1", "--period", "2023-H1", expect=CANNOT)

    # A slip holds livestock back: released only for a reason, and then with the workbook accepted before.
    office.fill(*CELL[:2], {"D12": 665})
    office.refresh(expect=HELD)
    office.ask("release", "lan-3", expect=HELD)
    office.ask("release", "lan-3", "--despite", "Chờ Nà Lìa xác nhận")
    office.ask("verify", "lan-3")
    assert "Không chỉ tiêu nào đổi" in office.ask("diff", "lan-2", "lan-3")

    archived = office.data / "archive" / f"{source['sha256']}.xlsx"
    archived.write_bytes(archived.read_bytes()[:-1] + b"x")
    assert archived.name in office.ask("verify", "lan-1", expect=HELD)
    office.ask("verify", "lan-2")
    frozen = office.data / "releases" / "lan-2" / "figures.parquet"
    frozen.write_bytes(frozen.read_bytes()[:-1] + b"x")
    assert "figures.parquet" in office.ask("verify", "lan-2", expect=HELD)
    assert "returns verify lan-2" in office.ask("figures", "--release", "lan-2", expect=CANNOT)
    office.ask("diff", "lan-1", "lan-2", expect=CANNOT)
