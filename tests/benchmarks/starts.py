"""How long short programs take from their start to their end, in turn, so that a slow machine slows them alike.

Belongs here: that clock. Does not belong here: what is held against what.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines import ASKED_WHEN_LOADED

ROUNDS = 15
RETURNS = Path(sys.executable).parent / "returns"
PARQUET = (sys.executable, "-c", "import pyarrow.parquet")
"""What a trace is held against."""


def medians(commands: Mapping[str, Sequence[str]], folder: Path | None = None) -> dict[str, float]:
    """Return by name how many seconds a command takes, the median of several times.

    Each is started as a person would start it, without what this process has told its own libraries. Once before,
    untimed, each may keep its bytecode, also where the environment says that Python keeps none: wherever this software
    is installed, pip and the first call have seen to that, and compiling it is no part of an answer.
    """
    left_out = {"PYTHONDONTWRITEBYTECODE", *ASKED_WHEN_LOADED}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(ROUNDS + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
            if turn:
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(own) for name, own in times.items()}
