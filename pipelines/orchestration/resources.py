"""The Dagster resources through which assets, schedules and sensors reach files and the calendar.

Belongs here: those resources. Does not belong here: what the files are (``pipelines.store.raw``,
``pipelines.store.tables``), what the environment says (``pipelines.settings``).
"""

from datetime import date

import dagster as dg
from pydantic import PrivateAttr

from pipelines.orchestration.abandoned import note
from pipelines.refresh.stamps import code_version
from pipelines.settings import Settings, today
from pipelines.store import designs
from pipelines.store.raw import Raw
from pipelines.store.state import NOBODY, Writer
from pipelines.store.tables import Store


class Folders(dg.ConfigurableResource[None]):
    """The raw folder and the output folder; empty means as the environment says."""

    raw_folder: str = ""
    data_folder: str = ""
    _writer: Writer = PrivateAttr(NOBODY)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Note the run, so that every table says which run wrote it, and in the run its process."""
        if context.run is not None and context.instance is not None:
            note(context.instance, context.run)
        self._writer = Writer(context.run.run_id if context.run else "", code_version())

    @property
    def raw(self) -> Raw:
        """The returns as received; this process knows them by the designs that are in force now."""
        settings = Settings.of(self.raw_folder, self.data_folder)
        designs.use(settings.data)
        return Raw(settings.raw)

    @property
    def store(self) -> Store:
        """The tables."""
        return Store(Settings.of(self.raw_folder, self.data_folder).data, self._writer)


def use_designs() -> None:
    """Have this process use the designs in force in the output folder that the environment names.

    Raises:
        SentenceError: One of them cannot be used.
    """
    designs.use(Settings.of().data)


class Calendar(dg.ConfigurableResource[None]):
    """What day it is; empty means as the environment says, and the clock where it says nothing."""

    day: str = ""

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return date.fromisoformat(self.day) if self.day else today()
