"""Taking a workbook into the raw folder.

Belongs here: putting it there in the place of what it replaces, whose bytes stay in the archive; what names it may have
there. Does not belong here: whether it is a return at all (``pipelines.refresh.rehearsal``), who may do it.

Beside the ledger this is all that is written below the raw folder. Bytes are archived before anything is replaced, and
a new workbook lies there before an old one goes: whatever is cut short, none is lost.
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.steps.collect.raw_file import RawFile
from pipelines.store import closings
from pipelines.store.files import clear_unfinished, write_whole
from pipelines.store.locks import locked
from pipelines.store.raw import Raw
from pipelines.store.raw_names import NOT_RETURNS, left_behind, printable
from pipelines.store.tables import Store
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError

LONGEST_NAME = 180
"""Bytes: what file systems and the record of who received what have room for, with what is put before and behind it."""


class ReceivingError(SentenceError):
    """A workbook that is not taken; the message is the sentence for the officer."""


def unfit(name: str) -> str:
    """Return why a workbook cannot lie in the raw folder under a name, where it is not read as one; or nothing."""
    if name.casefold() in NOT_RETURNS:
        return f"Tên {name} dành cho tệp khác của bộ báo cáo, không đặt cho sổ tính được. Đổi tên tệp rồi gửi lại."
    if left_behind(Path(name).name):
        return f"Tệp {printable(name)} mang tên của tệp tạm mà chương trình khác để lại, nên không nhận."
    if len(name.encode()) > LONGEST_NAME:
        return f"Tên tệp {name[:40]}… dài quá. Đổi tên ngắn lại rồi gửi lại."
    if not name or printable(name) != name or Path(name).name != name:
        return f"Tên tệp {printable(name)} không dùng được trong thư mục báo cáo. Đổi tên tệp rồi gửi lại."
    return ""


def take(
    raw: Raw,
    store: Store,
    file: RawFile,
    replaces: Mapping[str, str],
    *,
    who: str,
) -> None:
    """Take a workbook.

    Args:
        raw: The raw folder.
        store: The output folder, whose archive keeps what is replaced.
        file: The workbook, under the name under which it is to lie.
        replaces: The hash of each workbook that is to go, by its name: what lay there when that was decided.
        who: What is being done, as others that have to wait are told.

    Raises:
        ReceivingError: Its name will not do; the return set is closed; what it would replace is not what it was, or
            cannot be read.
    """
    if why := unfit(file.name):
        raise ReceivingError(why)
    key = ReturnSetKey(file.period, file.commune)
    with locked(store.root, str(raw.batch_of(key)), who):
        if why := closings.refusal(raw, store.root, key):
            raise ReceivingError(why)
        there = {name: found for name in {file.name, *replaces} if (found := raw.file(key, name)) is not None}
        paths = raw.paths(key)
        for name, found in there.items():
            if found.trouble:
                raise ReceivingError(
                    f"Tệp {name} đang nằm đó không đọc được ({found.trouble}) nên không lưu lại được; "
                    "chuyển tệp đó đi rồi nhận lại."
                )
            # What lies there already was taken before, by one who was cut short.
            taken = name == file.name and found.sha256 == file.sha256
            if not taken and replaces.get(name) != found.sha256:
                raise ReceivingError(
                    f"Tệp {name} vừa được thay bằng tệp khác trong lúc bạn đang xem, nên chưa nhận {file.name}. "
                    "Thả tệp vào kiểm tra lại."
                )
        for kept in (*there.values(), file):
            store.archive.keep(kept.content, kept.suffix)
        folder = raw.folder(key)
        clear_unfinished(folder)  # under the lock: what lies there was left by one who was killed
        write_whole(paths.get(file.name, folder / file.name), file.content)
        for name in there.keys() - {file.name}:
            paths[name].unlink()
