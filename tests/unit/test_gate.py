from decimal import Decimal

import pyarrow as pa
import pytest

from pipelines.handout.layout import Answer, workbook
from pipelines.steps.collect.correct import read_ledger
from pipelines.steps.problems import problem_rows
from pipelines.steps.validate import gate
from schemas import tables
from schemas.forms import FORMS
from schemas.forms.b01_livestock import Livestock
from schemas.forms.r02_concrete_roads import ConcreteRoads
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import (
    COMMUNE,
    PERIOD,
    Run,
    address_of,
    changed,
    filled,
    ledger_of,
    places_with,
    put,
    raw_file,
    run,
    run_one,
)

GOOD = {"horse": 100, "horse_ordinary": 60, "horse_white": 40}
BAD = GOOD | {"horse_white": 39}
SET = ReturnSetKey(PERIOD.code, COMMUNE)
PLACES = places_with(
    "ban-moi,commune,Bản Mới,chi-lang,,,,", "mot,village,Bản Một,ban-moi,,,,", "hai,village,Bản Hai,ban-moi,,,,"
)


def two_communes(here: dict[str, int], there: dict[str, int]) -> Run:
    return run(
        raw_file(filled(Livestock, here)),
        raw_file(filled(Livestock, there, reporter="Bản Một", commune="Bản Mới"), "mot.xlsx", commune="ban-moi"),
        places=PLACES,
    )


def horses(mart: pa.Table) -> dict[tuple[str, str], int | None]:
    return {(row["commune"], row["reporter"]): row["horse"] for row in mart.to_pylist()}


def test_a_good_set_enters_with_the_cell_behind_every_value() -> None:
    done = run_one(Livestock, GOOD)
    mart = done.mart(Livestock)
    assert mart.schema.equals(tables.mart(Livestock))
    (row,) = mart.to_pylist()
    assert {name: row[name] for name in GOOD} == GOOD
    assert row["goat"] is None
    sources = {source["field"]: source for source in row["sources"]}
    assert set(sources) == set(Livestock.fields())
    assert (sources["horse"]["cell"], sources["horse"]["text"]) == (address_of(Livestock, "horse"), "100")
    assert sources["horse"]["sha256"] == done.entry("horse")["sha256"]


def test_a_blocking_finding_keeps_the_rows_that_were_accepted() -> None:
    accepted = run_one(Livestock, GOOD).mart(Livestock)
    again = run_one(Livestock, BAD).mart(Livestock, accepted)
    assert again.equals(accepted)


def test_a_blocking_finding_keeps_an_empty_mart_empty() -> None:
    assert len(run_one(Livestock, BAD).mart(Livestock)) == 0


def test_a_warning_does_not_hold_anything_back() -> None:
    done = run_one(Livestock, GOOD)
    assert set(done.check(Livestock).findings["severity"]) == {"warning"}
    assert done.held(Livestock) == set()


def test_a_good_set_replaces_its_own_rows() -> None:
    accepted = run_one(Livestock, GOOD).mart(Livestock)
    newer = run_one(Livestock, {"horse": 90, "horse_ordinary": 60, "horse_white": 30}).mart(Livestock, accepted)
    assert horses(newer) == {(COMMUNE, "pa_phao"): 90}


def test_one_bad_set_does_not_hold_another() -> None:
    accepted = two_communes(GOOD, GOOD).mart(Livestock)
    done = two_communes(BAD, {"horse": 90, "horse_ordinary": 60, "horse_white": 30})
    assert done.held(Livestock, accepted) == {SET}
    assert horses(done.mart(Livestock, accepted)) == {(COMMUNE, "pa_phao"): 100, ("ban-moi", "mot"): 90}


def test_sets_that_are_not_run_keep_their_rows() -> None:
    accepted = two_communes(GOOD, GOOD).mart(Livestock)
    alone = run_one(Livestock, {"horse": 90, "horse_ordinary": 50, "horse_white": 40})
    fresh = alone.mart(Livestock, accepted)
    assert horses(fresh) == {(COMMUNE, "pa_phao"): 90, ("ban-moi", "mot"): 100}


def test_findings_of_another_form_hold_nothing_back() -> None:
    done = run_one(Livestock, BAD)
    assert done.held(Livestock) == {SET}
    findings = done.check(Livestock).findings.assign(form="B99")
    assert gate.held(findings, done.problems, Livestock) == set()


def test_a_ledger_that_cannot_be_read_holds_every_form_of_its_set() -> None:
    """Without it, numbers that were corrected would come back as first received."""
    done = two_communes(GOOD, GOOD)
    _, problems = read_ledger({SET: "not;a;ledger"})
    for form in FORMS:
        assert gate.held(done.check(form).findings, problems, form) == {SET}


@pytest.mark.parametrize(
    ("kind", "held"),
    [(Problems.LEDGER_UNREADABLE, {SET}), (Problems.RELEASE_UNUSABLE, {SET}), (Problems.UNREADABLE_FILE, set())],
)
def test_what_holds_everything_holds_a_form_without_findings_and_no_other_set(
    kind: Problems, held: set[ReturnSetKey]
) -> None:
    findings = two_communes(GOOD, GOOD).check(Livestock).findings
    assert gate.held(findings, problem_rows(kind, [{**SET._asdict(), "file": "x"}]), Livestock) == held


def test_a_value_that_was_accepted_cannot_silently_become_blank() -> None:
    accepted = run_one(Livestock, GOOD).mart(Livestock)
    done = run_one(Livestock, GOOD, put(Livestock, "horse_white", None))
    findings = done.check(Livestock, accepted).findings
    told = findings[findings["code"] == "H-03"].to_dict("records")
    assert [(row["cells"], row["expected"]) for row in told] == [(address_of(Livestock, "horse_white"), "40")]
    assert done.mart(Livestock, accepted).equals(accepted)


def sent_content(*codes: str) -> bytes:
    answers = {
        ("R02", code, field): Answer(value, line_name=f"Đường {code}")
        for code in codes
        for field, value in (("length", 100), ("main_length", 100), ("alley_length", 0))
    }
    desk = "Bộ phận Giao thông - Xây dựng"
    return workbook([ConcreteRoads], period=PERIOD, commune="Hữu Kiên", reporter=desk, answers=answers)


def sent_roads(*codes: str) -> Run:
    return run(raw_file(sent_content(*codes), "works.xlsx"))


def test_a_line_that_was_accepted_cannot_silently_vanish() -> None:
    accepted = sent_roads("ba_ngan", "pa_lang").mart(ConcreteRoads)
    done = sent_roads("ba_ngan", "moi")
    findings = done.check(ConcreteRoads, accepted).findings
    (told,) = findings[findings["code"] == "H-09"].to_dict("records")
    assert (told["reporter"], told["written"], told["severity"]) == ("works", "pa_lang «Đường pa_lang»", "error")
    assert done.mart(ConcreteRoads, accepted).equals(accepted)
    again = sent_roads("moi", "pa_lang", "ba_ngan")
    assert "H-09" not in set(again.check(ConcreteRoads, accepted).findings["code"])


def test_a_line_that_is_there_and_not_read_is_told_once() -> None:
    accepted = sent_roads("ba_ngan", "pa_lang").mart(ConcreteRoads)
    twice = changed(sent_content("ba_ngan", "pa_lang"), lambda sheet: sheet.__setitem__("B10", "pa_lang"))
    found = run(raw_file(twice, "works.xlsx")).check(ConcreteRoads, accepted).findings
    assert sorted(set(found["code"]) & {"C-12", "H-09"}) == ["C-12"]


def test_a_return_that_was_accepted_cannot_silently_vanish() -> None:
    accepted = run(
        raw_file(filled(Livestock, GOOD)), raw_file(filled(Livestock, GOOD, reporter="Thôn Suối Mạ"), "suoi_ma.xlsx")
    ).mart(Livestock)
    done = run_one(Livestock, GOOD)
    findings = done.check(Livestock, accepted).findings
    assert findings.loc[findings["code"] == "H-02", "reporter"].tolist() == ["suoi_ma"]
    assert done.mart(Livestock, accepted).equals(accepted)


def test_a_correction_lets_a_bad_set_in_and_is_kept_with_its_cell() -> None:
    cell = address_of(Livestock, "horse_white")
    ledger = ledger_of(f"pa_phao.xlsx,{Livestock.sheet},{cell},39,40,đếm lại")
    (row,) = run_one(Livestock, BAD, ledger=ledger).mart(Livestock).to_pylist()
    (source,) = [source for source in row["sources"] if source["field"] == "horse_white"]
    assert (row["horse_white"], source["received"], source["text"], source["correction"]) == (40, "39", "40", "đếm lại")


def test_rows_of_a_mart_are_in_the_order_of_their_keys() -> None:
    files = [
        raw_file(filled(Livestock, GOOD, reporter=name), f"{number}.xlsx")
        for number, name in enumerate(["Thẩm Nà", "Co Hương", "Pá Phào"])
    ]
    assert run(*files).mart(Livestock)["reporter"].to_pylist() == ["co_huong", "pa_phao", "tham_na"]


def test_the_sources_of_a_record_are_its_own_cells_however_many_communes_there_are() -> None:
    """Hashing does not keep the order in which texts first occur: of 400 reporters some change places."""
    given = {(f"xa-{at % 40:02d}", f"thon-{at:03d}"): at for at in range(400)}
    nothing = dict.fromkeys(tables.ENTRIES.names, "")
    entries = [
        nothing
        | {"period": PERIOD.code, "commune": commune, "form": Livestock.code, "reporter": reporter, "field": field}
        | {"value": Decimal(number), "file": f"{reporter}.xlsx"}
        for (commune, reporter), number in given.items()
        for field in Livestock.fields()
    ]
    table = pa.Table.from_pylist(entries, tables.ENTRIES)
    sets = {ReturnSetKey(PERIOD.code, commune) for commune, _ in given}
    mart = gate.admit(Livestock, table, tables.OUTCOMES.empty_table(), tables.mart(Livestock).empty_table(), sets)
    assert [(row["commune"], row["reporter"]) for row in mart.to_pylist()] == sorted(given)
    for row in mart.to_pylist():
        number = given[row["commune"], row["reporter"]]
        assert {row[name] for name in Livestock.fields()} == {number}
        assert {(one["value"], one["file"]) for one in row["sources"]} == {(number, f"{row['reporter']}.xlsx")}
