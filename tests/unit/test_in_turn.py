"""Periods are made in turn: which came first, or is asked for alone, makes no difference to what the gate lets in."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from pipelines.handout.layout import Answer, workbook
from pipelines.refresh.batches import refresh_each
from pipelines.refresh.designs import take_in
from pipelines.refresh.engines import HERE, each
from pipelines.store import designs, published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.unit.designed import DESIGN, PLACES_CSV, put

HALF, NINE = ReturnSetKey("2024-H1", "ban-moi"), ReturnSetKey("2024-9M", "ban-moi")
"""What is sown since the start of the year is asked for both: the later one has no less of it."""

OF_NINE = Period.parse(NINE.period)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Raw, Store]]:
    raw, store = Raw(tmp_path / "raw"), Store(tmp_path / "data")
    put(raw.root, ba_vu=DESIGN)
    (raw.root / "places.csv").write_text(PLACES_CSV, encoding="utf-8")
    take_in(raw, store, who="thử")
    yield raw, store
    designs.use(store.root, ())


def send(raw: Raw, key: ReturnSetKey, area: int) -> None:
    form = CATALOGUE.by_code["R11"]
    answers = {(form.code, "", name): Answer(area if name in ("dt_dx", "dt_dx_ngo") else 0) for name in form.fields()}
    period = Period.parse(key.period)
    content = workbook([form], period=period, commune="Bản Mới", reporter="Bản Một", answers=answers)
    (raw.root / key.period / key.commune).mkdir(parents=True, exist_ok=True)
    (raw.root / key.period / key.commune / "mot.xlsx").write_bytes(content)


def accepted(store: Store) -> dict[str, int]:
    rows = published.accepted(Store(store.root), "ba_vu", HALF.commune, "mot")
    return {row["period"]: int(row["dt_dx"]) for row in rows}


@pytest.mark.parametrize(
    "asked", [(NINE, HALF), (HALF, NINE), (NINE,)], ids=["the later first", "the earlier first", "the later alone"]
)
def test_the_gate_knows_the_earlier_period_however_the_later_is_asked_for(
    office: tuple[Raw, Store], asked: Sequence[ReturnSetKey]
) -> None:
    raw, store = office
    send(raw, NINE, 30)
    list(refresh_each(raw, store, [BatchKey(*NINE)], who="test"))
    # Late comes what it is held against; at the same time the later one is sent again, with too little.
    send(raw, HALF, 20)
    send(raw, NINE, 10)
    done = [batch for batch, _ in refresh_each(raw, Store(store.root), [BatchKey(*key) for key in asked], who="test")]
    assert sorted(done) == sorted(BatchKey(*key) for key in asked)
    assert accepted(store) == {HALF.period: 20, NINE.period: 30}
    found = published.findings(Store(store.root), NINE)
    assert "R11-L-dt_dx" in {row["code"] for row in found if row["severity"] == "error"}
    above = published.figures_above(Store(store.root), HALF.period, "chi-lang")
    assert [int(row["reported"]) for row in above if row["id"] == "ba_vu.dt_dx"] == [1]


@pytest.mark.parametrize("engine", [HERE, "threads"])
def test_jobs_of_a_turn_are_begun_when_all_of_the_one_before_are_done(engine: str) -> None:
    done, went_on = list[int](), Event()

    def work(job: int) -> int:
        if job == 1:
            went_on.wait(0.2)  # as long as another job of a later turn would take to be done
        done.append(job)
        if job == 3:
            went_on.set()
        return job

    executor: str | Executor = ThreadPoolExecutor(4) if engine else HERE
    assert sorted(job for job, _ in each(executor, work, [3, 1, 2], [0], turn=lambda job: job)) == [0, 1, 2, 3]
    assert done == [1, 2, 3, 0]
