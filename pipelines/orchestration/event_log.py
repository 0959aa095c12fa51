"""Dagster's event log on SQLite, with its connections kept open.

Belongs here: that difference from the storage that Dagster ships, and that forgetting a run frees its room. Does not
belong here: which storage is used (``dagster.yaml`` in the Dagster home names it), what is forgotten.

Dagster's own makes an engine and a connection for every event, closes it, and so has SQLite write its log back into the
database each time: half of what a refresh cost. The files are the same, and so is how several processes share them: a
home may be opened with either, also by both at once.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import Field, StringSource
from dagster._config.config_schema import UserConfigSchema
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.sql import create_engine
from dagster._serdes import ConfigurableClassData
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import StaticPool
from typing_extensions import override

_SECONDS = 60
"""How long a write waits for that of another process."""

_KEPT = 8
"""Databases whose connection is kept: the index, and those of the latest runs."""


class KeptSqliteEventLog(SqliteEventLogStorage):
    """The event log in one SQLite file per run and one for all, each opened once."""

    def __init__(self, base_dir: str = "", inst_data: ConfigurableClassData | None = None) -> None:
        """Open the log where Dagster's own lies: below the Dagster home, unless another folder is named."""
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir or str(Path(os.environ["DAGSTER_HOME"]) / "history" / "runs"), inst_data)

    @classmethod
    @override
    def config_type(cls) -> UserConfigSchema:
        return {"base_dir": Field(StringSource, is_required=False)}

    @classmethod
    @override
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "KeptSqliteEventLog":
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        # One at a time, so that one connection is enough, whichever thread asks.
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        if shard in self._engines:
            self._engines.move_to_end(shard)
            return self._engines[shard]
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            connect_args={"timeout": _SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _as_safe_as_needed)
        self._initdb(engine)
        self._engines[shard] = engine
        if len(self._engines) > _KEPT:
            self._engines.popitem(last=False)[1].dispose()
        return engine

    @override
    def has_table(self, table_name: str) -> bool:
        """Return whether there is a table; one that was there stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    @override
    def delete_events(self, run_id: str) -> None:
        """Forget the events of a run, its checks, and its file, which Dagster's own would leave empty on the disk."""
        with self.index_connection() as connection:
            self.delete_events_for_run(connection, run_id)
            checks = AssetCheckExecutionsTable
            connection.execute(checks.delete().where(checks.c.run_id == run_id))
        if (engine := self._engines.pop(run_id, None)) is not None:
            engine.dispose()
        for path in Path(self.path_for_shard(run_id)).parent.glob(f"{run_id}.db*"):
            path.unlink(missing_ok=True)
        self.free_concurrency_slots_for_run(run_id)

    @override
    def dispose(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()
        super().dispose()


def _as_safe_as_needed(connection: Any, _: Any) -> None:
    """Sync when the log is written back, not at every event: a power cut may lose the last events, never the file.

    No number hangs on an event. What is published has its own commit.
    """
    connection.execute("PRAGMA synchronous=NORMAL")
