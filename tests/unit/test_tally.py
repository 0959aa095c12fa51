"""Findings and returns are counted by commune and form."""

import pyarrow as pa

from pipelines.steps.validate.tally import findings_by_form, sent_by_form
from schemas.forms.b01_livestock import Livestock
from schemas.forms.b02_sales import Sales
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.tables import FINDINGS
from tests.unit.builders import PERIOD, PLACES, places_with

KEY, OTHER = ReturnSetKey(PERIOD.code, "huu-kien"), ReturnSetKey(PERIOD.code, "xa-1")
VILLAGES = [place.code for place in PLACES.reporters(KEY.commune, "village", PERIOD)]


def findings(*rows: tuple[ReturnSetKey, str, Problems, str]) -> pa.Table:
    """Findings, each by return set, form, kind of trouble and reporter."""
    told = [
        dict.fromkeys(FINDINGS.names, "")
        | key._asdict()
        | {"form": form, "code": one.value.code, "reporter": reporter}
        | {"severity": str(one.value.severity), "status": str(one.value.status)}
        for key, form, one, reporter in rows
    ]
    return pa.Table.from_pylist(told, FINDINGS)


def returns(found: pa.Table, *keys: ReturnSetKey, places: Places = PLACES) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = sent_by_form(found, (Livestock, Sales), keys, places).to_pylist()
    names = ("expected", "sent", "missing", "status")
    return {(row["commune"], row["form"]): tuple(row[name] for name in names) for row in rows}


def test_findings_are_counted_by_commune_form_severity_and_status() -> None:
    found = findings(
        (KEY, "B01", Problems.BLANK, "na_lia"),
        (KEY, "B01", Problems.NOT_SENT, "co_huong"),
        (KEY, "B01", Problems.OUT_OF_RANGE, "na_lia"),
        (KEY, "", Problems.NO_FORM, ""),
        (OTHER, "B01", Problems.BLANK, "mot"),
    )
    counted = [tuple(row.values())[1:] for row in findings_by_form(found).to_pylist()]
    assert counted == [
        ("huu-kien", "", "warning", "not_evaluable", 1),
        ("huu-kien", "B01", "error", "fails", 1),
        ("huu-kien", "B01", "warning", "undecided", 2),
        ("xa-1", "B01", "warning", "undecided", 1),
    ]


def test_a_return_that_did_not_come_is_gone_or_does_not_open_is_missing_and_a_blank_is_not() -> None:
    lacking = [Problems.NOT_SENT, Problems.WITHDRAWN_RETURN, Problems.UNREADABLE_FILE, Problems.BLANK]
    found = findings(*((KEY, "B01", kind, code) for kind, code in zip(lacking, VILLAGES, strict=False)))
    here = returns(found, KEY)
    assert here["huu-kien", "B01"] == (len(VILLAGES), len(VILLAGES) - 3, " ".join(VILLAGES[:3]), "held")
    assert here["huu-kien", "B02"] == (len(VILLAGES), len(VILLAGES), "", "complete")
    one = returns(findings((KEY, "B01", Problems.NOT_SENT, VILLAGES[1])), KEY)
    assert one["huu-kien", "B01"][1:] == (len(VILLAGES) - 1, VILLAGES[1], "incomplete")


def test_a_ledger_that_cannot_be_read_holds_every_form_of_its_commune() -> None:
    places = places_with("xa-1,commune,Một,chi-lang,,,,", "mot,village,Bản Một,xa-1,,,,")
    here = returns(findings((KEY, "", Problems.LEDGER_UNREADABLE, "")), KEY, OTHER, places=places)
    assert {where: row[-1] for where, row in here.items()} == {
        ("huu-kien", "B01"): "held",
        ("huu-kien", "B02"): "held",
        ("xa-1", "B01"): "complete",
        ("xa-1", "B02"): "complete",
    }


def test_a_form_that_a_commune_does_not_send_has_no_row() -> None:
    places = places_with("xa-1,commune,Một,chi-lang,,,,B02", "mot,village,Bản Một,xa-1,,,,")
    assert set(returns(findings(), OTHER, places=places)) == {("xa-1", "B02")}
