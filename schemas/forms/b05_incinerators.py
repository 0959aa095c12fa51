"""Form B05: rubbish incinerators built in a village."""

from schemas.fields import field
from schemas.form import VillageForm
from schemas.units import Incinerators


class VillageIncinerators(
    VillageForm,
    code="B05",
    sheet="Lò đốt rác",
    title="Xây dựng lò đốt rác",
    domain="incinerators",
    when="từ đầu năm đến hết kỳ",
):
    """One row per village: incinerators built since the start of the year, and how many it is to build, if any."""

    built = field(Incinerators, "Số lò đốt rác đã xây dựng")
    target = field(
        Incinerators,
        "Chỉ tiêu lò đốt rác giao cho thôn trong năm",
        definition="Để trống nếu thôn không được giao chỉ tiêu.",
        optional=True,
    )
