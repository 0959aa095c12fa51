"""The first page after signing in.

Belongs here: what can be done, by whom. Does not belong here: doing it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show where everything is."""
    return render(request, "home.html")
