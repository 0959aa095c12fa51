"""What the programme officer fills in: projects and costs as printed, capital assigned solved back from percentages."""

from decimal import Decimal

from raw.first_returns.common import BACK_SOLVED_NOTE, Filled, Given, as_printed, back_solve, place, printed

_POULTRY = "Dự án chăn nuôi gia cầm (Tiểu dự án 1, Dự án 3, Chương trình giảm nghèo bền vững)"
_HORSES = "Dự án chăn nuôi ngựa (Tiểu dự án 2, Dự án 3, Chương trình vùng dân tộc thiểu số và miền núi)"

PROGRAMME_NOTE = "Kinh phí từ chương trình: cộng ngân sách Trung ương và địa phương"
POOR_NOTE = "Toàn bộ hộ tham gia là hộ nghèo"
HOUSING_NOTE = (
    f"{BACK_SOLVED_NOTE}. Lấy 22,7% (mục II.1.b) vì in cùng số tiền 44.000.000 đồng; "
    "33,3% (mục II.1.a) không kèm số tiền và cho vốn giao 132.000.000 đồng"
)


def answers() -> dict[str, Filled]:
    """Return the officer's answers."""
    note = place("II.1.a")
    projects = {
        "projects": "mtqg.projects.total",
        "projects_poverty": "mtqg.projects.poverty",
        "projects_development": "mtqg.projects.development",
        "cost": "mtqg.da1.cost.total",
        "cost_central": "mtqg.da1.cost.central",
        "cost_local": "mtqg.da1.cost.local",
    }
    loans = {
        "file_completed": "loans.nq08.households.file_completed",
        "file_submitted": "loans.nq08.households.file_submitted",
    }
    return {
        "programmes": {
            **as_printed("C01", projects, note),
            **_component("housing", "pct_of_capital.by_0630", 1, HOUSING_NOTE),
            # Not from 47,36% in II.1.b: that is 90 over 190 million cut off, and back_solve takes it for rounded.
            **_component("tools", "pct_of_capital", 1, BACK_SOLVED_NOTE),
            **_component("water", "pct_of_capital", 0, BACK_SOLVED_NOTE),
            **_poultry(),
            **_horses(),
            **as_printed("C03", loans, note),
        }
    }


def _component(code: str, percent: str, decimals: int, reason: str) -> Filled:
    plan, figure = printed(), f"mtqg.da1.{code}"
    capital = back_solve(plan[f"{figure}.disbursed"], plan[f"{figure}.{percent}"], decimals)
    households = {
        f"{code}_approved": f"{figure}.households.approved",
        f"{code}_households": f"{figure}.households.disbursed",
    }
    return {
        **as_printed("C01", households, place("II.1.a")),
        ("C01", "", f"{code}_capital"): Given(capital, reason),
        **as_printed("C01", {f"{code}_disbursed": f"{figure}.disbursed"}, place("II.1.b")),
    }


def _poultry() -> Filled:
    line = "poultry"
    filled = as_printed(
        "C02",
        {
            "households": "mtqg.poultry.households",
            "households_poor": "mtqg.poultry.households.poor",
            "households_near_poor": "mtqg.poultry.households.near_poor",
            "households_escaped": "mtqg.poultry.households.escaped_poverty",
            "cost": "mtqg.poultry.cost.total",
            "central": "mtqg.poultry.cost.central",
            "local": "mtqg.poultry.cost.local",
            "contribution": "mtqg.poultry.cost.contribution",
        },
        place("II.1.a"),
        line=line,
        line_name=_POULTRY,
    )
    programme = filled["C02", line, "central"].value + filled["C02", line, "local"].value
    return {**filled, ("C02", line, "programme"): Given(programme, PROGRAMME_NOTE, _POULTRY)}


def _horses() -> Filled:
    line = "horses"
    filled = as_printed(
        "C02",
        {
            "households": "mtqg.horses.households",
            "cost": "mtqg.horses.cost.total",
            "programme": "mtqg.horses.cost.programme",
            "contribution": "mtqg.horses.cost.contribution",
        },
        place("II.1.a"),
        line=line,
        line_name=_HORSES,
    )
    filled["C02", line, "households_poor"] = Given(filled["C02", line, "households"].value, POOR_NOTE, _HORSES)
    nobody = Given(Decimal(0), line_name=_HORSES)
    return {**filled, ("C02", line, "households_near_poor"): nobody, ("C02", line, "households_escaped"): nobody}
