"""What an asset is, as the flow has it: its key, dependencies, description, columns and their lineage; and its group.

Belongs here: turning the flow into specs, laid out for an officer to read. Does not belong here: the flow
(``schemas.flow``).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import dagster as dg

from pipelines.orchestration.metadata import column_lineage, column_schema, key_of
from pipelines.orchestration.partitions import BATCHES
from schemas.catalogue import CATALOGUE
from schemas.figure import Chapter
from schemas.flow import APPROVED, ESTIMATES, FLOW, Layer, Table
from schemas.text import slug

OWNER = "team:thong-ke"
"""The commune's statistics desk: a role, for the definitions are public and name no person."""

_LAYERS = {Layer.RECEIVED: "1_tiep_nhan", Layer.COMPARED: "3_doi_chieu", Layer.USED: "4_su_dung"}
"""Dagster sorts groups by name, and allows only ASCII letters: the numbers keep the order in which data flows; those of
chapters come in between."""


def spec(name: str) -> dg.AssetSpec:
    """Return the spec of the asset under which the flow shows some tables."""
    shown = FLOW.assets[name]
    first = shown[0]
    chapter = _CHAPTERS.get(first.maker.subject)
    tags = {"returns/layer": name.partition("/")[0]}
    if chapter is not None:
        group, tags["returns/chapter"] = _GROUPS[chapter.code], chapter.code
    elif first.form is not None:
        form = first.form
        group, tags["returns/form"], tags["returns/reporter"] = (
            _GROUPS_OF_FORMS[form.code],
            form.code,
            form.reporter_kind,
        )
    else:
        assert first.layer is not None, name  # the flow has none that is of nothing else
        group = _LAYERS[first.layer]
    return dg.AssetSpec(
        key_of(name),
        deps=[key_of(dep) for dep in _deps(shown)],
        description=f"{first.meaning} {_TO_RUN}",
        metadata={**column_schema(first.schema), **column_lineage(first)},
        skippable=True,
        group_name=group,
        owners=[OWNER],
        tags=tags,
        kinds=set(_KINDS.get(name) or _KINDS[first.family]),
        partitions_def=BATCHES,
    )


def _deps(shown: Sequence[Table]) -> list[str]:
    """Return the assets that show what some tables are made of."""
    own = {table.shown_as for table in shown}
    made_of = (FLOW[name].shown_as for table in shown for name in table.made_of if name in FLOW.by_name)
    return [name for name in dict.fromkeys(made_of) if name not in own]


_TO_RUN = "Để cập nhật: bấm «Materialize…», chọn bộ báo cáo, rồi «Launch run»."

_KINDS = {
    "cells": ("excel", "parquet"),
    **dict.fromkeys((APPROVED, ESTIMATES), ("parquet",)),
    "returns": ("bieu", "parquet"),
    "problems": ("bieu", "parquet"),
    "findings": ("phat_hien", "pandera", "parquet"),
    **dict.fromkeys(("findings_by_form", "sent_by_form"), ("phat_hien", "parquet", "table")),
    "marts": ("bang_cong_bo", "parquet", "table"),
    "figures": ("chi_tieu", "parquet", "table"),
    "statements": ("parquet", "table"),
    "explorer": ("html",),
    "report": ("word", "excel"),
    "openlineage": ("json", "sql"),
}
"""By asset, or by the family of its tables. In the graph a node shows the last word of its key, the same for a form in
every layer; its kind tells them apart."""


def _place(chapter: Chapter) -> str:
    """Return where in the plan a chapter begins; a chapter that is only in its footnotes comes last."""
    # In Vietnamese đ comes before e, in Unicode after it.
    places = (figure.plan.replace("đ", "d~") for figure in chapter.figures if figure.plan.startswith("P"))
    return min(places, default="~")


def _short(title: str) -> str:
    """Return the first words of a title, for a node has room for no more."""
    first = re.split(", | và | - ", title)[0]
    return slug(first if " " in first else title)


def _groups() -> Mapping[str, str]:
    ordered = sorted(CATALOGUE.chapters, key=lambda chapter: (_place(chapter), chapter.code))
    return {chapter.code: f"2_{number:02}_{_short(chapter.title)}" for number, chapter in enumerate(ordered, start=1)}


_GROUPS = _groups()
_CHAPTERS = {chapter.code: chapter for chapter in CATALOGUE.chapters}


def _groups_of_forms() -> Mapping[str, str]:
    """Return, by code, the group of the chapter with the most figures on a form; one without a figure is received."""
    drawn: dict[str, Counter[str]] = {}
    for chapter in CATALOGUE.chapters:
        for figure in chapter.figures:
            for form in figure.forms:
                drawn.setdefault(form.code, Counter())[chapter.code] += 1
    groups = {code: _GROUPS[counts.most_common(1)[0][0]] for code, counts in drawn.items()}
    return {form.code: groups.get(form.code, _LAYERS[Layer.RECEIVED]) for form in CATALOGUE.forms}


_GROUPS_OF_FORMS = _groups_of_forms()
