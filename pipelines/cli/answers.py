"""Verbs that answer from what was published: ``findings``, ``figures``, ``statements``, ``trace``, ``uses``.

Belongs here: choosing and printing rows. Does not belong here: reading tables (``pipelines.store.published``),
walking from figures to cells (``pipelines.present.tracing``).
"""

import shlex
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli import above, completion, found
from pipelines.cli.base import CLEAN, HELD, fail, verb
from pipelines.cli.messages import either, later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import (
    Cell,
    Commune,
    Data,
    File,
    Format,
    OutputFormat,
    PeriodCode,
    PlaceCode,
    RawFolder,
    ReleaseName,
    Sheet,
    return_set,
    titles,
    words_of,
)
from pipelines.cli.output import plain, print_json, print_rows, print_tree
from pipelines.settings import Settings, today
from schemas.findings import task_of
from schemas.kept import PRINTED_FILE
from schemas.listed import first_of
from schemas.outcomes import Severity, Status, Verdict
from schemas.problems import Problems
from schemas.words import VERDICTS, WORDS


@verb(
    later("Liệt kê những ô chưa đúng: tệp, trang, ô, đã ghi gì, cần là gì, phải làm gì."),
    "returns findings",
    "returns findings --format csv > phat-hien.csv",
    "returns findings --workbook gui-lai",
    "returns findings --place chi-lang",
)
def findings(
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    place: PlaceCode = "",
    workbook: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help=later("Ghi vào thư mục này bản sao của mỗi sổ tính cần sửa, có đánh dấu từng ô, để gửi lại đơn vị."),
            show_default=False,
        ),
    ] = None,
) -> None:
    """List what is wrong, cell by cell; exit 1 where a form is held back."""
    if workbook is not None and release:
        fail(_("--workbook đánh dấu sổ tính đang có, không phải của một bản đã phát hành. Bỏ một trong hai."))
    above.refuse_contradictions(raw, place, commune, release)
    if (territory := above.territory(raw, data, period, place) if place else None) is not None:
        if workbook is not None:
            fail(_("--workbook đánh dấu sổ tính của một xã. Chọn xã bằng --commune."))
        sys.exit(above.print_findings(territory, raw, output))
    from pipelines.store import published
    from schemas import tables

    store, key = return_set(raw, data, period, place or commune, release)
    rows = published.findings(store, key)
    gone = not release and above.print_missing(raw, [key], output)
    if output is Format.TABLE:
        if not release:  # a release holds no list of who was to report
            print("\n".join(_completeness(raw, data, key, rows)), end="\n\n")
        which = {"--period": period, "--commune": place or commune}
        for row in rows:
            print("\n    ".join([*published.sentences_of(row), *(() if release else _settling(row, which))]))
        if not rows:
            print(_("Không có phát hiện nào."))
    else:
        print_rows(output, tables.in_folder(tables.TOLD), rows)
    if workbook is not None:
        written = _mark(workbook, Settings.of(raw, data), store, key, rows)
        print("\n".join(written), file=sys.stdout if output is Format.TABLE else sys.stderr)
    sys.exit(HELD if gone or any(row["severity"] == Severity.ERROR for row in rows) else CLEAN)


def _settling(row: Mapping[str, Any], which: Mapping[str, str]) -> Iterator[str]:
    """Yield the command that keeps the number of a finding as it is, or takes estimates back, where that may be.

    Args:
        row: The finding.
        which: The options that chose its return set.
    """
    named = [word for option, said in which.items() if said for word in (option, said)]
    if task_of(row).kept:
        cell = (row["file"], row["sheet"], first_of(row["cells"]), "--as-is")
        yield _("Giữ nguyên: {command}").format(command=f"returns correct {shlex.join([*cell, *named])} --reason …")
    if row["code"] == Problems.ESTIMATE_PASSED.value.code:
        words = shlex.join([row["reporter"], row["written"], *named])
        yield _("Bỏ số ước: {command}").format(command=f"returns estimate {words} --reason …")


def _completeness(raw: str, data: str, key: Any, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    from pipelines.present.completeness import completeness
    from pipelines.store import closings
    from pipelines.store.raw import Raw

    folders = Settings.of(raw, data)
    shut = closings.closed(folders.data, key) is not None
    return completeness(key.period, key.commune, rows, Raw(folders.raw).places).lines(today(), closed=shut)


def _mark(folder: Path, settings: Settings, store: Any, key: Any, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write the marked copies; return the sentences on what was written and what was not."""
    from pipelines.present import marked
    from pipelines.store import published
    from pipelines.store.raw import Raw

    files = published.files(store, key)
    done = marked.write(Raw(settings.raw), key, rows, files, folder, published.corrected(store, key))
    written = [_("Đã ghi {path}.").format(path=path) for path in done.written]
    written = written or [_("Không có sổ tính nào cần gửi lại.")]
    return [*written, *done.left_out]


FIGURE_COLUMNS = ("id", "label", "value", "unit", "scope", "period", "status", "reported", "expected")


@verb(
    later("Liệt kê các chỉ tiêu đã công bố."),
    "returns figures",
    "returns figures ngựa --chapter livestock",
    "returns figures --format csv",
    "returns figures --place chi-lang",
)
def figures(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORD...",
            help=later("Chỉ những chỉ tiêu có các chữ này trong tên hoặc mã; gõ có dấu hoặc không dấu."),
            show_default=False,
        ),
    ] = None,
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    place: PlaceCode = "",
    chapter: Annotated[
        str,
        typer.Option(
            help=later("Chỉ một chương: mã, hoặc chữ trong tên chương."),
            autocompletion=completion.chapters,
            show_default=False,
        ),
    ] = "",
) -> None:
    """List the published figures; exit 1 where a form is held back."""
    from pipelines.store import published

    above.refuse_contradictions(raw, place, commune, release)
    names: Mapping[str, Sequence[str]] = {}
    of_place = above.figures(raw, data, period, place) if place else None
    if of_place is None:
        store, key = return_set(raw, data, period, place or commune, release)
        told = published.findings(store, key)
        rows: list[dict[str, Any]] = [*published.figures(store, key)]
        names = _lacking(raw, data, store, key, rows, told) if output is Format.TABLE else {}
        forms = published.held_forms(told)
        for row in rows:
            row["status"] = published.status(row, forms)
        rows, held = [*rows, *_never_published(key.period, rows, forms)], bool(forms)
    else:
        rows, held = of_place
    shown = found.chosen(rows, " ".join(words or ()), chapter)
    if output is Format.TABLE:
        found.print_figures(shown, names)
    else:
        print_rows(output, FIGURE_COLUMNS, [{**row, "value": plain(row["value"])} for row in shown])
    sys.exit(HELD if held else CLEAN)


def _lacking(
    raw: str, data: str, store: Any, key: Any, rows: Sequence[dict[str, Any]], told: Sequence[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Return, by id of each figure, the names of the reporters whom it lacks by what findings tell."""
    from pipelines.store import published
    from pipelines.store.raw import Raw

    if all(row["value"] is not None for row in rows):
        return {}
    places = Raw(Settings.of(raw, data).raw).places
    unsent, blanks = published.unsent(told), published.blanks(store, key)
    each = {row["id"]: published.lacking(row, unsent, blanks.get(row["id"], ())) for row in rows}
    return {
        name: [places.title(key.commune, code) for code in dict.fromkeys((*unsent, *blank))]
        for name, (unsent, blank) in each.items()
    }


def _never_published(period: str, rows: Sequence[Mapping[str, Any]], held: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return rows without a value for figures that are held back and have never been published."""
    if not held:
        return []
    from schemas.catalogue import CATALOGUE

    known = {row["id"] for row in rows}
    return [
        {
            "id": figure.id,
            "label": figure.label,
            "value": None,
            "unit": figure.unit.label,
            "scope": "commune",
            "period": period,
            "chapter": chapter.code,
            "status": Status.HELD,
            "reported": 0,
            "expected": None,
        }
        for chapter in CATALOGUE.chapters
        for figure in chapter.figures
        if figure.id not in known and not figure.per_record and {form.code for form in figure.forms} & set(held)
    ]


STATEMENT_COLUMNS = ("id", "printed", "value", "computed", "verdict", "section", "note")


@verb(
    later("So từng con số kế hoạch in ra với con số tính được."),
    "returns statements",
    "returns statements --format csv > doi-chieu.csv",
)
def statements(
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    by_chapter: Annotated[
        bool, typer.Option("--by-chapter", help=later("Chỉ in bảng đếm theo chương, dạng Markdown."))
    ] = False,
) -> None:
    """Hold what the plan prints against what was computed; exit 1 where that is in conflict, or not of all that is."""
    if by_chapter and output is not Format.TABLE:
        fail(_("--by-chapter chỉ in dạng Markdown, không in dạng {format}. Bỏ một trong hai.").format(format=output))
    from pipelines.store import published

    store, key = return_set(raw, data, period, commune, release)
    rows, told = published.statements(store, key), published.findings(store, key)
    wrong = [row for row in told if row["file"] == PRINTED_FILE]
    if not rows and wrong:
        fail("\n".join(row["message"] for row in wrong))
    if not rows:
        words = _("Kế hoạch của {commune}, kỳ {period} chưa có tệp printed.csv, nên chưa có gì để đối chiếu.")
        fail(words.format(**words_of(raw, key)))
    conflicts = [row for row in rows if row["verdict"] == Verdict.CONFLICT]
    held = published.held_forms(told)
    for line in (*(row["message"] for row in wrong), *_against_before(held)):
        print(line, file=sys.stdout if output is Format.TABLE and not by_chapter else sys.stderr)
    if by_chapter:
        _print_by_chapter(rows, published.figures(store, key))
    elif output is Format.TABLE:
        for row in conflicts:
            print(f"[{row['id']}, {row['section']}] {row['note']}")
        counts = Counter(row["verdict"] for row in rows)
        print(", ".join(f"{either(WORDS[f'verdict.{verdict}'])}: {counts[verdict]}" for verdict in VERDICTS))
    else:
        print_rows(output, STATEMENT_COLUMNS, rows)
    sys.exit(HELD if conflicts or wrong or held else CLEAN)


def _against_before(held: Collection[str]) -> Iterator[str]:
    """Yield what is to be said of forms that are held back: the plan is held against what they were."""
    if held:
        words = _("Biểu đang bị giữ lại: {forms}; chỉ tiêu của các biểu này là số đã công bố trước đó.")
        yield words.format(forms=", ".join(sorted(held)))


def _print_by_chapter(rows: Sequence[Mapping[str, Any]], computed: Sequence[Mapping[str, Any]]) -> None:
    chapter_of = {row["id"]: row["chapter"] for row in computed}
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(chapter_of.get(row["id"], "-"), Counter())[row["verdict"]] += 1
    print(f"| chapter | printed | {' | '.join(VERDICTS)} |")
    print(f"|---|{'--:|' * (len(VERDICTS) + 1)}")
    for chapter, count in [*sorted(counts.items()), ("**total**", sum(counts.values(), Counter()))]:
        print(f"| {chapter} | {count.total()} | {' | '.join(str(count[verdict]) for verdict in VERDICTS)} |")


@verb(
    later("Truy một con số về từng ô của từng sổ tính đã gửi."),
    "returns trace livestock.horse.white.share",
    "returns trace budget.revenue.total --format json",
    "returns trace ngựa",
    "returns trace budget.revenue.total --place vn",
)
def trace(
    figure: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help=later("Mã chỉ tiêu, ví dụ budget.revenue.total, hoặc tên."),
            autocompletion=completion.figures,
        ),
    ],
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    place: PlaceCode = "",
) -> None:
    """Trace a figure to its cells, or one level down; exit 2 for an unknown id."""
    above.refuse_contradictions(raw, place, commune, release)
    if (territory := above.territory(raw, data, period, place) if place else None) is not None:
        above.print_trace(territory, figure, output)
        return
    from pipelines.present import tracing
    from pipelines.store import published

    store, key = return_set(raw, data, period, place or commune, release)
    try:
        traced = tracing.trace(store, key, figure)
    except tracing.UnknownFigureError:
        found.refuse(published.figures(store, key), figure, listed=output is Format.TABLE)
    if output is Format.JSON:
        print_json(traced)
    elif output is Format.CSV:
        print_rows(output, tracing.SOURCE_COLUMNS, [tracing.flat(source) for source in traced["sources"]])
    else:
        print_tree(tracing.tree(traced, tracing.kinds(store, key, traced["sources"]), titles(raw, key)))


USES_COLUMNS = ("id", "label", "value", "unit", "status", "form", "field", "reporter", "text", "sha256")


@verb(
    later("Truy ngược: những chỉ tiêu nào dùng đến một ô của một sổ tính."),
    'returns uses na_lia.xlsx "Chăn nuôi" D13',
    "returns uses thcs.xlsx THCS D21 --format json",
)
def uses(
    file: File,
    sheet: Sheet,
    cell: Cell,
    commune: Commune = "",
    period: PeriodCode = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
) -> None:
    """Name the figures made of one cell; exit 1 where there is none because its form is held back."""
    from pipelines.present import tracing
    from pipelines.store import published
    from schemas.text import fold

    store, key = return_set(raw, data, period, commune, release)
    cell = cell.strip().replace("$", "").upper()
    edges = [row for row in published.uses(store, key, file, cell) if fold(row["sheet"]) == fold(sheet)]
    if not edges and release:
        words = _("Không có chỉ tiêu nào của bản phát hành «{release}» dùng ô {cell}, trang «{sheet}», tệp {file}.")
        fail(words.format(release=release, cell=cell, sheet=sheet, file=file))
    if not edges:
        where = _("{commune}, kỳ {period}").format(**words_of(raw, key))
        written = _written(published.filled(store, key, file), where, file, sheet, cell)
        read = [row for row in published.asked(store, key, file, cell) if fold(row["sheet"]) == fold(sheet)]
        held = published.held_forms(published.findings(store, key))
        waiting = ", ".join(sorted({row["form"] for row in read} & held.keys()))
        words = (
            _(
                "Ô {cell}, trang «{sheet}», tệp {file} ghi «{written}»; biểu {forms} đang bị giữ lại nên số này "
                "chưa được dùng. Xem: returns findings"
            )
            if waiting
            else _("Ô {cell}, trang «{sheet}», tệp {file} ghi «{written}»; không có chỉ tiêu nào dùng đến ô này.")
        )
        told = words.format(cell=cell, sheet=sheet, file=file, written=written, forms=waiting)
        print(told, file=sys.stdout if output is Format.TABLE else sys.stderr)
        if output is not Format.TABLE:
            print_rows(output, USES_COLUMNS, [])
        sys.exit(HELD if waiting else CLEAN)
    rows = tracing.uses(store, key, edges)
    if output is Format.TABLE:
        print_tree(tracing.uses_tree(edges, rows, tracing.kinds(store, key, rows), titles(raw, key)))
    else:
        print_rows(output, USES_COLUMNS, rows)


def _written(cells: Sequence[Mapping[str, Any]], where: str, file: str, sheet: str, cell: str) -> str:
    """Return what a cell that no figure uses says; stop where there is no such cell."""
    from pipelines.steps.numbers import as_seen
    from schemas.text import fold

    if not cells:
        words = _(
            "Không có sổ tính «{file}» đã đọc của {where}. Tên tệp viết như trong thư mục báo cáo, ví dụ na_lia.xlsx."
        )
        fail(words.format(file=file, where=where))
    own = [row for row in cells if fold(row["sheet"]) == fold(sheet)]
    if not own:
        names = ", ".join(f"«{name}»" for name in dict.fromkeys(row["sheet"] for row in cells))
        fail(_("Tệp {file} không có trang «{sheet}». Các trang: {names}.").format(file=file, sheet=sheet, names=names))
    texts = [as_seen(row["kind"], str(row["text"])) for row in own if row["cell"] == cell]
    if not texts:
        words = _("Trang «{sheet}» của tệp {file} không có ô «{cell}» nào có nội dung.")
        fail(words.format(sheet=sheet, file=file, cell=cell))
    return texts[0]
