"""Numbers that were kept beside other numbers than there are now."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.steps.collect.correct import read_ledger
from pipelines.store.ledger import CellPlace, Ledger, LedgerError
from pipelines.store.raw import Raw
from schemas.form import Form
from schemas.forms.b03_crops import Crops
from schemas.forms.h01_civil_registry import CivilRegistry
from schemas.forms.l01_culture import Culture
from schemas.forms.v01_documents import IssuedDocuments
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import COMMUNE, LEDGER_HEADING, PERIOD, VILLAGE, Cell, Row, address_of, filled, rows, run

KEY = ReturnSetKey(PERIOD.code, COMMUNE)
WHY, WHO = "Đã hỏi lại", "cán bộ thống kê xã"
REPORTERS: Mapping[type[Form], str] = {
    CivilRegistry: "Bộ phận Tư pháp - Hộ tịch",
    Culture: "Bộ phận Văn hóa - Thông tin",
    IssuedDocuments: "Văn phòng Ủy ban nhân dân",
    Crops: VILLAGE,
}


class Set:
    """A return set in a folder, with a ledger."""

    def __init__(self, root: Path) -> None:
        self.ledger = Ledger(Raw(root), KEY)
        self.folder = root / KEY.period / KEY.commune
        self.folder.mkdir(parents=True)

    def send(self, form: type[Form], **answers: Cell) -> None:
        (self.folder / f"{form.domain}.xlsx").write_bytes(filled(form, answers, reporter=REPORTERS[form]))

    def confirm(self, form: type[Form], field: str, rule: str = "") -> Row:
        place = CellPlace(f"{form.domain}.xlsx", form.sheet, address_of(form, field))
        return self.ledger.confirm(place, reason=WHY, who=WHO, rule=rule)

    def told(self, form: type[Form]) -> dict[str, Row]:
        """The findings on a form by code."""
        entries, problems = read_ledger({KEY: self.ledger.raw.ledger(KEY) or LEDGER_HEADING})
        assert problems.empty
        found = run(*self.ledger.raw.files(KEY), ledger=entries).check(form).findings
        return {row["code"]: row for row in rows(found) if row["code"] != "C-10"}


@pytest.fixture
def office(tmp_path: Path) -> Set:
    return Set(tmp_path)


def test_a_warning_is_back_when_the_other_number_of_its_rule_is_another(office: Set) -> None:
    office.send(CivilRegistry, linked_deaths=33, deaths=7, births=40)
    assert "H01-03" in office.told(CivilRegistry)
    assert "deaths=7" in office.confirm(CivilRegistry, "linked_deaths")["operands"]
    assert "H01-03" not in office.told(CivilRegistry)
    office.send(CivilRegistry, linked_deaths=33, deaths=7, births=41)
    assert "H01-03" not in office.told(CivilRegistry), "no rule on the number looks at births"
    label = CivilRegistry.fields()["deaths"].label
    for now, words in ((1, "1"), ("-", "0")):
        office.send(CivilRegistry, linked_deaths=33, deaths=now, births=41)
        message = office.told(CivilRegistry)["H01-03"]["message"]
        assert f"Số này đã được giữ nguyên khi «{label}» là 7, nay là {words}." in message
    office.send(CivilRegistry, linked_deaths=33, deaths=7, births=41)
    assert "H01-03" not in office.told(CivilRegistry)


def test_it_can_be_kept_again_beside_the_new_number_and_only_then(office: Set) -> None:
    office.send(CivilRegistry, linked_deaths=33, deaths=7)
    office.confirm(CivilRegistry, "linked_deaths")
    with pytest.raises(LedgerError, match="không cần ghi lại"):
        office.confirm(CivilRegistry, "linked_deaths")
    office.send(CivilRegistry, linked_deaths=33, deaths=1)
    office.confirm(CivilRegistry, "linked_deaths")
    assert "H01-03" not in office.told(CivilRegistry)


def test_what_others_report_is_the_other_number_too(office: Set) -> None:
    office.send(Culture, documents_posted=50)
    documents = dict.fromkeys(IssuedDocuments.fields(), 0)
    office.send(IssuedDocuments, **documents | {"total": 40, "reports": 40})
    assert "L01-03" in office.told(Culture)
    office.confirm(Culture, "documents_posted")
    assert "L01-03" not in office.told(Culture)
    office.send(IssuedDocuments, **documents | {"total": 30, "reports": 30})
    message = office.told(Culture)["L01-03"]["message"]
    assert "Số này đã được giữ nguyên khi số đem so theo L01-03 là 40, nay là 30." in message


def test_a_rule_that_is_said_to_be_wrong_is_so_beside_the_same_numbers_alone(office: Set) -> None:
    answers = {"rice_area": 10, "rice_yield": 50, "rice_production": 60}
    office.send(Crops, **answers)
    assert office.told(Crops)["B03-03"]["severity"] == "error"
    office.confirm(Crops, "rice_production", rule="B03-03")
    told = office.told(Crops)
    assert ("B03-03" in told, "H-08" in told) == (False, True)
    office.send(Crops, **answers | {"rice_area": 20})
    told = office.told(Crops)
    assert ("H-08" in told, told["B03-03"]["severity"]) == (False, "error")
    assert "Số này đã được giữ nguyên khi" in told["B03-03"]["message"]


def test_a_confirmation_of_an_earlier_version_holds_for_its_number_alone(office: Set) -> None:
    office.send(CivilRegistry, linked_deaths=33, deaths=1)
    place = f'{CivilRegistry.domain}.xlsx,"{CivilRegistry.sheet}",{address_of(CivilRegistry, "linked_deaths")}'
    line = f"2024-07-02,{WHO},{place},33,33,hỏi rồi,,as_is"
    office.ledger.raw.ledger_path(KEY).write_text(f"{LEDGER_HEADING}\n{line}\n", encoding="utf-8")
    assert "H01-03" not in office.told(CivilRegistry)
