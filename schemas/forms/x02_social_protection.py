"""Form X02: disability assessments, monthly allowances and health insurance cards."""

from schemas.edits import bound
from schemas.fields import field
from schemas.form import DeskForm
from schemas.units import Cards, Households, People, Rounds

_DISABILITY, _ALLOWANCE = "Xác định mức độ khuyết tật", "Trợ cấp xã hội hằng tháng"
_OTHER = "Mai táng phí, bảo hiểm y tế"


class SocialProtection(
    DeskForm,
    code="X02",
    sheet="Bảo trợ xã hội",
    title="Giải quyết chế độ bảo trợ xã hội",
    domain="social_protection",
    reporter="social",
):
    """One row per commune: people assessed, and for whom an allowance or a card was asked in the period."""

    disability_rounds = field(Rounds, "Số đợt xác định mức độ khuyết tật", section=_DISABILITY)
    disability_persons = field(People, "Số người được xác định mức độ khuyết tật", section=_DISABILITY)
    children_under3 = field(
        People, "Trẻ em dưới 3 tuổi thuộc hộ nghèo, cận nghèo được đề nghị trợ cấp", section=_ALLOWANCE
    )
    disabled = field(People, "Người khuyết tật được đề nghị trợ cấp", section=_ALLOWANCE)
    carers = field(Households, "Hộ chăm sóc người khuyết tật đặc biệt nặng được đề nghị trợ cấp", section=_ALLOWANCE)
    adjusted = field(People, "Người khuyết tật được đề nghị điều chỉnh mức trợ cấp", section=_ALLOWANCE)
    funeral = field(People, "Đối tượng bảo trợ xã hội được giải quyết chế độ mai táng", section=_OTHER)
    insurance_cards = field(Cards, "Thẻ bảo hiểm y tế đề nghị cấp mới", section=_OTHER)

    edits = (
        # By order: a round assesses somebody.
        bound("X02-01", ["disability_rounds"], "disability_persons"),
    )
