"""Figures on culture, food safety, media and mobile coverage (plan P1.II.2.b and P1.II.6.a)."""

from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.l01_culture import Culture
from schemas.forms.l02_food_safety import FoodSafety
from schemas.formula import total
from schemas.units import Villages

CHAPTER = Chapter(
    "culture",
    "Văn hóa, thông tin",
    (
        *printed_at(
            "P1.II.2.b",
            summed(Culture.villages, "media.relay.villages.base"),
            summed(Culture.football_teams, "culture.football.teams"),
            summed(Culture.news_items, "media.news_items"),
            summed(Culture.documents_posted, "media.documents_posted"),
            summed(Culture.relay_villages, "media.relay.villages"),
            summed(Culture.relay_sessions, "media.relay.sessions_per_day"),
            summed(Culture.rabies_announcements, "media.loudspeaker.rabies_per_day"),
            summed(Culture.mobile_villages, "telecom.mobile.villages", plan="P1.II.6.a"),
            summed(FoodSafety.establishments, "food_safety.tet.establishments"),
            summed(FoodSafety.canteens, "food_safety.tet.canteens"),
            summed(FoodSafety.noodle_shops, "food_safety.tet.noodle_shops"),
            summed(FoodSafety.confectionery, "food_safety.tet.confectionery"),
        ),
        Figure(
            "telecom.mobile.villages.base",
            "Tổng số thôn của xã (nhắc lại)",
            Villages,
            total(Culture.villages),
            decimals=0,
            plan="P1.II.6.a",
        ),
    ),
)
