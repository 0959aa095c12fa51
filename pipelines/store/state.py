"""The state of a part: of every table, what was written last, of what, by whom. The one thing that is believed.

Belongs here: that list, reading and writing it. Does not belong here: the tables, and whether they are up to date
(``pipelines.refresh.stale``).

A part is what is refreshed together: a batch, all of a period, or the whole office (``schemas.flow.Extent``). Its state
is ``state/<part>.ndjson``: a line that says the format, which communes are in the part, and the hashes of these and of
what follows, then a line a table. Writing it is the commit point of a refresh: a file that it does not know is none of
ours, and what it knows is either in its place or lies beside it, still to be renamed. It is written twice, so that
losing one file loses nothing; on object storage, which loses none, once, and only over the one that was read.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.store.files import lying_in, read_marked, write_whole
from pipelines.store.remote import is_remote, put_over
from schemas.sentences import SentenceError

FORMAT = 2
"""The version of the output folder; 1 had one file for all return sets, and stamps inside the tables."""

STATE = "state"

READERS = "readers"
"""A folder that only format 1 has: removed last, so that a takeover that was killed is done again."""


class OldFormatError(SentenceError):
    """An output folder of another version of this software; the message says what to do."""


class LostStateError(SentenceError):
    """A state of which no file is as it was written; the message says what to do.

    It is not as if nothing had ever been written: the next refresh would then take what was accepted of forms that are
    held for nothing, and whoever asks would be told that there is nothing.
    """


def is_of_before(root: Path) -> bool:
    """Return whether an output folder is of format 1."""
    return (root / READERS).is_dir()


@dataclass(frozen=True)
class Writer:
    """Who writes: a Dagster run, and the version of this software."""

    run: str = ""
    code: str = ""


NOBODY = Writer()


@dataclass(frozen=True)
class Written:
    """A table of a part as it was written last.

    Args:
        table: Its name.
        stamp: The hash of all that it was made of and of the code that made it (``pipelines.refresh.stamps``).
        content: The sha256 of its bytes.
        size: Their number.
        rows: The number of its rows.
        held: The communes of which the gate held back what came, so that their rows still are what they were.
        received: Of a mart, the state of the raw files from which its rows were accepted: a hash in the archive. It is
            that of a return set's list; of several sets, that of a list of their lists.
        run: The Dagster run that made these bytes.
        code: The version of this software that made them.
        at: When.
        maker: The version of the code of its maker, which knows by that what it can use again.
    """

    table: str
    stamp: str
    content: str
    size: int
    rows: int
    held: tuple[str, ...] = ()
    received: str = ""
    run: str = ""
    code: str = ""
    at: str = ""
    maker: str = ""

    @property
    def writer(self) -> Writer:
        """Who made these bytes."""
        return Writer(self.run, self.code)


@dataclass(frozen=True)
class State:
    """What is known of a part.

    Args:
        tables: By name, every table as it was written last.
        renames: Files written beside their places, and those places, from the top of the output folder: what a commit
            has still to do, or has done.
        removals: Files that are no more.
        shown: Whether Dagster has been told of all of it.
        received: The state of the raw files that was read last: a hash in the archive.
        communes: The communes whose return sets are in the part, in order; none in what lies above batches.
        contents: The hash of each of ``schemas.flow.RECEIVED``, as it was read last.
        mark: Of which object on object storage this is what it says; empty on a disk.
    """

    tables: Mapping[str, Written] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    removals: tuple[str, ...] = ()
    shown: bool = True
    received: str = ""
    communes: tuple[str, ...] = ()
    contents: Mapping[str, str] = field(default_factory=dict)
    mark: str = field(default="", compare=False)

    def get(self, table: str) -> Written | None:
        """Return what is known of a table, or nothing where it has never been written."""
        return self.tables.get(table)


NOTHING = State()


def load(root: Path, part: str) -> State:
    """Return the state of a part; of one that has never been written, that nothing is known.

    Raises:
        OldFormatError: Another version of this software wrote it.
        LostStateError: It lies there, and is nowhere as it was written.
    """
    other: OldFormatError | None = None
    lying = False
    for path in paths(root, part):
        content, mark = read_marked(path)
        lying = lying or bool(content or mark) or _is_empty(path)
        try:
            state = _read(content, part)
        except OldFormatError as error:  # or the very digit is damaged, and the copy knows better
            other = error
            continue
        if state is not None:
            return replace(state, mark=mark)
    if other:
        raise other
    if lying:
        raise _lost(root, part)
    return NOTHING


def _is_empty(path: Path) -> bool:
    """Return whether a file lies there without a byte: not as it was written, unlike one that is not there yet."""
    with suppress(OSError):
        return not is_remote(path) and path.stat().st_size == 0
    return False


def _lost(root: Path, part: str) -> LostStateError:
    named = ", ".join(path.relative_to(root).as_posix() for path in paths(root, part))
    return LostStateError(
        f"Sổ trạng thái của {part} trong {root} bị hỏng ở mọi bản ({named}), nên chưa biết số nào đã công bố còn đúng. "
        "Lấy lại một bản từ bản sao lưu, rồi chạy: returns refresh. Không có bản sao lưu thì xóa các tệp đó rồi chạy; "
        "biểu đang bị giữ lại khi ấy sẽ chưa có số cho đến khi hết lỗi."
    )


def save(root: Path, part: str, state: State) -> State:
    """Write the state of a part, the copy first: this is the commit. Return it as it can be written over.

    Raises:
        ReplacedError: On object storage there is another one than that whose mark it bears.
    """
    rows = [asdict(written) for _, written in sorted(state.tables.items())]
    rest = {
        "renames": dict(state.renames),
        "removals": list(state.removals),
        "shown": state.shown,
        "received": state.received,
        "communes": list(state.communes),
        "contents": dict(state.contents),
    }
    below = "".join(_line(row) for row in [rest, *rows]).encode()
    checked = {"format": FORMAT, "sha256": hashlib.sha256(below).hexdigest()}
    head = _line(checked | {"communes": list(state.communes), "named": _hash(state.communes)}).encode()
    if is_remote(root):
        return replace(state, mark=put_over(paths(root, part)[0], head + below, state.mark))
    for path in reversed(paths(root, part)):
        write_whole(path, head + below)
    return state


def damaged(root: Path, part: str) -> bool:
    """Return whether one of the two files of a part's state is missing or not as it was written, the other being so."""
    found = [read_marked(path)[0] for path in paths(root, part)]
    return any(found) and (len(set(found)) > 1 or not _is_whole(found[0]))


def hash_of(root: Path, part: str) -> str:
    """Return the hash of the bytes of a part's state; of none, that of no bytes."""
    return hashlib.sha256(read_marked(paths(root, part)[0])[0]).hexdigest()


def communes_in(root: Path, part: str) -> list[str]:
    """Return the communes whose return sets are in a part, from its first line alone, which is quick.

    Raises:
        LostStateError: As ``load`` says.
    """
    lying = False
    for path in paths(root, part):
        try:
            with path.open("rb") as file:
                lying = True
                head = json.loads(file.readline())
            if _names_them(head):
                found: list[str] = head.get("communes", _named_after(part))
                return found
        except (OSError, ValueError, TypeError, AttributeError):
            continue
    if lying:
        raise _lost(root, part)
    return []


def _names_them(head: Mapping[str, Any]) -> bool:
    """Return whether a first line names the communes that were written; of one that has no hash of them, it is so."""
    return "named" not in head or bool(head["named"] == _hash(head.get("communes", ())))


def _hash(communes: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(communes).encode()).hexdigest()


def _named_after(part: str) -> list[str]:
    """Return the commune of a part that was written before a part could have several."""
    return [part.partition("_")[2]] if "_" in part else []


def parts(root: Path) -> list[str]:
    """Return the names of all parts of which something has been written, in order."""
    return sorted({path.name.partition(".")[0] for path in lying_in(root / STATE, ".ndjson")})


def paths(root: Path, part: str) -> tuple[Path, ...]:
    """Return where the state of a part lies: in two files, or in the one that there is on object storage."""
    path, copy = root / STATE / f"{part}.ndjson", root / STATE / f"{part}.copy.ndjson"
    return (path,) if is_remote(root) else (path, copy)


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def _is_whole(content: bytes) -> bool:
    """Return whether the bytes of a state are those that were written.

    Raises:
        OldFormatError: Another version of this software wrote them.
    """
    first, _, below = content.partition(b"\n")
    try:
        head = json.loads(first)
        if head["format"] != FORMAT:
            raise OldFormatError(
                f"Thư mục kết quả do phiên bản khác của phần mềm ghi (dạng {head['format']}, phiên bản này dùng dạng "
                f"{FORMAT}). Dùng đúng phiên bản đó, hoặc chỉ một thư mục kết quả khác bằng --data."
            )
        return bool(head["sha256"] == hashlib.sha256(below).hexdigest()) and _names_them(head)
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return False


def _read(content: bytes, part: str) -> State | None:
    """Return the state in a file, or nothing where its bytes are not those that were written."""
    if not _is_whole(content):
        return None
    # In one go, which is quicker than line by line.
    rest, *rows = json.loads(b"[" + b",".join(content.splitlines()[1:]) + b"]")
    communes = tuple(rest.get("communes", _named_after(part)))
    tables = {row["table"]: Written(**row | {"held": _held(row["held"], communes)}) for row in rows}
    return State(
        tables,
        rest["renames"],
        tuple(rest["removals"]),
        rest["shown"],
        rest["received"],
        communes,
        rest.get("contents", {}),
    )


def _held(held: bool | list[str], communes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the communes that are held; of a part that was written before it could have several, whether it was."""
    return (communes if held else ()) if isinstance(held, bool) else tuple(held)
