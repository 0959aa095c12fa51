"""An office server on a machine of a test's own: installed from wheels without a network, its units run as processes.

Belongs here: installing, and doing for the units what systemd does with them where it is not the first process. Does
not belong here: what is asked of the server.
"""

import contextlib
import itertools
import os
import re
import secrets
import shlex
import ssl
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.end_to_end import small_commune
from tests.end_to_end.machine import NO_NETWORK, Machine, machine
from tests.end_to_end.office import PROJECT
from tests.end_to_end.waiting import free_port, wait_for

PROGRAMS = Path("/opt/returns")
CERTIFICATE, KEY = Path("/etc/ssl/office.crt"), Path("/etc/ssl/private/office.key")
OFFLINE = ("env", "SYSTEMD_OFFLINE=1")
"""Before a command that tells systemd to start something, which is not running here."""

_ADDRESSES = itertools.count(2)

SERVICES = ("code", "pages", "daemon", "desk")
READY_SECONDS = 180.0

_LOCKED_IN = """
for path in $RW; do mount --bind "$path" "$path"; done
mount -o remount,ro,bind / && mount -o remount,ro,bind /run && mount -t tmpfs -o mode=1777 tmp /tmp
cd "$WD" && umask "$MASK" && exec "$@"
"""
"""What ``ProtectSystem=strict``, ``ReadWritePaths``, ``PrivateTmp``, ``WorkingDirectory`` and ``UMask`` come to."""


@dataclass
class OfficeServer:
    """The server."""

    machine: Machine
    url: str
    logs: Path
    authority: Path
    """The certificate, which browsers trust."""
    running: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def returns(self, *words: str, expect: int = 0) -> str:
        """Run ``returns`` as its administrator does."""
        return self.machine.run("/usr/local/sbin/returns-office", *words, expect=expect)

    def client(self) -> httpx2.Client:
        """Return a browser that trusts the certificate; each on a machine of its own, for nginx counts by address."""
        trusted = ssl.create_default_context(cafile=str(self.authority))
        transport = httpx2.HTTPTransport(verify=trusted, local_address=f"127.0.1.{next(_ADDRESSES)}", trust_env=False)
        return httpx2.Client(base_url=self.url, transport=transport, headers={"Origin": self.url}, timeout=60)

    def add_user(self, name: str, *roles: str) -> str:
        """Add a user; return the link with which they set their password."""
        chosen = [word for role in roles for word in ("--role", role)]
        told = self.returns("desk", "add-user", name, "--title", "cán bộ kiểm thử", *chosen)
        link = re.search(r"https://\S+/enter/\S+", told)
        assert link is not None, told
        return link[0]

    def signed_in(self, *roles: str) -> httpx2.Client:
        """Return the browser of a new user with these roles."""
        browser, password = self.client(), secrets.token_urlsafe(16)
        link = self.add_user(f"user-{secrets.token_hex(4)}", *roles)
        answer = post(browser, link, {"password1": password, "password2": password})
        assert answer.status_code == 302, answer.text
        return browser

    def start(self, service: str) -> None:
        """Start a service as its unit says."""
        unit = self.unit(f"returns-{service}.service")
        (command,), environment = unit["ExecStart"], self.environment(unit["EnvironmentFile"])
        locked = {"RW": unit["ReadWritePaths"][0], "WD": unit["WorkingDirectory"][0], "MASK": unit["UMask"][0]}
        words = [
            *(NO_NETWORK if unit.get("PrivateNetwork") == ["yes"] else ()),
            *("unshare", "--mount", "sh", "-ec", _LOCKED_IN, "unit"),
            *("setpriv", f"--reuid={unit['User'][0]}", f"--regid={unit['Group'][0]}", "--init-groups"),
            *("--no-new-privs", "--bounding-set=-all", *shlex.split(command)),
        ]
        given = {**environment, **locked, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        if service == "desk":
            socket = self.unit("returns-desk.socket")
            listening = [word for name, value in given.items() for word in ("-E", f"{name}={value}")]
            words = ["systemd-socket-activate", "--listen", socket["ListenStream"][0], *listening, *words]
        else:
            words = ["env", "-i", *(f"{name}={value}" for name, value in given.items()), *words]
        self.running[service] = self.machine.start(*words, log=self.logs / f"{service}.log")
        if service == "desk":
            path = socket["ListenStream"][0]
            wait_for("the socket", lambda: self.machine.code("test", "-S", path) == 0, seconds=10)
            self.machine.run("chown", f"{socket['SocketUser'][0]}:{socket['SocketGroup'][0]}", path)
            self.machine.run("chmod", socket["SocketMode"][0], path)

    def unit(self, name: str) -> Mapping[str, list[str]]:
        """Return what a unit says, whatever the section."""
        said: defaultdict[str, list[str]] = defaultdict(list)
        for line in self.machine.run("cat", f"/etc/systemd/system/{name}").splitlines():
            setting, equals, value = line.partition("=")
            if equals:
                said[setting].append(value)
        return dict(said)

    def environment(self, files: list[str]) -> dict[str, str]:
        """Return what files say of the environment."""
        words = shlex.split(self.machine.run("cat", *files), comments=True)
        return dict(word.split("=", 1) for word in words)

    def is_ready(self) -> bool:
        """Return whether every part answers; fail if one has ended."""
        for service, process in self.running.items():
            log = (self.logs / f"{service}.log").read_text()
            assert process.poll() is None, f"{service} has ended:\n{log[-4000:]}"
        with contextlib.suppress(httpx2.TransportError), self.client() as browser:
            there = browser.get("/sign-in").status_code == 200
            sockets = ("/run/returns/code.sock", "/run/returns/pages.sock")
            return there and all(self.machine.code("test", "-S", path) == 0 for path in sockets)
        return False


def token_of(page: str) -> str:
    """Return what the form of a page has to be sent with."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None, page
    return token[1]


def post(browser: httpx2.Client, address: str, data: Mapping[str, Any], **more: Any) -> httpx2.Response:
    """Fill in the form of a page and send it."""
    token = token_of(browser.get(address).text)
    return browser.post(address, data={"csrfmiddlewaretoken": token, **data}, **more)


def make_wheels(folder: Path) -> None:
    """Gather all that an installation without a network needs; skip where there is no index of packages."""
    make = ("make", "--no-print-directory", "-o", ".venv/.installed", "wheels", f"WHEELS={folder}")
    done = subprocess.run(make, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = "needs an index of packages, for the wheels"
        if os.environ.get("REQUIRE_SYSTEM_PACKAGES") == "1":
            pytest.fail(f"{reason}\n{done.stderr[-2000:]}", pytrace=False)
        pytest.skip(reason)


@contextlib.contextmanager
def bare_machine(folder: Path, wheels: Path) -> Iterator[Machine]:
    """Give a machine on which the package was installed without any network, from these wheels; with some returns."""
    founded = small_commune.founded(folder / "office")
    with machine(folder / "machine") as made:
        interpreter = Path(sys.executable).resolve()
        for parent in interpreter.parents:  # which other users may not enter where it is somebody's own
            made.run("chmod", "o+x", str(parent))
        made.run(str(interpreter), "-m", "venv", str(PROGRAMS))
        made.run(*NO_NETWORK, f"{PROGRAMS}/bin/pip", "install", "-q", "-r", f"{wheels}/install.txt")
        made.run("cp", "-r", str(founded.raw), "/srv/raw")
        yield made


def installed(made: Machine, logs: Path) -> OfficeServer:
    """Install the server on a machine, as its administrator does, and start what its units say."""
    port, plain = free_port(), free_port()
    site = f"https://localhost:{port}"
    made.run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(KEY), "-out", str(CERTIFICATE)),
    )
    authority = logs / "office.crt"
    authority.write_text(made.run("cat", str(CERTIFICATE)))
    made.run("rm", "-f", "/etc/nginx/sites-enabled/default")
    (cluster,) = made.run("pg_lsclusters", "--no-header").split("\n")[:1]
    version, name = cluster.split()[:2]
    made.run("sed", "-i", "s/^port = .*/port = 5432/", f"/etc/postgresql/{version}/{name}/postgresql.conf")
    # Only its socket: this machine's own network is not to meet it.
    made.run("sh", "-c", f"echo \"listen_addresses = ''\" >> /etc/postgresql/{version}/{name}/postgresql.conf")
    made.run("pg_ctlcluster", version, name, "start")
    made.run(
        *(*OFFLINE, f"{PROGRAMS}/bin/returns", "deploy", "install", site),
        *("--certificate", str(CERTIFICATE), "--key", str(KEY)),
        *("--listen", f"127.0.0.1:{port}", "--plain", f"127.0.0.1:{plain}"),
    )
    made.run("cp", "-rT", "/srv/raw", "/var/lib/returns/raw")
    made.run("chown", "-R", "returns:returns", "/var/lib/returns/raw")
    server = OfficeServer(made, site, logs, authority)
    for service in SERVICES:
        server.start(service)
    server.running["nginx"] = made.start("nginx", "-g", "daemon off;", log=logs / "nginx.log")
    wait_for(f"the server answers; see {logs}", server.is_ready, seconds=READY_SECONDS)
    return server
