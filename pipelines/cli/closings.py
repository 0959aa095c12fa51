"""Verbs on closing a return set: ``close``, ``reopen``, ``closings``.

Belongs here: telling what came of it. Does not belong here: what a closed set is made of
(``pipelines.store.closings``), when one can be closed (``pipelines.refresh.closing``).
"""

import sys
from typing import Annotated

import typer

from pipelines.cli.base import CLEAN, HELD, verb
from pipelines.cli.decisions import WHO, Who
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import Commune, Data, Format, OutputFormat, PeriodCode, RawFolder, Released, only
from pipelines.cli.output import print_rows
from pipelines.settings import Settings


@verb(
    later("Đóng kỳ bằng một bản phát hành: tệp và sổ đính chính đổi về sau không vào số công bố nữa."),
    "returns close 2024-h1-lan-1",
)
def close(name: Released, who: Who = WHO, data: Data = "", raw: RawFolder = "") -> None:
    """Close the return set of a release."""
    from pipelines.refresh.closing import close as closed
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = Settings.of(raw, data)
    returns = Raw(settings.raw)
    made = closed(returns, Store(settings.data), name, who=who)
    words = _("Đã đóng kỳ {period} của {commune} bằng bản phát hành «{name}». Mở lại bằng: returns reopen")
    print(words.format(**returns.places.words_of(made.key), name=name))


@verb(
    later("Mở lại một kỳ đã đóng, có lý do; sau đó chạy như thường."),
    'returns reopen --reason "Pá Phào báo nhầm số lợn, xã đồng ý sửa"',
    'returns reopen --period 2024-H1 --commune huu-kien --reason "Theo kết luận kiểm tra"',
)
def reopen(
    reason: Annotated[str, typer.Option(help=later("Lý do mở lại. Bắt buộc."), show_default=False)] = "",
    who: Who = WHO,
    commune: Commune = "",
    period: PeriodCode = "",
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Open a closed return set again."""
    from pipelines.refresh.closing import reopen as reopened
    from pipelines.store.closings import closed_sets
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = Settings.of(raw, data)
    returns, store = Raw(settings.raw), Store(settings.data)
    key = only(list(closed_sets(store.root)) or returns.return_sets(), period, commune)
    reopened(returns, store, key, who=who, reason=reason)
    words = _("Đã mở lại kỳ {period} của {commune}. Chạy: returns refresh")
    print(words.format(**returns.places.words_of(key)))


COLUMNS = ("period", "commune", "turn", "when", "who", "release", "reason", "changed")


@verb(
    later("Sổ đóng và mở kỳ: ai, lúc nào, bản phát hành nào, lý do; tệp nào đổi sau khi đóng."),
    "returns closings",
    "returns closings --format csv",
)
def closings(output: OutputFormat = Format.TABLE, data: Data = "", raw: RawFolder = "") -> None:
    """List every closing and reopening; exit 1 where something changed after a set was closed, or its release did."""
    from pipelines.refresh.closing import later as changed_later
    from pipelines.refresh.closing import lost
    from pipelines.store.closings import every, sentence
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = Settings.of(raw, data)
    store = Store(settings.data)
    returns = Raw(settings.raw)
    told = {one.key: one for one in changed_later(returns, store)}
    without = list(lost(returns, store))
    lines = [(key, one) for key, own in every(store.root).items() for one in own]
    if output is Format.TABLE:
        print("\n".join(sentence(key, one, returns.places) for key, one in lines) or _("Chưa kỳ nào được đóng."))
        print(*(one.sentence for one in told.values()), *without, sep="\n", end="\n" if told or without else "")
    else:
        rows = [
            {
                **key._asdict(),
                **{name: str(getattr(one, name)) for name in ("turn", "when", "who", "release", "reason")},
                "changed": " ".join(told[key].files) if key in told and one == told[key].closing else "",
            }
            for key, one in lines
        ]
        print_rows(output, COLUMNS, rows)
        print(*without, sep="\n", end="\n" if without else "", file=sys.stderr)
    sys.exit(HELD if told or without else CLEAN)
