"""What the agriculture and vet officer fills in."""

from raw.first_returns.common import Filled, as_printed, place


def answers() -> dict[str, Filled]:
    """Return the officer's answers."""
    note = place("II.1.a")
    return {
        "agriculture": {
            **as_printed(
                "N01",
                {"planted_area": "forestry.planted.area", "registered_area": "forestry.registration.area"},
                note,
            ),
            **as_printed(
                "N02",
                {
                    "disinfected_households": "vet.disinfection.households",
                    "disinfected_villages": "vet.disinfection.villages",
                    "disinfected_area": "vet.disinfection.area",
                    "disinfectant": "vet.disinfection.chemical",
                    "rabies_dogs": "vet.vaccination.rabies.dogs",
                    "pasteurellosis": "vet.vaccination.pasteurellosis",
                    "foot_and_mouth": "vet.vaccination.fmd",
                },
                note,
            ),
        }
    }
