"""What is measured against each other, each a program of its own: ``python -m tests.benchmarks.programs NAME …``.

Belongs here: the programs, which print one line of JSON; among them what an analyst would write. Does not belong here:
starting them, and what is made of their costs (``tests.benchmarks.test_country``).

``seconds`` is the time by the clock from when everything is imported, by workers too, and ``cpu`` that of this process
alone; what a whole process cost is known to whoever started it.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any


class Clock:
    """What passes from now on."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def told(self) -> dict[str, float]:
        return {"seconds": time.perf_counter() - self._wall, "cpu": time.process_time() - self._cpu}


def refresh(raw: str, data: str, engine: str) -> dict[str, Any]:
    """Refresh every batch, without Dagster; the clock runs once all workers are warm, wherever they are."""
    from pipelines.refresh.batches import refresh_each
    from pipelines.refresh.engines import HERE, opened, warm
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    with opened(engine) as executor:
        if engine == HERE:
            warm()
        else:
            wake(executor)
        start, lying = Clock(), Raw(Path(raw))
        done = list(refresh_each(lying, Store(Path(data)), list(lying.batches()), who="benchmark", engine=executor))
        return {**start.told(), "batches": len(done)}


WORKERS = 2
"""How many processes the engines are measured with."""


def wake(executor: Executor) -> None:
    """Warm every worker: an executor says not which of them has a job, and may give one of them all."""
    awake: set[int] = set()
    while len(awake) < WORKERS:
        awake.update(executor.map(awakened, range(WORKERS)))


def awakened(_: int) -> int:
    """Warm the worker that is asked, and say which it is; it stays busy until each of the others can be asked, too."""
    from pipelines.refresh.engines import warm

    warm()
    time.sleep(1)
    return os.getpid()


def again(raw: str, data: str) -> dict[str, Any]:
    """Find what is stale and refresh that, as ``returns refresh`` does."""
    from pipelines.refresh.batches import refresh_each, tidy_all
    from pipelines.refresh.engines import warm
    from pipelines.refresh.stale import stale_batches
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    warm()
    start = Clock()
    lying, store = Raw(Path(raw)), Store(Path(data))
    batches = list(lying.batches())
    tidy_all(store, batches, who="benchmark")
    stale = list(stale_batches(lying, store, batches))
    found = start.told()["cpu"]
    done = list(refresh_each(lying, store, stale, who="benchmark"))
    return {**start.told(), "found": found, "batches": len(done)}


def walk(raw: str) -> dict[str, Any]:
    """Look at size and time of every file."""
    start = Clock()
    count = sum(1 for _ in _lying(raw))
    return {**start.told(), "files": count}


def _lying(folder: str) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _lying(entry.path)
            else:
                yield entry.stat(follow_symlinks=False)


def calamine(raw: str) -> dict[str, Any]:
    """Read every sheet of every workbook to lists."""
    from python_calamine import CalamineWorkbook

    start, cells = Clock(), 0
    for path in sorted(Path(raw).rglob("*.xlsx")):
        with CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                cells += sum(map(len, book.get_sheet_by_name(name).to_python()))
    return {**start.told(), "cells": cells}


def analyst(raw: str) -> dict[str, Any]:
    """Add up every indicator of the forms that are lists, by commune: pandas and openpyxl, no check of anything."""
    import pandas as pd

    start, found = Clock(), []
    for path in sorted(Path(raw).rglob("*.xlsx")):
        for title, sheet in pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl").items():
            heading = sheet.index[sheet.eq("Chỉ tiêu").any(axis=1) & sheet.eq("Giá trị").any(axis=1)]
            if heading.empty:
                continue
            table = sheet.loc[heading[0] + 1 :].set_axis(sheet.loc[heading[0]].tolist(), axis=1)
            own = table[["Chỉ tiêu", "Giá trị"]].dropna()
            found.append(own.assign(commune=path.parent.name, form=title))
    rows = pd.concat(found)
    rows["Giá trị"] = pd.to_numeric(rows["Giá trị"], errors="coerce")
    sums = rows.groupby(["commune", "form", "Chỉ tiêu"])["Giá trị"].sum()
    return {**start.told(), "sums": len(sums)}


PROGRAMS: dict[str, Callable[..., dict[str, Any]]] = {
    one.__name__: one for one in (refresh, again, walk, calamine, analyst)
}

if __name__ == "__main__":
    print(json.dumps(PROGRAMS[sys.argv[1]](*sys.argv[2:])))
