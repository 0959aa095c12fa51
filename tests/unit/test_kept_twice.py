"""Records that lie twice, whatever they say."""

from pathlib import Path

import pytest

from pipelines.store.kept_twice import KeptTwice


@pytest.fixture
def record(tmp_path: Path) -> KeptTwice[int]:
    return KeptTwice(tmp_path / "record", tmp_path / "beside" / "record", int)


def test_what_never_was_says_nothing_and_is_no_fault(record: KeptTwice[int]) -> None:
    assert record.lines() == ([], "")
    record.keep_twice()
    assert not record.copy.exists()


def test_an_emptied_record_is_lost_also_where_its_copy_is_gone(record: KeptTwice[int]) -> None:
    record.add("1\n2\n")
    assert record.lines() == ([1, 2], "")
    record.path.write_bytes(b"")
    assert record.lines()[1] == "đã mất"
    record.copy.unlink()
    assert record.lines()[1] == "đã mất"


def test_a_copy_that_is_damaged_is_written_again_though_it_is_as_long(record: KeptTwice[int]) -> None:
    record.add("12\n")
    record.copy.write_bytes(b"xx\n")
    record.keep_twice()
    assert record.copy.read_bytes() == record.path.read_bytes()


@pytest.mark.parametrize("word", ["a\u2028b", "a\u0085b"])
def test_a_word_with_what_ends_a_line_of_text_is_of_one_line(tmp_path: Path, word: str) -> None:
    record = KeptTwice(tmp_path / "record", tmp_path / "copy", str)
    record.add(f"{word}\n")
    assert record.lines() == ([word], "")
