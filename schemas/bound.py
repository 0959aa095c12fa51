"""What a process makes when it is first asked for, and anew once what it is made of is another.

Belongs here: that holder. Does not belong here: what is held (``schemas.catalogue``, ``schemas.flow``).
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Source = TypeVar("Source")


class Bound(Generic[Source]):
    """Stands for what is made of a source, as that is now; whoever has imported it asks that."""

    __slots__ = ("_made", "_make", "_source")

    def __init__(self, make: Callable[[Source], Any], source: Callable[[], Source]) -> None:
        """Make nothing yet.

        Args:
            make: Makes it.
            source: Gives what it is made of; the very same object as long as nothing has to be made anew.
        """
        self._make, self._source = make, source
        self._made: tuple[Source, Any] | None = None

    def _now(self) -> Any:
        source, made = self._source(), self._made
        if made is None or made[0] is not source:
            # In one step, for another thread may ask meanwhile.
            made = self._made = source, self._make(source)
        return made[1]

    def __getattr__(self, name: str) -> Any:
        """Return what it has by a name."""
        return getattr(self._now(), name)

    def __getitem__(self, key: Any) -> Any:
        """Return what it has under a key."""
        return self._now()[key]
