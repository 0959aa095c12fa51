"""Everything Dagster is told of: the one code location of the project.

Belongs here: gathering. Does not belong here: defining anything.
"""

import dagster as dg

from assets import cells, explorer, figures, findings, interchange, marts, returns, statements
from pipelines.jobs import catch_up, followers, new_return_sets, nightly, refresh
from pipelines.resources import Folders

defs = dg.Definitions(
    assets=[
        *cells.ASSETS,
        *returns.ASSETS,
        *findings.ASSETS,
        *marts.ASSETS,
        *figures.ASSETS,
        *statements.ASSETS,
        *interchange.ASSETS,
        *explorer.ASSETS,
    ],
    jobs=[refresh, catch_up],
    schedules=[nightly],
    sensors=[new_return_sets, followers],
    resources={"folders": Folders()},
    executor=dg.in_process_executor,
)
