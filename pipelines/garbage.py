"""Garbage: how often Python looks for circles of objects that nobody uses.

Belongs here: looking less often than at Python's own pace, which goes through all that was imported again and again,
and through Dagster's objects too: a tenth of the time of a quick verb. Does not belong here: any object.
"""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_ALLOCATIONS = 100_000
"""After how many new objects they are looked for, where Python's own number is 700."""


def seldom_looked_for() -> None:
    """Look seldom for the rest of this process, and no more at its end, with which all goes that there is."""
    gc.set_threshold(_ALLOCATIONS)
    atexit.register(gc.freeze)


@contextmanager
def seldom() -> Iterator[None]:
    """Look seldom for the time being."""
    before = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
