"""From what the rows of return sets are accepted: the lists of all that lay in the raw folder, now and before.

Belongs here: which return sets changed by these, which list a mart names, and that the archive keeps all they name.
Does not belong here: what a list says (``pipelines.store.received``), whether rows are accepted
(``pipelines.steps.validate.gate``).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from pipelines.refresh import stamps
from pipelines.refresh.stale import Inputs, is_archived, lists_of
from pipelines.store.archive import PACKS, RECEIVED, Archive, Kept
from pipelines.store.received import accepted_from
from pipelines.store.state import State, Written
from schemas.return_sets import ReturnSetKey


@dataclass
class Acceptance:
    """The lists of the return sets of a part.

    Args:
        inputs: What lay in the raw folder.
        known: What was known of the part before.
    """

    inputs: Inputs
    known: State
    _lists_known: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _noted: list[bytes] = field(default_factory=list)

    @cached_property
    def lists(self) -> Mapping[ReturnSetKey, bytes]:
        """The list of all that lay in the raw folder, by return set: what its rows of a mart are accepted from."""
        return self.inputs.received.listed(stamps.code_version())

    @cached_property
    def _entering(self) -> Mapping[ReturnSetKey, str]:
        """The hashes of these lists."""
        return {key: stamps.sha256(content) for key, content in self.lists.items()}

    @cached_property
    def changed(self) -> tuple[ReturnSetKey, ...]:
        """The return sets of the batch of which something else was received than when all of it was last made."""
        if len(self.lists) < 2:
            return tuple(self.lists)
        before = self._lists_in(self.known.received)
        return tuple(key for key, sha256 in self._entering.items() if before.get(key.commune) != sha256)

    @cached_property
    def received(self) -> str:
        """The hash of the list of the return set; of a territory's batch, of the list of their lists."""
        return self._note(self._entering)

    def _note(self, lists: Mapping[ReturnSetKey, str]) -> str:
        """Return the archive hash of the list these rows were accepted from.

        Of a commune's own folder that is its list; of a territory's the list of the lists of its communes, however few
        there are, for others may come.
        """
        if self.inputs.is_of_one:
            return next(iter(lists.values()), "")
        content = accepted_from(lists)
        self._noted.append(content)
        return stamps.sha256(content)

    def entered(self, before: Written | None, held: Collection[ReturnSetKey], sets: Collection[ReturnSetKey]) -> str:
        """Return from what the rows of a mart are accepted: those that enter now, and those that stay.

        Args:
            before: What was known of the mart.
            held: The return sets whose rows stay, though it was made of them.
            sets: Those of which it was made.
        """
        entering = {key: sha256 for key, sha256 in self._entering.items() if key in sets and key not in held}
        if len(entering) == len(self._entering):
            return self.received
        known = self._lists_in(before.received) if before else {}
        return self._note({key: known[key.commune] for key in self._entering if key.commune in known} | entering)

    def _lists_in(self, received: str) -> Mapping[str, str]:
        """Return the lists that a list of a territory names; every mart of it may ask for the same."""
        if received not in self._lists_known:
            self._lists_known[received] = lists_of(self._archive, received)
        return self._lists_known[received]

    @property
    def _archive(self) -> Archive:
        return self.inputs.store.archive_of(self.inputs.part.name)

    def keep(self, files: pa.Table | None, changed: Sequence[ReturnSetKey]) -> None:
        """Keep all that decides what the return sets say, the lists of it too.

        So whatever is accepted, and however long it then stays published, its bytes are there, also when the village
        has sent another workbook since. What cannot be opened is never accepted, and is not kept.

        Args:
            files: ``schemas.tables.FILES`` of the sets; nothing where it was never made.
            changed: The sets of which something can be missing, where all the rest was archived before.
        """
        assert self.received
        lists = (Kept.of(content, RECEIVED) for content in (*self.lists.values(), *self._noted))
        # Of one return set everything is put there again: what there was may be lost, and cannot be asked then.
        alone = len(self.lists) < 2
        sets = changed if not alone and is_archived(self.inputs, self.known) else tuple(self.lists)
        every = (*self.inputs.received.deciding(files, sets), *lists)
        if alone:
            for kept in every:
                self._archive.keep(kept.content, kept.suffix)
        else:
            self._archive.keep_together(every)

    @property
    def contents(self) -> Mapping[str, str]:
        """The hash of everything received; of a territory's batch the packs too in which it is kept."""
        packs = {PACKS: self._archive.packed()} if len(self.lists) > 1 else {}
        return {**self.inputs.received.contents, **packs}
