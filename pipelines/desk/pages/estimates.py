"""Estimates for returns that will not come in time: recorded by an approver, shown to everybody.

Belongs here: the page and its form. Does not belong here: what may be estimated (``pipelines.refresh.estimating``),
what a figure makes of it.
"""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pipelines.desk import record
from pipelines.desk.pages.office import folders, named
from pipelines.desk.record import Did
from pipelines.desk.roles import May
from pipelines.present.completeness import completeness
from pipelines.refresh.estimating import estimate
from pipelines.store import published
from schemas.catalogue import CATALOGUE
from schemas.periods import Period
from schemas.problems import Problems
from schemas.sentences import SentenceError

_PASSED = Problems.ESTIMATE_PASSED.value.code


@require_safe
def estimates(request: HttpRequest, key: str) -> HttpResponse:
    """Show what is estimated, and ask for what has not come."""
    raw, store = folders()
    chosen = named(raw, store, key)
    found = published.findings(store, chosen) if published.is_checked(store, chosen) else []
    places, missing = raw.places, completeness(chosen.period, chosen.commune, found, raw.places).missing
    period = Period.parse(chosen.period)
    lacking = [
        (place, form.in_force(period))
        for form in CATALOGUE.forms
        if not form.line_title
        for place in places.reporters(chosen.commune, form.reporter_kind, period)
        if form.code in missing.get(place.title, ())
    ]
    shown = {
        "key": chosen,
        "lacking": lacking,
        "used": published.estimates(store, chosen),
        "passed": [(row["reporter"], row["written"]) for row in found if row["code"] == _PASSED],
        "forms": CATALOGUE.by_code,
        "title": lambda code: places.title(chosen.commune, code),
    }
    return render(request, "estimates.html", shown)


@permission_required(May.APPROVE.full, raise_exception=True)
@require_POST
def record_estimate(request: HttpRequest, key: str) -> HttpResponse:
    """Record an estimate, or take one back."""
    raw, store = folders()
    chosen, sent = named(raw, store, key), request.POST
    reporter, form, field = (sent.get(name, "") for name in ("reporter", "form", "field"))
    about = f"{chosen}: {reporter}, {form}, {field}"
    said = {name: sent.get(name, "") for name in ("value", "method", "reason")}
    try:
        with record.begun(request.user.username, Did.ESTIMATED, about) as begun:
            rows = estimate(raw, store, chosen, reporter, form, field, **said, who=request.user.title)
    except SentenceError as why:
        messages.error(request, str(why))
        return redirect("estimates", key)
    record.write(request.user.username, Did.ESTIMATED, about, begun, new=rows[0]["value"], reason=rows[0]["reason"])
    messages.success(request, _("Đã ghi vào sổ số ước. Chạy lại để các chỉ tiêu theo sổ này."))
    return redirect("estimates", key)
