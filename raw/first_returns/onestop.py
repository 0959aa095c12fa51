"""What the one-stop desk fills in: as printed; the land files online are what the printed total leaves."""

from raw.first_returns.common import Filled, Given, as_printed, place, printed

_FILES = {
    "received": "received",
    "resolved": "resolved",
    "direct": "direct",
    "online": "online",
    "civil_status": "civil_status",
    "civil_status_online": "civil_status.online",
    "certification": "certification",
    "certification_online": "certification.online",
    "labour_social": "labour_social",
    "labour_social_online": "labour_social.online",
    "land": "land",
}
_PROCEDURES = {
    "procedures_online": "dvctt.total",
    "procedures_full": "dvctt.full",
    "procedures_partial": "dvctt.partial",
}


def answers() -> dict[str, Filled]:
    """Return the desk's answers."""
    plan = printed()
    land_online = plan["onestop.online"] - sum(
        plan[f"onestop.{name}.online"] for name in ("civil_status", "certification", "labour_social")
    )
    return {
        "onestop": {
            **as_printed("M01", {field: f"onestop.{figure}" for field, figure in _FILES.items()}, place("II.5.3")),
            ("M01", "", "land_online"): Given(
                land_online, "Kế hoạch không in; tổng hồ sơ trực tuyến trừ ba lĩnh vực kia"
            ),
            **as_printed("M01", _PROCEDURES, place("II.6.b")),
        }
    }
