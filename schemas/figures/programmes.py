"""Figures on national target programmes, their projects and disbursement (plan P1.II.1.a and b)."""

from schemas.chart import Against
from schemas.fields import FormField
from schemas.figure import Chapter, Figure, each, printed_at, summed
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
        *printed_at(
            "P1.II.1.a",
            summed(Programmes.projects, "mtqg.projects.total"),
            summed(Programmes.projects_poverty, "mtqg.projects.poverty"),
            summed(Programmes.projects_development, "mtqg.projects.development"),
            summed(Programmes.cost, "mtqg.da1.cost.total"),
            summed(Programmes.cost_central, "mtqg.da1.cost.central"),
            summed(Programmes.cost_local, "mtqg.da1.cost.local"),
            summed(Programmes.housing_approved, "mtqg.da1.housing.households.approved"),
            summed(Programmes.housing_households, "mtqg.da1.housing.households.disbursed"),
        ),
        summed(Programmes.housing_capital, "mtqg.da1.housing.capital"),
        summed(Programmes.housing_disbursed, "mtqg.da1.housing.disbursed", plan="P1.II.1.b"),
        summed(Programmes.tools_approved, "mtqg.da1.tools.households.approved", plan="P1.II.1.a"),
        summed(Programmes.tools_households, "mtqg.da1.tools.households.disbursed", plan="P1.II.1.a"),
        summed(Programmes.tools_capital, "mtqg.da1.tools.capital"),
        summed(Programmes.tools_disbursed, "mtqg.da1.tools.disbursed", plan="P1.II.1.b"),
        summed(Programmes.water_approved, "mtqg.da1.water.households.approved", plan="P1.II.1.a"),
        summed(Programmes.water_households, "mtqg.da1.water.households.disbursed", plan="P1.II.1.a"),
        summed(Programmes.water_capital, "mtqg.da1.water.capital"),
        *printed_at(
            "P1.II.1.a",
            summed(Programmes.water_disbursed, "mtqg.da1.water.disbursed", plan="P1.II.1.b"),
            summed(ProductionProjects.households, "mtqg.production.households"),
            each(ProductionProjects.households, "mtqg.{line}.households"),
            summed(ProductionProjects.households_poor, "mtqg.production.households.poor"),
            each(ProductionProjects.households_poor, "mtqg.{line}.households.poor"),
            summed(ProductionProjects.households_near_poor, "mtqg.production.households.near_poor"),
            each(ProductionProjects.households_near_poor, "mtqg.{line}.households.near_poor"),
            summed(ProductionProjects.households_escaped, "mtqg.production.households.escaped_poverty"),
            each(ProductionProjects.households_escaped, "mtqg.{line}.households.escaped_poverty"),
            summed(ProductionProjects.cost, "mtqg.production.cost.total"),
            each(ProductionProjects.cost, "mtqg.{line}.cost.total"),
            summed(ProductionProjects.programme, "mtqg.production.cost.programme"),
            each(ProductionProjects.programme, "mtqg.{line}.cost.programme"),
            each(ProductionProjects.central, "mtqg.{line}.cost.central"),
            each(ProductionProjects.local, "mtqg.{line}.cost.local"),
            summed(ProductionProjects.contribution, "mtqg.production.cost.contribution"),
            each(ProductionProjects.contribution, "mtqg.{line}.cost.contribution"),
        ),
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
