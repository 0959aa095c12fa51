"""Blank forms to hand out: a workbook for each reporter of a period.

Belongs here: the page, and giving out the workbooks. Does not belong here: what is in them
(``pipelines.handout.owed``).
"""

import io
import zipfile

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pipelines.desk.pages.office import XLSX, download, handout_of
from pipelines.handout.owed import file_name


@require_safe
def blanks(request: HttpRequest, key: str) -> HttpResponse:
    """List the reporters, each with the forms it owes and when they are due."""
    handout = handout_of(key)
    owed = {place: [(form, handout.due(form)) for form in forms] for place, forms in handout.owed().items()}
    shown = {"key": handout.key, "name": handout.commune.title, "period": handout.period, "owed": owed}
    return render(request, "blanks.html", shown)


@require_safe
def blank(_request: HttpRequest, key: str, reporter: str) -> HttpResponse:
    """Give out the workbook of one reporter."""
    handout = handout_of(key)
    owed = {place.code: (place, forms) for place, forms in handout.owed().items()}
    if reporter not in owed:
        raise Http404
    place, forms = owed[reporter]
    return download(handout.workbook(place, forms), file_name(place), XLSX)


@require_safe
def all_blanks(_request: HttpRequest, key: str) -> HttpResponse:
    """Give out those of all reporters, in one archive."""
    handout, made = handout_of(key), io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for place, forms in handout.owed().items():
            archive.writestr(file_name(place), handout.workbook(place, forms))
    return download(made.getvalue(), f"{handout.key}.zip", "application/zip")
