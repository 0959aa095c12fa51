"""Packs: what a commune is asked for, and that one word means one thing in all of them."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.catalogue import CATALOGUE, Catalogue
from schemas.edits import agrees
from schemas.fields import field
from schemas.figure import Chapter, Figure, fields_of, summed
from schemas.form import DeskForm, VillageForm
from schemas.forms.b01_livestock import Livestock
from schemas.formula import share
from schemas.pack import Pack
from schemas.places import Places
from schemas.problems import Problems
from schemas.sentences import SentenceError
from schemas.units import Heads, Percent
from tests.unit.builders import COMMUNE, HORSES, PERIOD, ROOT, changed, filled, places_with, raw_file, run


class Bees(VillageForm, code="Z01", sheet="Chăn nuôi", title="Đàn ong hiện có", domain="bees"):
    """One row per village: hives; the sheet is called as another pack's."""

    hives = field(Heads, "Tổng số đàn ong")


class Station(DeskForm, code="Z02", sheet="Trạm ong", title="Trạm ong", domain="station", reporter="bee_station"):
    """One row per station."""

    hives = field(Heads, "Tổng số đàn ong của các thôn")

    edits = (agrees("Z02-01", "hives", Bees.hives),)


def growing(identifier: str) -> Chapter:
    return Chapter("growing", "Tăng", (Figure(identifier, "So", Percent, share(Bees.hives, Bees.hives), decimals=0),))


BEES = Pack("bees", "Xã nuôi ong", (Bees, Station), (Chapter("bees", "Ong", tuple(fields_of(Bees))),))
(HOME,) = [pack for pack in CATALOGUE.packs if pack.name == "home"]
BOTH = Catalogue((HOME, BEES))
FORMS = BOTH.forms
HEADING = "code,level,name,parent,aliases,valid_from,valid_to,forms,kind,packs"
ROWS = (
    "ban-moi,commune,Bản Mới,chi-lang,,,,,,bees",
    "mot,village,Bản Một,ban-moi,,,,,,",
    "ca-hai,commune,Cả Hai,chi-lang,,,,,,home bees",
    "hai,village,Bản Hai,ca-hai,,,,,,",
    "tram,desk,Trạm ong,,,,,,bee_station,bees",
)


def places_of(*rows: str) -> Places:
    tables = [(ROOT / "schemas" / "places" / name).read_text("utf-8") for name in ("places.csv", "desks.csv")]
    return Places.parse([*tables, "\n".join([HEADING, *rows])], BOTH.forms_by_pack)


PLACES = places_of(*ROWS)


def test_a_commune_has_the_forms_of_its_packs_and_the_home_pack_where_it_names_none() -> None:
    asked = {
        name: {form.code for form in FORMS if PLACES.expects(name, form.code)}
        for name in ("ban-moi", "ca-hai", COMMUNE)
    }
    home = {form.code for form in HOME.forms}
    assert asked == {"ban-moi": {"Z01", "Z02"}, "ca-hai": home | {"Z01", "Z02"}, COMMUNE: home}
    assert BOTH.of(PLACES.packs_of("ban-moi")).forms == (Bees, Station)
    assert [chapter.code for chapter in BOTH.of(PLACES.packs_of("ban-moi")).chapters] == ["bees"]


def test_the_home_pack_alone_is_what_comes_with_the_software() -> None:
    assert CATALOGUE.of(("home",)).forms == CATALOGUE.forms
    assert CATALOGUE.of(("home",)).chapters == CATALOGUE.chapters


def test_desks_of_a_pack_stand_in_for_its_communes_alone() -> None:
    for commune, stations in (("ban-moi", ["tram"]), ("ca-hai", ["tram"]), (COMMUNE, [])):
        assert [place.code for place in PLACES.reporters(commune, "bee_station", PERIOD)] == stations
    assert PLACES.reporter_named("ban-moi", "Trạm ong", PERIOD) == "tram"
    assert PLACES.reporter_named(COMMUNE, "Trạm ong", PERIOD) is None
    assert (PLACES.title("ban-moi", "tram"), PLACES.title(COMMUNE, "tram")) == ("Trạm ong", "tram")


def test_a_commune_that_names_its_own_has_those_and_not_its_packs() -> None:
    places = places_of(*ROWS, "t2,desk,Trạm ong Bản Mới,ban-moi,,,,,bee_station,")
    assert [place.code for place in places.reporters("ban-moi", "bee_station", PERIOD)] == ["t2"]
    assert [place.code for place in places.reporters("ca-hai", "bee_station", PERIOD)] == ["tram"]


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("x,commune,X,chi-lang,,,,,,fish", "gói «fish», chưa có; các gói đang có: home, bees"),
        ("x,village,X,ban-moi,,,,,,bees", "cột này chỉ để cho xã"),
        ("x,desk,X,ban-moi,,,,,bee_station,bees", "cột này chỉ để cho xã"),
        ("x,village,Trạm ong,ban-moi,,,,,,", "cùng mang tên «Trạm ong»"),
    ],
    ids=["a pack that is not there", "of a village", "of a commune's desk", "a name that stands in"],
)
def test_a_row_that_cannot_be_meant_is_refused(row: str, part: str) -> None:
    with pytest.raises(SentenceError, match=part):
        places_of(*ROWS, row)


def test_a_form_of_another_pack_is_told_and_not_read() -> None:
    sent = raw_file(filled(Bees, {"hives": 3}))
    (met,) = run(sent, forms=FORMS, places=PLACES).met()
    assert (met["problem"], met["form"], met["written"]) == (Problems.FORM_OF_OTHERS.name, "", "Z01")


def test_a_form_that_a_commune_does_not_send_is_told_where_its_numbers_are_left_out() -> None:
    """Somebody takes a form out of the table of places, and the figures of every period before lose it."""

    def told(forms: str) -> list[tuple[str, str, str]]:
        row = f"huu-kien,commune,Hữu Kiên,chi-lang,,,2025-06-30,{forms}"
        places = replace(places_with(row), packs=None, kinds=None)
        done = run(raw_file(filled(Livestock, HORSES)), places=places)
        assert done.value("horse") == 100
        return [(met["problem"], met["form"], met["written"]) for met in done.met()]

    assert told("B02 B03") == [(Problems.NOT_AMONG_FORMS.name, "", "B01")]
    assert told("B01 B02") == told("") == []


def test_a_sheet_without_a_mark_is_the_form_of_that_name_that_the_commune_has() -> None:
    """Two packs may call a sheet alike."""
    for form, commune, village, folder in (
        (Livestock, "Hữu Kiên", "Thôn Pá Phào", COMMUNE),
        (Bees, "Bản Mới", "Bản Một", "ban-moi"),
    ):
        own = dict.fromkeys(form.fields(), 0)
        content = filled(form, own, reporter=village, commune=commune)
        done = run(raw_file(without_mark(content), "a.xlsx", folder), forms=FORMS, places=PLACES)
        assert (done.met(), {row["form"] for row in done.entries.to_pylist()}) == ([], {form.code})


def without_mark(content: bytes) -> bytes:
    def change(sheet: Any) -> None:
        (mark,) = [cell for row in sheet["A1:D3"] for cell in row if str(cell.value).startswith("Biểu")]
        mark.value = None

    return changed(content, change)


@pytest.mark.parametrize(
    ("packs", "part"),
    [
        ((BEES, Pack("bees", "", (), ())), "pack bees"),
        ((BEES, Pack("other", "", (type("A", (VillageForm,), {}, code="Z01", domain="a"),), ())), "form Z01"),
        ((BEES, Pack("other", "", (type("A", (VillageForm,), {}, code="Z03", domain="bees"),), ())), "domain bees"),
        ((BEES, Pack("other", "", (Bees,), (Chapter("bees", "", ()),))), "chapter bees"),
        ((BEES, Pack("other", "", (Bees,), (Chapter("b", "", (summed(Bees.hives),)),))), "figure bees.hives"),
    ],
)
def test_one_code_cannot_mean_two_things(packs: tuple[Pack, ...], part: str) -> None:
    with pytest.raises(ValueError, match=f"{part} is declared twice"):
        Catalogue(packs)


def test_packs_may_share_a_form_and_a_chapter() -> None:
    shared = Catalogue((BEES, Pack("again", "", BEES.forms, BEES.chapters)))
    assert (shared.forms, shared.chapters) == (BEES.forms, BEES.chapters)


def test_a_pack_that_reads_a_form_it_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="chapter bees reads Z01"):
        Pack("x", "", (Livestock,), BEES.chapters)
    with pytest.raises(ValueError, match="edit Z02-01 reads Z01"):
        Pack("x", "", (Station,), ())


def test_figures_of_growth_are_added_to_a_packs_chapters_once() -> None:
    once = Pack("x", "", (Bees,), (growing("bees.pct_yoy"),))
    again = Pack("y", "", (Bees,), once.chapters)
    assert [figure.id for figure in once.chapters[0].figures] == ["bees.pct_yoy", "bees.growth"]
    assert again.chapters[0] is once.chapters[0]
