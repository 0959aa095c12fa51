"""A refresh that is stopped with Ctrl+C: one sentence, nothing half done, and the next one goes on."""

import signal

import pytest

from tests.end_to_end.office import Office
from tests.end_to_end.waiting import wait_for

STOPPED = 130


@pytest.mark.slow
def test_a_refresh_can_be_stopped_and_run_again(office: Office) -> None:
    before, (pigs,) = office.tables("figures"), office.values("livestock.pig.heads")
    office.fill("na_lia.xlsx", "Chăn nuôi", {"D9": 1438, "D19": 70})
    at_work = office.data / "locks" / f"{office.return_set}.holder"
    with office.start("refresh") as process:
        wait_for("it is at work", at_work.exists, seconds=120)
        process.send_signal(signal.SIGINT)
        output, told = process.communicate(timeout=120)
    assert (process.returncode, output) == (STOPPED, "")
    assert told == "Đã dừng giữa chừng; những gì đã công bố vẫn nguyên.\n"
    assert office.tables("figures") == before
    assert not at_work.exists()
    office.run("refresh")
    assert office.values("livestock.pig.heads") == [str(int(pigs) + 1)]
