"""What the software is made of: packages with versions, hashes and licences, and which of them have known faults.

Belongs here: reading the lock, what is installed, and a database of faults that somebody brought. Does not belong here:
fetching anything.

The list is CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/); the database is of records in the format of OSV
(https://ossf.github.io/osv-schema/): a file with one or a list of them, a folder, or a zip as osv.dev hands out.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pipelines.steps.collect.released import DISTRIBUTION
from schemas.sentences import SentenceError

_PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_ECOSYSTEM = "PyPI"


@dataclass(frozen=True)
class Package:
    """A package that the lock names.

    Args:
        name: Its name, as indexes spell it.
        version: Its version.
        hashes: The sha256 of every file of it that may be installed.
        licence: As its own metadata says; empty where it is not installed, or says nothing.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str

    @property
    def purl(self) -> str:
        """Its address among all packages of all languages."""
        return f"pkg:pypi/{self.name}@{self.version}"


@dataclass(frozen=True)
class Fault:
    """A known fault of a package in the version that the lock names."""

    package: Package
    id: str
    summary: str
    mended_in: str


def packages(lock: Path) -> list[Package]:
    """Return the packages of a lock file, in its order.

    Raises:
        SentenceError: It names none.
    """
    found: list[tuple[str, str, list[str]]] = []
    for line in lock.read_text("utf-8").splitlines():
        if named := _PINNED.match(line):
            found.append((canonicalize_name(named[1]), named[2], []))
        if found:
            found[-1][2].extend(_HASH.findall(line))
    if not found:
        raise SentenceError(f"Tệp {lock} không ghi gói nào. Chỉ đúng tệp requirements.lock bằng --lock.")
    return [Package(name, version, tuple(hashes), _licence(name)) for name, version, hashes in found]


def _licence(name: str) -> str:
    """Return what an installed package says of its licence: an expression, a classifier, or its first words."""
    try:
        said = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        return ""
    classes = [one.rpartition(" :: ")[2] for one in said.get("classifier", ()) if one.startswith("License")]
    free = str(said.get("license", "")).strip().splitlines()
    return str(said.get("license_expression", "")) or "; ".join(classes) or (free[0] if free else "")


def bill(every: Sequence[Package]) -> dict[str, Any]:
    """Return the list of packages as CycloneDX has it; the same for the same lock, so without a time or number."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": DISTRIBUTION, "version": metadata.version(DISTRIBUTION)}
        },
        "components": [
            {
                "type": "library",
                "bom-ref": one.purl,
                "name": one.name,
                "version": one.version,
                "purl": one.purl,
                "hashes": [{"alg": "SHA-256", "content": sha256} for sha256 in one.hashes],
                "licenses": [{"license": {"name": one.licence}}] if one.licence else [],
            }
            for one in every
        ],
    }


def faults(every: Sequence[Package], database: Path) -> Iterator[Fault]:
    """Yield the known faults of packages.

    Args:
        every: The packages.
        database: Records in the format of OSV.

    Raises:
        SentenceError: The database cannot be read, or has no record of packages of Python: then nothing was checked.
    """
    by_name = {one.name: one for one in every}
    known = 0
    for record in _records(database):
        for affected in record.get("affected", ()):
            about = affected.get("package", {})
            if about.get("ecosystem", "").partition(":")[0] != _ECOSYSTEM:
                continue
            known += 1
            package = by_name.get(canonicalize_name(about.get("name", "")))
            if package is not None and not record.get("withdrawn") and _has(package.version, affected):
                events = [event for one in affected.get("ranges", ()) for event in one.get("events", ())]
                mended = ", ".join(event["fixed"] for event in events if "fixed" in event)
                summary = record.get("summary") or record.get("details", "")[:200]
                yield Fault(package, str(record.get("id", "?")), summary, mended)
    if not known:
        raise SentenceError(f"{database} không có bản ghi nào về gói Python, nên chưa kiểm tra được gì.")


def _has(version: str, affected: Mapping[str, Any]) -> bool:
    """Return whether a version has a fault: it is listed, or lies in a range."""
    if version in affected.get("versions", ()):
        return True
    ranges = [one for one in affected.get("ranges", ()) if one.get("type") == "ECOSYSTEM"]
    return any(_lies_in(Version(version), one.get("events", ())) for one in ranges)


def _lies_in(version: Version, events: Sequence[Mapping[str, str]]) -> bool:
    """Return whether a version lies in a range, whose events come in any order."""
    begins = [_version(event["introduced"]) for event in events if "introduced" in event]
    begun = [one for one in begins if one <= version]
    if not begun:
        return False
    last = max(begun)
    fixed = [_version(event["fixed"]) for event in events if "fixed" in event]
    ended = any(last < one <= version for one in fixed)
    past = [_version(event["last_affected"]) for event in events if "last_affected" in event]
    return not ended and not any(last <= one < version for one in past)


def _version(text: str) -> Version:
    return Version("0.dev0" if text == "0" else text)


def _records(database: Path) -> Iterator[Mapping[str, Any]]:
    try:
        for content in _contents(database):
            read = json.loads(content)
            yield from read if isinstance(read, list) else [read]
    except (OSError, ValueError, InvalidVersion, zipfile.BadZipFile) as error:
        raise SentenceError(f"Không đọc được cơ sở dữ liệu lỗi {database} ({error}). Tải lại rồi chạy lại.") from None


def _contents(database: Path) -> Iterator[bytes]:
    if database.is_dir():
        yield from (path.read_bytes() for path in sorted(database.rglob("*.json")))
    elif zipfile.is_zipfile(database):
        with zipfile.ZipFile(database) as opened:
            yield from (opened.read(name) for name in opened.namelist() if name.endswith(".json"))
    else:
        yield database.read_bytes()
