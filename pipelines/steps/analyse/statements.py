"""Figures against what plans print: one statement for every printed number.

Belongs here: putting the verdict, and all that is to be said of a number, into one row. Does not belong here: the
verdict itself (``pipelines.steps.analyse.verdicts``), printed numbers that do not fit one another
(``pipelines.steps.analyse.consistency``), what stands behind a figure (``pipelines.steps.analyse.behind``), anything
about one particular plan; the same comparison serves every commune.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from pipelines.steps.amounts import Array
from pipelines.steps.analyse.behind import Behind
from pipelines.steps.analyse.consistency import Declared, broken_bounds, broken_sums
from pipelines.steps.analyse.plans import Plans, Said
from pipelines.steps.analyse.verdicts import Computed, judge, of_other
from pipelines.steps.frames import cases, coded
from schemas.figure import Figure
from schemas.outcomes import Verdict
from schemas.periods import Period
from schemas.tables import PRINTED, STATEMENTS


def compare(printed: pa.Table, figures: pa.Table, sources: Behind, catalogue: Iterable[Figure]) -> pa.Table:
    """Compare every printed figure with the one computed.

    Plans of many communes print the same of the same, above all that something did not occur: each case is judged once.

    Args:
        printed: ``schemas.tables.PRINTED``.
        figures: ``schemas.tables.FIGURES`` of the same communes, their own level only, also what no plan prints.
        sources: What stands behind the figures.
        catalogue: The declared figures, to know which printed numbers are parts and totals of one another.

    Returns:
        ``schemas.tables.STATEMENTS``, one row per printed figure.
    """
    catalogue = list(catalogue)
    declared, plans = Declared(catalogue), Plans(printed)
    of_period, codes = coded(printed["period"])
    periods = [Period.parse(period) for period in printed["period"].unique().to_pylist()]
    at = plans.where_in(figures, "place", "id")
    computed = [(np.append(of, -1)[at], values) for of, values in (coded(figures[name]) for name in Computed._fields)]
    case, firsts = cases([(plans.code, plans.said), (of_period, codes), *computed], len(printed))
    ours = figures.select(Computed._fields).take(pa.array(at[firsts], mask=at[firsts] < 0)).to_pylist()
    theirs = plans.said.take(pa.array(firsts)).to_pylist()
    whens = codes.take(pa.array(of_period[firsts])).to_pylist()
    told = [
        (Said(**said), None if own["id"] is None else Computed(**own), declared.figure(said["id"]), when)
        for said, own, when in zip(theirs, ours, whens, strict=True)
    ]
    others = [of_other(*one) for one in told]
    judged = [
        (Verdict.NOT_RECOMPUTABLE, "", why) if why else judge(*one[:3]) for one, why in zip(told, others, strict=True)
    ]
    plans.set_aside(np.flatnonzero(np.array([bool(why) for why in others], bool)[case]))
    verdicts = np.array([_VERDICTS.index(verdict) for verdict, *_ in judged], np.int64)[case]
    notes = _Notes([note for *_, note in judged], case)
    bounds = {
        row: sentences
        for row, sentences in broken_bounds(plans, declared, periods).items()
        if verdicts[row] != _VERDICTS.index(Verdict.NOT_RECOMPUTABLE)
    }
    verdicts[list(bounds)] = _VERDICTS.index(Verdict.CONFLICT)
    notes.add_each(bounds)
    conflicts = np.flatnonzero(verdicts == _VERDICTS.index(Verdict.CONFLICT))
    edges = sources.cells(plans)
    made_from = sources.operands(plans, edges, conflicts)
    notes.add_each({row: [f"Tính từ: {'; '.join(operands)}."] for row, operands in made_from.items()})
    sums = broken_sums(plans, catalogue, periods)
    notes.add_each({row: sums[row] for row in conflicts.tolist() if row in sums})
    notes.add(*sources.notes(plans, edges))
    columns = {name: printed[name] for name in PRINTED.names} | {
        "computed": pa.array([value for _, value, _ in judged], pa.string()).take(pa.array(case)),
        "verdict": pa.array([str(one) for one in _VERDICTS], pa.string()).take(pa.array(verdicts)),
        "note": notes.column(),
    }
    return pa.table([columns[name] for name in STATEMENTS.names], schema=STATEMENTS)


_VERDICTS = tuple(Verdict)


class _Notes:
    """What is said of rows, each text once: most rows have one that many others have."""

    def __init__(self, texts: Sequence[str], of: Array) -> None:
        """Take some texts, and per row the number of its text."""
        self._texts, self._of = texts, of

    def add(self, texts: Sequence[str], of: Array) -> None:
        """Say more: take some texts, and per row the number of its text, -1 where there is no more to say of it."""
        pair, firsts = cases([(self._of, self._texts), (of, texts)], len(of))
        pairs = zip(self._of[firsts].tolist(), of[firsts].tolist(), strict=True)
        self._texts = [
            " ".join(filter(None, (self._texts[one], texts[more] if more >= 0 else ""))) for one, more in pairs
        ]
        self._of = pair

    def add_each(self, sentences: Mapping[int, Iterable[str]]) -> None:
        """Say more of some rows."""
        of = np.full(len(self._of), -1)
        of[list(sentences)] = np.arange(len(sentences))
        self.add([" ".join(own) for own in sentences.values()], of)

    def column(self) -> pa.Array:
        """Return the text of each row."""
        return pa.array(self._texts, pa.string()).take(pa.array(self._of))
