"""Numbers in words: every number, written as people do, is read back; what may mean two numbers is none."""

import random

import pytest

from pipelines.steps.numerals import numeral

DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def three(value: int, *, whole: bool) -> list[str]:
    """Up to three digits; all of them where something stands before."""
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    said = [DIGITS[hundreds], "trăm"] if hundreds or whole else []
    if rest and not tens:
        return [*said, *(["linh"] if said else []), DIGITS[ones]]
    if tens:
        said += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
        last = {1: "mốt" if tens > 1 else "một", 4: "tư" if tens > 1 else "bốn", 5: "lăm"}
        said += [last.get(ones, DIGITS[ones])] if ones else []
    return said


def worded(value: int) -> str:
    if not value:
        return DIGITS[0]
    said: list[str] = []
    for scale, name in ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        part, value = divmod(value, scale)
        if part > 999:
            said += [*worded(part).split(), name]
        elif part:
            said += [*three(part, whole=bool(said)), *([name] if name else [])]
    return " ".join(said)


def test_every_number_written_in_words_is_read_back() -> None:
    chance = random.Random(7)
    for value in [*range(2100), *(chance.randrange(10 ** chance.randrange(1, 15)) for _ in range(5000))]:
        assert numeral(worded(value)) == value, worded(value)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("một triệu rưỡi", 1_500_000),
        ("hai nghìn tỷ", 2_000_000_000_000),
        ("năm chục", 50),
        ("hai mươi bẩy", 27),
        ("ba ngàn lẻ năm", 3005),
        ("một triệu ba nghìn", 1_003_000),
        ("một trăm hai", None),
        ("một nghìn hai", None),
        ("linh hai", None),
        ("rưỡi", None),
        ("hai rưỡi", None),
        ("nghìn", None),
        ("triệu hai trăm", None),
        ("một nghìn một triệu", None),
        ("hai hai", None),
        ("", None),
        ("một triệu  hai trăm", None),
        ("mot trieu", None),
    ],
)
def test_what_may_mean_two_numbers_or_none_is_none(words: str, value: int | None) -> None:
    assert numeral(words) == value
