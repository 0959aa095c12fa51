"""Opening the Dagster instance of an output folder.

Belongs here: that one process at a time does, and that damaged records are told before Dagster meets them. Does not
belong here: where the instance lies (``pipelines.settings``), what is asked of it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from filelock import FileLock

from pipelines.settings import HOME_VARIABLE
from pipelines.store.run_records import refuse_damaged


@contextmanager
def opened() -> Iterator[dg.DagsterInstance]:
    """Give the instance of the home that the environment names, made where there is none.

    Of two who come at once, one waits for the other: Dagster makes its databases at the first look, and would let the
    second find them half made.

    Raises:
        SentenceError: The records are damaged.
    """
    home = Path(os.environ[HOME_VARIABLE])
    with FileLock(home / ".opening.lock"):
        refuse_damaged(home)
        instance = dg.DagsterInstance.get()
        for made in (instance.run_storage, instance.event_log_storage, instance.schedule_storage):
            assert made is not None
    with instance:
        yield instance
