# mypy: ignore-errors
"""The forms' sums and ranges as a suite of Great Expectations for each form, on pandas and calamine.

Run in an environment of its own: ``python expectations.py RAW DECLARED``; prints one line of JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
from reading import declared, rows


def main(raw: str, declarations: str) -> dict[str, Any]:
    forms = declared(Path(declarations))
    found = rows(Path(raw), forms)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("returns")
    sums: dict[str, Any] = {}
    expected = failed = 0
    for form in forms:
        frame = pd.DataFrame(found[form["code"]], columns=["commune", "file", *form["fields"]])
        numbers = frame[list(form["fields"])].astype("Int64")
        frame[list(form["fields"])] = numbers
        suite = gx.ExpectationSuite(name=form["code"])
        for name, one in form["fields"].items():
            if (one["minimum"], one["maximum"]) != (None, None):
                suite.add_expectation(
                    gxe.ExpectColumnValuesToBeBetween(column=name, min_value=one["minimum"], max_value=one["maximum"])
                )
        for number, rule in enumerate(form["rules"]):
            left = sum(factor * numbers[name] for name, factor in rule["coefficients"].items())
            frame[f"rule_{number}"] = left - rule["bound"]
            suite.add_expectation(
                gxe.ExpectColumnValuesToBeBetween(
                    column=f"rule_{number}", min_value=0 if rule["relation"] == "=" else None, max_value=0
                )
            )
        asset = source.add_dataframe_asset(name=form["code"])
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        told = batch.validate(suite, result_format="SUMMARY")
        expected += len(told.results)
        failed += sum(not one.success for one in told.results)
        added = frame.groupby("commune")[list(form["fields"])].sum()
        sums[form["code"]] = {
            commune: dict(zip(added, map(int, row), strict=True)) for commune, *row in added.itertuples()
        }
    return {"sums": sums, "expected": expected, "failed": failed}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
