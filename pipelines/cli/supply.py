"""The verb ``supply``: what the software is made of.

Belongs here: telling and writing it. Does not belong here: finding it out (``pipelines.refresh.supply``).
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.base import CLEAN, HELD, verb
from pipelines.cli.messages import later
from pipelines.cli.messages import translated as _


@verb(
    later("Phần mềm gồm những gói nào: giấy phép, danh sách CycloneDX, và lỗi đã biết theo một cơ sở dữ liệu OSV."),
    "returns supply --into ke-khai",
    "returns supply --faults osv-pypi.zip",
)
def supply(
    into: Annotated[
        str, typer.Option("--into", metavar="DIR", help=later("Ghi danh sách CycloneDX vào thư mục này."))
    ] = "",
    faults: Annotated[
        str,
        typer.Option(
            "--faults", metavar="PATH", help=later("Cơ sở dữ liệu lỗi dạng OSV: tệp .json, .zip hoặc thư mục.")
        ),
    ] = "",
    lock: Annotated[Path, typer.Option("--lock", metavar="FILE", help=later("Tệp khóa các gói."))] = Path(
        "requirements.lock"
    ),
) -> None:
    """Tell what the software is made of; exit 1 where a package has a known fault."""
    import json

    from pipelines.refresh import supply as found
    from pipelines.store.files import write_whole

    every = found.packages(lock)
    for licence, count in Counter(one.licence for one in every).most_common():
        said = licence or _("không ghi giấy phép, hoặc chưa cài")
        print(f"{count:4} {said}")
    print(_("{count} gói trong {path}.").format(count=len(every), path=lock))
    if into:
        path = Path(into) / "sbom.cdx.json"
        write_whole(path, json.dumps(found.bill(every), ensure_ascii=False, indent=1).encode())
        print(_("Đã ghi {path}.").format(path=path))
    if not faults:
        sys.exit(CLEAN)
    known = list(found.faults(every, Path(faults)))
    for one in known:
        words = _("{name} {version}: {id}, {summary} Đã sửa ở: {mended}.")
        mended = one.mended_in or _("chưa có bản nào")
        print(
            words.format(
                name=one.package.name, version=one.package.version, id=one.id, summary=one.summary, mended=mended
            )
        )
    print(_("{count} lỗi đã biết.").format(count=len(known)) if known else _("Không gói nào có lỗi đã biết."))
    sys.exit(HELD if known else CLEAN)
