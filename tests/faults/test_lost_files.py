"""An output file that is lost, or damaged, alone.

Expected of each file that a refresh leaves: until the next refresh everybody who asks is given the very answer of
before, or told that it cannot be given; the next plain refresh makes the file anew, with the same bytes, and no other.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.store.archive import ARCHIVE
from pipelines.store.state import STATE
from tests.faults.asking import CANNOT, Said, said
from tests.faults.conftest import sampled, with_slow
from tests.faults.office import BEFORE, CHANGES, DAMAGED, VILLAGES, Answers, Office

pytestmark = pytest.mark.slow

FEW = 6
"""Losses in each office, where not all are wanted."""


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip_at_the_head(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[min(HEAD, len(content) - 1)] ^= 1
    path.write_bytes(content)


HEAD = len('{"format":')
"""Where a state says its format."""

LOSSES: Mapping[str, Callable[[Path], None]] = {
    "removed": Path.unlink,
    "flipped": flip,
    "other_head": flip_at_the_head,
    "cut": cut,
    "emptied": empty,
}

ASKED = (
    "trace livestock.horse.heads",
    "trace livestock.horse.heads --format json",
    "trace vet.disinfection.households --format csv",
    "uses ban_tren.xlsx Chăn~nuôi D12",
    "uses ban_tren.xlsx Chăn~nuôi D12 --format csv",
    "figures --format csv",
    "figures --place chi-lang --format csv",
    "findings",
    "findings --format csv",
    "statements",
    "statements --by-chapter",
    "statements --format csv",
)
"""What is asked by the command line; ``~`` is a blank."""


@dataclass(frozen=True)
class Known:
    """An office that is up to date: what it answers, and how its files lie."""

    office: Office
    answers: Answers
    said: Mapping[str, Said]
    tree: Mapping[str, object]
    gone: frozenset[str]
    """What is archived of returns that others have replaced: nothing can make it anew."""

    @classmethod
    def of(cls, office: Office, folder: Path) -> "Known":
        fresh, tree = office.copy(folder), office.tree()
        shutil.rmtree(fresh.data)
        fresh.refresh()
        gone = frozenset(name for name in tree if name.startswith(f"{ARCHIVE}/")) - fresh.tree().keys()
        return cls(office, office.answers(), {words: said(office, words) for words in ASKED}, tree, gone)


@pytest.fixture(scope="module", params=with_slow(["in_order", "held"], ["held"]))
def known(small: None, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Known:
    """An office where all is in order; or one with a form held back, whose edits look at an earlier period."""
    office = Office(tmp_path_factory.mktemp("known"))
    if request.param == "held":
        office.opens(*VILLAGES, period=BEFORE)
    first, slip = CHANGES["slip"]
    assert first
    first(office)
    office.refresh()
    if request.param == "held":
        slip(office)
        office.refresh()
    return Known.of(office, office.root.with_name("fresh"))


def identities(office: Office) -> dict[str, tuple[int, int]]:
    """Which file lies under each name, and when it was written."""
    return {office.name(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in office.files()}


def wrongs(known: Known, office: Office, name: str) -> Iterator[str]:
    """What is not as expected of an office that has lost a file."""
    answers = office.answers()
    for part, told in known.answers.items():
        for question, answer in told.items():
            if answers[part][question] not in (answer, DAMAGED):
                yield f"answers another {part} {question}"
    for words, answer in known.said.items():
        now = said(office, words)
        if now.code != CANNOT and now[:2] != answer[:2]:
            yield f"answers another «{words}», exit {now.code}"
    lying = identities(office)
    office.refresh()
    tree = office.tree()
    differ = {one for one in tree.keys() | known.tree.keys() if tree.get(one) != known.tree.get(one)}
    if differ:
        yield f"other bytes in {sorted(differ)}"
    now_lying = identities(office)
    states = {one for one in now_lying if one.startswith(f"{STATE}/")}  # which say who, and when
    if touched := {one for one in lying if lying[one] != now_lying.get(one)} - {name} - states:
        yield f"wrote {sorted(touched)} too"


def test_a_file_lost_alone_is_made_anew_and_nothing_wrong_is_told_until_then(known: Known, tmp_path: Path) -> None:
    found = []
    cases = [(loss, name) for name in sorted(known.tree.keys() - known.gone) for loss in LOSSES]
    chosen = sampled(cases, FEW)
    office = known.office.copy(tmp_path / "office")
    for loss, name in chosen:
        LOSSES[loss](office.data / name)
        if wrong := list(wrongs(known, office, name)):
            found.append(f"{name} {loss}: {'; '.join(wrong)}")
            office = known.office.copy(tmp_path / "office")
    print(f"{len(chosen)} losses of {len(cases)}")
    assert found == []


def test_all_that_is_not_backed_up_is_made_anew(known: Known, tmp_path: Path) -> None:
    office = known.office.copy(tmp_path / "office")
    for path in office.files():
        if path.relative_to(office.data).parts[0] not in (ARCHIVE, STATE):
            path.unlink()
    office.refresh()
    assert {name: said for name, said in office.tree().items() if known.tree.get(name) != said} == {}
    assert office.tree().keys() == known.tree.keys()
