"""Everything Dagster is told of: the one code location of the project.

Belongs here: gathering. Does not belong here: defining anything.
"""

import dagster as dg

from assets import cells, figures, findings, marts, returns
from pipelines.jobs import catch_up, new_return_sets, nightly, refresh
from pipelines.resources import Folders

defs = dg.Definitions(
    assets=[*cells.ASSETS, *returns.ASSETS, *findings.ASSETS, *marts.ASSETS, *figures.ASSETS],
    jobs=[refresh],
    schedules=[nightly],
    sensors=[new_return_sets, catch_up],
    resources={"folders": Folders()},
    executor=dg.in_process_executor,
)
