"""What a design is made of, and what it can lean on.

Belongs here: the two shapes. Does not belong here: how either comes about (``pipelines.steps.design``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.figure import Chapter
from schemas.form import Form
from schemas.units import Unit


@dataclass(frozen=True)
class Design:
    """Forms with their edits, chapters of figures, and units that they count in."""

    forms: tuple[type[Form], ...] = ()
    chapters: tuple[Chapter, ...] = ()
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class Known:
    """What there is already: a design may name it, and may not call anything else so.

    Args:
        design: Forms, chapters and units in use.
        replaced: What the design takes the place of, as the new workbook of a pack that is installed.
        reporters: Who can be asked, by kind, each with the names of those of that kind; nothing where that is not
            known here.
    """

    design: Design = field(default_factory=Design)
    replaced: Design = field(default_factory=Design)
    reporters: Mapping[str, str] = field(default_factory=dict)
