"""Verbs of the desk: ``ui``, which serves it, and ``desk``, which does what its administrator's page does.

Belongs here: calling it. Does not belong here: the desk (``pipelines.desk``).
"""

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from pipelines.cli.base import fail, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import Data, RawFolder
from pipelines.desk.role import Role
from pipelines.settings import SITE_VARIABLE, Settings

PORT = 3000

Port = Annotated[int, typer.Option(min=1, max=65535, help=later("Cổng trên máy này."))]


@verb(
    later("Mở bàn làm việc và trang Dagster tại 127.0.0.1, dùng chung dữ liệu với lệnh refresh."),
    "returns ui",
    "returns ui --port 3001",
)
def ui(data: Data = "", raw: RawFolder = "", port: Port = PORT) -> None:
    """Serve the desk, and Dagster behind it, on the data of ``refresh``."""
    import signal

    from pipelines.desk.server import serve

    # Where it is ignored (a job in the background) the desk could not be stopped.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folders = Settings.of(raw, data)

    def told(address: str, first: str | None) -> None:
        words = _("Mở {address} bằng trình duyệt; bấm Ctrl+C để dừng. Dữ liệu: {path}")
        print(words.format(address=address, path=folders.data), flush=True)
        if first:
            words = _("Chưa có người dùng nào. Tạo người đầu tiên, là quản trị, bằng liên kết dùng một lần này: {link}")
            print(words.format(link=first), flush=True)

    serve(folders, port, [sys.executable, "-m", "pipelines.orchestration.serving"], told)


class Does(StrEnum):
    """What ``desk`` does."""

    ADD_USER = "add-user"


@verb(
    later("Thêm người dùng của bàn làm việc; in ra liên kết để người đó tự đặt mật khẩu."),
    'returns desk add-user thanh --title "Công chức thống kê"',
    'returns desk add-user hoa --title "Phó chủ tịch" --role approver',
)
def desk(
    does: Annotated[Does, typer.Argument(metavar="DO", help=later("Việc cần làm: add-user."))],
    name: Annotated[str, typer.Argument(metavar="NAME", help=later("Tên đăng nhập, không dấu cách."))],
    title: Annotated[
        str, typer.Option(help=later("Chức danh, ghi vào sổ đính chính. Bắt buộc."), show_default=False)
    ] = "",
    role: Annotated[list[Role], typer.Option(help=later("Vai trò; ghi nhiều lần nếu có nhiều."))] = [Role.OFFICER],  # noqa: B006
    data: Data = "",
    raw: RawFolder = "",
    port: Port = PORT,
) -> None:
    """Add a user."""
    assert does is Does.ADD_USER
    if not title.strip():
        fail(_("Thiếu chức danh: thêm --title."))
    from pipelines.desk.opening import opened

    folders = Settings.of(raw, data)
    opened(folders)
    from django.core.exceptions import ValidationError

    from pipelines.desk import accounts, record
    from pipelines.desk.guard import Address
    from pipelines.desk.models import User

    try:
        User(username=name, title=title.strip()).full_clean(exclude=["password"])
    except ValidationError as wrong:
        fail(" ".join(wrong.messages))
    user = accounts.add(name, title.strip(), role, by=record.COMMAND_LINE)
    token = accounts.link_for(user, by=record.COMMAND_LINE)
    site = os.environ.get(SITE_VARIABLE)
    address = Address.of(site) if site else Address(port)
    words = _("Đã thêm {name}. Trong {hours} giờ, khi bàn làm việc đang mở, người này đặt mật khẩu ở: {link}")
    hours = int(accounts.LINK_HOLDS.total_seconds() // 3600)
    print(words.format(name=user.username, hours=hours, link=f"{address.url}/enter/{token}"))
