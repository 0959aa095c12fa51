"""The raw folder: batches, the return sets in them, their files, their ledger.

Belongs here: every read below ``raw/``. Does not belong here: any write, for raw files are never edited.
"""

import errno
import hashlib
import os
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from importlib import resources
from operator import attrgetter
from pathlib import Path
from stat import S_ISLNK, S_ISREG

from pipelines.steps.collect.limits import LIMITS
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.unreadable import COPY_OVER
from pipelines.store.index import NOTHING_NOTED, Index
from pipelines.store.remote import is_remote, mark_in
from schemas.catalogue import CATALOGUE
from schemas.harmless import visible
from schemas.kept import ESTIMATES_FILE, LEDGER_FILE, PRINTED_FILE, decoded
from schemas.pack import pack_name
from schemas.periods import Period, PeriodKind, period_meant
from schemas.places import Places
from schemas.return_sets import BatchKey, ReturnSetKey, oldest_first
from schemas.sentences import SentenceError
from schemas.text import composed

LEDGER, PRINTED, PLACES, ESTIMATES = LEDGER_FILE, PRINTED_FILE, "places.csv", ESTIMATES_FILE
SHIPPED_PLACES = ("places.csv", "desks.csv")
"""The tables of places that come with the software."""

OF_PACK = "pack-"
"""What the tables of places of other packs are called begins so."""

OWN_PLACES = "raw-places.csv"
"""What the raw folder's own ``places.csv`` is called beside the one that comes with the software."""

BESIDE = (LEDGER, PRINTED, ESTIMATES)
"""What lies beside the workbooks of a return set and decides what it says."""

DESIGNS = "bieu-mau"
"""The folder with the design workbooks of the office."""

NOT_RETURNS = frozenset({*BESIDE, PLACES})
"""Names under which a return set's folder has something else than a workbook that was sent."""

_SETTLED = 2_000_000_000
"""Nanoseconds after which a file that changed counts as at rest: some file systems count in steps of two seconds."""


_SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
"""What a file is called that somebody takes for a return wherever it lies; a table of places is CSV too."""


@dataclass(frozen=True)
class Misplaced:
    """Workbooks in a folder in which none is read."""

    folder: str
    """From the raw folder; empty for that itself."""
    files: tuple[str, ...]
    belong: str
    """The folder in which they would be read, as far as where they lie says so; else nothing."""
    why: str = ""
    """Why none is read there, where that is not plain to see."""

    @property
    def sentence(self) -> str:
        """Where they lie, and where to put them."""
        named = ", ".join(self.files[:_NAMED]) + (", …" if len(self.files) > _NAMED else "")
        where = f"thư mục «{self.folder}»" if self.folder else "ngay trong thư mục báo cáo"
        belong = self.belong or "thư mục của kỳ và xã, ví dụ 2024-H1/huu-kien"
        why = f"{self.why}; " if self.why else ""
        return f"Không đọc {named} ở {where}: {why}chuyển vào {belong}, hoặc nhận ở «Nhận sổ tính» rồi xóa ở đây."


_NAMED = 8
"""Files that a sentence names."""

_STAYS = "Số đã công bố trước đó được giữ nguyên. Đưa thư mục về chỗ cũ, hoặc lấy lại từ bản sao lưu, rồi chạy lại."
"""What is said, and is to be done, where a return set that has been read is not there any more."""


@dataclass(frozen=True)
class Raw:
    """Workbooks in folders ``<period>/<commune>/``, and ``<period>/<territory>/<commune>/``."""

    root: Path

    def batches(self) -> dict[BatchKey, list[ReturnSetKey]]:
        """Return every batch that has a folder, oldest first, each with the return sets in it.

        Raises:
            SentenceError: A commune has two folders in one period.
        """
        lying: dict[BatchKey, list[Path]] = {}
        for period in self.periods():
            for folder in self._folders(self.root / period):
                for path in self._communes(folder):
                    lying.setdefault(self._batch(period, folder.name, path.name), []).append(path)
        self._refuse_twice(lying)
        found = {batch: self._sent(batch, lying[batch]) for batch in oldest_first(lying)}
        return {batch: sets for batch, sets in found.items() if sets}

    def _refuse_twice(self, batches: Mapping[BatchKey, Sequence[Path]]) -> None:
        owners: dict[ReturnSetKey, BatchKey] = {}
        for batch, folders in batches.items():
            for key in (ReturnSetKey(batch.period, folder.name) for folder in folders):
                if (other := owners.setdefault(key, batch)) != batch:
                    named = self.places.words_of(key)
                    raise SentenceError(
                        f"{named['commune']} (mã {key.commune}) có hai thư mục trong kỳ {named['period']}: "
                        f"dưới «{other.place}» và dưới «{batch.place}». Để tất cả tệp của xã vào một thư mục rồi chạy "
                        "lại."
                    )

    @staticmethod
    def _sent(batch: BatchKey, folders: Iterable[Path]) -> list[ReturnSetKey]:
        """Return the return sets in folders of communes: in a territory, which others lay out, not the empty ones."""
        return [
            ReturnSetKey(batch.period, path.name) for path in folders if path.name == batch.folder or _holds_files(path)
        ]

    def holds_files(self, key: ReturnSetKey) -> bool:
        """Return whether anything lies in the folder of a return set."""
        return _holds_files(self.folder(key))

    def periods(self) -> Iterator[str]:
        """Yield the codes of the periods that have a folder."""
        for folder in self._folders(self.root):
            try:
                Period.parse(folder.name)
            except ValueError:
                continue
            yield folder.name

    def _communes(self, folder: Path) -> list[Path]:
        """Return the folders of communes in a folder below a period: itself, or those in a territory's."""
        if self.places.commune(folder.name):
            return [folder]
        if self.places.place_above(folder.name) is None:
            return []
        return [path for path in self._folders(folder) if self.places.lies_in(path.name, folder.name)]

    def _batch(self, period: str, folder: str, commune: str) -> BatchKey:
        """Return the batch of a commune that lies in a folder below a period, which may be its own."""
        return BatchKey.within(period, folder, commune, self.places.size(folder))

    def return_sets(self) -> list[ReturnSetKey]:
        """Return every return set that has a folder and whose commune is known, oldest first."""
        return oldest_first(key for keys in self.batches().values() for key in keys)

    def each(self, period: str) -> Iterator[ReturnSetKey]:
        """Yield those of a period as they are come upon, so that who needs a few of them walks no further.

        Of a commune with two folders nothing is told.
        """
        for folder in self.folders_in(period):
            yield from self.each_in(period, folder)

    def folders_in(self, period: str) -> list[str]:
        """Return the names of the folders below a period, whatever they are of."""
        return [path.name for path in self._folders(self.root / period)] if period in self.periods() else []

    def each_in(self, period: str, folder: str) -> Iterator[ReturnSetKey]:
        """Yield the return sets in one of these folders, as ``each`` does."""
        for path in self._communes(self.root / period / folder):
            yield from self._sent(self._batch(period, folder, path.name), [path])

    def has(self, key: ReturnSetKey) -> bool:
        """Return whether a return set is one of these, looking only where its own folder can lie.

        Raises:
            SentenceError: Its commune has two folders in the period.
        """
        if self.places.commune(key.commune) is None or key.period not in self.periods():
            return False
        lying: dict[BatchKey, list[Path]] = {}
        for above in ("", *(place.code for place in self.places.ancestors(key.commune))):
            path = self.root / key.period / above / key.commune
            if _is_folder(path) and (not above or _is_folder(path.parent)):
                lying[self._batch(key.period, above or key.commune, key.commune)] = [path]
        self._refuse_twice(lying)
        return any(self._sent(batch, folders) for batch, folders in lying.items())

    def sets_of(self, batch: BatchKey) -> list[ReturnSetKey]:
        """Return the return sets in the folder of a batch, in order."""
        return self._sent(batch, self._folders_of(batch))

    def _folders_of(self, batch: BatchKey) -> list[Path]:
        """Return the folders of communes of a batch."""
        within = self._communes(self.root / batch.period / batch.place)
        return [path for path in within if path.is_dir() and self._batch(batch.period, batch.place, path.name) == batch]

    def batch_of(self, key: ReturnSetKey) -> BatchKey:
        """Return the batch whose folder has, or would have, the folder of a return set."""
        above = self.folder(key).parent
        return self._batch(key.period, key.commune if above == self.root / key.period else above.name, key.commune)

    def folder(self, key: ReturnSetKey) -> Path:
        """Return where the files of a return set lie, or would lie: below what the commune lies in, or by itself."""
        own = self.root / key.period / key.commune
        if not own.is_dir() and self.places.commune(key.commune):
            for place in self.places.ancestors(key.commune):
                within = self.root / key.period / place.code / key.commune
                if within.is_dir():
                    return within
        return own

    def unknown_folders(self) -> list[str]:
        """Return folders under a period that are neither a commune's nor those of a territory and its communes.

        Those of communes below what they do not lie in are no unknown ones: ``misplaced`` has what is in them.
        """
        found = []
        for period in self._folders(self.root):
            for folder in self._folders(period):
                communes = self._communes(folder)
                if self.places.place_above(folder.name) is not None:
                    below = [path for path in self._folders(folder) if path not in communes]
                    strange = [path for path in below if self.places.commune(path.name) is None]
                else:
                    strange = [] if communes else [folder]
                found += [printable(path.relative_to(self.root).as_posix()) for path in strange]
        return found

    def _strayed(self, folder: Path) -> list[Path]:
        """Return the folders of communes in a folder below a period, in whose territory they do not lie."""
        if self.places.commune(folder.name):
            return []
        within = (path for path in self._folders(folder) if self.places.commune(path.name))
        return [path for path in within if not self.places.lies_in(path.name, folder.name)]

    def missing(self, key: ReturnSetKey) -> str:
        """Return what there is to tell of a return set that has been read, and that no run reads any more; or nothing.

        Where the raw folder itself is not there, as on a machine that has only the output folder, nothing is said of
        what lies in it.
        """
        gone = self.gone(key) if self.root.is_dir() else ""
        return f"{gone}. {_STAYS}" if gone else ""

    def gone(self, key: ReturnSetKey) -> str:
        """Return why nothing of a return set is read, without a full stop; nothing where its folder is read."""
        folder, known = self.folder(key), self.places.commune(key.commune) is not None
        if known and folder.is_dir() and (folder.parent == self.root / key.period or _holds_files(folder)):
            return ""
        named = f"Thư mục {key.commune} của {self.places.territory(key.commune)}"
        if away := self.away(key):
            return f"{named} nằm ở {away}, nơi không được đọc"
        return f"{named} không còn{' tệp nào' if folder.is_dir() else ''}"

    def away(self, key: ReturnSetKey) -> str:
        """Return the folder, from the raw folder, that is called like a return set's and is not read where it lies."""
        folders = self._folders(self.root / key.period)
        found = [folder / key.commune for folder in folders if not self.places.lies_in(key.commune, folder.name)]
        if self.places.commune(key.commune) is None:
            found.append(self.root / key.period / key.commune)
        lying = next((path for path in found if _holds_files(path)), None)
        return "" if lying is None else printable(lying.relative_to(self.root).as_posix())

    def _homes_of_strayed(self) -> dict[Path, str]:
        """Return the folders of communes that are in no territory of theirs, each with where it belongs, if known."""
        periods, found = {*self.periods()}, {}
        for folder in self._folders(self.root):
            meant = period_meant(folder.name)
            period = folder.name if folder.name in periods else meant.code if meant is not None else ""
            for path in (below for one in self._folders(folder) for below in self._strayed(one)):
                found[path] = self._home(period, path.name).relative_to(self.root).as_posix() if period else ""
        return found

    def _home(self, period: str, commune: str) -> Path:
        """Return where the folder of a commune lies, or where it best would lie: where its neighbours do."""
        lying = self.folder(ReturnSetKey(period, commune))
        above = [self.root / period / place.code for place in self.places.ancestors(commune)]
        if lying.is_dir() or not above:
            return lying
        return next((folder for folder in above if folder.is_dir()), above[0]) / commune

    def misplaced(self) -> list[Misplaced]:
        """Return the workbooks in folders in which none is read: beside those of periods, of communes, of others.

        Also all that lies in a commune's folder below one that is called like no period, or is of a territory in which
        that commune does not lie.
        """
        alone = self._only_commune()
        looked = {self.root: ""}
        for period in self.periods():
            looked[self.root / period] = f"{period}/{alone}" if alone else ""
            for folder in self._folders(self.root / period):
                if not self.places.commune(folder.name):
                    meant = [one.code for one in self.places.called(folder.name) if one.level == "commune"]
                    looked[folder] = f"{period}/{meant[0]}" if len(meant) == 1 else ""
        misnamed, strayed = self._misnamed(alone), self._homes_of_strayed()
        found = []
        for folder, belong in (looked | misnamed | strayed).items():
            any_file = folder in misnamed and self.places.commune(folder.name) is not None
            of_folder = [
                name
                for name, _ in _entries(folder)
                if folder in strayed
                or ((any_file or name.casefold().endswith(_SPREADSHEETS)) and (folder / name).is_file())
            ]
            files = tuple(printable(name) for name in of_folder if not left_behind(name))
            if files:
                name = printable(folder.relative_to(self.root).as_posix())
                why = self._lies_in(folder.name) if folder in strayed else ""
                found.append(Misplaced("" if folder == self.root else name, files, belong, why))
        return found

    def _only_commune(self) -> str:
        """Return the one commune of which anything lies in a folder; nothing where there is none, or another, too."""
        found: set[str] = set()
        below = (folder for period in self.periods() for folder in self._folders(self.root / period))
        for folder, path in ((one, path) for one in below for path in self._communes(one)):
            if path.name not in found and (path == folder or _holds_files(path)):
                found.add(path.name)
            if len(found) > 1:
                return ""
        return "".join(found)

    def _lies_in(self, commune: str) -> str:
        """Return in which territory a commune lies, in words."""
        above = self.places.ancestors(commune)
        within = f"thuộc {above[0].title} ({above[0].code})" if above else "không thuộc địa bàn nào"
        return f"theo danh mục địa bàn, {self.places.territory(commune)} {within}"

    def _misnamed(self, alone: str) -> dict[Path, str]:
        """Return folders beside those of periods, and those in them, each with where what lies in it belongs, if known.

        Args:
            alone: The only commune there is, if there is but one.
        """
        found: dict[Path, str] = {}
        periods = {*self.periods()}
        for folder in self._folders(self.root):
            if folder.name in periods or folder.name == DESIGNS:
                continue
            period = period_meant(folder.name)
            within = self._folders(folder)
            found[folder] = f"{period.code}/{alone}" if period is not None and alone else ""
            for path in (*within, *(below for one in within for below in self._communes(one))):
                is_known = period is not None and self.places.commune(path.name) is not None
                found[path] = f"{period.code}/{path.relative_to(folder).as_posix()}" if is_known and period else ""
        return found

    @staticmethod
    def _folders(root: Path) -> list[Path]:
        return [root / name for name, is_folder in _entries(root) if is_folder and _is_of_people(name)]

    def paths(self, key: ReturnSetKey) -> dict[str, Path]:
        """Return the files that somebody put into the folder of a return set, by the name that each is known by.

        Raises:
            OSError: It cannot be looked into.
        """
        folder = self.folder(key)
        return {name: folder / own for name, own in _known(_lying(folder)[0]).items()}

    def files(self, key: ReturnSetKey, known: Index = NOTHING_NOTED) -> Iterator[RawFile]:
        """Yield the files of a return set, with their bytes; of a subfolder, which is not read, what lies in it.

        One whose bytes cannot be had is yielded with the reason, and stops none of the others. The bytes of one that
        lies there as it is noted are read when somebody asks for them.
        """
        within = self.folder(key)
        try:
            names, folders = _lying(within)
        except OSError as error:
            yield RawFile(key.period, key.commune, "./", b"", reason(error))
            return
        now, remote, where = time.time_ns(), is_remote(within), str(within)
        for name, own in _known(names).items():
            # From before it is read: what is written over it afterwards shows then by another time.
            seen = _seen(within / own) if remote else _seen_here(f"{where}/{own}")
            at_rest = seen if seen is not None and (remote or now - seen[1] > _SETTLED) else None
            noted = known.get((key, name))
            if noted is not None and seen == noted[:3]:
                yield LyingFile(*key, name, (within, own), noted.sha256, at_rest)
            else:
                yield self._read(key, name, within / own, at_rest)
        for folder in folders:
            name = f"{printable(folder.name)}/"
            try:
                below = [path for path in _below(folder) if not left_behind(path.name)]
            except OSError as error:
                yield RawFile(key.period, key.commune, name, b"", reason(error))
                continue
            listed = "\n".join(printable(path.relative_to(folder).as_posix()) for path in below)
            if listed:
                yield RawFile(key.period, key.commune, name, listed.encode())

    def _read(self, key: ReturnSetKey, name: str, path: Path, at_rest: tuple[int, int, int] | None = None) -> RawFile:
        return RawFile(key.period, key.commune, name, *self._content(path), at_rest)

    def glance(self, batch: BatchKey) -> str:
        """Return a hash of how all that lies in the folder of a batch looks: names, sizes, times of change.

        Nothing where something can change, or may have changed a moment ago, without looking different.
        """
        seen: list[bytes] = []
        folder = self.root / batch.period / batch.place
        folders = [folder] if batch.place == batch.folder else self._folders_of(batch)
        with suppress(OSError):
            if all(_is_at_rest(os.fsencode(one), time.time_ns() - _SETTLED, seen) for one in folders):
                seen += map(os.fsencode, folders)
                return hashlib.sha256(b"\0".join(seen)).hexdigest()
        return ""

    def arrived(self, key: ReturnSetKey) -> dict[str, datetime]:
        """Return when each file of a return set came to lie as it does, by name, as far as that can be told."""
        found = {}
        for name, path in self.paths(key).items():
            with suppress(OSError):
                found[name] = datetime.fromtimestamp(_looked_at(path).st_mtime, UTC)
        return found

    def _content(self, path: Path) -> tuple[bytes, str]:
        """Return the bytes of a file, or the reason why they cannot be had."""
        try:
            trouble = self._not_to_be_read(path)
            return (b"" if trouble else path.read_bytes()), trouble
        except OSError as error:
            return b"", reason(error)

    def _table(self, path: Path) -> tuple[bytes, str] | None:
        """Return the same of a table that people keep; nothing only where none lies there."""
        try:
            _looked_at(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return b"", reason(error)
        content, trouble = self._content(path)
        return (b"", _NO_TEXT) if b"\0" in content else (content, trouble)

    def _not_to_be_read(self, path: Path) -> str:
        """Return why a file is not to be read, or nothing.

        Raises:
            OSError: It cannot be looked at.
        """
        if printable(path.name) != composed(path.name):
            return "tên tệp không phải bảng mã UTF-8, hoặc có ký tự điều khiển; đổi tên tệp"
        stat = _looked_at(path)
        if S_ISLNK(stat.st_mode):
            stat = path.stat()
            if not any(path.resolve().is_relative_to(folder.resolve()) for folder in (self.root, path.parent)):
                return "đây là liên kết tới chỗ ngoài thư mục báo cáo; chép chính tệp đó vào đây"
        if not S_ISREG(stat.st_mode):
            return "đây không phải một tệp thường; chép chính tệp đó vào đây"
        if stat.st_size > LIMITS.file:
            return f"tệp quá lớn, hơn {LIMITS.file // 2**20} MB; {COPY_OVER}"
        return ""

    def names(self, key: ReturnSetKey) -> list[str]:
        """Return the names of the files of a return set."""
        return list(self.paths(key))

    def file(self, key: ReturnSetKey, name: str) -> RawFile | None:
        """Return one file of a return set, with its bytes, or nothing where there is none of this name."""
        lying = self.paths(key)
        known = name if name in lying else composed(name)
        return self._read(key, known, lying[known]) if known in lying else None

    def lying(self, key: ReturnSetKey) -> dict[str, RawFile]:
        """Return all that lies in the folder of a return set and decides what it says, by name."""
        return {file.name: file for file in self.files(key)} | self.beside(key)

    def ledger_path(self, key: ReturnSetKey) -> Path:
        """Return where a return set's correction ledger lies, or would lie."""
        return self.folder(key) / LEDGER

    def ledger(self, key: ReturnSetKey) -> str | None:
        """Return the text of a return set's correction ledger, or nothing where there is none.

        Raises:
            SentenceError: It lies there and cannot be read.
        """
        file = self.beside(key).get(LEDGER)
        if file is not None and file.trouble:
            raise SentenceError(f"Sổ đính chính {self.ledger_path(key)} không đọc được: {file.trouble}.")
        return None if file is None else decoded(file.content)

    def beside(self, key: ReturnSetKey) -> dict[str, RawFile]:
        """Return what lies beside the workbooks and decides what a return set says, by name.

        One that lies there and cannot be read comes with the reason: that is not as if there were none.
        """
        folder = self.folder(key)
        found = {name: self._table(folder / name) for name in BESIDE}
        return {name: RawFile(key.period, key.commune, name, *one) for name, one in found.items() if one is not None}

    def designs(self) -> list[RawFile]:
        """Return the design workbooks that lie in ``bieu-mau``; one whose bytes cannot be had comes with the reason."""
        found = []
        for path in (path for path in _within(self.root / DESIGNS) if not left_behind(path.name)):
            what = (b"", _NO_FOLDER) if path.is_dir() else self._content(path)
            found.append(RawFile("", "", printable(path.name), *what))
        return found

    def place_tables(self) -> dict[str, bytes]:
        """Return the place tables in the order in which a later one replaces rows of an earlier one.

        Raises:
            SentenceError: The raw folder's own lies there and cannot be read.
        """
        shipped = resources.files("schemas.places")
        tables = {name: shipped.joinpath(name).read_bytes() for name in SHIPPED_PLACES}
        tables |= {f"{OF_PACK}{pack.name}.csv": pack.places.encode() for pack in CATALOGUE.packs if pack.places}
        own, trouble = self._table(self.root / PLACES) or (None, "")
        if trouble:
            raise SentenceError(f"Danh mục địa bàn {self.root / PLACES} không đọc được: {trouble}; rồi chạy lại.")
        return tables if own is None else tables | {OWN_PLACES: own}

    @cached_property
    def places(self) -> Places:
        """The places that come with the software and with packs, and those a ``places.csv`` in the raw folder adds.

        They may name a design that lies there and is not in force yet.
        """
        lying = [pack_name(printable(path.name)) for path in _within(self.root / DESIGNS)]
        return places_of(self.place_tables().values(), lying)

    @cached_property
    def places_of_any_packs(self) -> Places:
        """The same, whatever packs they name: one may be on its way into use, or out of it."""
        return Places(tuple(map(decoded, self.place_tables().values())))


class LyingFile(RawFile):
    """A file whose hash is known, and whose bytes are read when somebody asks for them.

    Raises:
        ChangedError: They are not those of that hash any more, or are not there.
    """

    def __init__(
        self,
        period: str,
        commune: str,
        name: str,
        lies: tuple[Path, str],
        sha256: str,
        at_rest: tuple[int, int, int] | None,
    ) -> None:
        """Note in which folder it lies under which name, and what is known of it."""
        self.__dict__.update(period=period, commune=commune, name=name, trouble="", at_rest=at_rest)
        self.__dict__.update(lies=lies, sha256=sha256)

    @cached_property
    def content(self) -> bytes:
        """The bytes."""
        folder, own = self.__dict__["lies"]
        try:
            content: bytes | None = (folder / own).read_bytes()
        except OSError:
            content = None
        if content is None or hashlib.sha256(content).hexdigest() != self.sha256:
            raise ChangedError(f"Tệp {self.name} của {self.commune} vừa được thay trong lúc đang đọc. Chạy lại.")
        return content


class ChangedError(SentenceError):
    """A file is another one than when it was looked at; the message says what to do."""


def _seen(path: Path) -> tuple[int, int, int] | None:
    """Return the size and the times of change of a regular file; on object storage the object's mark for a time."""
    if not is_remote(path):
        return _seen_here(str(path))
    try:
        stat = _looked_at(path)
    except OSError:
        return None
    return stat.st_size, int.from_bytes(hashlib.sha256(mark_in(stat).encode()).digest()[:7]), 0


def _seen_here(path: str) -> tuple[int, int, int] | None:
    """Return the same of a file on this machine."""
    try:
        stat = os.lstat(path)
    except OSError:
        return None
    return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns) if S_ISREG(stat.st_mode) else None


def _looked_at(path: Path) -> os.stat_result:
    """Return what a folder says of a file or link in it."""
    return path.stat() if is_remote(path) else path.lstat()


def _is_at_rest(folder: bytes, since: int, seen: list[bytes]) -> bool:
    """Take down how the files below a folder look; return whether all are files that have been as they are for long."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=attrgetter("name")):
            if entry.is_dir(follow_symlinks=False):
                seen.append(entry.path)
                if not _is_at_rest(entry.path, since, seen):
                    return False
                continue
            stat = entry.stat(follow_symlinks=False)
            if not S_ISREG(stat.st_mode) or stat.st_mtime_ns > since:
                return False
            seen.append(b"%b %d %d %d" % (entry.name, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
    return True


LEFT_BEHIND = {
    r"\..*": "hidden on Linux and macOS: LibreOffice's lock (.~lock), .DS_Store, ._ of macOS, what syncing keeps",
    r"~\$.*": "Office's note of who has the workbook open",
    r"~.*\.tmp": "Office's copy while it saves",
    r"(eh)?thumbs\.db": "Windows' small pictures of a folder",
    r"desktop\.ini": "Windows' look of a folder",
    r"icon\r": "macOS' look of a folder",
    r".*[:\uf03a]zone\.identifier(:\$data)?": "Windows' mark that a file was downloaded, as it shows on other systems",
    r".*[:\uf03a](smartscreen|afp_afpinfo|afp_resource|com\.apple\..*)(:\$data)?": "the like, of browsers and macOS",
    r"\$recycle\.bin|system volume information|lost\+found": "what a disk keeps at its root",
    r"@eadir|#recycle|__macosx": "what network disks and macOS' archives keep beside files",
}
"""Names, in small letters, of what programs and systems leave beside workbooks, and of what; nobody sent them."""

_LEFT_BEHIND = re.compile("|".join(f"(?:{pattern})" for pattern in LEFT_BEHIND), re.DOTALL)


def left_behind(name: str) -> bool:
    """Return whether a file or folder of a name is one that a program or a system leaves beside workbooks."""
    return _LEFT_BEHIND.fullmatch(name.lower()) is not None


def _within(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _is_folder(path: Path) -> bool:
    """Return whether there is a folder that somebody made for what is received."""
    return path.is_dir() and _is_of_people(path.name)


def _is_of_people(name: str) -> bool:
    """Return whether a folder of a name can be one that somebody made for what is received."""
    return name[0] not in "._" and not left_behind(name)


def _lying(folder: Path) -> tuple[list[str], list[Path]]:
    """Return the names of the files, and the folders, that somebody put into a folder of a return set.

    Raises:
        OSError: It cannot be looked into.
    """
    entries = [(name, is_folder) for name, is_folder in _entries(folder) if not left_behind(name)]
    files = [name for name, is_folder in entries if not is_folder and name not in NOT_RETURNS]
    return files, [folder / name for name, is_folder in entries if is_folder and name[0] not in "._"]


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """Return the names of what lies in a folder, and whether it is a folder: a disk says so of all at once."""
    if is_remote(folder) or not folder.is_dir():
        return [(path.name, path.is_dir()) for path in _within(folder)]
    with os.scandir(folder) as entries:
        # Where a link leads, and whether it leads anywhere, is looked at one by one.
        return sorted((one.name, (folder / one.name).is_dir() if one.is_symlink() else one.is_dir()) for one in entries)


def _holds_files(folder: Path) -> bool:
    """Return whether anything that somebody sent lies in a folder; one that cannot be looked into is told later."""
    try:
        return folder.is_dir() and any(not left_behind(path.name) for path in folder.iterdir())
    except OSError:
        return True


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder; links to other folders are not followed.

    Raises:
        OSError: It, or a folder in it, cannot be looked into.
    """
    for path in _within(folder):
        if path.is_dir() and not path.is_symlink():
            yield from _below(path)
        else:
            yield path


def _known(names: Sequence[str]) -> dict[str, str]:
    """Return, by the name that each file of a folder is known by, the one that it has there, in the order of these.

    One system writes a letter and its marks as one sign, another as several: whoever sees the names sees no difference,
    and none is made here. Of two files side by side that look alike, one is known by the numbers of its marks.
    """
    own = {name: printable(name) for name in names}
    if all(name == known for name, known in own.items()):
        return own
    found: dict[str, str] = {}
    for name in sorted(names, key=lambda one: one != composed(one)):
        known = printable(_by_numbers(name)) if own[name] in found else own[name]
        while known in found:
            known = f"{known}_"
        found[known] = name
    return dict(sorted(found.items(), key=lambda item: names.index(item[1])))


def _by_numbers(name: str) -> str:
    """Return a name in which every sign that composing would change stands by its number."""
    return "".join(
        f"\\u{ord(sign):04x}" if unicodedata.combining(sign) or composed(sign) != sign else sign for sign in name
    )


def printable(name: str) -> str:
    """Return a name as it can be stored and shown: what is no UTF-8, or not seen, stands in it by its numbers."""
    written = visible(name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
    return composed(written.translate(_NOT_IN_NAMES))


_NOT_IN_NAMES = str.maketrans({"\n": "\\n", "\t": "\\t"})
"""What a text may have, and a name in a sentence may not: it would look like a blank."""


def reason(error: OSError) -> str:
    """Return in Vietnamese why a file or folder cannot be read."""
    return _REASONS.get(
        error.errno or 0, f"không đọc được ({error.strerror or error}); chép lại tệp, hoặc kiểm tra ổ đĩa"
    )


_NO_FOLDER = "đây là thư mục, không được đọc; để sổ tính thiết kế ngay trong bieu-mau"
_NO_TEXT = "có ký tự NUL nên không phải bảng mã UTF-8; lưu lại thành CSV UTF-8"

_REASONS = {
    errno.EACCES: "không có quyền đọc; mở quyền đọc cho tệp",
    errno.EPERM: "không có quyền đọc; mở quyền đọc cho tệp",
    errno.EIO: "ổ đĩa báo lỗi khi đọc; chép lại tệp, và kiểm tra ổ đĩa",
    errno.ENOENT: "đây là liên kết tới một tệp không có; chép chính tệp đó vào đây",
    errno.ELOOP: "đây là liên kết vòng quanh, không tới tệp nào; chép chính tệp đó vào đây",
}


def places_of(tables: Iterable[bytes], awaited: Iterable[str] = ()) -> Places:
    """Return the places that tables describe, in the order of ``Raw.place_tables``; the same of the same tables.

    Args:
        tables: The tables.
        awaited: Names of packs that a commune may name, and that have no forms yet.
    """
    packs = {name: frozenset[str]() for name in awaited} | dict(CATALOGUE.forms_by_pack)
    return _places_of(tuple(tables), tuple(packs.items()), tuple(CATALOGUE.asked_in.items()))


_Packs = tuple[tuple[str, frozenset[str]], ...]
_AskedIn = tuple[tuple[str, tuple[PeriodKind, ...]], ...]


@lru_cache(maxsize=1)
def _places_of(tables: tuple[bytes, ...], packs: _Packs, asked_in: _AskedIn) -> Places:
    return Places(tuple(map(decoded, tables)), dict(packs), dict(asked_in))
