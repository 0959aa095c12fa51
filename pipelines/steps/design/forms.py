"""Forms of what their rows say: made of fields, lines and rules, where none of these has a fault.

Belongs here: making forms, and telling what keeps one from being used. Does not belong here: what a row says
(``pipelines.steps.design.form_rows``, ``fields``, ``lines``, ``rules``), what forms demand of themselves
(``schemas.form``, ``schemas.system``).
"""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.steps.design.fields import Fields
from pipelines.steps.design.form_rows import FormRows, kind_called
from pipelines.steps.design.lines import Lines
from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.rules import Rules
from pipelines.steps.design.values import Rows, before_colon, choice_in, names_in, whole_in
from schemas.design import written
from schemas.design.faults import Faults
from schemas.design.parts import Design, Known
from schemas.design.sheets import COUNTS
from schemas.edits import Reporting
from schemas.form import Counts, DeskForm, Form, FormType, LineForm, VillageForm
from schemas.periods import DUE_AFTER
from schemas.system import FaultyError
from schemas.units import Unit


class Forms:
    """The forms of a design, as far as its rows say them.

    Args:
        rows: By the name of the sheet.
        known: What there is already.
        units: Every unit by its words.
        told: Takes the faults.
    """

    def __init__(self, rows: Rows, known: Known, units: Mapping[str, Unit], told: Told) -> None:
        self.known, self.told = known, told
        self.rows = FormRows(rows.get("forms", ()), known, told)
        self.fields = Fields(rows.get("fields", ()), self.rows, units, told)
        self.lines = Lines(rows.get("lines", ()), self.fields, told)
        self.rules = Rules(rows.get("rules", ()), self.fields, told)
        self.made = {code: form for code in self.rows.by_code if (form := self._made(code)) is not None}
        every = (form.in_version(number) for form in self.made.values() for number in form.numbers())
        for form in (*self.made.values(), *every):
            for edit in form.edits:
                if isinstance(edit, Reporting):
                    edit.forms = tuple(self.made.get(one.code, one) for one in edit.forms)

    def _made(self, code: str) -> type[Form] | None:
        """Return the form; nothing where its rows have faults."""
        form = self._unless_faulty(code)
        self._refuse_taken(self.rows.by_code[code], code, form)
        if form is not None:
            self._refuse_old_version(self.rows.by_code[code], form)
        return form

    def _unless_faulty(self, code: str) -> type[Form] | None:
        row, fields = self.rows.by_code[code], self.fields.by_form[code]
        if not fields:
            self.told.tell(Faults.NO_FIELDS, row, "code")
            return None
        if self._has_faults(code):
            return None
        kind = before_colon(row["reporter"])
        base = VillageForm if kind == "village" else LineForm if row["lines"] else DeskForm
        edits = tuple(self.rules.by_form[code].values())
        try:
            form: Any = FormType(
                base.__name__,
                (base,),
                {**fields, "edits": edits, "__doc__": row["title"], "__module__": __name__},
                code=code,
                sheet=row["sheet"],
                title=row["title"],
                domain=row["domain"] or code.lower(),
                reporter=kind,
                version=whole_in(row, "version", 1),
                since=self.rows.since.get(code),
                lines=row["lines"],
                fixed=self.lines.by_form.get(code, ()),
                due=whole_in(row, "due", DUE_AFTER),
                periods=[one for word in names_in(row, "periods") if (one := kind_called(word)) is not None],
                counts=choice_in(row, "counts", COUNTS) or Counts.OVER_PERIOD,
            )
        except FaultyError as wrong:
            self._tell_faulty(code, wrong)
            return None
        return form  # type: ignore[no-any-return]

    def _has_faults(self, code: str) -> bool:
        """Return whether a fault was told of any row of a form."""
        fields, lines = self.fields.rows[code].values(), self.lines.rows[code].values()
        own = [self.rows.by_code[code], *fields, *lines, *(row for row, _ in self.rules.rows[code].values())]
        at = {(row.file, row.sheet.title, row.number) for row in own}
        told = {(one.file, one.sheet, int(re.sub(r"\D", "", one.cells) or 0)) for one in self.told.faults}
        return bool(at & told)

    def _tell_faulty(self, code: str, wrong: FaultyError) -> None:
        for fault in wrong.faults:
            first, *others = (self.rules.rows[code][edit] for edit in fault.edits)
            row, name = first
            places = "; ".join(other.place(at) for other, at in others)
            if fault.repeats:
                self.told.tell(Faults.REPEATED, row, name, expected=places or "mức ít nhất, nhiều nhất của chỉ tiêu")
            else:
                self.told.tell(Faults.CONTRADICTION, row, name, expected=places or "mức ít nhất, nhiều nhất")

    def _refuse_taken(self, row: Row, code: str, form: type[Form] | None) -> None:
        """Tell of a code or a table that something else in use has; to say again what is in use is no fault."""
        other = self.rows.in_use.get(code)
        if other is not None:
            if form is None or written.rows_of(Design((form,))) != written.rows_of(Design((other,))):
                self.told.tell(Faults.TAKEN, row, "code", expected=f"các biểu đang dùng («{other.heading}»)")
            return
        domain = row["domain"] or code.lower()
        taken = next((one for one in self.rows.in_use.values() if one.domain == domain), None)
        if taken is not None:
            self.told.tell(Faults.TAKEN, row, "domain", written=domain, expected=f"biểu {taken.code} đang dùng")

    def _refuse_old_version(self, row: Row, form: type[Form]) -> None:
        """Tell of a form that asks otherwise than the one it takes the place of, and has no higher version."""
        for old in self.known.replaced.forms:
            if old.code != form.code:
                continue
            for number in (one for one in old.numbers() if one in form.numbers() or one > form.version):
                now = form.in_version(min(number, form.version))
                if _printed(old.in_version(number)) == _printed(now):
                    continue
                if number < form.version:
                    expected = (
                        f"phiên bản {number} hỏi đúng như đang dùng: mới thì ghi «Từ phiên bản», bỏ thì ghi «Đến…»"
                    )
                    self.told.tell(Faults.MALFORMED, row, "since", expected=expected)
                else:
                    said, needed = str(now.version), str(old.version + 1)
                    self.told.tell(Faults.OLD_VERSION, row, "version", written=said, expected=needed)


def _printed(form: type[Form]) -> object:
    """Return what a workbook that was filled in holds of its form."""
    lines = tuple((code, placed.line.name, placed.line.without) for code, placed in form.printed_lines().items())
    return form.line_title, lines, {(item.label, item.unit.label) for item in form.fields().values()}
