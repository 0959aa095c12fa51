"""What the justice officer fills in: as printed, the linked death files too, which the registry does not bear out."""

from raw.first_returns.common import Filled, as_printed, place

_LAW = {
    "law_sessions": "justice.civil_status_law.sessions",
    "law_participants": "justice.civil_status_law.participants",
}
_REGISTRY = {
    "essential_procedures": "civil.essential.procedures",
    "essential_groups": "civil.essential.groups",
    "births": "civil.births.registered",
    "births_again": "civil.births.reregistered",
    "marriages": "civil.marriages",
    "deaths": "civil.deaths.registered",
    "paternity": "civil.paternity",
    "copies": "civil.copies",
    "linked_groups": "civil.linked.groups",
    "linked_births": "civil.linked.births",
}


def answers() -> dict[str, Filled]:
    """Return the officer's answers."""
    note = place("II.6.b")
    return {
        "justice": {
            **as_printed("H01", _LAW, place("II.5.4")),
            **as_printed("H01", _REGISTRY, note),
            **as_printed(
                "H01",
                {"linked_deaths": "civil.linked.deaths"},
                note + ": kế hoạch in 33 hồ sơ liên thông khai tử trong khi chỉ đăng ký khai tử 07 trường hợp",
            ),
        }
    }
