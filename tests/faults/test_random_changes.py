"""Whatever came, moved, was lost or damaged: a refresh of what changed gives the tables of one that makes all anew.

Both begin with the same output folder, for what was accepted before decides what stays where a form is held back.

``RETURNS_CHANGES=40`` makes so many rounds of changes of each country, where a few show that it goes on working.
"""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from pipelines.refresh.batches import refresh_each, tidy_all
from pipelines.refresh.stale import stale_batches
from pipelines.store import row_groups
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from tests.benchmarks.country import Rates, Size, country, packed, tables
from tests.unit.builders import unpacked
from tests.unit.offices import KEY, SHIPPED

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("RETURNS_CHANGES", "2"))
BESIDE = ("corrections.csv", "printed.csv")

_NUMBER = re.compile(rb'<c r="([A-Z]+\d+)"((?: s="\d+")?)(?: t="n")?><v>([\d.]+)</v></c>')

Change = Callable[[Random, Path], None]


def any_of(chance: Random, root: Path, pattern: str) -> Path:
    return chance.choice(sorted(root.glob(pattern)))


def any_workbook(chance: Random, box: Path) -> Path:
    return any_of(chance, box, f"raw/{KEY.period}/*/*/*.xlsx")


def any_commune(chance: Random, box: Path) -> Path:
    return any_of(chance, box, f"raw/{KEY.period}/*/xa-*")


def any_table(chance: Random, box: Path) -> Path:
    return box / "data" / chance.choice(sorted(tables(box / "data")))


def a_cell_says_something_else(chance: Random, box: Path) -> None:
    """One larger, a thousand times as large, blank, a word, or two numbers."""
    path = any_workbook(chance, box)
    parts = unpacked(path.read_bytes())
    sheets = [name for name in sorted(parts) if name.startswith("xl/worksheets/sheet") and _NUMBER.search(parts[name])]
    sheet = chance.choice(sheets)
    cell = chance.choice(list(_NUMBER.finditer(parts[sheet])))
    number = cell[3]
    others = (
        b"><v>%d</v></c>" % (float(number) + 1),
        b"><v>%d</v></c>" % (float(number) * 1000),
        b"/>",
        b' t="str"><v>%s</v></c>' % "nhiều".encode(),
        b' t="str"><v>%s/%s</v></c>' % (number, number),
    )
    own = b'<c r="%s"%s' % (cell[1], cell[2])
    parts[sheet] = parts[sheet].replace(cell[0], own + chance.choice(others), 1)
    path.write_bytes(packed(parts))


def a_workbook_is_gone(chance: Random, box: Path) -> None:
    any_workbook(chance, box).unlink()


def a_workbook_comes_twice(chance: Random, box: Path) -> None:
    path = any_workbook(chance, box)
    shutil.copy(path, path.with_stem(f"{path.stem}_2"))


def a_workbook_is_another_commune_s(chance: Random, box: Path) -> None:
    path = any_workbook(chance, box)
    shutil.copy(any_of(chance, box, f"raw/{KEY.period}/*/*/{path.name}"), path)


def a_ledger_or_a_plan_comes_or_goes(chance: Random, box: Path) -> None:
    name = chance.choice(BESIDE)
    place = any_commune(chance, box) / name
    if place.exists():
        place.unlink()
    else:
        shutil.copy(SHIPPED.folder(KEY) / name, place)


def a_commune_moves(chance: Random, box: Path) -> None:
    commune, folder = any_commune(chance, box), any_of(chance, box, f"raw/{KEY.period}/*")
    if not (folder / commune.name).exists():
        commune.rename(folder / commune.name)


def a_table_is_lost(chance: Random, box: Path) -> None:
    any_table(chance, box).unlink()


def a_table_is_damaged(chance: Random, box: Path) -> None:
    path = any_table(chance, box)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1
    path.write_bytes(content)


CHANGES: tuple[Change, ...] = (
    *[a_cell_says_something_else] * 5,
    *(a_workbook_is_gone, a_workbook_comes_twice, a_workbook_is_another_commune_s),
    *(a_ledger_or_a_plan_comes_or_goes, a_commune_moves, a_table_is_lost, a_table_is_damaged),
)


def refreshed(box: Path, data: str, *, anew: bool) -> dict[str, str]:
    """Refresh into an output folder what is stale, or all of it; return the hashes of its tables."""
    raw, store = Raw(box / "raw"), Store(box / data)
    batches = sorted({*raw.batches(), *store.batches()})
    tidy_all(store, batches)
    wanted = batches if anew else list(stale_batches(raw, store, batches))
    list(refresh_each(raw, store, wanted, who="test", anew=anew))
    return tables(store.root)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_random_changes_a_refresh_gives_what_one_that_makes_all_anew_gives(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = Random(seed)
    monkeypatch.setattr(row_groups, "VALUES", chance.choice([999, 8192]))  # so that a few communes are several groups
    country(tmp_path, Size(6, together=3), seed=seed, rates=Rates(slips=0.02))
    refreshed(tmp_path, "data", anew=False)
    for _ in range(ROUNDS):
        made = [chance.choice(CHANGES) for _ in range(chance.randint(1, 3))]
        for change in made:
            change(chance, tmp_path)
        shutil.rmtree(tmp_path / "other", ignore_errors=True)
        shutil.copytree(tmp_path / "data", tmp_path / "other")
        told = ", ".join(change.__name__ for change in made)
        assert refreshed(tmp_path, "data", anew=False) == refreshed(tmp_path, "other", anew=True), told
