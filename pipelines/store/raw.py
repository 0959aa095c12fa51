"""The raw folder: the files of return sets, their ledgers, designs.

Belongs here: every read of a file below ``raw/``. Does not belong here: which folder is whose
(``pipelines.store.folders``), how a file is looked at (``pipelines.store.lying``); any write, for raw files are never
edited.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.steps.collect.raw_file import RawFile
from pipelines.store.folders import Folders
from pipelines.store.index import NOTHING_NOTED, Index
from pipelines.store.lying import (
    SETTLED,
    LyingFile,
    content_of,
    files_below,
    inside,
    is_at_rest,
    looked_at,
    lying_in,
    reason,
    seen_at,
    seen_here,
    table_at,
)
from pipelines.store.misplaced import Misplaced, misplaced, unknown_folders
from pipelines.store.raw_names import BESIDE, DESIGNS, LEDGER, known_by, left_behind, printable
from pipelines.store.remote import is_remote
from schemas.kept import decoded
from schemas.return_sets import BatchKey, ReturnSetKey
from schemas.sentences import SentenceError
from schemas.text import composed

_NO_FOLDER = "đây là thư mục, không được đọc; để sổ tính thiết kế ngay trong bieu-mau"


@dataclass(frozen=True)
class Raw(Folders):
    """The folders with what lies in them."""

    def paths(self, key: ReturnSetKey) -> dict[str, Path]:
        """Return the files that somebody put into the folder of a return set, by the name that each is known by.

        Raises:
            OSError: It cannot be looked into.
        """
        folder = self.folder(key)
        return {name: folder / own for name, own in known_by(lying_in(folder)[0]).items()}

    def files(self, key: ReturnSetKey, known: Index = NOTHING_NOTED) -> Iterator[RawFile]:
        """Yield the files of a return set, with their bytes; of a subfolder, which is not read, what lies in it.

        One whose bytes cannot be had is yielded with the reason, and stops none of the others. The bytes of one that
        lies there as it is noted are read when somebody asks for them.
        """
        within = self.folder(key)
        try:
            names, folders = lying_in(within)
        except OSError as error:
            yield RawFile(key.period, key.commune, "./", b"", reason(error))
            return
        now, remote, where = time.time_ns(), is_remote(within), str(within)
        for name, own in known_by(names).items():
            # From before it is read: what is written over it afterwards shows then by another time.
            seen = seen_at(within / own) if remote else seen_here(f"{where}/{own}")
            at_rest = seen if seen is not None and (remote or now - seen[1] > SETTLED) else None
            noted = known.get((key, name))
            if noted is not None and seen == noted[:3]:
                yield LyingFile(*key, name, (within, own), noted.sha256, at_rest)
            else:
                yield self._read(key, name, within / own, at_rest)
        for folder in folders:
            name = f"{printable(folder.name)}/"
            try:
                below = [path for path in files_below(folder) if not left_behind(path.name)]
            except OSError as error:
                yield RawFile(key.period, key.commune, name, b"", reason(error))
                continue
            listed = "\n".join(printable(path.relative_to(folder).as_posix()) for path in below)
            if listed:
                yield RawFile(key.period, key.commune, name, listed.encode())

    def _read(self, key: ReturnSetKey, name: str, path: Path, at_rest: tuple[int, int, int] | None = None) -> RawFile:
        return RawFile(key.period, key.commune, name, *content_of(path, self.root), at_rest)

    def glance(self, batch: BatchKey) -> str:
        """Return a hash of how all that lies in the folder of a batch looks: names, sizes, times of change.

        Nothing where something can change, or may have changed a moment ago, without looking different.
        """
        seen: list[bytes] = []
        folder = self.root / batch.period / batch.place
        folders = [folder] if batch.place == batch.folder else self.folders_of(batch)
        with suppress(OSError):
            if all(is_at_rest(os.fsencode(one), time.time_ns() - SETTLED, seen) for one in folders):
                seen += map(os.fsencode, folders)
                return hashlib.sha256(b"\0".join(seen)).hexdigest()
        return ""

    def arrived(self, key: ReturnSetKey) -> dict[str, datetime]:
        """Return when each file of a return set came to lie as it does, by name, as far as that can be told."""
        found = {}
        for name, path in self.paths(key).items():
            with suppress(OSError):
                found[name] = datetime.fromtimestamp(looked_at(path).st_mtime, UTC)
        return found

    def names(self, key: ReturnSetKey) -> list[str]:
        """Return the names of the files of a return set."""
        return list(self.paths(key))

    def file(self, key: ReturnSetKey, name: str) -> RawFile | None:
        """Return one file of a return set, with its bytes, or nothing where there is none of this name."""
        lying = self.paths(key)
        known = name if name in lying else composed(name)
        return self._read(key, known, lying[known]) if known in lying else None

    def lying(self, key: ReturnSetKey) -> dict[str, RawFile]:
        """Return all that lies in the folder of a return set and decides what it says, by name."""
        return {file.name: file for file in self.files(key)} | self.beside(key)

    def ledger_path(self, key: ReturnSetKey) -> Path:
        """Return where a return set's correction ledger lies, or would lie."""
        return self.folder(key) / LEDGER

    def ledger(self, key: ReturnSetKey) -> str | None:
        """Return the text of a return set's correction ledger, or nothing where there is none.

        Raises:
            SentenceError: It lies there and cannot be read.
        """
        file = self.beside(key).get(LEDGER)
        if file is not None and file.trouble:
            raise SentenceError(f"Sổ đính chính {self.ledger_path(key)} không đọc được: {file.trouble}.")
        return None if file is None else decoded(file.content)

    def beside(self, key: ReturnSetKey) -> dict[str, RawFile]:
        """Return what lies beside the workbooks and decides what a return set says, by name.

        One that lies there and cannot be read comes with the reason: that is not as if there were none.
        """
        folder = self.folder(key)
        found = {name: table_at(folder / name, self.root) for name in BESIDE}
        return {name: RawFile(key.period, key.commune, name, *one) for name, one in found.items() if one is not None}

    def designs(self) -> list[RawFile]:
        """Return the design workbooks that lie in ``bieu-mau``; one whose bytes cannot be had comes with the reason."""
        found = []
        for path in (path for path in inside(self.root / DESIGNS) if not left_behind(path.name)):
            what = (b"", _NO_FOLDER) if path.is_dir() else content_of(path, self.root)
            found.append(RawFile("", "", printable(path.name), *what))
        return found

    def misplaced(self) -> list[Misplaced]:
        """Return the workbooks in folders in which none is read (``pipelines.store.misplaced``)."""
        return misplaced(self)

    def unknown_folders(self) -> list[str]:
        """Return the folders below a period that are nobody's (``pipelines.store.misplaced``)."""
        return unknown_folders(self)
