"""Figures on local defence (plan P1.II.4.a)."""

from schemas.figure import Chapter, each, printed_at, summed
from schemas.forms.q01_military import Military
from schemas.forms.q02_militia_works import MilitiaWorks

CHAPTER = Chapter(
    "military",
    "Quốc phòng",
    (
        *printed_at(
            "P1.II.4.a",
            summed(Military.recruits, "military.recruits.total"),
            summed(Military.recruits_army, "military.recruits.army"),
            summed(Military.recruits_police, "military.recruits.police"),
            summed(Military.gift_value, "military.recruits.gift_value"),
            summed(Military.reserve_registered, "military.reserve.registered"),
            summed(Military.range_cleared, "military.range_cleared", decimals=1),
            summed(MilitiaWorks.incinerators, "military.incinerators.built"),
            each(MilitiaWorks.incinerators, "env.incinerators.{line}.militia_built"),
        ),
    ),
)
