"""The command line's application: declaring a verb, ending one.

Belongs here: what every verb needs before it does anything. Does not belong here: any verb.
"""

import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import typer

from pipelines.cli.messages import later
from pipelines.cli.usage import Verbs

CLEAN, HELD, CANNOT = 0, 1, 2

STOPPED, CLOSED = 130, 141
"""As the shell reports programs that Ctrl+C and a closed pipe have ended."""

app = typer.Typer(
    name="returns",
    cls=Verbs,
    help=later("Từ báo cáo của thôn đến con số trong kế hoạch của xã: đọc, kiểm tra, công bố, truy nguồn."),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Verb = TypeVar("Verb", bound=Callable[..., None])


def verb(does: str, *examples: str, **settings: Any) -> Callable[[Verb], Verb]:
    """Declare a verb: what it does, and how it is typed."""
    return app.command(help=does, epilog="\n".join(examples), **settings)


def tell(words: str, code: int) -> int:
    """Print a sentence on the error stream; return the exit code that goes with it."""
    print(words, file=sys.stderr)
    return code


def fail(words: str) -> NoReturn:
    """End here, with the sentence why it cannot run."""
    sys.exit(tell(words, CANNOT))
