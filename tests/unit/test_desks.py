"""Desks belong to their commune and have dates; those that come with the software stand in where it names none."""

import re

import pytest

from pipelines.steps.analyse.figures import evaluate, of_communes
from pipelines.steps.analyse.sums import of_forms
from schemas.figures import CHAPTERS
from schemas.forms.g01_kindergarten import Kindergarten
from schemas.forms.g02_primary import Primary
from schemas.periods import Period
from schemas.places import Places
from schemas.problems import Problems
from schemas.sentences import SentenceError
from tests.unit.builders import COMMUNE, PERIOD, PLACES, ROOT, filled, places_with, raw_file, run

BEFORE, AFTER = Period.parse("2023-H2"), Period.parse("2024-H2")
HEADING = "code,level,name,parent,aliases,valid_from,valid_to,forms,kind"
SCHOOLS = (
    "xa-moi,commune,Xã Mới,chi-lang,,,,,",
    "mn1,desk,Trường Mầm non Ban Mai,xa-moi,,,,,kindergarten",
    "mn2,desk,Trường Mầm non Hoa Sen,xa-moi,,,,,kindergarten",
    "th,desk,Trường Tiểu học Xã Mới,xa-moi,Tiểu học 1,,,,primary",
)
"""Two kindergartens and one primary school, which goes by a name that another one has elsewhere."""


def with_desks(*rows: str, heading: str = HEADING) -> Places:
    """The shipped places, and more of them, with the kinds of desks."""
    return places_with(*rows, heading=heading)


def codes(places: Places, commune: str, kind: str, period: Period | None = PERIOD) -> list[str]:
    return [place.code for place in places.reporters(commune, kind, period)]


def test_a_commune_has_the_desks_it_names_and_every_other_commune_its_own_or_those_that_stand_in() -> None:
    places = with_desks(*SCHOOLS)
    assert codes(places, "xa-moi", "kindergarten") == ["mn1", "mn2"]
    assert codes(places, "xa-moi", "primary") == ["th"]
    assert codes(places, "xa-moi", "thcs") == ["thcs"], "of this kind it names none"
    assert codes(places, COMMUNE, "kindergarten") == ["kindergarten"]
    assert codes(places, COMMUNE, "primary") == ["primary1", "primary2"]


def test_of_another_communes_desk_nothing_is_expected_here() -> None:
    places = with_desks("xa-moi,commune,Xã Mới,chi-lang,,,,,", "primary3,desk,Tiểu học 3,xa-moi,,,,,primary")
    for one in (places, PLACES):
        assert one.expected(COMMUNE, "G02", "primary", PERIOD) == (1, 2)
    assert places.title(COMMUNE, "primary3") == "primary3"
    assert places.title("xa-moi", "primary3") == "Tiểu học 3"


def test_desks_stand_in_until_the_first_of_its_own_begins_and_no_more_when_it_has_ended() -> None:
    places = with_desks(
        "xa-moi,commune,Xã Mới,chi-lang,,,,,",
        "th,desk,Tiểu học Xã Mới,xa-moi,,2024-01-01,2024-06-30,,primary",
    )
    assert codes(places, "xa-moi", "primary", BEFORE) == ["primary1", "primary2"]
    assert codes(places, "xa-moi", "primary") == ["th"]
    assert codes(places, "xa-moi", "primary", AFTER) == []


def test_the_desk_of_all_stands_in_until_that_of_a_pack_begins_and_no_more_when_it_has_ended() -> None:
    rows = (
        "xa-moi,commune,Xã Mới,chi-lang,,,,,,home ong",
        "mn_ong,desk,Trường Mầm non Ong,,Mầm non,2024-01-01,2024-06-30,,kindergarten,ong",
    )
    tables = [(ROOT / "schemas" / "places" / name).read_text("utf-8") for name in ("places.csv", "desks.csv")]
    places = Places.parse([*tables, "\n".join([f"{HEADING},packs", *rows])], {"home": frozenset(), "ong": frozenset()})
    assert codes(places, "xa-moi", "kindergarten", BEFORE) == ["kindergarten"]
    assert codes(places, "xa-moi", "kindergarten") == ["mn_ong"]
    assert codes(places, "xa-moi", "kindergarten", AFTER) == []
    assert codes(places, "xa-moi", "kindergarten", None) == ["mn_ong"]
    assert places.reporter_named("xa-moi", "Mầm non Ong", BEFORE) is None
    assert codes(places, COMMUNE, "kindergarten") == ["kindergarten"]


def test_a_desk_that_stands_in_is_not_expected_after_its_last_day() -> None:
    places = with_desks("primary2,desk,Trường Tiểu học 2,,Tiểu học 2,,2024-06-29,,primary")
    assert codes(places, COMMUNE, "primary", BEFORE) == ["primary1", "primary2"]
    assert codes(places, COMMUNE, "primary") == ["primary1"]


def test_a_desk_goes_by_its_name_in_its_own_commune_alone() -> None:
    places = with_desks(*SCHOOLS)
    assert places.reporter_named("xa-moi", "Trường Mầm non Hoa Sen", PERIOD) == "mn2"
    assert places.reporter_named("xa-moi", "Tiểu học 1", PERIOD) == "th"
    assert places.reporter_named("xa-moi", "Tiểu học 2", PERIOD) is None, "it has no such school"
    assert places.reporter_named("xa-moi", "Kế toán", PERIOD) == "finance"
    assert places.reporter_named(COMMUNE, "Trường Mầm non Hoa Sen", PERIOD) is None
    assert places.reporter_named(COMMUNE, "Tiểu học 1", PERIOD) == "primary1"


def test_a_name_is_that_of_the_desk_that_stands_in_while_it_does() -> None:
    places = with_desks(*SCHOOLS[:3], "th,desk,Tiểu học Xã Mới,xa-moi,Tiểu học 1,2024-01-01,,,primary")
    assert places.reporter_named("xa-moi", "Tiểu học 1", BEFORE) == "primary1"
    assert places.reporter_named("xa-moi", "Tiểu học 1", PERIOD) == "th"


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        (["x,desk,X,chi-lang,,,,,primary"], "«x» ghi cấp «desk», thuộc «chi-lang»"),
        (["x,desk,X,huu-kien,Kế toán,,,,primary"], "«finance» và «x» của huu-kien cùng mang tên «Kế toán»"),
        (["health,village,Bản Trạm,huu-kien,,,,,"], "cùng mang mã «health»"),
        (["pa_phao,desk,Tiểu học Pá Phào,huu-kien,,,,,primary"], "cùng mang mã «pa_phao»"),
        (["x,desk,Pá Phào,huu-kien,,,,,primary"], "cùng mang tên «Pá Phào»"),
    ],
    ids=["in a district", "name of a desk that stands in", "code of one", "code of a village", "name of a village"],
)
def test_a_desk_nowhere_or_of_a_name_that_is_taken_is_refused(rows: list[str], part: str) -> None:
    with pytest.raises(SentenceError, match=part):
        with_desks(*rows)


def test_two_kindergartens_are_added_up_and_their_rates_are_not() -> None:
    places = with_desks(*SCHOOLS)
    sent = {"mn1": ("Trường Mầm non Ban Mai", 40), "mn2": ("Trường Mầm non Hoa Sen", 70)}
    files = [
        raw_file(
            filled(Kindergarten, {"pupils": pupils, "attendance_pct": 90}, reporter=name, commune="Xã Mới"),
            f"{code}.xlsx",
            "xa-moi",
        )
        for code, (name, pupils) in sent.items()
    ]
    done = run(*files, places=places)
    assert done.met() == []
    (chapter,) = [chapter for chapter in CHAPTERS if chapter.code == "education"]
    marts = {form: done.mart(form) for form in chapter.forms}
    wanted = of_communes(done.return_sets, places)
    found = evaluate(chapter, of_forms(marts, places, CHAPTERS), wanted, places, marts)
    values = {row["id"]: row for row in found.to_pylist()}
    assert int(values["edu.kindergarten.pupils"]["value"]) == 110
    assert "edu.kindergarten.attendance.pct" not in values, "90 % and 90 % are not 180 %"


def test_a_return_of_a_school_that_the_commune_does_not_have_is_told() -> None:
    places = with_desks(*SCHOOLS)
    content = filled(Primary, {"pupils": 10}, reporter="Trường Tiểu học 2", commune="Xã Mới")
    (met,) = run(raw_file(content, "primary2.xlsx", "xa-moi"), places=places).met()
    assert met["problem"] == Problems.UNKNOWN_REPORTER.name


def test_the_rows_that_the_guide_shows_make_two_kindergartens_and_a_primary_school() -> None:
    guide = (ROOT / "pipelines" / "present" / "guides" / "quan-tri.md").read_text("utf-8")
    (shown,) = re.findall(r"```text\n(code,level,.*?)```", guide, re.DOTALL)
    places = with_desks(*shown.splitlines()[1:], heading=shown.splitlines()[0])
    later = Period.parse("2025-H2")
    assert [len(codes(places, "quan-son", kind, later)) for kind in ("kindergarten", "primary", "thcs")] == [2, 1, 1]
