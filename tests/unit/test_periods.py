import unicodedata
from datetime import date, datetime

import pytest

from schemas.periods import Period, as_people_write


@pytest.mark.parametrize(
    ("code", "title", "end"),
    [
        ("2024-H1", "6 tháng đầu năm 2024", date(2024, 6, 30)),
        ("2024-H2", "6 tháng cuối năm 2024", date(2024, 12, 31)),
        ("1999-H1", "6 tháng đầu năm 1999", date(1999, 6, 30)),
    ],
)
def test_a_code_is_read_and_written_back(code: str, title: str, end: date) -> None:
    period = Period.parse(code)
    assert (period.code, period.title, period.end) == (code, title, end)
    assert period.end_time == datetime(end.year, end.month, end.day)


@pytest.mark.parametrize(
    "code", ["", "2024", "2024-H3", "2024-H0", "24-H1", "2024-h1", " 2024-H1", "2024-Q1", "x2024-H1x"]
)
def test_what_is_no_period_is_refused_with_the_right_form(code: str) -> None:
    with pytest.raises(ValueError, match="2024-H1"):
        Period.parse(code)


@pytest.mark.parametrize(
    ("code", "comparable"), [("2024-H1", ["2023-H1", "2023-H2"]), ("2024-H2", ["2023-H2", "2024-H1"])]
)
def test_a_period_is_compared_with_the_same_half_last_year_or_else_the_half_before(
    code: str, comparable: list[str]
) -> None:
    assert [period.code for period in Period.parse(code).comparable] == comparable


def test_periods_sort_by_time() -> None:
    codes = ["2024-H2", "2023-H1", "2024-H1", "2023-H2"]
    assert [period.code for period in sorted(map(Period.parse, codes))] == ["2023-H1", "2023-H2", "2024-H1", "2024-H2"]


@pytest.mark.parametrize(
    ("wording", "named"),
    [
        ("6 tháng đầu năm 2024", True),
        ("6 THÁNG ĐẦU NĂM 2024", True),
        (" 6 tháng  đầu năm 2024.", True),
        (unicodedata.normalize("NFD", "6 tháng đầu năm 2024"), True),
        ("2024-H1", True),
        ("6 tháng cuối năm 2024", False),
        ("6 tháng đầu năm 2023", False),
        ("2024-H2", False),
        ("", False),
    ],
)
def test_a_wording_names_its_own_period_only(wording: str, named: bool) -> None:
    assert Period(2024, 1).is_named(wording) is named


@pytest.mark.parametrize(
    ("moment", "written"),
    [("2024-07-02T12:00:30+07:00", "12:00 ngày 02/07/2024"), ("hôm qua", "hôm qua"), ("", "")],
)
def test_a_moment_is_told_as_people_write_it(moment: str, written: str) -> None:
    assert as_people_write(moment) == written
