"""Communes are merged, districts end: every level is the sum of what there was in the period, and nothing twice."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.handout.owed import Handout, HandoutError
from pipelines.present import levels
from pipelines.present.levels import Territory
from pipelines.refresh.documents import place_pages
from pipelines.steps.analyse.estimates import unfit
from pipelines.steps.problems import joined
from pipelines.steps.validate.check import formless
from pipelines.steps.validate.taken_in import of_as_much
from pipelines.store import published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.forms import BY_CODE
from schemas.forms.b01_livestock import Livestock
from schemas.periods import Period
from schemas.places import Places
from schemas.return_sets import ReturnSetKey
from schemas.tables import ESTIMATED
from tests.unit.builders import PERIOD, filled, raw_file, run
from tests.unit.provinces import HEADING, HORSES, PROVINCE, commune, places, refreshed, send

BEFORE, AFTER = Period.parse("2025-H1"), Period.parse("2025-H2")
UNTIL, SINCE = ",2025-06-30", "2025-07-01,"
NATION = "vn,nation,Việt Nam,,,,,"

ROWS = (
    NATION,
    *(row.replace(",,,,", ",,,2025-06-30,", 1) if "huyen-a" in row else row for row in PROVINCE),
    *commune("xa-1", "huyen-a", UNTIL, into="xa-9"),
    *commune("xa-2", "huyen-a", UNTIL, into="xa-9"),
    *commune("xa-3", "huyen-a"),  # stays, and nobody has said where it lies now that the district is no more
    *commune("xa-9", "tinh-a", SINCE),
    *commune("xa-4", "huyen-b", UNTIL, into="xa-5"),
    *commune("xa-5", "huyen-b"),
)
TABLE = Places.parse(["\n".join([HEADING, *ROWS])])


@pytest.mark.parametrize(
    ("above", "period", "parts"),
    [
        ("vn", BEFORE, ["tinh-a"]),
        ("tinh-a", BEFORE, ["huyen-a", "huyen-b"]),
        ("tinh-a", AFTER, ["xa-3", "xa-9", "huyen-b"]),
        ("huyen-a", BEFORE, ["xa-1", "xa-2", "xa-3"]),
        ("huyen-a", AFTER, []),
        ("huyen-b", BEFORE, ["xa-4", "xa-5"]),
        ("huyen-b", AFTER, ["xa-5"]),
    ],
)
def test_each_commune_there_was_lies_in_one_of_the_parts_there_were(
    above: str, period: Period, parts: list[str]
) -> None:
    whole = TABLE.place_above(above)
    assert whole is not None
    found = TABLE.parts_of(whole, period)
    assert [one.code for one in found] == parts
    below = [one.code for part in found for one in TABLE.communes_of(part, period)]
    assert sorted(below) == sorted(one.code for one in TABLE.communes_of(whole, period))


def test_a_folder_of_a_commune_that_is_no_more_or_not_yet_is_told_with_where_its_returns_belong() -> None:
    keys = [ReturnSetKey(period.code, code) for period in (BEFORE, AFTER) for code in ("xa-1", "xa-9", "xa-5")]
    found = formless(joined([]), TABLE, keys).to_dict("records")
    assert [(row["period"], row["commune"], row["code"], row["severity"]) for row in found] == [
        ("2025-H1", "xa-9", "W-16", "error"),
        ("2025-H2", "xa-1", "W-16", "error"),
    ]
    assert "chỉ báo cáo từ 01/07/2025" in found[0]["message"]
    assert "thư mục của Xã Số 1, Xã Số 2." in found[0]["message"]
    assert "chỉ báo cáo đến hết 30/06/2025" in found[1]["message"]
    assert "thư mục của Xã Số 9." in found[1]["message"]


def test_desks_of_a_commune_that_took_in_another_are_not_held_against_what_they_had_before() -> None:
    keys = [ReturnSetKey(AFTER.code, code) for code in ("xa-5", "xa-3")]
    accepted = pd.DataFrame([(period, code) for period in ("2024-H2", "2025-H1") for _, code in keys])
    accepted.columns = pd.Index(["period", "commune"])
    left = of_as_much(BY_CODE["A01"], accepted, keys, TABLE).records
    assert set(left["commune"]) == {"xa-3"}
    assert of_as_much(Livestock, accepted, keys, TABLE).records is accepted  # a village stays what it was
    earlier = [ReturnSetKey(BEFORE.code, "xa-5")]
    assert len(of_as_much(BY_CODE["A01"], accepted, earlier, TABLE).records) == len(accepted)


CHANGED = (
    *(NATION, *PROVINCE, *commune("xa-1", "huyen-a")),
    "cu,village,Bản Cũ,xa-1,,,2024-03-31,,,mot",
    "moi,village,Bản Mới,xa-1,,2024-07-01,,,,",
)
"""A commune in which a village was taken in by another, and one began later."""


@pytest.mark.parametrize(
    ("code", "name", "when", "now"),
    [
        ("cu", "Bản Cũ", "đến hết 31/03/2024", " (nay là Thôn Bản Một)"),
        ("moi", "Bản Mới", "từ 01/07/2024", ""),
    ],
)
def test_a_village_that_is_no_more_or_not_yet_reports_nothing_and_that_is_told(
    code: str, name: str, when: str, now: str, tmp_path: Path
) -> None:
    places(tmp_path, *CHANGED)
    raw, key = Raw(tmp_path), ReturnSetKey(PERIOD.code, "xa-1")
    content = filled(Livestock, {"horse": 5}, reporter=name, commune="Số 1")
    found = run(raw_file(content, "thon.xlsx", "xa-1"), places=raw.places).check(Livestock).findings
    (row,) = found[found["code"] == "W-27"].to_dict("records")
    assert row["message"].startswith(f"Thôn {name}, tệp ")
    assert f": đơn vị chỉ báo cáo {when}{now}, nên kỳ này không gửi biểu B01." in row["message"]
    said = dict.fromkeys(ESTIMATED, "x") | {"form": "B01", "reporter": code, "field": "horse", "value": "5"}
    assert unfit(key, said, raw.places) == f"Thôn {name} chỉ báo cáo {when}"
    with pytest.raises(HandoutError, match=f"Thôn {name} chỉ báo cáo {when}, nên không có biểu trống"):
        Handout(raw, Store(tmp_path / "data"), key).refuse_absent(code)


def test_a_commune_grows_between_a_period_with_another_and_one_without() -> None:
    assert TABLE.grew("xa-5", BEFORE, AFTER)
    assert not TABLE.grew("xa-5", AFTER, AFTER.after)
    assert not TABLE.grew("xa-5", BEFORE.before, BEFORE)
    assert not TABLE.grew("xa-3", BEFORE, AFTER)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The province before and after, with a folder of a commune that is no more in the later period."""
    root = tmp_path_factory.mktemp("merged")
    places(root / "raw", *ROWS[1:])
    horses = {"mot": 10, "hai": 20}
    for period, folders in (
        (BEFORE, ("huyen-a/xa-1", "huyen-a/xa-2", "huyen-a/xa-3", "huyen-b/xa-4", "huyen-b/xa-5")),
        (AFTER, ("huyen-a/xa-3", "tinh-a/xa-9", "tinh-a/xa-1", "huyen-b/xa-5")),
    ):
        for folder in folders:
            send(root / "raw" / period.code / folder, horses, period)
    refreshed(root)
    return root


def above(root: Path, period: Period, code: str) -> tuple[object, ...] | None:
    row = published.figure_above(Store(root / "data"), period.code, code, HORSES)
    return None if row is None else (row["value"], row["status"], row["reported"], row["expected"])


@pytest.mark.slow
def test_figures_of_levels_are_of_the_communes_and_the_districts_there_were(merged: Path) -> None:
    assert above(merged, BEFORE, "huyen-a") == (90, "complete", 6, 6)
    assert above(merged, BEFORE, "huyen-b") == (60, "complete", 4, 4)
    assert above(merged, BEFORE, "tinh-a") == (150, "complete", 10, 10)
    assert above(merged, AFTER, "huyen-a") is None
    assert above(merged, AFTER, "huyen-b") == (30, "complete", 2, 2)
    assert above(merged, AFTER, "tinh-a") == (90, "complete", 6, 6)  # xa-1 is no more: nothing counts twice


@pytest.mark.slow
def test_the_trace_of_each_period_leads_over_the_places_of_that_period(merged: Path) -> None:
    raw = Raw(merged / "raw")
    province = raw.places.place_above("tinh-a")
    assert province is not None
    for period, parts in ((BEFORE, {"huyen-a": 90, "huyen-b": 60}), (AFTER, {"xa-3": 30, "xa-9": 30, "huyen-b": 30})):
        here = Territory(Store(merged / "data"), raw.places, period.code, province)
        traced = levels.trace(here, HORSES)
        assert {one["place"]: one["value"] for one in traced["parts"]} == parts
        assert traced["value"] == sum(parts.values())
        assert traced["missing"] == []


@pytest.mark.slow
def test_what_was_sent_for_a_commune_that_is_no_more_is_kept_and_told_and_counts_nowhere(merged: Path) -> None:
    store, key = Store(merged / "data"), ReturnSetKey(AFTER.code, "xa-1")
    assert [row["code"] for row in published.findings(store, key) if row["severity"] == "error"] == ["W-16"]
    assert published.figures(store, key) == []
    raw = Raw(merged / "raw")
    province = raw.places.place_above("tinh-a")
    assert province is not None
    here = Territory(store, raw.places, AFTER.code, province)
    told = {key.commune: {row["code"] for row in rows} for key, rows in here.come.listed()}
    assert {commune for commune, found in told.items() if "W-16" in found} == {"xa-1"}
    assert "Không có trong kỳ này mà có thư mục: Xã Số 1 (xa-1)." in list(here.lines())
    errors = {(row["commune"], row["form"]): row["error"] for row in here.counts() if row["error"]}
    assert errors.keys() >= {("xa-1", "")}, "what the exit code says is listed too"
    (start, *_) = place_pages(here, merged / "sites")
    assert "Xã Số 1 (xa-1)" in start.read_text("utf-8")
    assert len(published.accepted(store, "livestock", "xa-1", "mot")) == 2


@pytest.mark.parametrize(
    ("merged", "horses"),
    [
        (("cu,mot", "moi,"), {"mot": 30, "moi": None}),
        (("cu,moi", "mot,moi"), {"moi": 30}),
        (("cu,moi", "moi,"), {"mot": 10, "moi": 20}),
    ],
    ids=["into one that goes on", "two into a new one", "under another code"],
)
def test_the_blank_form_of_a_village_has_what_those_had_that_were_merged_into_it(
    tmp_path: Path, merged: tuple[str, ...], horses: dict[str, int | None]
) -> None:
    into = dict(row.split(",") for row in merged)
    until = {code: "2025-06-30" if after else "" for code, after in into.items()}
    rows = [
        f"mot,village,Bản Một,xa-1,,,{until.get('mot', '')},,,{into.get('mot', '')}",
        f"cu,village,Bản Hai,xa-1,,,{until['cu']},,,{into['cu']}",
        "moi,village,Bản Mới,xa-1,,2025-07-01,,,,",
    ]
    places(tmp_path / "raw", NATION, *PROVINCE, commune("xa-1", "huyen-a")[0], *rows)
    send(tmp_path / "raw" / BEFORE.code / "huyen-a" / "xa-1", {"mot": 10, "hai": 20}, BEFORE)
    raw, store = refreshed(tmp_path)
    handout = Handout(raw, store, ReturnSetKey(AFTER.code, "xa-1"))
    previous = {place.code: handout.previous(place, Livestock) for place in handout.owed()}
    told = {code: None if one is None else one.lines[""].values["horse"] for code, one in previous.items()}
    assert told == horses
    assert {one.period for one in previous.values() if one is not None} == {BEFORE}
