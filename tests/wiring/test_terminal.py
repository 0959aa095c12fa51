"""What the terminal below the UI shows of a run."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.settings import Settings


@dg.op
def makes_a_table(context: dg.OpExecutionContext) -> None:
    """Make a table, hold a form back."""
    context.log_event(dg.AssetMaterialization("a_table"))
    context.log.warning("B01: giữ lại")


@dg.job
def making() -> None:
    """Do that."""
    makes_a_table()


def test_the_terminal_is_told_of_what_is_held_and_not_of_every_table(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RETURNS_RAW", "RETURNS_DATA", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")  # put back what exporting sets
    Settings.of(str(tmp_path / "raw"), str(tmp_path / "data")).export()
    with dg.DagsterInstance.get() as instance:
        done = making.execute_in_process(instance=instance)
        stored = instance.all_logs(done.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    told = capfd.readouterr().err
    assert "B01: giữ lại" in told
    assert "Materialized" not in told
    assert "DEBUG" not in told
    assert len(stored) == 1
