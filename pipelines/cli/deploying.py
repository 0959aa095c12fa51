"""Verbs of an office server: ``deploy install``, ``deploy remove``, ``deploy show``.

Belongs here: calling them. Does not belong here: what they do (``pipelines.deploy``).
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.base import app
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.usage import Verbs

deploy = typer.Typer(cls=Verbs, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(
    deploy,
    name="deploy",
    help=later("Máy chủ của cơ quan: nginx với TLS, PostgreSQL, các dịch vụ systemd; cài và gỡ."),
    epilog="returns deploy install https://ban.xa.vn --certificate ban.crt --key ban.key\nreturns deploy remove",
)

Site = Annotated[str, typer.Argument(metavar="SITE", help=later("Địa chỉ mọi người sẽ mở, dạng https://ban.xa.vn."))]
Certificate = Annotated[Path, typer.Option(help=later("Tệp chứng chỉ TLS."), show_default=False)]
Key = Annotated[Path, typer.Option(help=later("Tệp khóa của chứng chỉ."), show_default=False)]
Listen = Annotated[str, typer.Option(help=later("Cổng, hoặc địa chỉ và cổng, nginx nghe với TLS."))]
Plain = Annotated[str, typer.Option(help=later("Như trên, không TLS: chỉ chuyển sang địa chỉ có TLS."))]


@deploy.command(
    help=later("Cài hoặc cập nhật máy chủ trên máy này (Debian, quyền root)."),
    epilog="returns deploy install https://ban.xa.vn --certificate /etc/ssl/ban.crt --key /etc/ssl/private/ban.key",
)
def install(site: Site, certificate: Certificate, key: Key, listen: Listen = "443", plain: Plain = "80") -> None:
    """Put an office server in place."""
    from pipelines.deploy import steps
    from pipelines.deploy.files import COMMAND
    from pipelines.deploy.office import Office
    from pipelines.desk.guard import Address

    steps.install(Office(Address.of(site), certificate.absolute(), key.absolute(), listen, plain))
    words = _("Đã cài. Thêm người đầu tiên, là quản trị: {command} desk add-user TÊN --title CHỨC-DANH --role {role}")
    print(words.format(command=COMMAND, role="administrator"))


@deploy.command(
    help=later("Gỡ máy chủ khỏi máy này; số liệu, người dùng của bàn làm việc và bí mật còn nguyên."),
    epilog="returns deploy remove",
)
def remove() -> None:
    """Take an office server away."""
    from pipelines.deploy import steps
    from pipelines.deploy.office import Office
    from pipelines.desk.guard import Address

    nowhere = Path()
    office = Office(Address(443, scheme="https"), nowhere, nowhere)
    steps.remove(office)
    words = _("Đã gỡ. Còn lại: {state} (số liệu), {secrets} (bí mật), cơ sở dữ liệu PostgreSQL và người dùng của máy.")
    print(words.format(state=office.state, secrets=office.secrets))


@deploy.command(
    help=later("In mọi tệp sẽ ghi, không ghi gì."),
    epilog="returns deploy show https://ban.xa.vn --certificate /etc/ssl/ban.crt --key /etc/ssl/private/ban.key",
)
def show(site: Site, certificate: Certificate, key: Key, listen: Listen = "443", plain: Plain = "80") -> None:
    """Print the files of an office server, less its secrets."""
    from pipelines.deploy.files import files
    from pipelines.deploy.office import Office
    from pipelines.desk.guard import Address

    office = Office(Address.of(site), certificate.absolute(), key.absolute(), listen, plain)
    for path, file in files(office).items():
        if not file.kept:
            print(f"=== {path} ({file.mode:04o})\n{file.content}")
