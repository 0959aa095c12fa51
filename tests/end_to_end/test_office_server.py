"""An office server: installed without a network, its units as they are run, what a local user and others find locked.

Everything is real but systemd as the first process: Debian's nginx and PostgreSQL, the units' own command lines,
environments, users, sockets and masks, on a machine of the test's own.
"""

import re
from pathlib import Path

import httpx2
import pytest

from schemas.design.example import EXAMPLE
from tests.end_to_end import small_commune
from tests.end_to_end.dagster_pages import RUNS
from tests.end_to_end.machine import NO_NETWORK, Machine
from tests.end_to_end.office_server import OFFLINE, PROGRAMS, SERVICES, OfficeServer, post, token_of
from tests.end_to_end.waiting import wait_for

pytestmark = [
    pytest.mark.needs("nginx", "pg_ctlcluster", "systemd-analyze", "systemd-socket-activate", "nsenter", "openssl"),
    pytest.mark.daemon,
    pytest.mark.postgres,
    pytest.mark.slow,
]

RETURNS = f"{PROGRAMS}/bin/returns"
MOST_EXPOSED = "20"
"""Tenths, as ``systemd-analyze security`` counts: up to 2.0 it says OK."""


def test_where_there_is_no_network_it_installs_and_refreshes(bare: Machine) -> None:
    assert "lo" in bare.run(*NO_NETWORK, "ip", "-brief", "link"), "a network with nothing in it"
    assert "tunl" not in bare.run(*NO_NETWORK, "ip", "-brief", "-4", "address")
    refreshed = bare.run(*NO_NETWORK, RETURNS, "refresh", "--raw", "/srv/raw", "--data", "/srv/data")
    assert "Đã chạy xong" in refreshed
    figures = bare.run(RETURNS, "figures", "--data", "/srv/data", "--raw", "/srv/raw", "--format", "csv")
    assert re.search(r"livestock\.horse\.heads,.*\b66\b", figures)


def test_one_command_installs_and_one_removes_all_but_data_and_secrets(server: OfficeServer) -> None:
    # On a copy of the machine's files: the services of the other tests go on.
    inside = f"""
        mkdir -p /srv/copy && mount -t tmpfs copy /srv/copy
        for folder in etc usr/local; do
            mkdir -p /srv/copy/$folder/upper /srv/copy/$folder/work
            mount -t overlay overlay /$folder \
                -o lowerdir=/$folder,upperdir=/srv/copy/$folder/upper,workdir=/srv/copy/$folder/work
        done
        {" ".join(OFFLINE)} {RETURNS} deploy remove
        find /etc /usr/local /var/lib/returns -newer /srv/raw/places.csv -path '*returns*' ! -type d
        systemctl is-enabled returns-desk.socket || true
    """
    told = server.machine.run("unshare", "--mount", "sh", "-ec", inside)
    assert "Đã gỡ" in told
    assert "/etc/returns/secrets" in told
    left = [line for line in told.splitlines() if line.startswith("/etc/")]
    assert left == ["/etc/returns/secrets"]
    assert "/var/lib/returns/data/desk/desk.sqlite3" in told


def test_the_units_are_as_systemd_wants_them_and_locked_in(server: OfficeServer) -> None:
    verified = server.machine.run("sh", "-c", "systemd-analyze verify /etc/systemd/system/returns*.*[et]")
    assert verified == ""
    for service in SERVICES:
        unit = f"/etc/systemd/system/returns-{service}.service"
        server.machine.run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", unit)
    enabled = server.machine.run(*OFFLINE, "systemctl", "is-enabled", "returns.target", "returns-desk.socket")
    assert enabled.split() == ["enabled", "enabled"]


def test_two_officers_an_approver_and_an_auditor_work_on_it(server: OfficeServer, tmp_path: Path) -> None:
    one, other = server.signed_in("officer"), server.signed_in("officer")
    approver, auditor = server.signed_in("approver"), server.signed_in("auditor")
    small_commune.send_to(tmp_path, slip=True)
    workbook = (
        tmp_path / small_commune.PERIOD.code / small_commune.COMMUNE / f"{small_commune.SLIP[0]}.xlsx"
    ).read_bytes()
    key = small_commune.RETURN_SET
    wait_for("the sensor's first run ends", lambda: _all_ended(one), seconds=300)

    checked = post(one, "/receive", {"key": key}, files={"files": ("ban_giua.xlsx", workbook)})
    (number,) = re.findall(r'name="take" value="(\d+)"', checked.text)
    assert "có 1 lỗi" in checked.text
    form = {"csrfmiddlewaretoken": token_of(checked.text), "take": number}
    taken = one.post("/receive/take", data=form, follow_redirects=True)
    assert "Đã nhận ban_giua.xlsx. Biên nhận: " in taken.text

    assert run(auditor).status_code == 403
    begun = run(other)
    assert begun.status_code == 302, begun.text
    ended = wait_for("the run ends", lambda: _ended(other, begun.headers["Location"]), seconds=300)
    assert "Giữ lại: B01" in ended

    despite = {"seen": _seen(approver, key), "despite": "B01 của Bản Giữa chờ xác nhận"}
    assert one.post(f"/approve/{key}", data=despite).status_code == 403
    approved = post(approver, f"/approve/{key}", despite, follow_redirects=True)
    assert "Đã duyệt và phát hành" in approved.text
    assert "nguyên vẹn" in server.returns("verify", "2024-h1-thu-nghiem-lan-1")
    for words in ("Nhận sổ tính", "Bắt đầu một lần chạy", "Duyệt và phát hành"):
        assert words in auditor.get("/record").text


ASSETS = "{ assetNodes { assetKey { path } } }"


def test_a_design_that_came_into_force_is_in_the_pages_without_a_hand_and_no_unit_is_restarted(
    server: OfficeServer,
) -> None:
    """The administrator puts in the example that ``design new`` writes."""
    officer = server.signed_in("officer")

    def has_it() -> bool:
        found = officer.post("/dagster/graphql", json={"query": ASSETS}).json()["data"]["assetNodes"]
        return ["marts", EXAMPLE["forms"][0]["domain"]] in [one["assetKey"]["path"] for one in found]

    assert not has_it()
    folder = "/var/lib/returns/raw/bieu-mau"
    server.machine.run("install", "-d", "-o", "returns", "-g", "returns", "-m", "700", folder)
    server.returns("design", "new", "--output", f"{folder}/mau.xlsx")
    assert "mau" in server.returns("design", "status")
    processes = {service: process.pid for service, process in server.running.items()}
    begun = run(officer)  # the button takes designs in, whether returns have changed or not
    assert begun.status_code == 302, begun.text
    wait_for("the pages know the new form", has_it, seconds=120)
    assert {service: process.pid for service, process in server.running.items()} == processes
    assert server.is_ready()


def run(browser: httpx2.Client) -> httpx2.Response:
    """Press the button of the board."""
    return browser.post("/run", data={"csrfmiddlewaretoken": token_of(browser.get("/password").text)})


def _all_ended(browser: httpx2.Client) -> bool:
    runs = browser.post("/dagster/graphql", json={"query": RUNS}).json()["data"]["runsOrError"]["results"]
    return bool(runs) and all(one["status"] in ("SUCCESS", "FAILURE", "CANCELED") for one in runs)


def _seen(browser: httpx2.Client, key: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', browser.get(f"/approve/{key}").text)
    return found[1] if found else ""


def _ended(browser: httpx2.Client, address: str) -> str | None:
    page = browser.get(address).text
    return page if "Đã chạy xong" in page else None


NOT_FOR_OTHERS = (
    "cat /etc/returns/secrets",
    "cat /etc/returns/environment",
    "ls /etc/returns",
    "ls /var/lib/returns",
    "cat /var/lib/returns/data/desk/desk.sqlite3",
    "cat /var/lib/returns/raw/places.csv",
    "ls /run/returns",
    "cat /var/log/nginx/returns.access.log",
    "cat /proc/$(pgrep -u returns -f pipelines.deploy.desk)/environ",
    "psql -h /run/postgresql -U returns returns -c 'select 1'",
    "psql -h /run/postgresql returns -c 'select 1'",
    "/usr/local/sbin/returns-office desk add-user x --title x --role administrator",
)
CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"


@pytest.mark.parametrize("user", ["nobody", "www-data"])
def test_a_local_user_without_rights_reads_nothing_and_reaches_nothing(server: OfficeServer, user: str) -> None:
    machine = server.machine
    for command in NOT_FOR_OTHERS:
        assert machine.code("sh", "-c", command) == 0 or "psql" in command or "add-user" in command, f"root: {command}"
        if not (user == "www-data" and "/nginx/" in command):  # nginx's own log
            assert machine.code(*machine.as_user(user, "sh", "-c", command)) != 0, command
    for socket in ("/run/returns/pages.sock", "/run/returns/code.sock", "/run/returns.sock"):
        reached = machine.code(*machine.as_user(user, f"{PROGRAMS}/bin/python", "-c", CONNECT, socket)) == 0
        assert reached == (user == "www-data" and socket == "/run/returns.sock"), socket
    listening = machine.run("ss", "--no-header", "--listening", "--tcp", "--processes")
    assert [line for line in listening.splitlines() if "python" in line and "returns" in line] == []


def test_all_that_the_server_has_made_is_its_users_alone(server: OfficeServer) -> None:
    for folder in ("/var/lib/returns", "/run/returns"):
        assert server.machine.run("stat", "--format=%U %a", folder) == "returns 700\n"
    assert server.machine.run("find", "/var/lib/returns", "!", "-user", "returns", "!", "-type", "l") == ""
    assert server.machine.run("find", "/var/lib/returns", "-perm", "/002", "!", "-type", "l") == ""
    assert server.machine.run("stat", "--format=%U:%G %a", "/run/returns.sock") == "root:www-data 660\n"


def test_what_is_printed_is_kept_within_limits_by_debians_own_rules(server: OfficeServer) -> None:
    journal = server.machine.run("cat", "/etc/systemd/journald@returns.conf")
    assert "SystemMaxUse=" in journal
    for service in SERVICES:
        assert server.unit(f"returns-{service}.service")["LogNamespace"] == ["returns"]
    rotated = server.machine.run("cat", "/etc/logrotate.d/nginx")
    assert rotated.startswith("/var/log/nginx/*.log")
    logs = re.findall(r"(?:access|error)_log (\S+) *;", server.machine.run("cat", "/etc/nginx/conf.d/returns.conf"))
    assert {Path(log).parent.as_posix() for log in logs if log != "off"} == {"/var/log/nginx"}
