"""The generator of countries, in small: what is made of its workbooks is what it says is true of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.refresh.batches import refresh_each
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from tests.benchmarks.country import LAYOUTS, Rates, Size, Truth, communes, country, differences, layouts, sent_again

pytestmark = pytest.mark.slow

SIZE = Size(len(LAYOUTS), together=3)
"""A commune of every layout, in two territories."""

OFTEN = Rates(slips=0.3, blanks=0.1, texts=0.1, missing=0.05)


def refreshed(box: Path, rates: Rates) -> Truth:
    country(box, SIZE, rates=rates)
    refresh(box)
    return Truth.of(box)


def refresh(box: Path) -> None:
    raw = Raw(box / "raw")
    for _ in refresh_each(raw, Store(box / "data"), list(raw.batches()), who="test"):
        pass


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A country in which much is wrong, refreshed; only to be read."""
    box = tmp_path_factory.mktemp("country")
    refreshed(box, OFTEN)
    return box


def test_findings_and_sums_are_the_truth_where_much_is_wrong_in_every_layout(sent: Path) -> None:
    truth = Truth.of(sent)
    assert set(truth.communes) == set(layouts())
    assert all((truth.edits, truth.slips, truth.blanks, truth.missing, truth.texts))
    assert differences(sent / "data", truth) == []


@pytest.mark.slow
def test_nothing_is_told_of_a_clean_country_nor_of_one_of_which_some_is_sent_again(tmp_path: Path) -> None:
    truth = refreshed(tmp_path, Rates())
    assert not any((truth.edits, truth.slips, truth.blanks, truth.missing, truth.texts))
    assert differences(tmp_path / "data", truth) == []
    anywhere = sent_again(tmp_path, truth, 0.1)
    assert differences(tmp_path / "data", truth) != []
    refresh(tmp_path)
    assert differences(tmp_path / "data", truth) == []
    of_communes = sent_again(tmp_path, truth, 0.1, by_commune=True)
    refresh(tmp_path)
    assert differences(tmp_path / "data", truth) == []
    assert len({path.parent for path in of_communes}) < len({path.parent for path in anywhere})
    assert len({path.parents[1] for path in of_communes}) == 1


def test_another_truth_is_seen_to_differ(sent: Path) -> None:
    truth = Truth.of(sent)
    commune, forms = next(iter(truth.sums.items()))
    form, fields = next(iter(forms.items()))
    field = next(iter(fields))
    others = {
        "sums": replace(truth, sums={**truth.sums, commune: {**forms, form: {**fields, field: "-1"}}}),
        "edits": replace(truth, edits=truth.edits[1:]),
        "slips": replace(truth, slips=[*truth.slips, [commune, "a.xlsx", "b", "C1"]]),
        "blanks": replace(truth, blanks=truth.blanks[1:]),
        "not sent": replace(truth, missing=truth.missing[1:]),
    }
    for what, other in others.items():
        assert any(one.startswith(what) for one in differences(sent / "data", other)), what


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(sent: Path, tmp_path: Path) -> None:
    country(tmp_path, SIZE, rates=OFTEN)
    made = {path.relative_to(sent): path.read_bytes() for path in (sent / "raw").rglob("*.*")}
    again = {path.relative_to(tmp_path): path.read_bytes() for path in (tmp_path / "raw").rglob("*.*")}
    assert made == again
    assert list(communes(Size(1), 1)) != list(communes(Size(1), 2))


def test_no_two_communes_have_the_same_workbook(sent: Path) -> None:
    found = [path.read_bytes() for path in (sent / "raw").rglob("*.xlsx")]
    assert len(set(found)) == len(found) == Truth.of(sent).workbooks
