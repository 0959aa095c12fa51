"""The message catalogues, and making them: ``python -m pipelines.cli.locale``, or ``make messages``.

Belongs here: which texts of which sources go into which catalogue, and writing catalogues anew so that translations
are kept. Does not belong here: looking a text up (``pipelines.cli.messages``), which must not import Babel. A person
writes the translations, into the ``.po`` files.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import typer.core
from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from pipelines.cli.messages import DOMAIN, TYPERS_DOMAIN

_HERE = Path(__file__).parent
_FIXED = datetime(2024, 1, 1, tzinfo=UTC)
"""In place of the time of writing, so that the same sources give the same bytes."""


@dataclass(frozen=True)
class Messages:
    """One catalogue: of a domain, in a language, from the calls of some functions in some sources."""

    domain: str
    language: str
    title: str
    sources: tuple[Path, ...]
    functions: tuple[str, ...]
    folder: Path = _HERE

    @property
    def po(self) -> Path:
        """The file with the translations, to be edited."""
        return self.folder / self.language / "LC_MESSAGES" / f"{self.domain}.po"

    @property
    def mo(self) -> Path:
        """The file that is looked up in."""
        return self.po.with_suffix(".mo")

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the texts to translate, each with the name of its source's file."""
        keywords = dict.fromkeys(self.functions)
        for source in self.sources:
            for _, text, _, _ in extract_from_file(_READERS[source.suffix], source, keywords):
                assert isinstance(text, str)
                yield text, source.name

    def catalogue(self) -> Catalog:
        """Return the texts of the sources as they are now, with the translations there are."""
        made = Catalog(
            self.language,
            self.domain,
            header_comment=f"# {self.title}",
            project=DOMAIN,
            version="0",
            msgid_bugs_address="-",
            last_translator="-",
            language_team=self.language,
            creation_date=_FIXED,
            revision_date=_FIXED,
            fuzzy=False,
        )
        known = self.read() if self.po.exists() else Catalog()
        for text, source in self.texts():
            there = known.get(text)
            made.add(text, there.string if there else "", locations=[(source, 0)])
        return made

    def read(self) -> Catalog:
        """Return the catalogue as it lies on disk."""
        with self.po.open("rb") as file:
            return read_po(file, self.language, self.domain)

    def written(self) -> tuple[bytes, bytes]:
        """Return what the two files should hold."""
        po, mo = BytesIO(), BytesIO()
        made = self.catalogue()
        write_po(po, made, width=120, include_lineno=False)
        write_mo(mo, made)
        return po.getvalue(), mo.getvalue()


_READERS = {".py": "python", ".html": "jinja2"}
"""How Babel reads a source."""

_DESK = _HERE.parents[1] / "desk"


def _modules(folder: Path) -> Iterable[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.parent != _HERE)


CATALOGUES = (
    Messages(
        DOMAIN,
        "en",
        "What the command line says of itself, in English.",
        tuple(_modules(_HERE.parent)),
        ("_", "translated", "later"),
    ),
    Messages(
        "django",
        "en",
        "What the desk says of itself, in English.",
        (*_modules(_DESK), *sorted((_DESK / "templates").glob("*.html"))),
        ("_", "later"),
        _DESK / "locale",
    ),
    Messages(
        TYPERS_DOMAIN,
        "vi",
        "Typer's own words, in Vietnamese.",
        (Path(typer.core.__file__), _HERE.parent / "usage.py"),
        ("_", "typers"),
    ),
)


def main() -> None:
    """Write all catalogues anew, and name the texts that still want a translation."""
    for messages in CATALOGUES:
        messages.po.parent.mkdir(parents=True, exist_ok=True)
        for path, content in zip((messages.po, messages.mo), messages.written(), strict=True):
            path.write_bytes(content)
        for message in messages.read():
            if message.id and not message.string:
                print(f"{messages.po}: {message.id!r} is not translated.")
