"""What the eight villages fill in: splits of commune totals.

What the plan prints by village is real: the registration of footnote 3, and the incinerators.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from raw.first_returns.common import BOUND_NOTE, SPLIT_NOTE, WEIGHTS, Filled, Given, place, printed, split, summed

REAL_NOTE = "Số của kế hoạch, chú thích 3"
NOT_BUILT_NOTE = "Kế hoạch không nêu lò đốt rác xây tại thôn này trong kỳ, ghi không phát sinh"


def answers() -> dict[str, Filled]:
    """Return what each village fills in, before anyone's slip of the pen."""
    plan = printed()
    filled: dict[str, Filled] = {village: {} for village in WEIGHTS}

    def put(form: str, field: str, values: Mapping[str, Decimal], note: str = SPLIT_NOTE) -> None:
        for village, value in values.items():
            filled[village][form, "", field] = Given(value, note)

    def add(form: str, field: str, parts: Sequence[str], note: str = SPLIT_NOTE) -> None:
        for own in filled.values():
            own[form, "", field] = summed(own, form, parts, note)

    for field, figure in {
        "buffalo": "buffalo",
        "cattle": "cattle",
        "horse_white": "horse.white",
        "goat": "goat",
        "pig": "pig",
        "dog": "dog",
        "cat": "cat",
        "horse_ordinary_breeding": "horse.ordinary.breeding",
        "horse_white_breeding": "horse.white.breeding",
        "chicken": "chicken",
        "muscovy": "muscovy",
        "goose": "goose",
        "duck": "duck",
    }.items():
        put("B01", field, split(plan[f"livestock.{figure}.heads"]))
    # All horses and the herd as printed confirm 996 ordinary horses, not the 936 that the plan prints beside them.
    put("B01", "horse_ordinary", split(plan["livestock.horse.heads"] - plan["livestock.horse.white.heads"]))
    add("B01", "horse", ["horse_ordinary", "horse_white"])
    add("B01", "horse_breeding", ["horse_ordinary_breeding", "horse_white_breeding"])
    add("B01", "total", ["buffalo", "cattle", "horse", "goat", "pig", "dog", "cat"])
    add("B01", "poultry", ["chicken", "muscovy", "goose", "duck"])

    for field in ("cattle", "pig", "goat"):
        put("B02", field, split(plan[f"livestock.sold.{field}.heads"]))
    put("B02", "horse_white", split(plan["livestock.sold.horse.white.heads"]))
    put("B02", "horse_ordinary", split(plan["livestock.sold.horse.ordinary.heads"]))
    # 80 white and 24 ordinary make 104, which the total of 335 confirms;
    # the 103 printed beside them is left to the statements.
    add("B02", "horse", ["horse_white", "horse_ordinary"])
    add("B02", "total", ["horse", "cattle", "pig", "goat"])
    put("B02", "poultry", split(plan["poultry.sold.heads"]), BOUND_NOTE)
    put("B02", "revenue_livestock", split(plan["sales.revenue.livestock"] * 1000, "0.1"), BOUND_NOTE)
    put("B02", "revenue_poultry", split(plan["sales.revenue.poultry"] * 1000, "0.1"), BOUND_NOTE)
    add("B02", "revenue_total", ["revenue_livestock", "revenue_poultry"], BOUND_NOTE)

    put("B03", "winter_area", split(plan["crops.winter.area"], "0.01"))
    for crop in ("rice", "maize"):
        put("B03", f"{crop}_area", split(plan[f"crops.spring_{crop}.area"], "0.1"))
        put(
            "B03",
            f"{crop}_yield",
            dict.fromkeys(WEIGHTS, plan[f"crops.spring_{crop}.yield"]),
            "Năng suất chung toàn xã",
        )
        for own in filled.values():
            area, quintals = own["B03", "", f"{crop}_area"].value, own["B03", "", f"{crop}_yield"].value
            own["B03", "", f"{crop}_production"] = Given(area * quintals / 10, "Diện tích nhân năng suất")
    sown = sum(plan[figure] for figure in ("crops.winter.area", "crops.spring_rice.area", "crops.spring_maize.area"))
    put("B03", "other_area", split(plan["crops.annual.area"] - sown, "0.01"))
    add("B03", "annual_area", ["winter_area", "rice_area", "maize_area", "other_area"])
    add("B03", "cereal_production", ["rice_production", "maize_production"])
    for field, figure in {
        "perennial_area": "perennial.area",
        "anise_area": "anise.area",
        "anise_new_area": "anise.area.new",
        "fruit_new_area": "fruit.area.new",
    }.items():
        put("B03", field, split(plan[f"crops.{figure}"], "0.1"))

    put("B04", "planted_area", split(plan["forestry.planted.area"], "0.1"))
    for village, own in filled.items():
        figure = f"forestry.registration.{village}"
        area = plan[f"{figure}.area"]
        pine, anise = plan.get(f"{figure}.pine", Decimal(0)), plan.get(f"{figure}.anise", Decimal(0))
        eucalyptus = plan.get(f"{figure}.eucalyptus", area)
        for field, value in (
            ("registered_households", plan[f"{figure}.households"]),
            ("registered_area", area),
            ("registered_pine", pine),
            ("registered_eucalyptus", eucalyptus),
            ("registered_anise", anise),
        ):
            own["B04", "", field] = Given(value, REAL_NOTE)

    for village, own in filled.items():
        figure, note = f"env.incinerators.{village}", place("II.1.a")
        built = plan.get(f"{figure}.built")
        own["B05", "", "built"] = Given(Decimal(0), NOT_BUILT_NOTE) if built is None else Given(built, note)
        if f"{figure}.target" in plan:
            own["B05", "", "target"] = Given(plan[f"{figure}.target"], note)
    return filled
