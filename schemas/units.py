"""Units of measure, as the types of form fields.

Belongs here: one class per unit the plan uses, with the label printed in the ĐVT column, the decimals kept, and how it
converts inside its dimension. Does not belong here: how a number is read from text (``pipelines.steps.numbers``).

A field of a form is annotated with a unit (``horse: Heads = field("Tổng đàn ngựa")``); reading the attribute off the form
gives an instance of that very class: a reference to the field that is also the name of its column.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from schemas.form import Form

DECIMAL = pa.decimal128(18, 4)
"""How quantities with decimals are kept: exact, and wide enough that the product of two still fits 38 digits."""


class Quantity(str):
    """A reference to one field of a form, and by its class the unit the field is counted in."""

    __slots__ = ("form",)

    label: ClassVar[str] = ""
    decimals: ClassVar[int] = 0
    dimension: ClassVar[str] = ""
    factor: ClassVar[Fraction] = Fraction(1)
    aliases: ClassVar[tuple[str, ...]] = ()
    form: "type[Form]"

    def __init_subclass__(
        cls,
        label: str,
        decimals: int = 0,
        dimension: str | None = None,
        factor: Fraction | int = 1,
        aliases: tuple[str, ...] = (),
        **kwargs: Any,
    ) -> None:
        """Declare a unit: ``factor`` of it makes one of its dimension's base unit (1 triệu đồng = 10^6 đồng)."""
        super().__init_subclass__(**kwargs)
        cls.label = label
        cls.decimals = decimals
        cls.dimension = dimension or label
        cls.factor = Fraction(factor)
        cls.aliases = aliases

    @classmethod
    def of(cls, form: "type[Form]", name: str) -> "Quantity":
        """Return the reference to field ``name`` of ``form`` in this unit."""
        reference = cls(name)
        reference.form = form
        return reference

    @classmethod
    def dtype(cls) -> Any:
        """Return the pandas dtype of a column in this unit: whole numbers or exact decimals, both with blanks."""
        return pd.ArrowDtype(DECIMAL) if cls.decimals else pd.Int64Dtype()


def unit_labelled(label: str) -> type[Quantity] | None:
    """Return the unit printed as ``label``, or nothing where no unit is called that."""
    known = {word.casefold(): unit for unit in Quantity.__subclasses__() for word in (*unit.aliases, unit.label)}
    return known.get(label.strip().casefold())


class Heads(Quantity, label="con"):
    """Animals present, counted one by one."""


class Hectares(Quantity, label="ha", decimals=2):
    """Area of land."""


class SquareMetres(Quantity, label="m2", aliases=("m²",)):
    """Area treated."""


class Tonnes(Quantity, label="tấn", decimals=2):
    """Weight of a harvest."""


class QuintalsPerHectare(Quantity, label="tạ/ha", decimals=2):
    """Yield; a tạ is 100 kg, so area x yield is ten times the tonnes."""


class Households(Quantity, label="hộ"):
    """Households."""


class Dong(Quantity, label="đồng", dimension="tiền", aliases=("đ", "d", "vnd", "vnđ")):
    """Money, to the đồng."""


class MillionDong(Quantity, label="triệu đồng", decimals=3, dimension="tiền", factor=10**6, aliases=("tr.đ", "trđ")):
    """Money, as villages report sales."""


class BillionDong(Quantity, label="tỷ đồng", decimals=3, dimension="tiền", factor=10**9, aliases=("tỉ đồng",)):
    """Money, as the plan sums up sales."""


class Percent(Quantity, label="%", decimals=4):
    """A share or a rate."""
