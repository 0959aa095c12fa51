"""Addresses of cells: row and column, and back."""

import pytest

from schemas.addresses import LAST_COLUMN, LAST_ROW, address, known_position, letters, position


@pytest.mark.parametrize(
    ("text", "place"), [("A1", (1, 1)), ("Z9", (9, 26)), ("AA10", (10, 27)), ("XFD1048576", (LAST_ROW, LAST_COLUMN))]
)
def test_addresses_are_read_and_written(text: str, place: tuple[int, int]) -> None:
    assert position(text) == known_position(text) == place
    assert address(*place) == text
    assert letters(place[1]) == text.rstrip("0123456789")


@pytest.mark.parametrize("text", ["", "D", "13", "d13", "D0", "D01", "ABCD1", "D13;D14", "XFE1", "A1048577", "A1<b>"])
def test_what_is_no_address_of_any_sheet_is_none(text: str) -> None:
    assert position(text) is None
    with pytest.raises(ValueError, match="is no cell"):
        known_position(text)
