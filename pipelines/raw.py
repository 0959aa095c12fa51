"""The raw folder: return sets, their files, their ledger; and the fingerprint that says whether anything changed.

Belongs here: every read below ``raw/``. Does not belong here: any write, for raw files are never edited.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from pipelines.steps.read import RawFile
from schemas.periods import Period
from schemas.places import Places

LEDGER, PRINTED, PLACES = "corrections.csv", "printed.csv", "places.csv"
_NOT_RETURNS = frozenset({LEDGER, PRINTED})


@dataclass(frozen=True, order=True)
class ReturnSetKey:
    """One commune and one period: the unit of work, of acceptance, and of a Dagster partition."""

    period: str
    commune: str

    def __str__(self) -> str:
        """Return the partition key, ``2024-H1_huu-kien``."""
        return f"{self.period}_{self.commune}"

    @classmethod
    def parse(cls, key: str) -> "ReturnSetKey":
        """Read a partition key.

        Raises:
            ValueError: The period in it is no period.
        """
        period, _, commune = key.partition("_")
        return cls(Period.parse(period).code, commune)

    @property
    def pair(self) -> tuple[str, str]:
        """Period and commune, as the steps take them."""
        return self.period, self.commune


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
            # «~$» and «.~lock» are what office programs leave beside an open workbook.
            if path.is_file() and not path.name.startswith((".", "~$")) and path.name not in _NOT_RETURNS:
                yield path

    def files(self, key: ReturnSetKey) -> Iterator[RawFile]:
        """Yield the files of a return set, with their bytes."""
        for path in self._names(key):
            yield RawFile(key.period, key.commune, path.name, path.read_bytes())

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
        path = self.ledger_path(key)
        # Bytes, since reading as text would turn a line break inside a quoted cell text into another.
        return path.read_bytes().decode("utf-8-sig", errors="replace") if path.is_file() else None

    def printed(self, key: ReturnSetKey) -> str | None:
        """Return the text of what the plan of a return set prints, or nothing where there is none."""
        path = self.root / key.period / key.commune / PRINTED
        return path.read_text(encoding="utf-8-sig") if path.is_file() else None

    def hashes(self, key: ReturnSetKey) -> dict[str, str]:
        """Return file name to sha256 of everything that decides what a return set says, ledger and plan included."""
        folder = self.root / key.period / key.commune
        paths = [*self._names(key), *(folder / name for name in (LEDGER, PRINTED) if (folder / name).is_file())]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    @cached_property
    def places(self) -> Places:
        """The places that come with the software, and those a ``places.csv`` in the raw folder adds."""
        tables = [
            resources.files("schemas.places").joinpath(name).read_text("utf-8") for name in ("places.csv", "desks.csv")
        ]
        own = self.root / PLACES
        return Places.parse([*tables, own.read_text(encoding="utf-8-sig")] if own.is_file() else tables)
