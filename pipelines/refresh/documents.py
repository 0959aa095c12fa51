"""Documents that are made when somebody wants them, and where documents lie.

Belongs here: the annexes of a return set as published now, or of a release; the pages of a place above communes. Does
not belong here: what is in them (``pipelines.present``).
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.present.explorer.addresses import EXPLORER, INDEX
from pipelines.present.levels import Territory
from pipelines.present.rows import ReturnSetRows
from pipelines.refresh import batches
from pipelines.store import published
from pipelines.store.files import write_whole
from pipelines.store.place_tables import OF_PACK, OWN_PLACES, SHIPPED_PLACES, places_of
from pipelines.store.raw import Raw
from pipelines.store.releases import Release
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.places.place import Place
from schemas.return_sets import ReturnSetKey

# Word, Excel, the drawing of charts and of pages take a second to import: only where one is made, for the desk's pages
# ask this module where documents lie.

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


def annexes(raw: Raw, store: Store, key: ReturnSetKey, *, who: str) -> dict[str, bytes]:
    """Return the Word and the Excel annex of what is published of a return set, by file name; none is written."""
    from pipelines.present.report.files import files

    return files(_published(raw, store, key, who))


def _published(raw: Raw, store: Store, key: ReturnSetKey, who: str) -> ReturnSetRows:
    from pipelines.present import compared
    from pipelines.refresh.presenting import shown

    with batches.held_still(store, key, who=who):
        others = [ReturnSetKey(period, key.commune) for period in compared.periods(key.period)]
        earlier = {one.period: figures for one in others if (figures := published.figures(store, one))}
        return shown(raw.places, store, key, store.archive_of(store.part_of(key)), earlier)


def _of_territory(raw: Raw, store: Store, key: ReturnSetKey) -> list[Path]:
    from pipelines.present.explorer import site
    from pipelines.present.report.files import files

    rows = _published(raw, store, key, REPORT)
    for name, page in site.files(rows).items():
        write_whole(explorer_page(store, key, name), page.content())
    made = {store.root / REPORT / str(key) / name: content for name, content in files(rows).items()}
    for path, content in made.items():
        write_whole(path, content)
    return list(made)


def explorer_page(store: Store, key: ReturnSetKey, page: str = INDEX) -> Path:
    """Return where a page of a return set's site lies, or would lie: the start page where none is named."""
    return store.root / EXPLORER / str(key) / page


def place_pages(here: Territory, root: Path) -> Iterator[Path]:
    """Write the sites of a place above communes and of those within it; yield the start page of each, its own first.

    Args:
        here: The place, and what has come of it.
        root: The folder in which the sites come to lie, each by its period and place.
    """
    from pipelines.present.explorer import levels, render, site

    within = list(_within(here))
    known = {place.place.code for _, place in within}
    lying = {code for code in here.present if (root / str(ReturnSetKey(here.period, code)) / INDEX).is_file()}
    sites = [levels.PlaceSite(place, known | lying, up) for up, place in within]
    made: dict[str, list[levels.LevelPage]] = {}
    for chapter in CATALOGUE.chapters:
        figures = published.each_figure(here.store, here.period, chapter.code)
        for one in sites:
            shown = [one.here.place.code, *(part.code for part in one.here.parts)]
            own = figures.filter(pc.is_in(figures["place"], pa.array(shown, pa.string()))).to_pylist()
            page = one.chapter(chapter.code, chapter.title, {(row["place"], row["id"]): row for row in own})
            made.setdefault(one.here.place.code, []).extend([page] if page.figures else [])
    for one in sites:
        folder, chapters = root / str(ReturnSetKey(here.period, one.here.place.code)), made[one.here.place.code]
        pages: dict[str, levels.HtmlLevelPage] = {f"trace/{page.code}.html": page for page in chapters}
        pages |= {"findings.html": one.findings(), INDEX: one.start(map(levels.reach_of, chapters))}
        files = {name: render.static(name) for name in site.STATIC}
        files["data.js"] = render.data(levels.found_by_search(chapters))
        files |= {name: render.html(name, page) for name, page in pages.items()}
        for name, text in files.items():
            write_whole(folder / name, text.encode())
        yield folder / INDEX


def _within(here: Territory, up: Place | None = None) -> Iterator[tuple[Place | None, Territory]]:
    """Yield a place and all those above communes within it, each after the one above it, and with that."""
    yield up, here
    for part in here.parts:
        if part.level != "commune":
            yield from _within(here.within(part), here.place)


def release_report(release: Release) -> dict[str, bytes]:
    """Return the annexes of a release, by file name: of its frozen figures, with the places of its time.

    They compare with no other period, for the figures of none are frozen with it.
    """
    from pipelines.present.report.files import files
    from pipelines.refresh.presenting import shown

    of_packs = sorted(path.name for path in release.folder.glob(f"{OF_PACK}*"))
    own = (release.folder / name for name in (*SHIPPED_PLACES, *of_packs, OWN_PLACES))
    places = places_of(path.read_bytes() for path in own if path.is_file())
    key = ReturnSetKey(release.period, release.commune)
    return files(shown(places, release.tables, key, Store(release.data).archive), release.name)
