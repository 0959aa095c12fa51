"""Verbs on backups: ``backup``, ``restore``.

Belongs here: telling what came of it. Does not belong here: making and putting back (``pipelines.refresh.backup``).
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from pipelines.cli.base import CLEAN, HELD, tell, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import Data, RawFolder
from pipelines.cli.output import progress
from pipelines.settings import Settings, folder
from schemas.periods import as_people_write

Into = Annotated[str, typer.Argument(metavar="DIR", help=later("Thư mục sao lưu, tốt nhất ở ổ đĩa khác."))]


@verb(
    later("Sao lưu mọi thứ không làm lại được: báo cáo, kho lưu, bản phát hành, trạng thái, bảng, người dùng."),
    "returns backup /mnt/usb/sao-luu",
)
def backup(into: Into, data: Data = "", raw: RawFolder = "") -> None:
    """Back up an office; exit 1 where something of it could not be taken."""
    from pipelines.refresh.backup import make

    with progress(_("Đang sao lưu")):
        made = make(Settings.of(raw, data), folder(into), lambda words: print(words, file=sys.stderr, flush=True))
    words = _("Đã sao lưu {name} vào {root}: {files} tệp, thêm {size} MB so với các bản trước. Thử: {command}")
    print(
        words.format(
            name=made.backup.name,
            root=made.backup.root,
            files=len(made.backup.files),
            size=-(-made.new // 2**20),
            command=f"returns restore {into} --check",
        )
    )
    for sentence in made.lacking:
        tell(sentence, HELD)
    sys.exit(HELD if made.lacking else CLEAN)


@verb(
    later("Khôi phục bản sao lưu vào thư mục trống, rồi kiểm tra từng bản phát hành."),
    "returns restore /mnt/usb/sao-luu",
    "returns restore /mnt/usb/sao-luu --check",
    "returns restore /mnt/usb/sao-luu --name 2024-07-03T020000 --raw thu-raw --data thu-data",
)
def restore(
    source: Annotated[str, typer.Argument(metavar="DIR", help=later("Thư mục sao lưu."))],
    name: Annotated[
        str, typer.Option("--name", help=later("Bản sao lưu nào; bỏ trống là bản mới nhất."), show_default=False)
    ] = "",
    check: Annotated[bool, typer.Option("--check", help=later("Chỉ xem bản sao lưu còn nguyên không."))] = False,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Put a backup back; exit 1 where it is damaged, or a release does not verify."""
    from pipelines.refresh import backup as backups
    from pipelines.refresh.release import verify
    from pipelines.store.releases import names

    one = backups.found(folder(source), name)
    about = {"name": one.name, "created": as_people_write(one.created), "files": len(one.files)}
    if check:
        with progress(_("Đang kiểm tra")):
            damaged = one.damaged()
        for path in damaged:
            tell(_("Thiếu hoặc hỏng: {path}").format(path=path), HELD)
        words = _("Bản sao lưu {name} ({created}): {files} tệp, {damaged} tệp thiếu hoặc hỏng.")
        print(words.format(**about, damaged=len(damaged)))
        _tell_lacking(one.lacking)
        sys.exit(HELD if damaged or one.lacking else CLEAN)
    settings = Settings.of(raw, data)
    with progress(_("Đang khôi phục")):
        backups.restore(one, settings)
        verified = [verify(settings.data, release) for release in names(settings.data)]
    wrong = [found for found in verified if found.differences]
    for found in wrong:
        tell(f"{found.release.name}: {found.differences[0].message}", HELD)
    words = _(
        "Đã khôi phục bản sao lưu {name} ({created}): {files} tệp; {whole}/{releases} bản phát hành kiểm tra lại đều "
        "khớp. Chạy tiếp: returns refresh"
    )
    print(words.format(**about, whole=len(verified) - len(wrong), releases=len(verified)))
    _tell_lacking(one.lacking)
    sys.exit(HELD if wrong or one.lacking else CLEAN)


def _tell_lacking(sentences: Sequence[str]) -> None:
    """Tell what a backup never had: whoever puts it back is not who saw it being made."""
    for sentence in sentences:
        tell(_("Lúc sao lưu không lấy được: {sentence}").format(sentence=sentence), HELD)
