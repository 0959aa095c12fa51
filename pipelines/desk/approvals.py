"""Approval: what one has entered, another approves; that makes the release and closes the return set by it.

Belongs here: who has entered what, whether somebody may approve it, approving; reopening. Does not belong here: making
a release and closing (``pipelines.refresh.closing``), pages.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from pipelines.desk import record
from pipelines.desk.decisions import DID
from pipelines.desk.models import Begun, Deed, User
from pipelines.desk.record import Did
from pipelines.refresh import closing
from pipelines.refresh.closing import release_and_close
from pipelines.refresh.stamps import digest
from pipelines.store.raw import Raw
from pipelines.store.releases import Release, of_set
from pipelines.store.releases import names as release_names
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

ENTERS = (Did.RECEIVED, *DID.values())
"""What makes somebody one who has entered numbers of a return set."""


class ApprovalError(SentenceError):
    """An approval that is not made; the message is the sentence for who asked."""


@dataclass(frozen=True)
class Approved:
    """A release, and who approved it at the desk; nobody where it was made on the command line."""

    release: Release
    who: str

    @property
    def when(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(str(self.release.manifest["created"]))


def entered_by(key: ReturnSetKey) -> list[str]:
    """Return who has entered numbers of a return set at the desk, or begun to, by user name."""
    entered = {"what__in": list(ENTERS), "about__startswith": f"{key}: "}
    return sorted({who for of in (Deed, Begun) for who in of.objects.filter(**entered).values_list("who", flat=True)})


def approved(store: Store, key: ReturnSetKey) -> list[Approved]:
    """Return the releases of a return set, the latest first."""
    made = of_set(store.root, key)
    asked = {"what": Did.APPROVED, "about__in": [one.name for one in made]}
    who = {
        about: name
        for of in (Begun, Deed)  # in this order: the record has the last word
        for about, name in of.objects.filter(**asked).values_list("about", "who")
    }
    made.sort(key=lambda one: str(one.manifest["created"]), reverse=True)
    return [Approved(one, who.get(one.name, "")) for one in made]


def seen(store: Store, key: ReturnSetKey) -> str:
    """Return a hash of all that is published and released of a return set: what who looks at it approves, once."""
    tables = store.state(store.part_of(key), anew=True).tables
    released = sorted(one.name for one in of_set(store.root, key))
    return digest([*sorted((name, written.content) for name, written in tables.items()), *released])


def _next(store: Store, key: ReturnSetKey) -> str:
    """Return the name of a return set's next release: one more than the last, though some may be gone."""
    stem = f"{str(key).lower().replace('_', '-')}-lan-"
    numbered = (re.fullmatch(rf"{re.escape(stem)}(\d+)", name) for name in release_names(store.root))
    return f"{stem}{1 + max((int(one[1]) for one in numbered if one), default=0)}"


def approve(raw: Raw, store: Store, key: ReturnSetKey, user: User, *, looked_at: str, despite: str) -> Release:
    """Approve a return set as it was looked at, freeze it as a release, and close it by that.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        user: Who approves.
        looked_at: What ``seen`` gave when they looked.
        despite: Why it is released although a form is held back.

    Raises:
        ApprovalError: Who approves has entered numbers of it, or it has changed or been approved since they looked.
        SentenceError: It is closed already, or cannot be released; nothing was.
    """

    def guard() -> None:
        if user.username in entered_by(key):
            raise ApprovalError("Bạn đã nhập số của bộ này, nên phải để người khác duyệt.")
        if seen(store, key) != looked_at:
            raise ApprovalError(
                "Số đã công bố vừa đổi, hoặc vừa có người duyệt, trong lúc bạn đang xem, nên chưa duyệt. "
                "Xem lại rồi duyệt."
            )

    name = _next(store, key)
    with record.begun(user.username, Did.APPROVED, name) as begun:
        made = release_and_close(raw, store, key, name, who=user.title, despite=despite, guard=guard)
    details = {"key": str(key), "seal": made.seal, "entered": entered_by(key), "despite": despite}
    record.write(user.username, Did.APPROVED, name, begun, **details)
    record.write(user.username, Did.CLOSED, f"{key}: {name}")
    return made


def reopen(raw: Raw, store: Store, key: ReturnSetKey, user: User, *, reason: str) -> None:
    """Open a closed return set again.

    Raises:
        SentenceError: It is not closed, or no reason is given; nothing was done.
    """
    with record.begun(user.username, Did.REOPENED, str(key)) as begun:
        line = closing.reopen(raw, store, key, who=user.title, reason=reason)
    record.write(user.username, Did.REOPENED, f"{key}: {line.release}", begun, reason=line.reason)
