"""Rules of forms: those of the sheet of rules, and the sums that fields declare of themselves.

Belongs here: what the names in rules stand for, units that a rule may not hold against each other, of which versions a
rule is. Does not belong here: the language of rules (``schemas.design.notation``), rules that contradict each other
(``schemas.system``).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.steps.design.fields import Fields
from pipelines.steps.design.form_rows import other_versions, versions_known
from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.units import UNKNOWN_UNIT, measures, told_apart
from pipelines.steps.design.values import Once, before_colon, choice_in, nearest, refuse_unknown, well_formed, whole_in
from schemas.design import written
from schemas.design.faults import Faults
from schemas.design.notation import Names, NotationError, read_rule
from schemas.design.sheets import SEVERITIES
from schemas.edit import Edit
from schemas.edits import Account, Agreement, Balance, Bound
from schemas.fields import FormField
from schemas.form import Form, FormType
from schemas.outcomes import Severity
from schemas.units import conversion


class Rules:
    """The rules of the forms of a design, by form and code, each with its row and the column that it stands in.

    Args:
        rows: Those of the sheet of rules.
        fields: The fields that are ruled, and the forms.
        told: Takes the faults.
    """

    def __init__(self, rows: Sequence[Row], fields: Fields, told: Told) -> None:
        self.forms, self.fields, self.told = fields.forms, fields, told
        self.stand_ins = {code: self._stand_in(code) for code in self.forms.by_code}
        self.by_form: dict[str, dict[str, Edit]] = defaultdict(dict)
        self.rows: dict[str, dict[str, tuple[Row, str]]] = defaultdict(dict)
        self._read_totals()
        self._read(rows)

    def _stand_in(self, code: str) -> type[Form]:
        """Return a form that has fields and nothing else, for others to refer to while it is not made."""
        row = self.forms.by_code[code]
        form: Any = FormType(
            "StandIn", (Form,), dict(self.fields.by_form[code]), reporter=before_colon(row["reporter"])
        )
        form.code, form.line_title, form.domain = code, row["lines"], row["domain"] or code.lower()
        return form  # type: ignore[no-any-return]

    def names(self, own: str = "") -> Names:
        """Return what names stand for in the rules of a form, or in formulas."""

        def field(form: str, code: str) -> FormField:
            among = self._fields_of(form or own)
            if not form and not own:
                raise NotationError(code, f"mã biểu đứng trước mã chỉ tiêu, như S01.{code}")
            if among is None:
                known = [*self.forms.by_code, *self.forms.in_use]
                raise NotationError(f"{form}.{code}", f"mã biểu đã có ({nearest(form, known)})")
            if code not in among:
                raise NotationError(code, f"mã chỉ tiêu của biểu {form or own} ({nearest(code, among)})")
            return among[code]

        def form(code: str) -> Any:
            found = self.stand_ins.get(code) or self.forms.in_use.get(code)
            if found is None:
                raise NotationError(code, f"mã biểu đã có ({nearest(code, [*self.forms.by_code, *self.forms.in_use])})")
            return found

        return Names(field, form)

    def _fields_of(self, form: str) -> Mapping[str, FormField] | None:
        if form in self.forms.by_code:
            return self.fields.by_form[form]
        return self.forms.in_use[form].fields() if form in self.forms.in_use else None

    def _read_totals(self) -> None:
        """Read the sums that fields declare of themselves; they come before a form's other rules."""
        for form in self.forms.by_code:
            for code, row in self.fields.rows[form].items():
                if row["parts"]:
                    text = f"{code} = {row['parts'].removeprefix('=')}"
                    edit = self._rule(row, "parts", text, form, written.total_code(form, code), None)
                    if edit is not None and not isinstance(edit, Balance):
                        self.told.tell(Faults.RULE, row, "parts", expected="các mã của biểu cách nhau bằng dấu +")

    def _read(self, rows: Sequence[Row]) -> None:
        once = Once(self.told)
        for row in rows:
            form, code = row["form"], row["code"]
            if form and form not in self.forms.by_code:
                refuse_unknown(row, "form", form, self.forms.by_code, self.told)
                continue
            shape = re.compile(rf"{re.escape(form)}-\d{{2,3}}")
            if not form or not well_formed(row, "code", shape, f"{form}- và hai chữ số, như {form}-01", self.told):
                continue
            if once.take(code, row, "code") and row["rule"]:
                edit = self._rule(row, "rule", row["rule"], form, code, choice_in(row, "severity", SEVERITIES))
                if edit is not None:
                    self._refuse_no_version(row, form, edit)

    def _rule(self, row: Row, name: str, text: str, form: str, code: str, severity: Severity | None) -> Edit | None:
        try:
            edit = read_rule(text, form, code, self.names(form), severity)
        except NotationError as wrong:
            self.told.tell(Faults.RULE, row, name, written=wrong.written, expected=wrong.expected)
            return None
        self.rows[form][code] = row, name
        whole, parts = edit.names[0], edit.names[1:]
        if isinstance(edit, Balance) and whole in parts:
            self.told.tell(Faults.OF_ITSELF, row, name, written=whole)
        elif labels := self._other_units(form, edit):
            self.told.tell(Faults.OTHER_UNITS, row, name, written=text, expected=labels)
        else:
            self.by_form[form][code] = edit
        return edit

    def _refuse_no_version(self, row: Row, form: str, edit: Edit) -> None:
        """Tell of a rule of no version, or of versions that there are not; otherwise note of which it is."""
        edit.during(whole_in(row, "since", 1), whole_in(row, "until", 0))
        numbers, fields = self.forms.versions(form), self.fields.by_form[form]
        if others := other_versions(row, numbers):
            self.told.tell(Faults.MALFORMED, row, others[0], expected=versions_known(numbers))
            return
        asked = [number for number in numbers if all(fields[name].is_asked_in(number) for name in edit.names)]
        if not any(edit.since <= number and (not edit.until or number <= edit.until) for number in asked):
            expected = "các chỉ tiêu cùng được hỏi trong một phiên bản mà quy tắc có hiệu lực"
            self.told.tell(Faults.RULE, row, "rule", written=row["rule"], expected=expected)

    def _other_units(self, form: str, edit: Edit) -> str:
        """Return the units that a rule adds up or compares though they are not of one kind; nothing if they are."""
        others = [other.unit for other in edit.others] if isinstance(edit, Agreement) else []
        first, *rest = [*(self.fields.by_form[form][one].unit for one in edit.names), *others]
        match edit:
            case Balance() | Account():
                apart = any(unit.dimension != first.dimension for unit in rest)
            case Agreement():
                # What others report is added up as written, and kept with as many decimals as the line has.
                apart = any(
                    told_apart(unit, first) or unit.factor != first.factor or unit.decimals > first.decimals
                    for unit in rest
                )
            case Bound():
                # Tấn of cement and m3 of sand can be held against each other, though nothing follows for certain.
                warns = edit.severity is Severity.WARNING
                apart = any(
                    told_apart(unit, first)
                    and not (warns and measures(unit) and measures(first) and conversion(unit, first) is None)
                    for unit in rest
                )
            case _:
                apart = False
        labels = list(dict.fromkeys(unit.label for unit in (first, *rest)))
        return ", ".join(labels) if apart and UNKNOWN_UNIT.label not in labels else ""
