"""The keys: a return set's, equal to the pair that tables give and written as one partition key; a batch's, which may
be one of several of a territory."""

import pytest

from schemas.return_sets import MOST, BatchKey, ReturnSetKey, oldest_first

KEY = ReturnSetKey("2024-H1", "huu-kien")


def test_a_key_is_equal_to_the_pair_that_two_columns_of_a_table_give() -> None:
    assert KEY == ("2024-H1", "huu-kien")
    assert {KEY: 1}["2024-H1", "huu-kien"] == 1  # type: ignore[index]


def test_a_key_is_written_and_read_as_one_partition_key() -> None:
    assert str(KEY) == f"{KEY}" == "2024-H1_huu-kien"
    assert ReturnSetKey.parse(str(KEY)) == KEY


def test_the_oldest_period_comes_first_whatever_its_code_looks_like_then_the_commune() -> None:
    year, other, month = ReturnSetKey("2024", "a"), ReturnSetKey("2024-H1", "van-nham"), ReturnSetKey("2024-M05", "a")
    assert oldest_first([year, other, KEY, month]) == [month, KEY, other, year]


@pytest.mark.parametrize("key", ["2024-6_huu-kien", "huu-kien", "", "2024-H3_huu-kien"])
def test_a_key_without_a_period_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="không phải mã kỳ báo cáo"):
        ReturnSetKey.parse(key)


def batches_of(size: int) -> dict[str, BatchKey]:
    """The batch of each commune in the folder of a territory that has so many."""
    codes = [f"xa-{number:05}" for number in range(size)]
    return {code: BatchKey.within("2024-H1", "lang-son", code, size) for code in codes}


def test_the_folder_of_a_territory_is_one_batch_until_it_has_very_many_communes() -> None:
    assert set(batches_of(MOST).values()) == {BatchKey("2024-H1", "lang-son")}
    parts = set(batches_of(MOST + 1).values())
    assert {str(part) for part in parts} == {"2024-H1_lang-son~1", "2024-H1_lang-son~2"}
    assert {part.place for part in parts} == {"lang-son"}
    assert {BatchKey.parse(str(part)) for part in parts} == parts


@pytest.mark.parametrize("size", [MOST + 1, 3 * MOST, 10_600])
def test_no_batch_of_a_cut_territory_has_more_than_some_hundred_communes(size: int) -> None:
    cut = list(batches_of(size).values())
    assert max(map(cut.count, set(cut))) < MOST * 1.2


def test_a_commune_stays_in_its_batch_when_others_come_and_a_batch_that_is_cut_again_is_cut_in_two() -> None:
    few, more, many = batches_of(3 * MOST), batches_of(4 * MOST), batches_of(4 * MOST + 1)
    assert few == {code: more[code] for code in few}
    again: dict[BatchKey, set[BatchKey]] = {}
    for code, batch in more.items():
        again.setdefault(batch, set()).add(many[code])
    assert {len(parts) for parts in again.values()} == {2}
