"""How often suggestions are right: slips drawn in the published ratio on consistent records of every form.

Scholtus (2009) found replaced : omitted : swapped : added = 112 : 15 : 14 : 11. One slip per record in thousands, two
in hundreds. The slips are made by ``tests.unit.slips``, which shares no code with what looks for them.

The number that matters most is how often one suggestion is called unique and is wrong.
"""

import json
import subprocess
import time
import venv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from pipelines.steps.validate.localise import localise
from pipelines.steps.validate.suggest import Suggestion, suggest
from schemas.form import Form
from schemas.system import Row, System
from tests.benchmarks import drawn_slips
from tests.unit.slips import seeded, systems, with_slips

BASES = 16
"""Consistent records per form."""

SINGLE, DOUBLE = 7, 3
"""Records with slips made from each of them."""

ALONE_BEFORE = 146
"""Of the slips drawn in the example, how many were told alone and rightly before other answers were shown as well."""

DETECTED, DETECTED_WITH_EARLIER = 0.78, 0.84
"""Share of the slips drawn in the example of which something is told, without and with an earlier period."""

Drawn = tuple[type[Form], System, dict[str, int], dict[str, int]]


def drawn(slips: int, each: int) -> Iterator[Drawn]:
    """Form, system, the true record, the record with slips."""
    random = Random(slips)
    for form, of in systems():
        for good in seeded(of, form.code, BASES):
            for _ in range(each):
                yield form, of, good, with_slips(of, good, slips, random)


def is_true(one: Suggestion, good: dict[str, int]) -> bool:
    """Whether every cell it would change was wrong, and gets its true value."""
    return all(good[name] == value for name, value in one.values.items())


def measure(slips: int, each: int) -> Counter[str]:
    count: Counter[str] = Counter()
    for _, of, good, seen in drawn(slips, each):
        start = time.perf_counter()
        ranked = suggest(of, seen).ranked
        took = time.perf_counter() - start
        count["microseconds"] += round(took * 1e6)
        count["slowest"] = max(count["slowest"], round(took * 1e6))
        wrong = {name for name in good if good[name] != seen[name]}
        count["records"] += 1
        if of.failing(seen) or not all(map(of.allows, seen, seen.values())):
            count["detected"] += 1
            count["cells listed"] += wrong <= {name for one in ranked for name in one.values}
            count["first right"] += bool(ranked) and is_true(ranked[0], good)
            count["values listed"] += all(any(one.values.get(name) == good[name] for one in ranked) for name in wrong)
        for one in ranked:
            kind = "unique" if one.unique else "alone" if one.alone else ""
            if kind:
                count[f"{kind} and {'right' if is_true(one, good) else 'wrong'}"] += 1
    return count


LINES = (
    "records",
    "detected",
    "cells listed",
    "values listed",
    "first right",
    "unique and right",
    "unique and wrong",
    "alone and right",
    "alone and wrong",
)


@pytest.mark.slow
def test_suggestions_on_slips_in_the_published_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    single, double = measure(1, SINGLE), measure(2, DOUBLE)
    with capsys.disabled():
        print(f"\n{'':26}{'one slip':>12}{'two slips':>12}")
        for line in LINES:
            print(f"{line:26}{single[line]:>12}{double[line]:>12}")
        for line, of in (("milliseconds per record", "microseconds"), ("slowest, milliseconds", "slowest")):
            each = [count[of] / 1000 / (count["records"] if of == "microseconds" else 1) for count in (single, double)]
            print(f"{line:26}{each[0]:>12.1f}{each[1]:>12.1f}")
    assert single["records"] > 2000
    assert double["records"] > 500
    assert single["cells listed"] >= 0.99 * single["detected"]
    assert (single["unique and wrong"], single["alone and wrong"]) == (0, 0)
    assert double["unique and wrong"] <= 0.005 * double["records"]


SLIPS, SEED = 1000, 7
TABLE = Path(__file__).parents[2] / "pipelines" / "present" / "guides" / "measured" / "slips.md"


def as_table(count: dict[str, dict[str, Counter[str]]]) -> str:
    """The counts as a page: a column per group of slips, a table without and one with an earlier period."""
    lines = [
        "# Slips drawn in the example, and what is told of them",
        "",
        f"{SLIPS} slips drawn by `tests/benchmarks/test_suggestions.py` in the numeric cells of the example, mostly",
        "of a digit, in the published ratio. *Sole*: one answer is shown and no other. *Alone*: it is called the",
        "only one of its kind.",
    ]
    for title, groups in count.items():
        lines += ["", f"## {title}", "", f"| | {' | '.join(groups)} |", f"|---|{'---:|' * len(groups)}"]
        for line in ("slips", *drawn_slips.LINES):
            lines.append(f"| {line} | {' | '.join(str(group[line]) for group in groups.values())} |")
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_slips_drawn_in_the_example_are_never_answered_confidently_and_wrongly() -> None:
    slips = list(drawn_slips.draw(SLIPS, SEED))
    without, with_earlier = (drawn_slips.measure(slips, earlier=earlier) for earlier in (False, True))
    count = {"Without an earlier period": without, "With an invented earlier period (±10 %)": with_earlier}
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(as_table(count), encoding="utf-8")
    assert without["all"]["detected"] >= DETECTED * SLIPS
    assert with_earlier["all"]["detected"] >= DETECTED_WITH_EARLIER * SLIPS
    for groups in count.values():
        whole, sums = groups["all"], groups["in a sum"]
        assert (whole["sole and wrong"], whole["alone and wrong"]) == (0, 0)
        assert sums["true value suggested"] >= 0.92 * sums["slips"]
        assert whole["first right"] >= 0.35 * whole["slips"]
        assert whole["alone and right"] >= ALONE_BEFORE


IN_BANFF = """
import json, sys, time
import pandas as pd
import banff
for job in json.load(open(sys.argv[1])):
    frame = pd.DataFrame(job["records"]).astype(float)
    frame["ID"] = [f"R{at}" for at in range(len(frame))]
    start = time.perf_counter()
    done = banff.errorloc(
        indata=frame, unit_id="ID", edits=job["edits"], time_per_obs=10, seed=1,
        outstatus="pandas", outreject="pandas", capture=None,
    )
    took = time.perf_counter() - start
    sizes = done.outstatus["ID"].value_counts() if len(done.outstatus) else {}
    rejected = set(done.outreject["ID"]) if done.outreject is not None and len(done.outreject) else set()
    print("ANSWER", json.dumps([took, [None if i in rejected else int(sizes.get(i, 0)) for i in frame["ID"]]]))
"""


def banff(folder: Path) -> Path:
    """The Python of an environment of its own with Banff, or a skip that says why not."""
    venv.create(folder / "banff", with_pip=True)
    python = folder / "banff" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "banff"]
    try:
        done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("pip cannot install banff here within five minutes")
    if done.returncode:
        pytest.skip(f"pip cannot install banff here: {done.stderr.strip().splitlines()[-1]}")
    return python


def _side(row: Row, sign: int, names: dict[str, str]) -> str:
    """One side of an edit in Banff's words, which begin with no sign."""
    return " + ".join(f"{at * sign} * {names[name]}" for name, at in row.coefficients.items() if at * sign > 0)


@pytest.mark.slow
def test_banff_finds_answers_of_the_same_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    python = banff(tmp_path)
    jobs, ours, took = [], [], 0.0
    for form, of in systems():
        for block in of.blocks:
            if not 2 <= len(block.variables) <= 12 or any(high is not None for _, high in block.ranges.values()):
                continue
            random = Random(form.code)
            records = [with_slips(block, good, 2, random) for good in seeded(block, form.code, 6)]
            records = [record for record in records if block.failing(record)]
            if not records:
                continue
            names = {name: f"V{at}" for at, name in enumerate(block.variables)}
            edits = [f"{_side(row, 1, names)} {row.relation} {_side(row, -1, names)};" for row in block.rows]
            renamed = [{names[name]: record[name] for name in names} for record in records]
            jobs.append({"edits": " ".join(edits), "records": renamed})
            start = time.perf_counter()
            ours.append([localise(block, record)[0].weight for record in records])
            took += time.perf_counter() - start
    given = tmp_path / "jobs.json"
    given.write_text(json.dumps(jobs), encoding="utf-8")
    done = subprocess.run(
        [python, "-c", IN_BANFF, given], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line[7:]) for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    pairs = [
        (theirs, own)
        for (_, sizes), block_sizes in zip(answers, ours, strict=True)
        for theirs, own in zip(sizes, block_sizes, strict=True)
    ]
    answered = [(theirs, own) for theirs, own in pairs if theirs is not None]
    with capsys.disabled():
        print(f"\nrecords {len(pairs)}, answered by Banff {len(answered)}", end=", ")
        print(f"same size {sum(theirs == own for theirs, own in answered)}", end=", ")
        each = [1000 * seconds / len(pairs) for seconds in (sum(answer[0] for answer in answers), took)]
        print(f"milliseconds per record: Banff {each[0]:.1f}, here {each[1]:.1f}")
    assert len(answered) > 50
    assert all(theirs == own for theirs, own in answered)
