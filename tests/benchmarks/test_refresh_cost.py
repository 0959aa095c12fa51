"""What a refresh costs in CPU seconds and bytes written, against an earlier commit of this project in the same run.

The earlier commit is cloned from this repository and installed, once, in the cache folder of whoever runs this. Costs
are those of the processes: user and system, children included. What they are spent on is told by looking at the stack a
hundred times a second of CPU: in an import, in Dagster, or in our own work.

It takes minutes, so it is only run where ``make bench`` asks for it, and then writes its table into the guide.
"""

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
GUIDE = PROJECT / "pipelines" / "present" / "guides" / "do-luong.md"
EARLIER = "6b84816023c027d1d5165bbae40656f7fdc51ee8"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "returns-benchmark"
ASKED = "RETURNS_BENCH"
"""Environment variable: 1 where the costs are to be measured, as ``make bench`` says."""

BLOCK = 512
"""Bytes that the system counts as one block written."""

SAMPLED = """
import atexit, json, pathlib, signal, sys
spent = {"own": 0, "dagster": 0, "imports": 0}

def kind(files):
    if any("importlib._bootstrap" in file for file in files):
        return "imports"
    for file in files:
        if "/site-packages/dagster" in file:
            return "dagster"
        if "site-packages" not in file and any(f"/{room}/" in file for room in ("pipelines", "assets", "schemas")):
            return "own"
    return "imports"

def sample(_, frame):
    files = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    spent[kind(files)] += 1

def end():
    signal.setitimer(signal.ITIMER_PROF, 0)
    target.write_text(json.dumps(spent))

target = pathlib.Path(sys.argv.pop(1))
atexit.register(end)
signal.signal(signal.SIGPROF, sample)
signal.setitimer(signal.ITIMER_PROF, 0.01, 0.01)
from pipelines.cli import main
main()
"""

ONE_CELL = """
import sys
import openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book["Chăn nuôi"]
rows = {str(sheet.cell(row, 2).value): row for row in range(1, 60)}
for label in ("Tổng đàn gia súc", "Đàn trâu"):
    cell = sheet.cell(rows[label], 4)
    cell.value = int(str(cell.value).replace(".", "")) + 3
book.save(sys.argv[1])
"""


@dataclass(frozen=True)
class Cost:
    """What one command cost: CPU seconds, of them those on each of three things, and bytes written."""

    seconds: float
    spent: Mapping[str, float]
    written: int


@dataclass(frozen=True)
class Installed:
    """A checkout of the project with its own environment."""

    root: Path

    def python(self, *words: str) -> None:
        subprocess.run([self.root / ".venv/bin/python", *words], cwd=self.root, check=True)

    def refresh(self, box: Path) -> Cost:
        """Refresh what lies in a folder; a form held back would be another refresh than the one to measure."""
        told = box / "spent.json"
        environment = {**os.environ, "PYTHONPATH": str(self.root)}
        words = ["refresh", "--raw", str(box / "raw"), "--data", str(box / "data")]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [self.root / ".venv/bin/python", "-c", SAMPLED, told, *words],
            cwd=self.root,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        samples = json.loads(told.read_text())
        share = seconds / max(sum(samples.values()), 1)
        spent = {what: count * share for what, count in samples.items()}
        return Cost(seconds, spent, (after.ru_oublock - before.ru_oublock) * BLOCK)

    def costs(self, box: Path) -> dict[str, Cost]:
        """Refresh the example on an empty folder, then with nothing changed, then with one cell changed."""
        shutil.copytree(PROJECT / "raw", box / "raw")
        full, unchanged = self.refresh(box), self.refresh(box)
        self.python("-c", ONE_CELL, str(box / "raw" / "2024-H1" / "huu-kien" / "na_lia.xlsx"))
        return {"full": full, "unchanged": unchanged, "one_cell": self.refresh(box)}


@pytest.fixture
def earlier() -> Installed:
    """The earlier commit, installed; or a skip that says why not."""
    if os.environ.get(ASKED) != "1":
        pytest.skip("takes minutes and writes into a guide: only make bench asks for it")
    place = CACHE / f"at-{EARLIER[:12]}"
    done = place / ".installed"
    if not done.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        for command, where in (
            (["git", "clone", "--quiet", str(PROJECT), str(place)], PROJECT),
            (["git", "checkout", "--quiet", EARLIER], place),
            (["make", "install"], place),
        ):
            told = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
            if told.returncode:
                pytest.skip(f"{' '.join(command[:2])}: {(told.stderr.strip().splitlines() or ['no word'])[-1]}")
        done.touch()
    return Installed(place)


STEPS = {"full": "Lần đầu, thư mục kết quả trống", "unchanged": "Không có gì thay đổi", "one_cell": "Một ô thay đổi"}
SPENT = {"own": "việc của mình", "dagster": "Dagster", "imports": "nạp thư viện"}


def number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def table(now: Mapping[str, Cost], then: Mapping[str, Cost]) -> list[str]:
    heading = ["Một lần `returns refresh`", "Giây CPU", *(f"… {what}" for what in SPENT.values()), "MB ghi ra đĩa"]
    rows: list[Sequence[str]] = [heading, ["---", *["--:"] * (len(heading) - 1)]]
    for step, title in STEPS.items():
        for costs, version in ((now[step], "nay"), (then[step], "trước")):
            numbers = [costs.seconds, *(costs.spent[what] for what in SPENT), costs.written / 1e6]
            rows.append([f"{title}, {version}", *map(number, numbers)])
    return [f"| {' | '.join(row)} |" for row in rows]


@pytest.mark.slow
def test_costs_of_a_refresh_against_the_earlier_commit(
    earlier: Installed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    current = Installed(PROJECT)
    current.costs(tmp_path / "warm")
    now, then = current.costs(tmp_path / "now"), earlier.costs(tmp_path / "then")
    lines = table(now, then)
    with capsys.disabled():
        print("", *lines, sep="\n")
    words = [line for line in GUIDE.read_text("utf-8").splitlines() if not line.startswith("|")]
    GUIDE.write_text("\n".join(["\n".join(words).rstrip(), "", *lines, ""]), encoding="utf-8")
    # Not a test of speed: only that what was measured is what was to be measured.
    assert all(sum(cost.spent.values()) > 0 for costs in (now, then) for cost in costs.values())
