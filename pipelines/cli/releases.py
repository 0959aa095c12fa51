"""Verbs on releases: ``release``, ``pack``, ``verify``, ``diff``.

Belongs here: telling what came of it. Does not belong here: making and comparing releases
(``pipelines.refresh.release``, ``pipelines.store.releases``).
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli import completion, hints
from pipelines.cli.base import CLEAN, HELD, fail, tell, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import (
    Commune,
    Data,
    Format,
    Named,
    OutputFormat,
    Overwrite,
    PeriodCode,
    RawFolder,
    Released,
    return_set,
)
from pipelines.cli.output import print_rows, progress
from pipelines.settings import Settings, folder
from schemas.periods import as_people_write
from schemas.return_sets import VALUE_KEY


@verb(
    later("Phát hành: giữ nguyên mãi mãi các chỉ tiêu của một bộ báo cáo, cùng mọi thứ cần để tính lại chúng."),
    "returns release 2024-h1-lan-1",
    'returns release 2024-h1-tam --despite "Chờ Pá Phào, trình trước 10/7"',
)
def release(
    name: Named,
    despite: Annotated[
        str,
        typer.Option(metavar="REASON", help=later("Lý do vẫn phát hành dù còn biểu bị giữ lại."), show_default=False),
    ] = "",
    commune: Commune = "",
    period: PeriodCode = "",
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Freeze the figures of a return set; exit 1 where that is refused."""
    store, key = return_set(raw, data, period, commune)
    from pipelines.refresh.release import HeldBackError, make
    from pipelines.store.raw import Raw

    try:
        with progress(_("Đang phát hành")):
            made = make(Raw(Settings.of(raw, data).raw), store, key, name, despite=despite)
    except HeldBackError as reason:
        sys.exit(tell(hints.told(reason), HELD))
    rows = made.manifest["rows"]
    # Forms accepted at different times share workbooks.
    archived = len({sha256 for one in made.manifest["accepted"] for sha256 in one["workbooks"].values()})
    words = _(
        "Đã phát hành «{name}» vào {folder}: {figures} chỉ tiêu, {statements} số kế hoạch in, "
        "{archived} sổ tính nguồn. Ghi mã này vào biên bản để sau đối chiếu: {seal}"
    )
    print(words.format_map({**rows, "name": name, "folder": made.folder, "archived": archived, "seal": made.seal}))


@verb(
    later("Gói một bản phát hành vào một tệp để gửi lên cấp trên; cấp trên đặt tệp đó vào thư mục của xã."),
    "returns pack 2024-h1-lan-1",
    "returns pack 2024-h1-lan-1 --output gui-huyen.zip",
)
def pack(
    name: Released,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help=later("Tệp .zip sẽ ghi."), show_default="NAME.zip"),
    ] = None,
    overwrite: Overwrite = False,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Write a release as the one file in which it is sent."""
    from pipelines.steps.collect.released import SUFFIX
    from pipelines.store.files import write_whole
    from pipelines.store.releases import as_sent

    path = output or Path(f"{name}{SUFFIX}")
    if path.exists() and not overwrite:
        fail(_("Đã có tệp {path}; thêm --overwrite để ghi đè.").format(path=path))
    content = as_sent(Settings.of(raw, data).data, name)
    write_whole(path, content)
    words = _("Đã gói bản phát hành «{name}» vào {path} ({size} KB). Gửi nguyên tệp này, không mở ra nén lại.")
    print(words.format(name=name, path=path, size=-(-len(content) // 1024)))


DIFFERENCE_COLUMNS = ("where", "released", "now", "message", "cause")


@verb(
    later("Kiểm tra một bản phát hành: từng byte còn nguyên, và tính lại từ các sổ tính đã lưu vẫn ra đúng số đó."),
    "returns verify 2024-h1-lan-1",
    "returns verify 2024-h1-lan-1 --format json",
)
def verify(name: Released, output: OutputFormat = Format.TABLE, data: Data = "", raw: RawFolder = "") -> None:
    """Check a release and compute it again; exit 1 where something differs."""
    from pipelines.refresh.release import verify as verified

    with progress(_("Đang kiểm tra")):
        found = verified(Settings.of(raw, data).data, name)
    for note in found.notes:
        print(note, file=sys.stdout if output is Format.TABLE else sys.stderr)
    if output is not Format.TABLE:
        print_rows(output, DIFFERENCE_COLUMNS, [vars(one) for one in found.differences])
    elif found.differences:
        print("\n".join(one.message for one in found.differences))
        words = _("Bản phát hành «{name}»: {count} chỗ không như lúc phát hành.")
        print(words.format(name=name, count=len(found.differences)))
    else:
        files = len(found.release.manifest["files"])
        words = _(
            "Bản phát hành «{name}»: {files} tệp còn nguyên vẹn, {figures} chỉ tiêu tính lại từ sổ tính đã lưu "
            "đều khớp. Mã của bản kê: {seal}"
        )
        print(words.format(name=name, files=files, figures=found.figures, seal=found.release.seal))
    sys.exit(HELD if found.differences else CLEAN)


DIFF_COLUMNS = (
    *("id", "label", "change", "old", "new", "unit", *VALUE_KEY),
    *(f"{side}_{name}" for name in ("file", "sheet", "cell", "text", "value", "correction") for side in ("old", "new")),
)


@verb(
    later("So hai bản phát hành: chỉ tiêu nào đổi, do ô nào, đính chính nào."),
    "returns diff 2024-h1-lan-1 2024-h1-lan-2",
    "returns diff 2024-h1-lan-1 2024-h1-lan-2 --format csv",
    "returns diff 2024-h1-lan-1 2024-h1-lan-2 --into thay-doi",
)
def diff(
    old: Annotated[
        str, typer.Argument(metavar="A", help=later("Bản phát hành trước."), autocompletion=completion.releases)
    ],
    new: Annotated[
        str, typer.Argument(metavar="B", help=later("Bản phát hành sau."), autocompletion=completion.releases)
    ],
    into: Annotated[
        str,
        typer.Option("--into", metavar="DIR", help=later("Ghi thêm một trang và một tệp CSV vào thư mục này.")),
    ] = "",
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Compare two releases."""
    from pipelines.store.raw import Raw
    from pipelines.store.releases import differences, opened

    settings = Settings.of(raw, data)
    places = Raw(settings.raw).places
    before, after = opened(settings.data, old), opened(settings.data, new)
    changes = differences(before, after)
    if into:
        _write_revisions(folder(into), places, before, after, changes)
    if output is Format.TABLE:
        for change in changes:
            print("\n".join(_told_change(change)))
        named = _("«{name}» ({commune}, kỳ {period}, {created})")
        sides = [
            named.format(
                **places.words_of(one.key),
                name=one.name,
                created=as_people_write(one.manifest["created"]),
            )
            for one in (before, after)
        ]
        if not changes:
            print(_("Không chỉ tiêu nào đổi."), end=" ")
        words = _("Đã so {old} với {new}: {count} chỉ tiêu đổi.")
        print(words.format(old=sides[0], new=sides[1], count=len(changes)))
    else:
        print_rows(output, DIFF_COLUMNS, [row for change in changes for row in _flat_changes(change)])


def _write_revisions(into: Path, places: Any, before: Any, after: Any, changes: Any) -> None:
    """Write the page and the table of what changed; say where, on the error stream, so that the output stays clean."""
    from pipelines.present import revisions
    from pipelines.store.closings import closings
    from pipelines.store.files import write_whole

    if before.key != after.key:
        fail(_("Hai bản phát hành không cùng xã và kỳ, nên không có bảng thay đổi."))
    stem = f"{before.name}--{after.name}"
    page = revisions.page(before, after, changes, closings(after.data, after.key), places.titled(after.key))
    write_whole(into / f"{stem}.html", page.encode())
    write_whole(into / f"{stem}.csv", revisions.table(changes).encode())
    print(_("Đã ghi {path}.html và .csv.").format(path=into / stem), file=sys.stderr)


def _told_change(change: Mapping[str, Any]) -> Iterator[str]:
    one, other = change["old"], change["new"]
    named = f"{change['id']} «{change['label']}»"
    if one is None or other is None:
        how = _("mới có") if one is None else _("không còn")
        yield f"{named}: {how}, {_shown((other or one)['value'])} {change['unit']}"
    else:
        unrounded = [_("chỉ đổi ở phần đã làm tròn")]
        names = [
            name for name in ("value", "unit", "status", "reported", "expected", "formula") if name in change["change"]
        ]
        changes = [f"{_(_CHANGED[name])} {_shown(one[name])} → {_shown(other[name])}".lstrip() for name in names]
        yield f"{named}: {'; '.join(changes or unrounded)}"
    for cell in change["cells"]:
        at = cell["new"] or cell["old"]
        sides = " → ".join(_cell_said(cell[side]) for side in ("old", "new"))
        words = _("{reporter}: {file} · {sheet} · ô {cell}: {sides}")
        yield f"    {words.format_map({**at, 'reporter': cell['reporter'], 'sides': sides})}"
        yield from _changed_correction(cell)
    if not change["cells"] and change["software"]:
        yield "    " + _("Không ô nào đổi: hai bản do hai phiên bản phần mềm khác nhau tính.")


_CHANGED = {
    "value": "",
    "unit": later("đơn vị tính"),
    "status": later("tình trạng"),
    "reported": later("đã báo cáo"),
    "expected": later("phải báo cáo"),
    "formula": later("công thức"),
}


def _shown(value: Any) -> str:
    from pipelines.present.tracing import written

    return f"«{value}»" if isinstance(value, str) else written(value)


def _cell_said(cell: Mapping[str, Any] | None) -> str:
    return _("không có") if cell is None else f"«{cell['seen']}» = {_shown(cell['value'])}"


def _changed_correction(cell: Mapping[str, Any]) -> Iterator[str]:
    one, other = (cell[side] or {"correction": "", "text": ""} for side in ("old", "new"))
    if (one["correction"], one["text"]) == (other["correction"], other["text"]):
        return
    for words, made in (
        (_("Bỏ đính chính «{seen}» thành «{text}» ({corrected_by}): {correction}"), one),
        (_("Đính chính «{seen}» thành «{text}» ({corrected_by}): {correction}"), other),
    ):
        if made["correction"]:
            yield f"        {words.format_map(made)}"


def _flat_changes(change: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row per cell behind a changed figure, and one without a cell where none of them changed."""
    figure = {name: change[name] for name in ("id", "label", "unit")} | {"change": " ".join(change["change"])}
    figure |= {side: (change[side] or {}).get("value") for side in ("old", "new")}
    for cell in change["cells"] or [{"old": None, "new": None}]:
        row = dict.fromkeys(DIFF_COLUMNS) | figure
        row |= {name: cell.get(name, "") for name in VALUE_KEY}
        for side in ("old", "new"):
            shown = cell[side] or {}
            row |= {f"{side}_{name}": shown.get(name) for name in ("file", "sheet", "cell", "value", "correction")}
            row[f"{side}_text"] = shown.get("received")
        yield row
