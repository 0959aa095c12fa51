"""Figures on national target programmes, their projects and disbursement (plan P1.II.1.a and b)."""

from schemas.chart import Against
from schemas.fields import FormField
from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.c01_programmes import Programmes
from schemas.forms.c02_production_projects import ProductionProjects
from schemas.formula import share, total
from schemas.units import Households, Percent


def _component(
    code: str, title: str, approved: FormField, disbursed: FormField, capital: FormField, decimals: tuple[int, int]
) -> tuple[Figure, ...]:
    """Return what the plan says twice of one kind of support: households approved, and percent of capital disbursed."""
    percent = f"{title}: tỷ lệ giải ngân so với vốn giao"
    return (
        Figure(
            f"mtqg.da1.{code}.households.approved.restated",
            f"{title}: hộ được duyệt (nhắc lại)",
            Households,
            total(approved),
            decimals=0,
            plan="P1.II.1.a",
        ),
        Figure(
            f"mtqg.da1.{code}.pct_of_capital",
            percent,
            Percent,
            share(disbursed, capital),
            decimals=decimals[0],
            plan="P1.II.1.a",
            against=Against.CAPITAL,
        ),
        Figure(
            f"mtqg.da1.{code}.pct_of_capital.by_0630",
            f"{percent}, dự kiến đến 30/6",
            Percent,
            share(disbursed, capital),
            decimals=decimals[1],
            plan="P1.II.1.b",
        ),
    )


CHAPTER = Chapter(
    "programmes",
    "Chương trình mục tiêu quốc gia",
    (
        *fields_of(Programmes, ProductionProjects),
        *_component(
            "housing",
            "Hỗ trợ xây mới nhà ở",
            Programmes.housing_approved,
            Programmes.housing_disbursed,
            Programmes.housing_capital,
            decimals=(1, 1),
        ),
        *_component(
            "tools",
            "Hỗ trợ mua sắm máy móc, nông cụ",
            Programmes.tools_approved,
            Programmes.tools_disbursed,
            Programmes.tools_capital,
            decimals=(1, 2),
        ),
        *_component(
            "water",
            "Hỗ trợ nước sinh hoạt phân tán",
            Programmes.water_approved,
            Programmes.water_disbursed,
            Programmes.water_capital,
            decimals=(0, 0),
        ),
    ),
)
