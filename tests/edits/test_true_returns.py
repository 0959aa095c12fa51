"""True returns of a commune unlike the example, generated: every edit lets them pass, and so do earlier periods.

Numbers are rounded as reporters round them; what was sent a year ago differs by up to 30 per cent in every cell.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from random import Random

import pyarrow as pa
import pytest

from pipelines.steps.collect.records import records
from pipelines.steps.frames import to_frame
from pipelines.steps.problems import joined
from pipelines.steps.validate.check import check
from schemas.form import Form
from schemas.forms import BY_CODE, FORMS
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from schemas.tables import ENTRIES
from schemas.units import Unit
from tests.edits.examples import Sent, Values, reporters
from tests.unit.builders import COMMUNE, PERIOD, PLACES
from tests.unit.slips import consistent

pytestmark = pytest.mark.slow

SEEDS, NOISE = range(8), 0.3
LAST_YEAR = Period(2023, 1)

Returns = dict[tuple[str, str], Values]
"""Values by form and reporter."""


def generated(seed: int) -> Returns:
    random = Random(f"commune {seed}")
    found = {
        (form.code, reporter): _of_village(form, random) if form.reporter_kind == "village" else _of_desk(form, random)
        for form in FORMS
        for reporter in reporters(form)
    }
    _agree(found)
    return found


def _of_desk(form: type[Form], random: Random) -> Values:
    record = consistent(form.system, random)
    values = {name: form.system.decimal(name, value) for name, value in record.items()}
    if form.code == "T01":
        values = {name: value * 1000 for name, value in values.items()}
    if form.code == "X04":
        values["packages"] = min(values["packages"], Decimal(1000))
        values["households"] = min(values["households"], values["packages"])
        values["value"] = values["packages"] * values["unit_value"]
    return values


def _of_village(form: type[Form], random: Random) -> Values:
    """Draw what is added up, and add it up: villages of one commune are of one order of size."""
    values = {name: _drawn(item.unit, random) for name, item in form.fields().items()}
    if form.code == "B03":
        for crop, most in (("rice", 60), ("maize", 70)):
            area, rate = random.uniform(1, 400), random.uniform(30, most)
            for what, true in (("area", area), ("yield", rate), ("production", area * rate / 10)):
                values[f"{crop}_{what}"] = Decimal(str(round(true, random.randint(0, 2))))
        values["perennial_area"] += values["anise_area"] + values["fruit_new_area"]
    for edit in reversed(form.edits):
        names = edit.names
        if edit.demand == "không được quá" and len(names) == 2:
            values[names[0]] = min(values[names[0]], values[names[1]])
    for _ in range(3):  # totals of totals
        for edit in form.edits:
            if edit.demand == "các phần cộng lại là":
                values[edit.names[0]] = sum((values[name] for name in edit.names[1:]), Decimal(0))
    return values


def _drawn(unit: Unit, random: Random) -> Decimal:
    return Decimal(str(round(10 ** random.uniform(1.3, 2.3), unit.decimals)))


def _agree(found: Returns) -> None:
    """Make the desks' lines those of the others, as far as they speak of the same."""

    def total(form: str, field: str) -> Decimal:
        return sum((values[field] for (code, _), values in found.items() if code == form), Decimal(0))

    of = {form.code: found[form.code, reporters(form)[0]] for form in FORMS if form.reporter_kind != "village"}
    of["N01"]["planted_area"] = total("B04", "planted_area")
    of["N01"]["registered_area"] = total("B04", "registered_area")
    pupils = total("G01", "pupils") + total("G02", "pupils") + total("G03", "pupils")
    of["Y01"]["pupils"], of["Y01"]["pupils_examined"] = pupils, pupils - 1 if pupils else pupils
    of["A01"]["pledged_pupils"] = pupils // 2
    of["N02"]["rabies_dogs"] = total("B01", "dog") // 3
    of["N02"]["pasteurellosis"] = of["N02"]["foot_and_mouth"] = total("B01", "total") // 4
    of["N02"]["disinfected_villages"] = min(of["N02"]["disinfected_households"], of["L01"]["villages"], Decimal(8))
    of["Q02"]["incinerators"] = total("B05", "built") // 2
    of["X03"]["poor"] = max(of["X03"]["poor"], of["C02"]["households_poor"])
    of["X03"]["electricity_households"] = max(of["X03"]["electricity_households"], of["X03"]["poor"])
    approved = max(of["C01"][f"{what}_approved"] for what in ("housing", "tools", "water"))
    of["X03"]["near_poor"] = approved  # in no edit of its own form
    of["L01"]["documents_posted"] = of["V01"]["total"] // 2
    of["Y01"]["under5"] = max(of["Y01"]["under5"], of["Y02"]["pregnant"])


def noisy(form: type[Form], values: Mapping[str, Decimal], random: Random) -> Values:
    found = {}
    for name, value in values.items():
        item = form.fields()[name]
        then = (value * Decimal(str(random.uniform(1 - NOISE, 1 + NOISE)))).quantize(
            Decimal(1).scaleb(-item.unit.decimals)
        )
        found[name] = then if item.maximum is None else min(then, Decimal(item.maximum))
    return found


def told(returns: Returns, before: Returns, forms: tuple[type[Form], ...] = FORMS) -> list[tuple[str, str, str]]:
    """Code, reporter and message of every finding on returns, held against those of a year ago."""
    sent = [Sent(BY_CODE[code], reporter, values) for (code, reporter), values in returns.items()]
    entries = pa.Table.from_pylist([row for one in sent for row in one.entries()], ENTRIES)
    key = ReturnSetKey(PERIOD.code, COMMUNE)
    found = []
    for form in forms:
        then = [Sent(form, reporter, values) for (code, reporter), values in before.items() if code == form.code]
        earlier = pa.Table.from_pylist([row for one in then for row in one.entries()], ENTRIES)
        accepted = to_frame([records(earlier, form)], form.arrow()) if then else to_frame([], form.arrow())
        accepted["period"] = LAST_YEAR.code
        checked = check(form, entries, joined([]), accepted, [key], PLACES)
        found += checked.findings[["code", "reporter", "message"]].itertuples(index=False, name=None)
    return found


@pytest.fixture(scope="module")
def alarms() -> Counter[str]:
    """Codes of the findings on true returns, over all seeds."""
    found: Counter[str] = Counter()
    for seed in SEEDS:
        returns, random = generated(seed), Random(f"noise {seed}")
        before = {(code, who): noisy(BY_CODE[code], values, random) for (code, who), values in returns.items()}
        found.update(f"{code} {message}" for code, _, message in told(returns, before))
    return found


def test_true_returns_pass_every_edit_and_every_comparison_with_at_most_one_false_alarm(
    alarms: Counter[str],
) -> None:
    assert alarms.total() <= 1, list(alarms)


def test_returns_sent_again_are_told_as_copied() -> None:
    returns = generated(0)
    copies = {(code, who): dict(values) for (code, who), values in returns.items()}
    found = [code for code, _, _ in told(returns, copies)]
    assert set(found) == {"H-07"}
    assert len(found) > len(returns) // 2  # some returns are too short to say so
