import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pytest
import sqlalchemy

from pipelines import cli
from pipelines.orchestration import health
from pipelines.orchestration.failures import in_sentences, reasons, sentence, unexpected
from schemas.sentences import SentenceError


@in_sentences
def full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "/srv/data/marts/livestock.parquet")


@in_sentences
def odd() -> Iterator[int]:
    yield 1
    raise ValueError("column «horse» is missing")


def test_what_an_official_can_mend_is_told_with_what_to_do() -> None:
    with pytest.raises(dg.Failure) as failure:
        full()
    assert failure.value.description == (
        "Dừng giữa chừng (/srv/data/marts/livestock.parquet): Hết chỗ trên đĩa. Dọn bớt tệp rồi chạy lại. "
        "Số đã công bố không bị ảnh hưởng."
    )
    assert isinstance(failure.value.__cause__, OSError)


def test_what_nobody_thought_of_is_told_too_and_what_was_made_before_it_is_kept() -> None:
    made = odd()
    assert next(made) == 1
    with pytest.raises(dg.Failure) as failure:
        next(made)
    assert "ngoài dự kiến: column «horse» is missing." in str(failure.value.description)


def test_what_has_a_sentence_of_its_own_is_not_called_unexpected() -> None:
    told = sentence(SentenceError("Không có bản lưu của tệp na_lia.xlsx. Lấy lại tệp này từ bản sao lưu."))
    assert told == (
        "Dừng giữa chừng: Không có bản lưu của tệp na_lia.xlsx. Lấy lại tệp này từ bản sao lưu. "
        "Số đã công bố không bị ảnh hưởng."
    )


@pytest.mark.parametrize("content", [b"no database" * 999, b"SQLite format 3\0" + b"\xff" * 8192])
def test_records_whose_file_is_damaged_are_told_with_what_to_do_about_them(tmp_path: Path, content: bytes) -> None:
    """Running again would never help, and nobody who looks after the software is needed."""
    path = tmp_path / "runs.db"
    path.write_bytes(content)
    with sqlalchemy.create_engine(f"sqlite:///{path}").connect() as records, pytest.raises(Exception) as met:  # noqa: PT011
        records.execute(sqlalchemy.text("select * from runs"))
    told = sentence(met.value)
    assert "thư mục dagster" in told
    assert "chỉ mất lịch sử" in told
    assert "ngoài dự kiến" not in told


@pytest.mark.parametrize("error", [MemoryError(), pa.ArrowMemoryError("malloc of size 9 failed")])
def test_a_machine_without_memory_is_told_as_that_by_runs_and_by_the_command_line(error: Exception) -> None:
    for told in (sentence(error), cli._reason(error)):
        assert "Máy hết bộ nhớ. Đóng bớt chương trình khác" in told
        assert "ngoài dự kiến" not in told


def test_an_error_of_sqlite_without_a_number_is_told_as_one_that_nobody_thought_of() -> None:
    assert "ngoài dự kiến: closed" in sentence(sqlite3.ProgrammingError("closed"))


def test_what_has_been_put_into_words_is_passed_on() -> None:
    said = dg.Failure("Thôn Nà Lìa: ô D12 sai.")

    @in_sentences
    def red() -> None:
        raise said

    with pytest.raises(dg.Failure) as failure:
        red()
    assert failure.value is said


def run(instance: dg.DagsterInstance, *, red: bool, telling: bool) -> dg.ExecuteInProcessResult:
    def compute() -> None:
        raise dg.Failure("Ô D12 sai.") if red else OSError(errno.ENOSPC, "No space left on device")

    asset = dg.asset(in_sentences(compute) if telling else compute, name="broken")
    return dg.materialize([asset], instance=instance, raise_on_error=False)


@pytest.mark.parametrize(
    ("red", "telling", "reason"),
    [
        (True, True, None),
        (False, True, "Dừng giữa chừng: Hết chỗ trên đĩa."),
        (False, False, "Hỏng ngoài dự kiến: "),
    ],
    ids=["a red check", "told", "as Dagster tells it"],
)
def test_a_run_is_known_to_have_broken_or_only_to_be_red(*, red: bool, telling: bool, reason: str | None) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(instance, red=red, telling=telling)
        assert not result.success
        said = reasons(instance, result.dagster_run)
        (event,) = [event for event in result.all_events if event.is_step_failure]
        assert [one for one in [unexpected(event.step_failure_data)] if one] == said
    if reason is None:
        assert said == []
    else:
        assert said[0].startswith(reason)


def test_a_run_that_ended_without_a_step_is_told_in_the_words_it_was_closed_with() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions(assets=[dg.asset(lambda: None, name="never")]).resolve_implicit_global_asset_job_def()
        run = instance.create_run_for_job(job)
        instance.report_run_failed(run, "Lần chạy bị ngắt giữa chừng.")
        assert reasons(instance, run) == ["Lần chạy bị ngắt giữa chừng."]


def test_records_that_cannot_be_asked_are_told_among_what_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def get() -> dg.DagsterInstance:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(dg.DagsterInstance, "get", get)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (told,) = health.symptoms()
    assert (told.what, told.wrong.partition(":")[0]) == ("Nhật ký lần chạy", "Dừng giữa chừng")
    assert "Ổ đĩa chỉ cho đọc. Nhờ người quản trị máy mở lại quyền ghi" in told.wrong
