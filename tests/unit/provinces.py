"""A small province for tests: districts of communes that send little, so that a refresh of it is quick.

Belongs here: its places and its workbooks. Does not belong here: what is done with it.
"""

from collections.abc import Mapping
from pathlib import Path

from pipelines.refresh.batches import refresh_each
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.forms.b01_livestock import Livestock
from schemas.periods import Period
from tests.unit.builders import PERIOD, PLACE_HEADING, filled

VILLAGES = {"mot": "Bản Một", "hai": "Bản Hai"}
"""The villages of every commune."""

HEADING = f"{PLACE_HEADING},kind,successor"

PROVINCE = (
    "tinh-a,province,Mây,vn,,,,",
    "huyen-a,district,Mưa,tinh-a,,,,",
    "huyen-b,district,Nắng,tinh-a,,,,",
    "huyen-c,district,Gió,tinh-a,,,,",
)
HORSES, SHARE = "livestock.horse.heads", "livestock.horse.white.share"


def commune(code: str, parent: str, dates: str = ",", forms: str = "B01", into: str = "") -> list[str]:
    """The rows of a commune and its villages: where it lies, when it was, what it sends, what it became."""
    name = code.replace("xa-", "Số ")
    own = (f"{village},village,{title},{code},,,," for village, title in VILLAGES.items())
    return [f"{code},commune,{name},{parent},,{dates},{forms},,{into}", *own]


def places(raw: Path, *rows: str) -> None:
    """Write the table of places."""
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "places.csv").write_text("\n".join([HEADING, *rows, ""]), encoding="utf-8")


def send(folder: Path, horses: Mapping[str, int], period: Period = PERIOD) -> None:
    """Villages of a commune send their horses, half of them white; the folder is the commune's."""
    folder.mkdir(parents=True, exist_ok=True)
    name = folder.name.replace("xa-", "Số ")
    for village, heads in horses.items():
        herd = dict.fromkeys(Livestock.fields(), 0) | {"total": heads, "horse": heads, "horse_white": heads // 2}
        herd["horse_ordinary"] = heads - heads // 2
        content = filled(Livestock, herd, reporter=VILLAGES[village], commune=name, period=period)
        (folder / f"{village}.xlsx").write_bytes(content)


def refreshed(root: Path) -> tuple[Raw, Store]:
    """Refresh all batches; return the folders."""
    raw, store = Raw(root / "raw"), Store(root / "data")
    for _ in refresh_each(raw, store, list(raw.batches()), who="test"):
        pass
    return raw, Store(store.root)
