"""The files of the report: what each is called, and its bytes.

Belongs here: bringing the two documents together. Does not belong here: writing to disk
(``pipelines.refresh.presenting``). Loads the libraries of both formats, so import it only where a report is made.
"""

from pipelines.present.report import contents, excel, word
from pipelines.present.rows import ReturnSetRows


def files(rows: ReturnSetRows, released: str = "") -> dict[str, bytes]:
    """Return the Word and the Excel annex of a return set, by file name; the same rows give the same bytes.

    Args:
        rows: The rows, and the declarations that name what is in them.
        released: The name of the release the rows are of, if they are of one.
    """
    report, name = contents.report(rows, released), f"phu-luc-{rows.period}-{rows.commune}"
    return {f"{name}.docx": word.document(report), f"{name}.xlsx": excel.workbook(report)}
