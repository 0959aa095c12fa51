"""Form X01: rice asked for households short of food."""

from schemas.edits import at_most, bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Households, Months, People

_TET, _LEAN = "Dịp Tết Nguyên đán", "Giáp hạt đầu năm"


class Relief(
    DeskForm,
    code="X01",
    sheet="Cứu đói",
    title="Đề nghị cứu đói dịp Tết và giáp hạt",
    domain="relief",
    when="dịp Tết và giáp hạt",
    reporter="social",
):
    """One row per commune: who is short of food, and for how many months. The rice follows from the ration."""

    tet_households = field(Households, "Số hộ đề nghị cứu đói dịp Tết", section=_TET)
    tet_persons = field(People, "Số nhân khẩu đề nghị cứu đói dịp Tết", section=_TET)
    tet_months = field(Months, "Số tháng đề nghị cứu đói dịp Tết", section=_TET)
    lean_households = field(Households, "Số hộ đề nghị cứu đói giáp hạt", section=_LEAN)
    lean_persons = field(People, "Số nhân khẩu đề nghị cứu đói giáp hạt", section=_LEAN)
    lean_months = field(Months, "Số tháng đề nghị cứu đói giáp hạt", section=_LEAN)

    edits = (
        bound("X01-01", ["tet_households"], "tet_persons"),
        bound("X01-02", ["lean_households"], "lean_persons"),
        # One month at Tết, and three at most in the lean season (Nghị định 20/2021/NĐ-CP, Điều 12). Warnings, for a
        # commune may ask in more than one round.
        at_most("X01-03", "tet_months", "1"),
        at_most("X01-04", "lean_months", "3"),
        # No norm: there is hardly a household of more, let alone that all of them have so many on average.
        at_most("X01-05", "tet_persons", "12", "tet_households"),
        at_most("X01-06", "lean_persons", "12", "lean_households"),
    )
