"""Territories for tests: the example's workbooks as those of other communes, in one folder of a territory.

Belongs here: making such a folder. Does not belong here: what is done with it.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.unit.builders import PLACE_HEADING, PLACES, ROOT
from tests.unit.offices import KEY

TERRITORY = BatchKey(KEY.period, "chi-lang")
SHIPPED = ROOT / "raw" / KEY.period / KEY.commune
LIVESTOCK_SHEET = "Chăn nuôi"

CORRECTED = "na_lia.xlsx"
"""The workbook in which the example's ledger corrects a cell, and whose numbers so stay as they are."""


def commune(number: int) -> ReturnSetKey:
    """The return set of one of them."""
    return ReturnSetKey(KEY.period, f"xa-{number:05}")


def territory(raw: Path, communes: Mapping[int, int], folder: str = TERRITORY.folder, period: str = KEY.period) -> None:
    """Write the folders of communes, each with its livestock so many times the example's, and the table of places."""
    villages = [place for place in PLACES.rows if place.parent == KEY.commune]
    rows = [PLACE_HEADING]
    for number, times in communes.items():
        code, name = commune(number).commune, f"Thử {number:05}"
        rows.append(f"{code},commune,{name},chi-lang,,,,")
        rows += [f"{place.code},village,{place.name},{code},{'|'.join(place.aliases)},,," for place in villages]
        target = raw / period / folder / code
        target.mkdir(parents=True)
        for path in SHIPPED.iterdir():
            content = path.read_bytes()
            (target / path.name).write_bytes(workbook(path, name, times, period) if path.suffix == ".xlsx" else content)
    (raw / "places.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def workbook(path: Path, name: str, times: int, period: str) -> bytes:
    """A workbook of the example as another commune's, its livestock so many times as many."""
    own, other = (Period.parse(one).title.encode() for one in (KEY.period, period))
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        titles = re.findall(r'<sheet [^>]*name="([^"]*)"', old.read("xl/workbook.xml").decode())
        sheet = f"xl/worksheets/sheet{titles.index(LIVESTOCK_SHEET) + 1}.xml" if LIVESTOCK_SHEET in titles else ""
        for part in old.namelist():
            content = old.read(part).replace("Hữu Kiên".encode(), name.encode()).replace(own, other)
            if part == sheet and path.name != CORRECTED:
                content = _NUMBER.sub(lambda found: found[1] + str(int(found[2]) * times).encode() + found[3], content)
            new.writestr(zipfile.ZipInfo(part, _THEN), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


_NUMBER = re.compile(rb'(<c r="D\d+"(?![^>]*t=)[^>]*><v>)(\d+)(</v>)')
"""A number in the column of values."""

_THEN = (1980, 1, 1, 0, 0, 0)
"""The time of every part, so that the same workbook has the same bytes."""
