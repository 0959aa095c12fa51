"""What every asset carries beside what its module says: group, owner, tags, column lineage. All follow from its key.

Belongs here: how the graph is laid out for an officer to read. Does not belong here: keys, dependencies, descriptions.
"""

import re
from collections import Counter
from collections.abc import Mapping

import dagster as dg

from pipelines.orchestration.metadata import column_lineage
from schemas.figure import Chapter
from schemas.figures import CHAPTERS
from schemas.form import Form
from schemas.forms import FORMS
from schemas.text import slug

OWNER = "team:thong-ke"
"""The commune's statistics desk: a role, for the definitions are public and name no person."""

RECEIVED, COMPARED, USED = "1_tiep_nhan", "3_doi_chieu", "4_su_dung"
"""Dagster sorts groups by name, and allows only ASCII letters: the numbers keep the order in which data flows."""


def described(spec: dg.AssetSpec) -> dg.AssetSpec:
    """Return the spec of an asset with all that follows from its key."""
    layer, *rest = spec.key.path
    name = rest[0] if rest else ""
    form, chapter = _FORMS.get(name), _CHAPTERS.get(name) if layer == "figures" else None
    tags = {"returns/layer": layer}
    if chapter is not None:
        group, tags["returns/chapter"] = _GROUPS[chapter.code], chapter.code
    elif form is not None:
        group, tags["returns/form"], tags["returns/reporter"] = _group_of(form), form.code, form.reporter_kind
    else:
        group = _OTHERS.get(spec.key.to_user_string(), USED)
    kinds = spec.kinds | ({_KINDS[layer]} if layer in _KINDS else set())
    return spec.replace_attributes(
        group_name=group, owners=[OWNER], tags={**spec.tags, **tags}, kinds=kinds
    ).merge_attributes(metadata=column_lineage(spec.key))


_KINDS = {"returns": "bieu", "findings": "phat_hien", "marts": "bang_cong_bo", "figures": "chi_tieu"}
"""In the graph a node shows the last word of its key, the same for a form in every layer; its kind tells them apart."""


_OTHERS = {
    **dict.fromkeys(("cells", "returns/problems", "findings/workbooks"), RECEIVED),
    "statements": COMPARED,
}


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
    ordered = sorted(CHAPTERS, key=lambda chapter: (_place(chapter), chapter.code))
    return {chapter.code: f"2_{number:02}_{_short(chapter.title)}" for number, chapter in enumerate(ordered, start=1)}


_GROUPS = _groups()
_CHAPTERS = {chapter.code: chapter for chapter in CHAPTERS}
_FORMS = {form.domain: form for form in FORMS}


def _group_of(form: type[Form]) -> str:
    """Return the group of the chapter with the most figures on a form; a form in none stays where it is received."""
    drawn = Counter(chapter.code for chapter in CHAPTERS for figure in chapter.figures if form in figure.forms)
    return _GROUPS[drawn.most_common(1)[0][0]] if drawn else RECEIVED
