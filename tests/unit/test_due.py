"""By when a return has to be there: as its form says, or else the commune, or the nearest place above that does."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.present.completeness import all_overdue, completeness, overdue
from pipelines.store.closings import Closing, Turn, add
from schemas.flow import FLOW
from schemas.form import VillageForm
from schemas.forms.b01_livestock import Livestock
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from schemas.sentences import SentenceError
from tests.unit.builders import PERIOD, VILLAGE, filled, places_with, raw_file, rows, run
from tests.unit.offices import KEY, Office, publish

HEADING = "code,level,name,parent,aliases,valid_from,valid_to,forms,kind,due"


class Slow(VillageForm, code="Z01", sheet="Chậm", title="Biểu gửi chậm", domain="slow", due=40):
    """A form that is due later than others."""


def with_due(commune: str, district: str = "") -> Places:
    return places_with(
        f"chi-lang,district,Chi Lăng,lang-son,,,,,,{district}",
        f"huu-kien,commune,Hữu Kiên,chi-lang,,,,,,{commune}",
        heading=HEADING,
    )


@pytest.mark.parametrize(
    ("commune", "district", "usual", "slow"),
    [
        ("", "", date(2024, 7, 10), date(2024, 8, 9)),
        ("15", "", date(2024, 7, 15), date(2024, 7, 15)),
        ("15 Z01=5", "", date(2024, 7, 15), date(2024, 7, 5)),
        ("", "20", date(2024, 7, 20), date(2024, 7, 20)),
        ("Z01=0", "20 B01=25", date(2024, 7, 25), date(2024, 6, 30)),
    ],
)
def test_the_nearest_that_says_so_counts(commune: str, district: str, usual: date, slow: date) -> None:
    places = with_due(commune, district)
    found = [places.due("huu-kien", form.code, form.due_after, PERIOD) for form in (Livestock, Slow)]
    assert found == [usual, slow]


def test_a_period_that_ends_with_the_year_is_due_in_the_next() -> None:
    assert with_due("").due("huu-kien", "B01", 10, Period.parse("2024-H2")) == date(2025, 1, 10)


@pytest.mark.parametrize("said", ["x", "B01", "B01=", "=5", "-3", "5 7", "B01=1 B01=2", "1,5"])
def test_what_is_no_number_of_days_is_refused(said: str) -> None:
    with pytest.raises(SentenceError, match="ghi hạn gửi"):
        with_due(f'"{said}"')


def test_who_has_not_sent_is_told_with_the_day_it_was_due() -> None:
    places = with_due("15")
    checked = run(raw_file(filled(Livestock, {"horse": 1}, reporter=VILLAGE)), places=places).check(Livestock)
    missing = [row for row in rows(checked.findings) if row["code"] == Problems.NOT_SENT.value.code]
    assert len(missing) == 7
    assert missing[0]["message"].endswith(" chưa gửi biểu B01, hạn 15/07/2024. Liên hệ để nhận báo cáo.")


NOT_SENT = {"code": Problems.NOT_SENT.value.code, "reporter": "na_lia"}
FOUND = [NOT_SENT | {"form": "B01"}, NOT_SENT | {"form": "B02"}]


def test_forms_that_are_due_apart_are_late_apart() -> None:
    places = with_due("B02=30")
    key = ReturnSetKey(PERIOD.code, "huu-kien")
    late = {day: overdue(key, FOUND, places, date(2024, 7, day)) for day in (10, 11, 30, 31)}
    assert late[10] is None
    assert [one and dict(one.missing) for one in (late[11], late[30], late[31])] == [
        {("Thôn Nà Lìa", date(2024, 7, 10)): ("B01",)},
        {("Thôn Nà Lìa", date(2024, 7, 10)): ("B01",)},
        {("Thôn Nà Lìa", date(2024, 7, 10)): ("B01",), ("Thôn Nà Lìa", date(2024, 7, 30)): ("B02",)},
    ]
    assert late[31] is not None
    assert late[31].reporters == 1


def test_of_a_closed_set_nobody_is_late(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.folder.mkdir(parents=True)
    table = FLOW["findings/livestock"].schema
    row = dict.fromkeys(table.names, "") | FOUND[0] | KEY._asdict() | {"severity": "warning"}
    found = pa.Table.from_pylist([{name: row[name] for name in table.names}], table)
    publish(office.store, KEY, {"findings/livestock": found})
    assert [one.key for one in all_overdue(office.raw, office.store, date(2024, 7, 11))] == [KEY]
    add(office.store.root, KEY, Closing(Turn.CLOSED, "2024-07-10T08:00:00+07:00", "chủ tịch xã", "lan-1"))
    assert all_overdue(office.raw, office.store, date(2024, 7, 11)) == []


def test_the_summary_says_how_many_days_late() -> None:
    said = list(completeness(PERIOD.code, "huu-kien", FOUND, with_due("B02=30")).lines(date(2024, 7, 13)))
    assert said[2] == "Hạn gửi: 10/07/2024, trễ hạn 3 ngày (B01); 30/07/2024 (B02)."
