"""What was published stays while a form is held back, also where the places are others since."""

from pathlib import Path

import pytest

from pipelines.store.raw_names import PLACES
from tests.unit.builders import PLACE_HEADING
from tests.unit.offices import Office

GONE = f"{PLACE_HEADING},kind,successor\nna_lia,village,Nà Lìa,huu-kien,,,2024-03-31,,,pa_phao\n"


def values(office: Office) -> dict[tuple[str, str, str], object]:
    tables = {path.parent.name for path in office.store.root.glob("figures/*/*")} or set()
    rows = [row for chapter in sorted(tables) for row in office.rows(f"figures/{chapter}")]
    return {(row["id"], row["reporter"], row["line"]): row["value"] for row in rows}


@pytest.mark.slow
def test_a_village_that_is_no_more_stays_in_what_is_published_until_its_forms_are_taken(
    example_office: Path, tmp_path: Path
) -> None:
    office = Office.copied(example_office, tmp_path / "office")
    before = values(office)
    assert before["poultry.sold.heads", "", ""] is not None
    (office.raw.root / PLACES).write_text(GONE, encoding="utf-8")
    office.refresh()
    held = {
        code
        for code in ("B01", "B02")
        for row in office.rows("findings_by_form")
        if row["form"] == code and row["severity"] == "error"
    }
    assert held == {"B01", "B02"}
    now = values(office)
    assert {key: now.get(key) for key in before if now.get(key) != before[key]} == {}
    (office.folder / "na_lia.xlsx").unlink()
    office.refresh()
    after = values(office)
    assert after["poultry.sold.heads", "", ""] != before["poultry.sold.heads", "", ""]
