"""Figures of the one-stop desk and of procedures offered online (plan P1.II.5.3 and P1.II.6.b)."""

from schemas.figure import Chapter, printed_at, summed
from schemas.forms.m01_onestop import OneStop

CHAPTER = Chapter(
    "onestop",
    "Một cửa, dịch vụ công trực tuyến",
    (
        *printed_at(
            "P1.II.5.3",
            summed(OneStop.received, "onestop.received"),
            summed(OneStop.resolved, "onestop.resolved"),
            summed(OneStop.direct, "onestop.direct"),
            summed(OneStop.online, "onestop.online"),
            summed(OneStop.civil_status, "onestop.civil_status"),
            summed(OneStop.civil_status_online, "onestop.civil_status.online"),
            summed(OneStop.certification, "onestop.certification"),
            summed(OneStop.certification_online, "onestop.certification.online"),
            summed(OneStop.labour_social, "onestop.labour_social"),
            summed(OneStop.labour_social_online, "onestop.labour_social.online"),
            summed(OneStop.land, "onestop.land"),
        ),
        summed(OneStop.land_online, "onestop.land.online"),
        *printed_at(
            "P1.II.6.b",
            summed(OneStop.procedures_online, "dvctt.total"),
            summed(OneStop.procedures_full, "dvctt.full"),
            summed(OneStop.procedures_partial, "dvctt.partial"),
        ),
    ),
)
