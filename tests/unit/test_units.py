from fractions import Fraction

import pytest

from schemas import units
from schemas.form import Form
from schemas.forms import FORMS
from schemas.text import fold
from schemas.units import DECIMAL, BillionDong, Dong, MillionDong, Unit

UNITS = {name: unit for name, unit in vars(units).items() if isinstance(unit, Unit)}


@pytest.mark.parametrize(
    ("unit", "factor"), [(Dong, 1), (MillionDong, 10**6), (BillionDong, 10**9)], ids=lambda value: str(value)[-20:]
)
def test_money_converts_to_dong(unit: Unit, factor: int) -> None:
    assert unit.factor == Fraction(factor)
    assert unit.dimension == Dong.dimension


def test_no_unit_keeps_more_decimals_than_a_table_holds() -> None:
    assert len(UNITS) > 50
    for unit in UNITS.values():
        assert 0 <= unit.decimals <= DECIMAL.scale, unit


def test_a_unit_without_a_dimension_is_the_only_one_of_its_own() -> None:
    alone = [unit for unit in UNITS.values() if unit.dimension == unit.label]
    assert len({unit.dimension for unit in alone}) == len(alone)
    assert {unit.factor for unit in alone} == {1}


def test_no_unit_goes_by_the_name_of_another() -> None:
    owners: dict[str, str] = {}
    for name, unit in UNITS.items():
        for word in (unit.label, *unit.aliases):
            assert owners.setdefault(fold(word), name) == name, word


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_field_of_a_form_has_a_unit_of_the_list(form: type[Form]) -> None:
    assert {item.unit for item in form.fields().values()} <= set(UNITS.values())
