"""Files to cells: every filled cell as it was written and as a person sees it.

Belongs here: which reader takes which file, and the frames that come out. Does not belong here: what is particular to a
format (``spreadsheetml``, ``opendocument``, ``delimited``), what the cells mean (``pipelines.steps.collect.locate``).

Every file is read in this process, by parsers of Python's own that hand it on piece by piece. What it may take of time
and memory is counted before it is taken (``limits``), so that the worst of them costs some seconds and ends in a
sentence. A process of its own would cost more for every commune than it could save for any.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import pyarrow as pa

from pipelines.steps.collect import delimited, look_alikes, opendocument, released, spreadsheetml
from pipelines.steps.collect.cells import Cell
from pipelines.steps.collect.columns import Columns
from pipelines.steps.collect.limits import LIMITS, Budget, Limits
from pipelines.steps.collect.package import Package
from pipelines.steps.collect.raw_file import RawFile
from pipelines.steps.collect.unreadable import UnreadableError, kind_named, listed
from pipelines.steps.collect.value_columns import Batch
from schemas.tables import FILES

FORMATS = (".xlsx", ".xlsm", opendocument.SUFFIX, delimited.SUFFIX)
"""Files that are read, by the end of their names."""


class Reading(NamedTuple):
    """What was read of workbooks.

    Attributes:
        files: ``schemas.tables.FILES``. A workbook that cannot be opened has a row with the problem.
        cells: ``schemas.tables.CELLS``, with dictionaries for texts; of a workbook with a problem none.
        quickly: How many of the workbooks were like others that had been read thoroughly, but for their values.
    """

    files: pa.Table
    cells: pa.Table
    quickly: int


def read(files: Iterable[RawFile], limits: Limits = LIMITS) -> Reading:
    """Read workbooks; one that cannot be read stops nothing else.

    Args:
        files: Of any return sets.
        limits: What one of them may hold.
    """
    files = list(files)
    keys = [(file.period, file.commune, file.name, file.sha256) for file in files]
    problems = [_problem(file, limits) for file in files]
    office = [number for number, problem in enumerate(problems) if problem is None and _is_office(files[number])]
    books = zip(office, look_alikes.taken((files[number].content for number in office), limits), strict=True)
    quick = {number: book for number, book in books if book is not None}
    thorough: dict[int, Sequence[tuple[str, Sequence[Cell]]]] = {}
    unclear = {number for number, problem in enumerate(problems) if problem is None} - quick.keys()
    while True:
        for number in unclear:
            quick.pop(number, None)
            try:
                thorough[number] = _by_sheet(_cells(files[number], limits))
            except UnreadableError as reason:
                thorough[number], problems[number] = [], ("UNREADABLE_FILE", str(reason))
        columns = Columns()
        batch = Batch(columns)
        sheets = []
        for number, key in enumerate(keys):
            if number in quick:
                batch.add(number, quick[number])
                sheets += [(*key, sheet.name) for sheet in quick[number].sheets]
            for name, cells in thorough.get(number, ()):
                batch.add_run(number, columns.run(cells))
                sheets.append((*key, name))
        run, sizes, unclear = batch.settle()
        if not unclear:
            break
    seen = [(*key, *(problem or ("", ""))) for key, problem in zip(keys, problems, strict=True)]
    return Reading(
        pa.table([pa.array(column, pa.string()) for column in zip(*seen, strict=True)], schema=FILES)
        if seen
        else FILES.empty_table(),
        columns.table(sheets, sizes, run),
        len(quick),
    )


def _problem(file: RawFile, limits: Limits) -> tuple[str, str] | None:
    """Return why a file is not even opened, or nothing; of a release, which holds no cells to read, an empty reason."""
    if file.trouble:
        return "UNREADABLE_FILE", file.trouble
    if file.suffix == released.SUFFIX and not released.is_none(file.content):
        return "", ""
    if file.name.endswith("/"):
        return "IN_SUBFOLDER", listed(file.content.decode().splitlines())
    if file.suffix not in FORMATS:
        return "UNSUPPORTED_FILE", kind_named(file.name)
    if len(file.content) > limits.file:
        return "UNREADABLE_FILE", limits.file_is_larger
    return None


def _is_office(file: RawFile) -> bool:
    return file.suffix not in (delimited.SUFFIX, opendocument.SUFFIX) and not opendocument.is_ods(file.content)


def _by_sheet(cells: Iterable[Cell]) -> Sequence[tuple[str, Sequence[Cell]]]:
    return [(name, list(own)) for name, own in groupby(cells, key=attrgetter("sheet"))]


def _cells(file: RawFile, limits: Limits) -> Iterator[Cell]:
    """Yield every filled cell of a file.

    Raises:
        UnreadableError: The file is not one that can be read.
    """
    budget = Budget(limits)
    if file.suffix == delimited.SUFFIX:
        # A spreadsheet program calls the one sheet after the file.
        return delimited.read(file.content, file.name[: -len(delimited.SUFFIX)], budget)
    if file.suffix == opendocument.SUFFIX and not opendocument.is_ods(file.content):
        raise UnreadableError("bên trong không phải sổ tính .ods; mở lại bằng LibreOffice hoặc Excel, lưu thành .xlsx")
    reader = opendocument.read if opendocument.is_ods(file.content) else spreadsheetml.read
    return reader(Package(file.content, limits), budget)
