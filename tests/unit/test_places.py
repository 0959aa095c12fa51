import re
import unicodedata

import pytest

from schemas.periods import Period
from schemas.places import Places
from schemas.sentences import SentenceError
from tests.unit.builders import COMMUNE, PERIOD, PLACE_HEADING, PLACES, places_with

SECOND = (
    "ban-moi,commune,Bản Mới,chi-lang,,,,",
    "mot,village,Bản Một,ban-moi,,,,",
    "hai,village,Bản Hai,ban-moi,Bản 2|Pò Hai,,,",
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Thôn Pá Phào", "pa_phao"),
        ("Pá Phào", "pa_phao"),
        ("thôn  pá phào", "pa_phao"),
        ("THÔN PÁ PHÀO", "pa_phao"),
        ("Suối Phầy", "suoi_phay"),
        ("Thôn Suối Phây", "suoi_phay"),
        ("Mè Thành", "me_thanh"),
        ("thôn Mè Thịnh", "me_thanh"),
        (unicodedata.normalize("NFD", "Thôn Nà Lìa"), "na_lia"),
        ("Thôn Suối Mạ", "suoi_ma"),
        ("Thôn Suối Mỏ", "suoi_mo"),
        ("Suối Ma", None),
        ("Suối Mo", None),
        ("Suối Má", None),
        ("Suối", None),
        ("", None),
        ("Thôn", None),
        ("Bộ phận Tài chính - Kế toán", "finance"),
        ("Kế toán", "finance"),
    ],
)
def test_a_reporter_is_known_by_its_names_and_no_others(name: str, code: str | None) -> None:
    assert PLACES.reporter_named(COMMUNE, name) == code


def test_every_village_and_every_desk_is_found_under_its_own_name() -> None:
    for place in PLACES.rows:
        if place.level in ("village", "desk"):
            commune = place.parent or COMMUNE
            for name in (place.name, place.title, *place.aliases):
                assert PLACES.reporter_named(commune, name) == place.code


def test_another_communes_villages_are_not_known_here() -> None:
    places = places_with(*SECOND)
    assert places.reporter_named("ban-moi", "Pò Hai") == "hai"
    assert places.reporter_named(COMMUNE, "Pò Hai") is None
    assert places.reporter_named("ban-moi", "Pá Phào") is None
    assert places.reporter_named("ban-moi", "Kế toán") == "finance"


def test_an_own_table_adds_a_commune_with_its_villages_and_the_way_up() -> None:
    places = places_with(*SECOND)
    assert [place.code for place in places.reporters("ban-moi", "village")] == ["mot", "hai"]
    assert [place.code for place in places.ancestors("ban-moi")] == ["chi-lang", "lang-son", "vn"]
    assert len(places.reporters(COMMUNE, "village")) == 8
    assert places.territory("ban-moi") == "Xã Bản Mới"
    assert places.title("ban-moi", "hai") == "Thôn Bản Hai"


def test_an_own_table_replaces_a_place_of_the_shipped_one() -> None:
    places = places_with("pa_phao,village,Pá Phào,huu-kien,Pá Pháo,,,")
    assert places.reporter_named(COMMUNE, "Pá Pháo") == "pa_phao"
    assert len(places.reporters(COMMUNE, "village")) == 8


def test_a_village_reports_only_while_it_exists() -> None:
    places = places_with(
        "cu,village,Bản Cũ,huu-kien,,,2024-06-29,",
        "vua,village,Bản Vừa,huu-kien,,2024-06-30,2024-06-30,",
        "moi,village,Bản Sau,huu-kien,,2024-07-01,,",
    )
    codes = {place.code for place in places.reporters(COMMUNE, "village", PERIOD)}
    assert codes & {"cu", "vua", "moi"} == {"vua"}
    later = {place.code for place in places.reporters(COMMUNE, "village", Period.parse("2024-H2"))}
    assert later & {"cu", "vua", "moi"} == {"moi"}


def test_a_commune_may_send_only_some_forms() -> None:
    places = places_with("ban-moi,commune,Bản Mới,chi-lang,,,,B01 B03")
    assert places.expects("ban-moi", "B01")
    assert not places.expects("ban-moi", "B02")
    assert places.expects(COMMUNE, "B02")
    assert not places.expects("nowhere", "B01")


def test_a_commune_is_known_by_its_name_with_or_without_xa() -> None:
    assert PLACES.is_commune_named(COMMUNE, "Xã Hữu Kiên")
    assert PLACES.is_commune_named(COMMUNE, "HỮU KIÊN")
    assert not PLACES.is_commune_named(COMMUNE, "Hữu Liên")
    assert PLACES.commune("chi-lang") is None
    assert PLACES.commune("pa_phao") is None


@pytest.mark.parametrize(
    "row",
    [
        "x,hamlet,X,huu-kien,,,,",
        "x,village,X,nowhere,,,,",
        "x,village,X,,,,,",
        "x,village,X,chi-lang,,,,",
        "x,village,X,pa_phao,,,,",
        "x,commune,X,nowhere,,,,",
        "x,commune,X,x,,,,",
        "x,district,X,huu-kien,,,,",
    ],
    ids=[
        "unknown level",
        "village without commune",
        "village nowhere",
        "village in a district",
        "village in a village",
        "commune without district",
        "commune in itself",
        "district in a commune",
    ],
)
def test_a_place_that_hangs_nowhere_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="«x»"):
        places_with(row)


@pytest.mark.parametrize(
    "rows",
    [
        ["chi-lang,,Chi Lăng,lang-son,,,,", "chi-lang,district,Chi Lăng,lang-son,,,,"],
        ["y,commune,Y,x,,,,", "x,,X,lang-son,,,,"],
    ],
    ids=["before a district of the same code", "below a commune that is said to lie in it"],
)
def test_a_row_without_a_known_level_is_no_place_whatever_its_code_and_whoever_lies_in_it(rows: list[str]) -> None:
    with pytest.raises(SentenceError, match="không có cấp này"):
        places_with(*rows)


def test_a_village_is_asked_as_one_whatever_is_written_as_its_kind() -> None:
    found = places_with("moi,village,Mới,huu-kien,kindergarten", heading="code,level,name,parent,kind")
    assert "moi" in [place.code for place in found.reporters("huu-kien", "village")]


@pytest.mark.parametrize("column", ["valid_from", "valid_to"])
def test_a_date_that_is_none_is_refused(column: str) -> None:
    day = {"valid_from": ",30/6/2024,", "valid_to": ",,30/6/2024"}[column]
    with pytest.raises(ValueError, match="30/6/2024"):
        Places.parse([f"{PLACE_HEADING}\nvn,nation,Việt Nam,,{day},"])


@pytest.mark.parametrize("row", ["suoi_ma,village,Suối Mạ,huu-kien,Suối Mỏ,,,", "x,village,Suối Mỏ,huu-kien,,,,"])
def test_two_villages_of_a_commune_cannot_go_by_one_name(row: str) -> None:
    """Otherwise the return of one would silently be taken for that of the other."""
    with pytest.raises(ValueError, match="Suối Mỏ"):
        places_with(row)


def test_a_table_saved_with_semicolons_is_read() -> None:
    text = "\n".join([PLACE_HEADING, *SECOND]).replace(",", ";")
    assert Places.parse([text.replace("chi-lang", "")]).commune("ban-moi") is not None


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        (["mot,village,Một,huu-kien,,,,", "mot,village,Hai,huu-kien,,,,"], "hai dòng mang mã «mot»"),
        (["mot,village,Thôn Một, bên suối,huu-kien,,,,"], "thuộc « bên suối»"),
        (["mot,village,Một,huu-kien,,,,,hai"], "có 9 ô mà tiêu đề có 8 cột"),
        (['mot,village,"Một,huu-kien,,,,', "hai,village,Hai,huu-kien,,,,"], "nháy kép"),
        (["mot,village,-,huu-kien,,,,"], "không có chữ nào"),
        (["mot,village,Một,huu-kien,|*,,,"], "không có chữ nào"),
        ([",village,Một,huu-kien,,,,"], "thiếu mã"),
        (["mot,village,Một,huu-kien,,2024-07-01,2024-06-30,"], "trước khi bắt đầu"),
        (["mot,village,M\ufffdt,huu-kien,,,,"], "bảng mã UTF-8"),
    ],
)
def test_a_table_that_would_lose_or_move_a_row_is_refused(rows: list[str], part: str) -> None:
    with pytest.raises(SentenceError, match=part):
        places_with(*rows)


@pytest.mark.parametrize("row", ["mot,village,Một,huu-kien", "mot,village,Một,huu-kien,,,,,,,"])
def test_blank_cells_at_the_end_of_a_row_may_be_missing_or_too_many(row: str) -> None:
    assert places_with(row).reporter_named(COMMUNE, "Thôn Một") == "mot"


def test_a_territory_that_an_own_table_hangs_elsewhere_is_there_once() -> None:
    places = places_with("bac-son,district,Bắc Sơn,lang-son,,,,", "huu-kien,commune,Hữu Kiên,bac-son,,,,")
    assert [place.code for place in places.ancestors(COMMUNE)] == ["bac-son", "lang-son", "vn"]
    assert [place.parent for place in places.rows if place.code == COMMUNE] == ["bac-son"]


WITH_SUCCESSORS = f"{PLACE_HEADING},kind,successor"


@pytest.mark.parametrize(
    ("rows", "ring"),
    [
        (["mot,village,Một,huu-kien,,,2024-03-31,,,mot"], "«mot» → «mot»"),
        (
            ["mot,village,Một,huu-kien,,,2024-03-31,,,hai", "hai,village,Hai,huu-kien,,,,,,mot"],
            "«mot» → «hai» → «mot»",
        ),
        (
            [
                "cu,village,Cũ,huu-kien,,,2023-12-31,,,mot",
                "mot,village,Một,huu-kien,,,2024-03-31,,,hai",
                "hai,village,Hai,huu-kien,,,2024-06-30,,,ba",
                "ba,village,Ba,huu-kien,,,,,,mot",
            ],
            "«mot» → «hai» → «ba» → «mot»",
        ),
        (
            ["xa-1,commune,Số 1,chi-lang,,,2024-03-31,,,xa-2", "xa-2,commune,Số 2,chi-lang,,,,,,xa-1"],
            "«xa-1» → «xa-2» → «xa-1»",
        ),
        (["bo-phan,desk,Bộ phận,huu-kien,,,,,works,bo-phan"], "«bo-phan» → «bo-phan»"),
    ],
    ids=["itself", "two villages", "three after one that is in none", "two communes", "a desk"],
)
def test_places_that_are_merged_into_one_another_in_a_ring_are_refused(rows: list[str], ring: str) -> None:
    with pytest.raises(SentenceError, match=re.escape(f"nói vòng quanh ({ring})")):
        places_with(*rows, heading=WITH_SUCCESSORS)


def test_communes_in_a_ring_are_refused_before_anything_is_asked_of_villages() -> None:
    rows = ["xa-1,commune,Số 1,chi-lang,,,,,,xa-2", "xa-2,commune,Số 2,chi-lang,,,,,,xa-1"]
    places = Places((*PLACES.tables, "\n".join([WITH_SUCCESSORS, *rows])))
    with pytest.raises(SentenceError, match="nói vòng quanh"):
        places.commune("huu-kien")


def test_one_code_in_two_communes_makes_no_ring() -> None:
    """The code of a village is one only within its commune."""
    places_with(
        *(f"{row},," for row in SECOND[:1]),
        "mot,village,Một,ban-moi,,,2024-03-31,,,hai",
        "hai,village,Hai,ban-moi,,,,,,",
        "hai,village,Hai,huu-kien,,,2024-03-31,,,mot",
        "mot,village,Một,huu-kien,,,,,,",
        heading=WITH_SUCCESSORS,
    )


@pytest.mark.parametrize(
    ("level", "name", "title"),
    [
        ("village", "Một", "Thôn Một"),
        ("village", "Thôn Một", "Thôn Một"),
        ("village", "thôn  Một", "Thôn Một"),
        ("village", unicodedata.normalize("NFD", "Thôn Ba"), "Thôn Ba"),
        ("village", "Tổ dân phố 3", "Tổ dân phố 3"),
        ("village", "Bản Một", "Thôn Bản Một"),
        ("village", "Thôn", "Thôn Thôn"),
        ("commune", "Xã An", "Xã An"),
        ("commune", "Xã hội", "Xã hội"),
        ("commune", "Phường Đông Kinh", "Phường Đông Kinh"),
        ("district", "Thành phố Lạng Sơn", "Thành phố Lạng Sơn"),
        ("province", "Thành phố Hà Nội", "Thành phố Hà Nội"),
        ("province", "Tỉnh Lạng Sơn", "Tỉnh Lạng Sơn"),
    ],
)
def test_what_a_place_is_called_is_printed_once_before_its_name(level: str, name: str, title: str) -> None:
    parent = {"village": COMMUNE, "commune": "chi-lang", "district": "lang-son", "province": "vn"}[level]
    places = places_with(f"moi,{level},{name},{parent},,,,")
    (place,) = [one for one in places.rows if one.code == "moi"]
    assert place.title == title


@pytest.mark.parametrize(
    ("level", "name", "called"),
    [
        ("commune", "Hữu Kiên", "xã Hữu Kiên"),
        ("commune", "Xã An", "xã An"),
        ("commune", "Phường Đông Kinh", "phường Đông Kinh"),
        ("commune", "Thị Trấn  Đồng Đăng", "thị trấn Đồng Đăng"),
        ("district", "Thành phố Lạng Sơn", "thành phố Lạng Sơn"),
        ("village", "Tổ dân phố 3", "tổ dân phố 3"),
    ],
)
def test_within_a_sentence_what_a_place_is_stands_before_its_name_in_small_letters(
    level: str, name: str, called: str
) -> None:
    parent = {"village": COMMUNE, "commune": "chi-lang", "district": "lang-son"}[level]
    places = places_with(f"moi,{level},{name},{parent},,,,")
    assert next(one.called for one in places.rows if one.code == "moi") == called


def test_a_name_that_says_what_the_place_is_stands_for_the_place_with_that_word_and_without() -> None:
    places = places_with("moi,commune,Xã Bản Mới,chi-lang,,,,", "mot,village,Thôn Một,moi,,,,")
    assert places.is_commune_named("moi", "Bản Mới")
    assert places.is_commune_named("moi", "Xã Bản Mới")
    assert not places.is_commune_named("moi", "Mới")
    assert [places.reporter_named("moi", name) for name in ("Một", "Thôn Một", "Hai")] == ["mot", "mot", None]
