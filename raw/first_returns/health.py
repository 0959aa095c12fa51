"""What the health station fills in: as printed in footnote 7, but for births and for last year's malnutrition."""

from decimal import Decimal

from raw.first_returns.common import Filled, Given, as_printed, summed

_NOTE = "Kế hoạch, chú thích 7"
_QUARTER_NOTE = _NOTE + ", in «trong quý» mà không nói quý nào"

_HEALTH = {
    "malaria_cases": "malaria.cases",
    "malaria_slides": "malaria.slides",
    "malaria_slides_plan": "malaria.slides.plan",
    "tb_samples": "tb.samples",
    "tb_suspected": "tb.samples.base",
    "tb_audience": "tb.audience",
    "mental_new": "mental.new_patients",
    "mental_managed": "mental.managed",
    "mental_medicated": "mental.on_medication",
    "schizophrenia": "mental.schizophrenia",
    "epilepsy": "mental.epilepsy",
    "hypertension": "hypertension.managed",
    "immunised": "immunisation.full",
    "infants": "immunisation.full.base",
    "malnourished": "malnutrition.under5",
    "under5": "malnutrition.under5.base",
    "food_rounds": "food_safety.rounds",
    "food_establishments": "food_safety.establishments",
    "food_unclear_origin": "food_safety.unclear_origin",
    "food_poisoning": "food_poisoning.cases",
    "recruits_called": "recruit_screening.examined.base",
    "recruits_examined": "recruit_screening.examined",
    "recruits_passed": "recruit_screening.passed",
    "pupils_examined": "school_exam.pupils",
}
_POPULATION = {
    "sessions": "comms.population.sessions",
    "audience": "comms.population.audience",
    "pregnant_managed": "pregnancy.managed",
    "pregnant": "pregnancy.managed.base",
}
_OF_A_QUARTER = {
    "deaths": "deaths",
    "births_male": "births.male",
    "births_female": "births.female",
    "third": "births.third_plus",
    "third_male": "births.third_plus.male",
    "third_female": "births.third_plus.female",
}
_CONTRACEPTION = {"contraception": "contraception.users", "eligible": "contraception.base"}

# Of fewer than 300 children, 41 of 187 is the only rate that lies 0,035 points above this year's 44 of 201.
_LAST_YEAR = {"malnourished_last_year": Decimal(41), "under5_last_year": Decimal(187)}
_LAST_YEAR_NOTE = "Tính ngược từ mức giảm 0,035 điểm % in trong kế hoạch, không phải số báo cáo"


def _printed(form: str, fields: dict[str, str], note: str) -> Filled:
    return as_printed(form, {field: f"health.{figure}" for field, figure in fields.items()}, note)


def answers() -> dict[str, Filled]:
    """Return the station's answers."""
    filled = {
        **_printed("Y01", _HEALTH, _NOTE),
        **_printed(
            "Y01",
            {"pupils": "school_exam.base"},
            _NOTE + ": trạm in 646/646, còn bốn trường cộng lại được 653 học sinh (chú thích 6)",
        ),
        **{("Y01", "", field): Given(value, _LAST_YEAR_NOTE) for field, value in _LAST_YEAR.items()},
        **_printed("Y02", _POPULATION, _NOTE),
        **_printed("Y02", _OF_A_QUARTER, _QUARTER_NOTE),
        **_printed("Y02", _CONTRACEPTION, _QUARTER_NOTE + "; in 306/495 = 63%, hai số này cho 61,8%"),
    }
    filled["Y02", "", "births"] = summed(
        filled,
        "Y02",
        ["births_male", "births_female"],
        _QUARTER_NOTE + "; in tổng 24 trẻ nhưng nam 08 và nữ 15 cộng lại là 23, lấy theo hai số thành phần",
    )
    return {"health": filled}
