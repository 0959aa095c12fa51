"""Values held against an earlier period: what is told, what is not, and that it silences and holds nothing."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.steps.collect.correct import read_ledger
from pipelines.steps.frames import to_frame
from pipelines.steps.validate.change import LEAST_VILLAGES, changed_alone, changed_much, copied
from schemas.fields import field
from schemas.form import DeskForm, Form, LineForm, VillageForm
from schemas.forms.b01_livestock import Livestock
from schemas.periods import Period
from schemas.return_sets import ReturnSetKey
from schemas.tables import mart
from schemas.units import (
    Classes,
    Dong,
    Files,
    Heads,
    Hectares,
    LevelsReached,
    Metres,
    Percent,
    QuintalsPerHectare,
    SquareMetres,
    Tonnes,
)
from tests.unit.builders import (
    COMMUNE,
    LEDGER_HEADING,
    PERIOD,
    PLACES,
    Row,
    Run,
    address_of,
    filled,
    raw_file,
    run,
    told,
)

LAST_YEAR, HALF_BEFORE, LAST_SPRING = Period.parse("2023-H1"), Period.parse("2023-H2"), Period.parse("2022-H1")
VILLAGES = {place.code: place.name for place in PLACES.reporters(COMMUNE, "village", PERIOD)}
BEFORE = dict(zip(VILLAGES, (284, 348, 284, 316, 237, 663, 189, 157), strict=True))
NOW = {code: round(value * 1.04) for code, value in BEFORE.items()}
SLIP = NOW | {"me_thanh": 2460}


def sent(horses: Mapping[str, int | str], period: Period = PERIOD, ledger: pd.DataFrame | None = None) -> Run:
    """Returns of villages, with horses of both kinds that add up and nothing else."""
    files = [
        raw_file(filled(Livestock, _herd(value), reporter=VILLAGES[code], period=period), f"{code}.xlsx", period=period)
        for code, value in horses.items()
    ]
    return run(*files, ledger=ledger)


def _herd(horses: int | str) -> dict[str, int | str]:
    return dict.fromkeys(Livestock.fields(), 0) | {"horse": horses, "horse_ordinary": horses, "total": horses}


def accepted(*returns: tuple[Period, Mapping[str, int | str]]) -> pa.Table:
    published = mart(Livestock).empty_table()
    for period, horses in returns:
        published = sent(horses, period).mart(Livestock, published)
    return published


def changes(run_: Run, published: pa.Table) -> list[Row]:
    return [row for row in told(run_.check(Livestock, published)) if row["code"] == "H-04"]


def test_a_village_that_changed_unlike_the_others_is_told_with_both_values_and_the_usual_change() -> None:
    found = changes(sent(SLIP), accepted((LAST_YEAR, BEFORE)))
    assert [row["cells"] for row in found] == [
        address_of(Livestock, name) for name in ("total", "horse", "horse_ordinary")
    ]
    horse = found[1]
    assert (horse["reporter"], horse["file"], horse["severity"]) == ("me_thanh", "me_thanh.xlsx", "warning")
    assert (horse["status"], horse["written"], horse["suggestion"]) == ("fails", "2.460", "")
    assert horse["expected"] == "khoảng 247 (6 tháng đầu năm 2023 là 237, các thôn thường bằng 104 % kỳ đó)"
    for part in ("«Đàn ngựa»", horse["written"], horse["expected"], "nếu đúng thì ghi giữ nguyên"):
        assert part in horse["message"]


def test_a_tenth_is_told_as_well_as_tenfold() -> None:
    assert len(changes(sent(NOW | {"na_lia": 69}), accepted((LAST_YEAR, BEFORE)))) == 3


@pytest.mark.parametrize("now", [NOW, BEFORE, {code: value * 2 for code, value in BEFORE.items()}])
def test_nothing_is_told_where_all_changed_alike(now: Mapping[str, int]) -> None:
    assert changes(sent(now), accepted((LAST_YEAR, BEFORE))) == []


@pytest.mark.parametrize(("horses", "is_told"), [(285, False), (400, False), (560, True)])
def test_a_small_change_is_not_told_though_all_others_stayed_the_same(horses: int, is_told: bool) -> None:
    assert bool(changes(sent(BEFORE | {"suoi_phay": horses}), accepted((LAST_YEAR, BEFORE)))) is is_told


def test_nothing_is_told_without_an_earlier_period() -> None:
    assert changes(sent(SLIP), mart(Livestock).empty_table()) == []
    assert changes(sent(SLIP), accepted((PERIOD, BEFORE))) == []
    assert changes(sent(SLIP), accepted((LAST_SPRING, BEFORE))) == []


def test_the_same_half_last_year_goes_before_the_half_year_before() -> None:
    found = changes(sent(SLIP), accepted((HALF_BEFORE, BEFORE)))
    assert {"6 tháng cuối năm 2023" in row["expected"] for row in found} == {True}
    assert changes(sent(SLIP), accepted((HALF_BEFORE, BEFORE), (LAST_YEAR, SLIP))) == []


def test_fewer_villages_than_needed_say_nothing() -> None:
    few = dict(list(BEFORE.items())[:LEAST_VILLAGES])
    last = next(reversed(few))
    assert changes(sent(few | {last: 9999}), accepted((LAST_YEAR, few)))
    del few["pa_phao"]
    assert changes(sent(few | {last: 9999}), accepted((LAST_YEAR, few))) == []


@pytest.mark.parametrize("nothing", [0, "...", "năm"])
def test_a_zero_a_blank_and_what_is_no_number_are_not_judged_and_do_not_judge(nothing: int | str) -> None:
    published = accepted((LAST_YEAR, BEFORE))
    assert changes(sent(NOW | {"me_thanh": nothing}), published) == []
    five = list(BEFORE)[:5]
    now: dict[str, int | str] = {**{code: BEFORE[code] for code in five}, "suoi_ma": 9999}
    assert changes(sent(now), published)
    assert changes(sent(now | {"pa_phao": nothing}), published) == []


def test_what_was_zero_before_has_no_ratio() -> None:
    assert changes(sent(SLIP), accepted((LAST_YEAR, BEFORE | {"me_thanh": 0}))) == []


def test_communes_are_judged_apart() -> None:
    frame, before = pd.concat([records(NOW), records(SLIP, "y")]), pd.concat([records(BEFORE), records(BEFORE, "y")])
    before["period"] = LAST_YEAR.code
    found = changed_much(Livestock, frame.reset_index(drop=True), before)
    assert [(one.row, one.field, one.before) for one in found] == [(12, "horse", Decimal(237))]
    middle = (Fraction(362, 348) + Fraction(690, 663)) / 2  # the fourth and fifth of eight
    assert float(found[0].typical) == pytest.approx(float(middle))
    assert changed_much(Livestock, frame.reset_index(drop=True), before[before["commune"] == "x"]) == []


def records(
    values: Mapping[str, int], commune: str = "x", form: type[Form] = Livestock, name: str = "horse"
) -> pd.DataFrame:
    """Records of a form in which only one field is filled in."""
    keys = {"period": PERIOD.code, "commune": commune, "line": ""}
    rows = [keys | {"reporter": code, name: value} for code, value in values.items()]
    return to_frame([pa.Table.from_pylist(rows, form.arrow())], form.arrow())


class Many(VillageForm, code="Z50", sheet="S", title="T", domain="z"):
    heads = field(Heads, "Con")
    area = field(Hectares, "Đất")
    treated = field(SquareMetres, "Phun")
    paid = field(Dong, "Chi")
    harvest = field(Tonnes, "Sản lượng")
    rate = field(QuintalsPerHectare, "Năng suất")


class Desk(DeskForm, code="Z51", sheet="S", title="T", domain="z", reporter="finance"):
    heads = field(Heads, "Con")


@pytest.mark.parametrize(
    ("form", "name", "is_told"),
    [
        (Many, "heads", True),
        (Many, "area", True),
        (Many, "treated", True),
        (Many, "paid", False),
        (Many, "harvest", False),
        (Many, "rate", False),
        (Desk, "heads", False),
    ],
)
def test_only_counts_and_areas_of_villages_are_compared(form: type[Form], name: str, is_told: bool) -> None:
    before = records(BEFORE, form=form, name=name)
    before["period"] = LAST_YEAR.code
    found = changed_much(form, records(SLIP, form=form, name=name), before)
    assert [one.field for one in found] == [name] * is_told


def test_a_form_with_nothing_to_compare_and_no_records_at_all_give_nothing() -> None:
    class Money(VillageForm, code="Z52", sheet="S", title="T", domain="z"):
        paid = field(Dong, "Chi")

    before = records(BEFORE, form=Money, name="paid")
    before["period"] = LAST_YEAR.code
    assert changed_much(Money, records(SLIP, form=Money, name="paid"), before) == []
    assert changed_much(Livestock, records(NOW)[:0], records(BEFORE)) == []


def test_the_published_scores_of_a_small_example() -> None:
    """By hand: ratios 1, 1, 1.1, 1.2, 30; median 1.1; effects -1, -1, 0, 0.995, 26.27 x sqrt(3000)."""
    before, now = (100, 100, 100, 100, 100), (100, 100, 110, 120, 3000)
    assert told_of(before, now) == [4]
    assert told_of(before, (100, 100, 110, 120, 200)) == []  # 0.82 x sqrt(200) = 11.6: within 20 x 0.995
    assert told_of(before, (110, 110, 110, 110, 200)) == [4]  # the same, where the others do not differ at all


def told_of(before: Sequence[int], now: Sequence[int]) -> list[int]:
    codes = [f"v{number}" for number in range(len(before))]
    earlier = records(dict(zip(codes, before, strict=True)))
    earlier["period"] = LAST_YEAR.code
    return [one.row for one in changed_much(Livestock, records(dict(zip(codes, now, strict=True))), earlier)]


def test_it_holds_nothing_and_silences_no_edit_on_the_same_cell() -> None:
    published = accepted((LAST_YEAR, BEFORE))
    assert sent(SLIP).held(Livestock, published) == set()
    files = [
        raw_file(
            filled(Livestock, _herd(value) | ({"horse": 9999} if code == "me_thanh" else {}), reporter=VILLAGES[code]),
            f"{code}.xlsx",
        )
        for code, value in NOW.items()
    ]
    broken = run(*files)
    codes = {row["code"] for row in told(broken.check(Livestock, published))}
    assert "H-04" in codes
    assert codes & {"B01-01", "B01-02"}
    assert broken.held(Livestock, published) == {ReturnSetKey(PERIOD.code, COMMUNE)}


def test_a_confirmed_number_is_told_no_more() -> None:
    cell = address_of(Livestock, "horse")
    line = f'2024-07-02,thống kê,me_thanh.xlsx,"{Livestock.sheet}",{cell},2460,2460,đã hỏi lại,,as_is'
    ledger, problems = read_ledger({ReturnSetKey(PERIOD.code, COMMUNE): f"{LEDGER_HEADING}\n{line}"})
    assert problems.empty
    found = changes(sent(SLIP, ledger=ledger), accepted((LAST_YEAR, BEFORE)))
    assert [row["cells"] for row in found] == [address_of(Livestock, name) for name in ("total", "horse_ordinary")]


class Office(DeskForm, code="Z53", sheet="S", title="T", domain="z", reporter="finance"):
    files = field(Files, "Hồ sơ")
    paid = field(Dong, "Chi")
    level = field(LevelsReached, "Mức độ", maximum=3)
    classes = field(Classes, "Lớp", stock=True)
    trained = field(Percent, "Tỷ lệ qua đào tạo", maximum=100)
    gained = field(Percent, "Mức tăng tỷ lệ", minimum=-100, maximum=100)
    cleared = field(Hectares, "Phát quang")


class Roads(LineForm, code="Z54", sheet="S", title="T", domain="z", reporter="works", lines="Công trình"):
    width = field(Metres, "Chiều rộng")


def of_desk(values: Mapping[str, int | Decimal], period: Period = PERIOD, line: str = "") -> Row:
    return {"period": period.code, "commune": "x", "reporter": "finance", "line": line, **values}


def alone(form: type[Form], now: Sequence[Row], *before: Row) -> list[tuple[str, Decimal, Decimal]]:
    tables = (pa.Table.from_pylist(list(rows), form.arrow()) for rows in (now, before))
    frame, then = (to_frame([table], form.arrow()) for table in tables)
    return [(one.field, one.lowest, one.highest) for one in changed_alone(form, frame, then)]


@pytest.mark.parametrize(
    ("now", "before", "is_told"),
    [
        (1000, 100, True),
        (100, 1000, True),
        (199, 100, False),
        (201, 100, True),
        (24, 4, False),
        (30, 4, True),
        (0, 100, True),
        (100, 0, True),
        (0, 8, False),
        (8, 0, False),
    ],
)
def test_a_desk_is_held_against_its_own_earlier_period(now: int, before: int, is_told: bool) -> None:
    found = alone(Office, [of_desk({"files": now})], of_desk({"files": before}, LAST_YEAR))
    assert found == [("files", Decimal(before), Decimal(before))] * is_told


def test_both_comparable_periods_make_the_span_and_no_other_does() -> None:
    year, half = of_desk({"files": 100}, LAST_YEAR), of_desk({"files": 700}, HALF_BEFORE)
    assert alone(Office, [of_desk({"files": 1300})], year, half) == []
    assert alone(Office, [of_desk({"files": 1500})], year, half) == [("files", Decimal(100), Decimal(700))]
    assert alone(Office, [of_desk({"files": 9000})], of_desk({"files": 1}, LAST_SPRING)) == []
    assert alone(Office, [of_desk({"files": 9000})]) == []


def test_money_may_change_more_and_a_level_by_one() -> None:
    then = of_desk({"paid": 5_000_000, "level": 3}, LAST_YEAR)
    assert alone(Office, [of_desk({"paid": 14_000_000, "level": 2})], then) == []
    assert [name for name, *_ in alone(Office, [of_desk({"paid": 16_000_000, "level": 1})], then)] == ["paid", "level"]


@pytest.mark.parametrize(
    ("now", "before", "is_told"),
    [(5, 9, True), (6, 9, False), (14, 9, True), (13, 9, False), (2, 4, False), (1, 4, True), (0, 9, False)],
)
def test_of_what_is_there_half_as_much_again_or_less_is_told_from_three_on(
    now: int, before: int, is_told: bool
) -> None:
    found = alone(Office, [of_desk({"classes": now})], of_desk({"classes": before}, LAST_YEAR))
    assert [name for name, *_ in found] == ["classes"] * is_told


@pytest.mark.parametrize(
    ("field", "now", "before", "is_told"),
    [
        ("trained", "16", "36", True),
        ("trained", "19", "36", False),
        ("cleared", "15", "1.5", True),
        ("cleared", "2", "0.9", False),  # as 1,5 and 0,94 would be written
        ("cleared", "2", "0.60", True),
        ("cleared", "9", "0", False),
        ("gained", "7", "1", False),
    ],
)
def test_what_is_measured_is_told_beyond_its_last_digit_and_a_difference_is_not(
    field: str, now: str, before: str, is_told: bool
) -> None:
    found = alone(Office, [of_desk({field: Decimal(now)})], of_desk({field: Decimal(before)}, LAST_YEAR))
    assert [name for name, *_ in found] == [field] * is_told


@pytest.mark.parametrize(
    ("others", "now", "is_told"),
    [
        ([0, 0, 0, 0, 0], 4, True),
        ([0, 0, 0, 0, 0], 3, False),
        ([0, 0, 0, 0], 4, False),
        ([0, 0, 0, 0, 1], 4, False),
        ([0, 0, 0, 0], 9, True),
    ],
)
def test_a_village_that_alone_of_those_without_any_has_some_is_told(others: list[int], now: int, is_told: bool) -> None:
    values = {f"v{number}": value for number, value in enumerate([now, *others])}
    then = records(dict.fromkeys(values, 0))
    then["period"] = LAST_YEAR.code
    found = changed_alone(Livestock, records(values), then)
    assert [(one.row, one.field, one.highest) for one in found] == [(0, "horse", Decimal(0))] * is_told


def test_a_new_line_is_held_against_all_the_reporters_earlier_lines() -> None:
    before = [of_desk({"width": width}, LAST_YEAR, line=f"old{width}") for width in (3, 5)]
    assert alone(Roads, [of_desk({"width": 40}, line="new")], *before) == []
    assert alone(Roads, [of_desk({"width": 300}, line="new")], *before) == [("width", Decimal(3), Decimal(5))]
    assert alone(Roads, [of_desk({"width": 30}, line="old3")], *before) == [("width", Decimal(3), Decimal(3))]


def test_a_village_that_others_judge_is_not_judged_alone_and_one_of_few_is() -> None:
    few = dict(list(BEFORE.items())[:3])
    then = accepted((LAST_YEAR, few))
    codes = {row["code"] for row in told(sent(few | {"pa_phao": 9999}).check(Livestock, then))}
    assert codes == {"H-06"}
    codes = {row["code"] for row in told(sent(SLIP).check(Livestock, accepted((LAST_YEAR, BEFORE))))}
    assert codes == {"H-04"}


def test_a_return_that_is_the_earlier_one_is_told_once_with_its_period() -> None:
    now = BEFORE | {"pa_phao": "1.234.567"}
    published = accepted((LAST_YEAR, now))
    found = [row for row in told(sent(now).check(Livestock, published)) if row["code"] == "H-07"]
    assert [(row["reporter"], row["severity"], row["written"]) for row in found] == [("pa_phao", "warning", "3/3 số")]
    assert "giống hệt số 6 tháng đầu năm 2023" in found[0]["message"]
    assert found[0]["cells"].split(";")[0] in found[0]["message"]
    assert sent(now).held(Livestock, published) == set()
    changed_since = sent(now | {"pa_phao": "1.234.568"}).check(Livestock, published)
    assert "H-07" not in {row["code"] for row in told(changed_since)}


def test_few_digits_that_are_the_same_are_no_copy() -> None:
    frame = to_frame([pa.Table.from_pylist([of_desk({"files": 30, "level": 2})], Office.arrow())], Office.arrow())
    then = frame.assign(period=LAST_YEAR.code)
    assert copied(Office, frame, then) == []
    long = [of_desk({"files": 30, "paid": 123_456_789_012})]
    frame = to_frame([pa.Table.from_pylist(long, Office.arrow())], Office.arrow())
    (found,) = copied(Office, frame, frame.assign(period=LAST_YEAR.code))
    assert (found.of, found.period, len(found.cells)) == (2, LAST_YEAR, 2)
