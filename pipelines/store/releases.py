"""Releases that have been made: opening one, whether its bytes are still those it was made of, how two of them differ.

Belongs here: names, the manifest, the seal on it, reading the frozen tables with Arrow alone. Does not belong here:
making a release and computing it again (``pipelines.refresh.release``); importing forms, pandas or Dagster.

A release is ``releases/<name>/``: tables, copies to read of the ledger, the plan and the places, ``manifest.json`` with
the hash of every file, and ``manifest.sha256`` with the hash of that. The workbooks lie once for all releases in
``archive/``, under their own hashes; the manifest lists them too.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pipelines.steps.collect.released import MANIFEST, RELEASES, SEAL, sealed
from pipelines.steps.collect.zipped import packed
from pipelines.steps.numbers import as_seen
from pipelines.store import published
from pipelines.store.archive import ARCHIVE
from pipelines.store.designs import Designs, of_release
from pipelines.store.remote import is_remote
from pipelines.store.tables import Frozen
from schemas.outcomes import Cause
from schemas.return_sets import VALUE_KEY, ReturnSetKey
from schemas.sentences import SentenceError

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")

Row = dict[str, Any]


class ReleaseError(SentenceError):
    """A release that cannot be made or opened; the message is the sentence for whoever asked."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was released."""

    where: str
    """A file, or a figure, edge or statement."""
    released: str
    now: str
    message: str
    cause: Cause = Cause.DAMAGE


@dataclass(frozen=True)
class Release:
    """One release of an output folder."""

    data: Path
    name: str

    @property
    def folder(self) -> Path:
        """Where its own files lie."""
        return folder_of(self.data, self.name)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What it is of, how it was made, and every file with its hash."""
        manifest: dict[str, Any] = json.loads((self.folder / MANIFEST).read_bytes())
        return manifest

    @property
    def period(self) -> str:
        """The period of its return set."""
        return str(self.manifest["period"])

    @property
    def commune(self) -> str:
        """The commune of its return set."""
        return str(self.manifest["commune"])

    @property
    def key(self) -> ReturnSetKey:
        """The return set that it is of."""
        return ReturnSetKey(self.period, self.commune)

    @property
    def designs(self) -> Designs:
        """The designs that were in force; their workbooks lie in the archive."""
        return of_release(self.manifest.get("designs", ()))

    @property
    def tables(self) -> Frozen:
        """The frozen tables, to be asked as the published ones are."""
        return Frozen(self.folder)

    @property
    def seal(self) -> str:
        """The hash of the manifest, which covers every byte of the release."""
        return hashlib.sha256((self.folder / MANIFEST).read_bytes()).hexdigest()

    def damage(self, *, archive: bool = True) -> Iterator[Difference]:
        """Yield every file whose bytes are not those that were released.

        Args:
            archive: Whether to look at the workbooks too, or only at the release's own files.
        """
        path = self.folder / MANIFEST
        content = path.read_bytes() if path.is_file() else b""
        if not _holds(self.folder / SEAL, hashlib.sha256(sealed(content)).hexdigest()):
            # What the manifest says of the other files is then worth nothing.
            yield _changed(path, _hash(path), "", f"Bản kê {MANIFEST}, hoặc mã băm của nó trong {SEAL},")
            return
        own = f"{RELEASES}/{self.name}/"
        if self.manifest["name"] != self.name:
            sentence = f"Thư mục {own} chứa bản phát hành «{self.manifest['name']}», đã bị đổi tên. Trả lại tên cũ."
            yield Difference(own, str(self.manifest["name"]), self.name, sentence)
            return
        listed = {file["path"]: file["sha256"] for file in self.manifest["files"]}
        for name, sha256 in listed.items():
            if (archive or name.startswith(own)) and not _holds(path := self.data / name, sha256):
                yield _changed(path, _hash(path), sha256, f"Tệp {name}")
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.data).as_posix()
            if name not in listed and path.name not in (MANIFEST, SEAL):
                yield Difference(name, "", _hash(path), f"Tệp {name} không có trong bản kê. Đưa tệp đó ra chỗ khác.")


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _holds(path: Path, sha256: str) -> bool:
    return _hash(path) == sha256


def _changed(path: Path, now: str, released: str, what: str) -> Difference:
    how = "không còn" if not path.is_file() else "không còn như lúc phát hành"
    return Difference(path.name, released, now, f"{what} {how}. Lấy lại từ bản sao lưu.")


def as_sent(data: Path, name: str) -> bytes:
    """Return a release as the one file in which it is sent (``pipelines.steps.collect.released``).

    Raises:
        ReleaseError: There is none of this name, or a file of it, or behind it, is no longer what was released.
    """
    release = found(data, name)
    for harm in release.damage():
        raise ReleaseError(_DAMAGED.format(name=name, harm=harm.message))
    own = [f"{RELEASES}/{name}/{one}" for one in (MANIFEST, SEAL)]
    listed = [file["path"] for file in release.manifest["files"]]
    return packed({path: (data / path).read_bytes() for path in (*own, *listed)})


def folder_of(data: Path, name: str) -> Path:
    """Return where a release of this name lies, or would lie.

    Raises:
        ReleaseError: The name will not do.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise ReleaseError(
            f"Tên bản phát hành «{name}» không dùng được: chỉ dùng chữ thường không dấu, chữ số, dấu chấm, gạch ngang, "
            "gạch dưới; bắt đầu và kết thúc bằng chữ hoặc số; dài nhất 64 ký tự. Ví dụ: 2024-h1-lan-1."
        )
    return data / RELEASES / name


def names(data: Path) -> list[str]:
    """Return the names of all releases, oldest name first."""
    folder = data / RELEASES
    return sorted(path.name for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []


def of_set(data: Path, key: ReturnSetKey) -> list[Release]:
    """Return the releases of a return set, oldest name first; of which each is, is read once while it looks the same.

    Raises:
        ReleaseError: Something lies there that is none.
    """
    return [one for one in (found(data, name) for name in names(data)) if _key(one) == key]


def _key(release: Release) -> ReturnSetKey:
    if is_remote(release.data):
        return release.key
    stat = (release.folder / MANIFEST).stat()
    return _key_in(str(release.folder), (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))


@lru_cache(maxsize=2**16)
def _key_in(folder: str, _looks: tuple[int, ...]) -> ReturnSetKey:
    """Return of which return set the release in a folder is, whose manifest looks so."""
    manifest = json.loads((Path(folder) / MANIFEST).read_bytes())
    return ReturnSetKey(str(manifest["period"]), str(manifest["commune"]))


def found(data: Path, name: str) -> Release:
    """Return a release, whatever state it is in.

    Raises:
        ReleaseError: There is none of this name.
    """
    if not folder_of(data, name).is_dir():
        known = names(data)
        listed = f"Các bản đã có: {', '.join(known)}." if known else "Chưa có bản nào; tạo bằng: returns release TÊN"
        raise ReleaseError(f"Không có bản phát hành «{name}» trong {data / RELEASES}. {listed}")
    return Release(data, name)


def opened(data: Path, name: str) -> Release:
    """Return a release to answer from, after a look at the bytes of its own files.

    Raises:
        ReleaseError: There is none of this name, or a file of it is no longer what was released.
    """
    release = found(data, name)
    for harm in release.damage(archive=False):
        raise ReleaseError(_DAMAGED.format(name=name, harm=harm.message))
    return release


_DAMAGED = "Bản phát hành «{name}» không còn nguyên vẹn. {harm} Xem hết: returns verify {name}"

_MAKES_ANOTHER = ("value", "exact", "unit", "status", "reported", "expected", "formula")
"""What makes a figure another, by column."""

_BEHIND = ("received", "text", "value", "correction")
"""What makes a cell say something else; that it stands elsewhere, or its file has another hash, alone does not."""

_CELL = ("file", "sha256", "sheet", "cell", "received", "text", "value", "correction", "corrected_by")


def differences(old: Release, new: Release) -> list[Row]:
    """Return the figures that differ between two releases, in the order of the newer one, each with its causes.

    Returns:
        Per figure its id, label and unit; ``change``: the columns that differ, or appeared or disappeared; ``old`` and
        ``new``: those columns in either release; ``cells``: the cells behind it that differ, each with ``old`` and
        ``new`` (missing where only one release has it); and ``software``: whether different code made the two.
    """
    before, after = _figures(old), _figures(new)
    cells = _cells(old), _cells(new)
    kinds = published.kinds(old.tables, old.key), published.kinds(new.tables, new.key)
    software = old.manifest["code_version"] != new.manifest["code_version"]
    rows = []
    for key in dict.fromkeys([*after, *before]):
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            change = ["appeared" if one is None else "disappeared"]
        else:
            change = [name for name in _MAKES_ANOTHER if one[name] != other[name]]
        if not change:
            continue
        figure = other or one or {}
        rows.append(
            {
                **{name: figure[name] for name in ("id", "label", "unit")},
                "change": change,
                "old": one and {name: one[name] for name in _MAKES_ANOTHER},
                "new": other and {name: other[name] for name in _MAKES_ANOTHER},
                "cells": list(_moved(cells[0].get(figure["id"], {}), cells[1].get(figure["id"], {}), kinds)),
                "software": software,
            }
        )
    return rows


def _figures(release: Release) -> dict[tuple[str, ...], Row]:
    rows = published.figures(release.tables, release.key)
    return {(row["id"], row["reporter"], row["line"]): row for row in rows}


_Cells = dict[tuple[str, ...], Row]
Kinds = Mapping[tuple[str, str, str, str], str]
"""Of which kinds cells are, by file, its hash, sheet and address."""


def _cells(release: Release) -> dict[str, _Cells]:
    """Return the edges of a release by figure, and by what each cell answers."""
    found: dict[str, _Cells] = {}
    for row in published.every_edge(release.tables, release.key):
        found.setdefault(row["figure"], {})[tuple(row[name] for name in VALUE_KEY)] = row
    return found


def _moved(before: _Cells, after: _Cells, kinds: tuple[Kinds, Kinds]) -> Iterator[Row]:
    for key in dict.fromkeys([*after, *before]):
        one, other = before.get(key), after.get(key)
        if one is None or other is None or any(one[name] != other[name] for name in _BEHIND):
            yield dict(zip(VALUE_KEY, key, strict=True)) | {
                "old": _of_cell(one, kinds[0]),
                "new": _of_cell(other, kinds[1]),
            }


def _of_cell(cell: Mapping[str, Any] | None, kinds: Kinds) -> Row | None:
    """Return what is told of a cell; ``seen`` is what was received as a person sees it."""
    if cell is None:
        return None
    kind = kinds.get((cell["file"], cell["sha256"], cell["sheet"], cell["cell"]), "")
    return {name: cell[name] for name in _CELL} | {"seen": as_seen(kind, cell["received"] or "")}


def archive_path(sha256: str, suffix: str) -> str:
    """Return how a manifest names an archived file."""
    return f"{ARCHIVE}/{sha256}{suffix}"
