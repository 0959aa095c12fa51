"""The verbs that record what somebody decides: ``correct``, in the ledger; ``estimate``, beside it.

Belongs here: which words make a decision. Does not belong here: the ledger (``pipelines.store.ledger``), the estimates
(``pipelines.store.estimates``).
"""

from typing import Annotated

import typer

from pipelines.cli.base import fail, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import Cell, Commune, Data, File, Format, OutputFormat, PeriodCode, RawFolder, Sheet, only
from pipelines.cli.output import print_rows
from pipelines.settings import Settings

WHO = "cán bộ thống kê xã"
"""Who decides, where the officer does not say: a role, for a ledger is published and names no person."""

Who = Annotated[str, typer.Option(envvar="RETURNS_WHO", help=later("Chức danh người quyết định."))]


@verb(
    later("Ghi một quyết định vào sổ đính chính: số mới của một ô, từ chối một gợi ý, hoặc giữ nguyên một số."),
    'returns correct na_lia.xlsx "Chăn nuôi" D13 267 --reason "Trưởng thôn xác nhận ghi nhầm"',
    'returns correct pa_phao.xlsx "Chăn nuôi" D13 114 --refuse --reason "Trưởng thôn xác nhận"',
    'returns correct thcs.xlsx THCS D21 --as-is --reason "Trường xác nhận"',
    context_settings={"ignore_unknown_options": True},  # a number such as -5 is no option
)
def correct(
    file: File,
    sheet: Sheet,
    cell: Cell,
    new: Annotated[
        str | None, typer.Argument(metavar="NEW", help=later("Số mới; bỏ trống khi dùng --as-is."), show_default=False)
    ] = None,
    reason: Annotated[str, typer.Option(help=later("Lý do: đã hỏi ai, vì sao. Bắt buộc."), show_default=False)] = "",
    suggestion: Annotated[str, typer.Option("--from", help=later("Gợi ý đã xem."), show_default=False)] = "",
    who: Who = WHO,
    refuse: Annotated[
        bool, typer.Option("--refuse", help=later("Từ chối gợi ý NEW; gợi ý này không đưa ra nữa."))
    ] = False,
    as_is: Annotated[
        bool, typer.Option("--as-is", help=later("Đơn vị xác nhận số đã ghi là đúng, dù có cảnh báo."))
    ] = False,
    rule: Annotated[
        str,
        typer.Option(
            "--rule",
            help=later("Mã quy tắc không đúng với trường hợp này; dùng cùng --as-is khi lỗi nằm ở quy tắc."),
            show_default=False,
        ),
    ] = "",
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Record a decision on a cell in the ledger."""
    from pipelines.refresh.closing import ledger_of
    from pipelines.refresh.deciding import refuse_needless
    from pipelines.store.ledger import CellPlace
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store
    from schemas import tables

    if refuse and as_is:
        fail(_("Chỉ dùng một trong hai: --refuse hoặc --as-is."))
    if rule and not as_is:
        fail(_("--rule chỉ dùng cùng --as-is."))
    if as_is and new is not None:
        fail(_("--as-is giữ nguyên số đã ghi, nên không kèm số mới. Bỏ số mới, hoặc bỏ --as-is."))
    if as_is and suggestion:
        fail(_("--from nêu gợi ý đã xem khi đính chính hoặc từ chối, không dùng cùng --as-is. Bỏ một trong hai."))
    if not as_is and (new is None or new.startswith("--")):
        fail(
            _("Thiếu giá trị của gợi ý bị từ chối sau địa chỉ ô. Xem: returns correct --help")
            if refuse
            else _("Thiếu số mới sau địa chỉ ô. Xem: returns correct --help")
        )
    settings = Settings.of(raw, data)
    returns = Raw(settings.raw)
    known = returns.return_sets()
    key = only(known, period, commune)
    store = Store(settings.data)
    ledger = ledger_of(returns, store, key)
    place = CellPlace(file, sheet, cell)
    if as_is:
        refuse_needless(store, key, place, rule)
        entry = ledger.confirm(place, reason=reason, who=who, rule=rule)
        done = _("Đã ghi vào sổ đính chính: giữ nguyên «{new}» ở {where}. Chạy: returns refresh")
    elif refuse:
        entry = ledger.refuse(place, new or "", reason=reason, who=who, suggestion=suggestion)
        done = _("Đã ghi vào sổ đính chính: từ chối gợi ý «{new}» cho {where}. Chạy: returns refresh")
    else:
        entry = ledger.accept(place, new or "", reason=reason, who=who, suggestion=suggestion)
        done = _("Đã ghi vào sổ đính chính: đính chính «{old}» thành «{new}» ở {where}. Chạy: returns refresh")
    if output is Format.TABLE:
        where = _("ô {cell}, trang «{sheet}», tệp {file}").format_map(entry)
        print(done.format(old=entry["old"], new=entry["new"], where=where))
    else:
        print_rows(output, [*key._fields, *tables.IN_EVERY_LEDGER], [{**key._asdict(), **entry}])


@verb(
    later("Ghi số ước thay cho một báo cáo không đến kịp; báo cáo được chấp nhận thì số ước không dùng nữa."),
    'returns estimate na_lia B01 horse 264 --method "bằng cùng kỳ" --reason "đường sạt lở"',
    'returns estimate na_lia B01 horse --reason "báo cáo sắp đến"',
    'returns estimate na_lia B01 --reason "đã nhận báo cáo"',
    context_settings={"ignore_unknown_options": True},  # a number such as -5 is no option
)
def estimate(
    reporter: Annotated[str, typer.Argument(metavar="REPORTER", help=later("Mã đơn vị chưa gửi, ví dụ na_lia."))],
    form: Annotated[str, typer.Argument(metavar="FORM", help=later("Mã biểu, ví dụ B01."))],
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            help=later("Chỉ tiêu: tên trường hoặc tên như trên biểu; không ghi là bỏ mọi số ước của biểu."),
            show_default=False,
        ),
    ] = "",
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help=later("Số ước; không ghi là bỏ ước."), show_default=False)
    ] = "",
    method: Annotated[str, typer.Option(help=later("Cách ước."), show_default=False)] = "",
    reason: Annotated[str, typer.Option(help=later("Lý do không chờ báo cáo. Bắt buộc."), show_default=False)] = "",
    who: Who = WHO,
    commune: Commune = "",
    period: PeriodCode = "",
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Record an estimate, or take one back."""
    if method and not value:
        fail(_("Có --method mà không có số ước. Ghi số ước sau tên chỉ tiêu, hoặc bỏ --method để bỏ ước."))
    from pipelines.refresh.estimating import estimate as record
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = Settings.of(raw, data)
    returns = Raw(settings.raw)
    key = only(returns.return_sets(), period, commune)
    said = {"method": method, "reason": reason, "who": who}
    rows = record(returns, Store(settings.data), key, reporter, form, field, value, **said)
    done = _("Đã ghi số ước «{value}» cho {field}, biểu {form}, {reporter}. Chạy: returns refresh")
    if not value:
        done = _("Đã bỏ số ước của {field}, biểu {form}, {reporter}. Chạy: returns refresh")
    print(done.format_map(rows[0] | {"field": ", ".join(row["field"] for row in rows)}))
