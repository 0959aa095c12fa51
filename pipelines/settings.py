"""Where things lie: the raw folder, the output folder, the Dagster home.

Belongs here: the two environment variables, their defaults, and preparing the Dagster home. Does not belong here:
Dagster itself, which the quick verbs of the command line must not import.
"""

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

RAW_VARIABLE, DATA_VARIABLE, HOME_VARIABLE = "RETURNS_RAW", "RETURNS_DATA", "DAGSTER_HOME"


@dataclass(frozen=True)
class Settings:
    """The folders of one run."""

    raw: Path
    data: Path

    @classmethod
    def of(cls, raw: str | None = None, data: str | None = None) -> "Settings":
        """Return the folders named, or those of the environment, or ``raw`` and ``data`` of the folder we stand in."""
        return cls(
            Path(raw or os.environ.get(RAW_VARIABLE) or "raw").absolute(),
            Path(data or os.environ.get(DATA_VARIABLE) or "data").absolute(),
        )

    @property
    def home(self) -> Path:
        """The Dagster home: runs, checks and materialisations of one output folder lie inside it."""
        return self.data / "dagster"

    def export(self) -> None:
        """Make the folders known to Dagster's processes through the environment, and prepare the Dagster home."""
        self.home.mkdir(parents=True, exist_ok=True)
        own = self.home / "dagster.yaml"
        if not own.exists():
            own.write_text(resources.files("pipelines").joinpath("dagster.yaml").read_text("utf-8"), encoding="utf-8")
        os.environ |= {RAW_VARIABLE: str(self.raw), DATA_VARIABLE: str(self.data), HOME_VARIABLE: str(self.home)}
