"""Figures on local defence (plan P1.II.4.a)."""

from schemas.figure import Chapter, fields_of
from schemas.forms.q01_military import Military
from schemas.forms.q02_militia_works import MilitiaWorks

CHAPTER = Chapter("military", "Quốc phòng", tuple(fields_of(Military, MilitiaWorks)))
