"""What the agriculture officer fills in."""

from raw.first_returns.common import Filled, as_printed, place


def answers() -> dict[str, Filled]:
    """Return the officer's answers."""
    note = place("II.1.a")
    return {
        "agriculture": as_printed(
            "N01",
            {"planted_area": "forestry.planted.area", "registered_area": "forestry.registration.area"},
            note,
        )
    }
