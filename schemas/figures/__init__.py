"""The catalogue: every figure the plan reports, one module per chapter, found by being in this folder.

Belongs here: chapters, and the list of them. Does not belong here: what a figure or a formula is (``schemas.figure``).
"""

from importlib import import_module
from pkgutil import iter_modules

from schemas.figure import Chapter, with_growth


def _declared() -> tuple[Chapter, ...]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    chapters = tuple(with_growth(module.CHAPTER) for module in modules)
    owners: dict[str, str] = {}
    for chapter in chapters:
        for figure in chapter.figures:
            if figure.id in owners:
                raise ValueError(f"Figure {figure.id} is declared twice: in {owners[figure.id]} and {chapter.code}.")
            owners[figure.id] = chapter.code
    return chapters


CHAPTERS: tuple[Chapter, ...] = _declared()
"""Every chapter, in the order of the modules' names."""
