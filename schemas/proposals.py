"""Proposals: the ways to mend what a finding is about, and how the column ``proposed`` of a finding keeps them.

Belongs here: what a way is, writing and reading the column. Does not belong here: how a way is found
(``pipelines.steps.validate.advise``), taking one, which only a person does. Imports only the standard library, so that
pages and verbs that answer quickly can use it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.listed import first_of
from schemas.outcomes import Severity


@dataclass(frozen=True)
class Proposal:
    """One way to mend what a finding is about."""

    words: str
    changes: tuple[tuple[str, str], ...] = ()
    """The cells and what would stand in them; none where that is not known of every cell."""


def as_kept(ways: Iterable[Proposal]) -> str:
    """Return proposals as a table keeps them beside their words."""
    kept = [[one.words, one.changes] for one in ways]
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def proposals(kept: str | None) -> list[Proposal]:
    """Return the proposals that a table keeps; what a release says keeps none beside its words."""
    ways = json.loads(kept) if kept else ()
    return [Proposal(words, tuple((cell, new) for cell, new in changes)) for words, changes in ways]


def expects_what_its_edit_asks(finding: Mapping[str, str]) -> bool:
    """Return whether the number that a finding on edits expects is what its edit asks for, and not a proposal.

    Only an error may expect what its first way proposes for its first cell. Of those that a release tells of it is not
    kept which they do, and nothing is said of them.
    """
    if finding["severity"] != Severity.ERROR:
        return True
    first, *_ = *proposals(finding["proposed"]), Proposal("")
    return bool(finding["edits"]) and first.changes != ((first_of(finding["cells"]), finding["expected"]),)
