"""Cells to entries: which cell answers which field of which form.

Belongs here: the order of the search. Does not belong here: its parts, each of which has a module beside this one;
rules between fields (``pipelines.steps.validate.check``).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pipelines.steps.collect.duplicates import duplicates, repeated
from pipelines.steps.collect.encodings import in_unicode, old_encodings
from pipelines.steps.collect.entries import asides, entries_of, merged, notes_unread, unread
from pipelines.steps.collect.lines import asked_for
from pipelines.steps.collect.sheets import recognise, sheets_of
from pipelines.steps.frames import frame_of
from pipelines.steps.problems import joined
from schemas.form import Form
from schemas.places import Places
from schemas.tables import ENTRIES, SHEET_KEY


@dataclass(frozen=True)
class Located:
    """What was found in the workbooks.

    Attributes:
        entries: ``schemas.tables.ENTRIES``.
        sheets: One row per sheet: its key, ``form`` and ``reporter`` (empty where not known), and whether it is usable.
        problems: ``schemas.tables.PROBLEMS`` met on the way.
    """

    entries: pd.DataFrame
    sheets: pd.DataFrame
    problems: pd.DataFrame


def locate(cells: pd.DataFrame, forms: Sequence[type[Form]], places: Places) -> Located:
    """Find the entries of every form in corrected cells.

    Args:
        cells: As ``correct.correct`` returns them: ``schemas.tables.CELLS``, what was received, what was decided.
        forms: The forms to look for.
        places: Who may report, by name.
    """
    cells, encodings = in_unicode(cells, forms)
    sheets = sheets_of(cells)
    unusable = recognise(sheets, forms, places)
    by_code = {form.code: form for form in forms}
    usable = [sheet for sheet in sheets if sheet.usable]
    asked, of_lines = asked_for(usable, forms)
    entries = entries_of(asked, by_code)
    of_merged = merged(entries)
    # Which of two returns is right is not ours to guess: both are told, with what differs, and neither is used.
    twice = repeated(sheets)
    for sheet in twice:
        sheet.usable = False
    of_twice = duplicates(twice, [entry for entry in entries if not entry.asked.sheet.usable], by_code)
    of_cells = [unread(entries, by_code), of_merged, notes_unread(entries), asides(entries)]
    within = joined([of_lines, *of_cells, old_encodings(encodings, usable)])
    out_of_use = {sheet.key for sheet in twice}
    kept = [key not in out_of_use for key in zip(*(within[name] for name in SHEET_KEY), strict=True)]
    return Located(
        frame_of((entry.row for entry in entries if entry.asked.sheet.usable), ENTRIES),
        pd.DataFrame(
            [(*sheet.key, sheet.form, sheet.reporter, sheet.usable) for sheet in sheets],
            columns=[*SHEET_KEY, "form", "reporter", "usable"],
        ),
        joined([unusable, of_twice, within[kept]]),
    )
