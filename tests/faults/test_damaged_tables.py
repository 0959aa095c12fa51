"""A table that is damaged, lost, or another's, and everybody who reads it.

Expected of every verb until the next refresh: the very answer of before, or one sentence that names the file and what
to do. Which tables there are the flow says; of each family one is harmed in every way, and of a few in the usual run.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.steps.collect.released import RELEASES
from pipelines.store.tables import file_of
from schemas.flow import OFFICE, Extent, Flow, Table, declared
from tests.faults.asking import CANNOT, CLEAN, HELD, Said, said
from tests.faults.conftest import sampled, with_slow
from tests.faults.office import BEFORE, KEY, LIVESTOCK, PERIOD, VILLAGES, Office, few_of_all
from tests.faults.test_lost_files import cut, empty, flip

ANOTHER = "another"

NEW = "lan-3"
"""A release that is made, and removed again."""

HARMS: Mapping[str, Callable[[Path], object]] = {"removed": Path.unlink, "flipped": flip, "cut": cut, "emptied": empty}

VERBS = (
    "figures --format csv",
    "figures --place chi-lang --format csv",
    "findings --format csv",
    "findings --place chi-lang --format csv",
    "findings --workbook OUT",
    "statements --format csv",
    "statements --by-chapter",
    "trace livestock.horse.heads --format json",
    "trace livestock.horse.heads --place chi-lang --format json",
    "uses ban_tren.xlsx Chăn~nuôi D12 --format csv",
    "figures --release lan-1 --format csv",
    f"release {NEW}",
    "verify lan-1",
    "diff lan-1 lan-2 --format csv",
    "report --output OUT",
    "report --place chi-lang --output OUT",
    "dictionary --output OUT",
    "forms --output OUT",
)
"""What is asked; ``OUT`` is an empty folder."""

QUICK = ("figures",)
"""Families that are harmed in the usual run."""


@dataclass(frozen=True)
class Answer:
    """What a verb said, and the hashes of what it wrote."""

    said: Said
    wrote: Mapping[str, str]


def answer(office: Office, words: str) -> Answer:
    out, released = office.root / "out", office.data / RELEASES / NEW
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    of_no_period = words.split(maxsplit=1)[0] in ("verify", "diff", "dictionary")
    got = said(office, words.replace("OUT", str(out)), period="" if of_no_period else PERIOD.code)
    # A release has a seal of its own, which is printed; what it holds is the same.
    printed = "" if NEW in words else got.printed.replace(str(office.root), "")
    wrote = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted([*out.rglob("*.*"), *released.rglob("*.parquet")])
    }
    shutil.rmtree(released, ignore_errors=True)
    return Answer(Said(got.code, printed, got.told.strip()), wrote)


@dataclass(frozen=True)
class Known:
    """An office that is up to date, with two releases and an earlier period, and what it answers."""

    office: Office
    answers: Mapping[str, Answer]
    tree: Mapping[str, object]


@pytest.fixture(scope="module")
def known(small: None, tmp_path_factory: pytest.TempPathFactory) -> Known:
    office = Office(tmp_path_factory.mktemp("known") / "office")
    office.opens(*VILLAGES, period=BEFORE)
    office.opens(*VILLAGES)
    office.refresh()
    for name in ("lan-1", "lan-2"):
        assert said(office, f"release {name}").code == 0
    return Known(office, {words: answer(office, words) for words in VERBS}, office.tree())


def of_families() -> dict[str, Table]:
    """A table of each family of the small office's flow: that of the form or chapter asked for, or the first."""
    few = few_of_all()
    found: dict[str, Table] = {}
    for table in Flow(tuple(declared(few.forms, few.chapters))).refreshed:
        if found.setdefault(table.family, table).maker.subject != LIVESTOCK.domain:
            found[table.family] = table if table.name.endswith(f"/{LIVESTOCK.domain}") else found[table.family]
    return found


TABLES = of_families()


def parts_of(table: Table) -> tuple[str, str]:
    """The part of a table that is harmed, and another that may come to lie in its place."""
    if table.extent is Extent.BATCH:
        return f"{PERIOD.code}_{KEY.commune}", f"{BEFORE.code}_{KEY.commune}"
    return (PERIOD.code, BEFORE.code) if table.extent is Extent.PERIOD else (OFFICE, OFFICE)


def wrongs(known: Known, office: Office, name: str) -> Iterator[str]:
    """What is not as expected of an office one of whose files is harmed."""
    for words, before in known.answers.items():
        now = answer(office, words)
        if now.said[:2] == before.said[:2] and now.wrote == before.wrote:
            continue
        code, printed, told = now.said
        # A release is refused where what is published is behind, which it then is; other verbs name the file.
        behind = NEW in words and code == HELD
        if not (behind or (code == CANNOT and name in told)) or "\n" in told or "Chạy" not in told:
            yield f"«{words}» exit {code}, {told[-300:]!r}, {printed[:200]!r}, {now.wrote.keys()}"
    office.refresh()
    tree = office.tree()
    if differ := sorted(one for one in tree.keys() | known.tree.keys() if tree.get(one) != known.tree.get(one)):
        yield f"after a refresh other bytes in {differ}"


@pytest.mark.parametrize("family", with_slow(TABLES, QUICK))
def test_who_reads_a_harmed_table_answers_as_before_or_names_it(family: str, known: Known, tmp_path: Path) -> None:
    table = TABLES[family]
    part, other = parts_of(table)
    name = file_of(table.name, part)
    found, office = [], known.office.copy(tmp_path / "office")
    for harm in (*HARMS, *([] if other == part else [ANOTHER])):
        path = office.data / name
        if harm == ANOTHER:
            shutil.copy(office.data / file_of(table.name, other), path)
        else:
            HARMS[harm](path)
        found += [f"{harm}: {wrong}" for wrong in wrongs(known, office, name)]
    assert found == [], "\n".join(found)


OF_A_RELEASE = (
    "figures --release lan-1 --format csv",
    "findings --release lan-1 --format csv",
    "statements --release lan-1 --format csv",
    "trace livestock.horse.heads --release lan-1 --format json",
    "uses ban_tren.xlsx Chăn~nuôi D12 --release lan-1 --format csv",
    "report --release lan-1 --output OUT",
    "verify lan-1 --format csv",
    "diff lan-1 lan-2 --format csv",
    "diff lan-2 lan-1 --format csv",
    "pack lan-1 --output OUT/lan-1.zip",
)
"""What is asked of a release."""


def test_who_reads_a_release_of_which_a_file_is_harmed_is_told_so(known: Known, tmp_path: Path) -> None:
    folder = known.office.data / RELEASES / "lan-1"
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    before = {words: answer(known.office, words) for words in OF_A_RELEASE}
    found, harmed = [], set[str]()
    for name, harm in sampled([(name, harm) for name in names for harm in HARMS], FEW):
        office = known.office.copy(tmp_path / "office")
        HARMS[harm](office.data / RELEASES / "lan-1" / name)
        harmed.add(name)
        for words, known_answer in before.items():
            now = answer(office, words)
            if words.startswith("verify"):
                wrong = now.said.code == CLEAN or not (now.said.printed + now.said.told).strip()
            else:
                same = now.said[:2] == known_answer.said[:2] and now.wrote == known_answer.wrote
                wrong = not same and not (now.said.code == CANNOT and "lan-1" in now.said.told)
            if wrong or "\n" in now.said.told or "ngoài dự kiến" in now.said.told:
                found.append(f"{name} {harm}: «{words}» {now}")
    assert found == [], "\n".join(found)


FEW = 4
"""Harms of a release in the usual run."""
