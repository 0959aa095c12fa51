"""Form R01: the spring campaign of rural works and tree planting."""

from schemas.edits import bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.outcomes import Severity
from schemas.units import Kilometres, LabourTurns, Trees

_WORKS, _TREES = "Ra quân làm thủy lợi, vệ sinh môi trường, giao thông nông thôn", "Trồng cây tại các trường học"


class RuralWorks(
    DeskForm,
    code="R01",
    sheet="Ra quân đầu xuân",
    title="Kết quả ra quân đầu xuân và Tết trồng cây",
    domain="works",
    when="trong đợt ra quân đầu xuân và Tết trồng cây",
    reporter="works",
):
    """One row per commune: roads cleared, drains dredged and trees planted, with the labour called up."""

    roads_cleared = field(Kilometres, "Đường phát quang tầm nhìn, vệ sinh quét dọn", section=_WORKS)
    drains_dredged = field(Kilometres, "Rãnh dọc đã nạo vét", section=_WORKS)
    labour = field(
        LabourTurns,
        "Số công huy động ra quân",
        definition="Gồm cả công làm đường ngõ xóm và xây lò đốt rác trong đợt ra quân; không gồm công trồng cây.",
        section=_WORKS,
    )
    school_trees = field(Trees, "Số cây trồng tại các trường học", section=_TREES)
    school_tree_labour = field(LabourTurns, "Số công huy động trồng cây, dọn vệ sinh khuôn viên trường", section=_TREES)

    edits = (
        # A drain is dredged beside a road that is cleared. A warning, for one road may have two.
        bound("R01-01", ["drains_dredged"], "roads_cleared", severity=Severity.WARNING),
    )
