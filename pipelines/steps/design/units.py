"""Rows of units; and which units of fields can be held against each other.

Belongs here: the units that a design brings, when two may be compared or added up. Does not belong here: the units
that there are (``schemas.units``), what a formula makes of its units (``pipelines.steps.design.dimensions``).
"""

import re
from collections.abc import Sequence
from fractions import Fraction

from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.values import MOST_DECIMALS, Once, names_in, number_in, whole_in
from schemas.design.faults import Faults
from schemas.design.parts import Known
from schemas.design.sheets import NO, YES
from schemas.text import fold, visible
from schemas.units import Unit, by_word, conversion, is_measure

UNKNOWN_UNIT = Unit("?")
"""Stands for one that a cell does not name, or names wrongly, which is told where it stands."""


def units_of(rows: Sequence[Row], known: Known, told: Told) -> list[Unit]:
    """Return the units that rows bring, each once: two workbooks may say the same of one."""
    once, taken = Once(told), by_word(known.design.units)
    found: dict[Unit, str] = {}
    for row in rows:
        words = (row["label"], *names_in(row, "aliases"))
        if not row["additive"] and any(sign in row["label"] for sign in "/%‰"):
            expected = f"Đơn vị của tỷ lệ, năng suất, giá thì ghi «{NO}»; cộng lại mà vẫn có nghĩa thì ghi «{YES}»."
            told.tell(Faults.MISSING, row, "additive", expected=expected)
        if whole_in(row, "decimals", 0) > MOST_DECIMALS:
            told.tell(Faults.MALFORMED, row, "decimals", expected=f"nhiều nhất {MOST_DECIMALS}")
        unit = Unit(
            row["label"],
            min(whole_in(row, "decimals", 0), MOST_DECIMALS),
            row["dimension"],
            Fraction(number_in(row, "factor") or 1),
            words[1:],
            fold(row["additive"]) != fold(NO),
        )
        if found.get(unit, row.file) != row.file:
            continue
        # Compared as they are but for their case; ``₫`` and ``²`` are words too.
        fresh = [once.take(word.casefold(), row, "aliases" if at else "label", word) for at, word in enumerate(words)]
        clash = [taken[word.casefold()] for word in words if taken.get(word.casefold(), unit) != unit]
        if clash:
            told.tell(Faults.TAKEN, row, "label", expected=f"danh sách đơn vị tính ({clash[0].label})")
        if all(fresh):
            found[unit] = row.file
    return list(found)


_RATE = re.compile(r"^(tỷ lệ|tỉ lệ|năng suất|đơn giá|trung bình)\b|^(?!số\b).*\bbình quân\b")
"""How what does not add up is called; «Số hộ thu nhập bình quân dưới …» is a count."""


def is_called_a_rate(label: str) -> bool:
    """Return whether a field is called as what does not add up is."""
    return bool(_RATE.search(visible(label).casefold()))


def told_apart(given: Unit, wanted: Unit, times: Fraction = Fraction(1)) -> Unit | None:
    """Return the given unit if so many times it is none of the wanted.

    Units of one dimension are converted by whoever computes; two that only count, such as pupils and people, may be
    added up.
    """
    if UNKNOWN_UNIT in (given, wanted) or given.dimension == wanted.dimension:
        return None
    converts = conversion(given, wanted)
    apart = converts != times if converts is not None else measures(given) or measures(wanted)
    return given if apart else None


def measures(unit: Unit) -> bool:
    """Return whether a unit does more than count, as people and pupils do."""
    return is_measure(unit) or bool(unit.decimals) or unit.dimension != unit.label or not unit.additive
