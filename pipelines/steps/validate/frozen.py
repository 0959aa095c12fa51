"""The frozen tables of a release: whether they say one thing of a form.

Belongs here: holding what was accepted against what the figures were made of. Does not belong here: whether a release
is as it was sealed (``pipelines.steps.collect.released``), which of its forms fit here
(``pipelines.refresh.approving``).

A territory shows the figures of a release, and adds up what was accepted. Where the two are of different numbers, a sum
of communes is not that of the figures below it, and nobody could say which of them was approved.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.frames import joined_text
from pipelines.steps.numbers import vietnamese
from schemas.kept import ESTIMATES_FILE
from schemas.return_sets import VALUE_KEY

_OF_REPORTER = ("form", "reporter")


def contradicted(accepted: pa.Table, lineage: pa.Table) -> dict[str, str]:
    """Return the forms of which the figures are made of other values than were accepted, each with one that is other.

    Args:
        accepted: ``schemas.tables.ACCEPTED``.
        lineage: ``schemas.tables.LINEAGE``; an estimate in it stands for what nobody sent.
    """
    edges = lineage.filter(pc.not_equal(lineage["file"], ESTIMATES_FILE))
    found: dict[str, str] = {}
    for row, told in (*_others(accepted, edges), *_unused(accepted, edges)):
        found.setdefault(row["form"], f"có số «{row['field']}» của {row['reporter']} {told}")
    return found


def _others(accepted: pa.Table, edges: pa.Table) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the edges that lead to no accepted value, or to another one, and what is to be told of each."""
    at = pc.index_in(joined_text(edges, VALUE_KEY), joined_text(accepted, VALUE_KEY))
    value = accepted["value"].take(at)
    same = pc.or_(
        pc.fill_null(pc.equal(value, edges["value"]), False),
        pc.and_(at.is_valid(), pc.and_(value.is_null(), edges["value"].is_null())),
    )
    other = edges.append_column("taken", value).filter(pc.invert(same))
    for row in other.to_pylist():
        numbers = ("trống" if row[name] is None else vietnamese(row[name]) for name in ("taken", "value"))
        yield row, "không khớp: đã nhận {}, chỉ tiêu tính từ {}".format(*numbers)


def _unused(accepted: pa.Table, edges: pa.Table) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the values of reporters of whom no figure is made, of forms that figures are made of, and the same."""
    of_forms = accepted.filter(pc.is_in(accepted["form"], edges["form"].unique()))
    used = pc.is_in(joined_text(of_forms, _OF_REPORTER), joined_text(edges, _OF_REPORTER))
    for row in of_forms.filter(pc.invert(used)).to_pylist():
        yield row, "đã nhận mà chỉ tiêu không tính"
