"""The verb that runs the pipeline: ``refresh``.

Belongs here: starting a run, and telling what came of it. Does not belong here: the run itself
(``pipelines.cli.runs``).
"""

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from pipelines.cli.base import CLEAN, HELD, fail, verb
from pipelines.cli.designs import told
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import Data, EveryCommune, EveryPeriod, Format, OutputFormat, RawFolder, named_sets
from pipelines.cli.output import print_rows, progress
from pipelines.settings import Settings
from schemas.outcomes import Severity
from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey


@verb(
    later("Chạy toàn bộ quy trình cho những bộ báo cáo đã thay đổi."),
    "returns refresh",
    "returns refresh --all",
    "returns refresh --commune huu-kien --period 2024-H1",
)
def refresh(
    commune: EveryCommune = "",
    period: EveryPeriod = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    all_: Annotated[bool, typer.Option("--all", help=later("Đọc và tính lại tất cả, kể cả bộ không đổi."))] = False,
) -> None:
    """Run the job on the return sets that changed; exit 1 where a form is held back."""
    from pipelines.refresh.batches import tidy_all
    from pipelines.refresh.closing import later as later_than_closed
    from pipelines.refresh.designs import take_in
    from pipelines.refresh.stale import vanished
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = Settings.of(raw, data)
    returns, store = Raw(settings.raw), Store(settings.data)
    if not settings.raw.is_dir():
        fail(_("Không có thư mục báo cáo {path}. Chỉ đúng thư mục bằng --raw.").format(path=settings.raw))
    designs = take_in(returns, store, who="returns refresh")
    for line in told(designs):
        print(line, file=sys.stdout if output is Format.TABLE else sys.stderr)
    returns = Raw(settings.raw)
    _tell_passed_over(returns)
    there = returns.batches()
    gone = vanished(store, there, period)
    wanted = _wanted(there, gone, settings, commune, period, may_be_none=bool(designs))
    gone = {batch: keys for batch, keys in gone.items() if batch in wanted or _asked(batch, keys, commune, period)}
    tidy_all(store, list(wanted))
    worked_on = _run(settings, returns, store, wanted, all_=all_)
    store = Store(settings.data)
    # What has vanished with its batch's whole folder is not worked on, for a disk may be away; it is told.
    told_of = dict.fromkeys((*wanted, *gone))
    of_batches = [*wanted.values(), *gone.values()]
    since_closed = {one.key: one for one in later_than_closed(returns, store, [key for of in of_batches for key in of])}
    why = {key: returns.gone(key) for keys in gone.values() for key in keys}
    summaries = {
        batch: list(_summaries(returns.places, store, batch, since_closed, why, changed=batch in worked_on))
        for batch in told_of
    }
    if output is Format.TABLE:
        _tell(returns.places, summaries)
        for later in since_closed.values():
            print(later.sentence, file=sys.stderr)
    else:
        print_rows(output, SUMMARY, [one for of in summaries.values() for one in of])
    held = any(one["held"] or one["unpublished"] or one["gone"] for of in summaries.values() for one in of)
    sys.exit(HELD if held or any(one.standing == "held" for one in designs) else CLEAN)


def _tell_passed_over(returns: Any) -> None:
    """Tell of what lies in the raw folder where nothing is read."""
    for folder in returns.unknown_folders():
        words = _(
            "Bỏ qua thư mục {folder}: không có xã nào mang mã này trong danh mục địa bàn. "
            "Sửa tên thư mục cho đúng mã xã, hoặc thêm xã vào places.csv."
        )
        print(words.format(folder=folder), file=sys.stderr)
    for misplaced in returns.misplaced():
        print(misplaced.sentence, file=sys.stderr)


def _asked(batch: BatchKey, keys: Collection[ReturnSetKey], commune: str, period: str) -> bool:
    """Return whether a batch with some return sets is of what was asked for."""
    return period in ("", batch.period) and (commune in ("", batch.place) or (batch.period, commune) in keys)


def _wanted(
    there: Mapping[BatchKey, Sequence[ReturnSetKey]],
    gone: Mapping[BatchKey, Sequence[ReturnSetKey]],
    settings: Settings,
    commune: str,
    period: str,
    *,
    may_be_none: bool,
) -> dict[BatchKey, Sequence[ReturnSetKey]]:
    """Return the batches that were asked for with their return sets, or fail; an office begins with designs alone."""
    wanted = {
        batch: keys for batch, keys in there.items() if _asked(batch, [*keys, *gone.get(batch, ())], commune, period)
    }
    if there and not wanted:
        words = _("Không có bộ báo cáo này trong {path}; hiện có: {sets}.")
        fail(words.format(path=settings.raw, sets=named_sets([key for keys in there.values() for key in keys])))
    if not wanted:
        words = _("Không có bộ báo cáo nào trong {path}; cần thư mục dạng 2024-H1/huu-kien với các tệp .xlsx.")
        if not may_be_none:
            fail(words.format(path=settings.raw))
        print(words.format(path=settings.raw), file=sys.stderr)
    return wanted


def _run(
    settings: Settings, returns: Any, store: Any, wanted: Mapping[BatchKey, Sequence[ReturnSetKey]], *, all_: bool
) -> Collection[BatchKey]:
    """Run the job on what is stale, or on all; return the batches that it worked on."""
    from pipelines.refresh.stale import stale_batches
    from schemas.flow import FLOW

    everything = {table.name for table in FLOW.refreshed}
    stale = dict.fromkeys(wanted, everything) if all_ else stale_batches(returns, store, wanted)
    if not stale:
        return ()
    settings.export()  # first: of what there is in these folders Dagster's graph is made
    from pipelines.cli.runs import run_refresh
    from pipelines.orchestration.resources import Folders

    with progress(_("Đang chạy")) as bar:
        return run_refresh(Folders(), stale, wanted, reread=all_, progress=bar, waiting=_wait)


def _tell(places: Any, summaries: Mapping[BatchKey, Sequence[Mapping[str, Any]]]) -> None:
    """Print what came of each folder: a sentence on its one return set, or on its many together."""
    of_folders: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for batch, own in summaries.items():
        of_folders.setdefault((batch.period, batch.place), []).extend(own)
    for (of_period, place), of in of_folders.items():
        if of:
            print(of[0]["message"] if len(of) == 1 else _together(places, of_period, place, of))


SUMMARY = ("period", "commune", "changed", "figures", "findings", "held", "unpublished", "message")


def _wait(sentence: str) -> None:
    """Tell that another process is at it."""
    print(sentence, file=sys.stderr, flush=True)


def _summaries(
    places: Any, store: Any, batch: Any, since_closed: Mapping[Any, Any], gone: Mapping[Any, str], *, changed: bool
) -> Iterator[dict[str, Any]]:
    """Yield what came of each return set of a batch; of those that are gone, also why nothing of them was read."""
    from pipelines.store import published

    counts = published.counted_figures(store, batch)
    for key, found in published.findings_of(store, batch):
        files = since_closed[key].files if key in since_closed else ()
        why = gone.get(key, "")
        summary = _summary(
            places.words_of(key), store, key, found, *counts.get(key.commune, (0, 0)), changed=changed, gone=why
        )
        yield {**summary, "unpublished": " ".join(files), "gone": why}


def _together(places: Any, period: str, place: str, own: Sequence[Mapping[str, Any]]) -> str:
    """Return what came of the many return sets of a territory, in a sentence or two."""
    held = [one["commune"] for one in own if one["held"]]
    start = _("Đã chạy xong") if any(one["changed"] for one in own) else _("Không có gì thay đổi")
    end = _("Không xã nào có biểu bị giữ lại.")
    if held:
        more = _(" và {count} xã nữa").format(count=len(held) - _NAMED) if len(held) > _NAMED else ""
        words = _("{count} xã có biểu bị giữ lại: {named}{more}. Xem: returns findings --commune {first}.")
        named = ", ".join(map(places.territory, held[:_NAMED]))
        end = words.format(count=len(held), named=named, more=more, first=held[0])
    end = " ".join([end, *_told_gone([one for one in own if one["gone"]])])
    return _(
        "{territory}, kỳ {period}: {start}; {communes} xã, {figures} chỉ tiêu, {findings} phát hiện. {end}"
    ).format(
        territory=places.territory(place),
        period=Period.parse(period).title,
        start=start,
        communes=len(own),
        figures=sum(one["figures"] for one in own),
        findings=sum(one["findings"] for one in own),
        end=end,
    )


def _told_gone(gone: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a sentence on each return set of a territory that is gone, and one on those that are too many to name."""
    for one in gone[:_NAMED]:
        if one["held"]:
            yield _("{gone}; {count} biểu bị giữ lại.").format(gone=one["gone"], count=len(one["held"].split()))
        else:
            yield _("{gone}; số đã công bố trước đó được giữ nguyên.").format(gone=one["gone"])
    if len(gone) > _NAMED:
        yield _("Cũng không đọc được gì của {count} xã nữa.").format(count=len(gone) - _NAMED)


_NAMED = 10
"""Communes that a sentence names."""


def _summary(
    named: Mapping[str, str],
    store: Any,
    key: Any,
    found: Sequence[Mapping[str, Any]],
    computed: int,
    lacking: int,
    *,
    changed: bool,
    gone: str,
) -> dict[str, Any]:
    from pipelines.refresh.documents import explorer_page
    from pipelines.store import published
    from schemas.catalogue import CATALOGUE

    forms, without = published.held_forms(found), published.held_files(found)
    held = sorted({*forms, *without})
    count = _("{count} chỉ tiêu").format(count=computed)
    if lacking:
        count += _(", {count} chưa có số vì thiếu báo cáo").format(count=lacking)
    start = gone or (_("Đã chạy xong") if changed else _("Không có gì thay đổi, không đọc lại tệp nào"))
    remarks = sum(row["severity"] != Severity.ERROR for row in found)
    end = []
    if held:
        what = [f"{name} «{CATALOGUE.by_code[name].sheet}»" if name in CATALOGUE.by_code else name for name in held]
        if forms.keys() >= CATALOGUE.by_code.keys():
            what = [_("mọi biểu"), *sorted(without)]
        end.append(_("Giữ lại: {forms}; số đã công bố trước đó được giữ nguyên.").format(forms=", ".join(what)))
    elif gone:
        end.append(_("Số đã công bố trước đó được giữ nguyên."))
    if remarks:
        words = _("{count} cảnh báo.") if held else _("{count} cảnh báo, không giữ lại biểu nào.")
        end.append(words.format(count=remarks))
    end.append(_("Xem: returns findings.") if found else _("Không có phát hiện nào."))
    if (page := explorer_page(store, key)).exists():
        end.append(_("Tra cứu: {path}").format(path=page))
    return {
        **key._asdict(),
        "changed": changed,
        "figures": computed,
        "findings": len(found),
        "held": " ".join(held),
        "message": _("{commune}, kỳ {period}: {start}; {count}. {end}").format(
            **named, start=start, count=count, end=" ".join(end)
        ),
    }
