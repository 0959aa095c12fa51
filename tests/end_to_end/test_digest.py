"""The digest reaches a real mail server: once for what is held, again when it changes, not when all is well."""

import os
from pathlib import Path

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.orchestration.jobs import digest_mail, returns_due
from pipelines.orchestration.mail import MailError
from tests.end_to_end.dagster_here import dagster_at
from tests.end_to_end.mail import AUDITOR, NOBODY, OFFICER, PASSWORD, USER, Postbox, knows, mail_server, via
from tests.end_to_end.office import HELD, RETURN_SET, Office
from tests.end_to_end.waiting import free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


class Daemon:
    """Evaluates a sensor as the daemon does: on the real instance, with the cursor of the tick before."""

    def __init__(self, instance: dg.DagsterInstance, sensor: dg.SensorDefinition) -> None:
        self._instance, self._sensor, self._cursor = instance, sensor, ""

    def tick(self) -> dg.SensorResult:
        context = dg.build_sensor_context(self._instance, self._cursor or None, resources=defs.resources)
        data = self._sensor.evaluate_tick(context)
        self._cursor = data.cursor or self._cursor
        for event in data.asset_events:
            self._instance.report_runless_asset_event(event)
        return dg.SensorResult(skip_reason=data.skip_message, asset_events=data.asset_events)

    def says(self) -> str:
        reason = self.tick().skip_reason
        return str(reason.skip_message if isinstance(reason, dg.SkipReason) else reason)


def environment(port: int) -> dict[str, str]:
    """The mail server, and the two who read the digest."""
    return via(port, OFFICER, AUDITOR)


UNCHANGED = "Không có gì mới từ lần xem trước."


def test_a_held_return_is_told_once_and_again_when_it_changes(office: Office, postbox: Postbox, port: int) -> None:
    with dagster_at(office, **environment(port)) as instance, mail_server(postbox, port):
        daemon = Daemon(instance, digest_mail)
        assert daemon.says() == "Không có gì phải báo."

        office.fill("na_lia.xlsx", "Chăn nuôi", {"D12": 664})
        office.ask("refresh", expect=HELD)
        assert daemon.says() == f"Đã gửi thư tổng hợp tới {OFFICER}, {AUDITOR}."
        assert daemon.says() == UNCHANGED
        office.ask("refresh", "--all", expect=HELD)
        assert daemon.says() == "Đã báo trong thư trước, chưa có gì thay đổi."
        (mail,) = postbox.mails

        (finding,) = office.blocking()
        text, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert mail["Subject"] == "Báo cáo Xã Hữu Kiên, 6 tháng đầu năm 2024: 1 đơn vị phải sửa số liệu"
        assert text is not None
        assert page is not None
        said = text.get_content()
        assert "Thôn Nà Lìa:\n" in said.replace("\r\n", "\n")
        assert f"[{finding['code']}] {finding['message']}" in said
        assert f"Gợi ý: {finding['suggestion']}" in said
        assert "Giữ lại: B01 «Chăn nuôi»" in said
        assert str(office.data / "explorer" / RETURN_SET / "index.html") in said
        assert "file:" not in said
        assert "<h3>Thôn Nà Lìa</h3>" in page.get_content()

        office.correct("na_lia.xlsx", "Chăn nuôi", "D12", old="664", new="663", reason="Trưởng thôn ghi nhầm.")
        office.ask("refresh")
        assert daemon.says() == "Không có gì phải báo."
        assert len(postbox.mails) == 1

        office.fill("na_lia.xlsx", "Chăn nuôi", {"D12": 665})
        office.ask("refresh", expect=HELD)
        assert daemon.says().startswith("Đã gửi thư tổng hợp tới")
        assert len(postbox.mails) == 2


def test_a_server_that_is_away_is_told_and_gets_the_mail_when_it_is_back(
    office: Office, postbox: Postbox, port: int
) -> None:
    office.fill("na_lia.xlsx", "Chăn nuôi", {"D12": 664})
    office.ask("refresh", expect=HELD)
    with dagster_at(office, **environment(port)) as instance:
        daemon = Daemon(instance, digest_mail)
        for _ in range(2):
            with pytest.raises(MailError, match=f"Không gửi được thư qua máy chủ thư 127.0.0.1:{port} .*gửi lại"):
                daemon.tick()

        with mail_server(postbox, port, authenticator=knows, auth_require_tls=False):
            os.environ["RETURNS_SMTP_TLS"] = "starttls"
            with pytest.raises(MailError, match="RETURNS_SMTP_TLS"):
                daemon.tick()
            os.environ["RETURNS_SMTP_TLS"] = "none"
            os.environ["RETURNS_SMTP_USER"] = USER
            os.environ["RETURNS_SMTP_PASSWORD"] = "wrong"
            with pytest.raises(MailError, match="không nhận tên đăng nhập hoặc mật khẩu") as refused:
                daemon.tick()
            assert "wrong" not in str(refused.value)
            os.environ["RETURNS_SMTP_PASSWORD"] = PASSWORD
            os.environ["RETURNS_SMTP_TO"] = NOBODY
            with pytest.raises(MailError, match=f"không nhận người nhận nào: {NOBODY}: 550 no such mailbox"):
                daemon.tick()
            assert postbox.mails == []

            os.environ["RETURNS_SMTP_TO"] = f"{OFFICER},{NOBODY}"
            assert daemon.says() == (
                f"Đã gửi thư tổng hợp tới {OFFICER}. Máy chủ không nhận: {NOBODY} (550 no such mailbox)."
            )
            assert daemon.says() == UNCHANGED
    assert len(postbox.mails) == 1
    assert [envelope.rcpt_tos for envelope in postbox.envelopes] == [[OFFICER]]


def test_late_returns_and_broken_runs_are_told_and_without_a_server_nothing_is(
    tmp_path: Path, postbox: Postbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office.founded(tmp_path / "office")
    (office.returns / "health.xlsx").unlink()
    monkeypatch.setenv("RETURNS_TODAY", "2024-07-10")
    office.ask("refresh")
    with dagster_at(office, **environment(port)) as instance:
        check = dg.AssetCheckKey(dg.AssetKey("cells"), "overdue")
        mails, late = Daemon(instance, digest_mail), Daemon(instance, returns_due)

        def outcome() -> tuple[bool, str]:
            (record,) = instance.event_log_storage.get_asset_check_execution_history(check, limit=1)
            assert record.event is not None
            evaluation = record.event.get_dagster_event().asset_check_evaluation_data
            return evaluation.passed, str(evaluation.description)

        with mail_server(postbox, port):
            late.tick()
            assert outcome() == (True, "Không có đơn vị nào quá hạn.")
            assert mails.says() == "Không có gì phải báo."

            os.environ["RETURNS_TODAY"] = "2024-07-11"
            told = late.says()
            assert told.startswith(
                "Xã Hữu Kiên, 6 tháng đầu năm 2024: còn thiếu 1 đơn vị: Trạm Y tế (Y01, Y02, hạn 10/07/2024)."
            )
            assert outcome() == (False, told)
            assert late.tick().asset_events == []
            assert mails.says().startswith("Đã gửi")
            assert postbox.mails[0]["Subject"] == "Báo cáo Xã Hữu Kiên, 6 tháng đầu năm 2024: 1 đơn vị quá hạn gửi"

            # A run that breaks for another reason than the data.
            run = instance.create_run_for_job(defs.resolve_job_def("refresh"))
            instance.report_run_failed(run, "Máy mất điện giữa chừng.")
            assert mails.says().startswith("Đã gửi")
            assert "Máy mất điện giữa chừng." in str(postbox.mails[1].get_body(("plain",)).get_content())  # type: ignore[union-attr]

            del os.environ["RETURNS_SMTP_HOST"]
            assert "RETURNS_SMTP_HOST" in mails.says()
            assert len(postbox.mails) == 2
