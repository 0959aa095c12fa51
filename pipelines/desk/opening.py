"""Opening the desk of an output folder in this process.

Belongs here: Django started, its database made or brought up to date. Does not belong here: serving it
(``pipelines.desk.server``).
"""

import os
from pathlib import Path

import django
from filelock import FileLock

from pipelines.settings import Settings
from pipelines.store.desk_database import refuse_damaged


def opened(folders: Settings) -> None:
    """Start Django on the desk of an output folder; where it is started, go over to this folder's.

    Raises:
        SentenceError: Its database is damaged.
    """
    refuse_damaged(folders.desk_database)
    folders.export()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pipelines.desk.conf")
    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections

    from pipelines.desk import conf, roles

    database = conf.database_of(folders)
    connection.close()
    connections.settings["default"]["NAME"] = database
    with FileLock(conf.folder_of(folders) / ".opening.lock"):
        call_command("migrate", verbosity=0, interactive=False)
        roles.establish()
    _for_its_user_alone(database)


def _for_its_user_alone(database: Path) -> None:
    for path in database.parent.glob(f"{database.name}*"):
        path.chmod(0o600)
