"""What the terminal below the UI shows of a run."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from pipelines.settings import Settings
from tests.unit.builders import ROOT


@dg.op
def makes_a_table(context: dg.OpExecutionContext) -> None:
    """Make a table, hold a form back."""
    context.log_event(dg.AssetMaterialization("a_table"))
    context.log.warning("B01: giữ lại")


@dg.job
def making() -> None:
    """Do that."""
    makes_a_table()


def run(raw: str, data: str) -> None:
    """Do it on an instance of ours; print how many tables its records name."""
    Settings.of(raw, data).export()
    with dg.DagsterInstance.get() as instance:
        done = making.execute_in_process(instance=instance)
        print(len(instance.all_logs(done.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)))


def test_the_terminal_is_told_of_what_is_held_and_not_of_every_table(tmp_path: Path) -> None:
    # In a process of its own: what other tests have set of logging stays in theirs.
    asked = f"from tests.wiring.test_terminal import run; run({str(tmp_path / 'raw')!r}, {str(tmp_path / 'data')!r})"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env={**os.environ, "RETURNS_RAW": "", "RETURNS_DATA": "", "DAGSTER_HOME": "", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "B01: giữ lại" in done.stderr
    assert "Materialized" not in done.stderr
    assert "DEBUG" not in done.stderr
    assert done.stdout.strip() == "1", "the record has it all the same"
