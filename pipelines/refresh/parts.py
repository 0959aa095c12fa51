"""Parts: what is refreshed together, and what lies above it.

Belongs here: their names and order. Does not belong here: what is known of a part (``pipelines.store.state``).
"""

from dataclasses import dataclass

from schemas.flow import OFFICE, Extent
from schemas.return_sets import BatchKey


@dataclass(frozen=True)
class Part:
    """What is refreshed together: a batch, all of a period, or the whole office.

    Args:
        name: Its name in paths and partitions.
        extent: Which of the three it is.
    """

    name: str
    extent: Extent

    @classmethod
    def of(cls, batch: BatchKey) -> "Part":
        """Return the part that a batch is."""
        return cls(str(batch), Extent.BATCH)

    @property
    def batch(self) -> BatchKey:
        """The batch that it is."""
        return BatchKey.parse(self.name)

    def above(self) -> tuple["Part", ...]:
        """Return the parts that are made of this one too, in the order in which they can be made."""
        office = Part(OFFICE, Extent.OFFICE)
        if self.extent is Extent.BATCH:
            return (Part(self.batch.period, Extent.PERIOD), office)
        return (office,) if self.extent is Extent.PERIOD else ()
