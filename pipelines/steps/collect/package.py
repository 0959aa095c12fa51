"""A file of parts, as .xlsx and .ods are: a zip whose every part is whole, under the name by which others point at it.

Belongs here: opening it within the limits, the checks that nothing in it is damaged or ambiguous, and the bytes of a
part. Does not belong here: what a part says (``spreadsheetml``, ``opendocument``).
"""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol

from pipelines.steps.collect.limits import LIMITS, Limits
from pipelines.steps.collect.unreadable import BROKEN, CUT_SHORT, TOO_LARGE, UnreadableError, not_a_package

_CHUNK = 2**16

_OPENINGS = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip begins, one without parts included."""

_ENCRYPTED = 0x1
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The two that office programs know."""


class Parts(Protocol):
    """The parts of a file, by the names that ``part_name`` gives them."""

    def __contains__(self, name: str) -> bool: ...

    def read(self, name: str) -> bytes:
        """Return the bytes of a part."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part one piece after the other."""


class Package:
    """The parts of a file by name; every one has been unpacked and has the checksum it was packed with."""

    def __init__(self, content: bytes, limits: Limits = LIMITS) -> None:
        """Open a file.

        Raises:
            UnreadableError: It is no package, too large, damaged, encrypted, or has two parts of one name.
        """
        if not content.startswith(_OPENINGS):
            raise UnreadableError(not_a_package(content))
        with _damage_told():
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        # Not by ``is_dir``, which a name without a letter makes fail.
        entries = [entry for entry in self._zip.infolist() if not entry.filename.endswith("/")]
        if sum(entry.file_size for entry in entries) > limits.unpacked:
            raise UnreadableError(TOO_LARGE)
        if len(entries) > limits.parts:
            raise UnreadableError(f"tệp gồm hơn {limits.parts} phần; mở lại bằng Excel, lưu thành .xlsx")
        self._entries = {part_name(entry.filename): entry for entry in entries}
        if len(self._entries) < len(entries):
            raise UnreadableError(f"{BROKEN} (có hai phần cùng tên)")
        self._small: dict[str, bytes] = {}
        for name, entry in self._entries.items():
            self._check(name, entry)

    def _check(self, name: str, entry: zipfile.ZipInfo) -> None:
        """Unpack a part once, so that its checksum is compared; a small one is kept."""
        if entry.flag_bits & _ENCRYPTED:
            raise UnreadableError("tệp đặt mật khẩu; bỏ mật khẩu rồi lưu lại")
        if entry.compress_type not in _COMPRESSIONS:
            raise UnreadableError(f"{BROKEN} (nén bằng cách mà Excel không dùng)")
        with _damage_told(), self._zip.open(entry) as part:
            if entry.file_size <= _CHUNK:
                self._small[name] = part.read()
            else:
                while part.read(_CHUNK):
                    pass

    @property
    def names(self) -> Iterable[str]:
        """The names of all parts, in small letters."""
        return self._entries

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Return the bytes of a part."""
        return self._small[name] if name in self._small else b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part one piece after the other."""
        if name in self._small:
            yield self._small[name]
            return
        with _damage_told(), self._zip.open(self._entries[name]) as part:
            while piece := part.read(_CHUNK):
                yield piece


@contextmanager
def _damage_told() -> Iterator[None]:
    """Tell of what a damaged zip raises; of the library's own faults it tells nothing."""
    try:
        yield
    except UnreadableError:
        raise
    # Of a position before the file's beginning or a name in no known letters, a ValueError.
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, ValueError) as reason:
        raise UnreadableError(CUT_SHORT) from reason


@lru_cache(maxsize=4096)
def part_name(name: str) -> str:
    """Return the name under which a part is looked up: the case of letters and the kind of slash make no difference."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").lower()
