"""Figures of the one-stop desk and of procedures offered online (plan P1.II.5.3 and P1.II.6.b)."""

from schemas.figure import Chapter, fields_of
from schemas.forms.m01_onestop import OneStop

CHAPTER = Chapter("onestop", "Một cửa, dịch vụ công trực tuyến", tuple(fields_of(OneStop)))
