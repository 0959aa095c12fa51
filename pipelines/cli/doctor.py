"""The verb ``doctor``: what is wrong with the installation.

Belongs here: telling it. Does not belong here: looking (``pipelines.refresh.health``,
``pipelines.orchestration.health``).
"""

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipelines.cli.base import CLEAN, HELD, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import AnyData, Format, OutputFormat, RawFolder
from pipelines.cli.output import print_rows, progress
from pipelines.settings import HOME_VARIABLE, Settings

if TYPE_CHECKING:
    from pipelines.refresh.health import Symptom

COLUMNS = ("what", "status", "message")
WELL, WRONG = "well", "wrong"


@verb(
    later("Khám máy: phiên bản, thư mục, quyền, ổ đĩa, tiến trình nền, lần chạy đêm, tệp hỏng."),
    "returns doctor",
    "returns doctor --format json",
)
def doctor(output: OutputFormat = Format.TABLE, data: AnyData = "", raw: RawFolder = "") -> None:
    """Look at the installation; exit 1 where something is to be mended."""
    settings = Settings.of(raw, data)
    with progress(_("Đang khám")):
        found = list(_symptoms(settings))
    rows = [
        {"what": one.what, "status": WRONG if one.wrong else WELL, "message": one.wrong or one.said} for one in found
    ]
    if output is Format.TABLE:
        print("\n".join(f"{'✗' if one.wrong else '✓'} {one.what}: {one.wrong or one.said}" for one in found))
        count = sum(1 for one in found if one.wrong)
        print(_("{count} điều cần xem.").format(count=count) if count else _("Mọi thứ đều ổn."))
    else:
        print_rows(output, COLUMNS, rows)
    sys.exit(HELD if any(one.wrong for one in found) else CLEAN)


def _symptoms(settings: Settings) -> Iterator["Symptom"]:
    from pipelines.refresh.health import symptoms

    yield from symptoms(settings)
    if (settings.home / "dagster.yaml").is_file():
        os.environ[HOME_VARIABLE] = str(settings.home)
        from pipelines.orchestration.health import symptoms as of_dagster

        yield from of_dagster()
