"""What a kind of trouble says: what is wrong, whose it is and where, and what is to be done about it.

Belongs here: the parts of such a sentence and how they are put together, and the few ways in which one begins. Does not
belong here: any particular trouble (``schemas.problems``).
"""

import json
from dataclasses import dataclass
from typing import NamedTuple

from schemas.outcomes import Outcome, Severity


@dataclass(frozen=True)
class Task:
    """What is to be done about a finding.

    Attributes:
        office: What the office does, in the last words of the finding.
        reporter: What is asked of whoever reported, in words to them; empty where it is only which number is right, and
            nothing where it is no business of theirs.
        kept: Whether the office may also keep the number as it is.
    """

    office: str
    reporter: str | None
    kept: bool = False


def _begun(beginning: str, words: str) -> str:
    return f"{beginning} {words[0].lower()}{words[1:]}"


def sent_again(words: str) -> Task:
    """Return a task of the reporter: the office changes no workbook that it received."""
    return Task(_begun("Đề nghị đơn vị sửa rồi gửi lại:", words), _begun("Xin", words))


def sent_again_or_corrected(words: str) -> Task:
    """Return the same of a cell, whose number the office may also ask for and correct."""
    asked = _begun("Hỏi đơn vị rồi ghi đính chính, hoặc đề nghị đơn vị sửa rồi gửi lại:", words)
    return Task(asked, _begun("Xin", words))


def by_office(words: str) -> Task:
    """Return a task of the office alone."""
    return Task(words, None)


class Parts(NamedTuple):
    """The sentences of a finding, which are these one after the other: who leaves one out need not look for its end."""

    who: str
    """Whose it is, with what leads over to the rest; empty where that is not told, like ``where``."""
    where: str
    wrong: str
    office: str
    """What the office does."""

    @property
    def message(self) -> str:
        """All of them."""
        return "".join(self)

    def kept(self) -> dict[str, str]:
        """Return them as a finding has them: one after the other, and told apart (``schemas.findings.parts_of``)."""
        return {"message": self.message, "parts": json.dumps(self, ensure_ascii=False)}


IN_SHEET = "tệp {file}, trang «{sheet}»: "
"""How it is said where something is wrong that no single cell is named for."""

_IN_CELL = IN_SHEET.replace(": ", ", ô {cells}: ")


@dataclass(frozen=True)
class Wrong:
    """What is wrong, with whose it is and where before it; the places of a finding's own words are left open."""

    words: str
    who: str = ""
    where: str = ""

    @property
    def sentence(self) -> str:
        """All of it."""
        return f"{self.who}{self.where}{self.words}"


def on_sheet(words: str) -> Wrong:
    """Return what is wrong with a sheet of which it is not known whose it is."""
    return Wrong(words, where=f"{IN_SHEET[:1].upper()}{IN_SHEET[1:]}")


def on_sheet_of_reporter(words: str) -> Wrong:
    """Return what is wrong with a sheet of a reporter."""
    return Wrong(words, who="{reporter}, ", where=IN_SHEET)


def in_cell(words: str) -> Wrong:
    """Return what is wrong in a cell of a reporter, or in several."""
    return Wrong(words, who="{reporter}, ", where=_IN_CELL)


def of_reporter(words: str, *, then: str = ": ") -> Wrong:
    """Return what is wrong with all that a reporter sent, or did not send."""
    return Wrong(words, who=f"{{reporter}}{then}")


@dataclass(frozen=True)
class Problem:
    """A kind of trouble.

    Attributes:
        code: What it is called in tables, for good: a code is never used again for another trouble.
        wrong: What is told of it.
        task: What is to be done about it.
        severity: An error holds back the forms that it names.
        status: The outcome that a finding of it has.
        holds_all: Why it holds back every form of its return set, in a few words, where it does.
    """

    code: str
    wrong: Wrong
    task: Task
    severity: Severity = Severity.ERROR
    status: Outcome = Outcome.NOT_EVALUABLE
    holds_all: str = ""

    @property
    def parts(self) -> Parts:
        """What is told of a finding, with the places of its own words left open."""
        return Parts(self.wrong.who, self.wrong.where, self.wrong.words, f" {self.task.office}")

    @property
    def message(self) -> str:
        """All of that: what is wrong, and what the office does about it."""
        return self.parts.message
