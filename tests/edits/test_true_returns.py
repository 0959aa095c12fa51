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
from tests.edits.examples import Sent, Values
from tests.edits.true_returns import Returns, generated
from tests.unit.builders import COMMUNE, PERIOD, PLACES

pytestmark = pytest.mark.slow

SEEDS, NOISE = range(8), 0.3
LAST_YEAR = Period.parse("2023-H1")


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
