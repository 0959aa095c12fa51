"""Wording: what a finding says, of a problem and of edits that fail together.

Belongs here: sentences, which cell stands first, and the shape of a finding. Does not belong here: the fixed parts of
the sentences (``schemas.problems``, ``schemas.edits``), deciding what is wrong (``pipelines.steps.validate.check``).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from pipelines.steps.frames import frame_of
from pipelines.steps.numbers import vietnamese
from pipelines.steps.validate.advise import Advice, Refused, Written, advise
from pipelines.steps.validate.cells import Cells
from schemas.edit import Edit
from schemas.fields import KEYS
from schemas.findings import OF_BREACH
from schemas.form import Form
from schemas.listed import items_of, listed
from schemas.outcomes import Outcome, Severity
from schemas.places import Places
from schemas.problem import IN_SHEET, Parts
from schemas.problems import Problems
from schemas.proposals import Proposal, as_kept
from schemas.tables import FINDINGS, PROBLEMS
from schemas.text import visible


def findings(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as ``schemas.tables.FINDINGS``."""
    return frame_of(rows, FINDINGS)


def of_problems(
    problems: pd.DataFrame, form: type[Form] | None, places: Places, asked_for: Mapping[tuple[str, ...], Proposal]
) -> list[dict[str, str]]:
    """Return problem rows as findings, each with its sentence.

    Args:
        problems: ``schemas.tables.PROBLEMS`` of one form.
        form: The form; none for what concerns whole files and sheets.
        places: Who the reporters are.
        asked_for: By key and field, what the sums ask for in a cell.
    """
    if not len(problems):
        return []
    withdrawn = set(
        problems.loc[problems["problem"] == Problems.WITHDRAWN_VALUE.name, [*KEYS, "cells"]].itertuples(
            index=False, name=None
        )
    )
    rows = []
    for row in problems[PROBLEMS.names].to_dict("records"):
        kind = Problems[row["problem"]]
        if kind is Problems.BLANK and (*(row[key] for key in KEYS), row["cells"]) in withdrawn:
            continue
        label = form.fields()[row["field"]].label if form is not None and row["field"] else ""
        if row["line"]:
            label = f"{label}, dòng {row['line']}"
        words: Mapping[str, str] = row | {
            **{name: _short(row[name]) for name in ("written", "expected")},
            "cells": _few(row["cells"]),
            "label": label,
            "reporter": places.title(row["commune"], row["reporter"]),
            "commune": places.territory(row["commune"]),
        }
        parts = Parts._make(one.format_map(words) for one in kind.value.parts)
        asked = asked_for.get((*(row[key] for key in KEYS), row["field"]), Proposal(""))
        told = " ".join(filter(None, [_remark(kind, row["written"]), asked.words]))
        rows.append(
            row
            | {
                "code": kind.value.code,
                "severity": kind.value.severity,
                "status": kind.value.status,
                "suggestion": told,
                "edits": "",
                "proposed": as_kept([replace(asked, words=told)] if told else []),
                **parts.kept(),
            }
        )
    return rows


def connected(breaches: Sequence[tuple[Any, Edit]]) -> Iterator[tuple[Any, list[Edit]]]:
    """Join edits that fail on one record and share a cell: one wrong cell is then one finding, not one per sum."""
    groups: list[tuple[Any, list[Edit], set[str]]] = []
    for index, edit in breaches:
        names, edits = set(edit.names), [edit]
        for group in [group for group in groups if group[0] == index and group[2] & names]:
            groups.remove(group)
            edits, names = group[1] + edits, names | group[2]
        groups.append((index, edits, names))
    yield from ((index, edits) for index, edits, _ in groups)


def of_edits(
    record: Mapping[str, Any],
    edits: Sequence[Edit],
    cells: Cells,
    places: Places,
    kept: Refused,
    before: Mapping[str, Any],
    confirmed: str = "",
) -> dict[str, str]:
    """Return the finding on edits that fail together; the cells most in doubt come first.

    Args:
        record: The record, with what the edits of its form found beyond it (``Edit.beyond``).
        edits: The edits.
        cells: Where its fields were written.
        places: Who the reporter is.
        kept: The suggestions on the record that were refused.
        before: The record of the last comparable period, if there is one.
        confirmed: Of a number that was kept beside other numbers than these, a sentence on that.
    """
    form = edits[0].form
    key = tuple(record[name] for name in KEYS)
    advice = advise(
        form,
        *as_written(record, form, cells),
        {edit.code for edit in edits},
        kept,
        _known(before, form.fields()),
    )
    involved = list(dict.fromkeys(name for edit in edits for name in edit.names))
    involved.sort(key=lambda name: -sum(name in edit.names for edit in edits))
    found = {name: at for name in involved if (at := cells.at(key, name)) is not None}
    assert found.keys() == {*involved}, "an edit is judged only where all that it looks at was read from cells"
    cell = {name: at["cell"] for name, at in found.items()}
    values = _known(record, [*involved, *(name for edit in edits for name in edit.beyond)])
    where = found[involved[0]]
    failing = "; ".join(_part(edit, values, cell, record.get(edit.whence) or "") for edit in edits)
    severity = Severity.ERROR if any(edit.severity is Severity.ERROR for edit in edits) else Severity.WARNING
    # A warning stays on the cell it is about, which a reporter may have confirmed as it is.
    leading = advice if severity is Severity.ERROR and advice.field in involved else Advice()
    # What was written and what is expected is said of the cell that stands first.
    main = next((edit for edit in edits if edit.names[0] == involved[0]), edits[0])
    involved.sort(key=lambda name: name != (leading.field or main.names[0]))
    said = Parts(
        f"{places.title(record['commune'], record['reporter'])}, ",
        IN_SHEET.format_map(where),
        f"{failing}. {confirmed}".rstrip(),
        f" {OF_BREACH[severity].office}",
    )
    return dict(zip(KEYS, key, strict=True)) | {
        "code": main.code,
        "severity": severity,
        "status": Outcome.FAILS,
        "form": form.code,
        "file": where["file"],
        "sheet": where["sheet"],
        "cells": listed(cell[name] for name in involved),
        "written": leading.seen or (vietnamese(values[main.names[0]]) if main.names[0] in values else ""),
        "expected": leading.proposed or vietnamese(_expected(main, values)),
        "suggestion": advice.words,
        "edits": listed(edit.code for edit in edits),
        "proposed": as_kept(advice.ways),
        **said.kept(),
    }


def _part(edit: Edit, values: Mapping[str, Decimal], cell: Mapping[str, str], beyond: str) -> str:
    """Return how one edit fails: what is written, what the others make of it, and where, beyond the record too."""
    about, others = edit.names[0], ", ".join(cell[name] for name in edit.names[1:])
    expected = _expected(edit, values)
    blank = [cell[name] for name in edit.names if name not in values]
    written = f"ghi {vietnamese(values[about])}" if about in values else "để trống"
    if blank:
        off = f"ô {', '.join(blank)} còn để trống nhưng không số nào điền vào là đúng được"
    else:
        off = f"lệch {vietnamese(abs(values[about] - expected))}"
    return (
        f"«{edit.label(about)}» (ô {cell[about]}) {written}, "
        f"{edit.demand} {vietnamese(expected)}{f' (ô {others})' if others else ''}{f' ({beyond})' if beyond else ''}, "
        f"{off}, theo {edit.code}: {edit.sentence}"
    )


def _expected(edit: Edit, values: Mapping[str, Decimal]) -> Decimal:
    """Return what the known values make of the first operand; only sums are judged with some of them missing."""
    return edit.expected({**dict.fromkeys(edit.names, Decimal(0)), **values})


def _known(record: Any, names: Iterable[str]) -> dict[str, Decimal]:
    return {name: _number(record[name]) for name in names if name in record and not pd.isna(record[name])}


def _number(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def as_written(
    record: Mapping[str, Any], form: type[Form], cells: Cells
) -> tuple[dict[str, Decimal], dict[str, Written]]:
    """Return a record's known values, ``Edit.beyond`` among them, and how each field stands in the workbook."""
    names, own = list(form.fields()), cells.of_record(tuple(record[name] for name in KEYS))
    found = {name: own[name] for name in names if name in own}
    values = _known(record, [*names, *(name for edit in form.edits for name in edit.beyond)])
    times = Counter(at["cell"] for at in found.values())
    # Nothing is suggested for one of two numbers that stand in one cell: written over it, it would take the other away.
    written = {
        name: Written(
            at["file"],
            at["sheet"],
            at["cell"],
            at["text"],
            bool(at["correction"] or at["confirmed"]) or times[at["cell"]] > 1,
        )
        for name, at in found.items()
    }
    return values, written


_LONGEST_TEXT, _MOST_CELLS = 400, 8


def _short(text: str) -> str:
    """Return a text as a sentence quotes it: on one line, and only the beginning of a very long one."""
    seen = visible(text)
    return seen if len(seen) <= _LONGEST_TEXT else f"{seen[:_LONGEST_TEXT]}…"


def _few(cells: str) -> str:
    """Return addresses as a sentence lists them: the first of many."""
    addresses = items_of(cells)
    more = f" và {len(addresses) - _MOST_CELLS} ô khác" if len(addresses) > _MOST_CELLS else ""
    return ", ".join(addresses[:_MOST_CELLS]) + more


def _remark(kind: Problems, written: str) -> str:
    """Return what a cell may have meant: whole thousands, whose dot Excel took for the decimal sign."""
    try:
        thousands = Decimal(written) * 1000 if kind is Problems.TOO_PRECISE else Decimal(0)
    except ArithmeticError:  # a text with a decimal comma, where a dot has no other meaning
        return ""
    if abs(thousands) < 1000 or thousands != thousands.to_integral_value():
        return ""
    return f"Có thể là {vietnamese(thousands)}: Excel hiểu dấu chấm phân nhóm là dấu thập phân."
