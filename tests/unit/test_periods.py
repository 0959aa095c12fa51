import unicodedata
from datetime import date, datetime

import pytest

from schemas.periods import Period, PeriodKind, as_people_write, period_meant, period_worded, times_in


@pytest.mark.parametrize(
    ("code", "title", "end"),
    [
        ("2024-H1", "6 tháng đầu năm 2024", date(2024, 6, 30)),
        ("2024-H2", "6 tháng cuối năm 2024", date(2024, 12, 31)),
        ("1999-H1", "6 tháng đầu năm 1999", date(1999, 6, 30)),
        ("2024-M02", "tháng 2 năm 2024", date(2024, 2, 29)),
        ("2024-M12", "tháng 12 năm 2024", date(2024, 12, 31)),
        ("2024-Q3", "quý III năm 2024", date(2024, 9, 30)),
        ("2024-9M", "9 tháng đầu năm 2024", date(2024, 9, 30)),
        ("2024", "năm 2024", date(2024, 12, 31)),
    ],
)
def test_a_code_is_read_and_written_back(code: str, title: str, end: date) -> None:
    period = Period.parse(code)
    assert (period.code, period.title, period.end) == (code, title, end)
    assert period.end_time == datetime(end.year, end.month, end.day)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "24",
        "2024-H3",
        "2024-H0",
        "24-H1",
        "2024-h1",
        " 2024-H1",
        "2024-Q5",
        "2024-M13",
        "2024-M1",
        "2024-6M",
        "x2024x",
    ],
)
def test_what_is_no_period_is_refused_with_the_right_form(code: str) -> None:
    with pytest.raises(ValueError, match="2024-H1"):
        Period.parse(code)


@pytest.mark.parametrize(
    ("code", "comparable"),
    [
        ("2024-H1", ["2023-H1", "2023-H2"]),
        ("2024-H2", ["2023-H2", "2024-H1"]),
        ("2024-M01", ["2023-M01", "2023-M12"]),
        ("2024-Q3", ["2023-Q3", "2024-Q2"]),
        ("2024-9M", ["2023-9M"]),
        ("2024", ["2023"]),
    ],
)
def test_a_period_is_compared_with_the_same_of_last_year_or_else_the_one_before_of_its_kind(
    code: str, comparable: list[str]
) -> None:
    assert [period.code for period in Period.parse(code).comparable] == comparable


def test_periods_sort_by_their_last_day_the_parts_before_the_whole() -> None:
    codes = ["2023", "2024-Q1", "2024-M06", "2024-Q2", "2024-H1", "2024-Q3", "2024-9M", "2024-M12", "2024-H2", "2024"]
    assert [period.code for period in sorted(map(Period.parse, reversed(codes)))] == codes


@pytest.mark.parametrize(
    ("code", "kind", "parts"),
    [
        ("2024-Q2", PeriodKind.MONTH, ["2024-M04", "2024-M05", "2024-M06"]),
        ("2024-H2", PeriodKind.QUARTER, ["2024-Q3", "2024-Q4"]),
        ("2024-9M", PeriodKind.QUARTER, ["2024-Q1", "2024-Q2", "2024-Q3"]),
        ("2024-9M", PeriodKind.HALF, []),
        ("2024", PeriodKind.HALF, ["2024-H1", "2024-H2"]),
        ("2024-Q2", PeriodKind.QUARTER, []),
    ],
)
def test_a_period_is_made_up_of_shorter_ones(code: str, kind: PeriodKind, parts: list[str]) -> None:
    period = Period.parse(code)
    assert [part.code for part in period.parts(kind)] == parts
    if parts:
        assert (period.parts(kind)[0].begin, period.parts(kind)[-1].end) == (period.begin, period.end)


@pytest.mark.parametrize(
    ("kind", "lies_in", "before", "after"),
    [
        (PeriodKind.MONTH, "2024-M11", "2024-M10", "2024-M12"),
        (PeriodKind.QUARTER, "2024-Q4", "2024-Q3", "2025-Q1"),
        (PeriodKind.HALF, "2024-H2", "2024-H1", "2025-H1"),
        (PeriodKind.NINE_MONTHS, "2025-9M", "2024-9M", "2026-9M"),
        (PeriodKind.YEAR, "2024", "2023", "2025"),
    ],
)
def test_a_day_lies_in_one_period_of_each_kind(kind: PeriodKind, lies_in: str, before: str, after: str) -> None:
    period = Period.of_day(date(2024, 11, 26), kind)
    assert (period.code, period.before.code, period.after.code) == (lies_in, before, after)


@pytest.mark.parametrize(
    ("code", "wordings"),
    [
        ("2024-M05", ["Tháng 5 năm 2024", "Tháng 05 năm 2024", "tháng 05/2024", "tháng 5/2024", "Tháng 5-2024"]),
        ("2024-Q2", ["Quý II năm 2024", "quý 2/2024", "quý II/2024", "quý 02 năm 2024", "Quý II-2024", "Q2/2024"]),
        ("2024-H1", ["6 tháng đầu năm 2024", "06 tháng đầu năm 2024", "Sáu tháng đầu năm 2024"]),
        ("2024-9M", ["9 tháng đầu năm 2024", "9 tháng năm 2024", "09 tháng đầu năm 2024"]),
        ("2024", ["năm 2024", "cả năm 2024", "12 tháng năm 2024"]),
    ],
)
def test_people_write_a_period_in_several_ways_and_none_means_another(code: str, wordings: list[str]) -> None:
    others = [Period.parse(one) for one in ("2024-M05", "2024-Q2", "2024-H1", "2024-9M", "2024")]
    period = Period.parse(code)
    for wording in wordings:
        assert [other.code for other in others if other.is_named(wording)] == [code], wording
        assert period_worded(wording) == period, wording
        assert times_in(f"số của {wording}") == [(period.begin, period.end)], wording
    assert period.is_named(code)


@pytest.mark.parametrize(
    ("folder", "meant"),
    [
        ("2024-m3", "2024-M03"),
        ("2024_Q1", "2024-Q1"),
        ("Quý 1 2024", "2024-Q1"),
        ("Q1-2024", "2024-Q1"),
        ("2024-M13", None),
        ("2024-M123", None),
        ("2024-6M", None),
    ],
)
def test_a_folder_that_is_called_nearly_like_a_period_tells_which_is_meant(folder: str, meant: str | None) -> None:
    found = period_meant(folder)
    assert (found and found.code) == meant


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
    assert Period.parse("2024-H1").is_named(wording) is named


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("2024-M06", "2024-M07", False),
        ("2024-H1", "2024-M06", True),
        ("2024-H1", "2024-M01", True),
        ("2024-Q2", "2024-H1", True),
        ("2023", "2024-M01", False),
    ],
)
def test_periods_meet_where_they_have_a_day_in_common_whichever_is_asked(one: str, other: str, meet: bool) -> None:
    first, second = Period.parse(one), Period.parse(other)
    assert (first.meets(second), second.meets(first)) == (meet, meet)


@pytest.mark.parametrize(
    ("moment", "written"),
    [("2024-07-02T12:00:30+07:00", "12:00 ngày 02/07/2024"), ("hôm qua", "hôm qua"), ("", "")],
)
def test_a_moment_is_told_as_people_write_it(moment: str, written: str) -> None:
    assert as_people_write(moment) == written
