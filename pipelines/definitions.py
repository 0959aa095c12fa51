"""Everything Dagster is told of: the one code location of the project.

Belongs here: gathering. Does not belong here: defining anything.
"""

import dagster as dg

from assets import refresh as refreshed
from assets import report as reported
from pipelines.orchestration.jobs import digest_mail, new_return_sets, nightly, refresh, report, returns_due
from pipelines.orchestration.resources import Calendar, Folders

defs = dg.Definitions(
    assets=[*refreshed.ASSETS, *reported.ASSETS],
    jobs=[refresh, report],
    schedules=[nightly],
    sensors=[new_return_sets, returns_due, digest_mail],
    resources={"folders": Folders(), "calendar": Calendar()},
    executor=dg.in_process_executor,
)
