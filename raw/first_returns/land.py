"""What the land and petitions officer fills in: as printed."""

from raw.first_returns.common import Filled, as_printed, place

_PETITIONS = {
    "received": "petitions.land.received",
    "withdrawn": "petitions.land.withdrawn",
    "failed": "petitions.land.failed",
    "pending": "petitions.land.pending",
    "village": "mediation.village.total",
    "village_handled": "mediation.village.handled",
    "village_success": "mediation.village.success",
    "village_failed": "mediation.village.failed",
}


def answers() -> dict[str, Filled]:
    """Return the officer's answers."""
    return {
        "land": {
            **as_printed("D01", {"certificates": "land.certificate.cases"}, place("II.3.a")),
            **as_printed("D01", _PETITIONS, place("II.5.2")),
        }
    }
