"""Verbs on design workbooks: ``design new``, ``check``, ``preview``, ``status``, ``withdraw``, ``pack``, ``export``.

Belongs here: where the files go, telling what is wrong. Does not belong here: reading a design
(``pipelines.steps.design``), writing one (``pipelines.handout.design``).
"""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli import completion
from pipelines.cli.base import CLEAN, HELD, app, fail
from pipelines.cli.decisions import WHO, Who
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import AnyData, Data, Format, OutputFormat, Overwrite, RawFolder
from pipelines.cli.output import print_rows
from pipelines.cli.usage import Verbs
from pipelines.settings import Settings

design = typer.Typer(cls=Verbs, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(
    design,
    name="design",
    help=later("Thiết kế biểu của đơn vị bằng sổ tính, không cần lập trình: lấy mẫu, kiểm tra, xem biểu trống."),
    epilog="returns design new\nreturns design check bieu-moi.xlsx",
)

Designs = Annotated[list[Path], typer.Argument(metavar="FILE...", help=later("Sổ tính thiết kế, ví dụ bieu-moi.xlsx."))]


@design.command(
    help=later("Ghi sổ tính thiết kế mới, có sẵn một ví dụ đầy đủ để sửa thành biểu của mình."),
    epilog="returns design new\nreturns design new --output cay-trong.xlsx",
)
def new(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=later("Tệp .xlsx sẽ ghi."))] = Path(
        "bieu-moi.xlsx"
    ),
    overwrite: Overwrite = False,
    raw: RawFolder = "",
    data: AnyData = "",
) -> None:
    """Write a design workbook with an example in it."""
    from pipelines.handout.design import of_rows
    from schemas.design.example import EXAMPLE

    _write({output: of_rows(EXAMPLE, _in_use(raw, data))}, overwrite=overwrite)


@design.command(
    help=later("Kiểm tra sổ tính thiết kế: chỗ nào sai, ở ô nào, cần ghi gì."),
    epilog="returns design check bieu-moi.xlsx\nreturns design check *.xlsx --format csv > phat-hien.csv",
)
def check(files: Designs, output: OutputFormat = Format.TABLE, raw: RawFolder = "", data: AnyData = "") -> None:
    """List what is wrong with designs, cell by cell; exit 1 where one cannot be used."""
    checked = _checked(files, raw, data)
    _tell(checked, output)
    made = checked.design
    if checked.sound and output is Format.TABLE:
        words = _("Dùng được: {forms} biểu, {fields} chỉ tiêu, {rules} quy tắc, {figures} số tổng hợp.")
        counts = {
            "forms": len(made.forms),
            "fields": sum(len(form.fields()) for form in made.forms),
            "rules": sum(len(form.edits) for form in made.forms),
            "figures": sum(len(chapter.figures) for chapter in made.chapters),
        }
        print(words.format(**counts))
    sys.exit(CLEAN if checked.sound else HELD)


@design.command(
    help=later("Ghi biểu mẫu trống của một thiết kế, đúng như đơn vị sẽ nhận, để xem trước."),
    epilog="returns design preview bieu-moi.xlsx\nreturns design preview bieu-moi.xlsx --output xem-truoc.xlsx",
)
def preview(
    files: Designs,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=later("Tệp .xlsx sẽ ghi."))] = Path(
        "xem-truoc.xlsx"
    ),
    overwrite: Overwrite = False,
    raw: RawFolder = "",
    data: AnyData = "",
) -> None:
    """Write the blank forms of a design; exit 1 where it cannot be used."""
    from pipelines.handout.aids import Aids
    from pipelines.handout.layout import workbook
    from schemas.periods import Period

    checked = _sound(files, raw, data)
    if not checked.design.forms:
        fail(_("Thiết kế chưa có biểu nào để xem."))
    kind = checked.design.forms[0].periods[0]
    blank = workbook(
        checked.design.forms,
        period=Period(_YEAR, kind, kind),
        commune="(tên xã)",
        reporter="(đơn vị báo cáo)",
        aids=Aids(),
    )
    _write({output: blank}, overwrite=overwrite)


_YEAR = 2025
"""Any year: a preview is of no period."""


@design.command(
    help=later("Các thiết kế trong bieu-mau của thư mục báo cáo: đang dùng, mới, bị giữ lại vì lỗi, hay đã mất tệp."),
    epilog="returns design status\nreturns design status --format csv > thiet-ke.csv",
)
def status(output: OutputFormat = Format.TABLE, data: Data = "", raw: RawFolder = "") -> None:
    """List the designs there are; exit 1 where one is held."""
    from pipelines.refresh.designs import looked_at
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = Settings.of(raw, data)
    found = looked_at(Raw(settings.raw), Store(settings.data))
    if output is Format.TABLE:
        lines = [*told(found), *_in_force(found)]
        print("\n".join(lines or [_("Chưa có thiết kế nào trong {path}.").format(path=settings.raw / "bieu-mau")]))
    else:
        rows = [
            {
                "name": one.name,
                "file": one.file,
                "standing": str(one.standing),
                "sha256": one.before.sha256 if one.before else "",
                "who": one.before.who if one.before else "",
                "when": one.before.when if one.before else "",
                "findings": " ".join(finding["message"] for finding in one.findings),
            }
            for one in found
        ]
        print_rows(output, ("name", "file", "standing", "sha256", "who", "when", "findings"), rows)
    sys.exit(HELD if any(one.standing == "held" for one in found) else CLEAN)


def told(designs: Iterable[Any]) -> Iterator[str]:
    """Yield a line for each design of which there is something to tell, and one for each of its faults."""
    for one in designs:
        if one.standing == "new" and one.accepted_before:
            yield _("Thiết kế «{name}»: nhận bản mới của {file}.").format(name=one.name, file=one.file)
        elif one.standing == "new":
            words = _("Thiết kế «{name}»: nhận {file}. Xã dùng thì ghi «{name}» ở cột packs của places.csv.")
            yield words.format(name=one.name, file=one.file)
        elif one.standing == "gone":
            words = _("Thiết kế «{name}»: tệp {file} không còn trong bieu-mau; vẫn dùng cho đến khi rút: {verb}")
            yield words.format(name=one.name, file=one.file, verb=f"returns design withdraw {one.name}")
        elif one.standing == "held":
            if one.accepted_before:
                words = _("Thiết kế {file} bị giữ lại vì có lỗi; bản đã nhận trước đó vẫn dùng, số không đổi.")
            else:
                words = _("Thiết kế {file} bị giữ lại vì có lỗi; chưa có biểu nào của thiết kế này được dùng.")
            yield words.format(file=one.file)
            yield from (finding["message"] for finding in one.findings)


def _in_force(designs: Iterable[Any]) -> Iterator[str]:
    for one in designs:
        if one.accepted_before:
            words = _("Đang dùng «{name}»: {file}, nhận {when}, bởi {who}, mã {sha256}.")
            at = {"when": one.before.when, "who": one.before.who, "sha256": one.before.sha256[:12]}
            yield words.format(name=one.name, file=one.before.file, **at)


@design.command(
    help=later("Rút một thiết kế đang dùng: không ai còn bị hỏi biểu của nó; bản phát hành cũ vẫn kiểm lại được."),
    epilog="returns design withdraw ca",
)
def withdraw(
    name: Annotated[str, typer.Argument(metavar="NAME", help=later("Tên gói của thiết kế, ví dụ ca."))],
    who: Who = WHO,
    data: AnyData = "",
    raw: RawFolder = "",
) -> None:
    """Have a design be in force no more."""
    from pipelines.refresh.designs import withdraw as withdrawn
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store

    settings = Settings.of(raw, data)
    gone = withdrawn(Raw(settings.raw), Store(settings.data), name, who=who)
    print(_("Đã rút «{name}» ({file}). Chạy tiếp: returns refresh").format(name=gone.name, file=gone.file))


@design.command(
    help=later("Đóng một thiết kế đã kiểm tra thành gói để người quản trị cài; xã nào dùng thì ghi tên gói."),
    epilog='returns design pack ca.xlsx --title "Nuôi trồng thủy sản"',
)
def pack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=later("Sổ tính thiết kế, ví dụ bieu-moi.xlsx."))],
    title: Annotated[str, typer.Option(help=later("Gói này là gì."), show_default=later("tên biểu đầu tiên"))] = "",
    folder: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help=later("Thư mục sẽ ghi."))] = Path(),
    overwrite: Overwrite = False,
    raw: RawFolder = "",
    data: AnyData = "",
) -> None:
    """Write a design as a pack to install; exit 1 where it cannot be used."""
    from pipelines.handout.design_pack import wheel
    from pipelines.steps.design.pack import read_alone
    from schemas.catalogue import CATALOGUE, Catalogue
    from schemas.pack import HOME, pack_name

    checked = _sound([file], raw, data)
    forms, name = checked.design.forms, pack_name(file.name)
    if not forms:
        fail(_("Thiết kế chưa có biểu nào để đóng gói."))
    if name in ("", HOME):
        words = _("Tên tệp {path} không làm tên gói được; đổi tên tệp, như ca.xlsx.")
        fail(words.format(path=file))
    workbook, title = file.read_bytes(), title or forms[0].heading
    try:
        together, _own = read_alone(name, title, workbook)
        Catalogue((*(one for one in CATALOGUE.packs if one.name != name), together))
    except ValueError as reason:
        fail(_("Gói «{name}» sẽ không cài được: {why}.").format(name=name, why=str(reason).rstrip(".")))
    made, content = wheel(name, title, max(form.version for form in forms), workbook)
    _write({folder / made: content}, overwrite=overwrite)
    words = _(
        "Cài: pip install --force-reinstall --no-deps {path}. Xã dùng gói ghi «{name}» ở cột packs của places.csv."
    )
    print(words.format(path=folder / made, name=name))


@design.command(
    help=later("Ghi biểu đang dùng thành sổ tính thiết kế, để xem hoặc làm mẫu; không nêu biểu nào là ghi tất cả."),
    epilog="returns design export B01\nreturns design export --output thiet-ke",
)
def export(
    forms: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FORM...", help=later("Mã biểu, ví dụ B01."), autocompletion=completion.forms, show_default=False
        ),
    ] = None,
    folder: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help=later("Thư mục sẽ ghi."))] = Path(),
    overwrite: Overwrite = False,
    raw: RawFolder = "",
    data: AnyData = "",
) -> None:
    """Write forms in use as design workbooks: those asked for as one, or every chapter with its forms."""
    from pipelines.handout.design import workbook
    from schemas.design.written import by_chapter, of_forms

    known = _in_use(raw, data)
    codes = [form.code for form in known.design.forms]
    for code in forms or ():
        if code not in codes:
            fail(_("Không có biểu «{form}». Các biểu: {forms}.").format(form=code, forms=", ".join(codes)))
    parts = {"-".join(forms): of_forms(known.design, forms)} if forms else by_chapter(known.design)
    _write({folder / f"{name}.xlsx": workbook(part, known) for name, part in parts.items()}, overwrite=overwrite)


def _in_use(raw: str, data: str, replaced: Collection[str] = ()) -> Any:
    from pipelines.handout.design import in_use
    from pipelines.store.designs import use
    from pipelines.store.raw import Raw

    settings = Settings.of(raw, data)
    use(settings.data)
    return in_use(Raw(settings.raw).places_of_any_packs, replaced)


def _checked(files: Sequence[Path], raw: str, data: str) -> Any:
    """Return what designs say and what is wrong; one called like a pack is what that is to become."""
    from pipelines.steps.design.check import checked
    from schemas.pack import HOME, pack_name

    known = _in_use(raw, data, {pack_name(path.name) for path in files} - {HOME})
    return checked({str(path): path.read_bytes() for path in files}, known)


def _sound(files: Sequence[Path], raw: str, data: str) -> Any:
    """Return what designs say; or end here, with what is wrong with them."""
    checked = _checked(files, raw, data)
    if not checked.sound:
        _tell(checked, Format.TABLE)
        sys.exit(HELD)
    return checked


def _tell(checked: Any, output: Format) -> None:
    from schemas import tables

    if output is not Format.TABLE:
        print_rows(output, tables.in_folder(tables.TOLD), checked.findings)
        return
    for finding in checked.findings:
        print(finding["message"])


def _write(files: Mapping[Path, bytes], *, overwrite: bool) -> None:
    """Write workbooks: none at all where one of them is there already."""
    from pipelines.store.files import write_whole

    there = [path for path in files if path.exists()]
    if there and not overwrite:
        fail(_("Đã có {path}. Chọn nơi khác bằng --output, hoặc ghi đè bằng --overwrite.").format(path=there[0]))
    for path, content in files.items():
        write_whole(path, content)
        print(_("Đã ghi {path}.").format(path=path))
