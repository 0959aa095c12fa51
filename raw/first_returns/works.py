"""What the works desk fills in: the spring campaign, and the three roads concreted."""

from decimal import Decimal

from raw.first_returns.common import Filled, Given, as_printed, place, printed

_ROADS = {
    "ba_ngan": "Đường bê tông xóm Ba Ngân, thôn Suối Mạ",
    "pa_lang": "Đường Pá Làng, thôn Pá Phào",
    "pa_phao_alley": "Đường ngõ xóm thôn Pá Phào",
}
_ALLEYS = ("pa_phao_alley",)
_PROPERTIES = ("length", "width", "thickness", "cement", "sand", "stone", "commune_cost", "labour_days")
_WAGED = "ba_ngan"
_DAY_WAGE = Decimal(200_000)
"""The roundest wage at which 196 days come to the 39 million that the plan prints."""

ALLEY_NOTE = "Đường ngõ xóm làm trong đợt ra quân: 560 m kế hoạch in là 360 m + 200 m, không gồm 17 m này"
WAGE_NOTE = "Đơn giá ngày công tính ngược từ 39 triệu đồng : 196 ngày công in trong kế hoạch, không phải số báo cáo"


def answers() -> dict[str, Filled]:
    """Return the desk's answers."""
    plan = printed()
    filled = as_printed(
        "R01",
        {
            "roads_cleared": "works.roads.cleared_swept",
            "drains_dredged": "works.drains.dredged",
            "labour": "works.labour",
            "school_trees": "trees.schools.planted",
            "school_tree_labour": "trees.schools.labour",
        },
        place("II.1.a"),
    )
    for line, name in _ROADS.items():
        known = {own: figure for own in _PROPERTIES if (figure := f"roads.concrete.{line}.{own}") in plan}
        filled |= as_printed("R02", known, place("II.1.a"), line=line, line_name=name)
        length, nothing = filled["R02", line, "length"], Given(Decimal(0), line_name=name)
        counted = line not in _ALLEYS
        filled["R02", line, "main_length"] = length if counted else nothing
        filled["R02", line, "alley_length"] = nothing if counted else Given(length.value, ALLEY_NOTE, name)
    filled["R02", _WAGED, "day_wage"] = Given(_DAY_WAGE, WAGE_NOTE, _ROADS[_WAGED])
    return {"works": filled}
