"""The archive: bytes that decided what was published, kept for good under their own hash.

Belongs here: keeping and giving back. Does not belong here: what is worth keeping (``pipelines.refresh``).

What a commune office receives lies in a file each. A territory receives tens of thousands: those of one refresh lie
together in a pack, a zip without compression that any program opens, whose names are those that the files would have.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipelines.store.files import write_whole

ARCHIVE, PACKS = "archive", "packs"
WORKBOOK, TABLE, RECEIVED = ".xlsx", ".csv", ".json"
"""What is kept: workbooks as received, those in another format under its suffix; ledgers, plans and place tables; lists
of all that lay in the raw folder when something was accepted."""

_MOST, _LARGEST = 2**15, 2**24
"""Files in a pack, and bytes of them: few enough to be put together in memory."""


class Kept(NamedTuple):
    """Bytes to be kept, under their hash and suffix."""

    sha256: str
    suffix: str
    content: bytes

    @classmethod
    def of(cls, content: bytes, suffix: str) -> "Kept":
        """Return bytes with their hash."""
        return cls(hashlib.sha256(content).hexdigest(), suffix, content)

    @property
    def name(self) -> str:
        """What the file of these bytes is called."""
        return f"{self.sha256}{self.suffix}"


@dataclass(frozen=True)
class Archive:
    """The archive of an output folder.

    Args:
        root: The output folder.
        part: The batch whose packs are looked into; those of all batches where none is named.
    """

    root: Path
    part: str = ""

    def path(self, sha256: str, suffix: str) -> Path:
        """Return where the file of bytes lies, or would lie."""
        return self.root / ARCHIVE / f"{sha256}{suffix}"

    def keep(self, content: bytes, suffix: str) -> str:
        """Keep bytes in a file, once; return their hash. Where they lie already, damaged, they are put right."""
        kept = Kept.of(content, suffix)
        path = self.path(kept.sha256, suffix)
        if not path.is_file() or not _is_whole(path.read_bytes(), kept.sha256):
            write_whole(path, content)
        return kept.sha256

    def keep_together(self, every: Iterable[Kept]) -> None:
        """Keep bytes in a pack, or in as many as they need, but for those that are in one of the part's already."""
        # Zips are known only where one is made or opened: every verb imports this module.
        from pipelines.steps.collect.zipped import packed

        known = {name for pack in self._packs() for name in _names(pack)}
        new = {kept.name: kept.content for kept in every if kept.name not in known}
        packs: list[dict[str, bytes]] = [{}] if new else []
        size = 0
        for name, content in sorted(new.items()):
            if len(packs[-1]) == _MOST or size + len(content) > _LARGEST:
                packs.append({})
                size = 0
            packs[-1][name] = content
            size += len(content)
        for pack in packs:
            content = packed(pack)
            write_whole(self._folder / f"{hashlib.sha256(content).hexdigest()}.zip", content)

    def get(self, sha256: str, suffix: str) -> bytes | None:
        """Return bytes that were kept; nothing where they are not there as they were kept."""
        path = self.path(sha256, suffix)
        content = path.read_bytes() if path.is_file() else None
        if content is not None and _is_whole(content, sha256):
            return content
        return next((found for found in self._packed(path.name) if _is_whole(found, sha256)), None)

    def packed(self) -> str:
        """Return which packs there are, and how large they are: another text where one of them is lost or cut short."""
        return " ".join(f"{pack.name}:{pack.stat().st_size}" for pack in self._packs())

    @property
    def _folder(self) -> Path:
        return self.root / ARCHIVE / PACKS / self.part

    def _packs(self) -> list[Path]:
        return sorted(self._folder.rglob("[!.]*.zip")) if self._folder.is_dir() else []

    def _packed(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a name from the packs that have it and can be read."""
        import zipfile  # as in ``keep_together``

        for pack in self._packs():
            if name in _names(pack):
                with pack.open("rb") as file, zipfile.ZipFile(file) as opened:
                    try:
                        yield opened.read(name)
                    except zipfile.BadZipFile:  # told by whoever finds the bytes nowhere
                        continue


def _is_whole(content: bytes, sha256: str) -> bool:
    return hashlib.sha256(content).hexdigest() == sha256


def _names(pack: Path) -> frozenset[str]:
    """Return what is in a pack; nothing where it cannot be opened."""
    stat = pack.stat()
    return _names_of(pack, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1024)
def _names_of(pack: Path, _size: int, _changed: int) -> frozenset[str]:
    import zipfile  # as in ``Archive.keep_together``

    try:
        with pack.open("rb") as file, zipfile.ZipFile(file) as opened:
            return frozenset(opened.namelist())
    except zipfile.BadZipFile:
        return frozenset()
