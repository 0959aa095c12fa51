"""The key of a return set: equal to the pair that tables give, and written as one partition key."""

import pytest

from schemas.return_sets import ReturnSetKey

KEY = ReturnSetKey("2024-H1", "huu-kien")


def test_a_key_is_equal_to_the_pair_that_two_columns_of_a_table_give() -> None:
    assert KEY == ("2024-H1", "huu-kien")
    assert {KEY: 1}["2024-H1", "huu-kien"] == 1  # type: ignore[index]


def test_a_key_is_written_and_read_as_one_partition_key() -> None:
    assert str(KEY) == f"{KEY}" == "2024-H1_huu-kien"
    assert ReturnSetKey.parse(str(KEY)) == KEY


def test_keys_sort_by_period_then_by_commune() -> None:
    later, other = ReturnSetKey("2024-H2", "a"), ReturnSetKey("2024-H1", "van-nham")
    assert sorted([later, other, KEY]) == [KEY, other, later]


@pytest.mark.parametrize("key", ["2024_huu-kien", "huu-kien", "", "2024-H3_huu-kien"])
def test_a_key_without_a_period_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="không phải mã kỳ báo cáo"):
        ReturnSetKey.parse(key)
