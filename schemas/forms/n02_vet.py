"""Form N02: disinfection and vaccination of animals (plan P1.II.1.a)."""

from schemas.form import DeskForm, field
from schemas.units import Heads, Households, Litres, Villages

_DISINFECTION, _VACCINATION = "Tiêu độc, khử trùng", "Tiêm phòng"


class Veterinary(
    DeskForm, code="N02", sheet="Thú y", title="Tiêu độc, khử trùng và tiêm phòng", domain="vet", reporter="agriculture"
):
    """One row per commune: households disinfected and animals vaccinated since the start of the year."""

    disinfected_households: Households = field(
        "Số hộ được phun khử trùng", figure="vet.disinfection.households", plan="P1.II.1.a", section=_DISINFECTION
    )
    disinfected_villages: Villages = field(
        "Số thôn được phun khử trùng", figure="vet.disinfection.villages", plan="P1.II.1.a", section=_DISINFECTION
    )
    disinfectant: Litres = field(
        "Thuốc sát trùng đã dùng",
        figure="vet.disinfection.chemical",
        plan="P1.II.1.a",
        section=_DISINFECTION,
        decimals=0,
    )
    rabies_dogs: Heads = field(
        "Chó được tiêm phòng dại", figure="vet.vaccination.rabies.dogs", plan="P1.II.1.a", section=_VACCINATION
    )
    pasteurellosis: Heads = field(
        "Gia súc được tiêm phòng tụ huyết trùng",
        figure="vet.vaccination.pasteurellosis",
        plan="P1.II.1.a",
        section=_VACCINATION,
    )
    foot_and_mouth: Heads = field(
        "Gia súc được tiêm phòng lở mồm long móng",
        figure="vet.vaccination.fmd",
        plan="P1.II.1.a",
        section=_VACCINATION,
    )
