import unicodedata
from itertools import combinations

import pytest

from schemas.forms import FORMS
from schemas.text import fold, slug


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hòa", "hoà"),
        ("thúy", "thuý"),
        ("HÒA", "hoà"),
        ("Xã Hữu Hòa", "xã hữu hoà"),
        ("Đàn ngựa", unicodedata.normalize("NFD", "Đàn ngựa")),
        ("Đàn ngựa", "ĐÀN NGỰA"),
        ("Đàn ngựa", "  Đàn   ngựa "),
        ("Đàn ngựa", "Đàn\u00a0ngựa"),
        ("Đàn ngựa", "Đàn ngựa:"),
        ("Đàn ngựa", "- Đàn ngựa"),
        ("Đàn ngựa", "+ Đàn ngựa"),
        ("Đàn ngựa", "• Đàn ngựa"),
        ("Đàn ngựa", "– Đàn ngựa"),
        ("Đàn ngựa", "1. Đàn ngựa"),
        ("Đàn ngựa", "1.1. Đàn ngựa"),
        ("Đàn ngựa", "(2) Đàn ngựa"),
        ("Đàn ngựa", "IV. Đàn ngựa"),
        ("Đàn ngựa", "a) Đàn ngựa"),
        ("Đàn ngựa", "đ) Đàn ngựa"),
        ("Ngựa bạch", "Trong đó: Ngựa bạch"),
        ("Ngựa bạch", "- Trong đó: ngựa bạch"),
        ("Diện tích rau, đậu", "Diện tích rau đậu"),
    ],
)
def test_spellings_of_one_wording_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Suối Mạ", "Suối Mỏ"),
        ("Suối Mạ", "Suối Ma"),
        ("Suối Mạ", "Suối Má"),
        ("Suối Phầy", "Suối Phây"),
        ("Mè Thành", "Mè Thịnh"),
        ("bò", "bó"),
        ("bo", "bó"),
        ("dê", "de"),
        ("đàn", "dàn"),
        ("thu", "thư"),
        ("hoa", "hòa"),
        ("Đàn ngựa", "Đàn ngựa bạch"),
        ("tạ/ha", "tạ ha"),
        ("%", ""),
    ],
)
def test_different_wordings_stay_apart(one: str, other: str) -> None:
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, one)) != fold(unicodedata.normalize(form, other))


def test_the_wordings_of_a_form_stay_apart_in_any_unicode_form() -> None:
    for form in FORMS:
        for one, other in combinations(form.fields().values(), 2):
            keys = [
                {fold(unicodedata.normalize(how, text)) for text in item.labels for how in ("NFC", "NFD")}
                for item in (one, other)
            ]
            assert not keys[0] & keys[1], (form.code, one.label, other.label)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Suối Mạ", "suoi_ma"),
        ("Suối Mỏ", "suoi_mo"),
        ("Đường bê tông", "duong_be_tong"),
        ("ĐÀN NGỰA", "dan_ngua"),
        (unicodedata.normalize("NFD", "Thẩm Nà"), "tham_na"),
        ("  Nhà văn hóa - thôn 2 ", "nha_van_hoa_thon_2"),
        ("", ""),
    ],
)
def test_a_slug_is_plain_ascii(text: str, expected: str) -> None:
    assert slug(text) == expected
