"""The verb that looks at workbooks before they are received: ``check``.

Belongs here: telling what would be found. Does not belong here: finding it (``pipelines.refresh.rehearsal``).
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.base import CLEAN, HELD, fail, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import Commune, Data, Format, OutputFormat, PeriodCode, RawFolder, only
from pipelines.cli.output import print_rows, progress
from pipelines.settings import Settings
from schemas.periods import Period

COLUMNS = ("file", "name", "reporter", "forms", "replaces", "refused", "code", "severity", "sheet", "cells", "message")


@verb(
    later("Kiểm tra sổ tính trước khi nhận, như thể đã nằm trong thư mục báo cáo; không ghi gì."),
    "returns check na_lia.xlsx",
    "returns check thon/*.xlsx --period 2024-H1 --format csv",
)
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=later("Sổ tính cần kiểm tra."))],
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Tell what would be found in workbooks; exit 1 where one would not be received, or would hold a form back."""
    from pipelines.refresh.rehearsal import rehearse
    from pipelines.store import published
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store
    from schemas.text import composed

    settings = Settings.of(raw, data)
    returns, store = Raw(settings.raw), Store(settings.data)
    key = only(returns.return_sets(), period, commune)
    sent = {composed(path.name): path.read_bytes() for path in files}
    if len(sent) < len(files):
        fail(_("Có hai tệp cùng tên; kiểm tra từng tệp một."))
    with progress(_("Đang kiểm tra")):
        checked = rehearse(returns, store, key, sent)
    if output is Format.TABLE:
        for one in checked:
            if one.refusal:
                print(_("{file}: không nhận được. {why}").format(file=one.sent_as, why=one.refusal))
                continue
            who = ", ".join(returns.places.title(key.commune, code) for code in one.reporters)
            words = _("{file}: {who}, kỳ {period}, biểu {forms}; sẽ nằm ở {name}.")
            about = {"period": Period.parse(key.period).title, "forms": " ".join(one.forms), "name": one.file.name}
            print(words.format(file=one.sent_as, who=who, **about))
            for row in one.findings:
                print("\n".join(published.sentences_of(row)))
            if not one.findings:
                print("    " + _("Không có phát hiện nào."))
    else:
        empty = dict.fromkeys(COLUMNS, "")
        rows = [
            {
                **empty,
                **{name: row[name] for name in ("code", "severity", "sheet", "cells", "message") if row},
                "file": one.sent_as,
                "name": one.file.name,
                "reporter": " ".join(one.reporters),
                "forms": " ".join(one.forms),
                "replaces": " ".join(one.replaces),
                "refused": one.refusal,
            }
            for one in checked
            for row in one.findings or [{}]
        ]
        print_rows(output, COLUMNS, rows)
    sys.exit(HELD if any(one.refusal or one.errors for one in checked) else CLEAN)
