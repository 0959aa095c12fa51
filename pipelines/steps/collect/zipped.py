"""The parts of an ordinary zip, unpacked at one go, or put together: what nearly every workbook is.

Belongs here: the layout of a zip as office programs write it. Does not belong here: anything unusual or damaged, of
which nothing is said here but that it is not ordinary; ``package`` opens every zip, and tells what is wrong with it.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache

from isal import isal_zlib as zlib

from pipelines.steps.collect.limits import Limits

LARGEST = 2**20
"""Bytes of all parts of a package that is unpacked at one go; larger ones are read piece by piece."""

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")

_ORDINARY = 0x2 | 0x4 | 0x8 | 0x800
"""Flags that change nothing for who goes by the directory: how hard was tried to pack, where the sizes stand, UTF-8."""

_SMALL = 2**16
"""Bytes of a part that is remembered."""

_STORED, _DEFLATED = 0, 8

_CHANGING = (b"xl/worksheets/sheet", b"xl/sharedStrings")
"""How names of parts begin that are hardly ever the same in two workbooks."""


def unzipped(content: bytes, limits: Limits) -> Mapping[str, bytes] | None:
    """Return the parts of a package by their names as they are written, each with the checksum it was packed with.

    Nothing where the zip has anything in it that needs a closer look: something before it, a comment, passwords, other
    ways of packing, names that are not ASCII, folders, parts that do not lie one after the other, sizes or checksums
    that do not fit.
    """
    start = len(content) - _END.size
    if start < 0 or not content.startswith(b"PK\x03\x04"):
        return None
    mark, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(content, start)
    if mark != b"PK\x05\x06" or disk or first_disk or here != count or comment or offset + size != start:
        return None
    if count > limits.parts:
        return None
    parts: dict[str, bytes] = {}
    at, end, room = offset, 0, min(LARGEST, limits.unpacked)
    for _ in range(count):
        if at + _ENTRY.size > start:
            return None
        mark, _, _, flags, method, _, _, crc, packed, unpacked, named, extra, note, disk, _, _, begin = (
            _ENTRY.unpack_from(content, at)
        )
        name = content[at + 46 : at + 46 + named]
        at += 46 + named + extra + note
        room -= unpacked
        if mark != b"PK\x01\x02" or flags & ~_ORDINARY or disk or begin < end or begin + 30 > offset or room < 0:
            return None
        mark, _, own_flags, own_method, _, _, _, _, _, own_named, own_extra = _LOCAL.unpack_from(content, begin)
        data = begin + 30 + own_named + own_extra
        end = data + packed
        if mark != b"PK\x03\x04" or own_flags != flags or own_method != method or end > offset:
            return None
        if content[begin + 30 : begin + 30 + own_named] != name or not name.isascii() or name.endswith(b"/"):
            return None
        unpack = _unpacked if name.startswith(_CHANGING) or unpacked > _SMALL else _remembered
        part = unpack(content[data:end], method, unpacked, crc)
        if part is None:
            return None
        parts[name.decode("ascii")] = part
    return parts if at == start and len(parts) == count else None


def _unpacked(packed: bytes, method: int, size: int, crc: int) -> bytes | None:
    """Return the bytes of a part; nothing where they do not fit their size or their checksum."""
    if method == _DEFLATED:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            part = stream.decompress(packed, size + 1)
        except zlib.error:  # type: ignore[misc]
            return None
        if not stream.eof or stream.unused_data:
            return None
    elif method == _STORED:
        part = packed
    else:
        return None
    return part if len(part) == size and zlib.crc32(part) == crc else None


_FIRST_DAY = 1 << 5 | 1
"""The first of January 1980, as a zip has it, so that the same parts give the same bytes."""


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip of parts with ASCII names, in their order, without compression.

    In less than a third of the time that ``zipfile`` takes for the same.

    Raises:
        struct.error: There are more of them than fit an ordinary zip: 65,535, or 4 GB.
    """
    pieces: list[bytes] = []
    directory: list[bytes] = []
    begin = 0
    for name, part in parts.items():
        said = (0, _STORED, 0, _FIRST_DAY, zlib.crc32(part), len(part), len(part), len(name), 0)
        directory += (_ENTRY.pack(b"PK\x01\x02", _VERSION, _VERSION, *said, 0, 0, 0, 0, begin), name.encode("ascii"))
        pieces += (_LOCAL.pack(b"PK\x03\x04", _VERSION, *said), name.encode("ascii"), part)
        begin += _LOCAL.size + len(name) + len(part)
    listed = b"".join(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, len(parts), len(parts), len(listed), begin, 0)
    return b"".join([*pieces, listed, end])


_VERSION = 20
"""Of the zip format, in tenths, that is needed to open it."""


# Much of what workbooks say beside their cells is the same in all of them, byte by byte.
_remembered = lru_cache(maxsize=1024)(_unpacked)
