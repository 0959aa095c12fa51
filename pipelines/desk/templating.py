"""How the templates speak: Jinja as for the explorer, with Django's addresses, words and messages.

Belongs here: the environment of the templates, and what every page's frame shows. Does not belong here: the pages.
"""

from datetime import datetime
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import Environment, StrictUndefined

from pipelines.desk import roles


def environment(**options: Any) -> Environment:
    """Return the environment in which Django's Jinja backend finds our templates."""
    made = Environment(
        **{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(translation.gettext, translation.ngettext)  # type: ignore[attr-defined]
    made.globals |= {"url": reverse}
    made.filters |= {"moment": moment}
    return made


def moment(when: datetime | None) -> str:
    """Return a moment as an officer writes it: 05/07/2024 08:15, on Vietnam's clocks; of none, a dash."""
    return timezone.localtime(when).strftime("%d/%m/%Y %H:%M") if when else "–"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page shows."""
    user = getattr(request, "user", None)
    return {
        "user": user if user is not None and user.is_authenticated else None,
        "may": roles.held_by(user),
        "messages": get_messages(request) if hasattr(request, "_messages") else (),
        "language": translation.get_language(),
        "here": request.get_full_path(),
        "view": request.resolver_match.url_name if request.resolver_match else "",
    }
