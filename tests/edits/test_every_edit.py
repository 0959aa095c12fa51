import os
import re
import subprocess
import sys
from collections.abc import Iterable

import pytest

from pipelines.present.marked import letter
from pipelines.steps.numbers import vietnamese
from schemas.edit import Edit
from schemas.edits import Agreement, Alike, Bound
from schemas.fields import field
from schemas.form import VillageForm
from schemas.forms import FORMS
from schemas.outcomes import Severity
from schemas.return_sets import ReturnSetKey
from schemas.units import Heads
from tests.edits.examples import broken, can_be_filled, cell, example, reporters, results
from tests.unit.builders import PLACES, ROOT
from tests.unit.letters import unfit

EDITS = [edit for form in FORMS for edit in form.edits]
# Only Pandera's own checks could be turned off from outside; agreements are evaluated without it.
OF_PANDERA = sorted(edit.code for edit in EDITS if not edit.beyond)


def each(edits: Iterable[Edit]) -> pytest.MarkDecorator:
    """A test per edit."""
    return pytest.mark.parametrize("edit", [pytest.param(edit, id=edit.code) for edit in edits])


EACH_EDIT = each(EDITS)


@EACH_EDIT
def test_it_holds_on_valid_data_and_says_nothing(edit: Edit) -> None:
    told = results(edit)["good"]
    assert told.outcomes == {"holds": 1}
    assert told.of(f"{edit.form.code}-") == []


@EACH_EDIT
def test_it_fails_on_invalid_data_in_one_finding_with_all_its_cells(edit: Edit) -> None:
    data, told = example(edit), results(edit)["bad"]
    first, reporter = edit.names[0], reporters(edit.form)[0]
    assert told.outcomes == {"fails": 1}
    (finding,) = told.of(f"{edit.form.code}-")
    assert finding["code"] == edit.code
    assert finding["status"] == "fails"
    assert finding["severity"] == edit.severity
    assert (finding["form"], finding["reporter"], finding["sheet"]) == (edit.form.code, reporter, edit.form.sheet)
    assert finding["file"] == f"{reporter}.xlsx"
    # Which comes first depends on where the slip probably is; all of them are there, once.
    doubtful, *_ = cells = finding["cells"].split(";")
    assert sorted(cells) == sorted(cell(edit.form, name) for name in broken(edit.form, data.bad))
    (name,) = (name for name in edit.names if cell(edit.form, name) == doubtful)
    assert finding["written"] == vietnamese(data.bad[name])
    if name == first:
        assert finding["expected"] == vietnamese(data.good[first])
    else:  # a slip in another cell explains it; with that cell as proposed the edit holds
        assert f"có lẽ là {finding['expected']}" in finding["suggestion"]
    message = finding["message"]
    assert message.endswith("ghi giữ nguyên.") == (edit.severity is Severity.WARNING)
    for part in (edit.sentence, edit.label(first), vietnamese(data.bad[first]), vietnamese(data.good[first])):
        assert part in message
    for name in edit.names:
        assert re.search(rf"\b{cell(edit.form, name)}\b", message), name


@EACH_EDIT
def test_the_reporter_is_asked_and_not_told_what_the_office_does(edit: Edit) -> None:
    (finding,) = results(edit)["bad"].of(f"{edit.form.code}-")
    key = ReturnSetKey(finding["period"], finding["commune"])
    words = letter(key, finding["reporter"], PLACES, [finding])
    assert unfit(words) == []
    assert edit.sentence in words
    assert "trả lời số đúng của từng ô" in words


@EACH_EDIT
def test_it_is_undecided_while_an_operand_is_blank_and_the_others_leave_room_for_it(edit: Edit) -> None:
    for name in edit.names:
        told = results(edit)[f"blank {name}"]
        if can_be_filled(edit, name):
            assert (told.outcomes, told.of(edit.code)) == ({"undecided": 1}, []), name
        else:
            assert told.outcomes == {"fails": 1}, name
            assert any(cell(edit.form, name) in row["cells"] and "để trống" in row["message"] for row in told.findings)


@EACH_EDIT
def test_it_is_not_evaluable_while_any_operand_cannot_be_read(edit: Edit) -> None:
    for name in edit.names:
        told = results(edit)[f"unreadable {name}"]
        assert (told.outcomes, told.of(edit.code)) == ({"not_evaluable": 1}, []), name
        assert [row["cells"] for row in told.of("C-04")] == [cell(edit.form, name)]


@each(edit for edit in EDITS if edit.form.fields()[edit.names[0]].minimum is not None)
def test_it_is_not_evaluable_while_its_first_operand_is_out_of_range(edit: Edit) -> None:
    told = results(edit)["out of range"]
    assert (told.outcomes, told.of(edit.code)) == ({"not_evaluable": 1}, [])
    assert [row["cells"] for row in told.of("C-11")] == [cell(edit.form, edit.names[0])]


AGREEMENTS = [edit for edit in EDITS if isinstance(edit, Agreement)]
EACH_AGREEMENT = each(AGREEMENTS)


@EACH_AGREEMENT
@pytest.mark.parametrize("how", ["blank", "unreadable"])
def test_an_agreement_is_undecided_while_a_cell_of_another_is(edit: Agreement, how: str) -> None:
    for number in range(len(example(edit).others)):
        told = results(edit)[f"other {number} {how}"]
        assert (told.outcomes, told.of(edit.code)) == ({"undecided": 1}, []), number


@EACH_AGREEMENT
def test_an_agreement_is_undecided_while_another_has_not_sent_its_return(edit: Agreement) -> None:
    for number in range(len(example(edit).others)):
        told = results(edit)[f"other {number} not sent"]
        assert (told.outcomes, told.of(edit.code)) == ({"undecided": 1}, []), number


@each(edit for edit in EDITS if isinstance(edit, Agreement | Alike))
def test_what_compares_with_others_is_undecided_while_nobody_else_has_sent_anything(edit: Edit) -> None:
    told = results(edit)["nothing else sent"]
    assert (told.outcomes, told.of(edit.code)) == ({"undecided": 1}, [])


def test_the_forms_have_edits_of_both_kinds() -> None:
    assert len(OF_PANDERA) >= 15
    assert AGREEMENTS


class Never(Bound):
    """An edit that has lost its teeth."""

    def holds(self, frame):  # type: ignore[no-untyped-def]
        return super().holds(frame) | True


class Always(Bound):
    """An edit that nothing satisfies."""

    def holds(self, frame):  # type: ignore[no-untyped-def]
        return super().holds(frame) & False


def _form_with(edit: Edit) -> Edit:
    class Toothless(VillageForm, code="Z20", sheet="S", title="T", domain="z"):
        one = field(Heads, "Một")
        two = field(Heads, "Hai")
        edits = (edit,)

    return edit


def test_an_edit_that_nothing_trips_fails_these_tests() -> None:
    with pytest.raises(AssertionError, match="no data found that trips edit Z20-01"):
        results(_form_with(Never("Z20-01", ["one"], "two")))


def test_an_edit_that_nothing_satisfies_fails_these_tests() -> None:
    with pytest.raises(AssertionError, match="no data found on which edit Z20-01 holds"):
        results(_form_with(Always("Z20-01", ["one"], "two")))


def test_a_warning_is_told_as_a_warning() -> None:
    edit = _form_with(Bound("Z20-01", ["one"], "two", severity=Severity.WARNING))
    assert [row["severity"] for row in results(edit)["bad"].of(edit.code)] == ["warning"]


@pytest.mark.slow
def test_turning_pandera_off_in_the_environment_lets_nothing_pass() -> None:
    environment = os.environ | {"PANDERA_VALIDATION_ENABLED": "False", "PYTHONPATH": str(ROOT)}
    code = "from schemas.forms import FORMS; from tests.edits.examples import tripped; print(*tripped(FORMS))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == OF_PANDERA
