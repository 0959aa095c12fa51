"""Wholes and their parts: the order and the numbers of a table's lines.

Belongs here: which line is a part of which, as the balance edits of the forms say, and numbering. Does not belong here:
what a line says (``lines``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.present.report.lines import FigureLine
from schemas.edits import Balance
from schemas.fields import FormField
from schemas.formula import Leaf, Total


@dataclass(frozen=True)
class Nested:
    """A line with the lines that are parts of it."""

    line: FigureLine
    parts: "tuple[Nested, ...]"

    @property
    def printed(self) -> bool:
        """Whether the plan prints it or one of its parts."""
        return bool(self.line.figure.printed) or any(part.printed for part in self.parts)


def nested(lines: Sequence[FigureLine]) -> list[Nested]:
    """Return the lines as trees, in their order; a part stands below its whole where a balance edit says it is one."""
    whole_of = _wholes(lines)
    parts: dict[str, list[FigureLine]] = {}
    for line in lines:
        parts.setdefault(whole_of.get(line.figure.id, ""), []).append(line)

    def node(line: FigureLine) -> Nested:
        return Nested(line, tuple(node(part) for part in parts.get(line.figure.id, ())))

    order = {line.figure.id: index for index, line in enumerate(lines)}

    def first(one: Nested) -> int:
        return min([order[one.line.figure.id], *map(first, one.parts)])

    return sorted((node(line) for line in parts.get("", ())), key=first)


def _wholes(lines: Sequence[FigureLine]) -> dict[str, str]:
    """Return, by a figure's id, the id of the figure that it is a part of."""
    by_field: dict[FormField, str] = {}
    for line in sorted(lines, key=restates):
        formula = line.declared.formula if line.declared else None
        if isinstance(formula, Total):
            by_field.setdefault(formula.field, line.figure.id)
    whole_of: dict[str, str] = {}
    for edit in (edit for form in dict.fromkeys(field.form for field in by_field) for edit in form.edits):
        if isinstance(edit, Balance) and (whole := by_field.get(edit.fields[edit.total])):
            for part in (by_field.get(edit.fields[name]) for name in edit.parts):
                if part and whole not in _below(part, whole_of):
                    whole_of.setdefault(part, whole)
    return whole_of


def _below(identifier: str, whole_of: Mapping[str, str]) -> set[str]:
    """Return a figure and all that are parts of it, or of its parts."""
    found = {identifier}
    while more := {part for part, whole in whole_of.items() if whole in found} - found:
        found |= more
    return found


def restates(line: FigureLine) -> bool:
    """Return whether a figure says a field again in other words; the field's own figure has its very label."""
    formula = line.declared.formula if line.declared else None
    return isinstance(formula, Leaf) and line.figure.label != formula.field.label


def numbered(nodes: Iterable[Nested], first: int = 1, within: str = "") -> Iterable[FigureLine]:
    """Yield the lines of trees, each whole before its parts, with number and depth.

    Args:
        nodes: The trees.
        first: The number of the first.
        within: What stands before each number, such as ``2.``.
    """
    for number, one in enumerate(nodes, start=first):
        name = f"{within}{number}"
        yield replace(one.line, number=name, depth=within.count("."))
        yield from numbered(one.parts, within=f"{name}.")


_ROMAN = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Return a small number in Roman digits, which number the chapters of an annex."""
    written = ""
    for value, digits in _ROMAN:
        times, number = divmod(number, value)
        written += digits * times
    return written
