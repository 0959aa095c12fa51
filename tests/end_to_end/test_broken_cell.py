"""One cell is broken: one finding that names it, the mart stays as accepted; a line in the ledger repairs it."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.office import CLEAN, HELD, Office, Row

DESK_WORKBOOK, WORKBOOK, SHEET = "finance.xlsx", "na_lia.xlsx", "Chăn nuôi"
FIGURE, HORSES = "livestock.buffalo.heads", "livestock.horse.ordinary.heads"
REASON = "Đã gọi trưởng thôn, xác nhận số."


def refresh_holds(
    office: Office, accepted: Office, *, form: str = "B01", mart: str = "livestock", besides: tuple[str, ...] = ()
) -> Row:
    """Refresh; make sure that this form alone is held and every number stays as accepted; return the one finding.

    Args:
        office: Where.
        accepted: As it was.
        form: Which is held.
        mart: The form's.
        besides: The codes of what else is found of it.
    """
    office.refresh(expect=HELD)
    said = office.ask("refresh", expect=HELD)  # has nothing to do, and tells what is held
    held = said.partition("Giữ lại: ")[2].partition(";")[0]
    assert held.startswith(form), said
    assert "," not in held, said
    findings = office.blocking()
    assert {row["form"] for row in findings} == {form}, findings
    assert tuple(row["code"] for row in findings[1:]) == besides, findings
    office.ask("findings", expect=HELD)
    assert office.tables("marts")[mart] == accepted.tables("marts")[mart]
    assert office.numbers() == accepted.numbers()
    return findings[0]


def correction(old: str, new: str) -> dict[str, str]:
    """Return what a trace tells of a correction made by these tests."""
    return {"old": old, "new": new, "reason": REASON, "who": "cán bộ kiểm thử"}


@pytest.mark.slow
def test_a_number_changed_in_one_part(office: Office, refreshed: Office) -> None:
    office.fill(WORKBOOK, SHEET, {"D10": 56})
    finding = refresh_holds(office, refreshed)
    assert (finding["code"], finding["status"], finding["reporter"]) == ("B01-01", "fails", "na_lia")
    assert (finding["file"], finding["sheet"]) == (WORKBOOK, SHEET)
    assert "D10" in finding["cells"].split(";")
    assert (finding["written"], finding["expected"]) == ("1.437", "1.438")
    for word in ("Thôn Nà Lìa", WORKBOOK, SHEET, "ô D10", "lệch 1"):
        assert word in finding["message"]


@pytest.fixture(scope="module")
def two_sums(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which a village changed its number of horses: a part of one sum, and the total of another."""
    office = refreshed.copy(tmp_path_factory.mktemp("two_sums"))
    office.fill(WORKBOOK, SHEET, {"D12": 664})
    return office


@pytest.fixture(scope="module")
def shared(two_sums: Office, refreshed: Office) -> Row:
    """What is then told."""
    return refresh_holds(two_sums, refreshed)


class TestNumberThatTwoSumsShare:
    def test_is_one_finding_that_names_it_first(self, shared: Row) -> None:
        assert shared["code"] in ("B01-01", "B01-02")
        assert shared["cells"].split(";")[0] == "D12"
        for word in ("Thôn Nà Lìa", WORKBOOK, SHEET, "ô D12", "Tổng đàn gia súc", "Đàn ngựa", "lệch 1"):
            assert word in shared["message"]

    def test_is_told_with_what_that_cell_says_and_should_say(self, shared: Row) -> None:
        assert (shared["written"], shared["expected"]) == ("664", "663")

    def test_leaves_the_figures_as_they_were_and_held(self, two_sums: Office, shared: Row, refreshed: Office) -> None:
        before, after = refreshed.figures(), {row["id"]: row for row in two_sums.rows("figures", expect=HELD)}
        assert {name: row["value"] for name, row in after.items()} == {
            name: row["value"] for name, row in before.items()
        }
        held = {name for name, row in after.items() if row["status"] == "held"}
        assert {FIGURE, "livestock.total.heads", "livestock.horse.white.share"} <= held
        assert not held & {"budget.revenue.total", "crops.annual.area", "livestock.sold.heads"}

    def test_is_not_run_again_for_nothing(self, two_sums: Office, shared: Row) -> None:
        assert "Không có gì thay đổi" in two_sums.ask("refresh", expect=HELD)

    @pytest.mark.slow
    def test_is_repaired_by_the_ledger(self, two_sums: Office, shared: Row, refreshed: Office, tmp_path: Path) -> None:
        office = two_sums.copy(tmp_path / "office")
        office.correct(WORKBOOK, SHEET, "D12", old="664", new="663", reason=REASON)
        office.refresh(expect=CLEAN)
        assert office.numbers() == refreshed.numbers()
        assert office.figures() == refreshed.figures()
        sources = [row for row in office.trace("livestock.horse.heads")["sources"] if row["reporter"] == "na_lia"]
        assert [(row["cell"], row["text"], row["value"]) for row in sources] == [("D12", "664", 663)]
        assert sources[0]["correction"] == correction("664", "663")


@dataclass(frozen=True)
class Case:
    """A way in which one village breaks its buffalo cell, and what is then told."""

    village: str
    cells: dict[str, Any]
    code: str
    written: str
    words: tuple[str, ...] = ()
    """More that the sentence must name."""
    at: str = "D10"


CASES = {
    "a word": Case("co_huong", {"D10": "abc"}, "C-04", "abc"),
    "a number that reads two ways": Case("me_thanh", {"D10": "2000.000"}, "C-05", "2000.000"),
    "a part of a head": Case("na_lia", {"D10": 55.5}, "C-06", "55.5"),
    "a date": Case("pa_phao", {"D10": dt.datetime(2024, 3, 5)}, "C-07", "2024-03-05"),
    "a formula never computed": Case("suoi_ma", {"D10": "=50+5"}, "C-08", "=50+5"),
    "a negative number": Case("suoi_mo", {"D10": -5}, "C-11", "-5"),
    "a label gone": Case("suoi_phay", {"B10": None}, "C-01", "", ("Đàn trâu",), at=""),
    "a blank": Case("tham_na", {"D10": None}, "H-03", ""),
}
"""One per village, so that a single refresh shows them all."""


@pytest.fixture(scope="module")
def broken(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which every village broke one cell in its own way."""
    office = refreshed.copy(tmp_path_factory.mktemp("broken"))
    for case in CASES.values():
        office.fill(f"{case.village}.xlsx", SHEET, case.cells)
    office.refresh(expect=HELD)
    return office


@pytest.fixture(scope="module")
def findings(broken: Office) -> list[Row]:
    """What is then told."""
    return broken.blocking()


@pytest.fixture(scope="module")
def repaired(broken: Office, refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same office after one line in the ledger per broken cell; the label has to be put back by hand."""
    office = broken.copy(tmp_path_factory.mktemp("repaired"))
    for case in CASES.values():
        workbook = f"{case.village}.xlsx"
        if case.at:
            new = str(refreshed.value(workbook, SHEET, "D10"))
            office.correct(workbook, SHEET, "D10", old=case.written, new=new, reason=REASON)
        else:
            office.fill(workbook, SHEET, {"B10": "Đàn trâu"})
    office.refresh(expect=CLEAN)
    return office


class TestCellThatSaysNoNumber:
    @pytest.mark.parametrize("case", CASES.values(), ids=CASES)
    def test_is_one_finding_that_names_it(self, findings: list[Row], case: Case) -> None:
        told = [row for row in findings if row["reporter"] == case.village]
        assert [(row["code"], row["severity"], row["form"]) for row in told] == [(case.code, "error", "B01")]
        assert (told[0]["file"], told[0]["sheet"], told[0]["cells"]) == (f"{case.village}.xlsx", SHEET, case.at)
        assert told[0]["written"] == case.written
        for word in (f"{case.village}.xlsx", SHEET, case.written, *case.words, *([f"ô {case.at}"] if case.at else [])):
            assert word in told[0]["message"]

    def test_is_all_there_is_to_tell(self, findings: list[Row]) -> None:
        assert len(findings) == len(CASES)

    def test_holds_the_form(self, broken: Office, refreshed: Office) -> None:
        assert broken.tables("marts")["livestock"] == refreshed.tables("marts")["livestock"]
        assert broken.numbers() == refreshed.numbers()
        figure = broken.figures()[FIGURE]
        assert (figure["value"], figure["status"]) == ("205", "held")

    @pytest.mark.slow
    def test_is_repaired_by_the_ledger(self, repaired: Office, refreshed: Office) -> None:
        assert repaired.blocking() == []
        assert repaired.numbers() == refreshed.numbers()
        assert repaired.figures() == refreshed.figures()

    @pytest.mark.slow
    def test_shows_the_repair_in_the_trace(self, repaired: Office, refreshed: Office) -> None:
        sources = {source["reporter"]: source for source in repaired.trace(FIGURE)["sources"]}
        for case in CASES.values():
            if case.at:
                value = int(refreshed.value(f"{case.village}.xlsx", SHEET, "D10"))
                source = sources[case.village]
                assert (source["cell"], source["text"], source["value"]) == ("D10", case.written, value)
                assert source["correction"] == correction(case.written, str(value))


@pytest.fixture(scope="module")
def without_desk(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that had accepted the finance desk's workbook, and no longer has it."""
    office = refreshed.copy(tmp_path_factory.mktemp("without_desk"))
    (office.returns / DESK_WORKBOOK).unlink()
    return office


@pytest.fixture(scope="module")
def missing(without_desk: Office, refreshed: Office) -> Row:
    """What is then told."""
    return refresh_holds(without_desk, refreshed, form="T01", mart="budget")


@pytest.mark.slow
class TestDeskWorkbook:
    """The finance desk's workbook has one form, so there is one thing to tell."""

    def test_deleted_is_one_finding(self, missing: Row) -> None:
        assert (missing["code"], missing["reporter"]) == ("H-02", "finance")

    def test_deleted_is_named(self, missing: Row) -> None:
        assert missing["file"] == DESK_WORKBOOK
        assert DESK_WORKBOOK in missing["message"]

    def test_deleted_leaves_the_figures_held(self, without_desk: Office, missing: Row) -> None:
        figure = without_desk.figures()["budget.revenue.total"]
        assert (figure["value"], figure["status"]) == ("3819888592", "held")

    def test_that_cannot_be_opened_is_one_finding(self, office: Office, refreshed: Office) -> None:
        (office.returns / DESK_WORKBOOK).write_bytes(b"PK\x03\x04" + b"not a workbook " * 99)
        office.refresh(expect=HELD)
        assert "T01" in office.ask("refresh", expect=HELD)
        assert office.tables("marts")["budget"] == refreshed.tables("marts")["budget"]
        assert office.figures()["budget.revenue.total"]["status"] == "held"
        assert [(row["code"], row["file"]) for row in office.blocking()] == [("W-01", DESK_WORKBOOK)]


@pytest.fixture(scope="module")
def without_village(refreshed: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that had accepted a village's workbook, which it no longer has."""
    office = refreshed.copy(tmp_path_factory.mktemp("without_village"))
    (office.returns / WORKBOOK).unlink()
    office.refresh(expect=HELD)
    return office


@pytest.fixture(scope="module")
def told(without_village: Office) -> list[Row]:
    """What is then told."""
    return without_village.blocking()


@pytest.mark.slow
class TestVillageWorkbook:
    """A village's workbook has four forms; other reporters and the ledger speak of it."""

    def test_deleted_is_told_once_per_form(self, told: list[Row]) -> None:
        missing = [row for row in told if row["reporter"] == "na_lia"]
        forms = [row["form"] for row in missing]
        assert {row["code"] for row in missing} == {"H-02"}
        assert {"B01", "B02", "B03", "B04"} <= set(forms)
        assert len(set(forms)) == len(forms)

    def test_deleted_holds_the_marts(self, without_village: Office, refreshed: Office) -> None:
        assert without_village.numbers() == refreshed.numbers()
        before, after = refreshed.tables("marts"), without_village.tables("marts")
        assert all(after[mart] == before[mart] for mart in ("livestock", "sales", "crops", "forestry"))

    def test_deleted_accuses_no_other_reporter(self, told: list[Row]) -> None:
        assert {row["reporter"] for row in told} <= {"na_lia", ""}

    def test_deleted_is_no_stale_correction(self, told: list[Row]) -> None:
        assert not [row for row in told if row["code"] == "L-02"]

    def test_put_back_is_as_if_nothing_had_been(self, office: Office, refreshed: Office) -> None:
        content = (office.returns / WORKBOOK).read_bytes()
        (office.returns / WORKBOOK).write_bytes(b"junk")
        office.refresh(expect=HELD)
        (office.returns / WORKBOOK).write_bytes(content)
        office.refresh(expect=CLEAN)
        assert office.blocking() == []
        assert office.tables("marts") == refreshed.tables("marts")


@pytest.mark.slow
class TestLedger:
    def test_an_entry_whose_old_text_no_longer_stands(self, office: Office, refreshed: Office) -> None:
        office.fill(WORKBOOK, SHEET, {"D13": 268, "D14": 395})  # another number, whose sum is right
        finding = refresh_holds(office, refreshed)
        assert finding["code"] == "L-02"
        assert (finding["file"], finding["sheet"], finding["cells"]) == (WORKBOOK, SHEET, "D13")
        assert (finding["written"], finding["expected"]) == ("268", "207")

    def test_a_number_that_the_village_puts_right_itself_is_told_and_holds_nothing(
        self, office: Office, refreshed: Office
    ) -> None:
        before = {row["code"] for row in refreshed.findings()}
        office.fill(WORKBOOK, SHEET, {"D13": 267})  # the village sends the right number after all, not 207
        office.refresh(expect=CLEAN)
        assert (office.numbers(), office.figures()) == (refreshed.numbers(), refreshed.figures())
        (told,) = [row for row in office.findings() if row["code"] not in before]
        assert (told["code"], told["severity"], told["reporter"]) == ("L-08", "warning", "na_lia")
        assert (told["cells"], told["written"], told["expected"]) == ("D13", "267", "207")
        (source,) = [one for one in office.trace(HORSES)["sources"] if one["file"] == WORKBOOK]
        assert (source["text"], source["value"], source["correction"]) == ("267", 267, None)
        said = " ".join(office.ask("trace", HORSES).split())
        assert "nay ghi «267», đúng số mà sổ đã đính chính" in said
        assert "Đính chính «" not in said

        office.fill(WORKBOOK, SHEET, {"D13": 207})  # and then the old workbook once more
        office.refresh(expect=CLEAN)
        assert office.figures() == refreshed.figures()
        assert "L-08" not in {row["code"] for row in office.findings()}
        (source,) = [one for one in office.trace(HORSES)["sources"] if one["file"] == WORKBOOK]
        assert (source["text"], source["value"], source["put_right"]) == ("207", 267, "")
        assert source["correction"]["new"] == "267"

    def test_an_entry_without_a_reason_is_not_applied(self, office: Office, refreshed: Office) -> None:
        office.correct(WORKBOOK, "Xuất bán", "D16", old="803", new="900", reason="")
        finding = refresh_holds(office, refreshed, form="B02", mart="sales")
        assert (finding["code"], finding["file"], finding["cells"]) == ("L-03", WORKBOOK, "D16")

    def test_the_shipped_correction_shows_in_the_trace(self, refreshed: Office) -> None:
        traced = refreshed.trace(HORSES)
        corrected = [source for source in traced["sources"] if source["correction"]]
        assert traced["value"] == 996
        assert [(source["file"], source["cell"], source["text"], source["value"]) for source in corrected] == [
            (WORKBOOK, "D13", "207", 267)
        ]
        assert corrected[0]["correction"]["old"] == "207"
        assert corrected[0]["correction"]["new"] == "267"
        assert "trưởng thôn" in corrected[0]["correction"]["reason"]

    def test_without_the_shipped_ledger_the_plans_slip_is_found(self, office: Office, refreshed: Office) -> None:
        (office.returns / "corrections.csv").unlink()
        finding = refresh_holds(office, refreshed, besides=("L-07",))
        assert finding["code"] == "B01-02"
        assert finding["cells"].split(";") == ["D13", "D12", "D14"]
        assert (finding["written"], finding["expected"]) == ("207", "267")
