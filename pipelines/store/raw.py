"""The raw folder: return sets, their files, their ledger; and the fingerprint that says whether anything changed.

Belongs here: every read below ``raw/``. Does not belong here: any write, for raw files are never edited.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from pipelines.steps.collect.raw_file import RawFile
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey

LEDGER, PRINTED, PLACES = "corrections.csv", "printed.csv", "places.csv"
SHIPPED_PLACES = ("places.csv", "desks.csv")
"""The tables of places that come with the software."""

OWN_PLACES = "raw-places.csv"
"""What the raw folder's own ``places.csv`` is called beside the one that comes with the software."""

_NOT_RETURNS = frozenset({LEDGER, PRINTED, PLACES})


@dataclass(frozen=True)
class Raw:
    """A folder ``<period>/<commune>/`` of workbooks."""

    root: Path

    def return_sets(self) -> list[ReturnSetKey]:
        """Return every return set that has a folder and whose commune is known, oldest first."""
        found: list[ReturnSetKey] = []
        for period in sorted(folder.name for folder in self._folders(self.root)):
            try:
                Period.parse(period)
            except ValueError:
                continue
            found.extend(
                ReturnSetKey(period, commune.name)
                for commune in self._folders(self.root / period)
                if self.places.commune(commune.name)
            )
        return sorted(found)

    def unknown_folders(self) -> list[str]:
        """Return folders under a period whose name is no commune's code, so that they can be told of."""
        return [
            f"{period.name}/{commune.name}"
            for period in self._folders(self.root)
            for commune in self._folders(period)
            if not self.places.commune(commune.name)
        ]

    @staticmethod
    def _folders(root: Path) -> list[Path]:
        return (
            sorted(path for path in root.iterdir() if path.is_dir() and path.name[0] not in "._")
            if root.is_dir()
            else []
        )

    def _names(self, key: ReturnSetKey) -> Iterator[Path]:
        folder = self.root / key.period / key.commune
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.is_file() and not _is_left_behind(path) and path.name not in _NOT_RETURNS:
                yield path

    def files(self, key: ReturnSetKey) -> Iterator[RawFile]:
        """Yield the files of a return set, with their bytes; of a subfolder, which is not read, what lies in it."""
        for path in self._names(key):
            yield RawFile(key.period, key.commune, path.name, path.read_bytes())
        for folder in self._folders(self.root / key.period / key.commune):
            below = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_left_behind(path))
            listed = "\n".join(path.relative_to(folder).as_posix() for path in below)
            if listed:
                yield RawFile(key.period, key.commune, f"{folder.name}/", listed.encode())

    def names(self, key: ReturnSetKey) -> list[str]:
        """Return the names of the files of a return set."""
        return [path.name for path in self._names(key)]

    def file(self, key: ReturnSetKey, name: str) -> RawFile | None:
        """Return one file of a return set, with its bytes, or nothing where there is none of this name."""
        found = next((path for path in self._names(key) if path.name == name), None)
        return None if found is None else RawFile(key.period, key.commune, name, found.read_bytes())

    def ledger_path(self, key: ReturnSetKey) -> Path:
        """Return where a return set's correction ledger lies, or would lie."""
        return self.root / key.period / key.commune / LEDGER

    def ledger(self, key: ReturnSetKey) -> str | None:
        """Return the text of a return set's correction ledger, or nothing where there is none."""
        content = self.beside(key).get(LEDGER)
        return None if content is None else ledger_text(content)

    def printed(self, key: ReturnSetKey) -> str | None:
        """Return the text of what the plan of a return set prints, or nothing where there is none."""
        content = self.beside(key).get(PRINTED)
        return None if content is None else table_text(content)

    def beside(self, key: ReturnSetKey) -> dict[str, bytes]:
        """Return what lies beside the workbooks and decides what a return set says, with its bytes: ledger and plan."""
        folder = self.root / key.period / key.commune
        return {name: (folder / name).read_bytes() for name in (LEDGER, PRINTED) if (folder / name).is_file()}

    def hashes(self, key: ReturnSetKey) -> dict[str, str]:
        """Return file name to sha256 of everything that decides what a return set says, ledger and plan included."""
        contents = {file.name: file.content for file in self.files(key)} | self.beside(key)
        return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}

    def place_tables(self) -> dict[str, bytes]:
        """Return the place tables in the order in which a later one replaces rows of an earlier one."""
        shipped = resources.files("schemas.places")
        tables = {name: shipped.joinpath(name).read_bytes() for name in SHIPPED_PLACES}
        own = self.root / PLACES
        return tables | ({OWN_PLACES: own.read_bytes()} if own.is_file() else {})

    @cached_property
    def places(self) -> Places:
        """The places that come with the software, and those a ``places.csv`` in the raw folder adds."""
        return places_of(self.place_tables().values())


def _is_left_behind(path: Path) -> bool:
    """Return whether a file is one that an office program («~$», «.~lock») or a system leaves beside a workbook."""
    return path.name.startswith((".", "~$")) or path.name.casefold() in _OF_THE_SYSTEM


_OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini"})


def ledger_text(content: bytes) -> str:
    """Return a ledger's text; a line break inside a quoted cell text stays the one it is."""
    return content.decode("utf-8-sig", errors="replace")


def table_text(content: bytes) -> str:
    """Return the text of a table that people keep, its line breaks made alike."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig").read()


def places_of(tables: Iterable[bytes]) -> Places:
    """Return the places that tables describe, in the order of ``Raw.place_tables``."""
    return Places.parse(table_text(table) for table in tables)
