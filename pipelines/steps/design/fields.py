"""Rows of fields: what forms ask for, in which unit, in which of their versions.

Belongs here: a field's row, and what fields of one form demand of each other. Does not belong here: sums that fields
declare of themselves, which are rules (``pipelines.steps.design.rules``).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipelines.steps.collect.headings import printed_words
from pipelines.steps.design.form_rows import FormRows, refuse_other_versions, versions_known
from pipelines.steps.design.rows import Row, Told
from pipelines.steps.design.units import UNKNOWN_UNIT, is_called_a_rate
from pipelines.steps.design.values import (
    CODE,
    WHOLE,
    Once,
    before_colon,
    is_yes,
    names_in,
    nearest,
    refuse_unknown,
    slugged,
    well_formed,
    whole_in,
)
from pipelines.steps.numbers import read_number
from schemas.design.faults import Faults
from schemas.design.sheets import NO, UNITS
from schemas.fields import FormField, NoHeir, why_no_heir
from schemas.form import TAKEN_NAMES, VillageForm
from schemas.text import fold
from schemas.units import Unit

_HEADINGS = printed_words(())
"""What every form prints, and is recognised by."""


class Fields:
    """The fields of the forms of a design, by form and code, each with its row.

    Args:
        rows: Those of the sheet of fields.
        forms: The forms that they are of.
        units: Every unit by its words.
        told: Takes the faults.
    """

    def __init__(self, rows: Sequence[Row], forms: FormRows, units: Mapping[str, Unit], told: Told) -> None:
        self.forms, self.units, self.told = forms, units, told
        self.by_form: dict[str, dict[str, FormField]] = defaultdict(dict)
        self.rows: dict[str, dict[str, Row]] = defaultdict(dict)
        self._read(rows)

    def _read(self, rows: Sequence[Row]) -> None:
        wordings: dict[str, Once] = defaultdict(lambda: Once(self.told))
        for row in rows:
            form, code = row["form"], row["code"]
            if form and form not in self.forms.by_code:
                refuse_unknown(row, "form", form, self.forms.by_code, self.told)
            if not well_formed(row, "code", CODE, slugged(code), self.told):
                continue
            if code in TAKEN_NAMES:
                self.told.tell(
                    Faults.MALFORMED, row, "code", expected="mã khác: phần mềm đã dùng tên này cho việc khác"
                )
                continue
            first = self.rows[form].setdefault(code, row)
            if first is not row:
                self.told.tell(Faults.DOUBLE, row, "code", expected=first.place("code"))
                continue
            for name in ("label", "aliases"):
                for wording in (
                    [row["label"]] if name == "label" else (*names_in(row, "aliases"), *self._worded(row).values())
                ):
                    # A field may say the same of itself twice, and does no harm by it.
                    wordings[form].take(fold(wording), row, name, wording)
                    if fold(wording) in _HEADINGS:
                        expected = "tên khác: phần mềm dùng tên này làm tiêu đề trên biểu"
                        self.told.tell(Faults.MALFORMED, row, name, written=wording, expected=expected)
            self.by_form[form][code] = self._field(row)
        for form, row in self.forms.by_code.items():
            if row["lines"]:
                wordings[form].take(fold(row["lines"]), row, "lines")
        for form, of_form in self.by_form.items():
            self._refuse_strange_plans(form, of_form)
            self._refuse_strange_versions(form, of_form)
        for row in rows:
            # A section is a heading on the form: called like a field, it would be read as the field.
            same = wordings[row["form"]].first.get(fold(row["section"]))
            if row["section"] and same is not None:
                self.told.tell(Faults.DOUBLE, row, "section", expected=same[0].place(same[1]))

    def _refuse_strange_plans(self, form: str, fields: Mapping[str, FormField]) -> None:
        """Tell of fields whose plan is asked for nowhere, in another unit, or is that of another field."""
        once = Once(self.told)
        for code, item in fields.items():
            row, plan = self.rows[form][code], fields.get(item.planned)
            if plan is None:
                if item.planned:
                    refuse_unknown(row, "planned", item.planned, fields, self.told)
            elif plan.planned:
                expected = "chỉ tiêu khác: chỉ tiêu này lại có số kế hoạch của nó"
                self.told.tell(Faults.MALFORMED, row, "planned", expected=expected)
            elif not once.take(item.planned, row, "planned") or UNKNOWN_UNIT in (plan.unit, item.unit):
                continue
            elif plan.unit != item.unit:
                self.told.tell(Faults.OTHER_UNITS, row, "planned", expected=f"{item.unit.label}, {plan.unit.label}")

    def _worded(self, row: Row) -> dict[int, str]:
        """Return the labels of a field in earlier versions, by the last that printed it so."""
        found = {}
        for said in names_in(row, "worded"):
            number, colon, label = said.partition(":")
            if not colon or not number.strip().isdecimal() or not label.strip():
                return {}
            found[int(number)] = label.strip()
        return found

    def _refuse_strange_versions(self, form: str, fields: Mapping[str, FormField]) -> None:
        """Tell of fields of versions that there are not, and of those that cannot go on as others."""
        numbers = self.forms.versions(form)
        known = f"{versions_known(numbers)}, là những phiên bản mà «Phiên bản từ kỳ» của biểu cho biết"
        for code, item in fields.items():
            row = self.rows[form][code]
            refuse_other_versions(row, numbers, self.told, known)
            if row["worded"] and (not item.worded or not set(item.worded) <= set(numbers)):
                self.told.tell(Faults.MALFORMED, row, "worded", expected=f"như «1: Số hộ nông nghiệp», với {known}")
            for other in item.became:
                self._refuse_strange_heir(row, item, other, fields)
        for number in numbers:
            if fields and not any(item.is_asked_in(number) for item in fields.values()) and form in self.forms.by_code:
                self.told.tell(
                    Faults.NO_FIELDS, self.forms.by_code[form], "since", written=f"{form} phiên bản {number}"
                )

    def _refuse_strange_heir(self, row: Row, item: FormField, other: str, fields: Mapping[str, FormField]) -> None:
        """Tell of a field that cannot go on with another."""
        units = [one.unit for one in (item, fields.get(other)) if one is not None]
        match why_no_heir(item, other, fields):
            case NoHeir.UNKNOWN:
                refuse_unknown(row, "became", other, fields, self.told)
            case NoHeir.ASKED_STILL:
                expected = "«Đến phiên bản» của chỉ tiêu này: còn hỏi thì chưa thành chỉ tiêu khác"
                self.told.tell(Faults.MALFORMED, row, "became", expected=expected)
            case NoHeir.NOT_NEXT:
                expected = f"chỉ tiêu mới từ phiên bản {(item.until or 0) + 1} («Từ phiên bản» của {other} ghi như vậy)"
                self.told.tell(Faults.MALFORMED, row, "became", written=other, expected=expected)
            case NoHeir.SPLIT_AND_MERGED:
                expected = f"chỉ tiêu chỉ nối tiếp {item.name}: vừa tách vừa gộp thì không so sánh được"
                self.told.tell(Faults.MALFORMED, row, "became", written=other, expected=expected)
            case NoHeir.OTHER_UNIT if UNKNOWN_UNIT not in units:  # which is told itself
                expected = ", ".join(unit.label for unit in units)
                self.told.tell(Faults.OTHER_UNITS, row, "became", expected=expected)
            case NoHeir.NO_SUM:
                expected = f"một mã: {item.unit.label} không cộng được, nên tách hay gộp thì không so sánh được"
                self.told.tell(Faults.MALFORMED, row, "became", expected=expected)

    def _field(self, row: Row) -> FormField:
        most, unit = whole_in(row, "most"), self.unit(row, "unit")
        self._doubt_average(row, unit)
        item = FormField(
            unit,
            row["label"],
            definition=row["definition"],
            section=row["section"],
            aliases=names_in(row, "aliases"),
            minimum=self._least(row, most),
            maximum=most,
            confirmable=is_yes(row, "confirmable"),
            optional=is_yes(row, "optional"),
            stock=is_yes(row, "stock"),
            planned=row["planned"],
            since=whole_in(row, "since", 1),
            until=whole_in(row, "until"),
            became=tuple(part.strip() for part in row["became"].split("+") if part.strip()),
            worded=self._worded(row),
        )
        item.name = row["code"]
        return item

    def _doubt_average(self, row: Row, unit: Unit) -> None:
        """Tell of what villages are asked that is called an average and would be added up over them."""
        form = self.forms.by_code.get(row["form"])
        of_villages = form is not None and before_colon(form["reporter"]) == VillageForm.reporter_kind
        if of_villages and unit.additive and unit is not UNKNOWN_UNIT and is_called_a_rate(row["label"]):
            column = UNITS.column("additive").heading
            expected = f"thêm ở trang «{UNITS.title}» một đơn vị có «{column}» ghi «{NO}», và dùng đơn vị đó ở đây"
            self.told.tell(Faults.AVERAGE_ADDED, row, "unit", expected=expected)

    def _least(self, row: Row, most: int | None) -> int | None:
        text = row["least"]
        if not text or fold(text) == fold(NO):
            return None if text else 0
        if (value := read_number("text", text, WHOLE).value) is None:
            self.told.tell(Faults.MALFORMED, row, "least", expected=f"số nguyên, hoặc «{NO}» nếu không hạn chế")
            return None
        if most is not None and value > most:
            self.told.tell(Faults.RANGE, row, "least", expected=str(most))
        return int(value)

    def unit(self, row: Row, name: str) -> Unit:
        """Return the unit that a cell names; one that stands for it where there is none of that name."""
        if not row[name]:
            return UNKNOWN_UNIT
        unit = self.units.get(row[name].casefold())
        if unit is None:
            near = nearest(row[name], dict.fromkeys(unit.label for unit in self.units.values()))
            expected = f"{near}; đơn vị mới thì ghi thêm ở trang «{UNITS.title}»"
            self.told.tell(Faults.UNKNOWN, row, name, expected=expected)
        return unit or UNKNOWN_UNIT
