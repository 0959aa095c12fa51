"""Workbooks on their way into the raw folder: checked, waiting for a «Nhận», taken.

Belongs here: what waits, and taking it once. Does not belong here: checking (``pipelines.refresh.rehearsal``), writing
(``pipelines.store.receiving``), pages.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from pipelines.desk import record
from pipelines.desk.models import Upload, User
from pipelines.desk.record import Did
from pipelines.refresh.rehearsal import Rehearsed, rehearse
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store import receiving
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey

WAITS = timedelta(days=1)


def check(
    raw: Raw, store: Store, key: ReturnSetKey, sent: Mapping[str, bytes], user: User, *, typed: bool = False
) -> list[tuple[Rehearsed, Upload | None]]:
    """Return what would be found in workbooks, each with what waits of it; nothing waits of what would not be taken.

    Args:
        raw: The raw folder.
        store: The output folder.
        key: The return set.
        sent: The bytes of each workbook, by its name.
        user: Whose they are to take.
        typed: Whether the user has typed them at the desk: what was typed before and not taken waits no longer.
    """
    Upload.objects.filter(when__lt=timezone.now() - WAITS).delete()
    if typed:
        Upload.objects.filter(user=user, key=str(key), name__in=sent, about__has_key="typed").delete()
    checked = rehearse(raw, store, key, sent)
    return [(one, None if one.refusal else _waiting(raw, key, one, user, typed=typed)) for one in checked]


def _waiting(raw: Raw, key: ReturnSetKey, one: Rehearsed, user: User, *, typed: bool) -> Upload:
    there = {name: found.sha256 for name in one.replaces if (found := raw.file(key, name)) is not None}
    made: Upload = Upload.objects.create(
        user=user,
        key=str(key),
        sent_as=one.sent_as,
        name=one.file.name,
        replaces=there,
        about={"reporters": list(one.reporters), "forms": list(one.forms), "errors": one.errors}
        | ({"typed": ", ".join(one.forms)} if typed else {}),
        content=one.file.content,
    )
    return made


def waiting(user: User, numbers: Iterable[int]) -> list[Upload]:
    """Return what waits of somebody; what has been taken, or has waited too long, is not there."""
    return list(Upload.objects.filter(user=user, pk__in=list(numbers)).order_by("pk"))


def take(raw: Raw, store: Store, upload: Upload) -> str | None:
    """Take a workbook in, once; return its hash, or nothing where it has been taken already.

    Raises:
        ReceivingError: What it would replace is not what it was; it waits on.
    """
    own = Upload.objects.filter(pk=upload.pk)
    if not own.exists():
        return None
    key, who, about = ReturnSetKey.parse(upload.key), upload.user.username, f"{upload.key}: {upload.name}"
    file = RawFile(*key, upload.name, bytes(upload.content))
    with record.begun(who, Did.RECEIVED, about) as begun:
        receiving.take(raw, store, file, upload.replaces, who=who)
    how = {name: upload.about[name] for name in ("typed", "source") if name in upload.about}
    details = {"replaced": sorted(upload.replaces.values())} | (how or {"sent_as": upload.sent_as})
    with transaction.atomic():  # of two who press at once, one finds it gone
        if not own.delete()[0]:
            begun.delete()
            return None
        record.write(who, Did.RECEIVED, about, begun, sha256=file.sha256, **details)
    return file.sha256
