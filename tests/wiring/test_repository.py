import re
import subprocess

import pytest

from tests.unit.builders import ROOT

ALLOWED = {
    "schemas",
    "pipelines",
    "assets",
    "raw",
    "tests",
    "workspace.yaml",
    "pyproject.toml",
    "requirements.lock",
    "Makefile",
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "LICENSE",
}


def tracked() -> list[str]:
    """Paths that git tracks."""
    done = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for path in done.stdout.split("\0") if path]


@pytest.mark.needs("git")
def test_the_top_folder_holds_what_the_layout_says_and_nothing_else() -> None:
    tops = {path.split("/")[0] for path in tracked()}
    assert {top for top in tops if not top.startswith(".")} <= ALLOWED


@pytest.mark.needs("git")
def test_nothing_that_is_made_is_tracked() -> None:
    made = re.compile(r"(^|/)(__pycache__|data|dagster_home|\.venv|\.ci-artefacts)/|\.(pyc|parquet|db|log|tmp|lock)$")
    assert [path for path in tracked() if made.search(path) and path != "requirements.lock"] == []


def test_the_lock_pins_every_version_with_hashes_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert not re.search(r"https?://|--index-url|--extra-index-url|--find-links|--trusted-host", lock)
    pins = [line for line in lock.splitlines() if line and not line[0].isspace() and not line.startswith("#")]
    assert pins
    assert all(re.match(r"[a-z0-9._-]+(\[[a-z0-9,._-]+\])?==\S+", pin, re.IGNORECASE) for pin in pins)


def test_the_workspace_names_the_code_location() -> None:
    assert "module_name: pipelines.definitions" in (ROOT / "workspace.yaml").read_text("utf-8")
