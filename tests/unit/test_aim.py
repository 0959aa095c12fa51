"""Decisions on cells that answer something else than when they were written."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.refresh.deciding import refuse_needless
from pipelines.steps.collect.correct import followed, overruled, read_ledger
from pipelines.store.ledger import CellPlace, Ledger
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.form import Form
from schemas.forms.b05_incinerators import VillageIncinerators
from schemas.forms.r01_works import RuralWorks
from schemas.forms.r02_concrete_roads import ConcreteRoads
from schemas.return_sets import ReturnSetKey
from schemas.tables import AIM
from tests.unit.builders import COMMUNE, LEDGER_HEADING, PERIOD, ROOT, Run, raw_file, run

KEY = ReturnSetKey(PERIOD.code, COMMUNE)
WHY, WHO = "Đã gọi trưởng thôn", "cán bộ thống kê xã"
Change = Callable[[Any], object]


class Folder:
    """The folder of a return set with one of the shipped workbooks."""

    def __init__(self, root: Path, file: str) -> None:
        self.path = root / "raw" / KEY.period / KEY.commune / file
        self.path.parent.mkdir(parents=True)
        self.path.write_bytes((ROOT / "raw" / KEY.period / KEY.commune / file).read_bytes())
        self.ledger = Ledger(Raw(root / "raw"), KEY)

    def place(self, form: type[Form], cell: str) -> CellPlace:
        return CellPlace(self.path.name, form.sheet, cell)

    def resend(self, form: type[Form], change: Change) -> None:
        """The reporter sends the workbook again, changed on the sheet of a form."""
        book = openpyxl.load_workbook(io.BytesIO(self.path.read_bytes()))
        change(book[form.sheet])
        book.save(self.path)

    def run(self) -> Run:
        entries, problems = read_ledger({KEY: self.ledger.raw.ledger(KEY) or LEDGER_HEADING})
        assert problems.empty
        return run(raw_file(self.path.read_bytes(), self.path.name), ledger=entries)

    def stray(self) -> list[dict[str, Any]]:
        return [row for row in self.run().met() if row["problem"].startswith("LEDGER")]


def values(done: Run, form: type[Form]) -> dict[tuple[str, str], int | None]:
    rows = done.located.entries
    rows = rows[rows["form"] == form.code]
    return {
        (row["line"], row["field"]): None if row["value"] is None else int(row["value"])
        for row in rows.to_dict("records")
    }


def swapped(one: int, other: int, columns: str) -> Change:
    """A change that puts two rows in the place of each other."""

    def change(sheet: Any) -> None:
        for column in columns:
            first, second = sheet[f"{column}{one}"], sheet[f"{column}{other}"]
            first.value, second.value = second.value, first.value

    return change


def test_what_a_cell_answers_is_written_beside_the_decision_on_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "works.xlsx")
    entry = folder.ledger.accept(folder.place(ConcreteRoads, "E9"), "251", reason=WHY, who=WHO)
    assert [entry[name] for name in AIM] == ["R02", "works", "pa_lang", "main_length"]
    label = folder.ledger.accept(folder.place(ConcreteRoads, "C9"), "Đường Bả Ngạn", reason=WHY, who=WHO)
    assert [label[name] for name in AIM] == [""] * 4


ROADS = (ConcreteRoads, "D8")


def on_roads(folder: Folder) -> dict[str, Any]:
    """What became of the cell of ``ROADS`` in whichever file it lies."""
    rows = folder.run().located.entries.to_dict("records")
    (found,) = (row for row in rows if (row["form"], row["cell"]) == ("R02", "D8"))
    return dict(found)


@pytest.fixture
def works(tmp_path: Path) -> Folder:
    """A folder whose one workbook has a decision, and comes again under another name."""
    folder = Folder(tmp_path, "works.xlsx")
    folder.ledger.accept(folder.place(*ROADS), str(int(on_roads(folder)["value"]) + 1), reason=WHY, who=WHO)
    folder.path = folder.path.rename(folder.path.with_name("Báo cáo xây dựng lần 2.xlsx"))
    return folder


def test_a_decision_goes_with_its_number_into_a_workbook_of_another_name(works: Folder) -> None:
    row = on_roads(works)
    assert (row["file"], row["correction"], row["corrected_by"]) == (works.path.name, WHY, WHO)
    assert int(row["value"]) == int(row["received"]) + 1
    assert works.stray() == []


def test_where_another_number_stands_there_that_is_told_of_the_workbook_that_is_there(works: Folder) -> None:
    works.resend(ConcreteRoads, lambda sheet: sheet.__setitem__("D8", 77))
    (told,) = works.stray()
    said = (told["problem"], told["file"], told["cells"], told["written"])
    assert said == ("LEDGER_STALE", works.path.name, "D8", "77")
    works.ledger.accept(works.place(*ROADS), "78", reason=WHY, who=WHO)
    assert (works.stray(), int(on_roads(works)["value"])) == ([], 78)


def test_where_the_decided_number_stands_there_it_is_fulfilled(works: Folder) -> None:
    value = int(on_roads(works)["value"])
    works.resend(ConcreteRoads, lambda sheet: sheet.__setitem__("D8", value))
    (told,) = works.stray()
    assert (told["problem"], told["file"]) == ("LEDGER_FULFILLED", works.path.name)


def test_it_is_taken_back_in_the_workbook_that_is_there(works: Folder) -> None:
    received = on_roads(works)["received"]
    works.ledger.accept(works.place(*ROADS), received, reason="Nghe nhầm", who=WHO)
    row = on_roads(works)
    assert (row["correction"], row["text"], works.stray()) == ("", received, [])


def test_it_goes_into_a_sheet_of_another_name_too(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "works.xlsx")
    folder.ledger.accept(folder.place(*ROADS), "251", reason=WHY, who=WHO)
    folder.resend(ConcreteRoads, lambda sheet: setattr(sheet, "title", "Bê tông (sửa)"))
    row = on_roads(folder)
    assert (row["sheet"], row["text"], folder.stray()) == ("Bê tông (sửa)", "251", [])


def test_where_its_number_stands_nowhere_it_stays_where_it_was_and_is_told(works: Folder) -> None:
    works.resend(ConcreteRoads, lambda sheet: sheet.__setitem__("A5", "Đơn vị báo cáo: Ai Đó"))
    assert ("LEDGER_STALE", "works.xlsx") in {(row["problem"], row["file"]) for row in works.stray()}


def test_a_rule_that_was_said_to_be_wrong_stays_so_under_another_name(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "na_lia.xlsx")
    folder.ledger.confirm(folder.place(VillageIncinerators, "D9"), reason=WHY, who=WHO, rule="B05-01")
    folder.path = folder.path.rename(folder.path.with_name("moi.xlsx"))
    entries, _ = read_ledger({KEY: folder.ledger.raw.ledger(KEY) or ""})
    moved = followed(entries, folder.run().entries)
    assert [(key[2], key[4], rule) for key, (rule, *_) in overruled(moved).items()] == [("moi.xlsx", "D9", "B05-01")]
    assert {row["confirmed"] for row in folder.run().located.entries.to_dict("records")} == {"", WHY}


def blank_built(sheet: Any) -> None:
    swapped(8, 9, "BCDE")(sheet)
    sheet["D8"], sheet["D9"] = 4, None


def test_a_correction_of_a_blank_is_not_made_in_a_row_that_has_moved_there(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "na_lia.xlsx")
    folder.ledger.accept(folder.place(VillageIncinerators, "D9"), "7", reason=WHY, who=WHO)
    assert values(folder.run(), VillageIncinerators)["", "target"] == 7
    folder.resend(VillageIncinerators, blank_built)
    done = folder.run()
    assert values(done, VillageIncinerators) == {("", "built"): None, ("", "target"): 4}
    (told,) = folder.stray()
    assert (told["problem"], told["cells"]) == ("LEDGER_ASTRAY", "D9")
    built, target = (VillageIncinerators.fields()[name].label for name in ("built", "target"))
    assert told["written"] == f"là ô «{built}», biểu B05 của Thôn Nà Lìa"
    assert told["expected"] == f"là ô «{target}», biểu B05 của Thôn Nà Lìa"


def ten_moves(sheet: Any) -> None:
    swapped(9, 10, "BCDE")(sheet)
    sheet["D9"], sheet["D10"] = 3, 10


@pytest.mark.parametrize("confirmed", [False, True], ids=["corrected", "kept"])
def test_a_decision_on_a_number_does_not_fall_upon_the_same_number_of_another_field(
    tmp_path: Path, confirmed: bool
) -> None:
    folder = Folder(tmp_path, "works.xlsx")
    place = folder.place(RuralWorks, "D10")
    if confirmed:
        folder.ledger.confirm(place, reason=WHY, who=WHO)
    else:
        folder.ledger.accept(place, "11", reason=WHY, who=WHO)
    assert folder.stray() == []
    folder.resend(RuralWorks, ten_moves)
    done = folder.run()
    found = values(done, RuralWorks)
    assert (found["", "roads_cleared"], found["", "drains_dredged"]) == (10, 3)
    assert [row["problem"] for row in folder.stray()] == ["LEDGER_ASTRAY"]
    assert set(done.located.entries["confirmed"]) == {""}


def test_nor_upon_that_of_another_line(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "works.xlsx")
    sheet = openpyxl.load_workbook(folder.path)[ConcreteRoads.sheet]
    one, other, old = sheet["B8"].value, sheet["B9"].value, int(sheet["D8"].value)
    folder.ledger.accept(folder.place(ConcreteRoads, "D8"), str(old + 1), reason=WHY, who=WHO)
    assert values(folder.run(), ConcreteRoads)[one, "length"] == old + 1

    def change(sheet: Any) -> None:
        swapped(8, 9, "BCDEFGHIJKLMN")(sheet)
        sheet["D8"] = old

    folder.resend(ConcreteRoads, change)
    found = values(folder.run(), ConcreteRoads)
    assert (found[one, "length"], found[other, "length"]) == (old, old)
    assert [row["problem"] for row in folder.stray()] == ["LEDGER_ASTRAY"]


def test_nor_upon_that_of_another_reporter(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "na_lia.xlsx")
    folder.ledger.accept(folder.place(VillageIncinerators, "D9"), "7", reason=WHY, who=WHO)

    folder.resend(VillageIncinerators, lambda sheet: sheet.__setitem__("A5", "Đơn vị báo cáo: Thôn Pá Phào"))
    (told,) = folder.stray()
    assert (told["written"].endswith("Thôn Pá Phào"), told["expected"].endswith("Thôn Nà Lìa")) == (True, True)


def test_what_is_no_value_cell_any_more_is_told_as_that(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "na_lia.xlsx")
    folder.ledger.accept(folder.place(VillageIncinerators, "D9"), "7", reason=WHY, who=WHO)
    folder.resend(VillageIncinerators, lambda sheet: sheet.delete_rows(9))
    assert [row["written"] for row in folder.stray()] == ["không phải ô ghi số"]


def test_a_code_of_a_line_that_is_corrected_after_its_number_takes_nothing_back(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "works.xlsx")
    folder.ledger.accept(folder.place(ConcreteRoads, "D9"), "251", reason=WHY, who=WHO)
    folder.ledger.accept(folder.place(ConcreteRoads, "B9"), "ban_moi", reason=WHY, who=WHO)
    assert values(folder.run(), ConcreteRoads)["ban_moi", "length"] == 251
    assert folder.stray() == []


def test_another_decision_on_the_cell_settles_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "works.xlsx")
    place = folder.place(RuralWorks, "D10")
    folder.ledger.accept(place, "11", reason=WHY, who=WHO)
    folder.resend(RuralWorks, ten_moves)
    refuse_needless(Store(tmp_path / "data"), KEY, place, "")
    folder.ledger.confirm(place, reason=WHY, who=WHO)
    assert folder.stray() == []
    assert values(folder.run(), RuralWorks)["", "roads_cleared"] == 10


def test_a_ledger_begun_earlier_is_read_as_it_was_and_goes_on_with_what_cells_answer(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "works.xlsx")
    path = folder.ledger.raw.ledger_path(KEY)
    before = f"{LEDGER_HEADING}\n2024-07-01,{WHO},works.xlsx,{RuralWorks.sheet},d010,10,11,{WHY},,accepted\n"
    path.write_text(before, encoding="utf-8")
    assert values(folder.run(), RuralWorks)["", "drains_dredged"] == 11
    folder.ledger.accept(folder.place(RuralWorks, "D9"), "12", reason=WHY, who=WHO)
    assert path.read_text("utf-8").splitlines()[1] == before.splitlines()[1]
    folder.resend(RuralWorks, ten_moves)
    # The earlier row says nothing of what the cell answered: its old text is all that it is held against.
    assert values(folder.run(), RuralWorks)["", "roads_cleared"] == 11
    assert [row["problem"] for row in folder.stray()] == ["LEDGER_STALE"]
