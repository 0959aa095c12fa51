"""What Dagster is told of the batch of a territory: what there is of it, and nothing of what no refresh makes there."""

from pathlib import Path

import dagster as dg
import pytest

from assets.refresh import ASSETS
from pipelines.orchestration import partitions
from pipelines.orchestration.resources import Calendar, Folders
from schemas.flow import FLOW
from schemas.return_sets import BatchKey
from tests.unit.builders import PERIOD
from tests.unit.provinces import PROVINCE, commune, places, refreshed, send

BATCH = BatchKey(PERIOD.code, "huyen-a")


@pytest.mark.slow
def test_of_a_territory_everything_is_told_but_the_explorer_which_is_made_of_one_commune(tmp_path: Path) -> None:
    places(tmp_path / "raw", *PROVINCE, *commune("xa-1", "huyen-a"), *commune("xa-2", "huyen-a"))
    for code, heads in {"xa-1": 11, "xa-2": 50}.items():
        send(tmp_path / "raw" / BATCH.period / BATCH.place / code, {"mot": heads, "hai": 7})
    refreshed(tmp_path)  # as by a run that was killed before it had told anything
    folders = Folders(raw_folder=str(tmp_path / "raw"), data_folder=str(tmp_path / "data"))
    home = tmp_path / "home"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        partitions.register(instance, [BATCH])
        done = dg.materialize(
            ASSETS,
            instance=instance,
            partition_key=str(BATCH),
            resources={"folders": folders, "calendar": Calendar(day="2024-07-02")},
        )
        logged = instance.all_logs(done.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    told = {
        one.asset_materialization.asset_key.to_user_string(): one.asset_materialization.metadata
        for one in logged
        if one.asset_materialization is not None
    }
    assert [name for name in FLOW.refreshed_assets if FLOW.assets[name][0].of_one] == ["explorer"]
    assert told.keys() == {*FLOW.refreshed_assets} - {"explorer"}
    assert [name for name, shown in told.items() if "dagster/row_count" not in shown] == []
    count = told["marts/livestock"]["dagster/row_count"].value
    assert count == 4
