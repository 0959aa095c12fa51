"""Writes the returns of Hữu Kiên for 2024-H1 as first received, from what the plan prints.

Run once, by hand, from the top folder (``.venv/bin/python raw/first_returns.py``); the workbooks it writes are committed as
data and are what the pipeline reads. Kept so that anyone can see how each number came about (``raw/README.md`` says it in
words). The same plan gives the same bytes.
"""

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from pathlib import Path

from pipelines.blank import Answer, workbook
from pipelines.raw import LEDGER, PRINTED, Raw
from pipelines.steps.correct import ACCEPTED, LEDGER_COLUMNS
from pipelines.steps.numbers import vietnamese
from schemas.form import Form
from schemas.forms import BY_CODE
from schemas.periods import Period

RAW = Path(__file__).parent
PERIOD, COMMUNE = Period(2024, 1), "huu-kien"
FOLDER = RAW / PERIOD.code / COMMUNE

SPLIT_NOTE = "Chia từ số toàn xã, xem raw/README.md"
REAL_NOTE = "Số của kế hoạch, chú thích 3"
BACK_SOLVED_NOTE = "Tính ngược từ tỷ lệ % in trong kế hoạch, không phải số báo cáo"
BOUND_NOTE = "Kế hoạch chỉ in mức «trên», lấy đúng mức đó; " + SPLIT_NOTE

# Households registered for planting, footnote 3: the only count by village that the plan prints. Nine is added so that
# a village with one registered household still has animals and fields.
_REGISTERED = {
    "pa_phao": 9,
    "suoi_ma": 13,
    "suoi_phay": 9,
    "suoi_mo": 11,
    "me_thanh": 6,
    "na_lia": 33,
    "tham_na": 3,
    "co_huong": 1,
}
WEIGHTS = {village: households + 9 for village, households in _REGISTERED.items()}

# Names as village heads write them: an alias, another alias, decomposed Unicode.
WRITTEN_NAMES = {
    "suoi_phay": "Thôn Suối Phây",
    "me_thanh": "thôn Mè Thịnh",
    "na_lia": unicodedata.normalize("NFD", "Thôn Nà Lìa"),
}
# Villages that type numbers as text, in Vietnamese writing, and «-» for what does not occur.
TYPES_TEXT = {"suoi_mo", "tham_na"}

SLIP_VILLAGE, SLIP_FIELD = "na_lia", "horse_ordinary"


def printed() -> dict[str, Decimal]:
    """Return every printed value by figure id."""
    with (FOLDER / PRINTED).open(encoding="utf-8", newline="") as file:
        return {row["id"]: Decimal(row["value"]) for row in csv.DictReader(file)}


def split(total: Decimal, step: str = "1") -> dict[str, Decimal]:
    """Split a commune total over the villages in multiples of ``step``, by weight and largest remainder."""
    units, weight = int(total / Decimal(step)), sum(WEIGHTS.values())
    shares = {village: divmod(units * own, weight) for village, own in WEIGHTS.items()}
    left = units - sum(whole for whole, _ in shares.values())
    first = sorted(shares, key=lambda village: (-shares[village][1], list(shares).index(village)))[:left]
    return {village: (whole + (village in first)) * Decimal(step) for village, (whole, _) in shares.items()}


def back_solve(part: Decimal, percent: Decimal, decimals: int) -> Decimal:
    """Return the roundest whole of which ``part`` is ``percent``, as printed with ``decimals`` digits."""
    half = Decimal(5).scaleb(-decimals - 1)
    low, high = 100 * part / (percent + half), 100 * part / (percent - half)
    for power in range(12, -3, -1):
        step = Decimal(1).scaleb(power)
        candidates = int(low / step) + 1, int(high / step)
        if candidates[0] <= candidates[1]:
            middle = ((low + high) / 2 / step).to_integral_value(ROUND_HALF_UP)
            return min(max(middle, Decimal(candidates[0])), Decimal(candidates[1])) * step
    return (low / Decimal("0.01")).to_integral_value(ROUND_CEILING) * Decimal("0.01")


Filled = dict[tuple[str, str], tuple[Decimal, str]]
"""(form code, field) to value and note."""


def village_answers() -> dict[str, Filled]:
    """Return what each village fills in, before anyone's slip of the pen."""
    plan = printed()
    answers: dict[str, Filled] = {village: {} for village in WEIGHTS}

    def put(form: str, field: str, values: Mapping[str, Decimal], note: str = SPLIT_NOTE) -> None:
        for village, value in values.items():
            answers[village][form, field] = (value, note)

    def add(form: str, field: str, parts: Sequence[str], note: str = SPLIT_NOTE) -> None:
        for own in answers.values():
            own[form, field] = (sum((own[form, part][0] for part in parts), Decimal(0)), note)

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
    # 80 white and 24 ordinary make 104, which the total of 335 confirms; the 103 printed beside them is left to the statements.
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
        for own in answers.values():
            area, tonnes_per_hectare = own["B03", f"{crop}_area"][0], own["B03", f"{crop}_yield"][0] / 10
            own["B03", f"{crop}_production"] = (area * tonnes_per_hectare, "Diện tích nhân năng suất")
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
    for village, own in answers.items():
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
            own["B04", field] = (value, REAL_NOTE)
    return answers


def desk_answers() -> dict[str, Filled]:
    """Return what the desks of the commune office fill in."""
    plan = printed()
    annual, cereal = plan["crops.annual.area"], Decimal("794.75")
    budget = {
        "revenue_total": "budget.revenue.total",
        "revenue_local": "budget.revenue.local",
        "revenue_transfer": "budget.revenue.balance_transfer",
        "revenue_carried_over": "budget.revenue.carried_over",
        "expenditure_total": "budget.expenditure.total",
    }
    real = {field: plan[figure] for field, figure in budget.items()}
    solved = {
        f"{field}_{against}": back_solve(real[part], plan[f"{budget[part]}.{figure}"], decimals)
        for field, part, against, figure, decimals in (
            ("revenue_local", "revenue_local", "estimate", "pct_of_estimate", 1),
            ("revenue_transfer", "revenue_transfer", "estimate", "pct_of_estimate", 2),
            ("expenditure", "expenditure_total", "estimate", "pct_of_estimate", 2),
            ("revenue_total", "revenue_total", "plan", "pct_of_commune_plan", 2),
            ("revenue_local", "revenue_local", "plan", "pct_of_commune_plan", 2),
            ("expenditure", "expenditure_total", "plan", "pct_of_commune_plan", 2),
            ("revenue_total", "revenue_total", "last_year", "pct_yoy", 2),
            ("revenue_local", "revenue_local", "last_year", "pct_yoy", 2),
            ("revenue_transfer", "revenue_transfer", "last_year", "pct_yoy", 1),
            ("expenditure", "expenditure_total", "last_year", "pct_yoy", 1),
        )
    }
    solved["revenue_total_estimate"] = solved["revenue_local_estimate"] + solved["revenue_transfer_estimate"]
    return {
        "agriculture": {
            ("N01", "planted_area"): (plan["forestry.planted.area"], "Kế hoạch, mục II.1.a"),
            ("N01", "registered_area"): (plan["forestry.registration.area"], "Kế hoạch, mục II.1.a"),
        },
        "planning": {
            ("K01", "annual_area_plan"): (
                back_solve(annual, plan["crops.annual.area.pct_of_plan"], 2),
                BACK_SOLVED_NOTE,
            ),
            ("K01", "cereal_plan"): (
                back_solve(cereal, plan["crops.cereal.production.pct_of_plan"], 2),
                BACK_SOLVED_NOTE,
            ),
            ("K01", "planted_area_plan"): (plan["forestry.planted.area.plan"], "Kế hoạch, mục II.1.a"),
            ("K01", "annual_area_last_year"): (
                back_solve(annual, plan["crops.annual.area.pct_yoy"], 2),
                BACK_SOLVED_NOTE,
            ),
            ("K01", "cereal_last_year"): (
                back_solve(cereal, plan["crops.cereal.production.pct_yoy"], 2),
                BACK_SOLVED_NOTE,
            ),
        },
        "finance": {
            **{("T01", field): (value, "Kế hoạch, mục II.1.đ") for field, value in real.items()},
            **{("T01", field): (value, BACK_SOLVED_NOTE) for field, value in solved.items()},
        },
    }


def written(value: Decimal, note: str, *, as_text: bool, suffix: str = "") -> Answer:
    """Return an answer as its reporter types it."""
    if as_text:
        return Answer("-" if not value else vietnamese(value) + suffix, note)
    return Answer(int(value) if value == int(value) else float(value), note)


def main() -> None:
    """Write the workbooks and the ledger."""
    places = Raw(RAW).places
    villages = village_answers()
    slip_true = villages[SLIP_VILLAGE]["B01", SLIP_FIELD][0]
    slip_made = slip_true - 60  # one digit of the tens misread, as in the plan's own 936 for 996
    villages[SLIP_VILLAGE]["B01", SLIP_FIELD] = (slip_made, SPLIT_NOTE)
    for reporter, filled in {**villages, **desk_answers()}.items():
        as_text = reporter in TYPES_TEXT or reporter == "finance"
        suffix = "đ" if reporter == "finance" else ""
        forms: list[type[Form]] = [BY_CODE[code] for code in sorted({code for code, _ in filled})]
        content = workbook(
            forms,
            period=PERIOD,
            commune="Hữu Kiên",
            reporter=WRITTEN_NAMES.get(reporter, places.title(COMMUNE, reporter)),
            answers={
                key: written(value, note, as_text=as_text, suffix=suffix) for key, (value, note) in filled.items()
            },
        )
        (FOLDER / f"{reporter}.xlsx").write_bytes(content)
    # The row of the ordinary horses on the sheet, counted as the blank form counts.
    row = 9 + list(BY_CODE["B01"].fields()).index(SLIP_FIELD)
    entry = dict(
        zip(
            LEDGER_COLUMNS,
            (
                "2024-07-01T09:15:00+07:00",
                "cán bộ thống kê xã",
                f"{SLIP_VILLAGE}.xlsx",
                BY_CODE["B01"].sheet,
                f"D{row}",
                str(slip_made),
                str(slip_true),
                "Đã gọi trưởng thôn: ghi nhầm một chữ số; tổng đàn ngựa và tổng đàn gia súc của thôn đều xác nhận số mới.",
                "",
                ACCEPTED,
            ),
            strict=True,
        )
    )
    with (FOLDER / LEDGER).open("w", encoding="utf-8", newline="") as file:
        ledger = csv.DictWriter(file, LEDGER_COLUMNS, lineterminator="\n")
        ledger.writeheader()
        ledger.writerow(entry)


if __name__ == "__main__":
    main()
