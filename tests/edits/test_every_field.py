"""No field is left without a test of its numbers: each stands in an edit, or in a comparison with earlier periods."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import pyarrow as pa
import pytest

from pipelines.steps.frames import to_frame
from pipelines.steps.validate.change import LEAST_VILLAGES, changed_alone, changed_much
from schemas.fields import FormField
from schemas.form import Form, VillageForm
from schemas.forms import FORMS
from schemas.periods import Period
from schemas.units import LevelsReached
from tests.unit.builders import PERIOD

LAST_YEAR = Period.parse("2023-H1")


def in_an_edit() -> set[FormField]:
    return {operand for form in FORMS for edit in form.edits for operand in edit.operands}


def fields_without_an_edit(*forms: type[Form]) -> Iterator[FormField]:
    covered = in_an_edit()
    yield from (item for form in forms for item in form.fields().values() if item not in covered)


def is_compared(item: FormField) -> bool:
    """Whether a number that is ten times what it was, or a level that is two lower, is told."""
    form: type[Form] = item.form
    then, now = (Decimal(3), Decimal(1)) if item.unit is LevelsReached else (Decimal(90), Decimal(9))
    villages = [f"v{number}" for number in range(LEAST_VILLAGES + 1)] if issubclass(form, VillageForm) else ["r"]
    before = _frame(form, item, LAST_YEAR, dict.fromkeys(villages, then * 100 if len(villages) > 1 else then))
    sent = _frame(form, item, PERIOD, dict.fromkeys(villages, then * 100) | {villages[0]: now})
    return bool(changed_much(form, sent, before) or changed_alone(form, sent, before))


def _frame(form: type[Form], item: FormField, period: Period, values: Mapping[str, Decimal]):  # type: ignore[no-untyped-def]
    keys = {"period": period.code, "commune": "x", "line": "l" if form.line_title else ""}
    as_kept = {code: value if item.unit.decimals else int(value) for code, value in values.items()}
    rows = [keys | {"reporter": code, item.name: value} for code, value in as_kept.items()]
    return to_frame([pa.Table.from_pylist(rows, form.arrow())], form.arrow())


@pytest.mark.parametrize("form", [pytest.param(form, id=form.code) for form in FORMS])
def test_every_field_stands_in_an_edit_or_is_held_against_earlier_periods(form: type[Form]) -> None:
    assert [item.name for item in fields_without_an_edit(form) if not is_compared(item)] == []


def test_most_fields_stand_in_an_edit() -> None:
    without = list(fields_without_an_edit(*FORMS))
    assert len(without) <= 100
