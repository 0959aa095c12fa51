"""Return sets and batches: one commune and one period, and what is worked on together; how everybody names them.

Belongs here: the two keys and their spellings. Does not belong here: where a return set lies, which batch it is in
(``pipelines.store.raw``), who is expected in it (``schemas.places``).
"""

from typing import NamedTuple

from schemas.periods import Period


class ReturnSetKey(NamedTuple):
    """One commune and one period: the unit of acceptance.

    It is equal to the plain pair of period and commune, as a row of two columns of a table gives it. Keys sort by
    period, then by commune.
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
        period, _, commune = key.partition("_")
        return cls(Period.parse(period).code, commune)


class BatchKey(NamedTuple):
    """What lies in one folder below a period: the unit of work, and of a Dagster partition.

    The folder of a commune holds one return set; that of a territory holds one for each commune that has a folder in
    it. Keys sort by period, then by folder.
    """

    period: str
    """Code of the period, ``2024-H1``."""
    folder: str
    """Name of the folder, which is the code of a commune or of what it lies in: ``huu-kien``, ``chi-lang``."""

    def __str__(self) -> str:
        """Return the partition key, ``2024-H1_huu-kien``."""
        return f"{self.period}_{self.folder}"

    @classmethod
    def parse(cls, key: str) -> "BatchKey":
        """Read a partition key.

        Raises:
            ValueError: The period in it is no period.
        """
        period, _, folder = key.partition("_")
        return cls(Period.parse(period).code, folder)
