"""From entries to findings: who makes ``outcomes`` and ``findings``, and counts them.

Belongs here: which step is given what. Does not belong here: the rules (``schemas.forms``), running them
(``pipelines.steps.validate``).
"""

from collections.abc import Mapping

from pipelines.refresh.given import Given, Made
from pipelines.steps import sources
from pipelines.steps.frames import to_frame, to_table, together
from pipelines.steps.validate import check, tally
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.flow import forms_read_by


def check_form(given: Given) -> Mapping[str, Made]:
    """Make the outcomes and the findings of one form."""
    form = given.tables[0].form
    assert form is not None
    mart = f"marts/{form.domain}"
    accepted = given.accepted(mart)
    known = together([accepted, given.earlier(mart)], tables.mart(form))
    checked = check.check(
        form,
        together([given.table(f"returns/{other.domain}") for other in forms_read_by(form)], tables.ENTRIES),
        to_frame(list(given.family("problems")), tables.PROBLEMS),
        to_frame([known.drop_columns([tables.SOURCES.name])], form.arrow()),
        given.sets,
        given.places,
        to_frame([given.table("ledger")], tables.LEDGER),
        sources.whence(accepted),
        known,
    )
    return {
        f"outcomes/{form.domain}": Made(checked.outcomes),
        f"findings/{form.domain}": Made(to_table(checked.findings, tables.FINDINGS)),
    }


def check_workbooks(given: Given) -> Mapping[str, Made]:
    """Make the findings on files and sheets that no form can answer for."""
    beside = (given.table(f"{name}_problems") for name in ("printed", "estimates"))
    met = to_frame([*given.family("problems"), *beside], tables.PROBLEMS)
    releases = to_frame([given.table("approved_problems")], tables.PROBLEMS)
    found = check.formless(met, given.places, given.sets, releases)
    return {"findings/workbooks": Made(to_table(found, tables.FINDINGS))}


def tally_findings(given: Given) -> Mapping[str, Made]:
    """Make the counts of findings, and of the returns that came, by commune and form."""
    found = together(list(given.family("findings")), tables.FINDINGS)
    return {
        "findings_by_form": Made(tally.findings_by_form(found)),
        "sent_by_form": Made(tally.sent_by_form(found, CATALOGUE.forms, given.sets, given.places)),
    }
