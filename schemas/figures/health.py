"""Figures of the health station (plan footnote 7)."""

from schemas.fields import FormField
from schemas.figure import Chapter, Figure, fields_of
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
        *fields_of(Health, Population),
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
