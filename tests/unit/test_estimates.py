"""Estimates: recorded for a return that has not come, in every figure they enter as such, and gone when it comes."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.present import levels
from pipelines.present.tracing import trace, tree, uses, uses_tree
from pipelines.refresh import release
from pipelines.refresh.closing import ClosingError, release_and_close, reopen
from pipelines.refresh.estimating import estimate
from pipelines.store import published
from pipelines.store.estimates import EstimateError
from pipelines.store.raw_names import ESTIMATES
from pipelines.store.releases import ReleaseError
from schemas.forms.b01_livestock import Livestock
from tests.unit.builders import address_of
from tests.unit.desks import desk_at, text
from tests.unit.offices import KEY, Office
from tests.unit.test_cli import typed

WORDS = {"method": "bằng cùng kỳ năm trước", "reason": "đường sạt lở, đã gọi trưởng thôn", "who": "phó chủ tịch"}


def recorded(office: Office, field: str = "horse", value: str = "264", **more: str) -> list[dict[str, str]]:
    given = {"reporter": "suoi_mo", "form": "B01", "field": field, "value": value, **WORDS, **more}
    return estimate(office.raw, office.store, KEY, **given)


@pytest.fixture(scope="module")
def waiting(example_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office before Suối Mỏ has sent anything, refreshed; only to be copied."""
    office = Office.copied(example_office, tmp_path_factory.mktemp("waiting") / "office")
    (office.folder / "suoi_mo.xlsx").rename(office.root / "suoi_mo.xlsx")
    shutil.rmtree(office.store.root)
    office.refresh()
    return office.root


@pytest.fixture
def office(waiting: Path, tmp_path: Path) -> Office:
    return Office.copied(waiting, tmp_path / "office")


def figure(office: Office, id: str) -> dict[str, Any]:
    return next(row for row in office.rows(f"figures/{CHAPTER}") if row["id"] == id)


CHAPTER = "livestock"
HORSES = "livestock.horse.heads"


@pytest.mark.slow
def test_an_estimate_stands_in_every_figure_says_so_and_goes_when_the_return_comes(office: Office) -> None:
    before = figure(office, HORSES)
    assert (before["value"], before["status"]) == (None, "incomplete")
    recorded(office)
    recorded(office, "Đàn dê", "-")
    office.refresh()
    row = figure(office, HORSES)
    received = sum(one["horse"] for one in office.rows(f"marts/{Livestock.domain}"))
    assert row["value"] == received + 264
    assert (row["status"], row["reported"], row["expected"]) == ("estimated", before["reported"], before["expected"])
    assert figure(office, "livestock.cattle.heads")["status"] == "incomplete", "what is not estimated stays missing"
    assert "suoi_mo" not in {one["reporter"] for one in office.rows(f"marts/{Livestock.domain}")}
    assert {one["status"] for one in office.rows("levels/livestock") if one["id"] == HORSES} <= {
        "estimated",
        "incomplete",
    }
    (sent,) = [one for one in office.rows("sent_by_form") if one["form"] == "B01"]
    assert sent["sent"] == sent["expected"] - 1, "an estimate is never counted as received"

    traced = trace(office.store, KEY, HORSES)
    (source,) = [one for one in traced["sources"] if one["reporter"] == "suoi_mo"]
    assert (source["file"], source["cell"], source["text"], source["value"]) == (ESTIMATES, "F2", "264", 264)
    assert source["note"].startswith("Số ước, chưa có báo cáo. Cách ước: bằng cùng kỳ năm trước; lý do: đường sạt lở")
    assert "Có số ước" in tree(traced, {}, str).below[1].words
    edges = published.lineage(office.store, KEY, HORSES, CHAPTER)
    assert uses_tree(edges, uses(office.store, KEY, edges), {}, str).below[0].below[0].words.endswith("(có số ước)")
    district = office.raw.places.place_above("chi-lang")
    assert district is not None
    above = levels.Territory(office.store, office.raw.places, KEY.period, district)
    said = [branch.words for branch in levels.tree(levels.trace(above, HORSES)).below]
    assert "Có số ước thay cho báo cáo chưa đến; xem từng nơi ở dưới." in said
    assert [words for words in said if words.startswith("Xã Hữu Kiên (huu-kien): ") and words.endswith("; có số ước")]

    release.make(office.raw, office.store, KEY, "co-so-uoc", despite="")
    assert release.verify(office.store.root, "co-so-uoc").differences == []

    (office.root / "suoi_mo.xlsx").rename(office.folder / "suoi_mo.xlsx")
    office.refresh()
    assert figure(office, HORSES)["status"] == "complete"
    assert not [one for one in office.rows("lineage/livestock") if one["file"] == ESTIMATES]
    (told,) = [one for one in office.rows("findings/workbooks") if one["code"] == "U-02"]
    assert told["severity"] == "warning"
    assert "đã nhận biểu B01; từ khi biểu được chấp nhận, các số ước của biểu này không dùng nữa" in told["message"]


@pytest.mark.slow
def test_estimates_that_break_a_rule_of_their_form_are_told_until_they_agree_or_the_return_comes(
    office: Office,
) -> None:
    def disagreeing() -> list[str]:
        office.refresh()
        return [row["message"] for row in office.rows("findings/workbooks") if row["code"] == "U-03"]

    recorded(office, "horse", "264")
    recorded(office, "horse_ordinary", "200")
    assert disagreeing() == [], "what the third number would be is not known"
    recorded(office, "horse_white", "100")
    (told,) = disagreeing()
    assert told.startswith("Thôn Suối Mỏ: các số ước của biểu B01 trái quy tắc B01-02: Đàn ngựa = Ngựa thường + Ngựa b")
    recorded(office, "horse_white", "64")
    assert disagreeing() == []
    recorded(office, "horse_white", "100")
    (office.root / "suoi_mo.xlsx").rename(office.folder / "suoi_mo.xlsx")
    assert disagreeing() == [], "they are used no more"


@pytest.mark.slow
def test_a_return_that_is_held_leaves_what_was_published_with_the_estimate(office: Office) -> None:
    recorded(office)
    office.refresh()
    before = figure(office, HORSES)
    assert before["status"] == "estimated"
    (office.root / "suoi_mo.xlsx").rename(office.folder / "suoi_mo.xlsx")
    at = ("suoi_mo.xlsx", Livestock.sheet, address_of(Livestock, "horse"))
    was = openpyxl.load_workbook(office.folder / at[0])[at[1]][at[2]].value
    office.write(at, "?")
    office.refresh()
    assert "suoi_mo" not in {one["reporter"] for one in office.rows(f"marts/{Livestock.domain}")}
    assert {name: figure(office, HORSES)[name] for name in ("value", "status")} == {
        name: before[name] for name in ("value", "status")
    }
    assert [one["reporter"] for one in published.estimates(office.store, KEY)] == ["suoi_mo"]
    office.write(at, was)
    office.refresh()
    assert figure(office, HORSES)["status"] == "complete"
    assert published.estimates(office.store, KEY) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"reporter": "pa_phao"}, "Đã nhận biểu B01 của Thôn Pá Phào"),
        ({"reporter": "nowhere"}, "không gửi biểu B01"),
        ({"form": "X99"}, "xã không gửi biểu «X99»"),
        ({"form": "R02", "reporter": "works"}, "có nhiều dòng"),
        ({"field": "unicorn"}, "không có chỉ tiêu «unicorn»"),
        ({"value": "vài con"}, "không đọc được «vài con» thành số"),
        ({"value": "-3"}, "ngoài khoảng"),
        ({"method": " "}, "thiếu cách ước"),
        ({"reason": ""}, "thiếu người ước, thời điểm hoặc lý do"),
    ],
)
def test_what_is_no_estimate_is_refused_and_nothing_is_written(office: Office, given: dict[str, str], why: str) -> None:
    with pytest.raises(EstimateError, match=why):
        recorded(office, **given)
    assert not (office.folder / ESTIMATES).exists()


@pytest.mark.slow
def test_the_last_estimate_counts_and_can_be_taken_back(office: Office) -> None:
    recorded(office, value="264")
    recorded(office, value="270", reason="trưởng thôn gọi lại")
    first = (office.folder / ESTIMATES).read_bytes()
    office.refresh()
    assert [one["value"] for one in office.rows("estimates")] == ["270"]
    recorded(office, value="", reason="không cần nữa")
    assert (office.folder / ESTIMATES).read_bytes().startswith(first), "rows are added, none is changed"
    office.refresh()
    assert figure(office, HORSES)["status"] == "incomplete"
    assert office.rows("estimates") == []


def passed(office: Office) -> list[str]:
    office.refresh()
    return [row["written"] for row in office.rows("findings/workbooks") if row["code"] == "U-02"]


@pytest.mark.slow
def test_estimates_of_a_return_that_has_come_are_told_until_they_are_taken_back_with_a_reason(office: Office) -> None:
    recorded(office, "horse", "264")
    recorded(office, "goat", "-")
    recorded(office, "buffalo", "10")
    recorded(office, "buffalo", "", reason="ghi nhầm")
    (office.root / "suoi_mo.xlsx").rename(office.folder / "suoi_mo.xlsx")
    assert passed(office) == ["B01"]
    before, numbers = (office.folder / ESTIMATES).read_bytes(), office.rows(f"figures/{CHAPTER}")
    with pytest.raises(EstimateError, match="thiếu người ước, thời điểm hoặc lý do"):
        recorded(office, "", "", reason=" ")
    with pytest.raises(EstimateError, match="Không có số ước nào của «buffalo», biểu B01, Thôn Suối Mỏ để bỏ"):
        recorded(office, "buffalo", "")
    with pytest.raises(EstimateError, match="Không có số ước nào của biểu B01, Thôn Pá Phào để bỏ"):
        recorded(office, "", "", reporter="pa_phao")
    assert (office.folder / ESTIMATES).read_bytes() == before, "nothing was written"
    recorded(office, "Đàn dê", "", reason="đã nhận báo cáo")
    assert passed(office) == ["B01"], "one of them still stands"
    (row,) = recorded(office, "", "", reason="đã nhận báo cáo")
    assert (row["field"], row["value"], row["reason"]) == ("horse", "", "đã nhận báo cáo")
    assert passed(office) == []
    assert (office.folder / ESTIMATES).read_bytes().startswith(before), "who recorded what, and who took it back, stays"
    assert office.rows(f"figures/{CHAPTER}") == numbers


@pytest.mark.slow
def test_the_list_of_findings_and_the_desk_offer_to_take_back_what_has_passed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(office)
    (office.root / "suoi_mo.xlsx").rename(office.folder / "suoi_mo.xlsx")
    assert passed(office) == ["B01"]
    where = ("--raw", str(office.raw.root), "--data", str(office.store.root))
    assert "Bỏ số ước: returns estimate suoi_mo B01 --reason …" in typed("findings", *where)[1]
    with desk_at(office.root, monkeypatch) as desk:
        page, approver = f"/estimates/{KEY}", desk.signed_in("approver", "approver")
        assert "Đã nhận biểu B01 của Thôn Suối Mỏ" in text(approver.get(page))
        sent = {"reporter": "suoi_mo", "form": "B01", "reason": "đã nhận báo cáo"}
        assert "Đã ghi vào sổ số ước" in text(approver.post(f"{page}/record", sent, follow=True))
    assert passed(office) == []
    assert typed("estimate", "suoi_mo", "B01", "--reason", "x", *where)[0] == 2, "there is none any more"


def shorter(office: Office, *, anew: bool = False) -> list[str]:
    office.refresh(anew=anew)
    return [row["written"] for row in office.rows("findings/workbooks") if row["code"] == "U-04"]


def without_rows(path: Path, *numbers: int) -> None:
    """Take rows out of a file, counted from the first below the headings."""
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(line for at, line in enumerate(lines) if at not in numbers))


@pytest.fixture
def estimated(office: Office) -> Office:
    """An office in which an estimate was recorded twice, another once and a third taken back, refreshed."""
    recorded(office, "horse", "100")
    recorded(office, "horse", "264")
    recorded(office, "goat", "20")
    recorded(office, "buffalo", "7")
    recorded(office, "buffalo", "", reason="ghi nhầm")
    office.refresh()
    return office


LOSSES = {
    "the file": (Path.unlink, "5 dòng (B01 suoi_mo horse, B01 suoi_mo goat, B01 suoi_mo buffalo)"),
    "all rows": (lambda path: without_rows(path, 1, 2, 3, 4, 5), "5 dòng (B01 suoi_mo horse, B01 suoi_mo goat, B01"),
    "what cannot be read": (lambda path: path.write_bytes(b"no table\n"), "5 dòng (B01 suoi_mo horse"),
    "the last of two": (lambda path: without_rows(path, 2), "1 dòng (B01 suoi_mo horse)"),
    "the only one": (lambda path: without_rows(path, 3), "1 dòng (B01 suoi_mo goat)"),
    "what took one back": (lambda path: without_rows(path, 5), "1 dòng (B01 suoi_mo buffalo)"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("lose", "told"), LOSSES.values(), ids=LOSSES.keys())
def test_estimates_that_vanish_are_told_and_stay_in_use_until_they_are_back(
    estimated: Office, lose: Callable[[Path], object], told: str
) -> None:
    path, before = estimated.folder / ESTIMATES, estimated.rows(f"figures/{CHAPTER}")
    whole = path.read_bytes()
    lose(path)
    (found,) = shorter(estimated)
    assert found.startswith(told)
    assert estimated.rows(f"figures/{CHAPTER}") == before
    (row,) = [one for one in estimated.rows("findings/workbooks") if one["code"] == "U-04"]
    assert (row["file"], row["severity"]) == (ESTIMATES, "error")
    kept = estimated.store.root / "archive" / row["expected"]
    assert f"tên {row['expected']}" in row["message"]
    assert kept.read_bytes() == whole, "it can be taken from there"
    with pytest.raises(ReleaseError, match=ESTIMATES):
        release.make(estimated.raw, estimated.store, KEY, "lan-1")
    with pytest.raises(ReleaseError, match=r"Chưa phát hành được\. Sổ số ước"):
        release.make(estimated.raw, estimated.store, KEY, "lan-1", despite="chủ tịch yêu cầu")
    path.write_bytes(whole)
    assert shorter(estimated) == []
    assert estimated.rows(f"figures/{CHAPTER}") == before


@pytest.mark.slow
def test_estimates_that_vanished_are_settled_by_recording_them_again_or_taking_them_back(estimated: Office) -> None:
    (estimated.folder / ESTIMATES).unlink()
    assert len(shorter(estimated)) == 1
    assert len(shorter(estimated, anew=True)) == 1, "what was read last has lost them too"
    recorded(estimated, "horse", "265")
    recorded(estimated, "pig", "9")
    (told,) = shorter(estimated)
    assert told == "3 dòng (B01 suoi_mo goat, B01 suoi_mo buffalo)"
    assert {row["field"]: row["value"] for row in estimated.rows("estimates")} == {"horse": "264", "goat": "20"}
    recorded(estimated, "goat", "", reason="không tìm lại được")
    recorded(estimated, "buffalo", "6")
    assert shorter(estimated) == []
    found = {row["field"]: row["value"] for row in estimated.rows("estimates")}
    assert found == {"horse": "265", "pig": "9", "buffalo": "6"}


@pytest.mark.slow
def test_what_vanishes_while_something_else_is_still_lost_is_told_too(estimated: Office) -> None:
    path = estimated.folder / ESTIMATES
    whole = path.read_bytes()
    without_rows(path, 3)
    assert shorter(estimated) == ["1 dòng (B01 suoi_mo goat)"]
    recorded(estimated, "pig", "9")
    assert shorter(estimated) == ["1 dòng (B01 suoi_mo goat)"]
    path.write_bytes(whole)
    assert shorter(estimated) == ["1 dòng (B01 suoi_mo pig)"]
    recorded(estimated, "pig", "9")
    assert shorter(estimated) == []


@pytest.mark.slow
def test_a_file_that_only_grows_or_is_saved_by_another_program_has_lost_nothing(estimated: Office) -> None:
    path = estimated.folder / ESTIMATES
    recorded(estimated, "pig", "9")
    assert shorter(estimated) == []
    text = path.read_text("utf-8").replace("\n", "\r\n").replace(",", ";")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert shorter(estimated) == []
    assert {row["field"] for row in estimated.rows("estimates")} == {"horse", "goat", "pig"}


@pytest.mark.slow
def test_an_approver_records_one_at_the_desk_and_everybody_reads_that_it_is_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_at(office.root, monkeypatch) as desk:
        page, sent = f"/estimates/{KEY}", {"reporter": "suoi_mo", "form": "B01", "field": "horse", "value": "264"}
        approver, officer = desk.signed_in("approver", "approver"), desk.signed_in("officer", "officer")
        assert page in officer.get(f"/sets/{KEY}").content.decode()
        assert "Thôn Suối Mỏ: B01" in text(approver.get(page))
        assert officer.post(f"{page}/record", sent).status_code == 403
        assert "Ghi số ước" not in text(officer.get(page))
        assert "thiếu cách ước" in text(approver.post(f"{page}/record", {**sent, "reason": "x"}, follow=True))
        recorded = {**sent, "method": "bằng cùng kỳ", "reason": "đường sạt lở"}
        assert "Đã ghi vào sổ số ước" in text(approver.post(f"{page}/record", recorded, follow=True))
        assert desk.deeds()[-1] == ("approver", "estimated", f"{KEY}: suoi_mo, B01, horse")
        office.refresh()
        assert "bằng cùng kỳ; đường sạt lở chức danh approver" in text(officer.get(page))
        explorer = text(officer.get(f"/explorer/{KEY}/trace/{CHAPTER}.html"))
        assert "Có số ước" in explorer
        assert "Số ước, chưa có báo cáo. Cách ước: bằng cùng kỳ; lý do: đường sạt lở" in explorer
        assert "Có số ước thay cho báo cáo chưa đến" in text(officer.get(f"/trace/{KEY}/{HORSES}"))


@pytest.mark.slow
def test_a_closed_set_takes_no_estimate_before_it_is_reopened(office: Office) -> None:
    release_and_close(office.raw, office.store, KEY, "lan-1", who="chủ tịch", despite="chờ Suối Mỏ")
    with pytest.raises(ClosingError, match="đã đóng bằng bản phát hành «lan-1»"):
        recorded(office)
    assert not (office.folder / ESTIMATES).exists()
    reopen(office.raw, office.store, KEY, who="chủ tịch", reason="Suối Mỏ không gửi kịp")
    recorded(office)
    assert (office.folder / ESTIMATES).exists()
