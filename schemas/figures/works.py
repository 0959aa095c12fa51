"""Figures on rural works, concrete roads, trees and incinerators (plan P1.II.1.a)."""

from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.b05_incinerators import VillageIncinerators
from schemas.forms.r01_works import RuralWorks
from schemas.forms.r02_concrete_roads import ConcreteRoads
from schemas.formula import own, share, times
from schemas.units import MillionDong, Percent

CHAPTER = Chapter(
    "works",
    "Giao thông nông thôn, vệ sinh môi trường",
    (
        *fields_of(VillageIncinerators, RuralWorks, ConcreteRoads),
        Figure(
            "env.incinerators.{reporter}.pct",
            "Lò đốt rác đã xây dựng so với chỉ tiêu",
            Percent,
            share(own(VillageIncinerators.built), own(VillageIncinerators.target)),
            decimals=0,
            plan="P1.II.1.a",
        ),
        Figure(
            "roads.concrete.{line}.labour_value",
            "Ngày công đóng góp quy ra tiền",
            MillionDong,
            times(own(ConcreteRoads.labour_days), own(ConcreteRoads.day_wage)),
            decimals=0,
            plan="P1.II.1.a",
        ),
    ),
)
