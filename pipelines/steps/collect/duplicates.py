"""Forms that came more than once: which they are, and in what the sheets differ.

Belongs here: only that. Does not belong here: choosing one, which is not ours to do.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from pipelines.steps.collect.entries import Entry
from pipelines.steps.collect.sheets import Sheet
from pipelines.steps.problems import problem_rows
from schemas.form import Form
from schemas.problems import Problems
from schemas.text import visible


def repeated(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the usable sheets of which another one is of the same form and reporter."""
    times = Counter(_return(sheet) for sheet in sheets if sheet.usable)
    return [sheet for sheet in sheets if sheet.usable and times[_return(sheet)] > 1]


def return_of(key: tuple[str, ...], form: str, reporter: str) -> tuple[str, ...]:
    """Return what is to come once: period, commune, form and reporter of the sheet with a key."""
    period, commune, *_ = key
    return period, commune, form, reporter


def _return(sheet: Sheet) -> tuple[str, ...]:
    return return_of(sheet.key, sheet.form, sheet.reporter)


def duplicates(sheets: Sequence[Sheet], entries: Sequence[Entry], forms: Mapping[str, type[Form]]) -> pd.DataFrame:
    """Tell of forms that came more than once, and in what the sheets differ (``PROBLEMS``)."""
    groups: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        groups.setdefault(_return(sheet), []).append(sheet)
    rows = []
    for key, group in sorted(groups.items()):
        own = [entry for entry in entries if _return(entry.asked.sheet) == key]
        written = "; ".join(f"{file} – {_ends_shown(name)}" for _, _, file, name in (sheet.key for sheet in group))
        expected = _differences(own, len(group), forms[group[0].form])
        rows.append(group[0].words | {"sheet": "", "written": written, "expected": expected})
    return problem_rows(Problems.DUPLICATE_RETURN, rows)


_FEW = 3


def _differences(entries: Sequence[Entry], sheets: int, form: type[Form]) -> str:
    """Return in words where the sheets of one return differ; as numbers, so that 5.373 and 5373 are the same."""
    answers: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        answers.setdefault((entry.asked.line, entry.asked.field), []).append(entry)
    differing = []
    for (line, name), own in answers.items():
        different = {entry.cell.text if entry.value is None else entry.value for entry in own}
        if len(different) > 1 or len(own) != sheets:
            in_one_file = len({entry.asked.sheet.key[2] for entry in own}) < len(own)
            where = ", ".join(
                f"{_named(entry.asked.sheet, in_one_file)} ô {entry.cell.cell} {_says(entry)}" for entry in own
            )
            differing.append(f"«{form.fields()[name].label}»{f' dòng {line}' if line else ''}: {where}")
    if not differing:
        return "số liệu giống hệt nhau"
    more = f"; và {len(differing) - _FEW} chỗ khác" if len(differing) > _FEW else ""
    return f"khác nhau ở {len(differing)} chỗ: {'; '.join(differing[:_FEW])}{more}"


def _says(entry: Entry) -> str:
    """Return what stands in a cell, as it came, and what a decision made of it."""
    wrote, used = (visible(text)[:60] for text in (entry.cell.received, entry.cell.text))
    return f"ghi «{wrote}»" + (f" (xã đã sửa thành «{used}»)" if used != wrote else "")


def _named(sheet: Sheet, in_one_file: bool) -> str:
    _, _, file, name = sheet.key
    return f"{file} trang «{_ends_shown(name)}»" if in_one_file else file


def _ends_shown(name: str) -> str:
    """Return the name of a sheet with the blanks at its ends made visible: they may be all that tells two apart."""
    inner = name.strip()
    start = name.index(inner) if inner else len(name)
    return "␣" * start + inner + "␣" * (len(name) - start - len(inner))
