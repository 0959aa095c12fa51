"""Figures on rural works, concrete roads, trees and incinerators (plan P1.II.1.a)."""

from schemas.figure import Chapter, Figure, each, printed_at, summed
from schemas.forms.b05_incinerators import VillageIncinerators
from schemas.forms.r01_works import RuralWorks
from schemas.forms.r02_concrete_roads import ConcreteRoads
from schemas.formula import own, share, times
from schemas.units import MillionDong, Percent

CHAPTER = Chapter(
    "works",
    "Giao thông nông thôn, vệ sinh môi trường",
    (
        *printed_at(
            "P1.II.1.a",
            summed(VillageIncinerators.built, "env.incinerators.built"),
            each(VillageIncinerators.built, "env.incinerators.{reporter}.built"),
            each(VillageIncinerators.target, "env.incinerators.{reporter}.target"),
            summed(RuralWorks.roads_cleared, "works.roads.cleared_swept", decimals=1),
            summed(RuralWorks.drains_dredged, "works.drains.dredged", decimals=0),
            summed(RuralWorks.labour, "works.labour"),
            summed(RuralWorks.school_trees, "trees.schools.planted"),
            summed(RuralWorks.school_tree_labour, "trees.schools.labour"),
            each(ConcreteRoads.length, "roads.concrete.{line}.length", decimals=0),
            summed(ConcreteRoads.main_length, "roads.concrete.total.length", decimals=0),
        ),
        summed(ConcreteRoads.alley_length, "roads.concrete.alleys.length", decimals=0),
        *printed_at(
            "P1.II.1.a",
            each(ConcreteRoads.width, "roads.concrete.{line}.width", decimals=0),
            each(ConcreteRoads.thickness, "roads.concrete.{line}.thickness", decimals=0),
            each(ConcreteRoads.cement, "roads.concrete.{line}.cement", decimals=0),
            each(ConcreteRoads.sand, "roads.concrete.{line}.sand", decimals=1),
            each(ConcreteRoads.stone, "roads.concrete.{line}.stone", decimals=1),
            each(ConcreteRoads.commune_cost, "roads.concrete.{line}.commune_cost", decimals=0),
            each(ConcreteRoads.labour_days, "roads.concrete.{line}.labour_days"),
        ),
        each(ConcreteRoads.day_wage, "roads.concrete.{line}.day_wage"),
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
