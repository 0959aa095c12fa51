"""The folders below ``raw/``: of which period, batch and return set each is, and which are not where they should be.

Belongs here: finding them by the places there are. Does not belong here: the files in them (``pipelines.store.raw``),
workbooks that lie elsewhere (``pipelines.store.misplaced``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipelines.store.lying import entries, holds_files, inside, is_peoples_folder, table_at
from pipelines.store.place_tables import OWN_PLACES, places_of, shipped
from pipelines.store.raw_names import DESIGNS, PLACES, is_of_people, printable
from schemas.kept import decoded
from schemas.pack import pack_name
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import BatchKey, ReturnSetKey, oldest_first
from schemas.sentences import SentenceError

_STAYS = "Số đã công bố trước đó được giữ nguyên. Đưa thư mục về chỗ cũ, hoặc lấy lại từ bản sao lưu, rồi chạy lại."
"""What is said, and is to be done, where a return set that has been read is not there any more."""


@dataclass(frozen=True)
class Folders:
    """Folders ``<period>/<commune>/``, and ``<period>/<territory>/<commune>/``."""

    root: Path

    def batches(self) -> dict[BatchKey, list[ReturnSetKey]]:
        """Return every batch that has a folder, oldest first, each with the return sets in it.

        Raises:
            SentenceError: A commune has two folders in one period.
        """
        lying: dict[BatchKey, list[Path]] = {}
        for period in self.periods():
            for folder in self.folders_below(self.root / period):
                for path in self.communes_below(folder):
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
            ReturnSetKey(batch.period, path.name) for path in folders if path.name == batch.folder or holds_files(path)
        ]

    def holds_files(self, key: ReturnSetKey) -> bool:
        """Return whether anything lies in the folder of a return set."""
        return holds_files(self.folder(key))

    def periods(self) -> Iterator[str]:
        """Yield the codes of the periods that have a folder."""
        for folder in self.folders_below(self.root):
            try:
                Period.parse(folder.name)
            except ValueError:
                continue
            yield folder.name

    def communes_below(self, folder: Path) -> list[Path]:
        """Return the folders of communes in a folder below a period: itself, or those in a territory's."""
        if self.places.commune(folder.name):
            return [folder]
        if self.places.place_above(folder.name) is None:
            return []
        return [path for path in self.folders_below(folder) if self.places.lies_in(path.name, folder.name)]

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
        return [path.name for path in self.folders_below(self.root / period)] if period in self.periods() else []

    def each_in(self, period: str, folder: str) -> Iterator[ReturnSetKey]:
        """Yield the return sets in one of these folders, as ``each`` does."""
        for path in self.communes_below(self.root / period / folder):
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
            if is_peoples_folder(path) and (not above or is_peoples_folder(path.parent)):
                lying[self._batch(key.period, above or key.commune, key.commune)] = [path]
        self._refuse_twice(lying)
        return any(self._sent(batch, folders) for batch, folders in lying.items())

    def sets_of(self, batch: BatchKey) -> list[ReturnSetKey]:
        """Return the return sets in the folder of a batch, in order."""
        return self._sent(batch, self.folders_of(batch))

    def folders_of(self, batch: BatchKey) -> list[Path]:
        """Return the folders of communes of a batch."""
        within = self.communes_below(self.root / batch.period / batch.place)
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
        if known and folder.is_dir() and (folder.parent == self.root / key.period or holds_files(folder)):
            return ""
        named = f"Thư mục {key.commune} của {self.places.territory(key.commune)}"
        if away := self.away(key):
            return f"{named} nằm ở {away}, nơi không được đọc"
        return f"{named} không còn{' tệp nào' if folder.is_dir() else ''}"

    def away(self, key: ReturnSetKey) -> str:
        """Return the folder, from the raw folder, that is called like a return set's and is not read where it lies."""
        folders = self.folders_below(self.root / key.period)
        found = [folder / key.commune for folder in folders if not self.places.lies_in(key.commune, folder.name)]
        if self.places.commune(key.commune) is None:
            found.append(self.root / key.period / key.commune)
        lying = next((path for path in found if holds_files(path)), None)
        return "" if lying is None else printable(lying.relative_to(self.root).as_posix())

    @staticmethod
    def folders_below(root: Path) -> list[Path]:
        """Return the folders in one that somebody made for what is received, in order."""
        return [root / name for name, is_folder in entries(root) if is_folder and is_of_people(name)]

    def place_tables(self) -> dict[str, bytes]:
        """Return the place tables in the order in which a later one replaces rows of an earlier one.

        Raises:
            SentenceError: The raw folder's own lies there and cannot be read.
        """
        own, trouble = table_at(self.root / PLACES, self.root) or (None, "")
        if trouble:
            raise SentenceError(f"Danh mục địa bàn {self.root / PLACES} không đọc được: {trouble}; rồi chạy lại.")
        return shipped() if own is None else shipped() | {OWN_PLACES: own}

    @cached_property
    def places(self) -> Places:
        """The places that come with the software and with packs, and those a ``places.csv`` in the raw folder adds.

        They may name a design that lies there and is not in force yet.
        """
        lying = [pack_name(printable(path.name)) for path in inside(self.root / DESIGNS)]
        return places_of(self.place_tables().values(), lying)

    @cached_property
    def places_of_any_packs(self) -> Places:
        """The same, whatever packs they name: one may be on its way into use, or out of it."""
        return Places(tuple(map(decoded, self.place_tables().values())))
