"""``returns``: the command line.

Belongs here: verbs, options, output, exit codes. Does not belong here: a second pipeline: ``refresh`` runs the Dagster
job, all other verbs read what it published. Heavy packages are imported inside the verbs that need them.

Exit codes: 0 clean, 1 something is held back or in conflict, 2 cannot run.
"""

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from pipelines.explorer.words import VERDICTS
from pipelines.settings import DATA_VARIABLE, HOME_VARIABLE, RAW_VARIABLE, Settings

CLEAN, HELD, CANNOT = 0, 1, 2

WHO, WHO_VARIABLE = "cán bộ thống kê xã", "RETURNS_WHO"
"""Who decides, where the officer does not say: a role, for a ledger is published and names no person."""

FINDING_COLUMNS = (
    "code",
    "severity",
    "status",
    "form",
    "reporter",
    "file",
    "sheet",
    "cells",
    "written",
    "expected",
    "message",
    "suggestion",
)
STATEMENT_COLUMNS = ("id", "printed", "value", "computed", "verdict", "section", "note")
FIGURE_COLUMNS = ("id", "label", "value", "unit", "scope", "period", "status", "reported", "expected")


class Format(StrEnum):
    """How a verb prints."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Commune = Annotated[str, typer.Option(help="Mã xã; bỏ trống nếu chỉ có một.", show_default=False)]
PeriodCode = Annotated[
    str, typer.Option("--period", help="Kỳ báo cáo, ví dụ 2024-H1; bỏ trống nếu chỉ có một.", show_default=False)
]
OutputFormat = Annotated[Format, typer.Option("--format", help="Cách in kết quả.")]
Data = Annotated[str, typer.Option(envvar=DATA_VARIABLE, help="Thư mục kết quả.", show_default="data")]
RawFolder = Annotated[
    str, typer.Option("--raw", envvar=RAW_VARIABLE, help="Thư mục báo cáo nhận về.", show_default="raw")
]

ReleaseName = Annotated[
    str, typer.Option("--release", metavar="NAME", help="Trả lời theo một bản đã phát hành.", show_default=False)
]
Named = Annotated[str, typer.Argument(metavar="NAME", help="Tên bản phát hành, ví dụ 2024-h1-lan-1.")]

app = typer.Typer(
    name="returns",
    help="Từ báo cáo của thôn đến con số trong kế hoạch của xã: đọc, kiểm tra, công bố, truy nguồn.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; what a person can mend is told in one sentence, never as a traceback."""
    try:
        app()
    except (ValueError, OSError, RuntimeError) as reason:
        _fail(str(reason))


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(CANNOT)


@app.command()
def refresh(
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    all_: Annotated[bool, typer.Option("--all", help="Đọc và tính lại tất cả, kể cả bộ không đổi.")] = False,
) -> None:
    """Chạy toàn bộ quy trình cho những bộ báo cáo đã thay đổi.

    Ví dụ: returns refresh · returns refresh --all · returns refresh --commune huu-kien --period 2024-H1
    """
    from pipelines.layers import stale_return_sets
    from pipelines.raw import Raw
    from pipelines.storage import Store

    settings = Settings.of(raw, data)
    returns, store = Raw(settings.raw), Store(settings.data)
    if not settings.raw.is_dir():
        _fail(f"Không có thư mục báo cáo {settings.raw}. Chỉ đúng thư mục bằng --raw.")
    for folder in returns.unknown_folders():
        print(f"Bỏ qua thư mục {folder}: không có xã nào mang mã này trong danh mục địa bàn.", file=sys.stderr)
    wanted = [key for key in returns.return_sets() if commune in ("", key.commune) and period in ("", key.period)]
    if not wanted:
        _fail(f"Không có bộ báo cáo nào trong {settings.raw}; cần thư mục dạng 2024-H1/huu-kien với các tệp .xlsx.")
    stale = wanted if all_ else stale_return_sets(returns, store, wanted)
    if stale:
        from pipelines.resources import Folders
        from pipelines.runs import run_refresh

        settings.export()
        with _progress("Đang chạy") as told:
            run_refresh(Folders(), stale, reread=all_, progress=told)
    summaries = [_summary(store, key.period, key.commune, changed=key in stale) for key in wanted]
    if output is Format.TABLE:
        for summary in summaries:
            print(summary["message"])
    else:
        _print(output, ("period", "commune", "changed", "figures", "findings", "held", "message"), summaries)
    sys.exit(HELD if any(summary["held"] for summary in summaries) else CLEAN)


def _summary(store: Any, period: str, commune: str, *, changed: bool) -> dict[str, Any]:
    from pipelines import published
    from pipelines.layers import explorer_page
    from pipelines.raw import ReturnSetKey
    from schemas.forms import BY_CODE

    found = published.findings(store, period, commune)
    held = sorted({row["form"] or row["file"] for row in found if row["severity"] == "error"})
    count = len(published.figures(store, period, commune))
    start = "Đã chạy xong" if changed else "Không có gì thay đổi, không đọc lại tệp nào"
    remarks = sum(row["severity"] != "error" for row in found)
    end = []
    if held:
        named = (f"{name} «{BY_CODE[name].sheet}»" if name in BY_CODE else name for name in held)
        end.append(f"Giữ lại: {', '.join(named)}; số đã công bố trước đó được giữ nguyên.")
    if remarks:
        end.append(f"{remarks} điều cần lưu ý{'' if held else ', không giữ lại biểu nào'}.")
    end.append("Xem: returns findings." if found else "Không có phát hiện nào.")
    if (page := explorer_page(store, ReturnSetKey(period, commune))).exists():
        end.append(f"Tra cứu: {page}")
    return {
        "period": period,
        "commune": commune,
        "changed": changed,
        "figures": count,
        "findings": len(found),
        "held": " ".join(held),
        "message": f"{commune}, kỳ {period}: {start}; {count} chỉ tiêu. {' '.join(end)}",
    }


@app.command()
def findings(
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    workbook: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Ghi vào thư mục này bản sao của mỗi sổ tính cần sửa, có đánh dấu từng ô, để gửi lại đơn vị.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Liệt kê những ô chưa đúng: tệp, trang, ô, đã ghi gì, cần là gì, phải làm gì.

    Ví dụ: returns findings · returns findings --format csv > phat-hien.csv · returns findings --workbook gui-lai
    """
    if workbook is not None and release:
        _fail("--workbook đánh dấu sổ tính đang có, không phải của một bản đã phát hành. Bỏ một trong hai.")
    from pipelines import published

    store, period, commune = _return_set(raw, data, period, commune, release)
    rows = published.findings(store, period, commune)
    if output is Format.TABLE:
        for row in rows:
            print(f"[{row['code']}] {row['message']}")
            if row["suggestion"]:
                print(f"    Gợi ý: {row['suggestion']}")
        if not rows:
            print("Không có phát hiện nào.")
    else:
        _print(output, FINDING_COLUMNS, rows)
    if workbook is not None:
        told = _mark(workbook, Settings.of(raw, data), store, period, commune, rows)
        print("\n".join(told), file=sys.stdout if output is Format.TABLE else sys.stderr)
    sys.exit(HELD if any(row["severity"] == "error" for row in rows) else CLEAN)


def _mark(
    folder: Path, settings: Settings, store: Any, period: str, commune: str, rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Write the marked copies; return the sentences on what was written and what was not."""
    from pipelines import marked, published
    from pipelines.raw import Raw, ReturnSetKey

    files = published.files(store, period, commune)
    done = marked.write(Raw(settings.raw), ReturnSetKey(period, commune), rows, files, folder)
    written = [f"Đã ghi {path}." for path in done.written] or ["Không có sổ tính nào cần gửi lại."]
    return [*written, *done.left_out]


@app.command(context_settings={"ignore_unknown_options": True})  # a number such as -5 is no option
def correct(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Tên tệp, ví dụ na_lia.xlsx.")],
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="Tên trang, ví dụ «Chăn nuôi».")],
    cell: Annotated[str, typer.Argument(metavar="CELL", help="Địa chỉ ô, ví dụ D13.")],
    new: Annotated[
        str | None, typer.Argument(metavar="NEW", help="Số mới; bỏ trống khi dùng --as-is.", show_default=False)
    ] = None,
    reason: Annotated[str, typer.Option(help="Lý do: đã hỏi ai, vì sao. Bắt buộc.", show_default=False)] = "",
    suggestion: Annotated[str, typer.Option("--from", help="Gợi ý đã xem.", show_default=False)] = "",
    who: Annotated[str, typer.Option(envvar=WHO_VARIABLE, help="Chức danh người quyết định.")] = WHO,
    refuse: Annotated[bool, typer.Option("--refuse", help="Từ chối gợi ý NEW; gợi ý này không đưa ra nữa.")] = False,
    as_is: Annotated[bool, typer.Option("--as-is", help="Đơn vị xác nhận số đã ghi là đúng, dù có cảnh báo.")] = False,
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Ghi một quyết định vào sổ đính chính: số mới của một ô, từ chối một gợi ý, hoặc giữ nguyên một số.

    Ví dụ: returns correct na_lia.xlsx "Chăn nuôi" D13 267 --reason "Trưởng thôn xác nhận ghi nhầm"
    · returns correct thcs.xlsx THCS D21 --as-is --reason "Trường xác nhận" · thêm --refuse để từ chối gợi ý
    """
    from pipelines.ledger import Ledger, Place
    from pipelines.raw import Raw
    from pipelines.steps.correct import LEDGER_COLUMNS

    if refuse and as_is:
        _fail("Chỉ dùng một trong hai: --refuse hoặc --as-is.")
    if as_is and new is not None:
        _fail("--as-is giữ nguyên số đã ghi, nên không kèm số mới. Bỏ số mới, hoặc bỏ --as-is.")
    if not as_is and (new is None or new.startswith("--")):
        _fail(
            f"Thiếu {'giá trị của gợi ý bị từ chối' if refuse else 'số mới'} sau địa chỉ ô. Xem: returns correct --help"
        )
    settings = Settings.of(raw, data)
    returns = Raw(settings.raw)
    known = returns.return_sets()
    period, commune = _only([key.pair for key in known], period, commune)
    ledger = Ledger(returns, next(key for key in known if key.pair == (period, commune)))
    place = Place(file, sheet, cell)
    if as_is:
        _refuse_needless(settings, period, commune, place)
        entry = ledger.confirm(place, reason=reason, who=who)
        done = f"giữ nguyên «{entry['new']}» ở"
    elif refuse:
        entry = ledger.refuse(place, new or "", reason=reason, who=who, suggestion=suggestion)
        done = f"từ chối gợi ý «{entry['new']}» cho"
    else:
        entry = ledger.accept(place, new or "", reason=reason, who=who, suggestion=suggestion)
        done = f"đính chính «{entry['old']}» thành «{entry['new']}» ở"
    if output is Format.TABLE:
        where = f"ô {entry['cell']}, trang «{entry['sheet']}», tệp {entry['file']}"
        print(f"Đã ghi vào sổ đính chính: {done} {where}. Chạy: returns refresh")
    else:
        _print(output, ("period", "commune", *LEDGER_COLUMNS), [{"period": period, "commune": commune, **entry}])


def _refuse_needless(settings: Settings, period: str, commune: str, place: Any) -> None:
    """Stop where keeping a number could change nothing: its cell has an error, or no warning that names it first."""
    from pipelines import published
    from pipelines.storage import Store
    from schemas.problems import Problems
    from schemas.text import fold

    store = Store(settings.data)
    if (period, commune) not in published.checked_sets(store):
        return
    cell = place.cell.strip().replace("$", "").upper()
    rows = [
        row
        for row in published.findings(store, period, commune)
        if row["file"] == place.file and fold(row["sheet"]) == fold(place.sheet) and cell in row["cells"].split(";")
    ]
    named = [row for row in rows if row["cells"].split(";")[0] == cell]
    stale = Problems.LEDGER_STALE.value.code
    if errors := [row["code"] for row in named if row["severity"] == "error" and row["code"] != stale]:
        _fail(
            f"Ô {cell}, tệp {place.file} đang có lỗi ({', '.join(errors)}); lỗi thì không giữ nguyên được. "
            "Hỏi lại đơn vị báo cáo rồi ghi đính chính. Nếu tệp vừa thay, chạy trước: returns refresh"
        )
    if not named:
        first = ", ".join(dict.fromkeys(row["cells"].split(";")[0] for row in rows if row["severity"] != "error"))
        hint = f"Cảnh báo có ô này đứng tên ô {first}: ghi --as-is cho ô đó. " if first else ""
        _fail(
            f"Không có cảnh báo nào đứng tên ô {cell}, tệp {place.file}, nên không có gì để giữ nguyên. {hint}"
            "Xem: returns findings; nếu tệp vừa thay, chạy trước: returns refresh"
        )


@app.command()
def figures(
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    place: Annotated[
        str, typer.Option(help="Mã địa bàn cấp trên (huyện, tỉnh, vn) thay cho xã.", show_default=False)
    ] = "",
) -> None:
    """Liệt kê các chỉ tiêu đã công bố.

    Ví dụ: returns figures · returns figures --format csv · returns figures --place chi-lang
    """
    from pipelines import published

    store, period, commune = _return_set(raw, data, period, commune, release)
    if place and release:
        _fail("Bản phát hành chỉ giữ chỉ tiêu của xã, không có của cấp trên. Bỏ --place, hoặc bỏ --release.")
    held = {} if place else published.held_forms(published.findings(store, period, commune))
    rows = published.figures(store, period, place or commune)
    missing = _never_published(period, rows, held)
    for row in rows:
        if not held.keys().isdisjoint(row["forms"].split()):
            row["status"] = "held"
    shown = [row | {"value": _plain(row["value"])} for row in [*rows, *missing]]
    _print(output, FIGURE_COLUMNS, shown)
    sys.exit(HELD if held else CLEAN)


def _never_published(period: str, rows: Sequence[Mapping[str, Any]], held: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return rows without a value for figures that are held back and have never been published."""
    if not held:
        return []
    from schemas.figures import CHAPTERS

    known = {row["id"] for row in rows}
    return [
        {
            "id": figure.id,
            "label": figure.label,
            "value": None,
            "unit": figure.unit.label,
            "scope": "commune",
            "period": period,
            "status": "held",
            "reported": 0,
            "expected": None,
        }
        for chapter in CHAPTERS
        for figure in chapter.figures
        if figure.id not in known and not figure.per_record and {form.code for form in figure.forms} & set(held)
    ]


@app.command()
def statements(
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    by_chapter: Annotated[
        bool, typer.Option("--by-chapter", help="Chỉ in bảng đếm theo chương, dạng Markdown.")
    ] = False,
) -> None:
    """So từng con số kế hoạch in ra với con số tính được.

    Ví dụ: returns statements · returns statements --format csv > doi-chieu.csv
    """
    from pipelines import published

    store, period, commune = _return_set(raw, data, period, commune, release)
    rows = published.statements(store, period, commune)
    if not rows:
        _fail(f"Kế hoạch của {commune}, kỳ {period} chưa có tệp printed.csv, nên chưa có gì để đối chiếu.")
    conflicts = [row for row in rows if row["verdict"] == "conflict"]
    if by_chapter:
        _print_by_chapter(rows, published.figures(store, period, commune))
    elif output is Format.TABLE:
        for row in conflicts:
            print(f"[{row['id']}, {row['section']}] {row['note']}")
        counts = Counter(row["verdict"] for row in rows)
        print(", ".join(f"{VERDICTS[verdict]}: {counts[verdict]}" for verdict in VERDICTS))
    else:
        _print(output, STATEMENT_COLUMNS, rows)
    sys.exit(HELD if conflicts else CLEAN)


def _print_by_chapter(rows: Sequence[Mapping[str, Any]], computed: Sequence[Mapping[str, Any]]) -> None:
    chapter_of = {row["id"]: row["chapter"] for row in computed}
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(chapter_of.get(row["id"], "-"), Counter())[row["verdict"]] += 1
    print(f"| chapter | printed | {' | '.join(VERDICTS)} |")
    print(f"|---|{'--:|' * (len(VERDICTS) + 1)}")
    for chapter, count in [*sorted(counts.items()), ("**total**", sum(counts.values(), Counter()))]:
        print(f"| {chapter} | {count.total()} | {' | '.join(str(count[verdict]) for verdict in VERDICTS)} |")


@app.command()
def trace(
    figure: Annotated[str, typer.Argument(metavar="ID", help="Mã chỉ tiêu, ví dụ budget.revenue.total.")],
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
) -> None:
    """Truy một con số về từng ô của từng sổ tính đã gửi.

    Ví dụ: returns trace livestock.horse.white.share · returns trace budget.revenue.total --format json
    """
    from pipelines import published

    store, period, commune = _return_set(raw, data, period, commune, release)
    found = [row for row in published.figures(store, period, commune) if row["id"] == figure]
    if not found:
        _fail(f"Không có chỉ tiêu «{figure}» trong kỳ {period} của {commune}. Xem danh sách bằng: returns figures")
    row, cells = found[0], published.lineage(store, period, commune, figure)
    held = published.held_forms(published.findings(store, period, commune))
    if not held.keys().isdisjoint(row["forms"].split()):
        row["status"] = "held"
    traced = {
        "id": row["id"],
        "value": _number(row["value"]),
        "formula": row["formula"],
        "label": row["label"],
        "unit": row["unit"],
        "period": period,
        "status": row["status"],
        "sources": [_source(cell) for cell in cells],
    }
    if output is Format.JSON:
        print(json.dumps(traced, ensure_ascii=False, indent=2))
    elif output is Format.CSV:
        columns = (
            "form",
            "field",
            "reporter",
            "file",
            "sha256",
            "sheet",
            "cell",
            "text",
            "value",
            "note",
            "correction",
            "confirmed",
        )
        told = [
            source | {name: (source[name] or {}).get("reason", "") for name in ("correction", "confirmed")}
            for source in traced["sources"]
        ]
        _print(output, columns, told)
    else:
        _print_tree(traced)


def _source(cell: Mapping[str, Any]) -> dict[str, Any]:
    correction = None
    if cell["correction"]:
        correction = {
            "old": cell["received"],
            "new": cell["text"],
            "reason": cell["correction"],
            "who": cell["corrected_by"],
        }
    confirmed = {"reason": cell["confirmed"], "who": cell["confirmed_by"]} if cell["confirmed"] else None
    names = ("form", "field", "reporter", "file", "sha256", "sheet", "cell")
    return {name: cell[name] for name in names} | {
        "text": cell["received"],
        "value": _number(cell["value"]),
        "correction": correction,
        "confirmed": confirmed,
        "note": cell["note"],
    }


def _print_tree(traced: Mapping[str, Any]) -> None:
    from rich.tree import Tree

    value = "chưa đủ số liệu" if traced["value"] is None else f"{_vietnamese(traced['value'])} {traced['unit']}"
    tree = Tree(f"{traced['label']}: {value}   [{traced['id']}, {traced['period']}]", highlight=False)
    tree.add(f"Công thức: {traced['formula']}")
    if traced["status"] == "held":
        tree.add("Số liệu mới đang bị giữ lại; đây là số đã chấp nhận trước đó. Xem: returns findings")
    fields: dict[tuple[str, str], Any] = {}
    for source in traced["sources"]:
        key = (source["form"], source["field"])
        branch = fields.get(key) or fields.setdefault(key, tree.add(f"Biểu {source['form']}, {source['field']}"))
        leaf = branch.add(
            f"{source['reporter']}: {source['file']} · {source['sheet']} · ô {source['cell']} ghi «{source['text']}»"
            f" = {_vietnamese(source['value'])}   sha256 {source['sha256'][:12]}"
        )
        if source["correction"]:
            made = source["correction"]
            leaf.add(f"Đính chính «{made['old']}» thành «{made['new']}» ({made['who']}): {made['reason']}")
        if source["confirmed"]:
            kept = source["confirmed"]
            leaf.add(f"Giữ nguyên theo xác nhận ({kept['who']}): {kept['reason']}")
        if source["note"]:
            leaf.add(f"Ghi chú: {source['note']}")
    _console().print(tree)


def _console() -> Any:
    """Return a console that wraps on a terminal, and cuts nothing where the output goes into a file or a pipe."""
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_WIDE)


_WIDE = 4000


USES_COLUMNS = ("id", "label", "value", "unit", "status", "form", "field", "reporter", "text", "sha256")


@app.command()
def uses(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Tên tệp, ví dụ na_lia.xlsx.")],
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="Tên trang, ví dụ «Chăn nuôi».")],
    cell: Annotated[str, typer.Argument(metavar="CELL", help="Địa chỉ ô, ví dụ D13.")],
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Truy ngược: những chỉ tiêu nào dùng đến một ô của một sổ tính.

    Ví dụ: returns uses na_lia.xlsx "Chăn nuôi" D13 · returns uses thcs.xlsx THCS D21 --format json
    """
    from pipelines import published
    from schemas.text import fold

    store, period, commune = _return_set(raw, data, period, commune)
    cell = cell.strip().replace("$", "").upper()
    edges = [row for row in published.uses(store, period, commune, file, cell) if fold(row["sheet"]) == fold(sheet)]
    if not edges:
        written = _written(published.filled(store, period, commune, file), f"{commune}, kỳ {period}", file, sheet, cell)
        if output is Format.TABLE:
            read = [
                row for row in published.asked(store, period, commune, file, cell) if fold(row["sheet"]) == fold(sheet)
            ]
            held = published.held_forms(published.findings(store, period, commune))
            waiting = ", ".join(sorted({row["form"] for row in read} & held.keys()))
            why = (
                f"biểu {waiting} đang bị giữ lại nên số này chưa được dùng. Xem: returns findings"
                if waiting
                else "không có chỉ tiêu nào dùng đến ô này."
            )
            print(f"Ô {cell}, trang «{sheet}», tệp {file} ghi «{written}»; {why}")
        else:
            _print(output, USES_COLUMNS, [])
        return
    held = published.held_forms(published.findings(store, period, commune))
    computed = {row["id"]: row for row in published.figures(store, period, commune)}
    rows = []
    for edge in edges:
        figure = computed[edge["figure"]]
        status = figure["status"] if held.keys().isdisjoint(figure["forms"].split()) else "held"
        told = {name: figure[name] for name in ("id", "label", "value", "unit", "formula")}
        rows.append({**edge, **told, "status": status, "text": edge["received"]})
    if output is Format.TABLE:
        _print_uses(edges, rows)
    else:
        _print(output, USES_COLUMNS, rows)


def _written(cells: Sequence[Mapping[str, Any]], where: str, file: str, sheet: str, cell: str) -> str:
    """Return what a cell that no figure uses says; stop where there is no such cell."""
    from schemas.text import fold

    if not cells:
        _fail(
            f"Không có sổ tính «{file}» đã đọc của {where}. Tên tệp viết như trong thư mục báo cáo, ví dụ na_lia.xlsx."
        )
    own = [row for row in cells if fold(row["sheet"]) == fold(sheet)]
    if not own:
        names = ", ".join(f"«{name}»" for name in dict.fromkeys(row["sheet"] for row in cells))
        _fail(f"Tệp {file} không có trang «{sheet}». Các trang: {names}.")
    texts = [str(row["text"]) for row in own if row["cell"] == cell]
    if not texts:
        _fail(f"Trang «{sheet}» của tệp {file} không có ô «{cell}» nào có nội dung.")
    return texts[0]


def _print_uses(edges: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.tree import Tree

    first = _source(edges[0])
    tree = Tree(
        f"{first['file']} · {first['sheet']} · ô {first['cell']} ghi «{first['text']}» = {_vietnamese(first['value'])}"
        f"   sha256 {first['sha256'][:12]}",
        highlight=False,
    )
    if first["correction"]:
        made = first["correction"]
        tree.add(f"Đính chính «{made['old']}» thành «{made['new']}» ({made['who']}): {made['reason']}")
    fields: dict[tuple[str, ...], Any] = {}
    for row in rows:
        key = (row["form"], row["field"], row["reporter"])
        branch = fields.get(key) or fields.setdefault(key, tree.add(f"Biểu {key[0]}, {key[1]}, {key[2]}"))
        value = "chưa đủ số liệu" if row["value"] is None else f"{_vietnamese(_number(row['value']))} {row['unit']}"
        held = "   (số liệu mới đang bị giữ lại)" if row["status"] == "held" else ""
        branch.add(f"{row['label']}: {value}   [{row['id']}]{held}").add(f"Công thức: {row['formula']}")
    _console().print(tree)


@app.command()
def dictionary(
    output: OutputFormat = Format.TABLE,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Thư mục ghi từ điển.",
            show_default="dictionary trong thư mục kết quả",
        ),
    ] = None,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Ghi từ điển dữ liệu: mọi biểu, chỉ tiêu, quy tắc, bảng và cột, từ nơi khai báo.

    Ví dụ: returns dictionary · returns dictionary --output tu-dien · returns dictionary --format csv > tu-dien.csv
    """
    from pipelines import dictionary as made
    from pipelines.storage import write_whole

    said = made.contents()
    if output is Format.JSON:
        print(json.dumps(said, ensure_ascii=False, indent=2))
    elif output is Format.CSV:
        _print(output, made.ENTRY_COLUMNS, made.entries(said))
    # Who asks for data on the standard output gets no files, but where a folder is named.
    if output is not Format.TABLE and folder is None:
        return
    parts = made.sections(said)
    for name, text in (("md", made.markdown(parts)), ("html", made.html(parts))):
        path = (folder or Settings.of(raw, data).data / "dictionary") / f"data-dictionary.{name}"
        write_whole(path, lambda file, text=text: file.write(text.encode()))  # type: ignore[misc]
        print(f"Đã ghi {path}.", file=sys.stdout if output is Format.TABLE else sys.stderr)


@app.command()
def release(
    name: Named,
    despite: Annotated[
        str, typer.Option(metavar="REASON", help="Lý do vẫn phát hành dù còn biểu bị giữ lại.", show_default=False)
    ] = "",
    commune: Commune = "",
    period: PeriodCode = "",
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Phát hành: giữ nguyên mãi mãi các chỉ tiêu của một bộ báo cáo, cùng mọi thứ cần để tính lại chúng.

    Ví dụ: returns release 2024-h1-lan-1 · returns release 2024-h1-tam --despite "Chờ Pá Phào, trình trước 10/7"
    """
    store, period, commune = _return_set(raw, data, period, commune)
    from pipelines.raw import Raw, ReturnSetKey
    from pipelines.release import HeldBackError, make

    try:
        made = make(Raw(Settings.of(raw, data).raw), store, ReturnSetKey(period, commune), name, despite=despite)
    except HeldBackError as reason:
        print(reason, file=sys.stderr)
        sys.exit(HELD)
    rows, archived = made.manifest["rows"], sum(len(one["workbooks"]) for one in made.manifest["accepted"])
    print(
        f"Đã phát hành «{name}» vào {made.folder}: {rows['figures']} chỉ tiêu, {rows['statements']} số kế hoạch in, "
        f"{archived} sổ tính nguồn. Ghi mã này vào biên bản để sau đối chiếu: {made.seal}"
    )


DIFFERENCE_COLUMNS = ("where", "released", "now", "message")


@app.command()
def verify(name: Named, output: OutputFormat = Format.TABLE, data: Data = "", raw: RawFolder = "") -> None:
    """Kiểm tra một bản phát hành: từng byte còn nguyên, và tính lại từ các sổ tính đã lưu vẫn ra đúng số đó.

    Ví dụ: returns verify 2024-h1-lan-1 · returns verify 2024-h1-lan-1 --format json
    """
    from pipelines.release import verify as verified

    found = verified(Settings.of(raw, data).data, name)
    for note in found.notes:
        print(note, file=sys.stdout if output is Format.TABLE else sys.stderr)
    if output is not Format.TABLE:
        _print(output, DIFFERENCE_COLUMNS, [vars(one) for one in found.differences])
    elif found.differences:
        print("\n".join(one.message for one in found.differences))
        print(f"Bản phát hành «{name}»: {len(found.differences)} chỗ không như lúc phát hành.")
    else:
        files = len(found.release.manifest["files"])
        print(
            f"Bản phát hành «{name}»: {files} tệp còn nguyên vẹn, {found.figures} chỉ tiêu tính lại từ sổ tính đã lưu "
            f"đều khớp. Mã của bản kê: {found.release.seal}"
        )
    sys.exit(HELD if found.differences else CLEAN)


DIFF_COLUMNS = (
    *("id", "label", "change", "old", "new", "unit", "form", "field", "reporter", "line"),
    *(f"{side}_{name}" for name in ("file", "sheet", "cell", "text", "value", "correction") for side in ("old", "new")),
)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="Bản phát hành trước.")],
    new: Annotated[str, typer.Argument(metavar="B", help="Bản phát hành sau.")],
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """So hai bản phát hành: chỉ tiêu nào đổi, do ô nào, đính chính nào.

    Ví dụ: returns diff 2024-h1-lan-1 2024-h1-lan-2 · returns diff 2024-h1-lan-1 2024-h1-lan-2 --format csv
    """
    from pipelines.released import differences, opened

    root = Settings.of(raw, data).data
    before, after = opened(root, old), opened(root, new)
    changes = differences(before, after)
    if output is Format.TABLE:
        for change in changes:
            print("\n".join(_told_change(change)))
        same = "" if changes else "Không chỉ tiêu nào đổi. "
        told = [f"«{one.name}» ({one.commune}, kỳ {one.period}, {one.manifest['created']})" for one in (before, after)]
        print(f"{same}Đã so {' với '.join(told)}: {len(changes)} chỉ tiêu đổi.")
    else:
        _print(output, DIFF_COLUMNS, [row for change in changes for row in _flat_changes(change)])


def _told_change(change: Mapping[str, Any]) -> Iterator[str]:
    one, other = change["old"], change["new"]
    named = f"{change['id']} «{change['label']}»"
    if one is None or other is None:
        how = "mới có" if one is None else "không còn"
        yield f"{named}: {how}, {_shown((other or one)['value'])} {change['unit']}"
    else:
        names = [
            name for name in ("value", "unit", "status", "reported", "expected", "formula") if name in change["change"]
        ]
        told = [f"{_CHANGED[name]}{_shown(one[name])} → {_shown(other[name])}" for name in names]
        yield f"{named}: {'; '.join(told) or 'chỉ đổi ở phần đã làm tròn'}"
    for cell in change["cells"]:
        at = cell["new"] or cell["old"]
        sides = " → ".join(_cell_said(cell[side]) for side in ("old", "new"))
        yield f"    {cell['reporter']}: {at['file']} · {at['sheet']} · ô {at['cell']}: {sides}"
        yield from _changed_correction(cell)
    if not change["cells"] and change["software"]:
        yield "    Không ô nào đổi: hai bản do hai phiên bản phần mềm khác nhau tính."


_CHANGED = {
    "value": "",
    "unit": "đơn vị tính ",
    "status": "tình trạng ",
    "reported": "đã báo cáo ",
    "expected": "phải báo cáo ",
    "formula": "công thức ",
}


def _shown(value: Any) -> str:
    return f"«{value}»" if isinstance(value, str) else _vietnamese(_jsonable(value))


def _cell_said(cell: Mapping[str, Any] | None) -> str:
    return "không có" if cell is None else f"«{cell['received']}» = {_shown(cell['value'])}"


def _changed_correction(cell: Mapping[str, Any]) -> Iterator[str]:
    one, other = (cell[side] or {"correction": "", "text": ""} for side in ("old", "new"))
    if (one["correction"], one["text"]) == (other["correction"], other["text"]):
        return
    for word, made in (("Bỏ đính chính", one), ("Đính chính", other)):
        if made["correction"]:
            change = f"«{made['received']}» thành «{made['text']}»"
            yield f"        {word} {change} ({made['corrected_by']}): {made['correction']}"


def _flat_changes(change: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row per cell behind a changed figure, and one without a cell where none of them changed."""
    figure = {name: change[name] for name in ("id", "label", "unit")} | {"change": " ".join(change["change"])}
    figure |= {side: (change[side] or {}).get("value") for side in ("old", "new")}
    for cell in change["cells"] or [{"old": None, "new": None}]:
        row = dict.fromkeys(DIFF_COLUMNS) | figure
        row |= {name: cell.get(name, "") for name in ("form", "field", "reporter", "line")}
        for side in ("old", "new"):
            said = cell[side] or {}
            row |= {f"{side}_{name}": said.get(name) for name in ("file", "sheet", "cell", "value", "correction")}
            row[f"{side}_text"] = said.get("received")
        yield row


@app.command()
def form(
    code: Annotated[str, typer.Argument(metavar="FORM", help="Mã biểu, ví dụ B01.")],
    reporter: Annotated[str, typer.Option(help="Mã đơn vị báo cáo, ví dụ na_lia.")],
    commune: Commune = "",
    period: PeriodCode = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Tệp .xlsx sẽ ghi.", show_default="FORM-REPORTER.xlsx")
    ] = None,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Ghi một biểu mẫu trống cho một đơn vị báo cáo.

    Ví dụ: returns form B01 --reporter na_lia
    """
    from pipelines.blank import workbook
    from pipelines.raw import Raw
    from schemas.forms import BY_CODE
    from schemas.periods import Period

    settings = Settings.of(raw, data)
    returns = Raw(settings.raw)
    period, commune = _only([key.pair for key in returns.return_sets()], period, commune)
    if code not in BY_CODE:
        _fail(f"Không có biểu «{code}». Các biểu: {', '.join(BY_CODE)}.")
    wanted = BY_CODE[code]
    known = {place.code: place for place in returns.places.reporters(commune, wanted.reporter_kind)}
    if reporter not in known:
        _fail(f"Biểu {code} không do «{reporter}» báo cáo. Các đơn vị: {', '.join(known)}.")
    place = returns.places.commune(commune)
    content = workbook(
        [wanted], period=Period.parse(period), commune=place.name if place else commune, reporter=known[reporter].title
    )
    path = output or Path(f"{code}-{reporter}.xlsx")
    path.write_bytes(content)
    print(f"Đã ghi {path}.")


@app.command()
def ui(
    data: Data = "",
    raw: RawFolder = "",
    port: Annotated[int, typer.Option(help="Cổng trên máy này.")] = 3000,
) -> None:
    """Mở giao diện Dagster tại 127.0.0.1, dùng chung dữ liệu với lệnh refresh."""
    import signal
    from importlib import resources

    Settings.of(raw, data).export()
    workspace = Path(str(resources.files("pipelines"))).parent / "workspace.yaml"
    # Dagster gives SIGTERM the handler of SIGINT; where that is ignored
    # (a job in the background) it could not be stopped.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port)]
    print(
        f"Mở http://127.0.0.1:{port} bằng trình duyệt; bấm Ctrl+C để dừng. Dữ liệu: {os.environ[HOME_VARIABLE]}",
        flush=True,
    )
    os.execv(sys.executable, command)


def _return_set(raw: str, data: str, period: str, commune: str, release: str = "") -> tuple[Any, str, str]:
    """Return the store, and the one return set that the options mean; of a release, its frozen tables and its set."""
    from pipelines.published import checked_sets
    from pipelines.storage import Store

    store = Store(Settings.of(raw, data).data)
    if release:
        from pipelines.released import opened

        frozen = opened(store.root, release)
        return frozen.tables, *_only([(frozen.period, frozen.commune)], period, commune)
    known = checked_sets(store)
    if not known:
        _fail(f"Chưa có kết quả nào trong {store.root}. Chạy trước: returns refresh")
    return store, *_only(known, period, commune)


def _only(known: Sequence[tuple[str, str]], period: str, commune: str) -> tuple[str, str]:
    fitting = [key for key in known if period in ("", key[0]) and commune in ("", key[1])]
    if len(fitting) == 1:
        return fitting[0]
    listed = "; ".join(f"--period {one} --commune {other}" for one, other in (fitting or known))
    _fail(f"{'Có nhiều bộ báo cáo, chọn một' if fitting else 'Không có bộ báo cáo này; hiện có'}: {listed}.")


@contextmanager
def _progress(title: str) -> Iterator[Any]:
    """Show a bar on the error stream, so that the output stays clean, and only where somebody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def told(step: str, steps: int) -> None:
            bar.update(task, advance=1, total=steps, description=f"{title}: {step}")

        yield told


def _print(output: Format, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    if output is Format.JSON:
        print(
            json.dumps([{name: _jsonable(row[name]) for name in columns} for row in rows], ensure_ascii=False, indent=2)
        )
    elif output is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(row[name]) for name in columns] for row in rows)
    else:
        from rich.table import Table

        table = Table(highlight=False)
        for name in columns:
            # Ids and numbers are of no use cut in half; words can wrap.
            table.add_column(name, no_wrap=name in ("id", "value"), justify="right" if name == "value" else "left")
        for row in rows:
            table.add_row(*(str(_plain(row[name])) for name in columns))
        _console().print(table)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "" if value is None else value


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _jsonable(value: Any) -> Any:
    return _number(value) if isinstance(value, Decimal) else value


def _vietnamese(value: float | None) -> str:
    if value is None:
        return "trống"
    whole, _, decimals = f"{Decimal(str(value)):,f}".partition(".")
    return whole.replace(",", ".") + (f",{decimals}" if decimals else "")


if __name__ == "__main__":
    main()
