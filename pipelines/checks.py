"""The checks officers see: one per form, red where the gate holds something back.

Belongs here: how findings become a Dagster check result. Does not belong here: the gate itself, which is in the data
(``pipelines.steps.gate``) and holds whether or not this check ever runs.
"""

import dagster as dg

from pipelines.layers import CheckReport
from pipelines.metadata import findings_table, plain_table
from pipelines.partitions import RETURN_SETS
from pipelines.raw import ReturnSetKey

CHECK = "edits"

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
    metadata: dict[str, dg.MetadataValue] = {}
    if len(report.findings):
        metadata["phát hiện"] = findings_table(report.findings)
    if report.held:
        metadata["bộ báo cáo bị giữ lại"] = dg.MetadataValue.text(", ".join(map(str, report.held)))
    if len(report.outcomes):
        metadata["kết quả từng quy tắc"] = plain_table(report.outcomes, _OUTCOME_HEADINGS)
    errors = int((report.findings["severity"] == "error").sum())
    return dg.AssetCheckResult(
        check_name=CHECK,
        asset_key=asset,
        passed=not errors and not report.held,
        severity=severity,
        metadata=metadata,
        description=sentence(report),
    )


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
