"""How the templates speak: Jinja as for the explorer, with Django's addresses, words and messages.

Belongs here: the environment of the templates, and what every page's frame shows. Does not belong here: the pages.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from jinja2 import Environment, StrictUndefined

from pipelines.desk import roles
from pipelines.desk.board import Line, Sent, Square
from pipelines.present.compared import texts
from pipelines.present.plan import place_in_plan
from pipelines.steps.numbers import vietnamese
from schemas.periods import Period
from schemas.words import WORDS


def environment(**options: Any) -> Environment:
    """Return the environment in which Django's Jinja backend finds our templates."""
    made = Environment(
        **{**options, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True},
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(translation.gettext, translation.ngettext)  # type: ignore[attr-defined]
    made.globals |= {"url": reverse}
    made.filters |= {
        "moment": moment,
        "period": lambda code: Period.parse(code).title,
        "place": place_in_plan,
        "number": number,
        "count": lambda count: vietnamese(Decimal(count)),
        "word": word,
        "columns": lambda held, side: [text or number(None) for text in texts(held, side)],
        "groups": _groups,
        "forms_of": _forms_of,
        "squares_of": _squares_of,
    }
    return made


def moment(when: datetime | None) -> str:
    """Return a moment as an officer writes it: 05/07/2024 08:15, on Vietnam's clocks; of none, a dash."""
    return timezone.localtime(when).strftime("%d/%m/%Y %H:%M") if when else "–"


def number(value: Decimal | None) -> str:
    """Return a number as Vietnamese prints it; where there is none, a dash."""
    return "–" if value is None else vietnamese(value)


def word(key: str) -> str:
    """Return a word that the explorer has too, in the language of the page."""
    return WORDS[key][translation.get_language() == "en"]


def _groups(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Yield the lines of a board in tables of like reporters: the villages, then all others."""
    for title, villages in ((translation.gettext("Thôn"), True), (translation.gettext("Đơn vị khác"), False)):
        if own := [line for line in lines if (line.reporter.level == "village") is villages]:
            yield title, own


def _forms_of(lines: Sequence[Line], forms: Sequence[Any]) -> list[Any]:
    """Return the forms that any of these lines is asked for."""
    asked = {number for line in lines for number, one in enumerate(line.squares) if one.sent is not Sent.NOT_ASKED}
    return [form for number, form in enumerate(forms) if number in asked]


def _squares_of(line: Line, forms: Sequence[Any], shown: Sequence[Any]) -> Iterator[tuple[Any, Square]]:
    """Yield the squares of a line for the forms that are shown."""
    yield from ((form, one) for form, one in zip(forms, line.squares, strict=True) if form in shown)


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
