"""What a sensor remembers from one look to the next.

Belongs here: that, as the text that Dagster keeps. Does not belong here: looking (``pipelines.orchestration.jobs``).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Memory:
    """What a sensor remembers from one look to the next, kept by Dagster as its cursor.

    Args:
        seen: A mark of the runs and the day it has looked at.
        told: By return set, the state it has told.
    """

    seen: str = ""
    told: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: str | None) -> "Memory":
        """Read a cursor; one that another version wrote is as good as none."""
        try:
            kept = json.loads(cursor or "{}")
            return cls(str(kept["seen"]), {str(key): str(state) for key, state in kept["told"].items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls()

    @property
    def cursor(self) -> str:
        """The text that Dagster keeps."""
        return json.dumps({"seen": self.seen, "told": dict(self.told)}, sort_keys=True)
