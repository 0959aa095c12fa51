"""Jobs in stages: one that fails stops none of its stage, and all of the next; here none is begun too early."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.refresh.engines import HERE, PROCESSES, each


class WentWrongError(Exception):
    """What a job raises here."""


def job(path: Path) -> str:
    if path.name == "wrong":
        raise WentWrongError
    path.touch()
    return path.name


@pytest.mark.parametrize("engine", [HERE, pytest.param(f"{PROCESSES}:1", marks=pytest.mark.slow)])
def test_a_job_that_fails_stops_none_of_its_stage_and_all_of_the_next(tmp_path: Path, engine: str) -> None:
    first, second = [tmp_path / name for name in ("a", "wrong", "b")], [tmp_path / "c"]
    done: list[tuple[Path, str]] = []
    with pytest.raises(WentWrongError):
        done.extend(each(engine, job, first, second))
    assert sorted(name for _, name in done) == ["a", "b"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_here_a_job_is_begun_when_the_one_before_has_been_taken(tmp_path: Path) -> None:
    running = each(HERE, job, [tmp_path / "a", tmp_path / "b"], [tmp_path / "c"])
    lying = []
    for _ in running:
        lying.append(sorted(path.name for path in tmp_path.iterdir()))
    assert lying == [["a"], ["a", "b"], ["a", "b", "c"]]


def test_an_executor_that_is_open_does_the_jobs_and_stays_open(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as warm:
        done = list(each(warm, job, [tmp_path / "a"], [tmp_path / "b"]))
        assert [name for _, name in done] == ["a", "b"]
        assert warm.submit(job, tmp_path / "c").result() == "c"
