"""Engines: where jobs are done: in this process, in some beside it, or by the workers of a Dask cluster.

Belongs here: opening an executor by the address in the settings, and getting every job done though a worker dies. Does
not belong here: what a job is (``pipelines.refresh.batches``).

All three are a ``concurrent.futures.Executor``. Which of them ran makes no difference to what is written.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from importlib import import_module
from itertools import groupby
from typing import Any, TypeVar

from pipelines.refresh.makers import MAKERS
from schemas.sentences import SentenceError

HERE, PROCESSES, DASK = "", "processes", "dask"
"""Engines: this process; ``processes``, or ``processes:4``; ``dask:tcp://10.0.0.1:8786``."""

_MOST_ATTEMPTS = 3
"""How often jobs are given to new workers where one of those that had them died."""

Job = TypeVar("Job")
Result = TypeVar("Result")


def each(
    engine: str | Executor,
    function: Callable[[Job], Result],
    *stages: Sequence[Job],
    turn: Callable[[Job], Any] = lambda _: 0,
) -> Iterator[tuple[Job, Result]]:
    """Do jobs; yield each with its result when it is done, in whatever order within a turn of a stage.

    A job must leave nothing behind that keeps it from being done again: where a worker dies, the jobs that are not done
    are given to others. One that fails keeps none of its stage from being done, and all of the next ones.

    Args:
        engine: As ``HERE`` and its neighbours say; or an executor that is open already, whose workers are warm.
        function: What does a job; for other processes, a function of a module.
        stages: The jobs, those of a stage after all those of the one before; for other processes, such as can be
            pickled.
        turn: Gives what is the same for jobs of a stage that may be done at a time, and less for those that come first.

    Raises:
        SentenceError: The engine is none, cannot be reached, or its workers die again and again.
    """
    left = [list(stage) for stage in stages]
    for _ in range(_MOST_ATTEMPTS):
        with opened(engine) as executor, suppress(BrokenExecutor):
            for stage in left:
                failed: list[Exception] = []
                turns = [list(jobs) for _, jobs in groupby(sorted(stage, key=turn), turn)]
                for job, future in (done for jobs in turns for done in _done(executor, function, jobs)):
                    if isinstance(error := future.exception(), BrokenExecutor):
                        raise error
                    stage.remove(job)
                    if isinstance(error, Exception):
                        failed.append(error)
                    else:
                        yield job, future.result()
                if failed:
                    raise failed[0]
            return
    raise SentenceError(
        f"Các tiến trình tính toán liên tục bị dừng giữa chừng, còn {sum(map(len, left))} việc chưa xong. "
        "Kiểm tra bộ nhớ của máy rồi chạy lại: phần đã xong không phải làm lại."
    )


def _done(
    executor: Executor, function: Callable[[Job], Result], jobs: Sequence[Job]
) -> Iterator[tuple[Job, Future[Result]]]:
    """Yield jobs as they are done; in this process one is only begun when the one before has been taken."""
    if isinstance(executor, _Here):
        yield from ((job, executor.submit(function, job)) for job in jobs)
    else:
        futures = {executor.submit(function, job): job for job in jobs}
        yield from ((futures[future], future) for future in as_completed(futures))


@contextmanager
def opened(engine: str | Executor) -> Iterator[Executor]:
    """Give the executor of an engine; close it, or leave the cluster, at the end. One that is open is left so.

    Raises:
        SentenceError: There is no such engine, or it cannot be reached.
    """
    if isinstance(engine, Executor):
        yield engine
        return
    kind, _, where = engine.partition(":")
    if kind == HERE:
        yield _Here()
    elif kind == PROCESSES and (where.isdigit() or not where):
        workers = int(where) if where else os.cpu_count() or 1
        # Spawned: after a fork the threads of Arrow, and whatever else has any, hang.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(max(1, workers), mp_context=context, initializer=warm) as pool:
            yield pool
    elif kind == DASK and where:
        with _cluster(where) as executor:
            yield executor
    else:
        raise SentenceError(
            f"RETURNS_ENGINE ghi «{engine}»; chỉ nhận để trống, {PROCESSES}, {PROCESSES}:4 hoặc {DASK}:tcp://máy:cổng."
        )


class _Here(Executor):
    """An executor that does each job at once, in this process and thread."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do a job; its future is done, and has what the job raised."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def warm() -> None:
    """Load in a new process what every job needs."""
    for module in sorted({maker.partition(":")[0] for maker in MAKERS.values()} | {"restoring"}):
        import_module(f"pipelines.refresh.{module}")


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        client_of: Any = import_module("distributed").Client
    except ImportError as error:
        raise SentenceError("Máy này chưa cài Dask. Cài thêm: pip install 'returns[dask]'.") from error
    try:
        client = client_of(address, timeout=_PATIENCE, set_as_default=False)
    except OSError as error:
        raise SentenceError(f"Không kết nối được tới cụm máy tính toán {address}. Kiểm tra dask scheduler.") from error
    with client:
        yield client.get_executor(pure=False, retries=_MOST_ATTEMPTS)


_PATIENCE = 10
"""Seconds that a cluster may take to answer."""
