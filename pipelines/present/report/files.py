"""The files of the report: what each is called, and its bytes.

Belongs here: bringing the two documents together. Does not belong here: writing to disk
(``pipelines.refresh.layers``). Loads the libraries of both formats, so import it only where a report is made.
"""

from pipelines.present.explorer.pages import Published
from pipelines.present.report import contents, excel, word


def files(published: Published, released: str = "") -> dict[str, bytes]:
    """Return the Word and the Excel annex of a return set, by file name; the same rows give the same bytes.

    Args:
        published: The rows, and the declarations that name what is in them.
        released: The name of the release the rows are of, if they are of one.
    """
    report, name = contents.report(published, released), f"phu-luc-{published.period}-{published.commune}"
    return {f"{name}.docx": word.document(report), f"{name}.xlsx": excel.workbook(report)}
