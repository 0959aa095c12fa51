"""Workbooks on their way into the raw folder: checked, waiting for a «Nhận», taken.

Belongs here: what waits, and taking it once. Does not belong here: checking (``pipelines.refresh.rehearsal``), writing
(``pipelines.store.receiving``), pages.
"""

import hashlib
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
    raw: Raw, store: Store, key: ReturnSetKey, sent: Mapping[str, bytes], user: User
) -> list[tuple[Rehearsed, Upload | None]]:
    """Return what would be found in workbooks, each with what waits of it; nothing waits of what would not be taken."""
    Upload.objects.filter(when__lt=timezone.now() - WAITS).delete()
    checked = rehearse(raw, store, key, sent)
    return [(one, None if one.refusal else _waiting(raw, key, one, user)) for one in checked]


def _waiting(raw: Raw, key: ReturnSetKey, one: Rehearsed, user: User) -> Upload:
    there = {name: found.sha256 for name in one.replaces if (found := raw.file(key, name)) is not None}
    made: Upload = Upload.objects.create(
        user=user,
        key=str(key),
        sent_as=one.sent_as,
        name=one.file.name,
        replaces=there,
        about={"reporters": list(one.reporters), "forms": list(one.forms), "errors": one.errors},
        content=one.file.content,
    )
    return made


def waiting(user: User, numbers: Iterable[int]) -> list[Upload]:
    """Return what waits of somebody; what has been taken, or has waited too long, is not there."""
    return list(Upload.objects.filter(user=user, pk__in=list(numbers)).order_by("pk"))


def take(raw: Raw, store: Store, upload: Upload) -> str | None:
    """Take a workbook in, once; return its hash, or nothing where it has been taken already.

    Raises:
        ReceivingError: What it would replace is not what it was; it waits no longer.
    """
    with transaction.atomic():  # of two who press at once, one finds it gone
        found = Upload.objects.filter(pk=upload.pk).first()
        if found is None:
            return None
        found.delete()
    key, who = ReturnSetKey.parse(upload.key), upload.user.username
    file = RawFile(*key, upload.name, bytes(upload.content))
    receiving.take(raw, store, file, upload.replaces, who=who)
    sha256 = hashlib.sha256(file.content).hexdigest()
    record.write(
        who,
        Did.RECEIVED,
        f"{upload.key}: {upload.name}",
        sha256=sha256,
        sent_as=upload.sent_as,
        replaced=sorted(upload.replaces.values()),
    )
    return sha256
