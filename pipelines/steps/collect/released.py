"""A release in the one file in which a commune sends it: whether it is as it was sealed, and what it says.

Belongs here: how such a file is laid out, that every byte of it is what the manifest says, its frozen tables. Does not
belong here: making a release (``pipelines.refresh.release``), those of an output folder (``pipelines.store.releases``),
what a batch takes of one (``pipelines.refresh.approvals``).

The file is a zip of the release's folder and of the archived files behind it, under the names by which the manifest
calls them: unpacked, it is an output folder with this one release.
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.steps.collect.limits import LIMITS, Limits
from pipelines.steps.collect.package import Package, part_name
from pipelines.steps.collect.unreadable import CUT_SHORT, TOO_LARGE, UnreadableError
from schemas.return_sets import ReturnSetKey
from schemas.tables import RELEASED, commune_of

SUFFIX = ".zip"
DISTRIBUTION = "returns"
"""What the software is called where its version is written down."""
RELEASES, MANIFEST, SEAL = "releases", "manifest.json", "manifest.sha256"

_FIRST_NAME = 30
"""Where in a zip the name of its first file stands; of a release that is the manifest's."""

_PACKED_ANEW = "đã bị mở ra rồi nén lại cách khác; gửi nguyên tệp do returns pack làm"
_SAME_VERSION = "hai bên dùng cùng phiên bản rồi phát hành lại"
_NO_ZIP = "không phải tệp nén .zip, hoặc đã hỏng khi chép"


def sealed(manifest: bytes) -> bytes:
    """Return what ``manifest.sha256`` says of a manifest, so that ``sha256sum --check`` reads it."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def is_none(content: bytes) -> bool:
    """Return whether a zip can be opened, and is something else than a release, or what is left of one."""
    if _begins_as_one(content):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            return not any(_A_MANIFEST.search(part_name(name)) for name in opened.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


_A_MANIFEST = re.compile(rf"(?:^|/){RELEASES}/[^/]+/{re.escape(MANIFEST)}$")


def _begins_as_one(content: bytes) -> bool:
    """Return whether a file begins as releases are packed: of one cut short, a workbook in it can end it as a zip."""
    return content[_FIRST_NAME:].startswith(f"{RELEASES}/".encode())


@dataclass(frozen=True)
class Released:
    """A release whose every byte is as it was sealed.

    Args:
        said: What its manifest says.
        seal: The hash of that.
        tables: The frozen tables by name, ``schemas.tables.RELEASED``.
        beside: The ledger, the plan and the tables of places, by name.
    """

    said: "Manifest"
    seal: str
    tables: Mapping[str, pa.Table]
    beside: Mapping[str, bytes]


@dataclass(frozen=True)
class Manifest:
    """What the manifest of a release says.

    Args:
        key: The return set that it is of.
        name: What the commune called it.
        created: When it was made.
        version: The version of the software that made it.
        forms: The version of every form that this software knew, by the form's code; none in releases that do not hold
            all accepted values yet.
        workbooks: The hashes of the workbooks behind it.
        files: The hash of every file, by the name under which it is packed.
    """

    key: ReturnSetKey
    name: str
    created: str
    version: str
    forms: Mapping[str, int]
    workbooks: frozenset[str]
    files: Mapping[str, str]

    @classmethod
    def of(cls, manifest: bytes) -> "Manifest":
        """Read a manifest.

        Raises:
            UnreadableError: It is none.
        """
        try:
            said = json.loads(manifest)
            return cls(
                ReturnSetKey(str(said["period"]), str(said["commune"])),
                str(said["name"]),
                str(said["created"]),
                str(said["packages"][DISTRIBUTION]),
                {str(code): int(version) for code, version in said.get("forms", {}).items()},
                frozenset(str(sha256) for one in said["accepted"] for sha256 in one["workbooks"].values()),
                {part_name(file["path"]): str(file["sha256"]) for file in said["files"]},
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnreadableError(f"bản kê {MANIFEST} không đọc được") from None


def opened(content: bytes, limits: Limits = LIMITS) -> Released:
    """Open a release.

    Args:
        content: The file in which it was sent.
        limits: What it may hold.

    Raises:
        UnreadableError: It is damaged, was changed, or is laid out by another version of the software.
    """
    parts = _parts(content, limits)
    names = {path.split("/")[1] for path in parts if path.startswith(f"{RELEASES}/")}
    if len(names) != 1:
        raise UnreadableError(CUT_SHORT if _begins_as_one(content) and not names else _PACKED_ANEW)
    (name,) = names
    own = f"{RELEASES}/{name}/"
    manifest = parts.get(own + MANIFEST, b"")
    if parts.get(own + SEAL) != sealed(manifest):
        raise UnreadableError(f"bản kê {MANIFEST}, hoặc mã băm của nó trong {SEAL}, không còn như lúc phát hành")
    said = Manifest.of(manifest)
    if said.name != name:
        raise UnreadableError(f"thư mục {own} chứa bản phát hành «{said.name}», đã bị đổi tên")
    for path, sha256 in said.files.items():
        if hashlib.sha256(parts.get(path, b"")).hexdigest() != sha256:
            how = "không còn như lúc phát hành" if path in parts else "không có"
            raise UnreadableError(f"tệp {path} trong đó {how}")
    if strange := sorted(parts.keys() - said.files.keys() - {own + MANIFEST, own + SEAL}):
        raise UnreadableError(f"có thêm tệp {strange[0]}, không có trong bản kê")
    made_by = f"do phần mềm phiên bản {said.version} làm"
    if not said.forms:
        raise UnreadableError(f"{made_by}, chưa kèm mọi số đã nhận; xã cập nhật phần mềm rồi phát hành lại")
    tables = {}
    for table, schema in RELEASED.items():
        tables[table] = _table(parts, f"{own}{table}.parquet", schema, made_by)
        for column, own_text in ((commune_of(schema), said.key.commune), ("period", said.key.period)):
            if len(tables[table]) and not pc.all(pc.equal(tables[table][column], own_text)).as_py():
                raise UnreadableError(f"bảng {table} trong đó có số của xã khác hoặc kỳ khác")
    beside = {
        path.removeprefix(own): part for path, part in parts.items() if path.startswith(own) and path.endswith(".csv")
    }
    return Released(said, hashlib.sha256(manifest).hexdigest(), tables, beside)


def _parts(content: bytes, limits: Limits) -> dict[str, bytes]:
    """Return the files in a zip by name; each has been unpacked, and has the checksum it was packed with."""
    if len(content) > limits.file:
        raise UnreadableError(TOO_LARGE)
    if not content.startswith(b"PK"):
        raise UnreadableError(_NO_ZIP)
    package = Package(content, limits)
    return {name: package.read(name) for name in package.names}


def _table(parts: Mapping[str, bytes], path: str, schema: pa.Schema, made_by: str) -> pa.Table:
    """Return a frozen table."""
    try:
        with pq.ParquetFile(pa.BufferReader(parts.get(path, b""))) as file:
            table = file.read(use_threads=False)
    except (pa.ArrowInvalid, OSError):
        raise UnreadableError(f"{made_by}, không kèm bảng {path}; {_SAME_VERSION}") from None
    if not table.schema.equals(schema):
        raise UnreadableError(f"{made_by}, bảng {path} có cột khác; {_SAME_VERSION}")
    return table
