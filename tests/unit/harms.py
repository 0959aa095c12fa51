"""What happens to files: a byte that is another, an end that is missing.

Belongs here: harms that tests of several modules do. Does not belong here: what is then told.
"""

from pathlib import Path


def flip(path: Path, at: int = -1) -> None:
    """One bit is another, in the last byte unless told."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    """The last byte is missing."""
    path.write_bytes(path.read_bytes()[:-1])


def cut_in_half(path: Path) -> None:
    """The second half is missing."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    """Nothing is left in it."""
    path.write_bytes(b"")
