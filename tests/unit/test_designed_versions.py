"""Versions of a form that a design workbook gives, in an office of two years: read, refused, compared, traced."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.handout.design import in_use
from pipelines.handout.layout import Answer, workbook
from pipelines.handout.owed import Handout
from pipelines.present import compared
from pipelines.present.compared import Side
from pipelines.refresh.batches import refresh
from pipelines.refresh.designs import Standing, take_in
from pipelines.refresh.release import make, verify
from pipelines.steps.design.check import checked
from pipelines.store import designs, published
from pipelines.store.raw import Raw
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.design.written import rows_of
from schemas.form import Form
from schemas.periods import Period
from schemas.return_sets import BatchKey, ReturnSetKey
from tests.unit.builders import PLACES
from tests.unit.designed import book, put

THEN, NOW = ReturnSetKey("2024-H1", "ban-moi"), ReturnSetKey("2025-H1", "ban-moi")

PLACES_CSV = """code,level,name,parent,aliases,valid_from,valid_to,forms,kind,packs
ban-moi,commune,Bản Mới,chi-lang,,,,R31,,nong_ho
mot,village,Bản Một,ban-moi,,,,,,
hai,village,Bản Hai,ban-moi,,,,,,
"""


def field(code: str, label: str, unit: str = "ha", **more: str) -> dict[str, str]:
    return {"form": "R31", "code": code, "label": label, "unit": unit, **more}


FIRST: dict[str, list[dict[str, str]]] = {
    "forms": [{"code": "R31", "sheet": "Nông hộ", "title": "Nông hộ", "reporter": "village", "domain": "nong_ho"}],
    "fields": [field("ho", "Số hộ nông nghiệp", "hộ"), field("lua", "Diện tích lúa"), field("rom", "Rơm", "tấn")],
    "rules": [{"form": "R31", "code": "R31-01", "rule": "rom <= 10 * lua"}],
    "chapters": [{"code": "nong_ho", "title": "Nông hộ"}],
    "figures": [
        {"chapter": "nong_ho", "id": "nong_ho.lua", "formula": "R31.lua"},
        {"chapter": "nong_ho", "id": "nong_ho.ho", "formula": "R31.ho"},
        {"chapter": "nong_ho", "id": "nong_ho.rom", "formula": "R31.rom"},
        {
            **{"chapter": "nong_ho", "id": "nong_ho.moi_ho", "label": "Diện tích lúa một hộ"},
            **{"formula": "R31.lua / R31.ho", "unit": "ha/hộ", "decimals": "2"},
        },
    ],
    "units": [{"label": "ha/hộ", "decimals": "2", "additive": "không"}],
}
SECOND: dict[str, list[dict[str, str]]] = {
    **FIRST,
    "forms": [{**FIRST["forms"][0], "version": "2", "since": "2025-H1"}],
    "fields": [
        field("ho", "Số hộ làm ruộng", "hộ", worded="1: Số hộ nông nghiệp"),
        field("lua", "Diện tích lúa", until="1", became="lua_xuan + lua_mua"),
        field("lua_xuan", "Diện tích lúa xuân", since="2"),
        field("lua_mua", "Diện tích lúa mùa", since="2"),
        field("rom", "Rơm", "tấn", until="1"),
    ],
    "rules": [*FIRST["rules"], {"form": "R31", "code": "R31-02", "rule": "lua_mua <= 5 * lua_xuan", "severity": "Lỗi"}],
}


def test_what_a_design_says_of_versions_is_written_and_read_the_same_again() -> None:
    known = in_use(PLACES)
    found = checked({"moi.xlsx": book(SECOND)}, known)
    assert found.findings == ()
    (form,) = found.design.forms
    assert [list(form.in_version(number).fields()) for number in (1, 2)] == [
        ["ho", "lua", "rom"],
        ["ho", "lua_xuan", "lua_mua"],
    ]
    assert [[edit.code for edit in form.in_version(number).edits] for number in (1, 2)] == [["R31-01"], ["R31-02"]]
    again = checked({"lai.xlsx": book(rows_of(found.design))}, known)
    assert (again.findings, rows_of(again.design)) == ((), rows_of(found.design))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (SECOND["fields"], []),
        ([{**SECOND["fields"][0], "worded": ""}, *SECOND["fields"][1:]], [("T-07", "K5")]),
        ([*SECOND["fields"][:-1], field("rom", "Rơm", "tấn")], []),
        (SECOND["fields"][:-1], [("T-07", "K5")]),
    ],
    ids=["as it was", "another label then", "still asked", "forgotten"],
)
def test_a_version_that_was_in_use_is_told_again_as_it_was(
    fields: list[dict[str, str]], told: list[tuple[str, str]]
) -> None:
    before = checked({"moi.xlsx": book({**FIRST, "figures": [], "rules": []})}, in_use(PLACES)).design
    known = replace(in_use(PLACES), replaced=before)
    now = {**SECOND, "fields": fields, "figures": [], "rules": []}
    assert [(one["code"], one["cells"]) for one in checked({"moi.xlsx": book(now)}, known).findings] == told


def line(code: str, name: str, **more: str) -> dict[str, str]:
    return {"form": "R31", "code": code, "name": name, **more}


PRINTED: dict[str, list[dict[str, str]]] = {
    "forms": [{**FIRST["forms"][0], "lines": "Loại đất", "version": "2", "since": "2025-H1"}],
    "fields": [field("dt", "Diện tích")],
    "lines": [
        line("tong", "Tổng số"),
        line("lua", "Đất lúa", within="tong"),
        line("mau", "Đất màu", within="tong", until="1"),
        line("mau_ngo", "Đất ngô", within="tong", since="2"),
        line("mau_khac", "Đất màu khác", within="tong", since="2"),
    ],
    "chapters": FIRST["chapters"],
    "figures": [
        {"chapter": "nong_ho", "id": "nong_ho.{line}.dt", "formula": "R31.dt"},
        {"chapter": "nong_ho", "id": "nong_ho.dt", "formula": "R31.dt"},
        {"chapter": "nong_ho", "id": "nong_ho.ngo", "formula": 'R31.dt at "mau_ngo"', "label": "Ngô", "unit": "ha"},
    ],
}
ONCE: dict[str, list[dict[str, str]]] = {
    **PRINTED,
    "forms": [{**PRINTED["forms"][0], "version": "1", "since": ""}],
    "lines": [{**row, "until": ""} for row in PRINTED["lines"][:3]],
    "figures": [],
}


def test_each_version_has_its_own_lines_and_the_figures_of_these() -> None:
    known = in_use(PLACES)
    found = checked({"moi.xlsx": book(PRINTED)}, known)
    assert found.findings == ()
    (form,), (chapter,) = found.design.forms, found.design.chapters
    for period, others in (("2024-H1", ["mau"]), ("2025-H1", ["mau_ngo", "mau_khac"])):
        then = Period.parse(period)
        lines = ["tong", "lua", *others]
        assert list(form.in_force(then).printed_lines()) == lines
        of_lines = [f"nong_ho.{code}.dt" for code in lines]
        rest = ["nong_ho.dt", *(["nong_ho.ngo"] if "mau_ngo" in lines else [])]
        assert [figure.id for figure in chapter.in_force(then).figures] == [*of_lines, *rest]
    again = checked({"lai.xlsx": book(rows_of(found.design))}, known)
    assert (again.findings, rows_of(again.design)) == ((), rows_of(found.design))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (PRINTED["lines"], []),
        ([*PRINTED["lines"][:2], *PRINTED["lines"][3:]], [("T-07", "K5")]),
        ([{**row, "since": ""} for row in PRINTED["lines"]], [("T-07", "K5")]),
        ([*PRINTED["lines"], line("ao", "Ao", since="3")], [("T-07", "G10")]),
        ([*PRINTED["lines"], line("ao", "Ao", since="2", until="1")], [("T-07", "H10")]),
    ],
    ids=["as it was", "one forgotten", "one that was not", "a version that there is not", "ended before it began"],
)
def test_lines_of_a_version_in_use_are_told_again_as_they_were(
    lines: list[dict[str, str]], told: list[tuple[str, str]]
) -> None:
    before = checked({"moi.xlsx": book(ONCE)}, in_use(PLACES)).design
    known = replace(in_use(PLACES), replaced=before)
    now = {**PRINTED, "lines": lines, "figures": []}
    assert [(one["code"], one["cells"]) for one in checked({"moi.xlsx": book(now)}, known).findings] == told


class Site:
    """An office with the second design, in which the villages sent the old form and then the new one."""

    def __init__(self, root: Path) -> None:
        self.folder, self.store = root / "raw", Store(root / "data")

    @property
    def raw(self) -> Raw:
        return Raw(self.folder)

    @property
    def form(self) -> type[Form]:
        return CATALOGUE.by_code["R31"]

    def send(self, key: ReturnSetKey, village: str, number: int, **answers: Any) -> None:
        (self.folder / key.period / key.commune).mkdir(parents=True, exist_ok=True)
        content = workbook(
            [self.form.in_version(number)],
            period=Period.parse(key.period),
            commune="Bản Mới",
            reporter={"mot": "Bản Một", "hai": "Bản Hai"}[village],
            answers={("R31", "", name): Answer(value) for name, value in answers.items()},
        )
        (self.folder / key.period / key.commune / f"{village}.xlsx").write_bytes(content)

    def refresh(self, key: ReturnSetKey) -> None:
        refresh(self.raw, self.store, BatchKey(*key), who="test")

    def figures(self, key: ReturnSetKey) -> dict[str, float]:
        rows = published.figures(self.store, key)
        return {
            row["id"]: float(row["value"]) for row in rows if row["value"] is not None and row["chapter"] == "nong_ho"
        }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("office"))
    compared.by_reporter(
        {"id": "", "reporter": "", "line": ""}, [], {}
    )  # somebody compares before there is a design, in the same process
    put(made.folder, nong_ho=FIRST)
    (made.folder / "places.csv").write_text(PLACES_CSV, encoding="utf-8")
    take_in(made.raw, made.store, who="thử")
    made.send(THEN, "mot", 1, ho=10, lua=5, rom=3)
    made.send(THEN, "hai", 1, ho=20, lua="7,5", rom=4)
    made.refresh(THEN)
    put(made.folder, nong_ho=SECOND)
    (taken,) = take_in(made.raw, made.store, who="thử")
    assert taken.standing is not Standing.HELD
    made.send(NOW, "mot", 2, ho=11, lua_xuan=2, lua_mua=4)
    made.send(NOW, "hai", 1, ho=21, lua=8, rom=4)
    made.refresh(NOW)
    made.first = [(row["code"], row["message"]) for row in published.findings(made.store, NOW)]  # type: ignore[attr-defined]
    made.refresh(THEN)
    made.send(NOW, "hai", 2, ho=21, lua_xuan=3, lua_mua=5)
    made.refresh(NOW)
    yield made
    designs.use(made.store.root, ())


pytestmark = pytest.mark.slow


def test_what_was_accepted_by_the_first_version_stays_with_the_second(site: Site) -> None:
    assert site.figures(THEN) == {"nong_ho.lua": 12.5, "nong_ho.ho": 30, "nong_ho.rom": 7, "nong_ho.moi_ho": 0.42}
    assert published.findings(site.store, THEN) == []


def test_an_old_workbook_sent_for_the_new_year_is_told_and_takes_no_part(site: Site) -> None:
    told = dict(site.first)  # type: ignore[attr-defined]
    assert "biểu R31 là phiên bản 1, kỳ này dùng phiên bản 2" in told["W-10"]


def test_figures_go_on_and_what_is_dropped_has_none(site: Site) -> None:
    assert site.figures(NOW) == {"nong_ho.lua": 14, "nong_ho.ho": 32, "nong_ho.moi_ho": 0.44}
    edges = [row for row in published.every_edge(site.store, NOW) if row["figure"] == "nong_ho.lua"]
    assert sorted((row["reporter"], row["field"], float(row["value"])) for row in edges) == [
        ("hai", "lua_mua", 5.0),
        ("hai", "lua_xuan", 3.0),
        ("mot", "lua_mua", 4.0),
        ("mot", "lua_xuan", 2.0),
    ]
    above = {row["id"]: row["value"] for row in published.figures_above(site.store, "2025-H1", "chi-lang")}
    assert above["nong_ho.lua"] == 14


def test_years_of_different_versions_are_compared_figure_by_figure_and_village_by_village(site: Site) -> None:
    now, then = (published.figures(site.store, key) for key in (NOW, THEN))
    lines = {line.id: line for line in compared.lines(now, {Side.LAST_YEAR: then})}
    assert lines["nong_ho.lua"].sides[Side.LAST_YEAR].value == Decimal("12.5")
    (row,) = (one for one in now if one["id"] == "nong_ho.lua")
    edges = [
        [edge for edge in published.every_edge(site.store, key) if edge["figure"] == "nong_ho.lua"]
        for key in (NOW, THEN)
    ]
    shares = compared.by_reporter(row, edges[0], {Side.LAST_YEAR: edges[1]})
    assert [(one.reporter, one.value, one.sides[Side.LAST_YEAR].value) for one in shares] == [
        ("hai", Decimal(8), Decimal("7.5")),
        ("mot", Decimal(6), Decimal(5)),
    ]


def test_a_period_is_given_the_blank_of_its_version(site: Site) -> None:
    for key, number in ((THEN, 1), (NOW, 2)):
        asked = Handout(site.raw, site.store, key).owed()
        assert {form.version for forms in asked.values() for form in forms if form.code == "R31"} == {number}


def test_releases_of_both_versions_are_verified(site: Site) -> None:
    for key in (THEN, NOW):
        name = f"r-{key.period}".lower()
        make(site.raw, site.store, key, name, despite="thử")
        assert verify(site.store.root, name).differences == []
