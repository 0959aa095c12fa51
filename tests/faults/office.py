"""A small office: quick enough to be refreshed once for every point at which something can go wrong.

Belongs here: its flow, its folders, what comes to its raw folder, what it answers, and what lies on its disk.
Does not belong here: the faults (``tests.faults.disk``).
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import pipelines
import schemas
from pipelines import settings
from pipelines.handout.layout import Answer, workbook
from pipelines.refresh.batches import refresh, tidy_all
from pipelines.refresh.stale import stale_batches
from pipelines.store import published
from pipelines.store.locks import LOCKS
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER, PLACES, PRINTED
from pipelines.store.state import STATE
from pipelines.store.tables import DamagedError, Store
from schemas.catalogue import CATALOGUE, Catalogue
from schemas.figures import CHAPTERS
from schemas.flow import FLOW, Flow, declared
from schemas.forms import BY_CODE, FORMS
from schemas.pack import HOME, Pack
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import LEDGER_HEADING, PLACE_HEADING, address_of

KEPT = ("B01", "B02", "L01", "N02", "V01")
"""Forms of villages and desks, and one (N02) whose edits look at others: B01, and L01, which nobody sends (nor V01)."""

PERIOD, BEFORE = Period.parse("2024-H1"), Period.parse("2023-H2")
COMMUNE, COMMUNE_NAME = "thu-nghiem", "Thử Nghiệm"
KEY = ReturnSetKey(PERIOD.code, COMMUNE)
VILLAGES = {"ban_tren": "Thôn Bản Trên", "ban_giua": "Thôn Bản Giữa", "ban_duoi": "Thôn Bản Dưới"}
DESK, DESK_NAME = "agriculture", "Bộ phận Nông nghiệp"
LIVESTOCK = BY_CODE["B01"]

_PLACES = "\n".join(
    [
        PLACE_HEADING,
        f"{COMMUNE},commune,{COMMUNE_NAME},chi-lang,,,,{' '.join(KEPT)}",
        *(f"{code},village,{name.removeprefix('Thôn ')},{COMMUNE},,,," for code, name in VILLAGES.items()),
    ]
)
_PRINTED = """id,section,printed,value,unit
livestock.horse.heads,I.1,66,66,con
livestock.total.heads,I.1,trên 60,60,con
vet.disinfection.households,I.2,7,7,hộ
"""

NOON = datetime(2024, 7, 3, 12, tzinfo=ZoneInfo(settings.TIME_ZONE))

Answers = dict[str, dict[str, Any]]
"""By part and question, what is published."""


def few_of_all() -> Catalogue:
    """The few forms, and the chapters that are made of them alone."""
    forms = tuple(form for form in FORMS if form.code in KEPT)
    return Catalogue((Pack(HOME, "", forms, tuple(one for one in CHAPTERS if set(one.forms) <= set(forms))),))


@contextmanager
def few_forms() -> Iterator[None]:
    """Have every module take the few forms of the small office for all there are, and its noon for the time."""
    for package in (schemas, pipelines):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            # The desk's modules want Django set up, and nobody sits at one here.
            if not found.name.endswith("__main__") and not found.name.startswith("pipelines.desk."):
                import_module(found.name)
    few = few_of_all()
    instead = {
        id(BY_CODE): few.by_code,
        id(CATALOGUE): few,
        id(FLOW): Flow(tuple(declared(few.forms, few.chapters))),
        id(settings.now): lambda: NOON,
    }
    ours = [module for name, module in sys.modules.items() if name.partition(".")[0] in ("schemas", "pipelines")]
    with pytest.MonkeyPatch.context() as patch:
        for module in ours:
            for name, value in list(vars(module).items()):
                if id(value) in instead:
                    patch.setattr(module, name, instead[id(value)])
        yield
    for module in ours:
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@dataclass(frozen=True)
class Office:
    """A raw folder and an output folder."""

    root: Path

    @property
    def raw(self) -> Raw:
        """The raw folder, read anew."""
        return Raw(self.root / "raw")

    @property
    def data(self) -> Path:
        """The output folder."""
        return self.root / "data"

    @property
    def store(self) -> Store:
        """The output folder as somebody sees it who opens it now."""
        return Store(self.data)

    def folder(self, period: Period = PERIOD) -> Path:
        """Where the returns of a period lie."""
        return self.root / "raw" / period.code / COMMUNE

    def copy(self, root: Path) -> "Office":
        """The same office elsewhere."""
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(self.root, root)
        return Office(root)

    def put(self, path: Path, content: bytes) -> None:
        """Lay a file into the raw folder as people do: moved there whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.root / "arriving"
        beside.write_bytes(content)
        beside.rename(path)

    def arrives(self, reporter: str, horses: int, *, period: Period = PERIOD, **other: int) -> None:
        """A village's workbook arrives: its horses, and what else it says of its herd."""
        said = {"horse_ordinary": horses, "horse": horses, "total": horses, **other}
        given = {(code, "", name): Answer(0) for code in ("B01", "B02") for name in BY_CODE[code].fields()}
        given |= {("B01", "", name): Answer(value) for name, value in said.items()}
        forms = [BY_CODE["B01"], BY_CODE["B02"]]
        content = workbook(forms, period=period, commune=COMMUNE_NAME, reporter=VILLAGES[reporter], answers=given)
        self.put(self.folder(period) / f"{reporter}.xlsx", content)

    def desk_arrives(self, households: int, *, period: Period = PERIOD) -> None:
        """The workbook of the desk arrives."""
        form = BY_CODE["N02"]
        given = {("N02", "", name): Answer(0) for name in form.fields()}
        given |= {("N02", "", name): Answer(households * rate) for name, rate in _PER_HOUSEHOLD.items()}
        content = workbook([form], period=period, commune=COMMUNE_NAME, reporter=DESK_NAME, answers=given)
        self.put(self.folder(period) / f"{DESK}.xlsx", content)

    def decides(self, *rows: str) -> None:
        """The ledger of corrections is another: each row ``file,field,old,new,decision``."""
        lines = []
        for row in rows:
            file, field, old, new, decision = row.split(",")
            cell = address_of(LIVESTOCK, field)
            lines.append(f"2024-07-02,thống kê,{file}.xlsx,{LIVESTOCK.sheet},{cell},{old},{new},Đã hỏi,,{decision}")
        self.put(self.folder() / LEDGER, "\n".join([LEDGER_HEADING, *lines, ""]).encode())

    def opens(self, *villages: str, period: Period = PERIOD) -> None:
        """The first returns arrive: of villages and a desk, with a ledger, a plan, and the places."""
        self.put(self.root / "raw" / PLACES, _PLACES.encode())
        for village in villages:
            self.arrives(village, _HORSES[village], period=period)
        self.desk_arrives(7, period=period)
        if period is PERIOD:
            self.decides(*_LEDGER)
            self.put(self.folder() / PRINTED, _PRINTED.encode())

    def refresh(self) -> set[str]:
        """Refresh as the command does, less Dagster; return the tables that came out other than they were."""
        made = set[str]()
        self.tidy()
        for _ in range(_MOST_ROUNDS):
            stale = stale_batches(self.raw, self.store, self.raw.batches())
            if not stale:
                break
            for key in stale:
                made |= refresh(self.raw, self.store, key, who="thử").made
        return made

    def tidy(self) -> None:
        """Do what a refresh begins with."""
        tidy_all(self.store, list(self.raw.batches()))

    def tree(self) -> dict[str, Any]:
        """What lies in the output folder, by name: hashes of bytes, and what the states say, less who and when."""
        return {self.name(path): _said(path) for path in self.files()}

    def name(self, path: Path) -> str:
        """The name of a file from the top of the output folder."""
        return path.relative_to(self.data).as_posix()

    def files(self) -> list[Path]:
        """Every file that a refresh leaves."""
        files = (path for path in self.data.rglob("*") if path.is_file())
        return sorted(path for path in files if path.relative_to(self.data).parts[0] != LOCKS)

    def unfinished(self) -> list[str]:
        """The files that are only on their way."""
        return [self.name(path) for path in self.files() if path.suffix == ".tmp"]

    def seen(self) -> str:
        """All that decides what somebody reads here: two folders that are alike in this answer alike."""
        renames = {name: place for part in self.store.parts() for name, place in self.store.state(part).renames.items()}
        told = {renames.get(name, name) + name[-4:]: said for name, said in self.tree().items() if name in renames}
        return repr([told, {name: said for name, said in self.tree().items() if not name.endswith(".tmp")}])

    def answers(self) -> Answers:
        """What everybody is told who asks, by part; ``DAMAGED`` where they are told that it cannot be told."""
        told: Answers = {}
        for part, question, ask in self.questions():
            try:
                told.setdefault(part, {})[question] = ask()
            except DamagedError:
                told.setdefault(part, {})[question] = DAMAGED
        return told

    def questions(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        """Every function of ``pipelines.store.published`` that reads, asked of everything it can be asked of."""
        asked: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [("sets", published.checked_sets, ())]
        for key in self.raw.return_sets():
            of_key: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [(reading, ()) for reading in _OF_A_SET]
            for code in KEPT:
                mart = BY_CODE[code].domain
                of_key += [(published.findings, ([mart],)), (published.sentences, ([mart],))]
            for figure, chapter in _FIGURES.items():
                of_key += [(published.figure, (figure,)), (published.lineage, (figure,))]
                of_key.append((published.lineage, (figure, chapter)))
            for village in VILLAGES:
                cell = f"{village}.xlsx", address_of(LIVESTOCK, "horse")
                of_key += [(published.uses, cell), (published.asked, cell), (published.filled, cell[:1])]
            asked += [(str(key), reading, (key, *more)) for reading, more in of_key]
            for place in ("chi-lang", "lang-son", "vn"):
                asked.append((key.period, published.figures_above, (key.period, place)))
        for village in VILLAGES:
            asked.append(("accepted", published.accepted, (LIVESTOCK.domain, COMMUNE, village)))
        for part, reading, about in asked:
            yield part, f"{reading.__name__} {about}", partial(reading, self.store, *about)


_OF_A_SET: tuple[Callable[..., Any], ...] = (
    published.findings,
    published.files,
    published.figures,
    published.statements,
    published.every_edge,
)

_FIGURES = {
    "livestock.horse.heads": "livestock",
    "livestock.horse.white.share": "livestock",
    "vet.disinfection.households": "vet",
}
"""Figures that are asked for, each with its chapter."""

DAMAGED = "damaged"

_MOST_ROUNDS = 3
"""As the command has it."""

_PER_HOUSEHOLD = {"disinfected_households": 1, "disinfected_area": 60}

_HORSES = {"ban_tren": 42, "ban_giua": 13, "ban_duoi": 11}
_LEDGER = ("ban_giua,goat,0,4,accepted", "ban_giua,total,13,17,accepted", "ban_giua,horse,13,13,as_is")


def _first(office: Office) -> None:
    office.opens(*VILLAGES)


def _but_one(office: Office) -> None:
    office.opens("ban_tren", "ban_giua")


def cell_changes(office: Office) -> None:
    office.arrives("ban_tren", 45)


def ledger_grows(office: Office) -> None:
    office.decides(*_LEDGER, "ban_giua,dog,0,5,accepted", "ban_giua,total,13,22,accepted")


def _workbook_arrives(office: Office) -> None:
    office.arrives("ban_duoi", _HORSES["ban_duoi"])


def _workbook_goes(office: Office) -> None:
    (office.folder() / "ban_giua.xlsx").unlink()


def _slip_arrives(office: Office) -> None:
    office.arrives("ban_tren", 45, total=54)


def _plan_changes(office: Office) -> None:
    office.put(office.folder() / PRINTED, _PRINTED.replace("66", "55").encode())


Change = Callable[[Office], None]
"""Something comes to a raw folder."""

CHANGES: Mapping[str, tuple[Change | None, Change]] = {
    "first": (None, _first),
    "one_cell": (_first, cell_changes),
    "ledger_line": (_first, ledger_grows),
    "new_workbook": (_but_one, _workbook_arrives),
    "workbook_removed": (_first, _workbook_goes),
    "slip": (_first, _slip_arrives),
    "plan": (_first, _plan_changes),
}
"""What had been refreshed, and what comes then."""


def same_parts(answers: Answers, *either: Answers) -> bool:
    """Return whether each part answers wholly as in one of some answers."""
    return all(any(told == one.get(part) for one in either) for part, told in answers.items())


_WHO_AND_WHEN = {"run", "code", "at"}


def _said(path: Path) -> Any:
    """What a state says of the tables; of another file its hash."""
    content = path.read_bytes()
    if path.parent.name != STATE or path.suffix != ".ndjson":
        return hashlib.sha256(content).hexdigest()
    _, rest, *tables = (json.loads(line) for line in content.splitlines())
    return [rest["received"], *({key: row[key] for key in row if key not in _WHO_AND_WHEN} for row in tables)]
