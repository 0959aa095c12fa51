"""A pack of forms that is a design workbook: what a Python package made by ``returns design pack`` says of itself.

Belongs here: reading the workbook that lies in the package. Does not belong here: making the package
(``pipelines.handout.design_pack``), finding those that are installed (``schemas.catalogue``, which loads this and is
therefore not known here).
"""

import sys

from pipelines.steps.design.check import checked
from schemas.design.parts import Design, Known
from schemas.edits import Agreement
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import FORMS
from schemas.pack import Pack
from schemas.units import declared


def pack_of(module: str, name: str, title: str, workbook: bytes) -> Pack:
    """Return the pack that a design workbook is.

    Args:
        module: The Python package it lies in. The forms become attributes of it by their codes, so that they are
            found again where another process names them.
        name: What a commune calls the pack.
        title: What it is, in Vietnamese.
        workbook: The design.

    Raises:
        ValueError: The design has a fault; the message is the first.
    """
    pack, own = read_alone(name, title, workbook)
    for form in own:
        form.__module__, form.__qualname__ = module, form.code
        setattr(sys.modules[module], form.code, form)
    return pack


def read_alone(name: str, title: str, workbook: bytes) -> tuple[Pack, tuple[type[Form], ...]]:
    """Return the pack that a workbook is beside the home pack, which is all that an installed one knows; its own forms.

    Raises:
        ValueError: As ``pack_of`` says.
    """
    found = checked({f"{name}.xlsx": workbook}, Known(Design(FORMS, CHAPTERS, declared())))
    if not found.sound:
        raise ValueError(next(one["message"] for one in found.findings))
    forms = found.design.forms
    return Pack(name, title, (*forms, *_leant_on(found.design)), found.design.chapters), forms


def _leant_on(design: Design) -> tuple[type[Form], ...]:
    """Return the forms of others that the design's figures and rules read; whoever has the pack is asked for them."""
    read = [form for chapter in design.chapters for form in chapter.forms]
    edits = (edit for form in design.forms for edit in form.edits if isinstance(edit, Agreement))
    read += [field.form for edit in edits for field in edit.others]
    return tuple(form for form in dict.fromkeys(read) if form not in design.forms)
