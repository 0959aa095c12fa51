"""Tables that people keep, damaged by chance: every row comes as it was written, or is told of; never anything else.

The grammar of such a table is said here a second time, letter by letter and without the csv module.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from random import Random
from typing import Any

import pandas as pd
import pytest

from pipelines.steps.analyse.printed import said_in
from pipelines.steps.collect.correct import read_ledger
from pipelines.steps.collect.printed_plan import read_printed
from pipelines.store.place_tables import places_of
from schemas.addresses import as_meant
from schemas.kept import decoded
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError
from schemas.tables import IN_EVERY_LEDGER, PRINTED, PRINTED_MAY_SAY, in_folder
from schemas.units import Heads, unit_labelled
from tests.unit.builders import ROOT
from tests.unit.fuzzing import damaged, on_the_page, records_of, seeds

pytestmark = pytest.mark.slow
_on_the_page = on_the_page(
    "Sổ đính chính, bảng địa bàn, bản kế hoạch bị hỏng bất kỳ",
    "dòng như đã ghi, hoặc một câu cho từng dòng không đọc được",
)

TABLES = 2_000
"""Of each kind."""
TOGETHER = 25
"""Tables read in one call, as those of many communes are."""

Table = list[list[str]]
Change = Callable[[Table, Random], None]


@dataclass(frozen=True)
class Manner:
    """How a program writes a table down."""

    separator: str = ","
    quotes_all: bool = False
    end: str = "\n"
    mark: bytes = b""
    encoding: str = "utf-8"

    @classmethod
    def any(cls, chance: Random) -> "Manner":
        return cls(
            chance.choice(",,;"),
            chance.random() < 0.2,
            chance.choice(["\n", "\n", "\r\n", "\r"]),
            chance.choice([b"", b"", b"\xef\xbb\xbf"]),
            chance.choice(["utf-8"] * 20 + ["utf-16", "cp1258", "utf-8-sig"]),
        )

    def write(self, table: Table) -> bytes:
        def cell(text: str) -> str:
            special = self.quotes_all or any(sign in text for sign in (self.separator, '"', "\r", "\n"))
            return '"' + text.replace('"', '""') + '"' if special else text

        lines = [self.separator.join(map(cell, row)) + self.end for row in table]
        return self.mark + "".join(lines).encode(self.encoding, errors="replace")


def parsed(text: str) -> list[list[str]] | None:
    """The records of a table in the separator of its heading."""
    heading = re.split("[\r\n]", text)[0]
    return records_of(text, ";" if heading.count(";") > heading.count(",") else ",")


def rows_in(content: bytes, needed: Sequence[str], *, ragged: bool = False) -> tuple[list[dict[str, str]], int] | None:
    """The rows that stand under their headings, and how many do not; nothing where the whole cannot be read."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    records = None if "\ufffd" in text else parsed(text)
    if not records:
        return None
    heading, *lines = records
    named = [name for name in heading if name]
    if not set(needed) <= set(named) or len(set(named)) < len(named):
        return None
    found, misfits = [], 0
    for line in lines:
        if not any(line):
            continue
        beside = [text for at, text in enumerate(line) if text and not (at < len(heading) and heading[at])]
        if (len(line) != len(heading) and not ragged) or beside:
            misfits += 1
        else:
            under = dict(zip_longest(heading, line[: len(heading)], fillvalue=""))
            found.append({name: text for name, text in under.items() if name})
    return found, misfits


def anywhere(table: Table, chance: Random) -> tuple[int, int]:
    row = chance.randrange(len(table))
    return row, chance.randrange(max(1, len(table[row])))


def set_cell(table: Table, chance: Random) -> None:
    row, column = anywhere(table, chance)
    if table[row]:
        long = "dài " * chance.choice([300, 9000, 33_000])
        texts = ["", "\0", "a\nb", 'nói "x"', ",", ";", "\r\n", '"', "\ufffd", "-", " ", long]
        texts += ["1e999999", "NaN", "1_0", "٣"]
        other = anywhere(table, chance)
        texts += [table[other[0]][other[1]] if table[other[0]] else "", str(chance.randint(-5, 10**6))]
        table[row][column] = chance.choice(texts)


def put_sign(table: Table, chance: Random) -> None:
    row, column = anywhere(table, chance)
    if table[row]:
        text = table[row][column]
        at = chance.randint(0, len(text))
        table[row][column] = text[:at] + chance.choice('",;|\n\r\0\t 0-.') + text[at:]


def swap_cells(table: Table, chance: Random) -> None:
    row, column = anywhere(table, chance)
    if table[row]:
        other = chance.randrange(len(table[row]))
        table[row][column], table[row][other] = table[row][other], table[row][column]


def swap_columns(table: Table, chance: Random) -> None:
    width = min(map(len, table))
    if width:
        first, second = chance.randrange(width), chance.randrange(width)
        for row in table:
            row[first], row[second] = row[second], row[first]


def twice(table: Table, chance: Random) -> None:
    row, _ = anywhere(table, chance)
    table.insert(chance.randint(0, len(table)), list(table[row]))


def blank(table: Table, chance: Random) -> None:
    table.insert(chance.randint(0, len(table)), chance.choice([[], [""] * len(table[0])]))


def narrower(table: Table, chance: Random) -> None:
    row, column = anywhere(table, chance)
    del table[row][column:]


def wider(table: Table, chance: Random) -> None:
    row, column = anywhere(table, chance)
    table[row].insert(column, chance.choice(["", "thêm"]))


def another_column(table: Table, chance: Random) -> None:
    for at, row in enumerate(table):
        row.append(chance.choice(["", "ghi chú"]) if at else chance.choice(["", "ghi chú", "period", "commune"]))


def shorter(table: Table, chance: Random) -> None:
    row, _ = anywhere(table, chance)
    if len(table) > 1:
        del table[row]


def shuffled(table: Table, chance: Random) -> None:
    table[1:] = chance.sample(table[1:], len(table) - 1)


CHANGES: list[Change] = [
    *(set_cell, put_sign, swap_cells, swap_columns, twice, blank, narrower, wider, another_column, shorter, shuffled)
]


def made(base: Callable[[Random], Table], chance: Random) -> bytes:
    """A table written in some manner: as it is, with its cells changed, or with its bytes damaged."""
    table = base(chance)
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        chance.choice(CHANGES)(table, chance)
    content = Manner.any(chance).write(table)
    return damaged(content, chance) if chance.random() < 0.4 else content


def real(path: str) -> Table:
    found = parsed((ROOT / path).read_text("utf-8-sig"))
    assert found
    return found


def base_of(path: str, most: int = 8) -> Callable[[Random], Table]:
    """Some rows of a real table below its heading."""
    heading, *rows = real(path)
    return lambda chance: [list(heading), *map(list, chance.choices(rows, k=chance.randint(0, most)))]


SET = "raw/2024-H1/huu-kien"
LEDGERS, PLANS = base_of(f"{SET}/corrections.csv", most=4), base_of(f"{SET}/printed.csv")


def batches(base: Callable[[Random], Table], part: int) -> Iterator[dict[int, bytes]]:
    batch: dict[int, bytes] = {}
    for seed, chance in seeds(TABLES, part, 2):
        batch[seed] = made(base, chance)
        if len(batch) == TOGETHER:
            yield batch
            batch = {}
    yield batch


def by_seed(frame: pd.DataFrame, columns: Sequence[str]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in frame.to_dict("records"):
        assert row["period"] == "2024-H1"
        found.setdefault(int(row["commune"]), []).append({name: row[name] for name in columns})
    return found


def texts_of(batch: dict[int, bytes]) -> dict[ReturnSetKey, str]:
    return {ReturnSetKey("2024-H1", str(seed)): decoded(content) for seed, content in batch.items()}


@pytest.mark.parametrize("part", range(2))
def test_every_row_of_a_ledger_is_read_as_it_was_written_or_told_of(part: int) -> None:
    columns = IN_EVERY_LEDGER
    whole = 0
    for batch in batches(LEDGERS, part):
        entries, problems = read_ledger(texts_of(batch))
        got, told = by_seed(entries, columns), by_seed(problems, ["problem", "file"])
        for seed, content in batch.items():
            wanted = rows_in(content, columns)
            rows, misfits = wanted if wanted is not None else ([], 1)
            meant = [{name: row[name] for name in columns} | {"cell": as_meant(row["cell"])} for row in rows]
            assert got.get(seed, []) == meant, (seed, content)
            expected = [{"problem": "LEDGER_UNREADABLE", "file": "corrections.csv"}] * misfits
            assert told.get(seed, []) == expected, (seed, content)
            whole += bool(rows) and not misfits
    assert whole > TABLES // 10


@pytest.mark.parametrize("part", range(2))
def test_every_row_of_a_printed_plan_is_read_as_it_was_written_or_told_of(part: int) -> None:
    columns = [name for name in in_folder(PRINTED) if name not in PRINTED_MAY_SAY]
    whole = 0
    for batch in batches(PLANS, part):
        printed, problems = read_printed(texts_of(batch))
        got, told = by_seed(printed.to_pandas(), columns), by_seed(problems, ["problem", "file"])
        for seed, content in batch.items():
            wanted = rows_in(content, columns)
            rows, misfits = wanted if wanted is not None else ([], 1)
            sound = [
                row for row in rows if is_value(row["value"]) and row["printed"].strip() and len(row["printed"]) <= 1000
            ]
            first = {(row["id"], row["section"]): row for row in reversed(sound)}
            plain = [row for row in sound if row is first[row["id"], row["section"]]]
            misfits += len(rows) - len(plain)
            assert got.get(seed, []) == [{name: row[name] for name in columns} for row in plain], (seed, content)
            expected = [{"problem": "PRINTED_UNREADABLE", "file": "printed.csv"}] * misfits
            assert told.get(seed, []) == expected, (seed, content)
            for row in plain:
                said = said_in(row["printed"], Decimal(row["value"]), unit_labelled(row["unit"]) or Heads)
                assert said.value.is_finite(), (seed, row)
            whole += bool(plain) and not misfits
    assert whole > TABLES // 10


def is_value(text: str) -> bool:
    """Whether a text is a number with a dot that a table can hold."""
    whole, dot, decimals = text.removeprefix("-").partition(".")
    parts = [whole, decimals] if dot else [whole]
    return all(0 < len(part) <= 18 and not set(part) - {*"0123456789"} for part in parts)


PLACES = "schemas/places/places.csv"
HEADING, *_PLACE_ROWS = real(PLACES)
UPPER = [row for row in _PLACE_ROWS if row[1] not in ("village",)]
VILLAGES = [row for row in _PLACE_ROWS if row[1] == "village"]


def places_table(chance: Random) -> Table:
    table = [HEADING, *UPPER, *chance.sample(VILLAGES, chance.randint(0, min(6, len(VILLAGES))))]
    if chance.random() < 0.2:  # some place said to lie in another
        row = chance.choice(table[1:]).copy()
        row[3] = chance.choice(table[1:])[0]
        table = [row if own[0] == row[0] else own for own in table]
    return [list(row) for row in table]


def as_written(row: dict[str, str]) -> tuple[Any, ...]:
    village = row["level"] == "village"
    return (
        *(row["code"], row["level"], row["name"], row.get("parent", "")),
        tuple(alias for alias in row.get("aliases", "").split("|") if alias),
        *(row.get("valid_from", ""), row.get("valid_to", ""), row.get("successor", "")),
        row.get("kind", "") or ("village" if village else row["code"]),
        frozenset(row.get("forms", "").split()),
    )


def places_in(content: bytes) -> Places | str:
    """The places of a table, or the sentence with which it is refused."""
    try:
        return places_of([content]).checked()
    except SentenceError as sentence:
        return str(sentence)


@pytest.mark.parametrize("part", range(2))
def test_every_row_of_a_table_of_places_is_a_place_or_the_table_is_refused_in_a_sentence(part: int) -> None:
    accepted = refused = 0
    for seed, chance in seeds(TABLES, part, 2):
        untouched = chance.random() < 0.2
        manner = Manner(chance.choice(",;"), chance.random() < 0.5, chance.choice(["\n", "\r\n", "\r"]))
        content = manner.write([HEADING, *UPPER, *VILLAGES]) if untouched else made(places_table, chance)
        wanted = rows_in(content, ["code", "level", "name"], ragged=True)
        places = places_in(content)
        if isinstance(places, str):
            assert "(places.csv)" in places, (seed, content)
            assert not untouched, (seed, content, places)
            refused += 1
            continue
        accepted += 1
        assert wanted is not None, (seed, content)
        rows, misfits = wanted
        assert not misfits, (seed, content)
        got = [
            (
                *(place.code, place.level, place.name, place.parent, place.aliases),
                *(str(place.valid_from or ""), str(place.valid_to or ""), place.successor, place.kind, place.forms),
            )
            for place in places.rows
        ]
        assert got == [as_written(row) for row in rows], (seed, content)
        for place in places.rows:
            if place.level == "commune":
                assert len(places.ancestors(place.code)) < 4, (seed, content)
            if place.level == "village":
                assert places.commune(place.parent), (seed, content)
                assert places.reporter_named(place.parent, place.name) == place.code, (seed, content)
                assert place in places.reporters(place.parent, "village"), (seed, content)
        assert places.reporter_named("huu-kien", "") is None, (seed, content)
    assert accepted > TABLES // 10
    assert refused > TABLES // 10
