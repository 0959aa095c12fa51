"""Rows of the lines that forms print.

Belongs here: which line is part of which, and of which versions. Does not belong here: lines that reporters name
themselves, what follows from parts (``schemas.lines``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from pipelines.steps.design.fields import Fields
from pipelines.steps.design.form_rows import refuse_other_versions, versions_known
from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.values import names_in, refuse_unknown, well_formed, whole_in
from schemas.design.faults import Faults
from schemas.design.sheets import OF_WHICH, PART
from schemas.lines import Line
from schemas.text import fold

_LINE_CODE = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")


class Lines:
    """The lines that the forms of a design print, by form: each form's as a tree, and their rows by code.

    Args:
        rows: Those of the sheet of lines.
        fields: The fields that lines can be without, and the forms.
        told: Takes the faults.
    """

    def __init__(self, rows: Sequence[Row], fields: Fields, told: Told) -> None:
        self.forms, self.fields, self.told = fields.forms, fields.by_form, told
        self.rows: dict[str, dict[str, Row]] = defaultdict(dict)
        self.by_form: dict[str, tuple[Line, ...]] = {}
        self._read(rows)

    def _read(self, rows: Sequence[Row]) -> None:
        """Read the lines that forms print; one that is part of another stands below it."""
        for row in rows:
            form, code, within = row["form"], row["code"], row["within"]
            if form and form not in self.forms.by_code:
                refuse_unknown(row, "form", form, self.forms.by_code, self.told)
                continue
            if not well_formed(row, "code", _LINE_CODE, "chữ thường không dấu, số, gạch dưới, như dx_lua", self.told):
                continue
            known = self.rows[form]
            if within and within not in known:
                refuse_unknown(row, "within", within, known, self.told)
            for name in names_in(row, "without"):
                if name not in self.fields[form]:
                    refuse_unknown(row, "without", name, self.fields[form], self.told)
            first = known.setdefault(code, row)
            if first is not row:
                self.told.tell(Faults.DOUBLE, row, "code", expected=first.place("code"))
            elif form and not self.forms.by_code[form]["lines"] and len(known) == 1:
                column = self.forms.by_code[form].sheet.column("lines")
                self.told.tell(Faults.MISSING, self.forms.by_code[form], "lines", expected=column.help)
        for form, own in self.rows.items():
            for row in own.values():
                numbers = self.forms.versions(form)
                refuse_other_versions(row, numbers, self.told, versions_known(numbers))
            self.by_form[form] = _tree(own.values())


def _tree(rows: Iterable[Row], within: str = "", how: str = "") -> tuple[Line, ...]:
    """Return the lines directly below one, each with those below it; ``how`` of them, where they are below one."""
    rows = list(rows)
    own = [row for row in rows if row["within"] == within and (_of_which(row) == (how == OF_WHICH) or not within)]
    return tuple(
        Line(
            row["code"],
            row["name"],
            _tree(rows, row["code"], PART),
            _tree(rows, row["code"], OF_WHICH),
            names_in(row, "without"),
            whole_in(row, "since", 1),
            whole_in(row, "until"),
        )
        for row in own
    )


def _of_which(row: Row) -> bool:
    return fold(row["how"]) == fold(OF_WHICH)
