"""The correction ledger of a return set: writing decisions to it.

Belongs here: recording a correction, a refused suggestion, a number confirmed as it is; what is refused beforehand;
and the file, which only ever grows by whole rows. Does not belong here: applying decisions
(``pipelines.steps.collect.correct``).

This one file is all that is written here. A row is added by writing the whole ledger
anew beside the old one and renaming it over that, under a lock: of two writers both rows stay, and of a crash in the
middle either the old ledger or the new one. The bytes of the rows before are taken over as they are, whatever program
wrote them.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pyarrow as pa
from filelock import FileLock, Timeout

from pipelines.settings import Clock, now
from pipelines.steps.collect.aim import located
from pipelines.steps.collect.correct import followed, read_ledger, standing
from pipelines.steps.collect.encodings import in_unicode
from pipelines.steps.collect.headings import LABEL_HEADING, LINE_HEADING, NOTE_HEADING, UNIT_HEADING
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.read import read
from pipelines.steps.collect.sheets import mark_of, recognise, sheets_of
from pipelines.steps.frames import to_frame
from pipelines.steps.numbers import read_number, vietnamese
from pipelines.store.files import read_marked, write_over
from pipelines.store.parquet import with_texts
from pipelines.store.published import each_accepted
from pipelines.store.raw import Raw
from pipelines.store.raw_names import LEDGER
from pipelines.store.remote import is_remote
from pipelines.store.tables import Store
from schemas import tables
from schemas.addresses import as_meant, known_position, position
from schemas.catalogue import CATALOGUE
from schemas.edits import Agreement
from schemas.fields import KEYS, FormField
from schemas.form import Form
from schemas.harmless import in_csv
from schemas.implied_edits import BetweenPeriods
from schemas.kept import decoded, separator
from schemas.outcomes import Decision
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.sentences import Hint, SentenceError
from schemas.text import fold

_COLUMNS = tables.in_folder(tables.LEDGER)

Entry = dict[str, str]
"""One row of the ledger, by ``schemas.tables.LEDGER``, without period and commune."""

_LONGEST_WAIT = 60
"""Seconds that another writer may hold the ledger."""

_EMPTY = (b"", b"\xef\xbb\xbf")
"""What a file without a word may consist of: nothing, or a byte order mark."""


class LedgerError(SentenceError):
    """A decision that cannot be recorded; the message is the sentence for the officer."""


@dataclass(frozen=True)
class CellPlace:
    """The cell that a decision is about, as the officer names it."""

    file: str
    sheet: str
    cell: str


@dataclass(frozen=True)
class Ledger:
    """The ledger of one return set. Every method either adds rows and returns them, or raises and adds nothing."""

    raw: Raw
    key: ReturnSetKey
    now: Clock = now
    guard: Callable[[], None] = lambda: None
    """Asked when nobody else can write any more, before a cell is looked at; what it raises stops it."""
    store: Store | None = None
    """Where what was accepted in other periods lies; without it, nothing is noted of rules that look at these."""

    def accept(self, place: CellPlace, new: str, *, reason: str, who: str, suggestion: str = "") -> Entry:
        """Record a correction: from now on ``new`` is used for the cell.

        Raises:
            LedgerError: The cell, the new text, the reason or the who will not do.
        """
        (entry,) = self.accept_all([(place, new)], reason=reason, who=who, suggestion=suggestion)
        return entry

    def accept_all(
        self, changes: Sequence[tuple[CellPlace, str]], *, reason: str, who: str, suggestion: str = ""
    ) -> list[Entry]:
        """Record corrections that only make sense together: all of them are in the ledger, or none.

        Raises:
            LedgerError: One of them will not do, as ``accept`` says.
        """
        with self._locked():
            entries = []
            for place, new in changes:
                cell = self._cell(place)
                if cell.text == new and not cell.stale:
                    raise LedgerError(f"{cell.where} đã là «{new}», không có gì để đính chính.")
                cell.refuse_unreadable(new)
                said = {"reason": reason, "who": who, "suggestion": suggestion}
                entries.append(self._entry(cell, Decision.ACCEPTED, new, **said))
            return self._append(entries)

    def refuse(self, place: CellPlace, proposed: str, *, reason: str, who: str, suggestion: str = "") -> Entry:
        """Record that a suggestion is wrong and not to be made again.

        Raises:
            LedgerError: As ``accept`` says.
        """
        with self._locked():
            cell = self._cell(place)
            if cell.text == proposed:
                raise LedgerError(
                    f"{cell.where} đang dùng đúng số «{proposed}», nên đây không phải là gợi ý để từ chối. "
                    "Ghi giá trị của gợi ý ở chỗ số mới."
                )
            cell.refuse_unreadable(proposed)
            # Its one written form, so that a suggestion is known again however the officer typed it.
            text = cell.number(proposed) or proposed
            said = {"reason": reason, "who": who, "suggestion": suggestion or text}
            (entry,) = self._append([self._entry(cell, Decision.REFUSED, text, **said)])
            return entry

    def confirm(self, place: CellPlace, *, reason: str, who: str, rule: str = "") -> Entry:
        """Record that the reporter confirms a number that looks wrong: the warning on it is not told again.

        Args:
            place: The cell.
            reason: Who was asked, and why the number stands.
            who: The role of whoever decides.
            rule: Code of the edit that is wrong in this case; it then is a warning and no error.

        Raises:
            LedgerError: As ``accept`` says.
        """
        with self._locked():
            cell = self._cell(place)
            if cell.field is None:
                raise LedgerError(f"{cell.where} không phải ô ghi số của chỉ tiêu nào, nên không có gì để giữ nguyên.")
            if cell.trouble:
                raise LedgerError(
                    f"{cell.where} đang có lỗi khi đọc số («{cell.text}»), lỗi thì không giữ nguyên được. "
                    f"Hỏi lại đơn vị báo cáo rồi ghi đính chính."
                )
            if rule == Problems.OUT_OF_RANGE.value.code:
                cell.refuse_beyond_doubt()
            looked_at = self._operands(cell)
            if cell.confirmed and not rule and cell.operands in ("", looked_at):
                raise LedgerError(f"{cell.where} đã được ghi là giữ nguyên «{cell.text}», không cần ghi lại.")
            said = {"reason": reason, "who": who, "suggestion": rule}
            (entry,) = self._append([self._entry(cell, Decision.AS_IS, cell.text, looked_at, **said)])
            return entry

    def put_back(self, before: bytes | None, after: str) -> None:
        """Put the ledger back as it was before its last rows, where it is still as these left it.

        Args:
            before: What it was; nothing where there was none.
            after: The hash of what it is.

        Raises:
            LedgerError: Something else has been written since.
        """
        path = self.raw.ledger_path(self.key)
        with self._locked():
            now, mark = read_marked(path)
            if hashlib.sha256(now).hexdigest() != after:
                raise LedgerError(
                    "Sổ đính chính đã có thêm dòng khác sau quyết định này, nên không hoàn tác được. "
                    "Ghi một quyết định mới."
                )
            try:
                if before is None and not is_remote(path):
                    path.unlink()
                else:
                    write_over(path, before or b"", mark)
            except OSError as reason:
                raise self._unwritable(reason) from reason

    def _operands(self, cell: "_LedgerCell") -> str:
        """Return what the rules on a cell look at beside it: in its workbook, or where that is not all, in all."""
        # It loads Pandera, which a correction does without.
        from pipelines.steps.validate.beside import written
        from pipelines.steps.validate.check import operands

        form, field = CATALOGUE.by_code[cell.aim["form"]], cell.aim["field"]
        elsewhere = any(isinstance(edit, Agreement) and field in edit.names for edit in form.edits)
        files = self.raw.files(self.key) if elsewhere else [self._file(cell.place.file)]
        found = located(read(files).cells, self._entries(), CATALOGUE.forms, self.raw.places)
        key = tuple(({**self.key._asdict(), **cell.aim})[name] for name in KEYS)
        accepted = self._accepted(form)
        return written(operands(form, found[2].entries, found[2].problems, self.raw.places, key, field, accepted))

    def _accepted(self, form: type[Form]) -> pd.DataFrame | None:
        """Return what was accepted of a form in all periods, where a rule of it looks at other periods."""
        if self.store is None or not any(isinstance(edit, BetweenPeriods) for edit in form.edits):
            return None
        found = each_accepted(self.store, form.domain, self.key.commune)
        return to_frame([one.drop_columns([tables.SOURCES.name]) for one in found], form.arrow())

    def _entries(self) -> pd.DataFrame:
        """Return what the ledger says so far."""
        text = self._text()
        entries, problems = read_ledger({self.key: text} if text.strip() else {})
        if len(problems):
            raise LedgerError(
                Problems.LEDGER_UNREADABLE.value.message.format_map(dict(problems.iloc[0])) + " Chưa ghi gì vào sổ."
            )
        return entries

    def _cell(self, place: CellPlace) -> "_LedgerCell":
        """Read the cell from its workbook, and what the ledger says of it so far."""
        file = self._file(place.file)
        files, cells, _ = read([file])
        (told,) = files.to_pylist()
        if told["problem"]:
            kind = Problems[told["problem"]].value
            raise LedgerError(kind.message.format(file=file.name, written=told["detail"]))
        sheet = self._sheet(cells["sheet"].unique().to_pylist(), file.name, place.sheet)
        address = as_meant(place.cell)
        if position(address) is None:
            raise LedgerError(f"«{place.cell}» không phải là địa chỉ ô. Ghi dạng D13: chữ của cột rồi số của dòng.")
        entries = self._entries()
        # Those on files that are there no more may be about numbers that stand in this one now.
        own = entries[(entries["file"] == file.name) | ~entries["file"].isin(self.raw.names(self.key))]
        decisions, met, read_as = located(cells, own, CATALOGUE.forms, self.raw.places)
        met, own = met[met["file"] == file.name], followed(own, read_as.entries)
        found = to_frame([read_as.entries], tables.ENTRIES)
        corrected = with_texts(decisions.whole(), sheet=sheet)
        answers = found[(found["sheet"] == sheet) & (found["cell"] == address)].to_dict("records")
        filled = with_texts(corrected, cell=address).to_pylist()
        if not filled and not answers:
            raise LedgerError(
                f"Ô {address}, trang «{sheet}», tệp {file.name} để trống và không phải ô ghi số của chỉ tiêu nào. "
                "Kiểm tra lại địa chỉ ô.",
                Hint.FINDINGS,
            )
        if not answers:
            self._refuse_unread(corrected, CellPlace(file.name, sheet, address), found[found["sheet"] == sheet])
        cell = filled[0] if filled else {"received": "", "text": "", "confirmed": ""}
        return _LedgerCell(
            CellPlace(file.name, sheet, address),
            received=cell["received"],
            text=cell["text"],
            confirmed=bool(cell["confirmed"]),
            operands=next(
                (
                    one["operands"]
                    for one in standing(own)[1]
                    if (one["file"], one["sheet"], one["cell"]) == (file.name, sheet, address)
                ),
                "",
            ),
            stale=bool(((met["sheet"] == sheet) & (met["cells"] == address)).any()),
            trouble=bool(answers) and answers[0]["problem"] not in ("", Problems.BLANK.name),
            field=CATALOGUE.by_code[answers[0]["form"]].fields()[answers[0]["field"]] if answers else None,
            aim={name: answers[0][name] if answers else "" for name in tables.AIM},
            value=None if not answers or pd.isna(answers[0]["value"]) else Decimal(answers[0]["value"]),
        )

    def _text(self) -> str:
        """Return what the ledger says so far."""
        try:
            return self.raw.ledger(self.key) or ""
        except SentenceError as reason:
            raise LedgerError(f"{reason} Chưa ghi gì vào sổ.") from reason

    def _refuse_unread(self, cells: pa.Table, place: CellPlace, answers: pd.DataFrame) -> None:
        """Raise where a cell of a sheet that is read stands in the table and is not read: a row's number, its label.

        What stands above the table is read, and so is a label as long as it is not known for one.
        """
        sheets = sheets_of(in_unicode(cells, CATALOGUE.forms)[0])
        recognise(sheets, CATALOGUE.forms, self.raw.places)
        row, column = known_position(place.cell)
        if not len(answers) or row <= sheets[0].header:
            return
        form = CATALOGUE.by_code[answers["form"].iloc[0]]
        beside = (UNIT_HEADING, NOTE_HEADING, LINE_HEADING, form.line_title)
        heads = {cell.column: cell.folded for cell in sheets[0].cells if cell.row == sheets[0].header}
        answering = {known_position(cell): cell for cell in answers["cell"]}
        known_row = row in {at for at, _ in answering}
        is_line = bool(form.line_title)
        read = {fold(word) for word in beside if word and (known_row or is_line)}
        if heads.get(column) in (read if known_row or is_line else {fold(LABEL_HEADING)}):
            return
        nearest = min(answering, key=lambda at: (abs(at[0] - row), abs(at[1] - column)))
        field = form.fields()[answers.loc[answers["cell"] == answering[nearest], "field"].iloc[0]]
        raise LedgerError(
            f"Ô {place.cell}, trang «{place.sheet}», tệp {place.file} không phải ô ghi số nên không biểu nào đọc; "
            f"đính chính ở đó không thay đổi gì. Ô gần nhất được đọc là {answering[nearest]}: «{field.label}»."
        )

    def _file(self, name: str) -> RawFile:
        file = self.raw.file(self.key, name)
        if file is None:
            names = self.raw.names(self.key)
            listed = f"Các tệp: {', '.join(names)}." if names else "Thư mục này chưa có tệp nào."
            raise LedgerError(f"Không có tệp «{name}» trong {self.key.period}/{self.key.commune}. {listed}")
        return file

    @staticmethod
    def _sheet(sheets: Sequence[str], file: str, name: str) -> str:
        fitting = [sheet for sheet in sheets if sheet == name] or [one for one in sheets if fold(one) == fold(name)]
        if len(fitting) != 1:
            listed = ", ".join(f"«{sheet}»" for sheet in sheets)
            raise LedgerError(f"Tệp {file} không có trang «{name}» nào có số liệu. Các trang: {listed}.")
        return str(fitting[0])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the ledger from before the cell is looked at until the row is written."""
        path = self.raw.ledger_path(self.key)
        if not path.parent.is_dir():
            raise LedgerError(f"Không có thư mục {path.parent}.", Hint.WHERE)
        if is_remote(path):  # of two that write at once, the second is told to do it again
            self.guard()
            yield
            return
        lock = FileLock(path.with_name(f".{LEDGER}.lock"), timeout=_LONGEST_WAIT)
        try:
            lock.acquire()
        except Timeout:
            raise LedgerError(
                f"Sổ đính chính {path} đang được chương trình khác ghi. Đợi chương trình đó xong rồi làm lại."
            ) from None
        except OSError as reason:
            raise self._unwritable(reason) from reason
        try:
            self.guard()
            yield
        finally:
            lock.release()

    def _unwritable(self, reason: OSError) -> LedgerError:
        return LedgerError(
            f"Không ghi được sổ đính chính {self.raw.ledger_path(self.key)} ({reason.strerror or reason}); "
            "sổ vẫn như cũ. Kiểm tra quyền ghi và chỗ trống trên ổ đĩa rồi làm lại."
        )

    def _entry(
        self,
        cell: "_LedgerCell",
        decision: str,
        new: str,
        operands: str = "",
        *,
        reason: str,
        who: str,
        suggestion: str = "",
    ) -> dict[str, str]:
        """Return the row that says a decision."""
        given = {name: " ".join(text.split()) for name, text in (("reason", reason), ("who", who))}
        if not given["reason"]:
            raise LedgerError("Chưa ghi lý do. Ghi rõ đã hỏi ai, vì sao.", Hint.REASON)
        if not given["who"]:
            raise LedgerError("Chưa ghi người quyết định. Ghi chức danh, không cần tên riêng.", Hint.WHO)
        return given | {
            "when": self.now().isoformat(timespec="seconds"),
            "file": cell.place.file,
            "sheet": cell.place.sheet,
            "cell": cell.place.cell,
            "old": cell.received,
            "new": new,
            "suggestion": suggestion,
            "decision": decision,
            **cell.aim,
            "operands": operands,
        }

    def _append(self, entries: Sequence[Mapping[str, str]]) -> list[Entry]:
        try:
            append(self.raw, self.key, entries)
        except OSError as trouble:
            raise self._unwritable(trouble) from trouble
        return [{name: entry[name] for name in _COLUMNS} for entry in entries]


@dataclass(frozen=True)
class _LedgerCell:
    """What a cell says, and what has been decided about it."""

    place: CellPlace
    received: str
    text: str
    """What is used now: ``received``, or what a correction made of it."""
    confirmed: bool
    operands: str
    """What the rules on it looked at when it was confirmed."""
    stale: bool
    """Whether the ledger has an entry for the cell that no longer fits; a new one is then needed whatever it says."""
    trouble: bool
    """Whether what is used now cannot be read as a number of the field."""
    field: FormField | None
    aim: Mapping[str, str]
    """What it answers, by ``schemas.tables.AIM``: of a cell that answers two fields the first."""
    value: Decimal | None
    """The number that is used now, where one can be read."""

    @property
    def where(self) -> str:
        return f"Ô {self.place.cell}, trang «{self.place.sheet}», tệp {self.place.file}"

    def number(self, text: str) -> str | None:
        """Return the one written form of a number in the cell, or nothing where the cell holds none."""
        value = None if self.field is None else read_number("text", text, self.field.unit).value
        return None if value is None else vietnamese(value)

    def refuse_beyond_doubt(self) -> None:
        """Let pass what lies above a maximum that may be what is wrong.

        Raises:
            LedgerError: The cell has no number, or one that no decision makes right.
        """
        if self.field is not None and (self.value is None or not self.field.may_exceed(self.value)):
            raise LedgerError(
                f"{self.where} ghi chỉ tiêu «{self.field.label}»: «{self.text}». Chỉ giữ nguyên được số vượt mức cao "
                f"nhất là ước lượng, như của năng suất; ở đây khoảng «{self.field.limits}» không thuộc loại được phép "
                "bỏ qua. Hỏi lại đơn vị báo cáo rồi ghi đính chính."
            )

    def refuse_unreadable(self, text: str) -> None:
        """Let pass a text that the cell may hold.

        What is no field's value cell may hold any, but where it says the form, the period or whose it is: not a bare
        number, which says none of these. That one was meant for another cell.

        Raises:
            LedgerError: It may not.
        """
        if self.field is None:
            if mark_of(self.text) and not mark_of(text) and _is_bare_number(text):
                raise LedgerError(
                    f"{self.where} ghi «{self.text}», cho biết biểu, kỳ hay đơn vị báo cáo, nên không thể thay bằng "
                    f"một con số («{text}»). Xem lại địa chỉ ô; nếu đúng là ô này thì ghi lại cả dòng bằng chữ."
                )
            return
        unit = self.field.unit
        if not text.strip():
            raise LedgerError(
                f"{self.where} ghi chỉ tiêu «{self.field.label}»: số mới đang để trống. "
                "Ghi số mới; «-» nếu không phát sinh; «...» nếu chưa có số."
            )
        problem = read_number("text", text, unit).problem
        if problem is Problems.TOO_PRECISE:
            raise LedgerError(
                f"{self.where} ghi chỉ tiêu «{self.field.label}»: «{text}» có nhiều chữ số lẻ hơn đơn vị "
                f"«{unit.label}» cho phép. Ghi lại số mới."
            )
        if problem is not None:
            raise LedgerError(
                f"{self.where} ghi chỉ tiêu «{self.field.label}»: không đọc được «{text}» thành số. "
                f"Viết số kiểu Việt Nam, ví dụ 1.234 hoặc 1.234,5, đơn vị tính {unit.label}."
            )


def _is_bare_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def append(raw: Raw, key: ReturnSetKey, entries: Sequence[Mapping[str, str]]) -> None:
    """Add rows to a ledger, all in one write; the caller holds its lock.

    Raises:
        LedgerError: The ledger as it lies cannot take another row without harm to those it has.
    """
    path = raw.ledger_path(key)
    # Under the lock nobody else writes: what lies there was left by a writer that was killed.
    for left in path.parent.glob(f".{path.stem}.*.tmp"):
        left.unlink(missing_ok=True)
    now, mark = read_marked(path)
    if not decoded(now).strip():
        now = _EMPTY[now.startswith(_EMPTY[1])]
    new, wanted = _with_all_columns(now), []
    for entry in entries:
        row, heading = _row(new, entry)
        new += row
        kept = {name: entry[name] if name in heading else "" for name in _COLUMNS}
        wanted.append({"period": key.period, "commune": key.commune, **kept})
    before, after = (read_ledger({key: decoded(content)})[0].to_dict("records") for content in (now, new))
    if after != [*before, *wanted]:  # an open quotation mark at the end would swallow the row
        raise LedgerError(
            f"Sổ đính chính {path} bị hỏng ở cuối tệp (có thể thiếu một dấu nháy kép), nên chưa ghi thêm được. "
            "Mở sổ, sửa dòng cuối rồi làm lại."
        )
    write_over(path, new, mark)


def _with_all_columns(content: bytes) -> bytes:
    """Return a ledger with headings for the columns that an earlier version did not write, and its rows as they are."""
    text = decoded(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
    heading = next(reader, [])
    if not heading or not set(heading).isdisjoint(tables.LATER):
        return content
    first = "".join(list(io.StringIO(text, newline=""))[: reader.line_num]).rstrip("\r\n")
    mark = _EMPTY[1] if content.startswith(_EMPTY[1]) else b""
    return mark + f"{first}{separator(text).join(['', *tables.LATER])}{text[len(first) :]}".encode()


def _row(old: bytes, entry: Mapping[str, str]) -> tuple[bytes, Sequence[str]]:
    """Return what is to stand behind the ledger's bytes, and under which heading.

    It is in the ledger's own manner, and with a heading where it has none.
    """
    text = decoded(old)
    lying = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator(text)), [])
    heading = lying or _COLUMNS
    end = "\r\n" if old.partition(b"\n")[0].endswith(b"\r") else "\n"
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, heading, "", "ignore", delimiter=separator(text), lineterminator=end)
    if not lying:
        writer.writeheader()
    writer.writerow({name: in_csv(text) for name, text in entry.items()})
    gap = end if lying and not text.endswith(("\n", "\r")) else ""
    return f"{gap}{buffer.getvalue()}".encode(), heading
