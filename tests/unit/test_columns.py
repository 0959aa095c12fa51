"""Edits over columns of whole numbers, held against Pandera, which reads the same rules from the same declarations."""

from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from random import Random
from typing import Any

import pandera.errors
import pyarrow as pa
import pytest

from pipelines.steps.collect.records import records
from pipelines.steps.validate.columns import Columns
from schemas.edits import balance, bound
from schemas.fields import field
from schemas.form import Form, VillageForm
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.pandera_schemas import schema
from schemas.tables import ENTRIES
from schemas.units import Dong, MillionDong
from tests.edits.examples import example

WITH_EDITS = [form for form in FORMS if any(not edit.beyond for edit in form.edits)]

LARGEST = 10**14 - 1
"""What fits a column before the comma."""


def records_of(form: type[Form], rows: list[dict[str, Any]]) -> pa.Table:
    keys = dict.fromkeys(form.texts(), "x")
    return pa.Table.from_pylist([keys | row for row in rows], form.arrow())


def made_up(form: type[Form], random: Random) -> dict[str, Decimal | None]:
    """A record that satisfies most edits: totals are filled from their parts, then sometimes one value is changed."""
    record: dict[str, Any] = {}
    top = random.choice([9, 1000, LARGEST // 40])
    for name, item in form.fields().items():
        small = random.randint(0, top * 10**item.unit.decimals)
        record[name] = Decimal(small).scaleb(-item.unit.decimals)
    for edit in reversed(form.edits):
        if not edit.beyond and random.random() < 0.8:
            first = edit.fields[edit.names[0]]
            right = edit.expected(record).quantize(Decimal(1).scaleb(-first.unit.decimals))
            record[first.name] = min(max(right, Decimal(0)), Decimal(LARGEST))
    for name in random.sample(list(record), k=min(2, len(record))):
        record[name] = random.choice([None, record[name], min(record[name] + 1, Decimal(LARGEST))])
    return record


def by_pandera(form: type[Form], columns: Columns) -> dict[str, set[int]]:
    """Edit to the numbers of the records on which Pandera says that it fails."""
    failing: dict[str, set[int]] = {edit.code: set() for edit in form.edits if not edit.beyond}
    try:
        schema(form).validate(columns.frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        for error in errors.schema_errors:
            if getattr(error.check, "name", "") in failing:
                failing[str(error.check.name)] = set(error.failure_cases["index"])
    return failing


def by_columns(form: type[Form], columns: Columns) -> dict[str, set[int]]:
    edits = [edit for edit in form.edits if not edit.beyond]
    return {edit.code: {*(~columns.holds(edit)).nonzero()[0].tolist()} for edit in edits}


@pytest.mark.parametrize("form", WITH_EDITS, ids=lambda form: form.code)
def test_pandera_the_columns_and_each_record_by_itself_find_the_same_failing(form: type[Form]) -> None:
    random, edits = Random(form.code), [edit for edit in form.edits if not edit.beyond]
    made = [made_up(form, random) for _ in range(60)]
    # One record for each edit that fails it: what is made up need not trip them all.
    made += [dict.fromkeys(form.fields()) | example(edit).bad for edit in edits]
    columns = Columns(records_of(form, made), form)
    found = by_columns(form, columns)
    assert found == by_pandera(form, columns)
    assert all(found.values())
    assert any(len(failing) < 60 for failing in found.values())
    for edit in edits:
        whole = {
            at: {name: one for name in edit.names if (one := made[at][name]) is not None} for at in range(len(made))
        }
        known = {at: record for at, record in whole.items() if len(record) == len(edit.names)}
        assert {at for at, record in known.items() if not edit.fits(record)} == found[edit.code] & {*known}, edit.code


class Wide(VillageForm, code="Z70", sheet="S", title="T", domain="z"):
    """Amounts in two units, of which the larger in the smaller unit needs more than 64 bits."""

    paid = field(Dong, "Đã chi")
    granted = field(MillionDong, "Được cấp")
    rest = field(MillionDong, "Còn lại")
    lent = field(Dong, "Cho vay")
    edits = (balance("Z70-01", "granted", ["paid", "rest"]), bound("Z70-02", ["lent"], "rest"))


def exact(gap: int) -> Iterator[dict[str, Any]]:
    granted = Decimal("99999999999999.999")
    paid = 12_345_678_901_000
    yield {"granted": granted, "paid": paid + gap, "rest": granted - Decimal(paid) / 10**6, "lent": LARGEST}


@pytest.mark.parametrize(("gap", "holds"), [(0, True), (1, False), (-1, False)])
def test_one_dong_among_amounts_beyond_64_bits_is_seen(gap: int, holds: bool) -> None:
    columns = Columns(records_of(Wide, list(exact(gap))), Wide)
    assert columns.holds(Wide.edits[0]).tolist() == [holds]
    assert columns.holds(Wide.edits[1]).tolist() == [True]


def test_without_records_there_is_nothing_to_hold() -> None:
    columns = Columns(records_of(Wide, []), Wide)
    assert [columns.holds(edit).tolist() for edit in Wide.edits] == [[], []]


def test_sums_contradict_one_another_by_what_each_record_has_less_what_is_in_doubt() -> None:
    random, form = Random(3), Livestock
    made = [made_up(form, random) for _ in range(60)]
    in_doubt = {at: set(random.sample(list(form.fields()), k=2)) for at in range(0, 60, 3)}
    expected = {}
    for at, record in enumerate(made):
        known = {name: value for name, value in record.items() if value is not None}
        values = {name: int(value) for name, value in known.items() if name not in in_doubt.get(at, ())}
        if codes := form.facts.contradicted(values):
            expected[at] = codes
    assert Columns(records_of(form, made), form).contradicted(in_doubt) == expected
    assert 0 < len(expected) < 60


@pytest.mark.parametrize(
    ("others", "is_refused"), [([], False), (["total"], False), (["cattle"], True), (["nobody knows"], True)]
)
def test_an_entry_of_an_unknown_field_and_a_second_one_of_a_known_are_refused(
    others: list[str], is_refused: bool
) -> None:
    keys = dict.fromkeys(Livestock.texts(), "x")
    entries = [keys | {"form": Livestock.code, "field": name, "value": 1} for name in ("cattle", *others)]
    with pytest.raises(ValueError, match="or two of one") if is_refused else nullcontext():
        (record,) = records(pa.Table.from_pylist(entries, ENTRIES), Livestock).to_pylist()
        assert {name for name in Livestock.fields() if record[name] is not None} == {"cattle", *others}
