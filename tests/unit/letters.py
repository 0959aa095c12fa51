"""What no letter to a reporter may have in it: commands, and what only the office does."""

import re

_UNFIT = re.compile(
    r"\breturns [a-z]+|(?<!\w)--[a-z][\w-]*|đơn vị báo cáo|nhắc đơn vị|hỏi lại|ghi đính chính|giữ nguyên|chạy lại"
    r"|không phải làm gì|places\.csv|\bNone\b"
)


def unfit(letter: str) -> list[str]:
    """What of a letter is not said to a reporter; the heading «Đơn vị báo cáo» of a sheet is, with its capital."""
    return [found[0] for found in _UNFIT.finditer(letter)]
