"""What came of many tries of one kind of fault, and the page on which it stands.

Belongs here: counting, and writing the counts where the guide on reliability shows them. Does not belong here: the
faults, and what is expected after one.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from filelock import FileLock

LONG = "RETURNS_RELIABILITY"
"""Environment variable: 1 for the long form, which takes hours and writes its counts onto the page."""

PAGE = Path(__file__).parents[2] / "pipelines" / "present" / "guides" / "measured" / "reliability.md"


class Wrong(StrEnum):
    """What must not come of a fault, as the page heads its columns."""

    LOST = "mất"
    TORN = "nửa vời"
    HUNG = "treo"
    CRASHED = "đổ vỡ"
    SILENT = "sai mà im"
    LEFT = "sót lại"


def is_long() -> bool:
    """Return whether the long form is asked for."""
    return os.environ.get(LONG) == "1"


def tries(long: int, short: int) -> int:
    """Return how many tries to make."""
    return long if is_long() else short


@dataclass
class Tally:
    """The tries of one kind of fault.

    Args:
        what: The fault, as the page calls it.
        count: How many times it has been tried.
        wrong: What was not as expected: of which kind, and in words.
        told: What whoever tried was told, and how often.
    """

    what: str
    count: int = 0
    wrong: list[tuple[Wrong, str]] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)

    def tried(self, wrong: Iterable[tuple[Wrong, str]], told: str = "") -> None:
        """Count a try."""
        self.count += 1
        self.wrong += wrong
        self.told[_ELSEWHERE.sub("…/", told)] += 1

    def row(self) -> str:
        """Return its line of the page: what somebody saw is the sentence that was told most often, if any."""
        counts = Counter(kind for kind, _ in self.wrong)
        said = [(sentence, count) for sentence, count in self.told.most_common() if sentence]
        shown = said[0][0].replace("|", "\\|").replace("\n", " ") if said else _NOTHING
        numbers = " | ".join(str(counts[kind]) for kind in Wrong)
        return f"| {self.what} | {f'{self.count:,}'.replace(',', '.')} | {numbers} | {shown} |"

    def write(self) -> None:
        """Put its line onto the page, in the place of the one that it had there; only of the long form."""
        print(self.row())
        for kind, words in self.wrong:
            print(f"{kind}: {words}")
        if not is_long():
            return
        with FileLock(f"{PAGE}.lock"):
            lines = PAGE.read_text("utf-8").splitlines() if PAGE.is_file() else [_HEAD, _RULE]
            before = [number for number, line in enumerate(lines) if line.startswith(f"| {self.what} |")]
            if before:
                lines[before[0]] = self.row()
            else:
                lines.append(self.row())
            PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
        Path(f"{PAGE}.lock").unlink(missing_ok=True)


_ELSEWHERE = re.compile(r"/\S+/(?=(?:raw|data|backup)\b)")
"""Where the folders of an office lie on this machine."""

_NOTHING = "không gì; lần chạy sau làm tiếp"
_HEAD = f"| Sự cố | Số lần | {' | '.join(Wrong)} | Người dùng thấy |"
_RULE = f"| --- | --: | {' | '.join('--:' for _ in Wrong)} | --- |"
