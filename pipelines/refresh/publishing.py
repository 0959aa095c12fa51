"""From findings to statements: the gate, and who makes what is published.

Belongs here: which step is given what, and that a held mart stays as it is. Does not belong here: what is held
(``pipelines.steps.validate.gate``), any figure (``schemas.figures``).
"""

import json
from collections.abc import Mapping
from importlib import resources

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.refresh.given import Given, Made
from pipelines.refresh.rows import of_communes
from pipelines.steps.analyse import divisions, figures, observations, statements, sums
from pipelines.steps.analyse.behind import Behind
from pipelines.steps.frames import belongs, to_frame, to_table, together
from pipelines.steps.validate import gate
from schemas import tables
from schemas.catalogue import CATALOGUE
from schemas.figure import Chapter


def admit_records(given: Given) -> Mapping[str, Made]:
    """Make the mart of a form: the new records; of sets whose findings hold it back, what was accepted before."""
    (table,) = given.tables
    form = table.form
    assert form is not None
    findings = to_frame([given.table(f"findings/{form.domain}")], tables.FINDINGS)
    problems = to_frame(list(given.family("problems")), tables.PROBLEMS)
    held = gate.held(findings, problems, form) & set(given.sets)
    entering = [key for key in given.sets if key not in held]
    if held and not entering:
        return {table.name: Made(None)}
    entries, outcomes = (given.table(f"{family}/{form.domain}") for family in ("returns", "outcomes"))
    before = given.accepted(table.name) if held else table.schema.empty_table()
    before = before.filter(belongs(before, "commune", held))
    return {table.name: Made(gate.admit(form, entries, outcomes, before, entering), held=held)}


def observe(given: Given) -> Mapping[str, Made]:
    """Make the long table of every accepted value; those of marts that are what they were stay."""
    (table,) = given.tables
    before = given.previous(table.name)
    stay = [form for form in CATALOGUE.forms if before is not None and given.is_as_it_was(f"marts/{form.domain}")]
    marts = {form: given.table(f"marts/{form.domain}") for form in CATALOGUE.forms if form not in stay}
    codes = pa.array([form.code for form in stay], pa.string())
    kept = None if before is None else before.filter(pc.is_in(before["form"], codes))
    return {table.name: Made(observations.observe(marts, given.sets, kept))}


def _chapter(code: str) -> Chapter:
    (chapter,) = [chapter for chapter in CATALOGUE.chapters if chapter.code == code]
    return chapter


def sum_records(given: Given) -> Mapping[str, Made]:
    """Make the sums of a form; those of communes that are what they were stay, and are added up again."""
    (form,) = [form for form in CATALOGUE.forms if form.domain == given.subject]
    lines = sums.lines_asked(form, CATALOGUE.chapters)
    mart, estimates = given.table(f"marts/{form.domain}"), given.table("estimates")
    added = sums.added_up(form, mart, given.places, lines, estimates)
    name = f"sums/{form.domain}"
    if given.others:
        communes = [of_communes(added, given.sets), given.of_others(name)]
        added = sums.above_too(form, pa.concat_tables(communes), given.places)
    return {name: Made(added)}


def evaluate_chapter(given: Given) -> Mapping[str, Made]:
    """Make the figures of a chapter for the commune, and the edges from each to its cells."""
    chapter = _chapter(given.subject)
    marts, added = (
        {form: given.table(f"{family}/{form.domain}") for form in chapter.forms} for family in ("marts", "sums")
    )
    packs = {key: given.places.packs_of(key.commune) for key in given.sets}
    having = {own for own in set(packs.values()) if chapter in CATALOGUE.of(own).chapters}
    sets = [key for key, own in packs.items() if own in having]
    wanted = figures.of_communes(sets, given.places)
    estimates = given.table("estimates")
    rows = figures.evaluate(chapter, added, wanted, given.places, marts, estimates=estimates)
    return {
        f"figures/{chapter.code}": Made(rows),
        f"lineage/{chapter.code}": Made(figures.lineage(chapter, marts, sets, rows, estimates)),
    }


def add_up_levels(given: Given) -> Mapping[str, Made]:
    """Make the figures of a chapter for every level above the communes of a period."""
    chapter = _chapter(given.subject)
    added = {form: sums.merged([given.each(f"sums/{form.domain}")]) for form in chapter.forms}
    wanted = figures.above(given.sets, given.places)
    rows = figures.evaluate(chapter, added, wanted, given.places, present=given.sets)
    return {f"levels/{chapter.code}": Made(rows)}


def compare_statements(given: Given) -> Mapping[str, Made]:
    """Make the comparison of what the plan prints with what was computed."""
    printed = given.table("printed")
    computed, edges = (
        # Where no plan is there to be compared, what it would be compared with need not be read.
        together(list(given.family(family)) if len(printed) else [], schema)
        for family, schema in (("figures", tables.FIGURES), ("lineage", tables.LINEAGE))
    )
    compared = statements.compare(
        printed,
        computed,
        Behind(edges, CATALOGUE.forms),
        [figure for chapter in CATALOGUE.chapters for figure in chapter.figures],
    )
    return {"statements": Made(compared)}


def publish_places(given: Given) -> Mapping[str, Made]:
    """Make the places dimension."""
    official = resources.files("vietnam_provinces").joinpath("data", "nested-divisions.json").read_text("utf-8")
    return {"marts/places": Made(to_table(divisions.dimension(given.places, json.loads(official)), tables.PLACES))}
