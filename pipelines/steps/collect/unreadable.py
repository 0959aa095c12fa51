"""Why a file is not read, in words: what kind of file it really is, and what to do about it.

Belongs here: the one exception that readers of files raise, and the words for kinds of files. Does not belong here:
reading (``pipelines.steps.collect.read``).
"""

from collections.abc import Sequence


class UnreadableError(ValueError):
    """A file that is not read; the message is the reason in Vietnamese and what to do about it.

    Readers raise this and nothing else for what is wrong with a file. Any other exception is a fault of ours.
    """


BROKEN = "tệp hỏng; mở lại bằng Excel, lưu thành .xlsx"
CUT_SHORT = "tệp hỏng, có lẽ chép hoặc tải về chưa xong; đề nghị đơn vị gửi lại"
TOO_LARGE = "tệp giải nén ra quá lớn"
COPY_OVER = "chép riêng số liệu sang biểu mẫu do xã phát rồi gửi lại"

_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""How files of Office 97 to 2003 begin, and today's once a password encrypts them."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_KINDS = {
    "tệp PDF": b"%pdf",
    "trang web (HTML)": b"<!doctype html",
    "trang web": b"<html",
    "tệp nén RAR": b"rar!",
    "tệp ảnh PNG": b"\x89png",
    "tệp ảnh JPEG": b"\xff\xd8\xff",
}


def not_a_package(content: bytes) -> str:
    """Return in Vietnamese what a file is that does not begin as a package of parts does, and what to do about it."""
    start = content[:64].lstrip().lower()
    if not content.strip(b"\x00"):
        return "tệp rỗng, có lẽ chép hoặc tải về chưa xong; đề nghị đơn vị gửi lại"
    if content.startswith(_COMPOUND):
        if _ENCRYPTED in content:
            return "tệp đặt mật khẩu; mở bằng Excel, bỏ mật khẩu rồi lưu lại"
        return "đây là tệp Office kiểu cũ (.xls) được đổi đuôi; mở bằng Excel, lưu thành .xlsx"
    for kind, opening in _KINDS.items():
        if start.startswith(opening):
            return f"đây là {kind}, không phải sổ tính; đề nghị đơn vị gửi sổ tính"
    return "đây không phải sổ tính; mở lại bằng Excel, lưu thành .xlsx"


def kind_named(name: str) -> str:
    """Return in Vietnamese what kind of file a name promises."""
    _, dot, suffix = name.rpartition(".")
    known = _SUFFIXES.get(suffix.casefold(), "không phải sổ tính")
    return f"{known} (.{suffix})" if dot else f"{known} (không có đuôi)"


_SUFFIXES = {
    "xls": "sổ tính Excel kiểu cũ",
    "xlsb": "sổ tính dạng nhị phân",
    "doc": "văn bản Word",
    "docx": "văn bản Word",
    "pdf": "tệp PDF",
    "zip": "tệp nén",
    "rar": "tệp nén",
    "jpg": "ảnh",
    "jpeg": "ảnh",
    "png": "ảnh",
}

_NAMED = 3


def listed(names: Sequence[str]) -> str:
    """Return how many files a folder holds, and which: the first of them."""
    more = ", ..." if len(names) > _NAMED else ""
    return f"{len(names)} tệp ({', '.join(names[:_NAMED])}{more})"
