"""Figures on security, public order and residence (plan P1.II.4.b and P1.II.6.b)."""

from schemas.figure import Chapter, Figure, fields_of
from schemas.forms.a01_police import Police
from schemas.forms.a02_residence import Residence
from schemas.formula import share
from schemas.units import Percent

CHAPTER = Chapter(
    "police",
    "An ninh trật tự, quản lý cư trú",
    (
        *fields_of(Police, Residence),
        Figure(
            "residence.files.online.pct",
            "Tỷ lệ hồ sơ cư trú thực hiện trực tuyến",
            Percent,
            share(Residence.done_online, Residence.done),
            decimals=0,
            plan="P1.II.6.b",
        ),
    ),
)
