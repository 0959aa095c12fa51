"""A design workbook installed as a package: found, kept from being called otherwise, packed only where it can be."""

import io
import zipfile
from pathlib import Path

import pytest

from pipelines.handout.design import in_use, of_rows
from tests.unit.builders import PLACES
from tests.unit.designed import CO, DESIGN, PLACES_CSV
from tests.wiring.test_installed_pack import run_with

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the design is installed: packed by the verb, and laid out as an installer does."""
    root = tmp_path_factory.mktemp("site")
    (root / "ba vu.xlsx").write_bytes(of_rows(DESIGN, in_use(PLACES)))
    (root / "raw").mkdir()
    (root / "raw" / "places.csv").write_text(PLACES_CSV.replace("home ba_vu\n", "\n"), encoding="utf-8")
    words = ["design", "pack", str(root / "ba vu.xlsx"), "--output", str(root), "--raw", str(root / "raw")]
    done = run_with(root, "-m", "pipelines.cli", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = root.glob("*.whl")
    zipfile.ZipFile(io.BytesIO(made.read_bytes())).extractall(root / "site")
    return root / "site"


def test_whoever_has_the_installed_design_is_asked_for_its_forms_and_nobody_else(site: Path) -> None:
    root = site.parent / "office"
    (root / "raw").mkdir(parents=True)
    (root / "raw" / "places.csv").write_text(PLACES_CSV, encoding="utf-8")
    script = (
        "import sys; from pathlib import Path; from pipelines.store.raw import Raw; "
        "from schemas.catalogue import CATALOGUE; places = Raw(Path(sys.argv[1])).places; "
        "print(*('ban-moi' if places.has('ban-moi', one) else '-' for one in ('R11', 'R12')), "
        "places.has('huu-kien', 'R11'), len(CATALOGUE.by_code['R11'].fields()), CATALOGUE.packs[-1].package)"
    )
    done = run_with(site, "-c", script, str(root / "raw"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["ban-moi", "ban-moi", "False", "42", "returns_ba_vu"]


def test_an_installed_design_may_be_changed_but_not_called_otherwise(site: Path) -> None:
    book = site.parent / "ba vu.xlsx"
    other = site.parent / "khac.xlsx"
    changed = {**DESIGN, "fields": [{**one, "label": f"{one['label']} "} for one in DESIGN["fields"]]}
    changed["fields"][-1] = {**changed["fields"][-1], "label": "Số bể thuốc"}
    changed["forms"] = [{**one, "version": "2"} for one in DESIGN["forms"]]
    for path in (book, other):
        path.write_bytes(of_rows(changed, in_use(PLACES)))
    words = ["-m", "pipelines.cli", "design", "check"]
    raw = ["--raw", str(site.parent / "raw")]
    assert run_with(site, *words, str(book), *raw).returncode == 0
    taken = run_with(site, *words, str(other), *raw)
    assert (taken.returncode, "«R12» đã có" in taken.stdout) == (1, True)


def test_a_design_that_leans_on_another_installed_one_is_not_packed_for_it_could_not_be_read(site: Path) -> None:
    book = site.parent / "dong co.xlsx"
    book.write_bytes(of_rows(CO, in_use(PLACES)))
    words = ["-m", "pipelines.cli", "design"]
    raw = ["--raw", str(site.parent / "raw")]
    assert run_with(site, *words, "check", str(book), *raw).returncode == 0
    packed = run_with(site, *words, "pack", str(book), "--output", str(site.parent / "w"), *raw)
    assert (packed.returncode, packed.stdout) == (2, "")
    assert "Gói «dong_co» sẽ không cài được" in packed.stderr
    assert "R11.dt_dx" in packed.stderr
