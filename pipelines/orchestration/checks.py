"""The checks officers see: one per form, red where the gate holds something back.

Belongs here: how findings become a Dagster check result. Does not belong here: the gate itself, which is in the data
(``pipelines.steps.validate.gate``) and holds whether or not this check ever runs.
"""

from collections.abc import Sequence

import dagster as dg
import pandas as pd

from pipelines.orchestration.metadata import findings_table, plain_table
from pipelines.orchestration.partitions import RETURN_SETS
from pipelines.present.freshness import Overdue
from pipelines.refresh.layers import CheckReport
from pipelines.steps.validate.check import counted
from pipelines.store.raw import ReturnSetKey

CHECK, LATE_CHECK = "edits", "overdue"
CELLS = dg.AssetKey("cells")

_OUTCOME_HEADINGS = {
    "edit": "Quy tắc",
    "sentence": "Nội dung",
    "holds": "Đúng",
    "fails": "Sai",
    "undecided": "Chưa xét được (ô trống)",
    "not_evaluable": "Không xét được (ô lỗi)",
}


def spec(asset: dg.AssetKey, title: str, *, blocking: bool) -> dg.AssetCheckSpec:
    """Return the check of a findings asset."""
    description = (
        f"**{title}**: mọi ô đọc được, mọi quy tắc đúng. Màu đỏ: số liệu mới bị giữ lại, bảng đã công bố giữ nguyên. "
        "Bảng bên dưới chỉ rõ tệp, trang, ô, số đã ghi, số cần có và việc cần làm."
    )
    return dg.AssetCheckSpec(CHECK, asset=asset, description=description, blocking=blocking, partitions_def=RETURN_SETS)


def blocks(report: CheckReport, keys: list[ReturnSetKey]) -> bool:
    """Return whether every return set of the run is held, so that nothing downstream has anything to do."""
    return bool(keys) and len(report.held) == len(keys)


def result(report: CheckReport, keys: list[ReturnSetKey], asset: dg.AssetKey) -> dg.AssetCheckResult:
    """Return what the check shows: ERROR when every set of the run is held, WARN when only some are."""
    severity = dg.AssetCheckSeverity.ERROR if blocks(report, keys) else dg.AssetCheckSeverity.WARN
    metadata = _told(report.findings)
    if report.held:
        metadata["2. bộ báo cáo bị giữ lại"] = dg.MetadataValue.text(", ".join(map(str, report.held)))
    if len(report.outcomes):
        metadata["3. kết quả từng quy tắc"] = plain_table(counted(report.outcomes), _OUTCOME_HEADINGS)
    errors = int((report.findings["severity"] == "error").sum())
    return dg.AssetCheckResult(
        check_name=CHECK,
        asset_key=asset,
        passed=not errors and not report.held,
        severity=severity,
        metadata=metadata,
        description=sentence(report),
    )


def _told(findings: pd.DataFrame) -> dict[str, dg.MetadataValue]:
    # Dagster sorts metadata by name.
    return {"1. phát hiện": findings_table(findings)} if len(findings) else {}


def stop(reports: Sequence[CheckReport]) -> dg.Failure:
    """Return what ends a step in which everything is held: Dagster would end it of itself, in words for programmers."""
    findings = pd.concat([report.findings for report in reports], ignore_index=True)
    errors = findings[findings["severity"] == "error"]
    said = " ".join(sentence(report) for report in reports)
    return dg.Failure(f"{said} {_NEXT}", _told(errors), allow_retries=False)


_NEXT = "Số đã công bố được giữ nguyên. Sửa xong (đính chính hoặc sổ tính mới) thì chạy lại."


def sentence(report: CheckReport) -> str:
    """Return the outcome in one sentence; with a single finding, that finding's own."""
    if not len(report.findings) and report.held:
        return f"Giữ lại {', '.join(map(str, report.held))}: sổ đính chính không đọc được, xem findings/workbooks."
    if not len(report.findings):
        return "Không có phát hiện nào."
    if len(report.findings) == 1:
        return str(report.findings["message"].iloc[0])
    held = f" Giữ lại: {', '.join(map(str, report.held))}." if report.held else ""
    return f"Có {len(report.findings)} phát hiện, xem bảng.{held}"


LATE_DESCRIPTION = (
    "Quá hạn của kỳ mà còn đơn vị chưa gửi thì có cảnh báo, nêu rõ đơn vị nào thiếu biểu nào. "
    "Không giữ lại biểu nào. Máy tự xem lại sau mỗi lần chạy và mỗi ngày."
)


def late_result(late: Sequence[Overdue]) -> dg.AssetCheckResult:
    """Return what the check on late returns shows: a warning with the names, of every return set."""
    return dg.AssetCheckResult(
        passed=not late,
        check_name=LATE_CHECK,
        asset_key=CELLS,
        severity=dg.AssetCheckSeverity.WARN,
        description=late_sentence(late),
        metadata=_late_table(late),
    )


def late_evaluation(late: Sequence[Overdue]) -> dg.AssetCheckEvaluation:
    """Return the same, to be reported without a run."""
    # Without a partition: Dagster keeps one evaluation without a run per partition, and fails on the next.
    return dg.AssetCheckEvaluation(
        CELLS,
        LATE_CHECK,
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description=late_sentence(late),
        metadata=_late_table(late),
        blocking=False,
    )


def late_sentence(late: Sequence[Overdue]) -> str:
    """Return who is late, set by set, in words."""
    return " ".join(one.sentence for one in late) or "Không có đơn vị nào quá hạn."


def _late_table(late: Sequence[Overdue]) -> dict[str, dg.MetadataValue]:
    rows = [
        {"key": str(one.key), "due": f"{one.due:%d/%m/%Y}", "reporter": reporter, "forms": ", ".join(forms)}
        for one in late
        for reporter, forms in one.missing.items()
    ]
    return {"chưa gửi": plain_table(pd.DataFrame(rows), _LATE_HEADINGS)} if rows else {}


_LATE_HEADINGS = {"reporter": "Đơn vị", "forms": "Biểu chưa gửi", "due": "Hạn", "key": "Bộ báo cáo"}
