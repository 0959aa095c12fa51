"""A file of a return set, with its bytes.

Belongs here: only that. Does not belong here: where it lies (``pipelines.store.raw``), what is in it
(``pipelines.steps.collect.read``).
"""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class RawFile:
    """One file of a return set, with its bytes; or a subfolder: its name, a slash, and the names of what lies in it."""

    period: str
    commune: str
    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        """What the name ends in, in small letters: the format, and the suffix under which the bytes are archived."""
        return suffix_of(self.name)

    @property
    def sha256(self) -> str:
        """The hash that names the file's content."""
        return hashlib.sha256(self.content).hexdigest()


def suffix_of(name: str) -> str:
    """Return what the name of a file ends in, in small letters, with its dot; empty where it has none."""
    _, dot, ending = name.rpartition(".")
    return f"{dot}{ending}".lower() if dot else ""
