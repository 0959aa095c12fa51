"""Design workbooks in ``raw/bieu-mau``: taken in, held, replaced, missed, withdrawn."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from pipelines.handout.owed import Handout, HandoutError
from pipelines.refresh import stamps
from pipelines.refresh.batches import tidy_all
from pipelines.refresh.designs import DesignStanding, Standing, looked_at, take_in, withdraw
from pipelines.refresh.health import symptoms
from pipelines.settings import Settings
from pipelines.store import designs
from pipelines.store.archive import Archive
from pipelines.store.raw import Raw
from pipelines.store.raw_names import DESIGNS
from pipelines.store.tables import Store
from schemas.catalogue import CATALOGUE
from schemas.flow import FLOW, Maker
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError
from schemas.units import unit_labelled
from tests.unit.builders import ROOT
from tests.unit.designed import CO, DESIGN, PLACES_CSV, put, with_unit


class Site:
    """A raw folder with designs, and the output folder beside it."""

    def __init__(self, root: Path) -> None:
        self.root, self.raw_folder, self.store = root, root / "raw", Store(root / "data")
        self.raw_folder.mkdir()
        (self.raw_folder / "places.csv").write_text(PLACES_CSV, encoding="utf-8")

    @property
    def raw(self) -> Raw:
        return Raw(self.raw_folder)

    def take_in(self) -> dict[str, DesignStanding]:
        return {one.file: one for one in take_in(self.raw, self.store, who="thử")}

    def names_no_pack(self) -> None:
        """No commune names the pack any more."""
        text = PLACES_CSV.replace("home ba_vu", "home").replace("B01 R11 R12", "B01")
        (self.raw_folder / "places.csv").write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    designs.use(made.store.root, ())


def test_a_design_without_faults_is_taken_in_kept_and_used(site: Site) -> None:
    before = {task: stamps.code_of(Maker(task)) for task in ("read", "observe", "compare")}
    put(site.raw_folder, ba_vu=DESIGN)
    taken = site.take_in()["ba_vu.xlsx"]
    assert (taken.standing, taken.findings) == (Standing.NEW, ())
    (noted,) = designs.recorded(site.store.root)
    content = (site.raw_folder / DESIGNS / "ba_vu.xlsx").read_bytes()
    assert (noted.name, noted.file, noted.who, noted.what) == ("ba_vu", "ba_vu.xlsx", "thử", "accepted")
    assert Archive(site.store.root).get(noted.sha256, ".xlsx") == content
    assert {"R11", "R12"} <= CATALOGUE.by_code.keys()
    assert {"marts/ba_vu", "figures/ba_vu", "findings/bao_ve_cay"} <= FLOW.by_name.keys()
    assert unit_labelled("bể") is not None
    assert site.raw.places.has("ban-moi", "R11")
    assert not site.raw.places.has("huu-kien", "R11")
    after = {task: stamps.code_of(Maker(task)) for task in before}
    assert {task for task in before if after[task] != before[task]} == {"observe", "compare"}
    assert site.take_in()["ba_vu.xlsx"].standing is Standing.IN_FORCE
    assert len(designs.recorded(site.store.root)) == 1
    designs.use(site.store.root, ())
    assert "R11" not in CATALOGUE.by_code
    assert "marts/ba_vu" not in FLOW.by_name
    assert unit_labelled("bể") is None
    assert {task: stamps.code_of(Maker(task)) for task in before} == before


EVERYTHING = {"observe", "compare", "approve", "estimates", "formless", "tally", "places", "explorer", "report"}
EVERYTHING |= {"openlineage", "data_package"}
"""Tasks that make more than one thing of what designs say."""


@pytest.mark.parametrize(
    ("sheet", "at", "column", "text", "made_anew"),
    [
        ("rules", 1, "severity", "Lỗi", {"check ba_vu", "admit ba_vu", "check bao_ve_cay", "admit bao_ve_cay"}),
        ("rules", 0, "severity", "Cảnh báo", {"check bao_ve_cay", "admit bao_ve_cay"}),
        ("figures", -1, "decimals", "1", {"evaluate ba_vu", "add_up ba_vu", "sum ba_vu"}),
        (
            *("fields", -1, "aliases", "Bể đã pha"),
            {"locate", "check bao_ve_cay", "admit bao_ve_cay", "sum bao_ve_cay", "evaluate ba_vu", "add_up ba_vu"},
        ),
    ],
    ids=["a rule that another form looks at", "a rule", "a figure", "a field"],
)
def test_what_is_changed_in_one_form_makes_no_other_anew(
    site: Site, sheet: str, at: int, column: str, text: str, made_anew: set[str]
) -> None:
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    makers = {table.maker for table in FLOW.tables}
    before = {maker: stamps.code_of(maker) for maker in makers}
    rows = list(DESIGN[sheet])
    rows[at] = {**rows[at], column: text}
    put(site.raw_folder, ba_vu={**DESIGN, sheet: rows})
    assert site.take_in()["ba_vu.xlsx"].standing is Standing.NEW
    changed = {maker for maker in makers if stamps.code_of(maker) != before[maker]}
    assert {f"{maker.task} {maker.subject}".strip() for maker in changed} - EVERYTHING == made_anew


def test_a_changed_design_with_a_fault_is_held_with_its_cell_and_the_one_before_stays(site: Site) -> None:
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    form, version = CATALOGUE.by_code["R12"], stamps.code_version()
    put(site.raw_folder, ba_vu=with_unit("bễ"))
    held = site.take_in()["ba_vu.xlsx"]
    (finding,) = held.findings
    assert (held.standing, held.accepted_before) == (Standing.HELD, True)
    assert [finding[name] for name in ("code", "file", "written")] == ["T-10", "bieu-mau/ba_vu.xlsx", "bễ"]
    assert finding["cells"]
    assert CATALOGUE.by_code["R12"] is form
    assert stamps.code_version() == version
    assert len(designs.recorded(site.store.root)) == 1


def test_a_changed_design_without_a_fault_takes_the_place_of_the_one_before(site: Site) -> None:
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    version = stamps.code_version()
    same = with_unit("bình")
    put(site.raw_folder, ba_vu={**same, "units": [{"label": "bình"}]})
    assert site.take_in()["ba_vu.xlsx"].findings[0]["code"] == "T-20"
    forms = [same["forms"][0], {**same["forms"][1], "version": "2"}]
    put(site.raw_folder, ba_vu={**same, "forms": forms, "units": [{"label": "bình"}]})
    assert site.take_in()["ba_vu.xlsx"].standing is Standing.NEW
    assert CATALOGUE.by_code["R12"].version == 2
    assert stamps.code_version() != version
    assert [one.what for one in designs.recorded(site.store.root)] == ["accepted", "accepted"]


def test_a_commune_may_name_a_design_that_is_held_and_is_asked_nothing_of_it(site: Site) -> None:
    put(site.raw_folder, ba_vu=with_unit("bễ"))
    held = site.take_in()["ba_vu.xlsx"]
    assert (held.standing, held.accepted_before) == (Standing.HELD, False)
    assert site.raw.places.checked().packs_of("ban-moi") == ("home", "ba_vu")
    assert not site.raw.places.has("ban-moi", "R11")
    put(site.raw_folder, ba_vu=DESIGN)
    assert site.take_in()["ba_vu.xlsx"].standing is Standing.NEW
    assert site.raw.places.has("ban-moi", "R11")


def test_a_design_whose_workbook_has_gone_stays_until_it_is_withdrawn(site: Site) -> None:
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    with pytest.raises(SentenceError, match="còn trong thư mục báo cáo"):
        withdraw(site.raw, site.store, "ba_vu", who="thử")
    (site.raw_folder / DESIGNS / "ba_vu.xlsx").unlink()
    assert site.take_in()["ba_vu.xlsx"].standing is Standing.GONE
    assert "R11" in CATALOGUE.by_code
    with pytest.raises(SentenceError, match="ban-moi"):
        withdraw(site.raw, site.store, "ba_vu", who="thử")
    site.names_no_pack()
    with pytest.raises(SentenceError, match="hiện có: ba_vu"):
        withdraw(site.raw, site.store, "ba", who="thử")
    withdraw(site.raw, site.store, "ba_vu", who="thử")
    assert "R11" not in CATALOGUE.by_code
    assert [one.what for one in designs.recorded(site.store.root)] == ["accepted", "withdrawn"]
    assert looked_at(site.raw, site.store) == []


def test_a_design_may_lean_on_another_that_comes_with_it_and_keeps_it_from_changing(site: Site) -> None:
    put(site.raw_folder, a_dong_co=CO, ba_vu=DESIGN)
    assert {one.standing for one in site.take_in().values()} == {Standing.NEW}
    assert [one.name for one in designs.in_force(site.store.root)] == ["ba_vu", "a_dong_co"]
    less = {
        name: [row for row in rows if "R11" not in (row.get("form"), row.get("code")) and "R11" not in str(row)]
        for name, rows in DESIGN.items()
    }
    put(site.raw_folder, ba_vu=less)
    held = site.take_in()["ba_vu.xlsx"]
    assert [(one["code"], one["written"]) for one in held.findings] == [("T-23", "a_dong_co")]
    (site.raw_folder / DESIGNS / "ba_vu.xlsx").unlink()
    site.names_no_pack()
    with pytest.raises(SentenceError, match="thiết kế khác cần nó"):
        withdraw(site.raw, site.store, "ba_vu", who="thử")


def test_a_name_that_is_none_or_taken_is_a_finding(site: Site) -> None:
    put(site.raw_folder, home=DESIGN, ba_vu=CO, **{"Ba Vu": CO, "---": CO})
    (site.raw_folder / DESIGNS / "mau").mkdir()
    (site.raw_folder / DESIGNS / "trong.xlsx").write_bytes(b"")
    found = {file: [finding["code"] for finding in one.findings] for file, one in site.take_in().items()}
    assert found.pop("ba_vu.xlsx") == ["T-21"]
    assert found.pop("Ba Vu.xlsx") == ["T-11"]
    assert found.pop("trong.xlsx") != []
    assert found == {"home.xlsx": ["T-21"], "---.xlsx": ["T-21"], "mau": ["T-24"]}
    assert {pack.name for pack in CATALOGUE.packs if pack.forms} == {"home"}


def test_an_empty_design_does_not_take_the_place_of_a_full_one(site: Site) -> None:
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    put(site.raw_folder, ba_vu={})
    assert [one["code"] for one in site.take_in()["ba_vu.xlsx"].findings] == ["T-22"]
    assert "R11" in CATALOGUE.by_code


def test_a_damaged_record_and_a_lost_workbook_stop_with_a_sentence(site: Site) -> None:
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    (noted,) = designs.in_force(site.store.root)
    designs.use(site.store.root, ())
    kept = Archive(site.store.root).path(noted.sha256, ".xlsx")
    content = kept.read_bytes()
    kept.write_bytes(content[:-1])
    with pytest.raises(SentenceError, match="không còn trong"):
        designs.use(site.store.root)
    kept.write_bytes(content)
    (site.store.root / designs.RECORD).write_bytes(b"{")
    with pytest.raises(SentenceError, match="bị hỏng"):
        designs.use(site.store.root)
    assert "R11" not in CATALOGUE.by_code


def gone(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def a_line_less(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


HARMS: Mapping[Callable[[Path], None], str] = {
    gone: "đã mất",
    emptied: "đã mất",
    cut: "bị hỏng",
    a_line_less: "không còn đủ dòng",
}


def told_by_doctor(site: Site) -> dict[str, str]:
    return {one.what: one.wrong for one in symptoms(Settings(site.raw_folder, site.store.root))}


@pytest.mark.parametrize("harm", HARMS)
def test_a_record_that_is_not_all_there_is_told_by_who_asks_and_by_the_doctor(
    harm: Callable[[Path], None], site: Site
) -> None:
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    designs.note(site.store.root, designs.recorded(site.store.root))
    assert len(designs.recorded(site.store.root)) == 2
    assert not {"Thiết kế biểu", "Kho lưu", "Thư mục báo cáo"} & {
        what for what, told in told_by_doctor(site).items() if told
    }
    record, copy = site.store.root / designs.RECORD, site.store.root / designs.COPY
    assert record.read_bytes() == copy.read_bytes()
    harm(record)
    with pytest.raises(SentenceError, match=f"{record} {HARMS[harm]}, .* hoặc chép {copy} vào chỗ đó") as told:
        designs.use(site.store.root)
    with pytest.raises(SentenceError, match="Sổ thiết kế đã nhận"):
        site.take_in()
    assert told_by_doctor(site)["Thiết kế biểu"] == str(told.value)
    assert "Thư mục báo cáo" not in told_by_doctor(site)
    shutil.copy(copy, record)
    assert site.take_in()["ba_vu.xlsx"].standing is Standing.IN_FORCE


def test_the_second_record_is_written_where_it_is_not_there_or_behind(site: Site) -> None:
    designs.keep_twice(site.store.root)
    assert not (site.store.root / designs.COPY).exists()
    put(site.raw_folder, ba_vu=DESIGN)
    site.take_in()
    record, copy = site.store.root / designs.RECORD, site.store.root / designs.COPY
    for harm in (gone, emptied, cut):
        harm(copy)
        assert len(designs.recorded(site.store.root)) == 1
        tidy_all(site.store, [])
        assert copy.read_bytes() == record.read_bytes()


def test_where_there_are_no_designs_nothing_is_loaded_for_them(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pipelines.store.designs import use; use(Path(sys.argv[1])); "
        "print([name for name in sys.modules if name.startswith(('schemas.forms', 'schemas.catalogue', 'pyarrow'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_commune_whose_only_pack_is_held_is_told_why_it_has_no_forms_to_hand_out(site: Site) -> None:
    text = PLACES_CSV.replace("home ba_vu", "ba_vu")
    (site.raw_folder / "places.csv").write_text(text, encoding="utf-8")
    put(site.raw_folder, ba_vu={**DESIGN, "units": []})
    assert site.take_in()["ba_vu.xlsx"].standing is Standing.HELD
    with pytest.raises(
        HandoutError, match=r"các gói «ba_vu» ở places\.csv chưa có biểu đang dùng.*returns design status"
    ):
        Handout(site.raw, site.store, ReturnSetKey("2024-H1", "ban-moi")).owed()
