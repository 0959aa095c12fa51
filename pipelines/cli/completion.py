"""What can come next on the command line, for the shell to offer at the Tab key.

Belongs here: the values that exist, of arguments and options, from the outputs, the raw folder and the forms. Does not
belong here: whether a value is right, which the verb says; the shell's side of it (``returns --install-completion``).

An offer is a value with what it means, which some shells show beside it. Every function takes the command so far and
what has been typed of the value. Where something cannot be read there is nothing to offer, and nobody is told so: the
verb will say it.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import typer

from pipelines.settings import Settings

Offers = list[tuple[str, str]]


def _offered(
    source: Callable[[typer.Context], Iterable[tuple[str, str]]],
) -> Callable[[typer.Context, str], Offers]:
    """Make of all values there are those that begin as typed, each once, as the shell takes them."""

    def offers(context: typer.Context, typed: str) -> Offers:
        try:
            found = dict(source(context))
        except (ValueError, OSError, RuntimeError):
            return []
        return [(_typeable(value), meaning) for value, meaning in found.items() if value.startswith(typed)]

    # Not by functools.wraps: Typer reads the types of the parameters, and would find those of the source.
    offers.__name__, offers.__doc__ = source.__name__, source.__doc__
    return offers


def _typeable(value: str) -> str:
    """Return a value as it can be typed: bash puts it on the line as it is, the other shells quote it themselves."""
    return re.sub(r"([^\w.,:@%+/=-])", r"\\\1", value) if _shell() == "bash" else value


def _shell() -> str:
    return os.environ.get("_RETURNS_COMPLETE", "").partition("_")[2]


@_offered
def figures(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the ids of the published figures."""
    from pipelines.store import published

    store, sets = _tables(context)
    for key in sets:
        for row in published.figures(store, key):
            yield row["id"], row["label"]


@_offered
def chapters(_: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the chapters that are declared."""
    from schemas.catalogue import CATALOGUE

    for chapter in CATALOGUE.chapters:
        yield chapter.code, chapter.title


@_offered
def files(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the files that were read."""
    from pipelines.store import published

    store, sets = _tables(context)
    for key in sets:
        for row in published.files(store, key):
            yield row["file"], ""


@_offered
def sheets(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the sheets of the file that is named."""
    for row in _filled(context):
        yield row["sheet"], ""


@_offered
def cells(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the filled cells of the sheet that is named, with what they say."""
    from schemas.text import fold

    wanted = fold(_given(context, "sheet"))
    for row in _filled(context):
        if fold(row["sheet"]) == wanted:
            yield row["cell"], str(row["text"])


@_offered
def periods(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the periods with returns, or with outputs."""
    commune = _given(context, "commune")
    for period, one in _sets(context):
        if commune in ("", one):
            yield period, ""


@_offered
def communes(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the communes with returns, or with outputs."""
    period = _given(context, "period")
    for one, commune in _sets(context):
        if period in ("", one):
            yield commune, ""


@_offered
def places(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the places above communes in which communes have returns, or outputs."""
    from pipelines.store.raw import Raw

    places = Raw(_settings(context).raw).places
    for _, commune in _sets(context):
        for place in places.ancestors(commune) if places.commune(commune) else ():
            yield place.code, place.title


@_offered
def releases(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the releases there are."""
    from pipelines.store import releases

    for name in releases.names(_settings(context).data):
        yield name, ""


@_offered
def forms(_: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer the forms that are declared."""
    from schemas.catalogue import CATALOGUE

    for form in CATALOGUE.forms:
        yield form.code, form.heading


@_offered
def reporters(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Offer who reports the form that is named."""
    from pipelines.store.raw import Raw
    from schemas.catalogue import CATALOGUE

    # Typer leaves the arguments unread where an option still lacks its value.
    form = CATALOGUE.by_code.get(_given(context, "code") or next(iter(context.args), ""))
    if form is None:
        return
    wanted = _given(context, "commune")
    places = Raw(_settings(context).raw).places
    named = dict.fromkeys(one for _, one in _sets(context) if wanted in ("", one))
    for commune in (one for one in named if places.has(one, form.code)):
        for place in places.reporters(commune, form.reporter_kind):
            yield place.code, place.title


def _given(context: typer.Context, name: str) -> str:
    return str(context.params.get(name) or "")


def _settings(context: typer.Context) -> Settings:
    from pipelines.store.designs import use

    settings = Settings.of(_given(context, "raw"), _given(context, "data"))
    use(settings.data)
    return settings


def _sets(context: typer.Context) -> list[tuple[str, str]]:
    """Return period and commune of every return set that has a folder or outputs, the latest period first."""
    from pipelines.store.published import checked_sets
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = _settings(context)
    found = {*checked_sets(Store(settings.data))}
    if settings.raw.is_dir():
        found |= set(Raw(settings.raw).return_sets())
    return sorted(found, reverse=True)


def _tables(context: typer.Context) -> tuple[Any, list[Any]]:
    """Return the store to answer from, and the return sets in it that the command so far leaves."""
    from pipelines.store import published, releases
    from pipelines.store.tables import Store

    settings = _settings(context)
    if name := _given(context, "release"):
        frozen = releases.found(settings.data, name)
        return frozen.tables, [frozen.key]
    store = Store(settings.data)
    period, commune = _given(context, "period"), _given(context, "commune")
    return store, [
        key for key in published.checked_sets(store) if period in ("", key.period) and commune in ("", key.commune)
    ]


def _filled(context: typer.Context) -> Iterator[Any]:
    from pipelines.store import published

    store, sets = _tables(context)
    for key in sets:
        yield from published.filled(store, key, _given(context, "file"))
