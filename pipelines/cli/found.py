"""Which figures somebody means, and the table of them: for ``figures``, and for ``trace`` where no id is named.

Belongs here: choosing among published rows by chapter and words, the nearest of what there is, the table's headings.
Does not belong here: reading tables (``pipelines.store.published``), how any table is printed
(``pipelines.cli.output``).
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import groupby
from typing import Any, NoReturn

from pipelines.cli.base import fail
from pipelines.cli.messages import either
from pipelines.cli.messages import translated as _
from pipelines.cli.output import print_table
from schemas.outcomes import Status
from schemas.text import says, slug
from schemas.words import WORDS

Rows = Sequence[Mapping[str, Any]]


def chosen(rows: Rows, words: str, chapter: str) -> Rows:
    """Return the figures of a chapter whose label or id has some words; or end here, where there are none.

    Args:
        rows: Published figures.
        words: With diacritics or without; empty for all.
        chapter: A chapter's code, or words of its title; empty for all.
    """
    codes = _chapters(chapter) if chapter else {row["chapter"] for row in rows}
    found = [row for row in rows if row["chapter"] in codes and _says(row, words)]
    if not found:
        near = _nearest(rows, words)
        fail(
            _("Không có chỉ tiêu nào có «{words}»; gần giống: {near}.").format(words=words, near=", ".join(near))
            if near
            else _("Không có chỉ tiêu nào như vậy. Xem danh sách bằng: returns figures")
        )
    return found


def refuse(rows: Rows, identifier: str, *, listed: bool) -> NoReturn:
    """End here, since no figure has this id: with the table of those that have its words, or with the nearest.

    Args:
        rows: The figures there are.
        identifier: What was asked for.
        listed: Whether the table may be printed.
    """
    if fitting := [row for row in rows if _says(row, identifier)]:
        if listed:
            print_figures(fitting, {})
        words = _("«{id}» không phải là mã; có {count} chỉ tiêu mang chữ ấy, chọn một mã: {near}.")
        near = ", ".join(row["id"] for row in fitting[:_NAMED]) + (", …" if len(fitting) > _NAMED else "")
        fail(words.format(id=identifier, count=len(fitting), near=near))
    if near := ", ".join(_nearest(rows, identifier)):
        fail(_("Không có chỉ tiêu «{id}»; gần giống: {near}.").format(id=identifier, near=near))
    fail(_("Không có chỉ tiêu «{id}». Xem danh sách bằng: returns figures").format(id=identifier))


_NAMED = 3
"""Ids that a sentence names."""


def print_figures(rows: Rows, lacking: Mapping[str, Sequence[str]]) -> None:
    """Print figures as tables, one per chapter.

    Args:
        rows: Published figures, chapter by chapter.
        lacking: By id, the names of the reporters whom a figure lacks.
    """
    from pipelines.steps.numbers import shown as number  # units take a while to import

    titles = _titles()
    words = {"id": "trace.id", "label": "figure", "value": "computed", "unit": "unit", "state": "trace.state"}
    headings = {name: either(WORDS[word]) for name, word in words.items()}
    for chapter, own in groupby(rows, key=lambda row: row["chapter"]):
        told = [{**row, "value": number(row["value"]), "state": _state(row, lacking)} for row in own]
        shown = {name: said for name, said in headings.items() if name != "state" or any(row[name] for row in told)}
        print_table(f"{titles.get(chapter, chapter)} ({chapter})", shown, told)


def _state(row: Mapping[str, Any], lacking: Mapping[str, Sequence[str]]) -> str:
    """Return what there is to say of a figure that is not complete: how many it lacks and whom, or why else."""
    missing = (row["expected"] or 0) - row["reported"]
    absent = row["status"] == Status.HELD and row["value"] is None
    state = either(WORDS["state.absent" if absent else f"state.{row['status']}"])
    if missing > 0:
        names = ", ".join(lacking.get(row["id"], ()))
        count = _("Thiếu {missing}/{expected}").format(missing=missing, expected=row["expected"])
        short = f"{count}: {names}" if names else count
        return f"{short}; {state}" if row["status"] in (Status.HELD, Status.ESTIMATED) else short
    return "" if row["status"] == Status.COMPLETE else state


def _says(row: Mapping[str, Any], words: str) -> bool:
    return says(f"{row['label']} {row['id']}", words)


def _nearest(rows: Rows, words: str) -> list[str]:
    """Return the ids of the figures whose id or label is most like some words."""
    known = {slug(row[name]): row["id"] for name in ("label", "id") for row in rows}
    return list(dict.fromkeys(known[one] for one in get_close_matches(slug(words), known, _NAMED)))


def _chapters(wanted: str) -> set[str]:
    """Return the codes of the chapters that are meant; or end here."""
    titles = _titles()
    found = {wanted} & titles.keys() or {code for code, title in titles.items() if says(title, wanted)}
    if not found:
        known = ", ".join(titles)
        fail(_("Không có chương «{chapter}»; các chương: {known}.").format(chapter=wanted, known=known))
    return found


def _titles() -> dict[str, str]:
    from schemas.catalogue import CATALOGUE  # forms take a while to import

    return {chapter.code: chapter.title for chapter in CATALOGUE.chapters}
