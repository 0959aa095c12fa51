"""How much of a file is read: far more than any return has, and less than hurts the machine that reads it.

Belongs here: every limit, and the count of what a workbook has taken so far. Does not belong here: reading.

Time is limited by what takes it, elements and cells, and not by a clock: a file that is refused is refused on every
machine. Memory is limited the same way, for nothing is laid out that was not counted before.
"""

from dataclasses import dataclass

from pipelines.steps.collect.unreadable import COPY_OVER, TOO_LARGE, UnreadableError


@dataclass(frozen=True)
class Limits:
    """What one file may hold."""

    file: int = 64 * 2**20
    """Bytes as it lies on the disk."""
    unpacked: int = 256 * 2**20
    """Bytes of all parts of a package together."""
    parts: int = 4096
    """Files in a package."""
    sheets: int = 256
    elements: int = 5_000_000
    """Tags of the parts that are read."""
    markup: int = 128 * 2**20
    """Bytes of XML of the parts that are read."""
    depth: int = 64
    """Elements within elements."""
    attributes: int = 64
    """Attributes of one element."""
    tag: int = 2**20
    """Bytes of one tag or comment."""
    cells: int = 500_000
    """Filled cells."""
    text: int = 32 * 2**20
    """Letters of all filled cells together, each counted as often as it stands in a cell."""
    spread: int = 2_000_000
    """Rows times columns that the filled cells of one sheet may span: a cell far from its table is none of the table.
    """
    delimited: int = 8 * 2**20
    """Bytes of a .csv, which says nothing of its size before it is read."""

    @property
    def file_is_larger(self) -> str:
        """Why a file is not read that is larger, as a part of a sentence."""
        return f"tệp quá lớn, hơn {self.file // 2**20} MB; {COPY_OVER}"


LIMITS = Limits()


class Budget:
    """What one file has taken of its limits so far."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.elements = self.markup = self.cells = self.text = 0

    def take_markup(self, piece: bytes) -> None:
        """Count the XML elements of a piece of a part, each by its beginning and its end.

        Raises:
            UnreadableError: There are more of them, or more XML, than the limit.
        """
        self.elements += piece.count(b"<")
        self.markup += len(piece)
        if self.markup > self.limits.markup:
            raise UnreadableError(f"{TOO_LARGE}; {COPY_OVER}")
        if self.elements > self.limits.elements:
            raise UnreadableError(f"tệp có hơn {_grouped(self.limits.elements)} thẻ XML; {COPY_OVER}")

    def take_sheets(self, count: int) -> None:
        """Take note of how many sheets there are.

        Raises:
            UnreadableError: They are more than the limit.
        """
        if count > self.limits.sheets:
            raise UnreadableError(f"tệp có hơn {self.limits.sheets} trang; {COPY_OVER}")

    def take_cell(self, text: str, times: int = 1) -> None:
        """Count one filled cell, or as many of one text.

        Raises:
            UnreadableError: There are more of them, or more letters in them, than the limit.
        """
        self.cells += times
        self.text += len(text) * times
        if self.cells > self.limits.cells:
            raise UnreadableError(f"tệp có hơn {_grouped(self.limits.cells)} ô có nội dung; {COPY_OVER}")
        if self.text > self.limits.text:
            raise UnreadableError(f"nội dung các ô dài quá {_grouped(self.limits.text)} chữ; {COPY_OVER}")


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")
