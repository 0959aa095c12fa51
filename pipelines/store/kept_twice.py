"""Records that lie in the output folder twice, so that one which is gone is not taken for one that never was.

Belongs here: that a record is whole only where it begins with all that lies beside the states; adding to both. Does not
belong here: what any record says (``pipelines.store.closings``, ``pipelines.store.designs``).

On object storage, which loses nothing, they lie once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pipelines.store.files import read_marked, write_over, write_whole
from pipelines.store.remote import is_remote

Line = TypeVar("Line")


@dataclass(frozen=True)
class KeptTwice(Generic[Line]):
    """A record of lines, oldest first, to which lines are only added.

    Args:
        path: Where it lies.
        copy: Where it lies once more; where somebody was killed in between, less its last lines.
        read: Returns what a line says.
    """

    path: Path
    copy: Path
    read: Callable[[str], Line]

    def lines(self) -> tuple[Sequence[Line], str]:
        """Return what the record says and, where it is not all there, what is wrong with it; else nothing."""
        kept = self._kept()  # first, for it is written last
        content, mark = read_marked(self.path)
        found = self._said(content)
        if found is None:
            return (), "bị hỏng"
        is_there = bool(mark) if is_remote(self.path) else self.path.is_file()
        if content.startswith(kept) and (content or not is_there):
            return found, ""
        return (), "không còn đủ dòng" if content else "đã mất"

    @property
    def back(self) -> str:
        """What is to be done where it is not all there, without a full stop."""
        copied = f", hoặc chép {self.copy} vào chỗ đó" if self._kept() else ""
        return f"Lấy lại tệp này từ bản sao lưu{copied}"

    def add(self, lines: str) -> None:
        """Add to a record that is all there; the caller keeps everybody else from it.

        Raises:
            ReplacedError: On object storage somebody else has added meanwhile.
        """
        before, mark = read_marked(self.path)
        content = before + lines.encode()
        write_over(self.path, content, mark)
        if not is_remote(self.path):  # only now: of a kill in between, the copy is behind, and never says more
            write_whole(self.copy, content)

    def keep_twice(self) -> None:
        """Write the copy where it is not there, or behind: of a kill, of a backup, of what was begun earlier."""
        if is_remote(self.path):
            return
        (content, _), kept = read_marked(self.path), self._kept()
        if content != kept and content.startswith(kept) and self._said(content):
            write_whole(self.copy, content)

    def _kept(self) -> bytes:
        """Return what the copy has; nothing where it has nothing that can be read."""
        content, _ = (b"", "") if is_remote(self.copy) else read_marked(self.copy)
        return content if self._said(content) else b""

    def _said(self, content: bytes) -> list[Line] | None:
        """Return what bytes say; nothing where they cannot be read."""
        try:
            # Of bytes: in words that people wrote there may be more that ends a line of text.
            return [self.read(line.decode()) for line in content.splitlines()]
        except (ValueError, TypeError, KeyError):
            return None
