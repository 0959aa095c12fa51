"""Files to cells: every filled cell as it was written and as a person sees it.

Belongs here: which reader takes which file, and the frames that come out. Does not belong here: what is particular to a
format (``spreadsheetml``, ``opendocument``, ``delimited``), what the cells mean (``pipelines.steps.collect.locate``).

Every file is read in this process, by parsers of Python's own that hand it on piece by piece. What it may take of time
and memory is counted before it is taken (``limits``), so that the worst of them costs some seconds and ends in a
sentence. A process of its own would cost more for every commune than it could save for any.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from pipelines.steps.collect import delimited, opendocument, spreadsheetml
from pipelines.steps.collect.cells import Cell
from pipelines.steps.collect.limits import LIMITS, Budget, Limits
from pipelines.steps.collect.package import Package
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.unreadable import COPY_OVER, UnreadableError, kind_named, listed
from schemas.tables import CELLS, FILES

FORMATS = (".xlsx", ".xlsm", opendocument.SUFFIX, delimited.SUFFIX)
"""Files that are read, by the end of their names."""


def read(files: Iterable[RawFile], limits: Limits = LIMITS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read workbooks.

    Args:
        files: Of any return sets.
        limits: What one of them may hold.

    Returns:
        The files (``schemas.tables.FILES``) and the cells (``schemas.tables.CELLS``). A workbook that cannot be opened
        has a row in the first with the problem, and none in the second; it stops nothing else.
    """
    seen: list[tuple[str, ...]] = []
    cells: list[tuple[Any, ...]] = []
    for file in files:
        key = (file.period, file.commune, file.name, file.sha256)
        problem, detail = "", ""
        if file.trouble:
            problem, detail = "UNREADABLE_FILE", file.trouble
        elif file.name.endswith("/"):
            problem, detail = "IN_SUBFOLDER", listed(file.content.decode().splitlines())
        elif file.suffix not in FORMATS:
            problem, detail = "UNSUPPORTED_FILE", kind_named(file.name)
        else:
            try:
                cells.extend([(*key, *cell) for cell in _cells(file, limits)])
            except UnreadableError as reason:
                problem, detail = "UNREADABLE_FILE", str(reason)
        seen.append((*key, problem, detail))
    return (
        pd.DataFrame(seen, columns=FILES.names, dtype=pd.StringDtype()),
        pd.DataFrame(cells, columns=CELLS.names).astype(_CELL_TYPES),
    )


_CELL_TYPES: dict[str, Any] = {name: "int64" if name in ("row", "column") else pd.StringDtype() for name in CELLS.names}


def _cells(file: RawFile, limits: Limits) -> Iterator[Cell]:
    """Yield every filled cell of a file.

    Raises:
        UnreadableError: The file is not one that can be read.
    """
    budget = Budget(limits)
    if len(file.content) > limits.file:
        raise UnreadableError(f"tệp quá lớn, hơn {limits.file // 2**20} MB; {COPY_OVER}")
    if file.suffix == delimited.SUFFIX:
        # A spreadsheet program calls the one sheet after the file.
        return delimited.read(file.content, file.name[: -len(delimited.SUFFIX)], budget)
    if file.suffix == opendocument.SUFFIX and not opendocument.is_ods(file.content):
        raise UnreadableError("bên trong không phải sổ tính .ods; mở lại bằng LibreOffice hoặc Excel, lưu thành .xlsx")
    reader = opendocument.read if opendocument.is_ods(file.content) else spreadsheetml.read
    return reader(Package(file.content, limits), budget)
