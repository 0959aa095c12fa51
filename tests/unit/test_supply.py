"""What the software is made of: every package of the lock, and the faults that a database knows of them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipelines.refresh import supply
from pipelines.refresh.supply import Package
from schemas.sentences import SentenceError
from tests.unit.builders import ROOT

PACKAGE = Package("jinja2", "3.1.6", (), "BSD")


def record(*events: dict[str, str], name: str = "Jinja2", **more: Any) -> dict[str, Any]:
    about = {"package": {"ecosystem": "PyPI", "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}
    return {"id": "GHSA-x", "summary": "Sandbox breakout.", "affected": [about], **more}


def told(tmp_path: Path, *records: dict[str, Any]) -> list[str]:
    path = tmp_path / "osv.json"
    path.write_text(json.dumps(records))
    return [one.id for one in supply.faults([PACKAGE], path)]


def test_every_package_of_the_lock_is_listed_with_its_hashes_and_its_licence() -> None:
    every = supply.packages(ROOT / "requirements.lock")
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert len(every) == sum("==" in line and not line.startswith((" ", "#")) for line in lines)
    assert sum(len(one.hashes) for one in every) == sum("--hash=" in line for line in lines)
    assert all(one.hashes for one in every)
    components = supply.bill(every)["components"]
    assert {one["purl"] for one in components} >= {"pkg:pypi/pandas@3.1.1", "pkg:pypi/django@5.2.19"}
    assert next(one for one in every if one.name == "django").licence == "BSD-3-Clause"


@pytest.mark.slow
def test_the_list_is_cyclonedx_as_its_own_schema_says() -> None:
    wanted = "comes with the lock: make install"
    validation = pytest.importorskip("cyclonedx.validation.json", reason=wanted)
    schema = pytest.importorskip("cyclonedx.schema", reason=wanted)
    bill = supply.bill(supply.packages(ROOT / "requirements.lock"))
    validator = validation.JsonStrictValidator(schema.SchemaVersion[f"V{bill['specVersion'].replace('.', '_')}"])
    assert validator.validate_str(json.dumps(bill)) is None
    assert validator.validate_str(json.dumps({**bill, "components": [{"name": "x"}]})) is not None


@pytest.mark.parametrize(
    ("events", "has"),
    [
        ([{"introduced": "0"}, {"fixed": "3.1.7"}], True),
        ([{"introduced": "0"}, {"fixed": "3.1.6"}], False),
        ([{"introduced": "3.1.6"}], True),
        ([{"introduced": "3.2"}], False),
        ([{"introduced": "0"}, {"last_affected": "3.1.6"}], True),
        ([{"introduced": "0"}, {"last_affected": "3.1.5"}], False),
        ([{"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"fixed": "3.1.10"}], True),
        ([{"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "4.0"}], False),
    ],
)
def test_a_version_in_a_range_has_the_fault(tmp_path: Path, events: list[dict[str, str]], has: bool) -> None:
    assert told(tmp_path, record(*events)) == (["GHSA-x"] if has else [])


def test_other_packages_and_withdrawn_records_are_no_faults(tmp_path: Path) -> None:
    everything = {"introduced": "0"}
    assert told(tmp_path, record(everything, name="jinja"), record(everything, withdrawn="2024-01-01")) == []


def test_a_database_that_says_nothing_of_python_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SentenceError, match="chưa kiểm tra được gì"):
        told(tmp_path)
    (tmp_path / "osv.zip").write_bytes(b"PK nothing")
    with pytest.raises(SentenceError, match="Không đọc được"):
        list(supply.faults([PACKAGE], tmp_path / "osv.zip"))


def test_a_zip_as_it_is_handed_out_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as written:
        written.writestr("GHSA-x.json", json.dumps(record({"introduced": "0"})))
    (fault,) = supply.faults([PACKAGE], tmp_path / "all.zip")
    assert (fault.id, fault.package.name, fault.mended_in) == ("GHSA-x", "jinja2", "")
