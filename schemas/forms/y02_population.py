"""Form Y02: population, family planning and births in the health station's care."""

from schemas.edits import at_least, at_most, balance, bound, within
from schemas.fields import field
from schemas.form import DeskForm
from schemas.forms.y01_health import Health
from schemas.outcomes import Severity
from schemas.units import Children, People, Times

_PLANNING, _MOTHERS, _BIRTHS = "Dân số - kế hoạch hóa gia đình", "Chăm sóc sức khỏe sinh sản", "Trẻ sinh ra"


class Population(
    DeskForm,
    code="Y02",
    sheet="Dân số",
    title="Dân số và sức khỏe sinh sản",
    domain="population",
    reporter="health",
):
    """One row per commune: what the station knows of births, deaths and family planning, registered or not."""

    contraception = field(People, "Người áp dụng các biện pháp tránh thai", section=_PLANNING, stock=True)
    eligible = field(People, "Người thuộc diện áp dụng biện pháp tránh thai", section=_PLANNING, stock=True)
    deaths = field(People, "Số người chết", section=_PLANNING)
    sessions = field(Times, "Lần truyền thông dân số", section=_PLANNING)
    audience = field(People, "Người nghe truyền thông dân số", section=_PLANNING)
    pregnant_managed = field(People, "Phụ nữ có thai được quản lý", section=_MOTHERS)
    pregnant = field(People, "Số phụ nữ có thai", section=_MOTHERS)
    births = field(Children, "Tổng số trẻ sinh ra", section=_BIRTHS)
    births_male = field(Children, "Trẻ sinh ra là nam", section=_BIRTHS)
    births_female = field(Children, "Trẻ sinh ra là nữ", section=_BIRTHS)
    third = field(Children, "Trẻ là con thứ 3 trở lên", section=_BIRTHS)
    third_male = field(Children, "Con thứ 3 trở lên là nam", section=_BIRTHS)
    third_female = field(Children, "Con thứ 3 trở lên là nữ", section=_BIRTHS)

    edits = (
        bound("Y02-01", ["contraception"], "eligible"),
        bound("Y02-02", ["pregnant_managed"], "pregnant"),
        balance("Y02-03", "births", ["births_male", "births_female"]),
        balance("Y02-04", "third", ["third_male", "third_female"]),
        bound("Y02-05", ["third_male"], "births_male"),
        bound("Y02-06", ["third_female"], "births_female"),
        # By order: somebody hears every session.
        bound("Y02-07", ["sessions"], "audience"),
        # No norms: no hall of a commune holds more; of the couples of the country three in four take precautions, and
        # nowhere less than one in four; a village has more children of five years than women who expect one.
        at_most("Y02-08", "audience", "500", "sessions"),
        at_least("Y02-09", "contraception", "0.25", "eligible"),
        within("Y02-10", "pregnant", Health.under5, severity=Severity.WARNING),
        # No norm: of a whole population one in a hundred dies in a year, and a fifth are such couples.
        bound("Y02-11", ["deaths"], "eligible", severity=Severity.WARNING),
    )
