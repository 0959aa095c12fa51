import pytest

from schemas.listed import first_of, items_of, listed, outcomes_listed, outcomes_of, pairs_listed, pairs_of

STRANGE = ["D13;D14", ";", "%3B", "%", "%253B", " D13 ", "Ô D13; và D14"]


@pytest.mark.parametrize("texts", [[], ["D13"], ["D13", "D14"], STRANGE, *([one] for one in STRANGE)])
def test_a_list_is_read_as_it_was_written_whatever_its_texts_hold(texts: list[str]) -> None:
    cell = listed(texts)
    assert items_of(cell) == texts
    assert first_of(cell) == (texts[0] if texts else "")
    assert len([one for one in cell.split(";") if one]) == len(texts), "a spreadsheet cuts at each semicolon"


def test_addresses_stand_in_a_cell_with_semicolons_between() -> None:
    assert listed(["D13", "D14"]) == "D13;D14"
    assert items_of(None) == items_of("") == []


def test_outcomes_are_read_as_they_were_written() -> None:
    came = [("B01-01", "holds"), ("B01-02", "undecided"), ("of two words; and a semicolon", "fails")]
    assert list(outcomes_of(outcomes_listed(came))) == came
    assert outcomes_listed(came[:2]) == "B01-01 holds;B01-02 undecided"


def test_numbers_by_name_are_read_as_they_were_written() -> None:
    values = {"died": "3", "born": "1.207,5", "B01;x=y added": ""}
    assert pairs_of(pairs_listed(values)) == values
    assert pairs_listed({"died": "3", "born": ""}) == "died=3; born="
    assert pairs_of("none") == {}
