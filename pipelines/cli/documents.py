"""Verbs that write documents: ``form``, ``forms``, ``report``, ``dictionary``, ``guide``.

Belongs here: where the files go. Does not belong here: what is in them.
"""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli import above, completion
from pipelines.cli.base import fail, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _
from pipelines.cli.options import (
    AnyPeriod,
    Commune,
    Data,
    Format,
    OutputFormat,
    Overwrite,
    PeriodCode,
    PlaceCode,
    RawFolder,
    ReleaseName,
    only,
    return_set,
)
from pipelines.cli.output import print_json, print_rows, progress
from pipelines.settings import Settings


@verb(
    later("Ghi từ điển dữ liệu: mọi biểu, chỉ tiêu, quy tắc, bảng và cột, từ nơi khai báo."),
    "returns dictionary",
    "returns dictionary --output tu-dien",
    "returns dictionary --format csv > tu-dien.csv",
)
def dictionary(
    output: OutputFormat = Format.TABLE,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help=later("Thư mục ghi từ điển."),
            show_default=later("dictionary trong thư mục kết quả"),
        ),
    ] = None,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Write the data dictionary."""
    from pipelines.present import dictionary as made
    from pipelines.store.files import write_whole
    from pipelines.store.raw import Raw

    contents = made.contents(Raw(Settings.of(raw, data).raw).places)
    if output is Format.JSON:
        print_json(contents)
    elif output is Format.CSV:
        print_rows(output, made.ENTRY_COLUMNS, made.entries(contents))
    # Who asks for data on the standard output gets no files, but where a folder is named.
    if output is not Format.TABLE and folder is None:
        return
    parts = made.sections(contents)
    for name, text in (("md", made.markdown(parts)), ("html", made.html(parts))):
        path = (folder or Settings.of(raw, data).data / "dictionary") / f"data-dictionary.{name}"
        write_whole(path, text.encode())
        print(_("Đã ghi {path}.").format(path=path), file=sys.stdout if output is Format.TABLE else sys.stderr)


@verb(
    later(
        "Lập phụ lục số liệu (Word và Excel) từ số đã công bố, hoặc các trang tra cứu của một địa bàn cấp trên; "
        "cho biết nằm ở đâu, hoặc ghi ra thư mục khác."
    ),
    "returns report",
    "returns report --output trinh-duyet",
    "returns report --release 2024-h1-lan-1 -o trinh-duyet",
    "returns report --place chi-lang",
)
def report(
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help=later("Thư mục chép phụ lục vào."), show_default=False),
    ] = None,
    commune: Commune = "",
    period: PeriodCode = "",
    data: Data = "",
    raw: RawFolder = "",
    release: ReleaseName = "",
    place: PlaceCode = "",
) -> None:
    """Make the annexes of the plan where they are not current, and name them, or copy them; of a place, its pages."""
    above.refuse_contradictions(raw, place, commune, release)
    if (territory := above.territory(raw, data, period, place) if place else None) is not None:
        above.write_pages(territory, folder)
        return
    commune = place or commune
    from pipelines.refresh import documents
    from pipelines.store import releases
    from pipelines.store.files import write_whole
    from pipelines.store.raw import Raw

    if release and folder is None:
        fail(_("Phụ lục của một bản đã phát hành được lập lại từ số đã giữ. Chỉ thư mục ghi bằng --output."))
    store, key = return_set(raw, data, period, commune, release)
    settings = Settings.of(raw, data)
    with progress(_("Đang lập")):
        if release:
            made = documents.release_report(releases.opened(settings.data, release))
        else:
            paths = documents.report_of(Raw(settings.raw), store, key, who="returns report")
            made = {path.name: path.read_bytes() for path in paths}
    if folder is None:
        print("\n".join(map(str, paths)))
        return
    for name, content in made.items():
        write_whole(folder / name, content)
        print(_("Đã ghi {path}.").format(path=folder / name))


@verb(
    later("Ghi một biểu mẫu trống cho một đơn vị báo cáo."),
    "returns form B01 --reporter na_lia",
    "returns form B01 --reporter na_lia --period 2024-H2",
)
def form(
    code: Annotated[
        str, typer.Argument(metavar="FORM", help=later("Mã biểu, ví dụ B01."), autocompletion=completion.forms)
    ],
    reporter: Annotated[
        str, typer.Option(help=later("Mã đơn vị báo cáo, ví dụ na_lia."), autocompletion=completion.reporters)
    ],
    commune: Commune = "",
    period: AnyPeriod = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=later("Tệp .xlsx sẽ ghi."), show_default="FORM-REPORTER.xlsx")
    ] = None,
    overwrite: Overwrite = False,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Write one blank form for one reporter."""
    handout = _handout(raw, data, period, commune)
    forms = handout.forms
    if code not in forms:
        fail(_("Không có biểu «{form}». Các biểu: {forms}.").format(form=code, forms=", ".join(forms)))
    known = {place.code: place for place in handout.reporters(forms[code])}
    handout.refuse_absent(reporter)
    if reporter not in known:
        words = _("Biểu {form} không do «{reporter}» báo cáo. Các đơn vị: {reporters}.")
        fail(words.format(form=code, reporter=reporter, reporters=", ".join(known)))
    path = output or Path(f"{code}-{reporter}.xlsx")
    handout.write({path: handout.workbook(known[reporter], [forms[code]])}, overwrite=overwrite)
    print(_("Đã ghi {path}.").format(path=path))


HANDED_OUT_COLUMNS = ("file", "reporter", "name", "forms", "due")


@verb(
    later("Ghi biểu mẫu trống của cả kỳ: mỗi đơn vị một sổ tính, gồm mọi biểu đơn vị đó phải gửi."),
    "returns forms --period 2024-H2",
    "returns forms --period 2024-H2 --output gui-di",
)
def forms(
    commune: Commune = "",
    period: AnyPeriod = "",
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help=later("Thư mục sẽ ghi."),
            show_default=later("blank/KỲ/XÃ trong thư mục kết quả"),
        ),
    ] = None,
    overwrite: Overwrite = False,
    output: OutputFormat = Format.TABLE,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Write the blank forms of a period, a workbook per reporter."""
    from pipelines.handout.owed import file_name

    handout = _handout(raw, data, period, commune)
    owed = handout.owed()
    into = folder or handout.store.root / "blank" / handout.key.period / handout.key.commune
    made = {}
    with progress(_("Đang lập")) as bar:
        for place, wanted in owed.items():
            made[into / file_name(place)] = handout.workbook(place, wanted)
            bar(place.title, len(owed))
    handout.write(made, overwrite=overwrite)
    written = [
        {
            "file": file_name(place),
            "reporter": place.code,
            "name": place.title,
            "forms": " ".join(one.code for one in wanted),
            "due": " ".join(f"{one.code}={handout.due(one)}" for one in wanted),
        }
        for place, wanted in owed.items()
    ]
    if output is not Format.TABLE:
        print_rows(output, HANDED_OUT_COLUMNS, written)
        return
    for row, wanted in zip(written, owed.values(), strict=True):
        days = sorted({handout.due(one) for one in wanted})
        said = "; ".join(
            _("{forms}, hạn gửi {day}").format(
                forms=", ".join(one.code for one in wanted if handout.due(one) == day), day=f"{day:%d/%m/%Y}"
            )
            for day in days
        )
        print(_("{file}: {name}, biểu {forms}").format_map({**row, "forms": said}))
    words = _("Đã ghi {count} sổ tính kỳ {period} vào {folder}.")
    print(words.format(count=len(written), period=handout.period.title, folder=into))


def _handout(raw: str, data: str, period: str, commune: str) -> Any:
    """Return the forms to hand out that the options mean; a period that is named need not have any return yet."""
    from pipelines.handout.owed import Handout
    from pipelines.store.raw import Raw
    from pipelines.store.tables import Store
    from schemas.periods import Period
    from schemas.return_sets import ReturnSetKey

    settings = Settings.of(raw, data)
    returns = Raw(settings.raw)
    known = returns.return_sets()
    if not period:
        period, commune = only(known, period, commune)
    elif not commune:
        communes = list(dict.fromkeys(one for _, one in known))
        if len(communes) != 1:
            listed = ", ".join(communes) or _("chưa có xã nào")
            fail(_("Chọn một xã bằng --commune. Các xã đã có báo cáo: {communes}.").format(communes=listed))
        (commune,) = communes
    return Handout(returns, Store(settings.data), ReturnSetKey(Period.parse(period).code, commune))


@verb(
    later(
        "Ghi các hướng dẫn cho cán bộ, người thiết kế biểu, kiểm toán, người phân tích, người quản trị: "
        "Markdown và trang để in."
    ),
    "returns guide",
    "returns guide --output huong-dan",
)
def guide(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help=later("Thư mục ghi hướng dẫn."),
            show_default=later("guides trong thư mục kết quả"),
        ),
    ] = None,
    data: Data = "",
    raw: RawFolder = "",
) -> None:
    """Write the guides."""
    from pipelines.cli.verbs import every_verb
    from pipelines.present import guides
    from pipelines.store.files import write_whole
    from pipelines.store.raw import Raw

    settings = Settings.of(raw, data)
    target = folder or settings.data / "guides"
    for name, content in guides.files(every_verb(), Raw(settings.raw).places).items():
        write_whole(target / name, content)
        if name.endswith(".html"):
            print(_("Đã ghi {path}.").format(path=target / name))
