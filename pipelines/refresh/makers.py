"""Who makes which table: the one place where the tasks of the flow meet their functions.

Belongs here: that list. Does not belong here: the functions; importing them before they are needed, for where nothing
is stale none is.
"""

from importlib import import_module

from pipelines.refresh.given import Maker

MAKERS = {
    "read": "reading:read_workbooks",
    "decisions": "reading:read_decisions",
    "printed": "reading:read_printed",
    "approve": "approving:read_releases",
    "estimates": "reading:read_estimates",
    "locate": "reading:locate_returns",
    "check": "checking:check_form",
    "formless": "checking:check_workbooks",
    "tally": "checking:tally_findings",
    "admit": "publishing:admit_records",
    "observe": "publishing:observe",
    "sum": "publishing:sum_records",
    "evaluate": "publishing:evaluate_chapter",
    "add_up": "publishing:add_up_levels",
    "compare": "publishing:compare_statements",
    "places": "publishing:publish_places",
    "explorer": "presenting:write_explorer",
    "report": "presenting:write_report",
    "openlineage": "presenting:write_events",
    "data_package": "presenting:write_data_package",
}
"""By task, the module of this room and the function in it."""


def maker(task: str) -> Maker:
    """Return the function of a task."""
    module, _, function = MAKERS[task].partition(":")
    found: Maker = getattr(import_module(f"pipelines.refresh.{module}"), function)
    return found
