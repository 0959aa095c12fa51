"""The Dagster resource through which every asset, schedule and sensor reaches files.

Belongs here: that resource. Does not belong here: what the files are (``pipelines.raw``, ``pipelines.storage``).
"""

import dagster as dg

from pipelines.raw import Raw
from pipelines.settings import Settings
from pipelines.storage import Store


class Folders(dg.ConfigurableResource[None]):
    """The raw folder and the output folder; empty means as the environment says."""

    raw_folder: str = ""
    data_folder: str = ""

    @property
    def raw(self) -> Raw:
        """The returns as received."""
        return Raw(Settings.of(self.raw_folder, self.data_folder).raw)

    @property
    def store(self) -> Store:
        """The tables."""
        return Store(Settings.of(self.raw_folder, self.data_folder).data)
