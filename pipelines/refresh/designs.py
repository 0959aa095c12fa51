"""Design workbooks in the raw folder: what has to be done about each, and doing it.

Belongs here: comparing what lies in ``raw/bieu-mau`` with what is in force, accepting what has no faults, withdrawing.
Does not belong here: the record and the binding of a process (``pipelines.store.designs``), finding faults
(``pipelines.steps.design``).

A design is held like a return: where it has faults, what was accepted before stays in force, and so do all figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines.settings import now
from pipelines.steps.collect.raw_file import RawFile
from pipelines.store import designs
from pipelines.store.archive import Archive
from pipelines.store.designs import Decision, Designs, Entry
from pipelines.store.locks import locked
from pipelines.store.raw import Raw
from pipelines.store.raw_names import DESIGNS
from pipelines.store.tables import Store
from schemas import catalogue
from schemas.catalogue import Catalogue
from schemas.design.faults import Faults
from schemas.outcomes import Severity
from schemas.pack import Pack, pack_name
from schemas.sentences import SentenceError

# Reading a design loads what reading workbooks does, a third of a second: only where there is one, for every refresh
# asks, and most offices have none.
if TYPE_CHECKING:
    from pipelines.steps.design.rows import Fault

LOCK = "designs"


class Standing(StrEnum):
    """How a design stands."""

    IN_FORCE = "in_force"
    """As it lies in the raw folder."""
    NEW = "new"
    """It lies there without faults, and is in force from the next refresh on, or since this one."""
    HELD = "held"
    """It lies there with faults: what was accepted before, if anything, stays in force."""
    GONE = "gone"
    """It is in force, and its workbook lies there no more."""


@dataclass(frozen=True)
class DesignStanding:
    """A design as it was looked at.

    Args:
        name: The pack that it is.
        file: What its workbook is called.
        standing: How it stands.
        before: What was decided on it before; nothing where nothing was.
        findings: What is wrong with it, ``schemas.tables.FINDINGS``.
    """

    name: str
    file: str
    standing: Standing
    before: Entry | None = None
    findings: Sequence[Mapping[str, str]] = ()
    content: bytes = field(default=b"", repr=False)

    @property
    def accepted_before(self) -> bool:
        """Whether a workbook of this name is in force, or was until now."""
        return self.before is not None and bool(self.before.sha256)


def looked_at(raw: Raw, store: Store) -> list[DesignStanding]:
    """Return how every design stands that lies in the raw folder or is in force, in the order in which they are used.

    Raises:
        SentenceError: The record of what was accepted is damaged.
    """
    known = designs.in_force(store.root)
    return _looked_at(raw, store, known) if known or raw.designs() else []


def take_in(raw: Raw, store: Store, *, who: str) -> list[DesignStanding]:
    """Accept the designs that lie in the raw folder without faults; have this process use what is in force then.

    Args:
        raw: The raw folder. Its places may be others afterwards, so that it has to be opened anew.
        store: The output folder.
        who: Who or what does it, as the record has it.

    Raises:
        SentenceError: The record of what was accepted is damaged, or what is in force cannot be used.
    """
    if not designs.in_force(store.root) and not raw.designs():
        designs.use(store.root)
        return []
    with locked(store.root, LOCK, who):
        found = _looked_at(raw, store, designs.in_force(store.root))
        moment, archive = now().isoformat(timespec="seconds"), Archive(store.root)
        rows = []
        for one in found:
            if one.standing is Standing.NEW:
                sha256 = archive.keep(one.content, RawFile("", "", one.file, b"").suffix)
                rows.append(Entry(one.name, one.file, sha256, Decision.ACCEPTED, who, moment))
            elif one.standing is Standing.HELD and one.before is None and one.name:
                rows.append(Entry(one.name, one.file, "", Decision.AWAITED, who, moment))
        designs.note(store.root, rows)
    designs.use(store.root)
    return found


def withdraw(raw: Raw, store: Store, name: str, *, who: str) -> Entry:
    """Have a design be in force no more.

    Raises:
        SentenceError: There is none of this name, its workbook still lies in the raw folder, a commune names it, or
            another design leans on it.
    """
    with locked(store.root, LOCK, who):
        known = designs.in_force(store.root)
        one = next((one for one in known if one.name == name), None)
        if one is None:
            there = ", ".join(entry.name for entry in known) or "chưa có thiết kế nào"
            raise SentenceError(f"Không có thiết kế «{name}»; hiện có: {there}.")
        if lying := [file.name for file in raw.designs() if pack_name(file.name) == name]:
            raise SentenceError(
                f"Tệp {DESIGNS}/{lying[0]} còn trong thư mục báo cáo nên sẽ lại được nhận. Đưa tệp ra, rồi rút."
            )
        if naming := [place.code for place in raw.places_of_any_packs.rows if name in place.packs]:
            raise SentenceError(
                f"Cột packs của {', '.join(naming)} trong places.csv còn ghi «{name}». Bỏ tên gói ở đó, rồi rút."
            )
        try:
            designs.packs_of(store.root, [entry for entry in known if entry.name != name])
        except SentenceError as error:
            raise SentenceError(f"Chưa rút được «{name}», vì thiết kế khác cần nó. {error}") from None
        gone = Entry(name, one.file, "", Decision.WITHDRAWN, who, now().isoformat(timespec="seconds"))
        designs.note(store.root, [gone])
    designs.use(store.root)
    return gone


@dataclass(frozen=True)
class _Book:
    """A workbook that is a pack: the one in force, or one that may take its place."""

    name: str
    file: str
    content: bytes

    @property
    def shown(self) -> str:
        """How findings call it."""
        return f"{DESIGNS}/{self.file}"


def _looked_at(raw: Raw, store: Store, known: Designs) -> list[DesignStanding]:
    from pipelines.handout.design import asked
    from pipelines.steps.design.check import finding

    before = {one.name: one for one in known}
    lying = list(_named(raw.designs()))
    found: dict[str, DesignStanding] = {}
    trial = _Trial(
        [_Book(one.name, one.file, designs.workbook(store.root, one)) for one in known if one.sha256],
        asked(raw.places_of_any_packs),
    )
    left = []
    for file, name, fault in lying:
        entry = before.get(name)
        if fault is not None:
            found[file.name] = DesignStanding(
                name if entry is None else "", file.name, Standing.HELD, entry, [finding(fault)]
            )
        elif entry is not None and entry.sha256 == file.sha256:
            found[file.name] = DesignStanding(name, file.name, Standing.IN_FORCE, entry)
        else:
            left.append((_Book(name, file.name, file.content), entry))
    # One may lean on another that is taken in only now: so as long as one is, the others are tried again.
    taken = True
    while taken:
        taken = False
        for book, entry in list(left):
            findings = trial.take(book)
            sound = all(one["severity"] != Severity.ERROR for one in findings)
            standing = Standing.NEW if sound else Standing.HELD
            found.pop(book.file, None)  # in the order in which they are taken in, for one may lean on those before it
            found[book.file] = DesignStanding(book.name, book.file, standing, entry, findings, book.content)
            if sound:
                left.remove((book, entry))
                taken = True
    names = {one.name for one in found.values()}
    gone = [
        DesignStanding(one.name, one.file, Standing.GONE, one) for one in known if one.sha256 and one.name not in names
    ]
    return [*found.values(), *gone]


def _named(files: Sequence[RawFile]) -> Iterator[tuple[RawFile, str, "Fault | None"]]:
    """Yield the workbooks with the names of their packs, and why one can be no pack."""
    from pipelines.steps.design.rows import Fault

    taken = {pack.name: "là của gói đi kèm phần mềm hoặc đã cài" for pack in catalogue.standing()}
    for file in files:
        name, shown = pack_name(file.name), f"{DESIGNS}/{file.name}"
        if file.trouble:
            yield file, name, Fault(Faults.UNREAD.value, shown, written=file.trouble)
        elif not name or name in taken:
            why = taken.get(name, "không có chữ nào")
            yield file, "", Fault(Faults.NAME.value, shown, written=name, expected=why)
        else:
            taken[name] = f"đã là của tệp {shown}"
            yield file, name, None


class _Trial:
    """The designs in force, as they would be with others among them."""

    def __init__(self, books: Sequence[_Book], reporters: Mapping[str, str]) -> None:
        """Begin with those in force."""
        self._books, self._reporters = list(books), reporters

    def take(self, book: _Book) -> Sequence[Mapping[str, str]]:
        """Take a workbook among the designs, in the place of the one of its name; return what is wrong with it.

        Where an error is among that, all stays as it was.
        """
        from pipelines.steps.design.check import finding
        from pipelines.steps.design.pack import UnsoundError, pack_beside
        from pipelines.steps.design.rows import Fault

        at = next((at for at, one in enumerate(self._books) if one.name == book.name), len(self._books))
        before, after = self._books[:at], self._books[at + 1 :]
        packs = [*catalogue.standing(), *self._packs(before)]
        replaced = self._packs(self._books[at : at + 1], packs)
        try:
            own = pack_beside(packs, book.name, book.shown, book.content, replaced=replaced, reporters=self._reporters)
        except UnsoundError as error:
            return error.findings
        standing = [*packs, own]
        for one in after:
            try:
                standing.append(pack_beside(standing, one.name, one.shown, one.content))
            except UnsoundError as error:
                return [finding(Fault(Faults.LEANT_ON.value, book.shown, written=one.name, expected=str(error)))]
        try:
            Catalogue(tuple(standing))
        except ValueError as error:
            why = f"không dùng chung được với các gói đang có ({str(error).rstrip('.')})"
            return [finding(Fault(Faults.UNREAD.value, book.shown, written=why))]
        self._books = [*before, book, *after]
        return ()

    def _packs(self, books: Sequence[_Book], beside: Sequence[Pack] = ()) -> list[Pack]:
        from pipelines.steps.design.pack import pack_beside

        packs = list(beside or catalogue.standing())
        first = len(packs)
        for one in books:
            packs.append(pack_beside(packs, one.name, one.shown, one.content))
        return packs[first:]
