"""What Dagster's checks show of findings, of what is held, and of who is late."""

from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest

from pipelines.orchestration import checks
from pipelines.present.completeness import Overdue
from pipelines.store import state as states
from pipelines.store.state import State, Written
from pipelines.store.tables import Store
from schemas import tables
from schemas.forms.b01_livestock import Livestock
from schemas.outcomes import Outcome
from schemas.problems import Problems
from schemas.return_sets import BatchKey
from tests.unit.offices import KEY, publish

ASSET = "findings/livestock"
MART = tables.mart(Livestock).empty_table()


def shown(
    root: Path, *findings: tuple[str, str], held: bool = False, beside: tuple[Problems, str, str] | None = None
) -> dg.AssetCheckEvaluation:
    """The check of a form with findings, given by severity and message; beside them one on the whole set, or on a form.

    Args:
        root: Where the tables lie.
        findings: The form's own.
        held: Whether its mart is held back.
        beside: Kind, form and message of what is found of no sheet.
    """
    rows = [
        dict.fromkeys(tables.FINDINGS.names, "") | {"code": "B01-02", "severity": severity, "message": message}
        for severity, message in findings
    ]
    outcomes = [
        dict.fromkeys(tables.OUTCOMES.names, "") | {"edit": "B01-02", "sentence": "Đàn ngựa = …", "outcome": str(one)}
        for one in (Outcome.HOLDS, Outcome.HOLDS, Outcome.FAILS)
    ]
    made = {
        ASSET: pa.Table.from_pylist(rows, tables.FINDINGS),
        "outcomes/livestock": pa.Table.from_pylist(outcomes, tables.OUTCOMES),
        "marts/livestock": MART,
    }
    if beside is not None:
        kind, form, message = beside
        told = KEY._asdict() | {"code": kind.value.code, "severity": "error", "form": form, "message": message}
        made["findings/workbooks"] = pa.Table.from_pylist(
            [dict.fromkeys(tables.FINDINGS.names, "") | told], tables.FINDINGS
        )
    store = Store(root)
    publish(store, KEY, made, held={"marts/livestock"} if held else ())
    return checks.evaluation(ASSET, store, BatchKey(*KEY))


def sentences(evaluation: dg.AssetCheckEvaluation) -> list[str]:
    table = evaluation.metadata["1. phát hiện"]
    assert isinstance(table, dg.TableMetadataValue)
    return [str(row.data["Việc cần làm"]) for row in table.records]


def test_a_held_form_is_red_and_blocks_nothing(tmp_path: Path) -> None:
    one = shown(tmp_path, ("error", "Ô D12 sai."), ("warning", "Ô D8 trống."), held=True)
    assert (one.passed, one.severity, one.blocking) == (False, dg.AssetCheckSeverity.ERROR, False)
    assert (one.partition, one.asset_key) == (str(KEY), dg.AssetKey(["findings", "livestock"]))
    assert one.description == "Có 2 phát hiện, xem bảng. Số liệu mới của biểu bị giữ lại."
    assert sentences(one) == ["[B01-02] Ô D12 sai.", "[B01-02] Ô D8 trống."]
    assert one.metadata["2. bộ báo cáo bị giữ lại"].value == str(KEY)


def test_of_a_territory_the_communes_that_are_held_are_named(tmp_path: Path) -> None:
    store, batch = Store(tmp_path), BatchKey(KEY.period, "chi-lang")
    held = tuple(f"xa-{number:05}" for number in range(2, 54))
    written = Written("marts/livestock", "", "", 0, 0, held=held)
    states.save(tmp_path, str(batch), State({written.table: written}, communes=("xa-00001", *held)))
    told = checks.evaluation(ASSET, store, batch).metadata["2. bộ báo cáo bị giữ lại"].value
    assert str(told).startswith("2024-H1_xa-00002, 2024-H1_xa-00003, ")
    assert str(told).endswith("2024-H1_xa-00051 … và 2 bộ nữa")


def test_what_to_do_stands_first_where_dagster_sorts_by_name(tmp_path: Path) -> None:
    one = shown(tmp_path, ("error", "Ô D12 sai."), held=True)
    assert min(one.metadata) == "1. phát hiện"
    assert one.description == "Ô D12 sai."


def test_a_remark_is_a_warning_that_passes_and_silence_says_so(tmp_path: Path) -> None:
    one = shown(tmp_path / "a", ("warning", "Ô D8 trống."))
    assert (one.passed, one.severity, one.description) == (True, dg.AssetCheckSeverity.WARN, "Ô D8 trống.")
    nothing = shown(tmp_path / "b")
    assert (nothing.passed, nothing.description) == (True, "Không có phát hiện nào.")
    assert "1. phát hiện" not in nothing.metadata


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        (
            (Problems.LEDGER_UNREADABLE, "", "Sổ đính chính không đọc được."),
            "Giữ lại: Sổ đính chính không đọc được. Xem findings/workbooks.",
        ),
        (
            (Problems.RELEASE_UNUSABLE, "", "Bản phát hành co-so.zip không dùng được."),
            "Giữ lại: Bản phát hành co-so.zip không dùng được. Xem findings/workbooks.",
        ),
        (
            (Problems.RELEASE_FORM, "B01", "Bản phát hành co-so.zip: biểu B01 là phiên bản 9."),
            "Giữ lại: Bản phát hành co-so.zip: biểu B01 là phiên bản 9. Xem findings/workbooks.",
        ),
        ((Problems.RELEASE_FORM, "B02", "Biểu B02 là phiên bản 9."), "Giữ lại, xem findings/workbooks."),
        (None, "Giữ lại, xem findings/workbooks."),
    ],
)
def test_a_form_held_without_a_finding_of_its_own_is_red_and_says_why_as_far_as_is_known(
    tmp_path: Path, beside: tuple[Problems, str, str] | None, told: str
) -> None:
    one = shown(tmp_path, held=True, beside=beside)
    assert (one.passed, one.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert one.description == told


def test_of_several_reasons_the_first_is_told_and_how_many_more_there_are() -> None:
    assert checks.sentence([], ["Sổ hỏng.", "Bản phát hành hỏng.", "Sổ khác hỏng."], held=True) == (
        "Giữ lại: Sổ hỏng. Còn 2 lý do nữa. Xem findings/workbooks."
    )


def test_edits_are_counted_by_what_came_of_them(tmp_path: Path) -> None:
    table = shown(tmp_path).metadata["3. kết quả từng quy tắc"]
    assert isinstance(table, dg.TableMetadataValue)
    (row,) = table.records
    assert (row.data["Quy tắc"], row.data["Đúng"], row.data["Sai"]) == ("B01-02", "2", "1")


def test_late_returns_are_a_warning_that_holds_nothing() -> None:
    late = Overdue(KEY, "Xã Hữu Kiên", {("Thôn Nà Lìa", date(2024, 7, 10)): ("B01", "B02")})
    one = checks.late_evaluation([late])
    assert (one.passed, one.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert one.description == late.sentence
    (table,) = one.metadata.values()
    assert isinstance(table, dg.TableMetadataValue)
    assert [row.data for row in table.records] == [
        {"Đơn vị": "Thôn Nà Lìa", "Biểu chưa gửi": "B01, B02", "Hạn": "10/07/2024", "Bộ báo cáo": str(KEY)}
    ]
    # Dagster keeps only one evaluation without a run of each partition.
    assert (one.partition, one.blocking) == (None, False)
    nobody = checks.late_evaluation([])
    assert (nobody.passed, nobody.description, nobody.metadata) == (True, "Không có đơn vị nào quá hạn.", {})
