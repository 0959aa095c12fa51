"""Findings at the desk: what is shown of each, decisions through the ledger, undo, what goes back to the village."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines.store import published
from pipelines.store.raw_names import LEDGER
from schemas.tables import TOLD
from tests.unit.desks import Desk, read_as, text
from tests.unit.offices import KEY, Office, publish

CELL = {"file": "pa_phao.xlsx", "sheet": "Chăn nuôi", "cell": "D13"}
PAGE = f"/findings/{KEY}/of/pa_phao"


@pytest.fixture(scope="module")
def slipped(example_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office after Pá Phào wrote 141 for 114, and a run; only to be copied."""
    office = Office.copied(example_office, tmp_path_factory.mktemp("slipped") / "office")
    office.write(("pa_phao.xlsx", "Chăn nuôi", "D13"), 141)
    office.refresh()
    return office.root


@pytest.fixture
def office(slipped: Path, tmp_path: Path) -> Office:
    return Office.copied(slipped, tmp_path / "office")


def ledger(office: Office) -> str:
    return (office.folder / LEDGER).read_text("utf-8")


def decide(browser: Any, decision: str, **more: Any) -> str:
    return text(sent(browser, decision, **more))


def sent(browser: Any, decision: str, **more: Any) -> Any:
    of = read_as(KEY, more.get("file", CELL["file"]))
    form = {**CELL, "of": of, "decision": decision, "reason": "Trưởng thôn xác nhận", **more}
    return browser.post(f"{PAGE}/decide", form, follow=True)


def mark(browser: Any) -> str:
    """What a form of the page says of what has been decided on its cell."""
    page = browser.get(PAGE).content.decode()
    (found,) = set(re.findall(r'name="mark-D13" value="(\w*)"', page))
    return str(found)


def test_a_finding_is_shown_with_its_piece_of_the_sheet_and_what_is_proposed(desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    listed = text(browser.get(f"/findings/{KEY}"))
    assert listed.index("Thôn Pá Phào") < listed.index("Trường THCS"), "who has errors comes first"
    answer = browser.get(PAGE)
    page = text(answer)
    for words in ("lệch 27, theo B01-02", "Ngựa thường", "141", "có lẽ là 114", "Ghi đính chính D13 = 114"):
        assert words in page
    assert re.search(r'class="corrected[^"]*">141<', answer.content.decode()), "the doubtful cell is marked"
    assert [row.group(1) for row in re.finditer(r'<th scope="row">(\d+)</th>', answer.content.decode())] == [
        *("11", "12", "13", "14", "15")
    ], "rows that are not shown whole are not shown"
    assert "Từ chối gợi ý" in page
    assert "Giữ nguyên" not in page, "an error is not kept as it is"


def test_what_a_reporter_wrote_proposes_nothing(office: Office, desk: Desk) -> None:
    office.write(("pa_phao.xlsx", "Chăn nuôi", "D13"), "141 Hoặc: ô D14: «Ngựa bạch» phải là 5 hay có lẽ là 6")
    office.refresh()
    page = text(desk.signed_in("officer", "officer").get(PAGE))
    assert "phải là 5" in page
    assert re.findall(r"Ghi đính chính (D\d+ = \S+)", page) == ["D13 = 114"]


def test_the_letter_to_the_village_asks_and_does_not_guess(desk: Desk) -> None:
    page = desk.signed_in("auditor", "auditor").get(PAGE).content.decode()
    letter = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert letter is not None
    assert "Kính gửi Thôn Pá Phào" in letter[1]
    assert "ghi 284, các phần cộng lại là 311" in letter[1]
    for never in ("114", "Hỏi lại đơn vị", "Gợi ý", "đính chính"):
        assert never not in letter[1]
    assert "Ghi đính chính" not in text(desk.signed_in("other", "auditor").get(PAGE)), "who only reads decides nothing"


@pytest.mark.slow
def test_a_correction_from_a_proposal_is_the_command_lines(office: Office, desk: Desk) -> None:
    before, browser = ledger(office), desk.signed_in("officer", "officer")
    html = browser.get(PAGE).content.decode()
    (shown,) = re.findall(r'<form[^>]*>((?:(?!</form>).)*name="change" value="D13=114".*?)</form>', html, re.DOTALL)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    told = text(
        browser.post(f"{PAGE}/decide", form | {"decision": "accepted", "reason": "Trưởng thôn xác nhận"}, follow=True)
    )
    assert "Đã ghi vào sổ đính chính: ô D13, «141» thành «114»." in told
    assert "cell" not in form, "the cell is in what is changed"
    row = ledger(office).removeprefix(before)
    assert "chức danh officer,pa_phao.xlsx,Chăn nuôi,D13,141,114,Trưởng thôn xác nhận,,accepted" in row
    assert desk.deeds()[-1] == ("officer", "corrected", f"{KEY}: pa_phao.xlsx, Chăn nuôi, D13")
    office.refresh()
    assert not [one for one in published.findings(office.store, KEY) if one["severity"] == "error"]


@pytest.mark.slow
def test_a_decision_can_be_taken_back_until_a_run_has_read_it(office: Office, desk: Desk) -> None:
    browser, before = desk.signed_in("officer", "officer"), ledger(office)
    decide(browser, "accepted", new="114")
    deed = re.search(r'name="deed" value="(\d+)"', browser.get(f"/findings/{KEY}").content.decode())
    assert deed is not None
    undo = (f"/findings/{KEY}/undo", {"deed": deed[1]})
    assert "Đã hoàn tác quyết định cuối" in text(browser.post(*undo, follow=True))
    assert ledger(office) == before
    assert "không hoàn tác được" in text(browser.post(*undo, follow=True)), "and once only"
    assert ledger(office) == before
    decide(browser, "accepted", new="114")
    office.refresh()
    page = browser.get(f"/findings/{KEY}").content.decode()
    assert 'name="deed"' not in page
    assert desk.deeds()[-2][1:] == ("undid", f"{KEY}: pa_phao.xlsx, Chăn nuôi, D13")


def test_the_first_decision_of_all_taken_back_leaves_no_ledger(office: Office, desk: Desk) -> None:
    (office.folder / "corrections.csv").unlink()
    browser = desk.signed_in("officer", "officer")
    decide(browser, "accepted", new="114")
    deed = re.search(r'name="deed" value="(\d+)"', browser.get(f"/findings/{KEY}").content.decode())
    assert deed is not None
    browser.post(f"/findings/{KEY}/undo", {"deed": deed[1]})
    assert not (office.folder / "corrections.csv").exists()


def test_of_two_officers_none_takes_back_the_others_decision(office: Office, desk: Desk) -> None:
    one, other = desk.signed_in("one", "officer"), desk.signed_in("other", "officer")
    decide(one, "accepted", new="114")
    deed = re.search(r'name="deed" value="(\d+)"', one.get(f"/findings/{KEY}").content.decode())
    assert deed is not None
    decide(other, "refused", new="113")
    assert "đã có thêm dòng khác" in text(one.post(f"/findings/{KEY}/undo", {"deed": deed[1]}, follow=True))
    assert all(who in ledger(office) for who in ("chức danh one", "chức danh other"))


def test_who_decides_on_a_page_that_another_has_decided_on_since_is_told_and_decides_again(
    office: Office, desk: Desk
) -> None:
    one, other = desk.signed_in("one", "officer"), desk.signed_in("other", "officer")
    seen = mark(other)
    decide(one, "accepted", new="114", mark=mark(one))
    after_one, deeds = ledger(office), desk.deeds()
    answer = sent(other, "accepted", new="115", mark=seen)
    assert answer.status_code == 409
    told = text(answer)
    assert re.search(r"đã có quyết định khác: ô D13, «141» thành «114» \(chức danh one, \d\d:\d\d ngày ", told)
    assert "Đã quyết định, chờ lần chạy tới: ô D13, «141» thành «114»." in text(answer)
    assert (ledger(office), desk.deeds()) == (after_one, deeds)
    shown = re.findall(r'name="mark-D13" value="(\w+)"', answer.content.decode())
    assert set(shown) == {mark(other)}, "what it answers shows the new state"
    assert "«141» thành «115»" in decide(other, "accepted", new="115", mark=shown[0])
    assert ledger(office).count("D13,141,") == 2


def test_a_row_that_somebody_wrote_by_hand_and_that_decides_nothing_is_passed_over(office: Office, desk: Desk) -> None:
    browser, path = desk.signed_in("officer", "officer"), office.folder / LEDGER
    by_hand = "2024-07-02T09:15:00+07:00,kế toán,pa_phao.xlsx,Chăn nuôi,D13,141,114,đã hỏi,,đồng ý\n"
    path.write_text(ledger(office) + by_hand, "utf-8")
    assert "Đã quyết định" not in text(browser.get(PAGE))
    assert "Đã ghi" in decide(browser, "accepted", new="114")


def test_what_was_decided_and_taken_back_is_told_who_still_sees_it(office: Office, desk: Desk) -> None:
    one, other = desk.signed_in("one", "officer"), desk.signed_in("other", "officer")
    decide(one, "accepted", new="114")
    seen = mark(other)
    deed = re.search(r'name="deed" value="(\d+)"', one.get(f"/findings/{KEY}").content.decode())
    assert deed is not None
    one.post(f"/findings/{KEY}/undo", {"deed": deed[1]})
    assert "ô D13 đã được hoàn tác" in decide(other, "accepted", new="115", mark=seen)


def test_a_decision_on_another_cell_and_a_refused_suggestion_stand_in_nobodys_way(office: Office, desk: Desk) -> None:
    one, other = desk.signed_in("one", "officer"), desk.signed_in("other", "officer")
    decide(one, "accepted", new="114")
    assert "Đã ghi" in decide(other, "accepted", cell="D14", new="3")
    assert "Đã ghi" in decide(other, "refused", new="113")


def test_a_proposal_on_several_cells_is_written_and_taken_back_as_one(office: Office, desk: Desk) -> None:
    browser, before = desk.signed_in("officer", "officer"), ledger(office)
    answer = sent(browser, "accepted", change=["D15=3", "D99=4"])
    assert (answer.status_code, ledger(office)) == (409, before)
    assert not [what for _, what, _ in desk.deeds() if what == "corrected"]
    for wrong in (("accepted", ["D15=3", "d15=4"]), ("refused", ["D15=3", "D16=4"]), ("as_is", ["D15=3", "D16=4"])):
        assert "không đọc được" in decide(browser, wrong[0], change=wrong[1])
    assert ledger(office) == before
    told = decide(browser, "accepted", change=["D15=3", "D16=4"])
    assert "ô D15, " in told
    assert "ô D16, " in told
    assert len(ledger(office).splitlines()) == len(before.splitlines()) + 2
    assert desk.deeds()[-1] == ("officer", "corrected", f"{KEY}: pa_phao.xlsx, Chăn nuôi, D15, D16")
    deed = re.search(r'name="deed" value="(\d+)"', browser.get(f"/findings/{KEY}").content.decode())
    assert deed is not None
    browser.post(f"/findings/{KEY}/undo", {"deed": deed[1]})
    assert ledger(office) == before


def test_who_was_cut_short_in_a_decision_counts_as_one_who_entered(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.desk import record
    from pipelines.desk.approvals import entered_by

    def stopped(*_: Any, **__: Any) -> None:
        raise RuntimeError("the desk stops here")

    refused, browser, before = (
        desk.signed_in("refused", "officer"),
        desk.signed_in("officer", "officer"),
        ledger(office),
    )
    decide(refused, "accepted", new="x")
    monkeypatch.setattr(record, "write", stopped)
    with pytest.raises(RuntimeError):
        decide(browser, "accepted", new="114")
    assert ledger(office) != before
    assert entered_by(KEY) == ["officer"], "and not who was told that nothing was written"


def test_what_was_typed_stands_beside_why_it_was_refused(desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    sent = {
        **CELL,
        "of": read_as(KEY, CELL["file"]),
        "form": "p1-own",
        "at": "p1",
        "decision": "accepted",
        "new": "một trăm",
        "reason": "Đã hỏi",
    }
    page = browser.post(f"{PAGE}/decide", sent).content.decode()
    typed = re.search(r'id="p1-own" name="reason"[^>]* value="Đã hỏi"[^>]*aria-describedby="(\S+)"', page)
    assert typed is not None
    assert 'name="new" maxlength="60" value="một trăm"' in page
    assert re.search(rf'id="{typed[1]}"[^>]*>Chưa ghi gì\. .*«một trăm»', page)


def test_where_a_refusal_was_told_there_is_a_page_to_come_back_to(desk: Desk) -> None:
    """Who changes the language there, or signs in anew, asks for that address."""
    assert desk.signed_in("officer", "officer").get(f"{PAGE}/decide").headers["location"] == PAGE


@pytest.mark.slow
def test_what_has_been_decided_is_told_until_a_run_has_read_it(office: Office, desk: Desk) -> None:
    browser, told = desk.signed_in("officer", "officer"), "Đã quyết định, chờ lần chạy tới: ô D13, «141» thành «114»."
    decide(browser, "accepted", new="110")
    decide(browser, "accepted", new="114", mark=mark(browser))
    page = text(browser.get(PAGE))
    assert page.count("Đã quyết định") == 1
    assert told in page
    office.refresh()
    assert "Đã quyết định" not in text(browser.get(PAGE))


def test_nothing_is_decided_on_what_another_workbook_says_than_the_one_that_was_looked_at(
    office: Office, desk: Desk
) -> None:
    """The village sends again while somebody still looks at what was found in its last workbook."""
    browser, before, seen = desk.signed_in("officer", "officer"), ledger(office), read_as(KEY, CELL["file"])
    office.write(("pa_phao.xlsx", "Chăn nuôi", "D13"), 114)
    answer = sent(browser, "accepted", new="113")
    assert (answer.status_code, ledger(office)) == (409, before)
    assert "pa_phao.xlsx đã thay sau khi có phát hiện này, nên chưa ghi gì" in text(answer)
    page = text(browser.get(PAGE))
    assert "pa_phao.xlsx đã thay sau lần chạy cuối" in page
    assert "Ghi đính chính" not in page
    assert "tô màu" not in page
    assert "chưa đánh dấu được ô" in text(browser.get(f"/findings/{KEY}/marked/pa_phao.xlsx", follow=True))
    office.refresh()
    assert "đã thay sau khi có phát hiện này" in decide(browser, "accepted", new="113", of=seen)
    assert "Đã ghi" in decide(browser, "accepted", new="113"), "who looks at the new one decides on it"


def test_a_workbook_that_the_last_run_has_found_gone_is_not_told_as_replaced_since(office: Office, desk: Desk) -> None:
    browser, said = desk.signed_in("officer", "officer"), "đã thay sau lần chạy cuối"
    (office.folder / "pa_phao.xlsx").unlink()
    assert said in text(browser.get(PAGE))
    office.refresh()
    page = text(browser.get(PAGE))
    assert (said in page, "H-02" in page) == (False, True)


def test_nothing_is_offered_on_a_workbook_that_is_not_there(office: Office, desk: Desk) -> None:
    """A row of the ledger names a sheet that has another name now, and nobody can write to its cells."""
    browser = desk.signed_in("officer", "officer")
    (office.folder / "na_lia.xlsx").rename(office.folder / "moi.xlsx")
    office.refresh()
    html = browser.get(f"/findings/{KEY}/of/na_lia").content.decode()
    assert "L-10" in html
    assert 'name="file" value="moi.xlsx"' in html
    assert 'name="file" value="na_lia.xlsx"' not in html
    assert "marked/na_lia.xlsx" not in html


def test_any_cell_of_a_finding_can_be_given_another_number(office: Office, desk: Desk) -> None:
    browser, page = desk.signed_in("officer", "officer"), desk.browser(desk.user("other", "officer"))
    html = page.get(PAGE).content.decode()
    offered = re.findall(r'<option value="(D\d+)">(D\d+: \S+)</option>', html)
    assert ("D14", "D14: 170") in offered
    marks = {f"mark-{cell}": "" for cell, _ in offered}
    told = decide(browser, "accepted", cell="D14", new="143", form="p1-own", **marks)
    assert "Đã ghi vào sổ đính chính: ô D14, «170» thành «143»." in told


@pytest.mark.slow
def test_what_was_corrected_before_stands_beside_a_finding_on_its_cell(office: Office, desk: Desk) -> None:
    """A correction that was itself wrong makes a finding that the workbook alone does not show."""
    browser = desk.signed_in("officer", "officer")
    decide(browser, "accepted", new="115")
    office.refresh()
    page = text(browser.get(PAGE))
    assert "các phần cộng lại là 285" in page
    assert re.search(
        r"Đã có trong sổ đính chính: ô D13, «141» thành «115» \(chức danh officer, \d\d:\d\d ngày "
        r"\d\d/\d\d/\d{4}: Trưởng thôn xác nhận\)\.",
        page,
    )
    assert "«141» thành «114»" in decide(browser, "accepted", new="114", **{"mark-D13": mark(browser)})
    office.refresh()
    assert not [one for one in published.findings(office.store, KEY) if one["severity"] == "error"]


def test_what_is_kept_as_it_is_is_the_first_cell_whichever_is_chosen(office: Office, desk: Desk) -> None:
    (row, *_) = [one for one in published.findings(office.store, KEY) if one["file"] == "thcs.xlsx"]
    cell = row["cells"].split(";")[0]
    at = {"file": row["file"], "sheet": row["sheet"], "cell": "D9", "kept": cell}
    decide(desk.signed_in("officer", "officer"), "as_is", **at)
    assert ledger(office).splitlines()[-1].split(",")[2:5] == [row["file"], row["sheet"], cell]


def test_what_cannot_be_decided_is_told_and_not_written(office: Office, desk: Desk) -> None:
    browser, before = desk.signed_in("officer", "officer"), ledger(office)
    assert "Chưa ghi lý do. Ghi rõ đã hỏi ai, vì sao." in decide(browser, "accepted", new="114", reason=" ")
    assert "không đọc được «x» thành số" in decide(browser, "accepted", new="x")
    kept = decide(browser, "as_is")
    assert "lỗi thì không giữ nguyên được" in kept
    assert "chọn «Giữ nguyên …, dù trái …», nếu có. Nếu tệp vừa thay, bấm «Chạy những gì đã đổi» trước." in kept
    assert not re.search(r"\breturns [a-z]|(?<!\w)--[a-z]", kept), "a page names no command"
    assert "Không có tệp «y.xlsx»" in decide(browser, "accepted", new="1", file="y.xlsx")
    assert "không đọc được" in decide(browser, "wipe", new="1")
    assert ledger(office) == before


def test_a_warning_is_kept_as_it_is(office: Office, desk: Desk) -> None:
    (row, *_) = [one for one in published.findings(office.store, KEY) if one["file"] == "thcs.xlsx"]
    cell = row["cells"].split(";")[0]
    browser = desk.signed_in("officer", "officer")
    assert "Giữ nguyên" in text(browser.get(f"/findings/{KEY}/of/thcs"))
    told = decide(browser, "as_is", file="thcs.xlsx", sheet=row["sheet"], cell=cell)
    assert f"Đã ghi vào sổ đính chính: ô {cell}, giữ" in told
    late = sent(desk.signed_in("late", "officer"), "as_is", file="thcs.xlsx", sheet=row["sheet"], cell=cell)
    assert late.status_code == 409
    assert f"đã có quyết định khác: ô {cell}, giữ" in text(late)


@pytest.mark.slow
def test_an_error_is_kept_against_a_rule_that_may_be_wrong_with_who_and_why(office: Office, desk: Desk) -> None:
    office.write(("pa_phao.xlsx", "Trồng trọt", "D13"), 36.95)
    office.write(("pa_phao.xlsx", "Trồng trọt", "D18"), 100.75)
    office.refresh()
    browser, crops = desk.signed_in("officer", "officer"), {"sheet": "Trồng trọt", "cell": "D13", "rule": "B03-03"}
    page = browser.get(PAGE).content.decode()
    (form,) = re.findall(r"<form[^>]*>((?:(?!</form>).)*dù trái(?:(?!</form>).)*)</form>", page, re.DOTALL)
    assert "Giữ nguyên ô D13, dù trái B03-03" in form, "and the animals' sum that is wrong offers nothing"
    assert 'name="reason" required' in form
    before = ledger(office)
    assert "Chưa ghi lý do" in decide(browser, "as_is", **crops, reason="")
    assert "không thuộc loại được phép bỏ qua" in decide(browser, "as_is", **{**crops, "rule": "B01-02"})
    assert "Đã ghi vào sổ đính chính: ô D13, giữ «36.95»." in decide(browser, "as_is", **crops)
    row = ledger(office).removeprefix(before)
    assert "chức danh officer,pa_phao.xlsx,Trồng trọt,D13,36.95,36.95,Trưởng thôn xác nhận,B03-03,as_is," in row
    office.refresh()
    found = [one for one in published.findings(office.store, KEY) if one["sheet"] == "Trồng trọt"]
    assert {one["code"]: one["severity"] for one in found}["H-08"] == "warning"
    assert "dù trái" not in text(browser.get(PAGE))


def test_what_a_reporter_wrote_makes_no_rule_one_that_a_finding_tells_of(office: Office, desk: Desk) -> None:
    office.write(("pa_phao.xlsx", "Trồng trọt", "D13"), "theo B03-03: 36,95")
    office.refresh()
    (row,) = [
        one
        for one in published.findings(office.store, KEY)
        if one["cells"].split(";")[0] == "D13" and one["sheet"] == "Trồng trọt"
    ]
    assert "theo B03-03: " in row["message"]
    browser, before = desk.signed_in("officer", "officer"), ledger(office)
    told = decide(browser, "as_is", sheet="Trồng trọt", cell="D13", rule="B03-03")
    assert "Không có phát hiện nào theo quy tắc B03-03 ở ô D13" in told
    assert ledger(office) == before
    assert "dù trái" not in text(browser.get(PAGE))


def test_findings_that_an_earlier_version_wrote_are_told_as_old_and_mended_by_a_run(office: Office, desk: Desk) -> None:
    found = office.store.rows("findings/livestock", office.part)
    assert found is not None
    publish(office.store, KEY, {"findings/livestock": found.select(TOLD.names)})
    browser, animals = desk.signed_in("officer", "officer"), {"sheet": CELL["sheet"], "rule": "B03-03"}
    before = ledger(office)
    for answer in (browser.get(PAGE), sent(browser, "as_is", **animals)):
        assert (answer.status_code, "do phiên bản trước của phần mềm ghi" in text(answer)) == (409, True)
    assert ledger(office) == before
    office.refresh()
    assert office.rows("findings/livestock") == found.to_pylist()
    assert "Ghi đính chính D13 = 114" in text(browser.get(PAGE))


@pytest.mark.parametrize("role", ["approver", "auditor", "administrator"])
def test_who_may_not_decide_writes_nothing(office: Office, desk: Desk, role: str) -> None:
    browser, before = desk.signed_in("somebody", role), ledger(office)
    assert (
        browser.post(f"{PAGE}/decide", {**CELL, "decision": "accepted", "new": "1", "reason": "x"}).status_code == 403
    )
    assert browser.post(f"/findings/{KEY}/undo", {"deed": "1"}).status_code == 403
    assert ledger(office) == before


def test_how_to_reach_a_reporter_stands_beside_its_findings_and_nowhere_else(office: Office, desk: Desk) -> None:
    browser, contact = desk.signed_in("officer", "officer"), f"{PAGE}/contact"
    assert contact in browser.get(PAGE).content.decode()
    sent = {"role": "trưởng thôn", "telephone": "0205 3 812 345", "do": "keep"}
    assert "chỉ gồm chữ số" in text(browser.post(contact, {**sent, "telephone": "hỏi lại"}))
    told = text(browser.post(contact, sent, follow=True))
    assert told.count("Liên hệ: trưởng thôn, 0205 3 812 345") == 2, "beside the findings and with the letter"
    changed = {"role": "phó thôn", "telephone": "0205 3 812 346", "do": "keep"}
    assert "phó thôn, 0205 3 812 346" in text(browser.post(contact, changed, follow=True))
    assert desk.deeds()[-1] == ("officer", "wrote contact", f"{KEY.commune}: pa_phao")
    record = text(browser.get("/record"))
    assert "Ghi liên hệ Xã Hữu Kiên: Thôn Pá Phào" in record
    assert "812" not in record
    office.refresh()
    lying = [path for path in office.root.rglob("*") if path.is_file() and "desk" not in path.parts]
    assert not [path for path in lying if b"812 346" in path.read_bytes()]
    auditor = desk.signed_in("auditor", "auditor")
    assert "0205 3 812 346" in text(auditor.get(PAGE))
    assert auditor.get(contact).status_code == 403
    assert "Liên hệ: chưa có; ghi liên hệ" in text(browser.post(contact, {"do": "delete"}, follow=True))
    assert browser.get(f"/findings/{KEY}/of/nowhere/contact").status_code == 404


def test_the_marked_workbook_is_the_reporters_own(desk: Desk) -> None:
    browser = desk.signed_in("officer", "officer")
    answer = browser.get(f"/findings/{KEY}/marked/pa_phao.xlsx")
    assert "attachment" in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book["Chăn nuôi"]["D13"].comment is not None
    for name in ("na_lia.xlsx", "corrections.csv", "..%2fplaces.csv", "x"):
        assert browser.get(f"/findings/{KEY}/marked/{name}").status_code == 404


@pytest.mark.slow
def test_the_letter_tells_the_village_what_was_corrected_and_is_there_when_nothing_else_is_found(
    office: Office, desk: Desk
) -> None:
    browser = desk.signed_in("officer", "officer")
    decide(browser, "accepted", cell="D13", new="114")
    before = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.get(PAGE).content.decode(), re.DOTALL)
    assert before is not None
    assert "114" not in before[1], "what no run has used is not told"
    office.refresh()
    listed = text(browser.get(f"/findings/{KEY}"))
    assert "có số đã đính chính để nhắn đơn vị: Thôn Pá Phào" in " ".join(listed.split())
    letter = re.search(r"<textarea[^>]*>(.*?)</textarea>", browser.get(PAGE).content.decode(), re.DOTALL)
    assert letter is not None
    assert "đơn vị ghi «141», xã sửa thành «114». Lý do:" in letter[1]
    assert "chỗ cần xem lại" not in letter[1]


@pytest.mark.slow
def test_what_was_decided_stands_beside_a_finding_though_the_workbook_came_under_another_name(
    office: Office, desk: Desk
) -> None:
    browser = desk.signed_in("officer", "officer")
    decide(browser, "accepted", cell="D14", new="999")
    assert "Quyết định cuối, chưa chạy: pa_phao.xlsx, Chăn nuôi, D14 (officer" in text(browser.get(PAGE))
    (office.folder / "pa_phao.xlsx").rename(office.folder / "pa_phao.xlsm")
    office.refresh()
    page = text(browser.get(PAGE))
    assert "tệp pa_phao.xlsm" in page
    assert re.search(r"Đã có trong sổ đính chính: ô D14, «\d+» thành «999»", page)
