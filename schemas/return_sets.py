"""Return sets and batches: one commune and one period, and what is worked on together; how everybody names them.

Belongs here: the two keys and their spellings, what names its rows and values in tables, and into how many batches a
large territory is cut. Does not belong here: where a return set lies, which batch it is in (``pipelines.store.raw``),
who is expected in it (``schemas.places``).
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from schemas.periods import Period


class ReturnSetKey(NamedTuple):
    """One commune and one period: the unit of acceptance.

    It is equal to the plain pair of period and commune, as a row of two columns of a table gives it.
    """

    period: str
    """Code of the period, ``2024-H1``."""
    commune: str
    """Code of the commune, ``huu-kien``."""

    def __str__(self) -> str:
        """Return how it is written, ``2024-H1_huu-kien``."""
        return f"{self.period}_{self.commune}"

    @classmethod
    def parse(cls, key: str) -> "ReturnSetKey":
        """Read what ``str`` gives.

        Raises:
            ValueError: The period in it is no period.
        """
        return cls(*_parsed(key))


COMMUNE, PLACE = "commune", "place"


def commune_column(family: str) -> str:
    """Return the column in which the tables of a family name the commune of a row: figures are of places, which it is.

    It stands here, and the tables call their columns so, because a trace asks for it and loads no table's columns.
    """
    return PLACE if family in ("figures", "levels", "sums") else COMMUNE


VALUE_KEY = ("form", "field", "reporter", "line")
"""The columns that name one value of a return set."""

MOST = 400
"""Communes that a batch has, more or less: what one process works on at a time, and holds in memory."""

_CUT = "~"
"""Stands in no code of a place."""


class BatchKey(NamedTuple):
    """What lies in one folder below a period: the unit of work, and of a Dagster partition.

    The folder of a commune holds one return set; that of a territory holds one for each commune that has a folder in
    it. That of a territory with very many communes is cut into several batches.
    """

    period: str
    """Code of the period, ``2024-H1``."""
    folder: str
    """Name of the folder, which is the code of a commune or of what it lies in: ``huu-kien``, ``chi-lang``; where that
    is cut, with the number of the batch, ``lang-son~2``."""

    def __str__(self) -> str:
        """Return the partition key, ``2024-H1_huu-kien``."""
        return f"{self.period}_{self.folder}"

    @classmethod
    def parse(cls, key: str) -> "BatchKey":
        """Read a partition key.

        Raises:
            ValueError: The period in it is no period.
        """
        return cls(*_parsed(key))

    @property
    def place(self) -> str:
        """Code of the commune or territory whose folder it is, or is cut from."""
        return self.folder.partition(_CUT)[0]

    @classmethod
    def within(cls, period: str, territory: str, commune: str, communes: int) -> "BatchKey":
        """Return the batch of a commune in the folder of a territory that has so many communes, sent or not.

        In which it is follows from its code, so that none moves when another commune sends, or is named in the tables
        of places; only where a territory outgrows a power of two times ``MOST`` each of its batches becomes two.
        """
        parts = 1
        while communes > parts * MOST:
            parts *= 2
        if parts == 1:
            return cls(period, territory)
        number = int.from_bytes(hashlib.sha256(commune.encode()).digest()[:8]) % parts
        return cls(period, f"{territory}{_CUT}{number + 1}")


def _parsed(key: str) -> tuple[str, str]:
    """Return the code of the period in a key, and what stands behind it."""
    period, _, name = key.partition("_")
    return Period.parse(period).code, name


_Key = TypeVar("_Key", ReturnSetKey, BatchKey)


def oldest_first(keys: Iterable[_Key]) -> list[_Key]:
    """Return keys in the order of their periods, those of one period by name."""
    keys = sorted(keys, key=lambda key: key[1])
    rank = {code: at for at, code in enumerate(sorted({key.period for key in keys}, key=Period.parse))}
    return sorted(keys, key=lambda key: rank[key.period])
