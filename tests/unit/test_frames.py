"""Texts by number: which rows are alike, and in which order they come, as comparing the texts row by row says it."""

from random import Random

import pyarrow as pa
import pytest

from pipelines.steps.frames import cases, coded, grouped_by, in_order, numbered, parted, sorted_by

DRAWN = Random(5)
WORDS = ["", "a", "á", "b", "ba", "đ", "10", "9"]
ROWS = [tuple(DRAWN.choice(WORDS) for _ in range(4)) for _ in range(500)]
NAMES = ["one", "two", "three", "four"]
IN_PIECES = pa.concat_tables(
    pa.table([pa.array(column) for column in zip(*piece, strict=True)], NAMES) for piece in (ROWS[:200], ROWS[200:])
)
FORMS = {"in pieces": IN_PIECES, "whole": IN_PIECES.combine_chunks()}
FORMS["as dictionaries"] = pa.table({name: IN_PIECES[name].dictionary_encode() for name in NAMES})


@pytest.mark.parametrize("table", FORMS.values(), ids=FORMS)
def test_rows_with_the_same_texts_have_one_number_by_first_occurrence(table: pa.Table) -> None:
    known: dict[tuple[str, ...], int] = {}
    expected = [known.setdefault(row[:2], len(known)) for row in ROWS]
    number, first = numbered(table, NAMES[:2])
    assert number.tolist() == expected
    assert [ROWS[at][:2] for at in first] == list(known)


@pytest.mark.parametrize("table", FORMS.values(), ids=FORMS)
def test_the_first_column_counts_most_and_rows_alike_stay_as_they_stand(table: pa.Table) -> None:
    assert in_order(table, NAMES[:2]).tolist() == sorted(range(len(ROWS)), key=lambda at: ROWS[at][:2])


@pytest.mark.parametrize("table", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("names", [NAMES[:1], NAMES[:2]], ids=len)
def test_sorting_takes_rows_only_where_they_are_not_in_order_yet(table: pa.Table, names: list[str]) -> None:
    once = sorted_by(table, names)
    assert once.to_pylist() == table.take(pa.array(in_order(table, names))).to_pylist() != table.to_pylist()
    assert sorted_by(once, names) is once


@pytest.mark.parametrize("table", [*FORMS.values(), IN_PIECES.slice(0, 0)], ids=[*FORMS, "without rows"])
@pytest.mark.parametrize("names", [NAMES[:1], NAMES[:2], NAMES], ids=len)
def test_sorting_and_numbering_at_once_is_one_after_the_other(table: pa.Table, names: list[str]) -> None:
    expected = sorted_by(table, names)
    for given in (table, expected):
        rows, *numbers = grouped_by(given, names)
        assert rows.to_pylist() == expected.to_pylist()
        assert [one.tolist() for one in numbers] == [one.tolist() for one in numbered(expected, names)]


def test_a_missing_text_comes_first_also_where_all_others_are_in_order() -> None:
    rows = pa.table({"one": ["a", "b", None]})
    assert sorted_by(rows, ["one"])["one"].to_pylist() == [None, "a", "b"]


def test_what_is_missing_is_a_case_of_its_own() -> None:
    number, first = cases([coded(pa.array(["a", None, "b", None, "a"]))], 5)
    assert (number.tolist(), first.tolist()) == ([0, 1, 2, 1, 0], [0, 1, 2])


def test_so_many_columns_that_no_number_has_room_for_them_are_told_apart_all_the_same() -> None:
    alike = [coded(pa.array([str(at % 3) for at in range(100)]))] * 40
    number, _ = cases([coded(pa.array([str(at) for at in range(100)])), *alike], 100)
    assert number.tolist() == list(range(100))


def test_no_rows_are_no_cases() -> None:
    number, first = cases([coded(pa.array([], pa.string()))], 0)
    assert (len(number), len(first)) == (0, 0)


def test_rows_are_parted_by_a_text_as_they_stand_whether_its_rows_stand_together_or_not() -> None:
    whole = pa.table({"of": ["b", "a", "b", "a", "c"], "at": range(5)})
    wanted = {"b": [0, 2], "a": [1, 3], "c": [4]}
    for order in (range(5), (0, 2, 1, 3, 4), (4, 1, 3, 0, 2)):
        found = parted(whole.take(list(order)), "of")
        assert {text: rows["at"].to_pylist() for text, rows in found.items()} == wanted
