"""True returns of a commune unlike the example, drawn: what is added up is added up, and desks agree with villages.

Belongs here: drawing them. Does not belong here: workbooks, and what is told of the returns.
"""

from decimal import Decimal
from random import Random

from schemas.form import Form
from schemas.forms import FORMS
from schemas.units import Unit
from tests.edits.examples import Values, reporters
from tests.unit.slips import consistent

Returns = dict[tuple[str, str], Values]
"""Values by form and reporter."""


def generated(seed: int) -> Returns:
    random = Random(f"commune {seed}")
    found = {
        (form.code, reporter): _of_village(form, random) if form.reporter_kind == "village" else _of_desk(form, random)
        for form in FORMS
        for reporter in reporters(form)
    }
    _agree(found)
    return found


def _of_desk(form: type[Form], random: Random) -> Values:
    record = consistent(form.system, random)
    values = {name: form.system.decimal(name, value) for name, value in record.items()}
    if form.code == "T01":
        values = {name: value * 1000 for name, value in values.items()}
    if form.code == "X04":
        values["packages"] = min(values["packages"], Decimal(1000))
        values["households"] = min(values["households"], values["packages"])
        values["value"] = values["packages"] * values["unit_value"]
    return values


def _of_village(form: type[Form], random: Random) -> Values:
    """Draw what is added up, and add it up: villages of one commune are of one order of size."""
    values = {name: _drawn(item.unit, random) for name, item in form.fields().items()}
    if form.code == "B03":
        for crop, most in (("rice", 60), ("maize", 70)):
            area, rate = random.uniform(1, 400), random.uniform(30, most)
            for what, true in (("area", area), ("yield", rate), ("production", area * rate / 10)):
                values[f"{crop}_{what}"] = Decimal(str(round(true, random.randint(0, 2))))
        values["perennial_area"] += values["anise_area"] + values["fruit_new_area"]
    for edit in reversed(form.edits):
        names = edit.names
        if edit.demand == "không được quá" and len(names) == 2:
            values[names[0]] = min(values[names[0]], values[names[1]])
    for _ in range(3):  # totals of totals
        for edit in form.edits:
            if edit.demand == "các phần cộng lại là":
                values[edit.names[0]] = sum((values[name] for name in edit.names[1:]), Decimal(0))
    return values


def _drawn(unit: Unit, random: Random) -> Decimal:
    return Decimal(str(round(10 ** random.uniform(1.3, 2.3), unit.decimals)))


def _agree(found: Returns) -> None:
    """Make the desks' lines those of the others, as far as they speak of the same."""

    def total(form: str, field: str) -> Decimal:
        return sum((values[field] for (code, _), values in found.items() if code == form), Decimal(0))

    of = {form.code: found[form.code, reporters(form)[0]] for form in FORMS if form.reporter_kind != "village"}
    of["N01"]["planted_area"] = total("B04", "planted_area")
    of["N01"]["registered_area"] = total("B04", "registered_area")
    pupils = total("G01", "pupils") + total("G02", "pupils") + total("G03", "pupils")
    of["Y01"]["pupils"], of["Y01"]["pupils_examined"] = pupils, pupils - 1 if pupils else pupils
    of["A01"]["pledged_pupils"] = pupils // 2
    of["N02"]["rabies_dogs"] = total("B01", "dog") // 3
    of["N02"]["pasteurellosis"] = of["N02"]["foot_and_mouth"] = total("B01", "total") // 4
    of["N02"]["disinfected_villages"] = min(of["N02"]["disinfected_households"], of["L01"]["villages"], Decimal(8))
    of["Q02"]["incinerators"] = total("B05", "built") // 2
    of["X03"]["poor"] = max(of["X03"]["poor"], of["C02"]["households_poor"])
    of["X03"]["electricity_households"] = max(of["X03"]["electricity_households"], of["X03"]["poor"])
    approved = max(of["C01"][f"{what}_approved"] for what in ("housing", "tools", "water"))
    of["X03"]["near_poor"] = approved  # in no edit of its own form
    of["L01"]["documents_posted"] = of["V01"]["total"] // 2
    of["Y01"]["under5"] = max(of["Y01"]["under5"], of["Y02"]["pregnant"])
