"""What a GraphQL request would do to Dagster.

Belongs here: reading a request as Dagster reads it, and telling whether it only asks. Does not belong here: who may
do it (``pipelines.desk.proxy``).
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    parse,
)

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
    """Return what a document would change, whichever of its operations is chosen; each name once.

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
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    return tuple(dict.fromkeys(_fields(changing, fragments)))


def _fields(
    operations: Sequence[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    """Yield the fields of operations, those that stand in fragments too.

    A fragment that is not there, or has been unfolded before, is yielded by its own name: there is always one.
    """
    folded = dict(fragments)
    left = deque[SelectionNode](field for one in operations for field in one.selection_set.selections)
    while left:
        one = left.popleft()
        if isinstance(one, InlineFragmentNode):
            left.extendleft(reversed(one.selection_set.selections))
        elif isinstance(one, FragmentSpreadNode) and one.name.value in folded:
            left.extendleft(reversed(folded.pop(one.name.value).selection_set.selections))
        elif isinstance(one, FieldNode | FragmentSpreadNode):
            yield one.name.value
