"""How much longer a fresh process takes for a trace than Python takes to import the reader of Parquet.

The two in turn, so that a slow machine slows both.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.refresh.batches import refresh
from pipelines.store.tables import Store
from schemas.return_sets import BatchKey
from tests.unit.offices import KEY, SHIPPED

ROUNDS = 15
RETURNS = Path(sys.executable).parent / "returns"
FIGURE = "livestock.horse.white.share"


@pytest.mark.slow
@pytest.mark.parametrize("shown", ["json", "table"])
def test_trace_against_the_import_of_parquet(shown: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refresh(SHIPPED, Store(tmp_path), BatchKey(*KEY), who="benchmark")
    trace = [str(RETURNS), "trace", FIGURE, "--data", str(tmp_path), "--format", shown]
    bare = [sys.executable, "-c", "import pyarrow.parquet"]
    times: dict[str, list[float]] = {"trace": [], "bare": []}
    for _ in range(ROUNDS):
        for name, command in (("trace", trace), ("bare", bare)):
            start = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[name].append(time.perf_counter() - start)
    quick = {name: statistics.median(own) for name, own in times.items()}
    with capsys.disabled():
        print(
            f"\nreturns trace ({shown}) {quick['trace']:.3f} s, import of pyarrow.parquet {quick['bare']:.3f} s, "
            f"ratio {quick['trace'] / quick['bare']:.2f}"
        )
    assert quick["trace"] > quick["bare"] > 0
