"""Asking an office by the command line, in this process: what a verb prints, what it tells, how it ends.

Belongs here: a call and its answer. Does not belong here: what is asked after which fault (the tests).
"""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from pipelines import cli
from tests.faults.office import Office

CLEAN, HELD, CANNOT = 0, 1, 2


class Said(NamedTuple):
    """What a call came to: its exit code, what it prints, what it tells on the error stream."""

    code: int
    printed: str
    told: str


def said(office: Office, words: str, *, period: str = "2024-H1") -> Said:
    """What a command of one return set's says; ``~`` in its words is a blank."""
    folders = ["--raw", str(office.root / "raw"), "--data", str(office.data)]
    of_period = ["--period", period] if period else []
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        asked = [word.replace("~", " ") for word in words.split()]
        patch.setattr(sys, "argv", ["returns", *asked, *folders, *of_period])
        with pytest.raises(SystemExit) as end:
            cli.main()
    return Said(int(end.value.code or 0), out.getvalue(), err.getvalue())
