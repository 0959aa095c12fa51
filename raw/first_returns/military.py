"""What the military command fills in: as printed, the cleared range roughly."""

from raw.first_returns.common import Filled, as_printed, place

_MILITARY = {
    "recruits": "recruits.total",
    "recruits_army": "recruits.army",
    "recruits_police": "recruits.police",
    "gift_value": "recruits.gift_value",
    "reserve_registered": "reserve.registered",
}


def answers() -> dict[str, Filled]:
    """Return the command's answers."""
    note = place("II.4.a")
    return {
        "military": {
            **as_printed("Q01", {field: f"military.{figure}" for field, figure in _MILITARY.items()}, note),
            **as_printed(
                "Q01", {"range_cleared": "military.range_cleared"}, note + ": kế hoạch in «khoảng», lấy đúng số đó"
            ),
            **as_printed(
                "Q02",
                {"incinerators": "env.incinerators.co_huong.militia_built"},
                note,
                line="co_huong",
                line_name="Thôn Co Hương",
            ),
        }
    }
