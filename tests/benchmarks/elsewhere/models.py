# mypy: ignore-errors
"""The same as a dbt project on DuckDB: a model and its tests for each form, over CSV exports of the workbooks.

Run in an environment of its own: ``python models.py RAW DECLARED FOLDER``; prints one line of JSON.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner
from reading import Declared, declared, rows

PROJECT = """\
name: forms
version: "1.0.0"
profile: forms
model-paths: [models]
macro-paths: [macros]
models: {forms: {+materialized: table}}
"""
HOLDS = """\
{% test holds(model, expression) %}
select * from {{ model }} where not ({{ expression }})
{% endtest %}
"""


def main(raw: str, declarations: str, folder: str) -> dict[str, Any]:
    forms, box = declared(Path(declarations)), Path(folder)
    export(Path(raw), forms, box)
    base = box / "forms.duckdb"
    expected = project(forms, box, base)
    done = dbtRunner().invoke(
        ["--quiet", "build", "--project-dir", str(box), "--profiles-dir", str(box), "--threads", "1"]
    )
    outcomes = [str(one.status) for one in done.result.results]
    sums: dict[str, Any] = {}
    with duckdb.connect(str(base)) as open_base:
        for form in forms:
            added = open_base.sql(f'select * from "sums_{form["code"]}"').fetchall()
            sums[form["code"]] = {commune: dict(zip(form["fields"], values, strict=True)) for commune, *values in added}
    failed = len(outcomes) - outcomes.count("pass") - outcomes.count("success")
    return {"sums": sums, "expected": expected, "failed": failed}


def export(raw: Path, forms: Declared, box: Path) -> None:
    for form, records in rows(raw, forms).items():
        with (box / f"{form}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["commune", "file", *_fields(forms, form)])
            writer.writeheader()
            writer.writerows(records)


def _fields(forms: Declared, code: str) -> list[str]:
    (form,) = [one for one in forms if one["code"] == code]
    return list(form["fields"])


def project(forms: Declared, box: Path, base: Path) -> int:
    """Write the project; return how many tests there are."""
    profile = {"target": "here", "outputs": {"here": {"type": "duckdb", "path": str(base)}}}
    (box / "dbt_project.yml").write_text(PROJECT, "utf-8")
    (box / "profiles.yml").write_text(json.dumps({"forms": profile}), "utf-8")
    for name in ("models", "macros"):
        (box / name).mkdir()
    (box / "macros" / "holds.sql").write_text(HOLDS, "utf-8")
    models, count = [], 0
    for form in forms:
        code, fields = form["code"], form["fields"]
        types = json.dumps({"commune": "VARCHAR", "file": "VARCHAR", **dict.fromkeys(fields, "BIGINT")})
        columns = types.replace('"', "'")
        (box / "models" / f"{code}.sql").write_text(
            f"select * from read_csv('{box / code}.csv', header = true, columns = {columns})", "utf-8"
        )
        added = ", ".join(f'sum("{name}")::bigint as "{name}"' for name in fields)
        (box / "models" / f"sums_{code}.sql").write_text(
            f"select commune, {added} from {{{{ ref('{code}') }}}} group by commune", "utf-8"
        )
        tests = list(_tests(form))
        count += len(tests)
        models.append(
            {"name": code, "data_tests": [{"holds": {"name": name, "expression": one}} for name, one in tests]}
        )
    (box / "models" / "schema.yml").write_text(json.dumps({"version": 2, "models": models}), "utf-8")
    return count


def _tests(form: dict[str, Any]) -> Any:
    for name, one in form["fields"].items():
        ends = [("minimum", ">="), ("maximum", "<=")]
        said = [f'"{name}" {sign} {one[end]}' for end, sign in ends if one[end] is not None]
        if said:
            yield f"range_{form['code']}_{name}", " and ".join(said)
    for number, rule in enumerate(form["rules"]):
        left = " + ".join(f'{factor} * "{name}"' for name, factor in rule["coefficients"].items())
        yield f"rule_{form['code']}_{number}", f"{left} {rule['relation']} {rule['bound']}"


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
