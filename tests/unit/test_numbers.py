import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

import pytest

from pipelines.steps.numbers import Reading, plain, read_number, round_half_up, same_unit, vietnamese
from schemas.problems import Problems
from schemas.units import (
    Dong,
    Heads,
    Hectares,
    Litres,
    Metres,
    MillionDong,
    People,
    Percent,
    SquareMetres,
    Tonnes,
    Unit,
)

NBSP = "\u00a0"
Told = str | Problems | None


def reading(told: Told, unit: Unit) -> Reading:
    if isinstance(told, Problems):
        return Reading(problem=told)
    if told is None:
        return Reading()
    return Reading(Decimal(told).quantize(Decimal(1).scaleb(-unit.decimals)))


TEXTS: list[tuple[str, Unit, Told]] = [
    ("5373", Heads, "5373"),
    ("5.373", Heads, "5373"),
    ("  5.373  ", Heads, "5373"),
    ("\t5.373\n", Heads, "5373"),
    ("226,04", Hectares, "226.04"),
    ("226,4", Hectares, "226.4"),
    ("1.226,04", Hectares, "1226.04"),
    ("1226,04", Hectares, "1226.04"),
    ("226,0400", Hectares, "226.04"),
    ("3.819.888.592đ", Dong, "3819888592"),
    ("3.819.888.592 đồng", Dong, "3819888592"),
    ("3.819.888.592 ĐỒNG", Dong, "3819888592"),
    ("3.819.888.592 VNĐ", Dong, "3819888592"),
    (unicodedata.normalize("NFD", "3.819.888.592 đồng"), Dong, "3819888592"),
    (f"3.819.888.592{NBSP}đ", Dong, "3819888592"),
    (f"{NBSP}5.373{NBSP}", Heads, "5373"),
    ("1.000", Heads, "1000"),
    ("1.000", Hectares, "1000"),
    ("1.000,0", Heads, "1000"),
    ("10.000 con", Heads, "10000"),
    ("10.000CON", Heads, "10000"),
    ("2,5 ha", Hectares, "2.5"),
    ("120 m2", SquareMetres, "120"),
    ("120 m²", SquareMetres, "120"),
    ("120m2", SquareMetres, "120"),
    ("62,44%", Percent, "62.44"),
    ("1,5 triệu đồng", MillionDong, "1.5"),
    ("1,5 trđ", MillionDong, "1.5"),
    ("007", Heads, "7"),
    ("00", Heads, "0"),
    ("0,5", Hectares, "0.5"),
    ("-5", Heads, "-5"),
    ("-1.234,5", Tonnes, "-1234.5"),
    ("99.999.999.999.999", Dong, "99999999999999"),
    ("99999999999999", Dong, "99999999999999"),
    # Nothing occurs: a stated zero.
    ("-", Heads, "0"),
    ("–", Heads, "0"),
    ("—", Heads, "0"),
    (" - ", Heads, "0"),
    ("không", Heads, "0"),
    ("Không", Heads, "0"),
    ("KHÔNG", Hectares, "0"),
    (unicodedata.normalize("NFD", "không"), Heads, "0"),
    # Not known: missing, as a blank is.
    ("", Heads, None),
    ("   ", Heads, None),
    (NBSP, Heads, None),
    ("...", Heads, None),
    ("…", Heads, None),
    # Separators that are no Vietnamese number: not guessed.
    ("2000.000", Heads, Problems.UNCLEAR_NUMBER),
    ("2000.000", Dong, Problems.UNCLEAR_NUMBER),
    ("1,000.5", Hectares, Problems.UNCLEAR_NUMBER),
    ("1,000,000", Dong, Problems.UNCLEAR_NUMBER),
    ("1.555", Hectares, "1555"),
    ("1234.555", Hectares, Problems.UNCLEAR_NUMBER),
    ("1.5555", Hectares, Problems.UNCLEAR_NUMBER),
    ("1.5,5", Hectares, Problems.UNCLEAR_NUMBER),
    ("1.5", Heads, Problems.UNCLEAR_NUMBER),
    ("12.34.567", Dong, Problems.UNCLEAR_NUMBER),
    ("1.234.56", Dong, Problems.UNCLEAR_NUMBER),
    ("1..234", Heads, Problems.UNCLEAR_NUMBER),
    ("1.234,", Heads, Problems.UNCLEAR_NUMBER),
    (",5", Hectares, Problems.UNCLEAR_NUMBER),
    ("5 373", Heads, Problems.UNCLEAR_NUMBER),
    (f"5{NBSP}373", Heads, Problems.UNCLEAR_NUMBER),
    ("- 5", Heads, Problems.UNCLEAR_NUMBER),
    # Twelve hundred in English.
    ("1,200", Metres, Problems.UNCLEAR_NUMBER),
    ("-1,200", Metres, Problems.UNCLEAR_NUMBER),
    ("1,200 m", Metres, Problems.UNCLEAR_NUMBER),
    ("120,000", Hectares, Problems.UNCLEAR_NUMBER),
    ("1,250", Litres, Problems.TOO_PRECISE),
    ("1,200 (một nghìn hai trăm)", Metres, Problems.UNCLEAR_NUMBER),
    ("1.200", Metres, "1200"),
    ("0,500", Metres, "0.5"),
    ("1200,500", Metres, "1200.5"),
    ("1.200,500", Metres, "1200.5"),
    ("1,2000", Metres, "1.2"),
    ("1,200", MillionDong, "1.2"),
    ("1,200", Percent, "1.2"),
    # Two numbers, or one torn apart.
    ("5, 3", Hectares, Problems.UNCLEAR_NUMBER),
    ("5 ,3", Hectares, Problems.UNCLEAR_NUMBER),
    ("226, 4", Hectares, Problems.UNCLEAR_NUMBER),
    ("226, 40", Hectares, Problems.UNCLEAR_NUMBER),
    ("5, 0", Heads, Problems.UNCLEAR_NUMBER),
    ("1. 5", Hectares, Problems.UNCLEAR_NUMBER),
    ("1. 2345", Heads, Problems.UNCLEAR_NUMBER),
    ("1, 050", Metres, Problems.UNCLEAR_NUMBER),
    ("6\n.500", Heads, Problems.UNCLEAR_NUMBER),
    ("6.\n500", Heads, Problems.UNCLEAR_NUMBER),
    ("6,\u2028\u200b05", Hectares, Problems.UNCLEAR_NUMBER),
    ("6.500\n", Heads, "6500"),
    ("6.500\ncon", Heads, "6500"),
    ("1.200\n(một nghìn hai trăm)", Heads, "1200"),
    # Not on the sheet as they are kept.
    ("\u202e012", Heads, Problems.TURNED),
    ("12\u200f 34\u200f", Heads, Problems.TURNED),
    ("\u20675,2\u2069", Hectares, Problems.TURNED),
    ("\u202d1.200\u202c", Heads, "1200"),
    ("1.200\u200e", Heads, "1200"),
    ("\u200f-", Heads, "0"),
    # Not numbers.
    ("năm", Heads, Problems.NOT_A_NUMBER),
    ("khoảng 50", Heads, Problems.NOT_A_NUMBER),
    ("50 con lợn", Heads, Problems.NOT_A_NUMBER),
    ("5o", Heads, Problems.NOT_A_NUMBER),
    ("1e3", Heads, Problems.NOT_A_NUMBER),
    ("+5", Heads, Problems.NOT_A_NUMBER),
    ("=1+1", Heads, Problems.NOT_A_NUMBER),
    ("NaN", Heads, Problems.NOT_A_NUMBER),
    ("Infinity", Heads, Problems.NOT_A_NUMBER),
    ("1_000", Heads, Problems.NOT_A_NUMBER),
    ("--", Heads, Problems.NOT_A_NUMBER),
    ("con", Heads, Problems.NOT_A_NUMBER),
    # A unit word that is not the field's own.
    ("5 ha", Heads, Problems.NOT_A_NUMBER),
    ("500 triệu đồng", Dong, Problems.NOT_A_NUMBER),
    ("500 trđ", Dong, Problems.NOT_A_NUMBER),
    ("5 tỷ đồng", MillionDong, Problems.NOT_A_NUMBER),
    ("500 đồng", MillionDong, Problems.NOT_A_NUMBER),
    # More digits after the comma than the unit has.
    ("2,5", Heads, Problems.TOO_PRECISE),
    ("2,505", Hectares, Problems.TOO_PRECISE),
    ("3.819.888.592,5đ", Dong, Problems.TOO_PRECISE),
    ("5,00000000000000000000000000001", Heads, Problems.TOO_PRECISE),
    ("5,00000000000000000000000000001", Hectares, Problems.TOO_PRECISE),
    ("5,00000000000000000000000000000", Heads, "5"),
    # Digits that are none of ours.
    ("٣", Heads, Problems.UNCLEAR_NUMBER),
    ("1२", Heads, Problems.UNCLEAR_NUMBER),
]


@pytest.mark.parametrize(
    ("text", "unit", "expected"), [pytest.param(*row, id=f"{row[0]!r} in {row[1].label}") for row in TEXTS]
)
def test_a_text_is_read_by_the_vietnamese_grammar_or_not_at_all(text: str, unit: Unit, expected: Told) -> None:
    assert read_number("text", text, unit) == reading(expected, unit)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("52.4", Hectares, "52.4"),
        ("8.4 ha", Hectares, "8.4"),
        ("8.45", Hectares, "8.45"),
        ("-8.4", Hectares, "-8.4"),
        ("0.5", Hectares, "0.5"),
        ("1234.56", Hectares, "1234.56"),
        ("12.5%", Percent, "12.5"),
    ],
)
def test_a_dot_before_one_or_two_last_digits_is_read_as_a_comma_and_told(text: str, unit: Unit, value: str) -> None:
    got = read_number("text", text, unit)
    assert (got.value, got.problem, got.remark) == (Decimal(value), None, Problems.POINT_FOR_COMMA)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("5. 373", Heads, "5373"),
        ("5 .373", Heads, "5373"),
        ("5 . 373", Heads, "5373"),
        ("3. 819.888. 592 đ", Dong, "3819888592"),
        ("226, 04", Hectares, "226.04"),
        ("226 ,04", Hectares, "226.04"),
    ],
)
def test_a_space_that_can_only_be_a_slip_is_passed_over_and_told(text: str, unit: Unit, value: str) -> None:
    got = read_number("text", text, unit)
    assert (got.value, got.problem, got.remark) == (Decimal(value), None, Problems.SPACED)


@pytest.mark.parametrize(
    ("kind", "text", "unit", "expected"),
    [
        ("number", "5373", Heads, "5373"),
        ("number", "226.04", Hectares, "226.04"),
        ("number", "1", Hectares, "1"),
        ("number", "-3", Heads, "-3"),
        ("number", "99999999999999", Dong, "99999999999999"),
        ("number", "2.5", Heads, Problems.TOO_PRECISE),
        ("number", "1e-07", Hectares, Problems.TOO_PRECISE),
        ("blank", "", Heads, None),
        ("date", "2024-05-01", Heads, Problems.DATE),
        ("boolean", "TRUE", Heads, Problems.NOT_A_NUMBER),
        ("formula", "=SUM(A1:A2)", Heads, Problems.FORMULA),
        ("error", "#REF!", Heads, Problems.CELL_ERROR),
        ("something new", "5", Heads, Problems.NOT_A_NUMBER),
    ],
)
def test_each_kind_of_cell_has_its_meaning(kind: str, text: str, unit: Unit, expected: Told) -> None:
    assert read_number(kind, text, unit) == reading(expected, unit)


def test_there_is_no_zero_below_zero() -> None:
    zero = read_number("text", "-0,00", Hectares).value
    assert zero is not None
    assert vietnamese(zero) == "0"


@pytest.mark.parametrize("text", ["0.500", "0.123", "01.234", "00.500"])
def test_a_group_of_thousands_does_not_start_with_zero(text: str) -> None:
    """Nobody writes 500 as «0.500»: it is half a hectare with a dot, so reading it as 500 would be a guess."""
    assert read_number("text", text, Hectares) == Reading(problem=Problems.UNCLEAR_NUMBER)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text", "9" * 30),
        ("number", "9" * 30),
        ("text", "999.999.999.999.999"),
        ("number", "1e+15"),
        ("text", "123456789012345678"),
    ],
)
def test_a_number_too_large_to_keep_is_a_problem_and_not_a_crash(kind: str, text: str) -> None:
    assert read_number(kind, text, Dong).problem is not None


@pytest.mark.parametrize(
    ("printed", "unit", "same"),
    [
        ("con", Heads, True),
        (" Con ", Heads, True),
        ("", Heads, True),
        ("m²", SquareMetres, True),
        ("VNĐ", Dong, True),
        ("Triệu đồng", MillionDong, True),
        (unicodedata.normalize("NFD", "đồng"), Dong, True),
        ("triệu đồng", Dong, False),
        ("đồng", MillionDong, False),
        ("ha", Heads, False),
        ("m2", Hectares, False),
    ],
)
def test_the_unit_column_must_name_the_fields_unit(printed: str, unit: Unit, same: bool) -> None:
    assert same_unit(printed, unit) is same


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("2.4", 0, "2"),
        ("-2.4", 0, "-2"),
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("0.4", 0, "0"),
        ("-0.4", 0, "0"),
        ("1.005", 2, "1.01"),
        ("-1.005", 2, "-1.01"),
        ("0.125", 2, "0.13"),
        ("2.675", 2, "2.68"),
        ("1/3", 4, "0.3333"),
        ("2/3", 4, "0.6667"),
        ("-2/3", 1, "-0.7"),
        ("62.445", 2, "62.45"),
        ("999.95", 1, "1000.0"),
        ("12345678901234567890123456.5", 0, "12345678901234567890123457"),
    ],
)
def test_rounding_is_half_away_from_zero_and_exact(value: str, decimals: int, expected: str) -> None:
    assert str(round_half_up(Fraction(value), decimals)) == expected


def test_rounding_agrees_with_the_decimal_module_wherever_that_is_exact() -> None:
    random = Random(3)
    for _ in range(2000):
        value = Decimal(random.randint(-(10**9), 10**9)).scaleb(-random.randint(0, 6))
        decimals = random.randint(0, 4)
        expected = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        assert round_half_up(Fraction(value), decimals) == expected


@pytest.mark.parametrize(
    ("value", "printed", "machine"),
    [
        ("3819888592", "3.819.888.592", "3819888592"),
        ("226.04", "226,04", "226.04"),
        ("226.0400", "226,04", "226.04"),
        ("1000", "1.000", "1000"),
        ("1000.00", "1.000", "1000"),
        ("1E+3", "1.000", "1000"),
        ("0", "0", "0"),
        ("0.00", "0", "0"),
        ("0.5", "0,5", "0.5"),
        ("-0.5", "-0,5", "-0.5"),
        ("-1234.5", "-1.234,5", "-1234.5"),
        ("-999", "-999", "-999"),
        ("12345678901234567890.5", "12.345.678.901.234.567.890,5", "12345678901234567890.5"),
    ],
)
def test_numbers_are_printed_for_people_and_for_machines(value: str, printed: str, machine: str) -> None:
    assert vietnamese(Decimal(value)) == printed
    assert plain(Decimal(value)) == machine


def test_what_is_printed_for_people_is_read_back_as_the_same_number() -> None:
    random = Random(7)
    for _ in range(2000):
        value = Decimal(random.randint(-(10**12), 10**12)).scaleb(-random.randint(0, 2))
        assert read_number("text", vietnamese(value), Hectares).value == value


WORDED = [
    ("1.250.000 (một triệu hai trăm năm mươi nghìn)", Dong, "1250000"),
    ("1.250.000 đồng (Một triệu hai trăm năm mươi nghìn đồng chẵn./.)", Dong, "1250000"),
    ("1.250.000đ (Bằng chữ: một triệu hai trăm năm mươi ngàn đồng).", Dong, "1250000"),
    ("1,25 triệu đồng (một triệu hai trăm năm mươi nghìn đồng)", MillionDong, "1.25"),
    ("2,5 (hai triệu rưỡi)", MillionDong, "2.5"),
    ("2 (hai triệu đồng)", MillionDong, "2"),
    ("12 con (mười hai con)", Heads, "12"),
    ("0 (không)", Heads, "0"),
]


@pytest.mark.parametrize(("text", "unit", "value"), WORDED)
def test_an_amount_with_its_words_in_brackets_is_read_where_both_say_the_same(
    text: str, unit: Unit, value: str
) -> None:
    assert read_number("text", text, unit) == Reading(Decimal(value).quantize(Decimal(1).scaleb(-unit.decimals)))


@pytest.mark.parametrize(
    ("text", "unit", "problem"),
    [
        ("1.250.000 (một triệu hai trăm nghìn)", Dong, Problems.WORDS_DISAGREE),
        ("1,25 (một trăm hai mươi lăm triệu đồng)", MillionDong, Problems.WORDS_DISAGREE),
        ("5 (không)", Heads, Problems.WORDS_DISAGREE),
        ("1,250,000 (một triệu hai trăm năm mươi nghìn)", Dong, Problems.UNCLEAR_NUMBER),
        ("120 (một trăm hai)", Heads, Problems.NOT_A_NUMBER),
        ("140 (trong đó nữ 20)", People, Problems.NOT_A_NUMBER),
        ("140 (cả nữ)", People, Problems.NOT_A_NUMBER),
        ("(một)", Heads, Problems.NOT_A_NUMBER),
        ("... (một)", Heads, Problems.NOT_A_NUMBER),
        ("140 ()", Heads, Problems.NOT_A_NUMBER),
        ("140 (một trăm bốn mươi) (một)", Heads, Problems.WORDS_DISAGREE),
        ("140/146 ha", Hectares, Problems.NOT_A_NUMBER),
    ],
)
def test_words_in_brackets_that_say_something_else_or_no_number_are_told(
    text: str, unit: Unit, problem: Problems
) -> None:
    assert read_number("text", text, unit) == Reading(problem=problem)
