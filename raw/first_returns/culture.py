"""What the culture desk fills in: what was held, posted, broadcast and inspected, as printed."""

from raw.first_returns.common import Filled, Given, as_printed, place, printed

POSTED_NOTE = "Kế hoạch chỉ in mức «hơn 50», lấy đúng mức đó"


def answers() -> dict[str, Filled]:
    """Return the desk's answers."""
    social = place("II.2.b")
    return {
        "culture": {
            **as_printed(
                "L01",
                {
                    "villages": "media.relay.villages.base",
                    "football_teams": "culture.football.teams",
                    "news_items": "media.news_items",
                    "relay_villages": "media.relay.villages",
                    "relay_sessions": "media.relay.sessions_per_day",
                    "rabies_announcements": "media.loudspeaker.rabies_per_day",
                },
                social,
            ),
            ("L01", "", "documents_posted"): Given(printed()["media.documents_posted"], POSTED_NOTE),
            **as_printed("L01", {"mobile_villages": "telecom.mobile.villages"}, place("II.6.a")),
            **as_printed(
                "L02",
                {
                    "establishments": "food_safety.tet.establishments",
                    "canteens": "food_safety.tet.canteens",
                    "noodle_shops": "food_safety.tet.noodle_shops",
                    "confectionery": "food_safety.tet.confectionery",
                },
                social,
            ),
        }
    }
