"""Folders named by a URI, such as ``s3://xa/ket-qua``: object storage in the place of a disk.

Belongs here: what object storage has instead of a disk's renames, locks and flushing: a put is whole or not at all, and
one that replaces something can be refused where somebody else was first. Does not belong here: opening such a folder
(``pipelines.settings``); what is kept there, since the other modules of this room use either kind by the same names.

Nobody holds a lock there. Of two that refresh one batch, both may work, but only one puts its state: the other finds it
changed, drops what it made, and looks again.
"""

from pathlib import Path
from typing import Any

from schemas.sentences import SentenceError

_REFUSED = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})
"""What a storage answers where the object is not the one that was to be replaced."""


class ReplacedError(SentenceError):
    """An object that somebody else has put since it was read; the message says what to do."""


def is_remote(path: Path) -> bool:
    """Return whether a path lies on object storage."""
    return not isinstance(path, Path)


def mark(path: Any) -> str:
    """Return by what the storage knows the bytes of an object again; nothing where there is no object."""
    try:
        return str(path.fs.info(path.path, refresh=True).get("ETag", ""))
    except FileNotFoundError:
        return ""


def mark_in(stat: Any) -> str:
    """Return the mark of an object that was looked at."""
    return str(stat.as_info().get("ETag", ""))


def marked(path: Any) -> tuple[bytes, str]:
    """Return the bytes of an object and their mark; nothing of either where there is no object."""
    before = mark(path)
    while before:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            content = b""
        # Read again where somebody put another one meanwhile: the mark has to be that of these bytes.
        if (after := mark(path)) == before:
            return content, before
        before = after
    return b"", ""


def move(source: Any, place: Any) -> None:
    """Put the object of one name under another, over what is there.

    Raises:
        FileNotFoundError: There is none, for another has done it.
    """
    bucket, _, key = place.path.partition("/")
    # By the storage's own call: that of the file system asks for each object once more before and after.
    source.fs.call_s3("copy_object", CopySource=source.path, Bucket=bucket, Key=key)
    source.fs.rm_file(source.path)


def put_over(path: Any, content: bytes, before: str) -> str:
    """Put an object in the place of the one that was read, and of no other; return its mark.

    Args:
        path: The object.
        content: Its bytes.
        before: The mark of the one that was read; nothing where there was none.

    Raises:
        ReplacedError: There is another one now.
        SentenceError: The storage is of a kind that cannot tell.
    """
    if path.protocol != "s3":
        raise SentenceError(f"Kho «{path.protocol}» chỉ đọc được; kết quả và sổ đính chính ghi vào thư mục hoặc s3://.")
    bucket, _, key = path.path.partition("/")
    condition = {"IfMatch": before} if before else {"IfNoneMatch": "*"}
    try:
        answer = path.fs.call_s3("put_object", Bucket=bucket, Key=key, Body=content, **condition)
    except OSError as error:
        response = getattr(error.__cause__, "response", {})
        if response.get("Error", {}).get("Code") not in _REFUSED:
            raise
        raise ReplacedError(f"«{path}» vừa được nơi khác ghi. Làm lại lệnh này.") from None
    return str(answer["ETag"])
