from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.orchestration.memory import Memory
from pipelines.present import digest
from pipelines.present.completeness import Overdue, overdue
from pipelines.settings import TODAY_VARIABLE, MailServer, today
from schemas.problems import Problems
from schemas.return_sets import ReturnSetKey
from tests.unit.builders import PLACES

KEY = ReturnSetKey("2024-H1", "huu-kien")
SERVER = MailServer("mail.example", 587, "thong-ke@example.vn", ("mot@example.vn", "hai@example.vn"), "u", "bí mật")
WHEN = datetime(2024, 7, 11, 2, 5, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
EXPLORER = Path("/srv/data/explorer/2024-H1_huu-kien/index.html")


def finding(reporter: str = "na_lia", *, code: str = "B01-02", form: str = "B01", **more: str) -> dict[str, str]:
    plain = {"severity": "error", "file": "na_lia.xlsx", "message": "Đàn ngựa ghi 664.", "suggestion": ""}
    return {"code": code, "form": form, "reporter": reporter} | plain | more


def part_of(*rows: dict[str, str], **more: Any) -> digest.Part:
    made = digest.part(KEY, rows, PLACES, **more)
    assert made is not None
    return made


DUE = date(2024, 7, 10)
LATE = Overdue(KEY, "Xã Hữu Kiên", {("Thôn Nà Lìa", DUE): ("B01", "B02"), ("Trạm Y tế", DUE): ("Y01",)})


class TestWhatIsTold:
    def test_nothing_where_nothing_is_held(self) -> None:
        assert digest.part(KEY, [], PLACES) is None
        assert digest.part(KEY, [finding(severity="warning")], PLACES) is None

    def test_what_has_changed_since_a_period_was_closed(self) -> None:
        part = part_of(since_closed="Kỳ 2024-H1 của huu-kien đã đóng. Đổi sau khi đóng nên không công bố: na_lia.xlsx.")
        assert part.sentences == ("Kỳ 2024-H1 của huu-kien đã đóng. Đổi sau khi đóng nên không công bố: na_lia.xlsx.",)
        assert part.brief.endswith("có thay đổi sau khi đóng kỳ")
        assert part.steps == (), "nothing is to be sent or run"

    def test_a_folder_that_is_no_more(self) -> None:
        part = part_of(missing="Thư mục của huu-kien không còn.")
        assert (part.sentences, part.steps) == (("Thư mục của huu-kien không còn.",), ())
        assert part.brief.endswith(": thư mục không còn")

    def test_who_has_to_mend_what_each_under_their_name(self) -> None:
        part = part_of(
            finding("pa_phao", message="Ô D13 sai."), finding(), finding("health", form="Y01", message="Ô D43 sai.")
        )
        assert dict(part.findings) == {
            "Thôn Nà Lìa": [["[B01-02] Đàn ngựa ghi 664."]],
            "Thôn Pá Phào": [["[B01-02] Ô D13 sai."]],
            "Trạm Y tế": [["[B01-02] Ô D43 sai."]],
        }

    def test_a_suggestion_is_told_as_the_command_tells_it(self) -> None:
        (lines,) = part_of(finding(suggestion="Có lẽ là 663.")).findings["Thôn Nà Lìa"]
        assert lines == ["[B01-02] Đàn ngựa ghi 664.", "Gợi ý: Có lẽ là 663."]

    def test_which_forms_are_held_and_how_many_remarks_there_are(self) -> None:
        part = part_of(finding(), finding(form="B02", code="B02-01"), finding(severity="warning"))
        assert part.sentences == ("Giữ lại: B01 «Chăn nuôi», B02 «Xuất bán»; số đã công bố trước đó được giữ nguyên.",)
        assert part.aside == "Ngoài ra có 1 cảnh báo, không giữ lại biểu nào."
        assert part.aside in digest.text([part])

    def test_a_ledger_that_cannot_be_read_holds_everything(self) -> None:
        part = part_of(finding("", form="", code=Problems.LEDGER_UNREADABLE.value.code, file="corrections.csv"))
        assert part.sentences[0].startswith("Giữ lại: mọi biểu, vì sổ đính chính không đọc được;")

    def test_so_does_a_release_that_cannot_be_used(self) -> None:
        part = part_of(finding("", form="", code=Problems.RELEASE_UNUSABLE.value.code, file="co-so.zip"))
        assert part.sentences[0].startswith("Giữ lại: mọi biểu, vì bản phát hành đã gửi không dùng được;")

    def test_a_row_of_the_ledger_without_a_file_is_the_ledgers(self) -> None:
        part = part_of(finding("", form="", code=Problems.LEDGER_NO_REASON.value.code, file=""))
        assert list(part.findings) == ["Tệp corrections.csv"]
        assert part.sentences[0].startswith("Giữ lại: tệp corrections.csv;")

    def test_a_file_that_nobody_answers_for_is_named_itself(self) -> None:
        part = part_of(finding("", form="", code="W-01", file="hong.xlsx", message="Không mở được."))
        assert list(part.findings) == ["Tệp hong.xlsx"]
        assert part.sentences[0].startswith("Giữ lại: tệp hong.xlsx;")

    def test_what_is_late_alone_is_told_too(self) -> None:
        part = part_of(late=LATE)
        assert part.sentences == (
            "Quá hạn. Xã Hữu Kiên, 6 tháng đầu năm 2024: còn thiếu 2 đơn vị: "
            "Thôn Nà Lìa (B01, B02, hạn 10/07/2024); Trạm Y tế (Y01, hạn 10/07/2024). Liên hệ để nhận báo cáo.",
        )
        assert "returns correct" not in digest.text([part])

    def test_commands_name_the_return_set_only_where_there_are_several(self) -> None:
        assert "--commune" not in digest.text([part_of(finding())])
        assert "returns refresh --commune huu-kien --period 2024-H1" in digest.text([part_of(finding(), alone=False)])

    def test_runs_that_broke(self) -> None:
        assert digest.failed([]) is None
        part = digest.failed(["Hết chỗ trên đĩa.", "Hết chỗ trên đĩa."])
        assert part is not None
        assert part.sentences == ("Hết chỗ trên đĩa.",)


class TestTheMessage:
    def test_text(self) -> None:
        assert digest.text([part_of(finding(suggestion="Có lẽ là 663."), explorer=EXPLORER)]) == (
            "XÃ HỮU KIÊN, 6 THÁNG ĐẦU NĂM 2024\n"
            "\n"
            "Giữ lại: B01 «Chăn nuôi»; số đã công bố trước đó được giữ nguyên.\n"
            "\n"
            "Thôn Nà Lìa:\n"
            "  - [B01-02] Đàn ngựa ghi 664.\n"
            "    Gợi ý: Có lẽ là 663.\n"
            "\n"
            "Việc tiếp theo:\n"
            "  1. Hỏi lại đơn vị. Muốn gửi lại sổ tính đã đánh dấu ô sai:\n"
            "       returns findings --workbook gui-lai\n"
            "  2. Đơn vị cho biết số đúng là số khác thì ghi đính chính, không sửa vào sổ tính:\n"
            '       returns correct TỆP TRANG Ô SỐ --reason "Đã hỏi ai, vì sao"\n'
            "  3. Đơn vị gửi sổ tính mới thì thay tệp cũ trong thư mục báo cáo.\n"
            "  4. Chạy lại, hoặc để máy tự chạy ban đêm:\n"
            "       returns refresh\n"
            "  5. Xem toàn bộ phát hiện:\n"
            "       returns findings\n"
            "\n"
            "Tra cứu số liệu, trên máy chạy phần mềm, mở tệp: /srv/data/explorer/2024-H1_huu-kien/index.html\n"
            "\n"
            "Thư này do phần mềm tổng hợp báo cáo tự gửi; chỉ gửi lại khi có thay đổi.\n"
        )

    def test_subject(self) -> None:
        one, broken = part_of(finding(), finding("pa_phao"), late=LATE), digest.failed(["Hết chỗ trên đĩa."])
        assert broken is not None
        assert digest.subject([one]) == (
            "Báo cáo Xã Hữu Kiên, 6 tháng đầu năm 2024: 2 đơn vị phải sửa số liệu, 2 đơn vị quá hạn gửi"
        )
        assert digest.subject([one, broken]) == "Báo cáo: 2 việc cần xử lý"

    def test_arrives_as_text_and_as_a_page_and_passes_servers_that_know_only_ascii(self) -> None:
        part = part_of(finding(message="Ô <D13> & «D14» sai."), explorer=EXPLORER)
        sent = digest.message([part], SERVER, WHEN).as_bytes()
        assert sent.isascii()
        mail = message_from_bytes(sent, policy=default)
        assert mail["Subject"] == digest.subject([part])
        assert (mail["From"], mail["To"]) == ("thong-ke@example.vn", "mot@example.vn, hai@example.vn")
        assert mail["Date"] == "Thu, 11 Jul 2024 02:05:00 +0700"
        text, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None
        assert page is not None
        assert text.get_content().splitlines() == digest.text([part]).splitlines()
        assert "[B01-02] Ô &lt;D13&gt; &amp; «D14» sai." in page.get_content()
        assert f"<code>{EXPLORER}</code>" in page.get_content()
        assert "file:" not in page.get_content()
        for step in part.steps:
            assert step.words in page.get_content()

    @pytest.mark.parametrize("number", [1, 2, 9, 10, 11, 99, 100])
    def test_no_blank_of_the_subject_is_lost_on_the_way(self, number: int) -> None:
        part = part_of(*(finding(file=f"{one}.xlsx", reporter="", form="") for one in range(number)))
        sent = digest.message([part], SERVER, WHEN).as_bytes()
        assert message_from_bytes(sent, policy=default)["Subject"] == digest.subject([part])

    def test_the_sender_may_have_a_name_in_vietnamese(self) -> None:
        named = replace(SERVER, sender="Thống kê xã <thong-ke@example.vn>")
        sent = digest.message([part_of(finding())], named, WHEN).as_bytes()
        assert sent.isascii()
        assert message_from_bytes(sent, policy=default)["From"] == "Thống kê xã <thong-ke@example.vn>"

    def test_says_nothing_of_the_password(self) -> None:
        assert SERVER.password not in repr(SERVER)
        assert SERVER.password not in digest.text([part_of(finding())])


class TestWhatHasBeenTold:
    def test_the_state_is_that_of_what_is_told(self) -> None:
        one = part_of(finding())
        for same in (
            part_of(finding()),
            part_of(finding(), finding(severity="warning")),
            part_of(finding(), alone=False),
        ):
            assert same.state == one.state
        for other in (
            part_of(finding(message="Đàn ngựa ghi 665.")),
            part_of(finding(suggestion="Có lẽ là 663.")),
            part_of(finding("pa_phao")),
            part_of(finding(), finding("pa_phao")),
            part_of(finding(), late=LATE),
        ):
            assert other.state != one.state

    def test_memory_is_kept_in_a_text(self) -> None:
        memory = Memory("a", {"2024-H1_huu-kien": "b"})
        assert Memory.of(memory.cursor) == memory

    @pytest.mark.parametrize("cursor", [None, "", "no json", "[]", "{}", '{"seen": "a", "told": 3}'])
    def test_what_cannot_be_read_is_no_memory(self, cursor: str | None) -> None:
        assert Memory.of(cursor) == Memory()


class TestLate:
    MISSING = (
        finding("na_lia", code=Problems.NOT_SENT.value.code, severity="warning"),
        finding("na_lia", code=Problems.NOT_SENT.value.code, severity="warning", form="B02"),
        finding("health", code=Problems.NOT_SENT.value.code, severity="warning", form="Y01"),
        finding("pa_phao"),
    )

    def test_from_the_day_after_the_returns_are_due(self) -> None:
        assert overdue(KEY, self.MISSING, PLACES, date(2024, 7, 10)) is None
        assert overdue(KEY, self.MISSING, PLACES, date(2024, 7, 11)) == LATE

    def test_nobody_where_all_have_sent(self) -> None:
        assert overdue(KEY, self.MISSING[3:], PLACES, date(2024, 8, 1)) is None

    def test_the_environment_can_name_the_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(TODAY_VARIABLE, "2024-07-11")
        assert today() == date(2024, 7, 11)
        monkeypatch.setenv(TODAY_VARIABLE, "11/7")
        with pytest.raises(ValueError, match="RETURNS_TODAY ghi «11/7»"):
            today()


class TestTheServer:
    @pytest.fixture(autouse=True)
    def told_by_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HOST", "PORT", "USER", "PASSWORD", "FROM", "TO", "TLS"):
            monkeypatch.delenv(f"RETURNS_SMTP_{name}", raising=False)

    @staticmethod
    def tell(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
        for name, value in given.items():
            monkeypatch.setenv(f"RETURNS_SMTP_{name}", value)

    def test_nothing_configured_is_no_server(self) -> None:
        assert MailServer.of_environment() is None

    def test_everything(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tell(monkeypatch, HOST="m", PORT="2525", USER="u", PASSWORD=" p ", FROM="a@b", TO="c@d, e@f,", TLS="SSL")
        assert MailServer.of_environment() == MailServer("m", 2525, "a@b", ("c@d", "e@f"), "u", " p ", "ssl")

    @pytest.mark.parametrize(("encryption", "port"), [("", 587), ("starttls", 587), ("ssl", 465), ("none", 25)])
    def test_the_port_goes_with_the_encryption(
        self, encryption: str, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.tell(monkeypatch, HOST="m", FROM="a@b", TO="c@d", TLS=encryption)
        server = MailServer.of_environment()
        assert server is not None
        assert server.port == port

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({}, "thiếu RETURNS_SMTP_FROM, RETURNS_SMTP_TO"),
            ({"FROM": "a@b"}, "thiếu RETURNS_SMTP_TO"),
            ({"FROM": "a@b", "TO": "c@d", "TLS": "yes"}, "RETURNS_SMTP_TLS ghi «yes»"),
            ({"FROM": "a@b", "TO": "c@d", "PORT": "smtp"}, "RETURNS_SMTP_PORT ghi «smtp»"),
            ({"FROM": "a@b", "TO": "c@d", "PORT": "0"}, "RETURNS_SMTP_PORT ghi «0»"),
        ],
    )
    def test_half_a_configuration_is_told(
        self, given: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.tell(monkeypatch, HOST="m", **given)
        with pytest.raises(ValueError, match=sentence):
            MailServer.of_environment()
