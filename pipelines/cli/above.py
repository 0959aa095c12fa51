"""What verbs do for a place above communes: ``findings``, ``figures``, ``trace`` and ``report`` with ``--place``.

Belongs here: which place is meant, and printing. Does not belong here: reading tables (``pipelines.store.published``),
what is said of such a place (``pipelines.present.levels``).
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pipelines.cli.base import CLEAN, HELD, fail
from pipelines.cli.messages import either
from pipelines.cli.messages import translated as _
from pipelines.cli.options import Format, one_period
from pipelines.cli.output import print_json, print_rows, print_table, print_tree
from pipelines.settings import Settings
from schemas.outcomes import Severity, Status
from schemas.periods import Period
from schemas.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.present.levels import Territory
    from schemas.places import Places
    from schemas.return_sets import ReturnSetKey


def refuse_contradictions(raw: str, place: str, commune: str, release: str) -> None:
    """End here where a place is asked for beside a commune that does not lie in it, or of a release."""
    if place and commune not in ("", place):
        from pipelines.store.raw import Raw

        if not Raw(Settings.of(raw, "").raw).places.lies_in(commune, place):
            words = _("--place {place} và --commune {commune} chỉ hai nơi khác nhau. Bỏ một trong hai.")
            fail(words.format(place=place, commune=commune))
    if place and release:
        fail(_("Bản phát hành chỉ giữ chỉ tiêu của xã, không có của cấp trên. Bỏ --place, hoặc bỏ --release."))


def figures(raw: str, data: str, period: str, place: str) -> tuple[list[dict[str, Any]], bool] | None:
    """Return the figures of a place above the communes, and whether a form is held back in one of its communes.

    Nothing where the place is a commune.
    """
    from pipelines.present.levels import said_of
    from pipelines.store import published

    found = territory(raw, data, period, place)
    if found is None:
        return None
    rows = published.figures_above(found.store, found.period, place)
    if not rows:
        _refuse(found.places, place, found.period)
    told = [{**row, **said_of(found, found.place, row["forms"].split(), row)} for row in rows]
    return told, not found.come.held.keys().isdisjoint(found.communes)


def territory(raw: str, data: str, period: str, place: str) -> "Territory | None":
    """Return the place above communes that is meant; nothing where the place is a commune."""
    from pipelines.present.levels import Territory
    from pipelines.store import published
    from pipelines.store.raw import Raw

    store, one = one_period(raw, data, period)
    if any(key.commune == place for key in published.checked_sets(store)):
        return None
    places = Raw(Settings.of(raw, data).raw).places
    found = places.place_above(place)
    if found is None:
        _refuse(places, place, one)
    return Territory(store, places, one, found)


def _refuse(places: "Places", place: str, period: str) -> NoReturn:
    """End here: there is no such place, or nothing has come of it."""
    found = places.commune(place) or places.place_above(place)
    if found is not None:
        words = _("{name} («{place}») chưa có chỉ tiêu nào trong kỳ {period}: chưa gửi báo cáo nào.")
        fail(words.format(name=found.title, place=place, period=Period.parse(period).title))
    if near := places.named_like(place):
        offered = ", ".join(f"{one.code} ({one.title})" for one in near)
        fail(_("Không có địa bàn «{place}». Gần nhất: {near}.").format(place=place, near=offered))
    fail(_("Không có địa bàn «{place}». Xem mã địa bàn trong places.csv.").format(place=place))


def print_findings(found: "Territory", raw: str, output: Format) -> int:
    """Print the findings of the communes of a place: counted by commune and form, or all; return the exit code."""
    from pipelines.present.levels import COUNT_HEADINGS
    from schemas import tables

    listed = list(found.come.listed())
    rows = [{**row, "commune": key.commune} for key, own in listed for row in own]
    gone = print_missing(raw, [key for key, _ in listed], output)
    if output is Format.TABLE:
        print("\n".join(found.lines()), end="\n\n")
        if counts := list(found.counts()):
            headings = {name: either(words) for name, words in COUNT_HEADINGS.items()}
            states = {"": "", **{str(one): either(WORDS[f"state.{one}"]) for one in Status}}
            print_table("", headings, [{**row, "status": states[row["status"]]} for row in counts])
        else:
            print(_("Không có phát hiện nào."))
    else:
        print_rows(output, ("commune", *tables.in_folder(tables.TOLD)), rows)
    return HELD if gone or any(row["severity"] == Severity.ERROR for row in rows) else CLEAN


def print_missing(raw: str, keys: "Iterable[ReturnSetKey]", output: Format) -> bool:
    """Print, beside rows that other programs read, which return sets no run reads any more; return whether any."""
    from pipelines.store.raw import Raw

    returns = Raw(Settings.of(raw, "").raw)
    told = [said for key in keys if (said := returns.missing(key))]
    for said in told:
        print(said, file=sys.stdout if output is Format.TABLE else sys.stderr)
    return bool(told)


def print_trace(found: "Territory", figure: str, output: Format) -> None:
    """Print a figure of a place with the places one level below."""
    from pipelines.present import levels

    traced = levels.trace(found, figure)
    if output is Format.JSON:
        print_json(traced)
    elif output is Format.CSV:
        print_rows(output, levels.PART_COLUMNS, traced["parts"])
    else:
        print_tree(levels.tree(traced))


def write_pages(found: "Territory", folder: Path | None) -> None:
    """Write the pages of a place and of those within it, into the output folder or another; name the start pages."""
    from pipelines.present.explorer.addresses import EXPLORER
    from pipelines.refresh import documents

    for page in documents.place_pages(found, folder or found.store.root / EXPLORER):
        print(page)
