"""Documents that are made when somebody wants them, and where documents lie.

Belongs here: the annexes of a return set as published now, or of a release. Does not belong here: what is in them
(``pipelines.present``).
"""

from pathlib import Path

from pipelines.present.explorer.site import EXPLORER, INDEX
from pipelines.refresh import batches
from pipelines.store.files import write_whole
from pipelines.store.raw import OWN_PLACES, SHIPPED_PLACES, Raw, places_of
from pipelines.store.releases import Release
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey

REPORT = "report"


def report_of(raw: Raw, store: Store, key: ReturnSetKey, *, who: str) -> list[Path]:
    """Make the Word and the Excel annex of a return set, unless they are current; return where they lie.

    Of a commune in a territory's batch they are made each time, and the explorer's pages with them, for a refresh of so
    many communes makes neither.
    """
    batch = raw.batch_of(key)
    if batch.folder != key.commune:
        return _of_territory(raw, store, key)
    batches.refresh(raw, store, batch, who=who, wanted={REPORT}, only=True)
    rows = store.rows(REPORT, str(batch))
    return [] if rows is None else [store.root / name for name in rows["file"].to_pylist()]


def _of_territory(raw: Raw, store: Store, key: ReturnSetKey) -> list[Path]:
    from pipelines.present.explorer import site
    from pipelines.present.report.files import files
    from pipelines.refresh.presenting import shown

    with batches.held_still(store, key, who=REPORT):
        rows = shown(raw.places, store, key, store.archive_of(store.part_of(key)))
    for name, page in site.files(rows).items():
        write_whole(explorer_page(store, key, name), page.content())
    made = {store.root / REPORT / str(key) / name: content for name, content in files(rows).items()}
    for path, content in made.items():
        write_whole(path, content)
    return list(made)


def explorer_page(store: Store, key: ReturnSetKey, page: str = INDEX) -> Path:
    """Return where a page of a return set's site lies, or would lie: the start page where none is named."""
    return store.root / EXPLORER / str(key) / page


def release_report(release: Release) -> dict[str, bytes]:
    """Return the annexes of a release, by file name: of its frozen figures, with the places of its time."""
    from pipelines.present.report.files import files
    from pipelines.refresh.presenting import shown

    own = (release.folder / name for name in (*SHIPPED_PLACES, OWN_PLACES))
    places = places_of(path.read_bytes() for path in own if path.is_file())
    key = ReturnSetKey(release.period, release.commune)
    return files(shown(places, release.tables, key, Store(release.data).archive), release.name)
