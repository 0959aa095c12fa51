"""Workbooks and folders that lie where nothing is read, and where they would belong.

Belongs here: finding them, and the sentence that tells of them. Does not belong here: folders that are read
(``pipelines.store.folders``).
"""

from dataclasses import dataclass
from pathlib import Path

from pipelines.store.folders import Folders
from pipelines.store.lying import entries, holds_files
from pipelines.store.raw_names import DESIGNS, left_behind, printable
from schemas.periods import period_meant
from schemas.return_sets import ReturnSetKey

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


def misplaced(folders: Folders) -> list[Misplaced]:
    """Return the workbooks in folders in which none is read: beside those of periods, of communes, of others.

    Also all that lies in a commune's folder below one that is called like no period, or is of a territory in which
    that commune does not lie.
    """
    alone = _only_commune(folders)
    looked = {folders.root: ""}
    for period in folders.periods():
        looked[folders.root / period] = f"{period}/{alone}" if alone else ""
        for folder in folders.folders_below(folders.root / period):
            if not folders.places.commune(folder.name):
                meant = [one.code for one in folders.places.called(folder.name) if one.level == "commune"]
                looked[folder] = f"{period}/{meant[0]}" if len(meant) == 1 else ""
    misnamed, strayed = _misnamed(folders, alone), _homes_of_strayed(folders)
    found = []
    for folder, belong in (looked | misnamed | strayed).items():
        any_file = folder in misnamed and folders.places.commune(folder.name) is not None
        of_folder = [
            name
            for name, _ in entries(folder)
            if folder in strayed
            or ((any_file or name.casefold().endswith(_SPREADSHEETS)) and (folder / name).is_file())
        ]
        files = tuple(printable(name) for name in of_folder if not left_behind(name))
        if files:
            name = printable(folder.relative_to(folders.root).as_posix())
            why = _lies_in(folders, folder.name) if folder in strayed else ""
            found.append(Misplaced("" if folder == folders.root else name, files, belong, why))
    return found


def _only_commune(folders: Folders) -> str:
    """Return the one commune of which anything lies in a folder; nothing where there is none, or another, too."""
    found: set[str] = set()
    below = (folder for period in folders.periods() for folder in folders.folders_below(folders.root / period))
    for folder, path in ((one, path) for one in below for path in folders.communes_below(one)):
        if path.name not in found and (path == folder or holds_files(path)):
            found.add(path.name)
        if len(found) > 1:
            return ""
    return "".join(found)


def _misnamed(folders: Folders, alone: str) -> dict[Path, str]:
    """Return folders beside those of periods, and those in them, each with where what lies in it belongs, if known.

    Args:
        folders: The raw folder.
        alone: The only commune there is, if there is but one.
    """
    found: dict[Path, str] = {}
    periods = {*folders.periods()}
    for folder in folders.folders_below(folders.root):
        if folder.name in periods or folder.name == DESIGNS:
            continue
        period = period_meant(folder.name)
        within = folders.folders_below(folder)
        found[folder] = f"{period.code}/{alone}" if period is not None and alone else ""
        for path in (*within, *(below for one in within for below in folders.communes_below(one))):
            is_known = period is not None and folders.places.commune(path.name) is not None
            found[path] = f"{period.code}/{path.relative_to(folder).as_posix()}" if is_known and period else ""
    return found


def _homes_of_strayed(folders: Folders) -> dict[Path, str]:
    """Return the folders of communes that are in no territory of theirs, each with where it belongs, if known."""
    periods, found = {*folders.periods()}, {}
    for folder in folders.folders_below(folders.root):
        meant = period_meant(folder.name)
        period = folder.name if folder.name in periods else meant.code if meant is not None else ""
        for path in (below for one in folders.folders_below(folder) for below in _strayed(folders, one)):
            found[path] = _home(folders, period, path.name).relative_to(folders.root).as_posix() if period else ""
    return found


def _strayed(folders: Folders, folder: Path) -> list[Path]:
    """Return the folders of communes in a folder below a period, in whose territory they do not lie."""
    if folders.places.commune(folder.name):
        return []
    within = (path for path in folders.folders_below(folder) if folders.places.commune(path.name))
    return [path for path in within if not folders.places.lies_in(path.name, folder.name)]


def _home(folders: Folders, period: str, commune: str) -> Path:
    """Return where the folder of a commune lies, or where it best would lie: where its neighbours do."""
    lying = folders.folder(ReturnSetKey(period, commune))
    above = [folders.root / period / place.code for place in folders.places.ancestors(commune)]
    if lying.is_dir() or not above:
        return lying
    return next((folder for folder in above if folder.is_dir()), above[0]) / commune


def _lies_in(folders: Folders, commune: str) -> str:
    """Return in which territory a commune lies, in words."""
    above = folders.places.ancestors(commune)
    within = f"thuộc {above[0].title} ({above[0].code})" if above else "không thuộc địa bàn nào"
    return f"theo danh mục địa bàn, {folders.places.territory(commune)} {within}"


def unknown_folders(folders: Folders) -> list[str]:
    """Return folders under a period that are neither a commune's nor those of a territory and its communes.

    Those of communes below what they do not lie in are no unknown ones: ``misplaced`` has what is in them.
    """
    found = []
    for period in folders.folders_below(folders.root):
        for folder in folders.folders_below(period):
            communes = folders.communes_below(folder)
            if folders.places.place_above(folder.name) is not None:
                below = [path for path in folders.folders_below(folder) if path not in communes]
                strange = [path for path in below if folders.places.commune(path.name) is None]
            else:
                strange = [] if communes else [folder]
            found += [printable(path.relative_to(folders.root).as_posix()) for path in strange]
    return found
