"""The checks officers see: one per form, red where the gate holds something back.

Belongs here: how findings become a Dagster check result. Does not belong here: the gate itself, which is in the data
(``pipelines.steps.validate.gate``) and holds whether or not this check ever runs.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

from pipelines.orchestration.metadata import MOST_ROWS, findings_table, key_of, plain_table
from pipelines.orchestration.partitions import BATCHES
from pipelines.present.completeness import Overdue
from pipelines.refresh.designs import DesignStanding, Standing
from pipelines.store import published
from pipelines.store.tables import Store
from schemas import tables
from schemas.flow import FLOW, Table
from schemas.outcomes import Outcome, Severity
from schemas.return_sets import BatchKey, ReturnSetKey

CHECK, LATE_CHECK, DESIGNS_CHECK = "edits", "overdue", "designs"
CELLS = dg.AssetKey("cells")

_OUTCOME_HEADINGS = {
    "edit": "Quy tắc",
    "sentence": "Nội dung",
    "holds": "Đúng",
    "fails": "Sai",
    "undecided": "Chưa xét được (ô trống)",
    "not_evaluable": "Không xét được (ô lỗi)",
}


def is_checked(asset: str) -> bool:
    """Return whether an asset of the flow is one of findings, which a check shows."""
    return FLOW.assets[asset][0].schema is tables.FINDINGS


def spec(asset: str) -> dg.AssetCheckSpec:
    """Return the check of a findings asset. It blocks nothing: the gate is in the data."""
    form = FLOW.assets[asset][0].form
    title = f"Biểu {form.code} «{form.heading}»" if form else "Tệp và trang tính"
    description = (
        f"**{title}**: mọi ô đọc được, mọi quy tắc đúng. Màu đỏ: số liệu mới bị giữ lại, bảng đã công bố giữ nguyên. "
        "Bảng bên dưới chỉ rõ tệp, trang, ô, số đã ghi, số cần có và việc cần làm."
    )
    return dg.AssetCheckSpec(CHECK, asset=key_of(asset), description=description, partitions_def=BATCHES)


def evaluation(asset: str, store: Store, batch: BatchKey) -> dg.AssetCheckEvaluation:
    """Return what the check shows of a batch: ERROR where it is held, WARN where there is only a remark."""
    family = FLOW.assets[asset]
    findings = _rows(store, family[0].name, batch)
    held = _held(store, family[0], batch)
    whys = [] if findings else _whys(store, family[0], held, batch)
    errors = [row for row in findings if row["severity"] == Severity.ERROR]
    metadata: dict[str, dg.MetadataValue] = {}
    # Dagster sorts metadata by name.
    if findings:
        metadata["1. phát hiện"] = findings_table(findings)
    if held:
        metadata["2. bộ báo cáo bị giữ lại"] = dg.MetadataValue.text(_named(held))
    if counts := [one for table in family[1:] for one in counted(store.rows(table.name, str(batch)))]:
        metadata["3. kết quả từng quy tắc"] = plain_table(counts, _OUTCOME_HEADINGS)
    return dg.AssetCheckEvaluation(
        asset_key=key_of(asset),
        check_name=CHECK,
        passed=not errors and not held,
        severity=dg.AssetCheckSeverity.ERROR if errors or held else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
        description=sentence(findings, whys, held=bool(held)),
        blocking=False,
        partition=str(batch),
    )


def _rows(store: Store, table: str, batch: BatchKey) -> list[dict[str, Any]]:
    rows = store.rows(table, str(batch))
    return [] if rows is None else rows.to_pylist()


def _held(store: Store, findings: Table, batch: BatchKey) -> list[ReturnSetKey]:
    """Return the return sets of which the mart that these findings decide on was held back."""
    marts = [store.written(mart.name, str(batch)) for mart in FLOW.family("marts") if findings.name in mart.made_of]
    communes = {commune for written in marts if written is not None for commune in written.held}
    return [ReturnSetKey(batch.period, commune) for commune in sorted(communes)]


def _whys(store: Store, findings: Table, held: Sequence[ReturnSetKey], batch: BatchKey) -> list[str]:
    """Return why the form of these findings is held back in return sets, by what is found of whole sets; each once."""
    if findings.form is None or not held:
        return []
    rows: dict[str, list[dict[str, Any]]] = {}
    (of_sets,) = (table.name for table in FLOW.family("findings") if table.form is None)
    for row in _rows(store, of_sets, batch):
        rows.setdefault(row["commune"], []).append(row)
    told = (published.held_forms(rows.get(key.commune, ())).get(findings.form.code) for key in held)
    return list(dict.fromkeys(filter(None, told)))


def _named(held: Sequence[ReturnSetKey]) -> str:
    """Return the names of return sets, of many the first."""
    more = f" … và {len(held) - MOST_ROWS} bộ nữa" if len(held) > MOST_ROWS else ""
    return ", ".join(map(str, held[:MOST_ROWS])) + more


def counted(outcomes: pa.Table | None) -> list[dict[str, Any]]:
    """Return how often each edit came out how, in the order of the edits, from ``schemas.tables.OUTCOMES``."""
    if outcomes is None or outcomes.schema != tables.OUTCOMES:
        return []
    keys = ["edit", "sentence", "outcome"]
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in outcomes.group_by(keys, use_threads=False).aggregate([([], "count_all")]).to_pylist():
        counts.setdefault((row["edit"], row["sentence"]), Counter())[row["outcome"]] += row["count_all"]
    return [
        {"edit": edit, "sentence": words, **{str(outcome): found[outcome] for outcome in Outcome}}
        for (edit, words), found in counts.items()
    ]


def sentence(findings: Sequence[Mapping[str, Any]], whys: Sequence[str], *, held: bool) -> str:
    """Return what came of a check in a sentence or two; with a single finding, that finding's own.

    Args:
        findings: Of the form.
        whys: Where there are none, and the form is held all the same, the reasons.
        held: Whether the form is held back anywhere.
    """
    if not findings:
        more = f" Còn {len(whys) - 1} lý do nữa." if len(whys) > 1 else ""
        why = f"Giữ lại: {whys[0]}{more} Xem findings/workbooks." if whys else "Giữ lại, xem findings/workbooks."
        return why if held else "Không có phát hiện nào."
    if len(findings) == 1:
        return str(findings[0]["message"])
    return f"Có {len(findings)} phát hiện, xem bảng.{' Số liệu mới của biểu bị giữ lại.' if held else ''}"


LATE_DESCRIPTION = (
    "Quá hạn của kỳ mà còn đơn vị chưa gửi thì có cảnh báo, nêu rõ đơn vị nào thiếu biểu nào. "
    "Không giữ lại biểu nào. Máy tự xem lại sau mỗi lần chạy và mỗi ngày."
)


LATE = dg.AssetCheckSpec(LATE_CHECK, asset=CELLS, description=LATE_DESCRIPTION)


def late_evaluation(late: Sequence[Overdue]) -> dg.AssetCheckEvaluation:
    """Return what the check on late returns shows: a warning with the names, of every return set."""
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
        {"key": str(one.key), "due": f"{due:%d/%m/%Y}", "reporter": reporter, "forms": ", ".join(forms)}
        for one in late
        for (reporter, due), forms in one.missing.items()
    ]
    return {"chưa gửi": plain_table(rows, _LATE_HEADINGS)} if rows else {}


_LATE_HEADINGS = {"reporter": "Đơn vị", "forms": "Biểu chưa gửi", "due": "Hạn", "key": "Bộ báo cáo"}


DESIGNS = dg.AssetCheckSpec(
    DESIGNS_CHECK,
    asset=CELLS,
    description="Sổ tính thiết kế trong bieu-mau: màu đỏ là có thiết kế bị giữ lại vì lỗi; bản đã nhận trước đó vẫn "
    "dùng, số không đổi. Bảng bên dưới chỉ rõ tệp, trang, ô, đã ghi gì, cần ghi gì.",
)


def designs_evaluation(looked: Sequence[DesignStanding]) -> dg.AssetCheckEvaluation:
    """Return what the check on design workbooks shows: ERROR where one is held, WARN where one has gone."""
    held = [one for one in looked if one.standing is Standing.HELD]
    gone = [one for one in looked if one.standing is Standing.GONE]
    findings = [dict(finding) for one in held for finding in one.findings]
    words = [f"{one.file}: giữ lại, {len(one.findings)} lỗi." for one in held]
    words += [f"{one.file}: tệp không còn trong bieu-mau, thiết kế vẫn dùng." for one in gone]
    return dg.AssetCheckEvaluation(
        CELLS,
        DESIGNS_CHECK,
        passed=not held and not gone,
        severity=dg.AssetCheckSeverity.ERROR if held else dg.AssetCheckSeverity.WARN,
        description=" ".join(words) or "Không có thiết kế nào bị giữ lại.",
        metadata={"phát hiện": findings_table(findings)} if findings else {},
        blocking=False,
    )
