"""What can be done next after a refusal, in the words of the pages.

Belongs here: one sentence per hint. Does not belong here: which refusal has which hint, which whoever refuses says.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as later

from schemas.sentences import Hint, SentenceError

WORDS: Mapping[Hint, str] = {
    Hint.RULE: later("Nếu quy tắc không đúng với trường hợp này, chọn «Giữ nguyên …, dù trái …», nếu có."),
    Hint.FINDINGS: later("Xem lại trang «Phát hiện»."),
    Hint.REFRESH: later("Nếu tệp vừa thay, bấm «Chạy những gì đã đổi» trước."),
    Hint.OUTDATED: later("Bấm «Chạy những gì đã đổi» trên bảng theo dõi trước, hoặc đợi lần chạy ban đêm."),
    Hint.ANEW: later("Báo người quản trị để tính lại toàn bộ."),
    Hint.DESPITE: later("Nếu vẫn cần phát hành, ghi lý do ở trang này."),
}
"""Of the others nothing is said: the form that was sent asks for them, or leaves no choice."""


def told(error: SentenceError) -> str:
    """Return a refusal with what can be done next."""
    return error.worded(WORDS)
