"""What the command line says of itself, in Vietnamese or in English.

Belongs here: which language that is, and looking a sentence up in the catalogues of ``pipelines/cli/locale``. Does not
belong here: data, which stays Vietnamese in either language (findings and what they suggest, labels, formulas, traces,
refusals of the ledger and of a release: whatever other modules word about the returns); making the catalogues
(``pipelines.cli.locale``).

Every verb imports this module, so it imports nothing that takes time.
"""

import gettext
import os
from functools import cache
from pathlib import Path

from schemas.sentences import SentenceError

LANGUAGE_VARIABLE = "RETURNS_LANG"
"""Chooses the language. ``LANG`` does not: officers' machines often say English there, whoever sits at them."""

LANGUAGES = ("vi", "en")
"""The source language, in which sentences stand in the code, and the one they are translated into."""

DOMAIN, TYPERS_DOMAIN = "returns", "typer"
"""Catalogues: of our own words, into English; of Typer's words, into Vietnamese."""


def language() -> str:
    """Return the language to speak.

    Raises:
        SentenceError: The environment names another.
    """
    chosen = os.environ.get(LANGUAGE_VARIABLE) or LANGUAGES[0]
    if chosen not in LANGUAGES:
        raise SentenceError(f"{LANGUAGE_VARIABLE} ghi «{chosen}»; chỉ nhận {' hoặc '.join(LANGUAGES)}.")
    return chosen


def translated(text: str) -> str:
    """Return a sentence of the code in the language to speak; open places are filled in after that."""
    return _catalogue(language()).gettext(text) if text else text  # gettext has its own notes below the empty text


def later(text: str) -> str:
    """Mark a text for the catalogue that is looked up only where it is shown, and return it as it is."""
    return text


def either(words: tuple[str, str]) -> str:
    """Return the word in the language to speak, of a Vietnamese and an English one."""
    return words[LANGUAGES.index(language())]


def teach_typer() -> None:
    """Let Typer say its own words in the language to speak.

    It looks them up by gettext, in whichever catalogue is the process's default, and in the language that the standard
    variable names before all others.
    """
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain(TYPERS_DOMAIN, _folder())
    gettext.textdomain(TYPERS_DOMAIN)


@cache
def _catalogue(chosen: str) -> gettext.NullTranslations:
    if chosen == LANGUAGES[0]:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, _folder(), [chosen])


def _folder() -> str:
    return str(Path(__file__).with_name("locale"))
