"""From findings to statements: the gate, and who makes what is published.

Belongs here: which step is given what, and that a held mart stays as it is. Does not belong here: what is held
(``pipelines.steps.validate.gate``), any figure (``schemas.figures``).
"""

import json
from collections.abc import Mapping
from importlib import resources

import pyarrow.compute as pc

from pipelines.refresh.making import Given, Made
from pipelines.steps.analyse import divisions, figures, observations, statements
from pipelines.steps.frames import to_frame, to_table, together
from pipelines.steps.validate import gate
from schemas import tables
from schemas.figure import Chapter
from schemas.figures import CHAPTERS
from schemas.forms import FORMS


def admit_records(given: Given) -> Mapping[str, Made]:
    """Make the mart of a form: the new records, or, where the findings hold the form back, what was accepted before."""
    (table,) = given.tables
    form = table.form
    assert form is not None
    findings = to_frame([given.table(f"findings/{form.domain}")], tables.FINDINGS)
    problems = to_frame(list(given.family("problems")), tables.PROBLEMS)
    if given.key in gate.held(findings, problems, form):
        return {table.name: Made(None)}
    entries, outcomes = (given.table(f"{family}/{form.domain}") for family in ("returns", "outcomes"))
    return {table.name: Made(gate.admit(form, entries, outcomes, table.schema.empty_table(), [given.key]))}


def observe(given: Given) -> Mapping[str, Made]:
    """Make the long table of every accepted value."""
    marts = {form: given.table(f"marts/{form.domain}") for form in FORMS}
    return {"marts/observations": Made(observations.observe(marts, [given.key]))}


def _chapter(code: str) -> Chapter:
    (chapter,) = [chapter for chapter in CHAPTERS if chapter.code == code]
    return chapter


def evaluate_chapter(given: Given) -> Mapping[str, Made]:
    """Make the figures of a chapter for the commune, and the edges from each to its cells."""
    chapter = _chapter(given.subject)
    marts = {form: given.table(f"marts/{form.domain}") for form in chapter.forms}
    rows = figures.evaluate(chapter, marts, figures.of_communes([given.key], given.places), given.places)
    return {
        f"figures/{chapter.code}": Made(to_table(rows, tables.FIGURES)),
        f"lineage/{chapter.code}": Made(figures.lineage(chapter, marts, [given.key])),
    }


def add_up_levels(given: Given) -> Mapping[str, Made]:
    """Make the figures of a chapter for every level above the communes of a period."""
    chapter = _chapter(given.subject)
    marts = {form: given.each(f"marts/{form.domain}") for form in chapter.forms}
    rows = figures.evaluate(chapter, marts, figures.above(given.sets, given.places), given.places)
    return {f"levels/{chapter.code}": Made(to_table(rows, tables.FIGURES))}


def compare_statements(given: Given) -> Mapping[str, Made]:
    """Make the comparison of what the plan prints with what was computed."""
    computed = together(list(given.family("figures")), tables.FIGURES)
    edges = together(list(given.family("lineage")), tables.LINEAGE)
    compared = statements.compare(
        to_frame([given.table("printed")], tables.PRINTED),
        to_frame([computed.filter(pc.equal(computed["level"], "commune"))], tables.FIGURES),
        statements.behind(edges, FORMS),
        [figure for chapter in CHAPTERS for figure in chapter.figures],
    )
    return {"statements": Made(to_table(compared, tables.STATEMENTS))}


def publish_places(given: Given) -> Mapping[str, Made]:
    """Make the places dimension."""
    official = resources.files("vietnam_provinces").joinpath("data", "nested-divisions.json").read_text("utf-8")
    return {"marts/places": Made(to_table(divisions.dimension(given.places, json.loads(official)), tables.PLACES))}
