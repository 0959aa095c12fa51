from datetime import date

import dagster as dg
import pandas as pd

from pipelines.orchestration import checks
from pipelines.present.freshness import Overdue
from pipelines.refresh.layers import CheckReport
from pipelines.steps.frames import to_frame
from pipelines.store.raw import ReturnSetKey
from schemas import tables

KEY = ReturnSetKey("2024-H1", "huu-kien")
NOTHING = to_frame([], tables.OUTCOMES)


def report(*findings: tuple[str, str], held: bool = True) -> CheckReport:
    """Findings given by severity and message."""
    rows = [
        dict.fromkeys(tables.FINDINGS.names, "") | {"severity": severity, "message": message}
        for severity, message in findings
    ]
    return CheckReport(pd.DataFrame(rows, columns=tables.FINDINGS.names), NOTHING, (KEY,) if held else ())


def shown(metadata: dict[str, dg.MetadataValue]) -> list[str]:
    (table,) = [value for value in metadata.values() if isinstance(value, dg.TableMetadataValue)]
    return [str(row.data["Việc cần làm"]) for row in table.records]


def test_a_step_that_is_held_ends_in_the_sentences_of_its_forms_and_a_table_of_what_holds() -> None:
    failure = checks.stop([report(("error", "Ô D12 sai.")), report(("error", "Ô D9 sai."), ("warning", "Ô D8 trống."))])
    assert failure.description == (
        "Ô D12 sai. Có 2 phát hiện, xem bảng. Giữ lại: 2024-H1_huu-kien. "
        "Số đã công bố được giữ nguyên. Sửa xong (đính chính hoặc sổ tính mới) thì chạy lại."
    )
    assert shown(dict(failure.metadata)) == ["[] Ô D12 sai.", "[] Ô D9 sai."]
    assert not failure.allow_retries


def test_what_to_do_stands_first_where_dagster_sorts_by_name() -> None:
    result = checks.result(report(("error", "Ô D12 sai.")), [KEY], dg.AssetKey(["findings", "livestock"]))
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert min(result.metadata) == "1. phát hiện"
    assert shown(dict(result.metadata)) == ["[] Ô D12 sai."]


def test_late_returns_are_a_warning_that_holds_nothing() -> None:
    late = Overdue(KEY, "Xã Hữu Kiên", date(2024, 7, 10), {"Thôn Nà Lìa": ("B01", "B02")})
    result, evaluation = checks.late_result([late]), checks.late_evaluation([late])
    for one in (result, evaluation):
        assert (one.passed, one.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert one.description == late.sentence
        (table,) = one.metadata.values()
        assert isinstance(table, dg.TableMetadataValue)
        assert [row.data for row in table.records] == [
            {"Đơn vị": "Thôn Nà Lìa", "Biểu chưa gửi": "B01, B02", "Hạn": "10/07/2024", "Bộ báo cáo": str(KEY)}
        ]
    # Dagster keeps only one evaluation without a run of each partition.
    assert (evaluation.partition, evaluation.blocking) == (None, False)
    assert checks.late_result([]).passed
    assert checks.late_result([]).description == "Không có đơn vị nào quá hạn."
