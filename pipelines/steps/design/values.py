"""What the cells of a design's rows say, and the faults that a cell of any sheet can have.

Belongs here: numbers, choices and names in cells, codes and their form, what may be said once. Does not belong here:
what a row means (its sheet's module), finding the cells (``pipelines.steps.design.rows``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar

from pipelines.steps.design.rows import Row, Told
from pipelines.steps.numbers import read_number
from schemas.design.faults import Faults
from schemas.design.notation import unambiguous
from schemas.design.sheets import SEPARATOR, YES, Asked
from schemas.text import fold, slug
from schemas.units import Unit

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What names fields, tables and chapters."""

MOST_DECIMALS = 4
"""How many a number in a cell may have, and a unit or a figure may keep."""

WHOLE, _NUMBER = Unit("số"), Unit("số", decimals=MOST_DECIMALS)

Rows = Mapping[str, Sequence[Row]]
"""By the name of the sheet."""

T = TypeVar("T")


def refuse_bad_cells(row: Row, told: Told) -> None:
    """Tell of blank cells that must not be, and of texts that are none of a column's choices, or no number."""
    for column in row.sheet.columns:
        text = row[column.name]
        if not text:
            if column.required:
                told.tell(Faults.MISSING, row, column.name, expected=column.help)
        elif column.asked is Asked.CHOICE and fold(text) not in map(fold, column.choices):
            told.tell(Faults.MALFORMED, row, column.name, expected=" hoặc ".join(f"«{one}»" for one in column.choices))
        elif column.asked in (Asked.WHOLE, Asked.NUMBER) and number_in(row, column.name) is None:
            told.tell(Faults.MALFORMED, row, column.name, expected=_NUMBER_EXPECTED[column.asked])
        elif column.asked is Asked.NUMBER and (expected := unambiguous(text)):
            told.tell(Faults.MALFORMED, row, column.name, expected=expected)


_NUMBER_EXPECTED = {
    Asked.WHOLE: "số nguyên không âm",
    Asked.NUMBER: f"số lớn hơn 0, nhiều nhất {MOST_DECIMALS} chữ số lẻ",
}


def number_in(row: Row, name: str) -> Decimal | None:
    """Return the number in a cell; nothing where it is blank, or holds none."""
    whole = row.sheet.column(name).asked is not Asked.NUMBER
    value = read_number("text", row[name], WHOLE if whole else _NUMBER).value
    return None if value is None or value < 0 or (value == 0 and not whole) else value


def whole_in(row: Row, name: str, otherwise: int | None = None) -> Any:
    """Return the whole number in a cell; where there is none, what stands in for it."""
    value = number_in(row, name)
    return otherwise if value is None else int(value)


def choice_in(row: Row, name: str, choices: Mapping[str, T]) -> T | None:
    """Return what the word in a cell stands for; nothing where it is none of the choices."""
    return next((value for word, value in choices.items() if fold(word) == fold(row[name])), None)


def is_yes(row: Row, name: str) -> bool:
    """Return whether a cell says yes."""
    return fold(row[name]) == fold(YES)


def names_in(row: Row, name: str) -> tuple[str, ...]:
    """Return the names that a cell lists, in its order."""
    return tuple(part.strip() for part in row[name].split(SEPARATOR) if part.strip())


def before_colon(text: str) -> str:
    """Return what stands before the colon: a drop-down says after it who that is."""
    return text.partition(":")[0].strip()


class Once:
    """Names that may each be given once."""

    def __init__(self, told: Told) -> None:
        self.told, self.first = told, dict[str, tuple[Row, str]]()

    def take(self, key: str, row: Row, name: str, word: str = "") -> bool:
        """Return whether a name is new; where it is not, tell of it."""
        if not key:
            return False
        first, at = self.first.setdefault(key, (row, name))
        if first is row:
            return True
        self.told.tell(Faults.DOUBLE, row, name, written=word or row[name], expected=first.place(at))
        return False


def well_formed(row: Row, name: str, pattern: re.Pattern[str], expected: str, told: Told) -> bool:
    """Return whether the text of a cell is of a form; where it is not, tell of it, unless the cell is blank."""
    if not row[name]:
        return False
    if not pattern.fullmatch(row[name]):
        told.tell(Faults.MALFORMED, row, name, expected=expected)
        return False
    return True


def slugged(text: str) -> str:
    """Return what a code has to look like, with one made of a text as the example."""
    made = slug(text).strip("_")
    return f"chữ thường không dấu, số, gạch dưới, như {made if CODE.fullmatch(made) else 'so_ho'}"


def nearest(name: str, among: Iterable[str]) -> str:
    """Return the advice on a name that nothing is called: what is called nearly so, if anything is."""
    known = list(among)
    # Mostly it is a mark that was left out, or typed wrongly.
    near = [one for one in known if slug(one) == slug(name)] or get_close_matches(name, known, n=3)
    return f"gần giống: {', '.join(near)}" if near else "xem lại cách viết"


def refuse_unknown(row: Row, name: str, what: str, among: Iterable[str], told: Told) -> None:
    """Tell of a name in a cell that nothing is called, with what is called nearly so."""
    told.tell(Faults.UNKNOWN, row, name, written=what, expected=nearest(what, dict.fromkeys(among)))
