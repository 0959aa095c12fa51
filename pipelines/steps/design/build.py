"""Rows of design workbooks to forms, chapters and units, or to the faults that keep them from being one.

Belongs here: in which order the sheets are read. Does not belong here: what the rows of a sheet mean, for which each
sheet has its module in this room; cells (``pipelines.steps.design.rows``).

A row with a fault still stands for something, so that one fault is told once and not again at all that leans on it.
"""

from pipelines.steps.design.chapters import chapters_of
from pipelines.steps.design.forms import Forms
from pipelines.steps.design.rows import Told
from pipelines.steps.design.units import units_of
from pipelines.steps.design.values import Rows, refuse_bad_cells
from schemas.design.parts import Design, Known
from schemas.units import by_word


def design_of(rows: Rows, known: Known, told: Told) -> Design:
    """Return the design that rows say; it is one to be used only where no error was told.

    Args:
        rows: By the name of the sheet, of any number of workbooks.
        known: What there is already.
        told: Takes the faults.
    """
    for sheet in rows.values():
        for row in sheet:
            refuse_bad_cells(row, told)
    units = units_of(rows.get("units", ()), known, told)
    forms = Forms(rows, known, {**by_word(known.design.units), **by_word(units)}, told)
    chapters = chapters_of(rows, forms, known, told)
    return Design(tuple(forms.made.values()), chapters, tuple(units))
