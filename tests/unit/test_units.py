from fractions import Fraction

import pandas as pd
import pytest

from schemas import units
from schemas.form import Form
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b03_crops import Crops
from schemas.text import fold
from schemas.units import DECIMAL, BillionDong, Dong, Heads, Hectares, MillionDong, Quantity

UNITS = [unit for unit in vars(units).values() if isinstance(unit, type) and issubclass(unit, Quantity)]


def test_a_fields_reference_is_its_column_name_in_its_unit() -> None:
    reference = Livestock.horse
    assert reference == "horse"
    assert type(reference) is Heads
    assert reference.form is Livestock
    assert type(Crops.ref("annual_area")) is Hectares


@pytest.mark.parametrize(
    ("unit", "factor"), [(Dong, 1), (MillionDong, 10**6), (BillionDong, 10**9)], ids=lambda value: str(value)[-20:]
)
def test_money_converts_to_dong(unit: type[Quantity], factor: int) -> None:
    assert unit.factor == Fraction(factor)
    assert unit.dimension == Dong.dimension


def test_a_unit_keeps_whole_numbers_or_exact_decimals() -> None:
    for unit in UNITS:
        assert unit.dtype() == (pd.ArrowDtype(DECIMAL) if unit.decimals else pd.Int64Dtype()), unit
        assert 0 <= unit.decimals <= DECIMAL.scale, unit


def test_no_unit_goes_by_the_name_of_another() -> None:
    owners: dict[str, str] = {}
    for unit in UNITS:
        if unit is Quantity:
            continue
        for word in (unit.label, *unit.aliases):
            assert owners.setdefault(fold(word), unit.__name__) == unit.__name__, word


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_field_of_a_form_has_a_unit_of_the_list(form: type[Form]) -> None:
    assert {item.unit for item in form.fields().values()} <= set(UNITS) - {Quantity}
