"""The roles that a user of the desk can have.

Belongs here: their names. Does not belong here: what each may do (``pipelines.desk.roles``); importing Django, which
the command line would have to wait for.
"""

from enum import StrEnum


class Role(StrEnum):
    """The roles, as the groups are called."""

    OFFICER = "officer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
