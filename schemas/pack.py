"""What a pack is: all that one kind of office uses, and no other office is asked for.

Belongs here: the pack. Does not belong here: which packs there are (``schemas.catalogue``), any particular form.
"""

from collections.abc import Collection
from dataclasses import dataclass

from schemas.edits import Agreement
from schemas.figure import Chapter, with_growth
from schemas.form import Form
from schemas.text import slug

HOME = "home"
"""The pack that comes with this software, and that a commune has which names none."""


def pack_name(file: str) -> str:
    """Return what the pack of a design workbook is called: its name without marks, as a commune writes it."""
    return slug(file.rpartition(".")[0] or file)


@dataclass(frozen=True)
class Pack:
    """Forms with their edits and units, chapters of figures, and places.

    Args:
        name: What a commune calls it in the column ``packs`` of ``places.csv``, and what it is installed as.
        title: What it is, in Vietnamese.
        forms: What its communes are asked for; forms of another pack may be among them.
        chapters: What is made of that; of another pack's too, if it has all their forms.
        places: One more table of places, as CSV: the desks of its communes (their ``packs`` name it), the communes.
    """

    name: str
    title: str
    forms: tuple[type[Form], ...]
    chapters: tuple[Chapter, ...]
    places: str = ""
    package: str = ""
    """The Python package that it is installed with; none of the home pack. Filled in by who finds it."""
    design: str = ""
    """The hash of the design workbook that it is, where it is one that the output folder has accepted."""

    def __post_init__(self) -> None:
        """Add figures of growth, and refuse a pack that leans on forms which its communes do not send.

        Raises:
            ValueError: A chapter or an edit reads a form that is not the pack's.
        """
        object.__setattr__(self, "chapters", tuple(map(with_growth, self.chapters)))
        for chapter in self.chapters:
            self._refuse_strange(f"chapter {chapter.code}", chapter.forms)
        for edit in (edit for form in self.forms for edit in form.edits if isinstance(edit, Agreement)):
            self._refuse_strange(f"edit {edit.code}", [field.form for field in edit.others])

    def _refuse_strange(self, reader: str, forms: Collection[type[Form]]) -> None:
        if strange := sorted({form.code for form in forms} - {form.code for form in self.forms}):
            raise ValueError(f"Pack {self.name}: {reader} reads {', '.join(strange)}, which is no form of the pack.")
