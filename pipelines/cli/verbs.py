"""Which module declares which verbs, and loading those that are asked for.

Belongs here: the list of all verbs, in the order in which the help shows them. Does not belong here: any verb.

A module declares its verbs where it is imported. A call asks for one verb and loads its module alone, for to load all
of them takes longer than a quick verb needs to answer.
"""

from copy import copy
from importlib import import_module

import typer
from typer.main import get_command_name

from pipelines.cli.base import app

VERBS = {
    "running": ("refresh",),
    "desk": ("ui", "desk"),
    "receiving": ("check",),
    "answers": ("findings", "figures", "statements", "trace", "uses"),
    "decisions": ("correct", "estimate"),
    "releases": ("release", "pack", "verify", "diff"),
    "closings": ("close", "reopen", "closings"),
    "documents": ("dictionary", "report", "form", "forms", "guide"),
    "backups": ("backup", "restore"),
    "doctor": ("doctor",),
    "supply": ("supply",),
    "designs": ("design",),
    "deploying": ("deploy",),
}
"""By module, its verbs; groups of verbs come last, as Typer has it."""


def every_verb() -> typer.Typer:
    """Return the application with all verbs."""
    for module in VERBS:
        import_module(f"pipelines.cli.{module}")
    order = [verb for verbs in VERBS.values() for verb in verbs]
    # Whichever of the modules was imported first.
    app.registered_commands.sort(key=lambda command: order.index(_name(command)))
    app.registered_groups.sort(key=lambda group: order.index(str(group.name)))
    return app


def one_verb(verb: str) -> typer.Typer | None:
    """Return the application with one verb, or one group of them; nothing where there is none of this name."""
    module = next((module for module, verbs in VERBS.items() if verb in verbs), None)
    if module is None:
        return None
    import_module(f"pipelines.cli.{module}")
    one = copy(app)
    one.registered_commands = [command for command in app.registered_commands if _name(command) == verb]
    one.registered_groups = [group for group in app.registered_groups if group.name == verb]
    return one


def _name(command: typer.models.CommandInfo) -> str:
    """Return what a verb is called: as it says, or as its function is."""
    return command.name or get_command_name(command.callback.__name__ if command.callback else "")
