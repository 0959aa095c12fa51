"""Form K03: the coming year's targets that name a village."""

from schemas.fields import field
from schemas.form import LineForm
from schemas.units import Incinerators, VillageGates


class VillageTargets(
    LineForm,
    code="K03",
    sheet="Chỉ tiêu giao thôn",
    title="Chỉ tiêu năm kế hoạch giao cho thôn",
    domain="village_targets",
    when="của năm sau kỳ báo cáo",
    reporter="planning",
    lines="Tên thôn",
):
    """One row per village that is given a target, under the village's code; what it is not given stays blank."""

    village_gates = field(VillageGates, "Cổng làng xây dựng", optional=True)
    incinerators = field(Incinerators, "Lò đốt rác xây mới", optional=True)
