"""Form N02: disinfection and vaccination of animals."""

from schemas.edits import bound, ratio, within
from schemas.fields import field
from schemas.form import DeskForm
from schemas.forms.b01_livestock import Livestock
from schemas.forms.l01_culture import Culture
from schemas.outcomes import Severity
from schemas.units import Heads, Households, Litres, SquareMetres, Villages

AREA_PER_HOUSEHOLD = "60"
"""Square metres disinfected per household."""

_DISINFECTION, _VACCINATION = "Tiêu độc, khử trùng", "Tiêm phòng"


class Veterinary(
    DeskForm,
    code="N02",
    sheet="Thú y",
    title="Tiêu độc, khử trùng và tiêm phòng",
    domain="vet",
    when="từ đầu năm đến hết kỳ",
    reporter="agriculture",
    version=2,
):
    """One row per commune: households disinfected and animals vaccinated since the start of the year."""

    disinfected_households = field(Households, "Số hộ được phun khử trùng", section=_DISINFECTION)
    disinfected_villages = field(Villages, "Số thôn được phun khử trùng", section=_DISINFECTION)
    disinfected_area = field(SquareMetres, "Diện tích được phun khử trùng", section=_DISINFECTION)
    disinfectant = field(Litres, "Thuốc sát trùng đã dùng", section=_DISINFECTION)
    rabies_dogs = field(Heads, "Chó được tiêm phòng dại", section=_VACCINATION)
    pasteurellosis = field(Heads, "Gia súc được tiêm phòng tụ huyết trùng", section=_VACCINATION)
    foot_and_mouth = field(Heads, "Gia súc được tiêm phòng lở mồm long móng", section=_VACCINATION)

    edits = (
        ratio("N02-01", "disinfected_area", ["disinfected_households"], AREA_PER_HOUSEHOLD),
        # Dogs are counted on one day and vaccinated over months, so more of them is odd and not impossible.
        within("N02-02", "rabies_dogs", Livestock.dog, severity=Severity.WARNING),
        # By order: a village counts that has a household disinfected, and it is one of the commune's.
        bound("N02-03", ["disinfected_villages"], "disinfected_households"),
        within("N02-04", "disinfected_villages", Culture.villages, severity=Severity.WARNING),
        # As with dogs: herds are counted on one day and vaccinated over months.
        within("N02-05", "pasteurellosis", Livestock.total, severity=Severity.WARNING),
        within("N02-06", "foot_and_mouth", Livestock.total, severity=Severity.WARNING),
    )
