"""What a country costs, against what reads it barely: the table of ``measured/country.md`` among the guides.

Every program is a process of its own; costs are user and system seconds of it and its children, and ``wall`` where two
work at a time. All but the memory is told as a ratio to something run on the same files in the same minutes. A row of
which findings or sums are not the generator's truth is void.

It takes minutes, so it is only run where ``make bench`` asks for it. ``RETURNS_BENCH_COMMUNES=64,256`` says how large
the two countries are, ``RETURNS_BENCH_TOGETHER=64`` how many communes a batch has.

Great Expectations and dbt-duckdb do the same in environments of their own, made for it in a temporary folder; where
these cannot be installed, their rows say so. ``RETURNS_BENCH_ONLY=others`` measures these alone, and writes no guide.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.refresh.engines import HERE, PROCESSES
from tests.benchmarks import others
from tests.benchmarks.country import CLEAN, Rates, Size, Truth, country, differences, layouts, sent_again, tables
from tests.benchmarks.programs import WORKERS
from tests.benchmarks.starts import PARQUET, RETURNS, medians
from tests.end_to_end.cluster import cluster, kill_one_at_work

PROJECT = Path(__file__).parents[2]
TABLE = PROJECT / "pipelines" / "present" / "guides" / "measured" / "country.md"
ASKED, COMMUNES, TOGETHER = "RETURNS_BENCH", "RETURNS_BENCH_COMMUNES", "RETURNS_BENCH_TOGETHER"
ONLY = "RETURNS_BENCH_ONLY"
MOST = 64
SLIPS = 0.3
NATION = 290_000
"""Workbooks of a period."""
FIGURE = "livestock.horse.white.share"
VERSIONS = ("pandas", "pyarrow", "python-calamine", "openpyxl", "distributed")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Cost:
    """What a process cost: CPU seconds with its children's, seconds by the clock, megabytes at most; what it said."""

    cpu: float
    wall: float
    peak: float
    said: Mapping[str, Any]

    @property
    def seconds(self) -> float:
        """By the clock, beyond the start of the process."""
        return float(self.said["seconds"])


def run(program: str, *words: str | Path) -> Cost:
    return _cost([sys.executable, "-m", "tests.benchmarks.programs", program, *map(str, words)], program)


def _cost(command: list[str], program: str, **environment: str) -> Cost:
    start = time.perf_counter()
    own = os.environ | environment
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, env=own) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{program} ended with {process.returncode}"
    wall = time.perf_counter() - start
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, json.loads(said))


@dataclass(frozen=True)
class Country:
    """A country in a folder, and what is true of it."""

    box: Path
    truth: Truth

    @property
    def raw(self) -> Path:
        return self.box / "raw"

    def refresh(self, data: str, engine: str = HERE) -> Cost:
        return run("refresh", self.raw, self.box / data, engine)

    def wrong(self, data: str) -> str:
        """In how much an output folder is wrong, in a word that a row gets; nothing where it is right."""
        found = differences(self.box / data, self.truth)
        return f"void: {len(found)} differences, the first: {found[0]}" if found else ""


@dataclass
class Rows:
    """The rows of the table."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    void: list[str] = field(default_factory=list)

    def add(self, what: str, measured: str, must: str, aim: str, *wrong: str) -> None:
        """Add a row; void where anything is wrong with what was made."""
        for why in filter(None, wrong):
            self.void.append(f"{what}: {why}")
        self.rows.append((what, next(filter(None, wrong), measured), must, aim))


def _together() -> int:
    """Return how many communes a batch has."""
    return int(os.environ.get(TOGETHER, MOST))


def made(box: Path, communes: int, rates: Rates = CLEAN, *in_layouts: str, together: int = 0) -> Country:
    size = Size(communes, together=together or _together())
    return Country(box, country(box, size, rates=rates, in_layouts=in_layouts))


@dataclass(frozen=True)
class Measured:
    """Both countries, and what the first runs on them cost."""

    small: Country
    large: Country
    costs: Mapping[str, Cost]

    def further(self, what: str) -> float:
        """CPU seconds of a further workbook, between the two sizes."""
        more = self.costs[f"{what} large"].cpu - self.costs[f"{what} small"].cpu
        return more / (self.large.truth.workbooks - self.small.truth.workbooks)


def test_what_a_country_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if os.environ.get(ASKED) != "1":
        pytest.skip("takes minutes and writes into a guide: only make bench asks for it")
    sizes = [int(size) for size in os.environ.get(COMMUNES, "64,256").split(",")]
    small, large = (made(tmp_path / name, size) for name, size in zip(("small", "large"), sizes, strict=True))
    costs = {}
    for name, one in (("small", small), ("large", large)):
        costs[f"calamine {name}"] = run("calamine", one.raw)
        costs[f"refresh {name}"] = one.refresh("data")
    measured, rows = Measured(small, large, costs), Rows()
    every = (_further, _failing, _resaved, _engines, _by_hand, _at_size, _what_changed, _trace, _others)
    chosen = [add for add in every if os.environ.get(ONLY, add.__name__) in (add.__name__, add.__name__[1:])]
    for add in chosen:
        add(measured, rows, tmp_path)
        with capsys.disabled():
            print("", *rows.rows[-2:], sep="\n")
    if len(chosen) == len(every):
        TABLE.write_text(as_page(measured, rows), encoding="utf-8")
    assert rows.void == []


def _further(measured: Measured, rows: Rows, box: Path) -> None:
    """Where the large country is one folder, as the small one is, and where it is several: each has what is its own."""
    communes, bare = sum(measured.large.truth.communes.values()), measured.further("calamine")
    one_folder = made(box / "one-folder", communes, together=communes)
    apart, right = measured.costs["refresh large"].cpu, measured.small.wrong("data")
    for large, cost, how in (
        (one_folder, one_folder.refresh("data").cpu, "all in one folder"),
        (measured.large, apart, "folders as they are"),
    ):
        more = large.truth.workbooks - measured.small.truth.workbooks
        ours = (cost - measured.costs["refresh small"].cpu) / more
        told = f"{ours / bare:.2f}x ({ours * 1000:.2f} ms against {bare * 1000:.2f} ms)"
        what = f"(a) a further workbook, {how}, CPU, against bare calamine"
        rows.add(what, told, "2.5x", "1.25x", right, large.wrong("data"))


def _failing(measured: Measured, rows: Rows, box: Path) -> None:
    wrong = made(box / "wrong", sum(measured.small.truth.communes.values()), Rates(slips=SLIPS))
    more = wrong.refresh("data").cpu - measured.costs["refresh small"].cpu
    each = more / len(wrong.truth.slips)
    told = f"{each * 1000:.1f} ms ({len(wrong.truth.slips)} records)"
    rows.add("(a) a record that fails, CPU", told, "15 ms", "5 ms", wrong.wrong("data"))


def _resaved(measured: Measured, rows: Rows, box: Path) -> None:
    communes = sum(measured.small.truth.communes.values())
    alone = {layout: made(box / layout, communes, CLEAN, layout) for layout in layouts()}
    costs = {layout: one.refresh("data").cpu for layout, one in alone.items()}
    for layout, one in alone.items():
        if layout != "own":
            told = f"{costs[layout] / costs['own']:.2f}x"
            what = f"(3) all workbooks of layout «{layout}» against those of «own», CPU"
            rows.add(what, told, "2x", "", one.wrong("data"))


def _engines(measured: Measured, rows: Rows, box: Path) -> None:
    large = measured.large
    one, two = large.refresh("one"), large.refresh("two", f"{PROCESSES}:{WORKERS}")
    right = "" if tables(large.box / "one") == tables(large.box / "two") else "void: other bytes"
    what = "(b) two warm processes against one, wall"
    rows.add(what, f"{one.seconds / two.seconds:.2f}x quicker", "1.7x", "1.9x", large.wrong("two"), right)
    with cluster(box / "cluster", WORKERS) as found:
        dask = large.refresh("dask", found.engine)
    right = "" if tables(large.box / "one") == tables(large.box / "dask") else "void: other bytes"
    rows.add("(c) Dask with two workers against (b), wall", f"{two.seconds / dask.seconds:.2f}x", "0.9x", "", right)
    with cluster(box / "killed", WORKERS) as found, ThreadPoolExecutor(1) as beside:
        killed = beside.submit(kill_one_at_work, large.box / "one-killed")
        large.refresh("one-killed", found.engine)
        _, part = killed.result()
    right = "" if tables(large.box / "one") == tables(large.box / "one-killed") else "void: other bytes"
    rows.add(f"(c) the same, a worker killed at work on {part}", "same bytes", "correct", "", right)


def _by_hand(measured: Measured, rows: Rows, _: Path) -> None:
    for name, one in (("small", measured.small), ("large", measured.large)):
        own, hand = measured.costs[f"refresh {name}"], run("analyst", one.raw)
        what = f"(d) against an analyst's pandas and openpyxl script on the {name} country, CPU, whole processes"
        told = f"{hand.cpu / own.cpu:.1f}x quicker ({own.cpu:.1f} s against {hand.cpu:.1f} s)"
        rows.add(what, told, "15x", "40x")


def _at_size(measured: Measured, rows: Rows, box: Path) -> None:
    """The small country does not fill a batch: what memory a further workbook takes once one is full is told, too."""
    costs = [measured.costs[f"refresh {name}"] for name in ("small", "large")]
    books = [one.truth.workbooks for one in (measured.small, measured.large)]
    each = [cost.cpu / count for cost, count in zip(costs, books, strict=True)]
    told = f"{each[1] / each[0]:.2f}x ({each[0] * 1000:.2f} and {each[1] * 1000:.2f} ms)"
    rows.add("(e) a workbook of the large against one of the small, CPU, all in", told, "1.15x", "1x")
    told = f"{costs[1].peak / costs[0].peak:.2f}x ({costs[0].peak:.0f} and {costs[1].peak:.0f} MB)"
    rows.add("(e) peak memory of the large against the small", told, "1.15x", "1x")
    full = made(box / "full", _together())
    cost = full.refresh("data")
    told = f"{costs[1].peak / cost.peak:.2f}x ({cost.peak:.0f} and {costs[1].peak:.0f} MB)"
    what = f"(e) peak memory of the large against a country of one full batch, {full.truth.workbooks} workbooks"
    rows.add(what, told, "1.15x", "1x", full.wrong("data"))
    more = (cost.peak - costs[0].peak) / (full.truth.workbooks - books[0])
    then = (costs[1].peak - cost.peak) / (books[1] - full.truth.workbooks)
    told = f"{then / more:.2f}x ({more * 1024:.1f} and {then * 1024:.1f} KB)"
    rows.add("(e) peak memory of a further workbook, past a full batch against within one", told, "1.15x", "1x")


def _what_changed(measured: Measured, rows: Rows, _: Path) -> None:
    """What a process does beyond its start, in its own CPU seconds."""
    large, full = measured.large, measured.costs["refresh large"].said["cpu"]

    def settle() -> None:
        """Refresh until all lies at rest and noted so: what changed just before it was noted is looked at again."""
        time.sleep(2.5)
        run("again", large.raw, large.box / "data")

    settle()
    # Both are over in a moment, so of each the least of three.
    walks = min(run("walk", large.raw).said["cpu"] for _ in range(3))
    nothing = min(run("again", large.raw, large.box / "data").said["cpu"] for _ in range(3))
    told = f"{nothing / walks:.1f}x ({nothing:.3f} s against {walks:.3f} s)"
    rows.add("(f) refresh with nothing changed against a stat walk, CPU", told, "3x", "1.5x")
    for by_commune, (share, must, aim) in product((False, True), ((0.001, "10 %", "2 %"), (0.01, "30 %", "10 %"))):
        settle()
        before, then = tables(large.box / "data"), _written(large.box / "data")
        sent = sent_again(large.box, large.truth, share, seed=round(share * 1000), by_commune=by_commune)
        again = run("again", large.raw, large.box / "data").said["cpu"]
        after, now = tables(large.box / "data"), _written(large.box / "data")
        needless = [name for name in before if before[name] == after[name] and then[name] != now[name]]
        right = f"void: {len(needless)} tables rewritten as they were, such as {needless[0]}" if needless else ""
        communes, batches = ({path.parents[up] for path in sent} for up in (0, 1))
        lying = f"{len(sent)} workbooks of {len(communes)} communes in {len(batches)} batches"
        told = f"{again / full:.1%} ({lying}, {again:.2f} s of {full:.2f})"
        where = "of communes of one territory" if by_commune else "anywhere"
        what = f"(f) refresh with {share:.1%} of the workbooks changed, {where}, against full, CPU"
        rows.add(what, told, must, aim, large.wrong("data"), right)


def _written(data: Path) -> dict[str, int]:
    """When each file was written."""
    return {path.relative_to(data).as_posix(): path.stat().st_mtime_ns for path in data.rglob("*.parquet")}


def _trace(measured: Measured, rows: Rows, _: Path) -> None:
    large = measured.large
    places = ("--data", str(large.box / "data"), "--raw", str(large.raw), "--commune", "xa-00001")
    trace = [str(RETURNS), "trace", FIGURE, *places, "--format", "json"]
    quick = medians({"trace": trace, "bare": PARQUET}, PROJECT)
    told = f"{quick['trace'] / quick['bare']:.2f}x ({quick['trace']:.3f} s)"
    what = "(g) trace of a commune's figure in the large country against import pyarrow.parquet, wall"
    rows.add(what, told, "2.0x", "1.5x")


def _others(measured: Measured, rows: Rows, box: Path) -> None:
    """Each is quicker or slower by whole processes, and by what a further workbook costs; ours does far more for it."""
    forms = others.write_declared(box / "declared.json")
    for other in others.OTHERS:
        what = f"(h) against {other.name}, on its own environment, CPU"
        python = other.environment(box)
        if python is None:
            rows.add(f"{what}, whole processes", "not measured, cannot be installed", "quicker", "")
            continue
        costs, right = {}, []
        for name, one in (("small", measured.small), ("large", measured.large)):
            folder = box / f"{other.program}-{name}"
            folder.mkdir()
            words = [others.ELSEWHERE / f"{other.program}.py", one.raw, forms]
            words += [folder] if other.writes else []
            costs[name] = _cost([str(python), *map(str, words)], other.name, **others.QUIET)
            right.append(others.wrong(costs[name].said, one.truth))
        more = measured.large.truth.workbooks - measured.small.truth.workbooks
        each, ours = (costs["large"].cpu - costs["small"].cpu) / more, measured.further("refresh")
        for name in ("small", "large"):
            whole, own = costs[name].cpu, measured.costs[f"refresh {name}"].cpu
            told = f"{whole / own:.2f}x quicker ({own:.1f} s against {whole:.1f} s)"
            rows.add(f"{what}, whole processes on the {name} country", told, "quicker", "", *right)
        told = f"{each / ours:.2f}x quicker ({ours * 1000:.2f} ms against {each * 1000:.2f} ms)"
        rows.add(f"{what}, a further workbook", told, "quicker", "", *right)


def as_page(measured: Measured, rows: Rows) -> str:
    """The table as a page, with where and when it was measured."""
    today = datetime.now(tz=ZoneInfo("Asia/Ho_Chi_Minh"))
    small, large = measured.small.truth, measured.large.truth
    each = measured.further("refresh")
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    communes = [sum(one.communes.values()) for one in (small, large)]
    lines = [
        "# What a country costs",
        "",
        f"Measured by `tests/benchmarks/test_country.py` on {today:%Y-%m-%d}: {os.cpu_count()} cores, Python",
        f"{platform.python_version()}, {versions}.",
        "",
        f"Two countries, drawn: {communes[0]} communes with {small.workbooks} workbooks, and {communes[1]} with",
        f"{large.workbooks}, {_together()} communes to a batch, in the layouts",
        f"{', '.join(large.communes)}. Without Dagster. Findings and sums of every row are the generator's truth,",
        "or the row is void. CPU is that of the processes and of their children; on a machine on which others work,",
        "too, times by the clock (wall) say little.",
        "",
        "| | measured | must | aim |",
        "|---|---:|---:|---:|",
        *(f"| {' | '.join(row)} |" for row in rows.rows),
        "",
        f"Extrapolated, not measured: the nation's {NATION} workbooks of a period, each at the cost of a further one,",
        f"take {NATION * each / 60:.0f} minutes of one core, and on 100 workers {NATION * each / 100:.0f} seconds if",
        "nothing but their number decides.",
    ]
    return "\n".join(lines) + "\n"
