"""The desk as a Django application.

Belongs here: its name, and what listens for Django's signals. Does not belong here: what is done on them.
"""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The one application."""

    name = "pipelines.desk"
    label = "desk"

    def ready(self) -> None:
        """Write down who signs in and out."""
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from pipelines.desk import record

        user_logged_in.connect(record.signed_in)
        user_logged_out.connect(record.signed_out)
