"""What every page on returns begins with: the folders, and the return set that its address names.

Belongs here: these two. Does not belong here: a page.
"""

from django.http import Http404

from pipelines.desk import board
from pipelines.settings import Settings
from pipelines.store.raw import Raw
from pipelines.store.remembered import RememberingStore
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey


def folders() -> tuple[Raw, Store]:
    """Return the raw folder and the output folder as they are now."""
    settings = Settings.of()
    return Raw(settings.raw), RememberingStore(settings.data)


def named(raw: Raw, store: Store, key: str) -> ReturnSetKey:
    """Return the return set that an address names.

    Raises:
        Http404: There is none.
    """
    found = next((one for one in board.sets(raw, store) if str(one) == key), None)
    if found is None:
        raise Http404
    return found
