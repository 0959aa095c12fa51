"""The digest: one e-mail that says who has to mend what, sent when something is held back, late or broken.

Belongs here: what is told of a return set, and the message made of it. Does not belong here: when one looks, what has
been told already and sending it (``jobs``, ``memory`` and ``mail`` in ``pipelines.orchestration``), what is wrong
(findings).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.present.completeness import Overdue
from pipelines.settings import MailServer
from pipelines.store.published import held_files, held_forms, sentences_of
from schemas.catalogue import CATALOGUE
from schemas.findings import HOLDS_EVERYTHING
from schemas.kept import LEDGER_FILE
from schemas.outcomes import Severity
from schemas.places import Places
from schemas.return_sets import ReturnSetKey

_STEPS = "Việc tiếp theo"
_PAGE = "Tra cứu số liệu, trên máy chạy phần mềm, mở tệp:"
_SIGNATURE = "Thư này do phần mềm tổng hợp báo cáo tự gửi; chỉ gửi lại khi có thay đổi."
_FAILED = "Lần chạy bị hỏng"


@dataclass(frozen=True)
class Step:
    """Something to do next, with the command that does it, if one does."""

    words: str
    command: str = ""


@dataclass(frozen=True)
class Part:
    """What the digest tells of one return set, or of runs that broke."""

    title: str
    brief: str
    """The same in the few words of a subject line."""
    sentences: tuple[str, ...]
    findings: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    """By who has to mend them, each in the lines in which ``returns findings`` prints it."""
    aside: str = ""
    steps: tuple[Step, ...] = ()
    page: str = ""
    """Where the explorer begins, on the machine of the office: who reads the mail may sit at another."""

    @property
    def state(self) -> str:
        """A hash of what is wrong: the same as before, and there is nothing to tell again, whatever is told besides."""
        wrong = [self.title, self.sentences, dict(self.findings)]
        return hashlib.sha256(json.dumps(wrong, ensure_ascii=False).encode()).hexdigest()


def part(
    key: ReturnSetKey,
    findings: Sequence[Mapping[str, Any]],
    places: Places,
    *,
    late: Overdue | None = None,
    since_closed: str = "",
    missing: str = "",
    explorer: Path | None = None,
    alone: bool = True,
) -> Part | None:
    """Return what is to be told of a return set; nothing where nothing is held back, nothing late, nothing too late.

    Args:
        key: The return set.
        findings: ``schemas.tables.FINDINGS`` of it.
        places: For the names of reporters.
        late: Who has not sent, if it is due.
        since_closed: What has changed since the set was closed, and enters nothing.
        missing: That its folder is no more, and what to do about it.
        explorer: Its start page, if there is one.
        alone: Whether it is the only return set, so that commands need not name it.
    """
    errors = [row for row in findings if row["severity"] == Severity.ERROR]
    if not errors and late is None and not since_closed and not missing:
        return None
    remarks, named = len(findings) - len(errors), "{commune}, {period}".format_map(places.words_of(key))
    by_reporter: dict[str, list[list[str]]] = {}
    for row in errors:
        who = places.title(key.commune, row["reporter"]) if row["reporter"] else f"Tệp {row['file'] or LEDGER_FILE}"
        by_reporter.setdefault(who, []).append(list(sentences_of(row)))
    return Part(
        title=named,
        brief=f"{named}: {_brief(by_reporter, late, since_closed, missing)}",
        sentences=tuple(_sentences(errors, late, since_closed, missing)),
        findings=dict(sorted(by_reporter.items())),
        aside=f"Ngoài ra có {remarks} cảnh báo, không giữ lại biểu nào." if remarks else "",
        steps=_steps(key, bool(errors), alone=alone) if errors or late else (),
        page=str(explorer) if explorer else "",
    )


def _brief(by_reporter: Mapping[str, object], late: Overdue | None, since_closed: str, missing: str) -> str:
    parts = ["thư mục không còn"] if missing else []
    parts += [f"{len(by_reporter)} đơn vị phải sửa số liệu"] if by_reporter else []
    parts += [f"{late.reporters} đơn vị quá hạn gửi"] if late else []
    parts += ["có thay đổi sau khi đóng kỳ"] if since_closed else []
    return ", ".join(parts)


def _sentences(
    errors: Sequence[Mapping[str, Any]], late: Overdue | None, since_closed: str, missing: str
) -> Iterable[str]:
    if missing:
        yield missing
    if errors:
        yield f"Giữ lại: {_held(errors)}; số đã công bố trước đó được giữ nguyên."
    if late is not None:
        yield f"Quá hạn. {late.sentence}"
    if since_closed:
        yield since_closed


def _held(errors: Sequence[Mapping[str, Any]]) -> str:
    why = next((HOLDS_EVERYTHING[row["code"]] for row in errors if row["code"] in HOLDS_EVERYTHING), "")
    if why:
        return f"mọi biểu, vì {why}"
    forms = [
        f"{code} «{CATALOGUE.by_code[code].sheet}»" if code in CATALOGUE.by_code else code
        for code in held_forms(errors)
    ]
    return ", ".join([*forms, *(f"tệp {file}" for file in held_files(errors))])


def _steps(key: ReturnSetKey, errors: bool, *, alone: bool) -> tuple[Step, ...]:
    which = "" if alone else f" --commune {key.commune} --period {key.period}"
    mend = (
        Step("Hỏi lại đơn vị. Muốn gửi lại sổ tính đã đánh dấu ô sai:", f"returns findings --workbook gui-lai{which}"),
        Step(
            "Đơn vị cho biết số đúng là số khác thì ghi đính chính, không sửa vào sổ tính:",
            f'returns correct TỆP TRANG Ô SỐ --reason "Đã hỏi ai, vì sao"{which}',
        ),
        Step("Đơn vị gửi sổ tính mới thì thay tệp cũ trong thư mục báo cáo."),
    )
    receive = (Step("Nhận đủ sổ tính và đặt vào thư mục báo cáo."),)
    return (
        *(mend if errors else receive),
        Step("Chạy lại, hoặc để máy tự chạy ban đêm:", f"returns refresh{which}"),
        Step("Xem toàn bộ phát hiện:", f"returns findings{which}"),
    )


def failed(reasons: Sequence[str]) -> Part | None:
    """Return what is to be told of runs that broke for another reason than the data; nothing where none did."""
    sentences = tuple(dict.fromkeys(reasons))
    if not sentences:
        return None
    steps = (Step("Xem trang «Runs» của Dagster, rồi chạy lại:", "returns refresh"),)
    return Part(_FAILED, _FAILED.lower(), sentences, steps=steps)


def subject(parts: Sequence[Part]) -> str:
    """Return the subject line: of one part what it is about, of more how many there are."""
    return f"Báo cáo {parts[0].brief}" if len(parts) == 1 else f"Báo cáo: {len(parts)} việc cần xử lý"


def text(parts: Sequence[Part]) -> str:
    """Return the message as plain text."""
    return "\n".join([*(line for one in parts for line in _lines(one)), _SIGNATURE, ""])


def _lines(one: Part) -> Iterable[str]:
    yield from (one.title.upper(), "")
    yield from (line for sentence in one.sentences for line in (sentence, ""))
    for reporter, findings in one.findings.items():
        yield f"{reporter}:"
        for first, *rest in findings:
            yield f"  - {first}"
            yield from (f"    {line}" for line in rest)
        yield ""
    if one.aside:
        yield from (one.aside, "")
    if one.steps:
        yield f"{_STEPS}:"
        for number, step in enumerate(one.steps, start=1):
            yield f"  {number}. {step.words}"
            if step.command:
                yield f"       {step.command}"
        yield ""
    if one.page:
        yield from (f"{_PAGE} {one.page}", "")


def message(parts: Sequence[Part], server: MailServer, when: datetime) -> Message:
    """Return the e-mail: plain text, and the same as a simple page."""
    page = _page().render(
        subject=subject(parts), parts=parts, steps_heading=_STEPS, page_heading=_PAGE, signature=_SIGNATURE
    )
    # Not the newer EmailMessage: where it breaks a long subject in Vietnamese, a blank gets lost.
    mail = MIMEMultipart(
        "alternative", None, [MIMEText(text(parts), "plain", "utf-8"), MIMEText(page, "html", "utf-8")]
    )
    mail["Subject"] = Header(subject(parts), "utf-8")  # type: ignore[assignment]  # the stubs know only texts
    mail["From"] = formataddr(parseaddr(server.sender))
    mail["To"] = ", ".join(server.recipients)
    mail["Date"] = format_datetime(when)
    mail["Auto-Submitted"] = "auto-generated"  # so that nobody's absence notice answers it
    return mail


@cache
def _page() -> Any:
    loader = PackageLoader("pipelines.present", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("digest.html.jinja")
