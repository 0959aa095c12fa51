"""How much longer a fresh process takes for a trace than Python takes to import the reader of Parquet.

It fails where a trace does, and for no ratio: no test is timed.
"""

from pathlib import Path

import pytest

from pipelines.refresh.batches import refresh
from pipelines.store.tables import Store
from schemas.return_sets import BatchKey
from tests.benchmarks.starts import PARQUET, RETURNS, medians
from tests.unit.offices import KEY, SHIPPED

FIGURE = "livestock.horse.white.share"


@pytest.mark.slow
@pytest.mark.parametrize("shown", ["json", "table"])
def test_trace_against_the_import_of_parquet(shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refresh(SHIPPED, Store(tmp_path), BatchKey(*KEY), who="benchmark")
    trace = [str(RETURNS), "trace", FIGURE, "--data", str(tmp_path), "--format", shown]
    quick = medians({"trace": trace, "bare": PARQUET})
    with capsys.disabled():
        print(
            f"\nreturns trace ({shown}) {quick['trace']:.3f} s, import of pyarrow.parquet {quick['bare']:.3f} s, "
            f"ratio {quick['trace'] / quick['bare']:.2f}"
        )
