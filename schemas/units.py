"""Units of measure, as the types of form fields.

Belongs here: one class per unit the plan uses, with the label printed in the ĐVT column, the decimals kept, and how it
converts inside its dimension. Does not belong here: how a number is read from text (``pipelines.steps.numbers``).

A field of a form is annotated with a unit (``horse: Heads = field("Tổng đàn ngựa")``); reading the attribute off the
form gives an instance of that very class: a reference to the field that is also the name of its column.
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
    additive: ClassVar[bool] = True
    form: "type[Form]"

    def __init_subclass__(
        cls,
        label: str,
        decimals: int = 0,
        dimension: str | None = None,
        factor: Fraction | int = 1,
        aliases: tuple[str, ...] = (),
        additive: bool = True,
        **kwargs: Any,
    ) -> None:
        """Declare a unit: ``factor`` of it makes one of its dimension's base unit (1 triệu đồng = 10^6 đồng).

        What is not ``additive``, such as a rate, is never added up over communes.
        """
        super().__init_subclass__(**kwargs)
        cls.label = label
        cls.decimals = decimals
        cls.dimension = dimension or label
        cls.factor = Fraction(factor)
        cls.aliases = aliases
        cls.additive = additive

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


class QuintalsPerHectare(Quantity, label="tạ/ha", decimals=2, additive=False):
    """Yield; a tạ is 100 kg, so area x yield is ten times the tonnes."""


class Households(Quantity, label="hộ"):
    """Households."""


class Bullets(Quantity, label="viên"):
    """Bullets handed in."""


class Cards(Quantity, label="thẻ"):
    """Health insurance cards."""


class Cases(Quantity, label="trường hợp"):
    """Cases dealt with by an office."""


class Centimetres(Quantity, label="cm", decimals=1, dimension="chiều dài", factor=Fraction(1, 100)):
    """Thickness of a road."""


class ChildGroups(Quantity, label="nhóm lớp"):
    """Groups and classes of a kindergarten."""


class Children(Quantity, label="trẻ"):
    """Children counted by the health station."""


class Cooperatives(Quantity, label="hợp tác xã", aliases=("htx",)):
    """Cooperatives."""


class Classes(Quantity, label="lớp"):
    """Classes of schools."""


class Couples(Quantity, label="cặp"):
    """Couples married."""


class CubicMetres(Quantity, label="m3", decimals=2, aliases=("m³", "khối")):
    """Sand, stone and other building material."""


class DiseaseCases(Quantity, label="ca"):
    """Cases of a disease or a poisoning."""


class Documents(Quantity, label="văn bản"):
    """Documents issued by an office."""


class Establishments(Quantity, label="cơ sở"):
    """Shops and eating places."""


class Files(Quantity, label="hồ sơ"):
    """Files received or settled by an office."""


class GiftPackages(Quantity, label="suất quà", aliases=("suất", "xuất quà")):
    """Gift packages."""


class Guns(Quantity, label="khẩu"):
    """Firearms handed in."""


class Incidents(Quantity, label="vụ"):
    """Incidents of public order."""


class Incinerators(Quantity, label="lò"):
    """Rubbish incinerators."""


class Kilograms(Quantity, label="kg", decimals=2):
    """Weight of rice and other relief goods."""


class Kilometres(Quantity, label="km", decimals=2, dimension="chiều dài", factor=1000):
    """Length of roads and drains."""


class LabourDays(Quantity, label="ngày công"):
    """Days of work that people contribute to a building site."""


class LabourTurns(Quantity, label="công"):
    """Days of work in a campaign of one or a few days, one per participant and day."""


class Leaflets(Quantity, label="tờ rơi"):
    """Leaflets handed out."""


class LevelsReached(Quantity, label="mức độ", additive=False):
    """Level at which a standard is met, the higher the better."""


class Litres(Quantity, label="lít", decimals=1):
    """Volume of a liquid."""


class Metres(Quantity, label="m", decimals=2, dimension="chiều dài"):
    """Length of a road, or its width."""


class Models(Quantity, label="mô hình"):
    """Models kept up, such as self-governing groups."""


class Months(Quantity, label="tháng", decimals=1):
    """How long something is granted."""


class NewsItems(Quantity, label="tin bài"):
    """News items published."""


class PersonTurns(Quantity, label="lượt người"):
    """People taking part, counted each time they do."""


class People(Quantity, label="người"):
    """People, one by one."""


class Petitions(Quantity, label="đơn"):
    """Petitions and complaints."""


class Posters(Quantity, label="pano/áp phích"):
    """Posters put up."""


class Prizes(Quantity, label="giải"):
    """Prizes won in contests."""


class ProcedureGroups(Quantity, label="nhóm TTHC"):
    """Groups of linked administrative procedures."""


class Procedures(Quantity, label="TTHC"):
    """Administrative procedures."""


class Projects(Quantity, label="dự án"):
    """Projects under way."""


class Pupils(Quantity, label="học sinh"):
    """Pupils of schools."""


class Rounds(Quantity, label="đợt"):
    """Rounds of an inspection or a campaign."""


class SchoolSites(Quantity, label="điểm trường"):
    """Sites of a school: the main one and those in villages."""


class Schools(Quantity, label="trường"):
    """Schools."""


class ServiceGroups(Quantity, label="nhóm dịch vụ công"):
    """Groups of public services."""


class Sessions(Quantity, label="cuộc"):
    """Sessions, patrols and campaigns held."""


class Slides(Quantity, label="lam"):
    """Blood slides taken."""


class Tasks(Quantity, label="việc"):
    """Pieces of work done, such as copies issued."""


class Teams(Quantity, label="đội"):
    """Sports teams."""


class Teachers(Quantity, label="giáo viên"):
    """Teachers."""


class Times(Quantity, label="lần"):
    """How often something was held."""


class TimesPerDay(Quantity, label="lượt/ngày", additive=False):
    """How often a day something is broadcast."""


class Trees(Quantity, label="cây"):
    """Trees planted, one by one."""


class VillageGates(Quantity, label="cổng làng"):
    """Village gates."""


class Villages(Quantity, label="thôn"):
    """Villages."""


class Dong(Quantity, label="đồng", dimension="tiền", aliases=("đ", "d", "vnd", "vnđ")):
    """Money, to the đồng."""


class DongPerGift(Quantity, label="đồng/suất", additive=False):
    """Value of one gift, to the đồng."""


class MillionDong(Quantity, label="triệu đồng", decimals=3, dimension="tiền", factor=10**6, aliases=("tr.đ", "trđ")):
    """Money, as villages report sales."""


class BillionDong(Quantity, label="tỷ đồng", decimals=3, dimension="tiền", factor=10**9, aliases=("tỉ đồng",)):
    """Money, as the plan sums up sales."""


class Percent(Quantity, label="%", decimals=4, additive=False):
    """A share or a rate."""
