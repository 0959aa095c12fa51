"""What the police fill in: as printed."""

from raw.first_returns.common import Filled, as_printed, place

_ORDER = {
    "security_cases": "national_security.cases",
    "patrols": "patrols",
    "patrol_turns": "patrols.turns",
    "campaigns": "campaigns",
    "campaigns_traffic_drugs": "campaigns.traffic_drugs",
    "campaigns_fireworks": "campaigns.fireworks",
    "campaign_schools": "campaigns.schools",
    "leaflets": "leaflets",
    "posters": "posters",
    "loudspeaker": "loudspeaker_sessions",
    "drug_plants": "drug_plants.cases",
    "drug_plants_fine": "drug_plants.fine",
    "forest_clearing": "forest_clearing.cases",
    "forest_clearing_fine": "forest_clearing.fine",
    "electrofishing": "electrofishing.cases",
    "electrofishing_fine": "electrofishing.fine",
    "guns": "weapons.guns",
    "bullets": "weapons.bullets",
    "pledged_staff": "fireworks_pledge.staff",
    "pledged_pupils": "fireworks_pledge.pupils",
    "pledged_households": "fireworks_pledge.households",
    "foreigners": "foreigners.registered",
    "self_governing": "self_governing_models",
    "beneficiaries_reviewed": "social_beneficiaries.reviewed",
    "data_updated": "data_update.pct",
}
_RESIDENCE = {
    "received": "received",
    "rejected": "rejected",
    "done": "done",
    "done_online": "done.online",
}


def answers() -> dict[str, Filled]:
    """Return the police's answers."""
    return {
        "police": {
            **as_printed("A01", {field: f"police.{figure}" for field, figure in _ORDER.items()}, place("II.4.b")),
            **as_printed("A01", {"traffic_accidents": "police.traffic_accidents"}, place("III.1")),
            **as_printed(
                "A02", {field: f"residence.files.{figure}" for field, figure in _RESIDENCE.items()}, place("II.6.b")
            ),
        }
    }
