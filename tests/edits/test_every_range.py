from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from schemas.form import Form
from tests.edits.examples import Sent, cell, reporters, run_check
from tests.unit.builders import EACH_FORM, rows


@cache
def cases(form: type[Form]) -> dict[str, dict[str, Decimal]]:
    """Values of a form's fields by what is tried with them."""
    low = {name: Decimal(item.minimum) for name, item in form.fields().items() if item.minimum is not None}
    high = {name: Decimal(item.maximum) for name, item in form.fields().items() if item.maximum is not None}
    return {
        "below": {name: value - 1 for name, value in low.items()},
        "above": {name: value + 1 for name, value in high.items()},
        "lowest": low,
        "highest": high,
        "negative": {name: Decimal(-5) for name in form.fields() if name not in low},
    }


@cache
def out_of_range(form: type[Form]) -> dict[str, set[tuple[str, str]]]:
    """Cells and severities of the findings on ranges, of every case in one check."""
    own = Sent(form, reporters(form)[0], {})
    checked = run_check(form, [replace(own, values=values, commune=name) for name, values in cases(form).items()])
    found = [row for row in rows(checked.findings) if row["code"] == "C-11"]
    return {name: {(row["cells"], row["severity"]) for row in found if row["commune"] == name} for name in cases(form)}


@EACH_FORM
@pytest.mark.parametrize("case", ["below", "above"])
def test_every_value_beyond_its_limit_is_told_with_its_cell(form: type[Form], case: str) -> None:
    assert out_of_range(form)[case] == {(cell(form, name), "error") for name in cases(form)[case]}


@EACH_FORM
@pytest.mark.parametrize("case", ["lowest", "highest", "negative"])
def test_the_limits_themselves_are_allowed_and_so_is_what_has_none(form: type[Form], case: str) -> None:
    assert out_of_range(form)[case] == set()
