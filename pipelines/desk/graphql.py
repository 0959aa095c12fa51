"""What a GraphQL request would do to Dagster.

Belongs here: reading a request as Dagster reads it, and telling whether it only asks. Does not belong here: who may
do it (``pipelines.desk.proxy``).
"""

import json
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSyntaxError, OperationDefinitionNode, OperationType, parse

MOST_CHARACTERS = 1_000_000
"""Of a request; those of Dagster's pages have a hundredth of it."""


class UnreadableError(ValueError):
    """Not a request that Dagster's pages would send."""


@dataclass(frozen=True)
class Asked:
    """What a request asks for."""

    body: bytes
    """What was read, written anew: Dagster gets this and not what was sent, so that it reads nothing else."""
    mutations: tuple[str, ...]
    """What it would change: the fields of its mutations, such as ``launchRun``; none for one that only asks."""


def asked(body: bytes) -> Asked:
    """Return what the JSON body of a request asks for.

    Raises:
        UnreadableError: It is none, or what it asks cannot be read.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError from None
    if not isinstance(told, dict) or not isinstance(told.get("query"), str):
        raise UnreadableError
    passed_on = {name: told[name] for name in ("query", "variables", "operationName") if told.get(name) is not None}
    return Asked(json.dumps(passed_on).encode(), mutations_of(told["query"]))


def mutations_of(query: str) -> tuple[str, ...]:
    """Return what a document would change, whichever of its operations is chosen.

    Raises:
        UnreadableError: It is no document.
    """
    if len(query) > MOST_CHARACTERS:
        raise UnreadableError
    try:
        document = parse(query, no_location=True)
    except (GraphQLSyntaxError, RecursionError):
        raise UnreadableError from None
    changing = [
        one
        for one in document.definitions
        if isinstance(one, OperationDefinitionNode) and one.operation is OperationType.MUTATION
    ]
    names = [_name(field) for one in changing for field in one.selection_set.selections]
    return tuple(names)


def _name(selection: Any) -> str:
    """Return the name of a field; of a fragment that stands in its place, that of the fragment."""
    return selection.name.value if getattr(selection, "name", None) else "…"
