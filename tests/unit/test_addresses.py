"""Addresses of cells: row and column, and back."""

import pytest

from schemas.addresses import LAST_COLUMN, LAST_ROW, address, as_meant, known_position, letters, position


@pytest.mark.parametrize(
    ("text", "place"), [("A1", (1, 1)), ("Z9", (9, 26)), ("AA10", (10, 27)), ("XFD1048576", (LAST_ROW, LAST_COLUMN))]
)
def test_addresses_are_read_and_written(text: str, place: tuple[int, int]) -> None:
    assert position(text) == known_position(text) == place
    assert address(*place) == text
    assert letters(place[1]) == text.rstrip("0123456789")


@pytest.mark.parametrize("text", ["D13", "d13", "$D$13", "D$13", "D013", " d13 "])
def test_an_address_is_read_as_people_write_it(text: str) -> None:
    assert as_meant(text) == "D13"


@pytest.mark.parametrize("text", ["", "13D", "D0", "D 13", "ô D13", "D13:D14", "XFE1", "ß1", "R13C4"])
def test_what_people_can_mean_no_cell_by_stays_as_it_is(text: str) -> None:
    assert as_meant(text) == text


@pytest.mark.parametrize("text", ["", "D", "13", "d13", "D0", "D01", "ABCD1", "D13;D14", "XFE1", "A1048577", "A1<b>"])
def test_what_is_no_address_of_any_sheet_is_none(text: str) -> None:
    assert position(text) is None
    with pytest.raises(ValueError, match="is no cell"):
        known_position(text)
