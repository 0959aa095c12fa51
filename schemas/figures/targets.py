"""Targets for the coming year (plan P2.II.3)."""

from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.k02_targets import Targets
from schemas.forms.k03_village_targets import VillageTargets
from schemas.formula import total
from schemas.units import Percent

CHAPTER = Chapter(
    "targets",
    "Chỉ tiêu năm kế hoạch",
    (
        *fields_of(Targets, VillageTargets),
        Figure(
            "target.health_insurance.pct.restated",
            "Tỷ lệ người dân tham gia bảo hiểm y tế (nhắc lại)",
            Percent,
            total(Targets.health_insurance),
            decimals=0,
            plan="P2.III.3.3",
        ),
    ),
)
