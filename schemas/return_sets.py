"""Return sets: one commune and one period, and the one shape in which everybody names them.

Belongs here: the key and its two spellings. Does not belong here: where a return set lies (``pipelines.store.raw``),
who is expected in it (``schemas.places``).
"""

from typing import NamedTuple

from schemas.periods import Period


class ReturnSetKey(NamedTuple):
    """One commune and one period: the unit of work, of acceptance, and of a Dagster partition.

    It is equal to the plain pair of period and commune, as a row of two columns of a table gives it. Keys sort by
    period, then by commune.
    """

    period: str
    """Code of the period, ``2024-H1``."""
    commune: str
    """Code of the commune, ``huu-kien``."""

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
