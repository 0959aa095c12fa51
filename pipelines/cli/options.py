"""Options and arguments that several verbs take, each said once, and the return set that they mean.

Belongs here: their names, help and completion. Does not belong here: an option of one verb alone, which stands there.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from pipelines.cli import completion
from pipelines.cli.base import fail
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.settings import DATA_VARIABLE, RAW_VARIABLE, Settings
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey


class Format(StrEnum):
    """How a verb prints."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def _code(name: str, words: str, known: Callable[..., Any]) -> Any:
    """Return an option that takes a code, of which those known are offered."""
    return typer.Option(name, help=words, autocompletion=known, show_default=False)


Commune = Annotated[str, _code("--commune", later("Mã xã; bỏ trống nếu chỉ có một."), completion.communes)]
EveryCommune = Annotated[str, _code("--commune", later("Chỉ xã này; bỏ trống là mọi xã."), completion.communes)]
PlaceCode = Annotated[
    str, _code("--place", later("Mã địa bàn cấp trên (huyện, tỉnh, vn) thay cho xã."), completion.places)
]
PeriodCode = Annotated[
    str, _code("--period", later("Kỳ báo cáo, ví dụ 2024-H1; bỏ trống là kỳ mới nhất."), completion.periods)
]
EveryPeriod = Annotated[str, _code("--period", later("Chỉ kỳ này; bỏ trống là mọi kỳ."), completion.periods)]
OutputFormat = Annotated[Format, typer.Option("--format", help=later("Cách in kết quả."))]


def _with_its_designs(data: str) -> str:
    """Have the verb use the designs in force in its output folder, before it asks what forms there are."""
    from pipelines.store.designs import use

    use(Settings.of(data=data).data)
    return data


AnyData = Annotated[
    str, typer.Option("--data", envvar=DATA_VARIABLE, help=later("Thư mục kết quả."), show_default="data")
]

Data = Annotated[
    str,
    typer.Option(envvar=DATA_VARIABLE, help=later("Thư mục kết quả."), show_default="data", callback=_with_its_designs),
]

RawFolder = Annotated[
    str, typer.Option("--raw", envvar=RAW_VARIABLE, help=later("Thư mục báo cáo nhận về."), show_default="raw")
]

ReleaseName = Annotated[
    str,
    typer.Option(
        "--release",
        metavar="NAME",
        help=later("Trả lời theo một bản đã phát hành."),
        autocompletion=completion.releases,
        show_default=False,
    ),
]

Named = Annotated[str, typer.Argument(metavar="NAME", help=later("Tên bản phát hành, ví dụ 2024-h1-lan-1."))]

Released = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help=later("Tên bản phát hành, ví dụ 2024-h1-lan-1."),
        autocompletion=completion.releases,
    ),
]

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help=later("Tên tệp, ví dụ na_lia.xlsx."), autocompletion=completion.files),
]

Sheet = Annotated[
    str,
    typer.Argument(metavar="SHEET", help=later("Tên trang, ví dụ «Chăn nuôi»."), autocompletion=completion.sheets),
]

Cell = Annotated[
    str,
    typer.Argument(metavar="CELL", help=later("Địa chỉ ô, ví dụ D13."), autocompletion=completion.cells),
]

Overwrite = Annotated[bool, typer.Option("--overwrite", help=later("Ghi đè tệp đã có."))]

AnyPeriod = Annotated[
    str,
    typer.Option(
        "--period",
        help=later("Kỳ báo cáo, ví dụ 2024-H2, kể cả kỳ chưa có báo cáo; bỏ trống nếu chỉ có một."),
        autocompletion=completion.periods,
        show_default=False,
    ),
]


def return_set(raw: str, data: str, period: str, commune: str, release: str = "") -> tuple[Any, ReturnSetKey]:
    """Return the store, and the one return set that the options mean; of a release, its frozen tables and its set."""
    from pipelines.store.tables import Store

    store = Store(Settings.of(raw, data).data)
    if release:
        from pipelines.store.designs import use
        from pipelines.store.releases import opened

        frozen = opened(store.root, release)
        use(store.root, frozen.designs)  # what it says was made with those
        return frozen.tables, only([frozen.key], period, commune)
    return store, only(_refreshed(store), period, commune)


def words_of(raw: str, key: ReturnSetKey) -> dict[str, str]:
    """Return how sentences name the period and the commune of a return set."""
    from pipelines.store.raw import Raw

    return Raw(Settings.of(raw).raw).places.words_of(key)


def titles(raw: str, key: ReturnSetKey) -> Callable[[str], str]:
    """Return what names the reporters of a return set as sentences do."""
    from pipelines.store.raw import Raw

    return partial(Raw(Settings.of(raw).raw).places.title, key.commune)


def one_period(raw: str, data: str, period: str) -> tuple[Any, str]:
    """Return the store, and the period that the option means, else the newest, whatever communes reported in it."""
    from pipelines.store.tables import Store

    store = Store(Settings.of(raw, data).data)
    known = list(dict.fromkeys(key.period for key in _refreshed(store)))
    if fitting := [one for one in known if period in ("", one)]:
        return store, max(fitting, key=Period.parse)
    fail(_("Không có kỳ này; hiện có: {periods}.").format(periods="; ".join(f"--period {one}" for one in known)))


def _refreshed(store: Any) -> list[ReturnSetKey]:
    """Return the return sets of which there are outputs; or end here, where there are none."""
    from pipelines.store.published import checked_sets
    from pipelines.store.state import is_of_before

    known = checked_sets(store)
    if not known and is_of_before(store.root):
        words = _("Kết quả trong {path} do phiên bản trước của phần mềm ghi. Chạy một lần để chuyển: returns refresh")
        fail(words.format(path=store.root))
    if not known:
        fail(_("Chưa có kết quả nào trong {path}. Chạy trước: returns refresh").format(path=store.root))
    return known


def only(known: Sequence[ReturnSetKey], period: str, commune: str) -> ReturnSetKey:
    """Return the one of the known return sets that the options leave, of one commune's the newest; or end here."""
    fitting = [key for key in known if period in ("", key.period) and commune in ("", key.commune)]
    if len({key.commune for key in fitting}) == 1:
        return max(fitting, key=lambda key: Period.parse(key.period))
    if not known:
        fail(_("Chưa có bộ báo cáo nào trong thư mục báo cáo. Đặt báo cáo vào đó, hoặc chỉ đúng thư mục bằng --raw."))
    words = _("Có nhiều bộ báo cáo, chọn một: {sets}.") if fitting else _("Không có bộ báo cáo này; hiện có: {sets}.")
    fail(words.format(sets=named_sets(fitting or known)))


def named_sets(keys: Sequence[ReturnSetKey]) -> str:
    """Return how return sets are named on the command line, as a sentence lists them: the first of many."""
    named = [f"--period {one} --commune {other}" for one, other in keys]
    more = _("; … và {count} bộ nữa").format(count=len(named) - _LISTED) if len(named) > _LISTED else ""
    return "; ".join(named[:_LISTED]) + more


_LISTED = 10
"""Return sets that a sentence lists."""
