"""Form Q02: what the militia built for the villages."""

from schemas.edits import within
from schemas.fields import field
from schemas.form import LineForm
from schemas.forms.b05_incinerators import VillageIncinerators
from schemas.outcomes import Severity
from schemas.units import Incinerators


class MilitiaWorks(
    LineForm,
    code="Q02",
    sheet="Dân quân giúp dân",
    title="Công trình dân quân xây dựng giúp các thôn",
    domain="militia_works",
    reporter="military",
    lines="Tên thôn",
):
    """One row per village helped: the incinerators the militia built there. A line's code is the village's."""

    incinerators = field(Incinerators, "Lò đốt rác do dân quân xây")

    edits = (
        # By order: what the militia built in a village is among what its village reports as built.
        within("Q02-01", "incinerators", VillageIncinerators.built, severity=Severity.WARNING),
    )
