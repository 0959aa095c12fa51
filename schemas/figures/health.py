"""Figures of the health station (plan footnote 7)."""

from schemas.fields import FormField
from schemas.figure import Chapter, Figure, printed_at, summed
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.g02_primary import Primary
from schemas.forms.g03_thcs import LowerSecondary
from schemas.forms.y01_health import Health
from schemas.forms.y02_population import Population
from schemas.formula import Formula, difference, share, sum_of, total
from schemas.units import People, Percent, Pupils


def _percent(identifier: str, label: str, part: FormField, whole: FormField, decimals: int = 0) -> Figure:
    return _rate(identifier, label, share(part, whole), decimals)


def _rate(identifier: str, label: str, formula: Formula, decimals: int) -> Figure:
    return Figure(identifier, label, Percent, formula, decimals, plan="fn7")


_MALNUTRITION = share(Health.malnourished, Health.under5)

CHAPTER = Chapter(
    "health",
    "Y tế, dân số",
    (
        *printed_at(
            "fn7",
            summed(Health.malaria_cases, "health.malaria.cases"),
            summed(Health.malaria_slides, "health.malaria.slides"),
            summed(Health.malaria_slides_plan, "health.malaria.slides.plan"),
            summed(Health.tb_samples, "health.tb.samples"),
            summed(Health.tb_suspected, "health.tb.samples.base"),
            summed(Health.tb_audience, "health.tb.audience"),
            summed(Health.mental_new, "health.mental.new_patients"),
            summed(Health.mental_managed, "health.mental.managed"),
            summed(Health.mental_medicated, "health.mental.on_medication"),
            summed(Health.schizophrenia, "health.mental.schizophrenia"),
            summed(Health.epilepsy, "health.mental.epilepsy"),
            summed(Health.hypertension, "health.hypertension.managed"),
            summed(Health.immunised, "health.immunisation.full"),
            summed(Health.infants, "health.immunisation.full.base"),
            summed(Health.malnourished, "health.malnutrition.under5"),
            summed(Health.under5, "health.malnutrition.under5.base"),
        ),
        summed(Health.malnourished_last_year),
        summed(Health.under5_last_year),
        *printed_at(
            "fn7",
            summed(Health.food_rounds, "health.food_safety.rounds"),
            summed(Health.food_establishments, "health.food_safety.establishments"),
            summed(Health.food_unclear_origin, "health.food_safety.unclear_origin"),
            summed(Health.food_poisoning, "health.food_poisoning.cases"),
            summed(Health.recruits_called, "health.recruit_screening.examined.base"),
            summed(Health.recruits_examined, "health.recruit_screening.examined"),
            summed(Health.recruits_passed, "health.recruit_screening.passed"),
            summed(Health.pupils_examined, "health.school_exam.pupils"),
            summed(Health.pupils, "health.school_exam.base_reported"),
            summed(Population.contraception, "health.contraception.users"),
            summed(Population.eligible, "health.contraception.base"),
            summed(Population.deaths, "health.deaths"),
            summed(Population.sessions, "health.comms.population.sessions"),
            summed(Population.audience, "health.comms.population.audience"),
            summed(Population.pregnant_managed, "health.pregnancy.managed"),
            summed(Population.pregnant, "health.pregnancy.managed.base"),
            summed(Population.births, "health.births.total"),
            summed(Population.births_male, "health.births.male"),
            summed(Population.births_female, "health.births.female"),
            summed(Population.third, "health.births.third_plus"),
            summed(Population.third_male, "health.births.third_plus.male"),
            summed(Population.third_female, "health.births.third_plus.female"),
        ),
        _percent(
            "health.malaria.slides.pct",
            "Lam máu xét nghiệm so với chỉ tiêu",
            Health.malaria_slides,
            Health.malaria_slides_plan,
        ),
        _percent(
            "health.tb.samples.pct",
            "Tỷ lệ người nghi lao được xét nghiệm",
            Health.tb_samples,
            Health.tb_suspected,
        ),
        _percent(
            "health.immunisation.full.pct",
            "Tỷ lệ trẻ dưới 1 tuổi được tiêm đủ",
            Health.immunised,
            Health.infants,
            decimals=1,
        ),
        _percent(
            "health.contraception.pct",
            "Tỷ lệ áp dụng các biện pháp tránh thai",
            Population.contraception,
            Population.eligible,
        ),
        _percent(
            "health.pregnancy.managed.pct",
            "Tỷ lệ phụ nữ có thai được quản lý",
            Population.pregnant_managed,
            Population.pregnant,
        ),
        _rate("health.malnutrition.under5.pct", "Tỷ lệ trẻ dưới 5 tuổi suy dinh dưỡng", _MALNUTRITION, decimals=1),
        _rate(
            "health.malnutrition.under5.pct_decrease",
            "Tỷ lệ trẻ dưới 5 tuổi suy dinh dưỡng giảm so với năm trước (điểm %)",
            difference(share(Health.malnourished_last_year, Health.under5_last_year), _MALNUTRITION),
            decimals=3,
        ),
        Figure(
            "health.recruit_screening.passed.base",
            "Thanh niên đã khám sơ tuyển (nhắc lại)",
            People,
            total(Health.recruits_examined),
            decimals=0,
            plan="fn7",
        ),
        Figure(
            "health.school_exam.base",
            "Tổng số học sinh các trường",
            Pupils,
            sum_of(Kindergarten.pupils, Primary.pupils, LowerSecondary.pupils),
            decimals=0,
            plan="fn7",
        ),
        _percent(
            "health.school_exam.pct",
            "Tỷ lệ học sinh được khám sức khỏe định kỳ",
            Health.pupils_examined,
            Health.pupils,
        ),
    ),
)
