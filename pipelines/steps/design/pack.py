"""A pack of forms that is a design workbook: one that an output folder has accepted, or that lies in a Python package.

Belongs here: from the workbook to the pack, beside the packs it may lean on. Does not belong here: making the package
(``pipelines.handout.design_pack``), finding those that are installed (``schemas.catalogue``, which loads this and is
therefore not known here), which are accepted (``pipelines.store.designs``).
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from pipelines.steps.design.check import checked, finding
from pipelines.steps.design.rows import Fault
from schemas.design.faults import Faults
from schemas.design.parts import Design, Known
from schemas.edits import Agreement
from schemas.figure import units_in
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import FORMS
from schemas.outcomes import Severity
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
    return replace(pack_made(name, found.design), title=title), found.design.forms


class UnsoundError(ValueError):
    """A design has faults; the message is that of the first."""

    def __init__(self, findings: Sequence[Mapping[str, str]]) -> None:
        """Note what is wrong: ``schemas.tables.FINDINGS``."""
        super().__init__(next(one["message"] for one in findings if one["severity"] == Severity.ERROR))
        self.findings = tuple(findings)


def pack_beside(
    packs: Sequence[Pack],
    name: str,
    file: str,
    workbook: bytes,
    *,
    replaced: Sequence[Pack] = (),
    reporters: Mapping[str, str] | None = None,
) -> Pack:
    """Return the pack that a design workbook is, beside others that it may lean on.

    Args:
        packs: Those others.
        name: The pack's.
        file: What the workbook is called.
        workbook: Its bytes.
        replaced: As ``known_of`` has it.
        reporters: As ``known_of`` has them.

    Raises:
        UnsoundError: The design has faults, says nothing, or calls something as another pack does.
    """
    found = checked({file: workbook}, known_of(packs, replaced, reporters))
    if not found.sound:
        raise UnsoundError(found.findings)
    if not found.design.forms and not found.design.chapters:
        raise UnsoundError([finding(Fault(Faults.EMPTY.value, file))])
    return replace(pack_made(name, found.design), design=sha256(workbook).hexdigest())


def pack_made(name: str, design: Design) -> Pack:
    """Return the pack of a design without faults, called by its first form or chapter."""
    titles = [*(form.heading for form in design.forms), *(chapter.title for chapter in design.chapters)]
    return Pack(name, titles[0], (*design.forms, *_leant_on(design)), design.chapters)


def known_of(packs: Sequence[Pack], replaced: Sequence[Pack] = (), reporters: Mapping[str, str] | None = None) -> Known:
    """Return what a design can lean on that comes after some packs.

    Args:
        packs: Those packs.
        replaced: The pack that the design takes the place of, if there is one.
        reporters: As ``Known`` has them.
    """
    forms = tuple(dict.fromkeys(form for pack in packs for form in pack.forms))
    chapters = tuple({chapter.code: chapter for pack in packs for chapter in pack.chapters}.values())
    units = tuple(dict.fromkeys((*declared(), *units_in(forms, chapters))))
    old = tuple(form for pack in replaced for form in pack.forms if form not in forms)
    return Known(Design(forms, chapters, units), Design(old), reporters or {})


def _leant_on(design: Design) -> tuple[type[Form], ...]:
    """Return the forms of others that the design's figures and rules read; whoever has the pack is asked for them."""
    read = [form for chapter in design.chapters for form in chapter.forms]
    edits = (edit for form in design.forms for edit in form.edits if isinstance(edit, Agreement))
    read += [field.form for edit in edits for field in edit.others]
    return tuple(form for form in dict.fromkeys(read) if form not in design.forms)
