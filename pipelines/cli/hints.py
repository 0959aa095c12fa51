"""What can be done next after a refusal, in the words of the command line.

Belongs here: one sentence per hint. Does not belong here: which refusal has which hint, which whoever refuses says.
"""

from collections.abc import Mapping

from pipelines.cli.messages import later, translated
from schemas.sentences import Hint, SentenceError

WORDS: Mapping[Hint, str] = {
    Hint.REASON: later("Ghi lý do bằng --reason."),
    Hint.WHO: later("Ghi chức danh bằng --who."),
    Hint.WHERE: later("Chọn đúng kỳ và xã bằng --period và --commune."),
    Hint.RULE: later("Nếu quy tắc không đúng với trường hợp này, thêm --rule."),
    Hint.CORRECT: later("Xem: returns correct --help"),
    Hint.FINDINGS: later("Xem: returns findings"),
    Hint.REFRESH: later("Nếu tệp vừa thay, chạy trước: returns refresh"),
    Hint.OUTDATED: later("Chạy trước: returns refresh"),
    Hint.ANEW: later("Chạy trước: returns refresh --all"),
    Hint.DESPITE: later("Nếu vẫn cần phát hành, ghi rõ lý do bằng --despite."),
    Hint.REOPEN: later("Bằng lệnh: returns reopen"),
}


def told(error: SentenceError) -> str:
    """Return a refusal with what can be done next."""
    return error.worded({hint: translated(WORDS[hint]) for hint in error.hints})
