"""The archive: bytes that decided what was published, kept for good under their own hash.

Belongs here: keeping and giving back. Does not belong here: what is worth keeping (``pipelines.refresh``).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipelines.store.files import write_whole

ARCHIVE = "archive"
WORKBOOK, TABLE, RECEIVED = ".xlsx", ".csv", ".json"
"""What is kept: workbooks as received, those in another format under its suffix; ledgers, plans and place tables; lists
of all that lay in the raw folder when something was accepted."""


@dataclass(frozen=True)
class Archive:
    """The archive of an output folder."""

    root: Path

    def path(self, sha256: str, suffix: str) -> Path:
        """Return where bytes lie, or would lie."""
        return self.root / ARCHIVE / f"{sha256}{suffix}"

    def keep(self, content: bytes, suffix: str) -> str:
        """Keep bytes, once; return their hash. Where they lie already, damaged, they are put right."""
        sha256 = hashlib.sha256(content).hexdigest()
        if self.get(sha256, suffix) is None:
            write_whole(self.path(sha256, suffix), content)
        return sha256

    def get(self, sha256: str, suffix: str) -> bytes | None:
        """Return bytes that were kept; nothing where they are not there as they were kept."""
        path = self.path(sha256, suffix)
        content = path.read_bytes() if path.is_file() else None
        return content if content is not None and hashlib.sha256(content).hexdigest() == sha256 else None
