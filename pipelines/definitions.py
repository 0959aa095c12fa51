"""Everything Dagster is told of: the one code location of the project.

Belongs here: gathering. Does not belong here: defining anything.
"""

import dagster as dg

from assets import cells, explorer, figures, findings, interchange, marts, report, returns, statements
from assets.described import described
from pipelines.orchestration.jobs import (
    catch_up,
    digest_mail,
    followers,
    new_return_sets,
    nightly,
    refresh,
    returns_due,
)
from pipelines.orchestration.resources import Calendar, Folders

defs = dg.Definitions(
    assets=dg.map_asset_specs(
        described,
        [
            *cells.ASSETS,
            *returns.ASSETS,
            *findings.ASSETS,
            *marts.ASSETS,
            *figures.ASSETS,
            *statements.ASSETS,
            *interchange.ASSETS,
            *explorer.ASSETS,
            *report.ASSETS,
        ],
    ),
    asset_checks=cells.CHECKS,
    jobs=[refresh, catch_up],
    schedules=[nightly],
    sensors=[new_return_sets, followers, returns_due, digest_mail],
    resources={"folders": Folders(), "calendar": Calendar()},
    executor=dg.in_process_executor,
)
