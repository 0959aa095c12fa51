"""One file of a return set as it was received.

Belongs here: its place, its bytes, and what its name says of its format. Does not belong here: reading it
(``pipelines.steps.collect.read``), where it lies (``pipelines.store.raw``).
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class RawFile:
    """One file of a return set, with its bytes; or a subfolder: its name, a slash, and the names of what lies in it."""

    period: str
    commune: str
    name: str
    content: bytes
    trouble: str = ""
    """Why the bytes could not be had, in Vietnamese; there are none then."""
    at_rest: tuple[int, int, int] | None = field(default=None, compare=False)
    """Size and times of change from before it was read; nothing where it had changed a moment ago."""

    @property
    def suffix(self) -> str:
        """What the name ends in, in small letters: the format, and the suffix under which the bytes are archived."""
        return suffix_of(self.name)

    @cached_property
    def sha256(self) -> str:
        """The hash that names the file's content, or the reason why there is none."""
        return hashlib.sha256(self.content or self.trouble.encode()).hexdigest()


def suffix_of(name: str) -> str:
    """Return what the name of a file ends in, in small letters, with its dot; empty where it has none."""
    _, dot, ending = name.rpartition(".")
    return f"{dot}{ending}".lower() if dot else ""
