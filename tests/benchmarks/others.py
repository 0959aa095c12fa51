"""The same job in two programs that people use for it: Great Expectations, and dbt with DuckDB.

Belongs here: what our declarations say in their words, an environment of its own for each, and whether what they add up
is true. Does not belong here: their programs (``elsewhere``), what is made of their costs (``test_country``).

They do what they can of it: read every workbook with calamine, hold each form's ranges and the rules that are sums
against its records, and add up every field by commune. They do not find the cell of what fails, keep what was accepted,
correct, or lead a number back.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.steps.collect.headings import LABEL_HEADING, LINE_HEADING, heading_of
from schemas.fields import FormField
from schemas.form import Form
from schemas.forms import FORMS
from tests.benchmarks.country import Truth

ELSEWHERE = Path(__file__).parent / "elsewhere"


@dataclass(frozen=True)
class Other:
    """One of them.

    Args:
        name: What it is called.
        program: The module in ``elsewhere``.
        packages: What its environment has, with calamine, by which all read.
        writes: Whether it is given a folder to write into.
    """

    name: str
    program: str
    packages: tuple[str, ...]
    writes: bool = False

    def environment(self, box: Path) -> Path | None:
        """Make its environment in a folder, and return its Python; nothing where the packages cannot be installed."""
        python = box / self.program / "bin" / "python"
        calamine = "python-calamine==0.9.1"
        for command in (
            [sys.executable, "-m", "venv", str(box / self.program)],
            [str(python), "-m", "pip", "install", "--quiet", *self.packages, calamine],
        ):
            if subprocess.run(command, check=False, capture_output=True).returncode:
                return None
        return python


OTHERS = (
    Other("Great Expectations 1.24 on pandas", "expectations", ("great-expectations==1.24.1",)),
    # dbt-core 2 fetches a part of itself from elsewhere while it is installed.
    Other("dbt 1.9 on DuckDB over CSV exports", "models", ("dbt-core==1.9.11", "dbt-duckdb==1.11.1"), writes=True),
)

QUIET = {"GX_ANALYTICS_ENABLED": "false", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
"""Neither tells anybody that it runs."""


def declared() -> list[dict[str, Any]]:
    """Return our forms as both read them: numbers are whole numbers of a field's last digit."""
    return [
        {
            "code": form.code,
            "sheet": form.sheet,
            "lines": bool(form.line_title),
            "heading": LINE_HEADING if form.line_title else LABEL_HEADING,
            "fields": {name: _field(form, item) for name, item in form.fields().items()},
            "rules": [
                {"coefficients": dict(row.coefficients), "relation": row.relation, "bound": row.bound}
                for edit in form.edits
                if not edit.beyond
                for row in edit.rows()
            ],
        }
        for form in FORMS
    ]


def _field(form: type[Form], item: FormField) -> dict[str, Any]:
    decimals = item.unit.decimals
    ends = {"minimum": item.minimum, "maximum": item.maximum}
    units = [heading_of(item).removeprefix(item.label), *(f" ({one})" for one in item.unit.aliases)]
    after = units if form.line_title else [""]
    return {
        "labels": [f"{label}{unit}" for label in item.labels for unit in after],
        "decimals": decimals,
        **{name: None if end is None else end * 10**decimals for name, end in ends.items()},
    }


def count(forms: list[dict[str, Any]]) -> int:
    """Return how many ranges and rules there are."""
    fields = [one for form in forms for one in form["fields"].values()]
    ranges = sum((one["minimum"], one["maximum"]) != (None, None) for one in fields)
    return ranges + sum(len(form["rules"]) for form in forms)


def wrong(said: Mapping[str, Any], truth: Truth) -> str:
    """Return in what one of them is wrong, in a word that its row gets; nothing where it is right."""
    forms = declared()
    if (said["expected"], said["failed"]) != (count(forms), 0):
        return f"void: of {count(forms)} ranges and rules it held {said['expected']}, and {said['failed']} failed"
    for form in forms:
        code, fields = form["code"], form["fields"]
        for commune, own in truth.sums.items():
            true = {name: Decimal(value).scaleb(fields[name]["decimals"]) for name, value in own.get(code, {}).items()}
            if said["sums"][code].get(commune, {}) != true:
                return f"void: other sums of {code} in {commune}"
    return ""


def write_declared(path: Path) -> Path:
    """Write our forms for them."""
    path.write_text(json.dumps(declared(), ensure_ascii=False), encoding="utf-8")
    return path
