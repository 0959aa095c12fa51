"""Figures on security, public order and residence (plan P1.II.4.b and P1.II.6.b)."""

from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.a01_police import Police
from schemas.forms.a02_residence import Residence
from schemas.formula import share
from schemas.units import Percent

CHAPTER = Chapter(
    "police",
    "An ninh trật tự, quản lý cư trú",
    (
        *printed_at(
            "P1.II.4.b",
            summed(Police.security_cases, "police.national_security.cases"),
            summed(Police.traffic_accidents, "police.traffic_accidents", plan="P1.III.1"),
            summed(Police.patrols, "police.patrols"),
            summed(Police.patrol_turns, "police.patrols.turns"),
            summed(Police.campaigns, "police.campaigns"),
            summed(Police.campaigns_traffic_drugs, "police.campaigns.traffic_drugs"),
            summed(Police.campaigns_fireworks, "police.campaigns.fireworks"),
            summed(Police.campaign_schools, "police.campaigns.schools"),
            summed(Police.leaflets, "police.leaflets"),
            summed(Police.posters, "police.posters"),
            summed(Police.loudspeaker, "police.loudspeaker_sessions"),
            summed(Police.drug_plants, "police.drug_plants.cases"),
            summed(Police.drug_plants_fine, "police.drug_plants.fine", decimals=1),
            summed(Police.forest_clearing, "police.forest_clearing.cases"),
            summed(Police.forest_clearing_fine, "police.forest_clearing.fine"),
            summed(Police.electrofishing, "police.electrofishing.cases"),
            summed(Police.electrofishing_fine, "police.electrofishing.fine"),
            summed(Police.guns, "police.weapons.guns"),
            summed(Police.bullets, "police.weapons.bullets"),
            summed(Police.pledged_staff, "police.fireworks_pledge.staff"),
            summed(Police.pledged_pupils, "police.fireworks_pledge.pupils"),
            summed(Police.pledged_households, "police.fireworks_pledge.households"),
            summed(Police.foreigners, "police.foreigners.registered"),
            summed(Police.self_governing, "police.self_governing_models"),
            summed(Police.beneficiaries_reviewed, "police.social_beneficiaries.reviewed"),
            summed(Police.data_updated, "police.data_update.pct", decimals=0),
        ),
        *printed_at(
            "P1.II.6.b",
            summed(Residence.received, "residence.files.received"),
            summed(Residence.rejected, "residence.files.rejected"),
            summed(Residence.done, "residence.files.done"),
            summed(Residence.done_online, "residence.files.done.online"),
        ),
        Figure(
            "residence.files.online.pct",
            "Tỷ lệ hồ sơ cư trú thực hiện trực tuyến",
            Percent,
            share(Residence.done_online, Residence.done),
            decimals=0,
            plan="P1.II.6.b",
        ),
    ),
)
