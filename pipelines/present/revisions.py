"""Revisions: what changed between two releases of a period, and why, as a page for people and a table for programs.

Belongs here: wording and laying out what two releases differ in. Does not belong here: finding it
(``pipelines.store.releases``), writing files.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from pipelines.present.tracing import written
from pipelines.store.closings import Closing, Turn
from pipelines.store.releases import Release, Row
from schemas.harmless import in_csv
from schemas.periods import as_people_write

COLUMNS = {
    "id": "mã",
    "label": "chỉ tiêu",
    "old": "trước",
    "new": "sau",
    "unit": "đơn vị",
    "reporter": "đơn vị báo cáo",
    "where": "ô",
    "why": "vì sao",
}
"""The columns of the table, each with its heading on the page."""

SOFTWARE = "Không ô nào đổi: hai bản do hai phiên bản phần mềm khác nhau tính."
ROUNDED = "Chỉ đổi ở phần đã làm tròn, ở đơn vị tính hoặc tình trạng."


def rows(changes: Sequence[Row], *, said: str = "seen") -> Iterator[dict[str, str]]:
    """Yield a row for each cell behind a figure that changed, and one for a figure of which no cell did.

    Args:
        changes: As ``pipelines.store.releases.differences`` returns them.
        said: What is told of a cell: how a person sees it, or, for programs, what was received.
    """
    for change in changes:
        figure = {
            "id": change["id"],
            "label": change["label"],
            "old": _value(change["old"]),
            "new": _value(change["new"]),
            "unit": change["unit"],
        }
        for cell in change["cells"]:
            at = cell["new"] or cell["old"]
            where = f"{at['file']} · {at['sheet']} · {at['cell']}"
            yield figure | {"reporter": cell["reporter"], "where": where, "why": " ".join(_why(cell, said))}
        if not change["cells"]:
            yield figure | {"reporter": "", "where": "", "why": SOFTWARE if change["software"] else ROUNDED}


def _value(side: Mapping[str, Any] | None) -> str:
    return "không có" if side is None else written(side["value"])


def _why(cell: Mapping[str, Any], said: str) -> Iterator[str]:
    """Yield why a cell says something else: sent again, sent for the first time or not any more, corrected or not."""
    one, other = cell["old"], cell["new"]
    if one is None or other is None:
        yield "Mới gửi." if one is None else "Không còn gửi."
    elif one["received"] != other["received"]:
        yield f"Gửi lại: «{one[said]}» thành «{other[said]}»."
    before, after = (side and side["correction"] and (side["correction"], side["text"]) for side in (one, other))
    if before != after and before:
        yield f"Bỏ đính chính thành «{one['text']}» ({one['corrected_by']}: {one['correction']})."
    if before != after and after:
        why = f"{other['corrected_by']}: {other['correction']}"
        yield f"Đính chính «{other[said]}» thành «{other['text']}» ({why})."


def table(changes: Sequence[Row]) -> str:
    """Return the rows as CSV, harmless in any program that opens it."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: in_csv(value) for name, value in row.items()} for row in rows(changes, said="received"))
    return text.getvalue()


def page(old: Release, new: Release, changes: Sequence[Row], turns: Sequence[Closing], titled: str) -> str:
    """Return the page, with the reasons for which the return set was opened again between the two.

    Args:
        old: The earlier release.
        new: The later one.
        changes: What differs.
        turns: How often the return set was closed and reopened.
        titled: What people call the return set.
    """
    made = [str(one.manifest["created"]) for one in (old, new)]
    template = jinja2.Environment(
        loader=jinja2.PackageLoader("pipelines.present", "."), autoescape=True, undefined=jinja2.StrictUndefined
    ).get_template("templates/revisions.html.jinja")
    return template.render(
        releases=[
            {
                "name": one.name,
                "when": as_people_write(one.manifest["created"]),
                "despite": one.manifest["despite"],
                "seal": one.seal,
            }
            for one in (old, new)
        ],
        titled=titled,
        reopened=[
            {"when": as_people_write(one.when), "who": one.who, "reason": one.reason}
            for one in turns
            if one.turn is Turn.REOPENED and made[0] <= one.when <= made[1]
        ],
        figures=len(changes),
        headings=list(COLUMNS.values()),
        rows=[list(row.values()) for row in rows(changes)],
        style=Markup(resources.files("pipelines.present.explorer").joinpath("static/explorer.css").read_text("utf-8")),
    )
