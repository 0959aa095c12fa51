"""What an office server consists of: its folders, its services, what they may do.

Belongs here: the declaration, from which everything else follows. Does not belong here: how it is written as files
(``pipelines.deploy.files``), doing anything (``pipelines.deploy.steps``).
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.desk.guard import Address

USER = "returns"
"""Whose processes and files they are; also the name of their role and their database in PostgreSQL."""

TARGET, DESK_SOCKET = f"{USER}.target", f"{USER}-desk.socket"
"""The unit that stands for all of them, and that with which systemd listens for the desk."""

WEB_SERVER = "www-data"
"""As which user Debian's nginx works."""


@dataclass(frozen=True)
class Office:
    """One office server."""

    site: Address
    """At which address browsers open it."""
    certificate: Path
    key: Path
    listen: str = "443"
    """Where nginx listens, as nginx writes it."""
    listen_plain: str = "80"
    """Where it sends browsers on from that ask without TLS."""
    programs: Path = field(default_factory=lambda: Path(sys.prefix))
    """The virtual environment with this package."""
    etc: Path = Path("/etc/returns")
    state: Path = Path("/var/lib/returns")
    run: Path = Path("/run/returns")
    postgres: Path = Path("/run/postgresql")
    """Where PostgreSQL's socket lies, which tells it whose process asks; so no password is needed."""

    @property
    def python(self) -> Path:
        """The interpreter of the services."""
        return self.programs / "bin" / "python"

    @property
    def raw(self) -> Path:
        """The raw folder."""
        return self.state / "raw"

    @property
    def data(self) -> Path:
        """The output folder."""
        return self.state / "data"

    @property
    def home(self) -> Path:
        """The Dagster home."""
        return self.data / "dagster"

    @property
    def desk_socket(self) -> Path:
        """Where nginx reaches the desk."""
        return self.run.with_name(f"{self.run.name}.sock")

    @property
    def pages_socket(self) -> Path:
        """Where the desk reaches Dagster's pages."""
        return self.run / "pages.sock"

    @property
    def code_socket(self) -> Path:
        """Where Dagster's pages and daemon reach the code."""
        return self.run / "code.sock"

    @property
    def workspace(self) -> Path:
        """What tells them so."""
        return self.etc / "workspace.yaml"

    @property
    def environment(self) -> Path:
        """What the services find in their environment."""
        return self.etc / "environment"

    @property
    def secrets(self) -> Path:
        """The same, of what nobody else may know."""
        return self.etc / "secrets"


@dataclass(frozen=True)
class Service:
    """A process that systemd keeps running."""

    name: str
    description: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    reaches_network: bool = False
    """Whether it sends mail, or works on object storage or a cluster; the others see no network at all."""
    more: Mapping[str, str] = field(default_factory=dict)
    """What is its own alone, in systemd's words."""

    @property
    def unit(self) -> str:
        """As systemd calls it."""
        return f"{USER}-{self.name}.service"


def services(office: Office) -> tuple[Service, ...]:
    """Return the services, each after those that it needs."""
    python = str(office.python)
    database = ("postgresql.service",)
    code = Service(
        "code",
        "Returns: the pipeline, and its runs",
        (
            # The one that is told by the pages to read the code anew, where a design has come into force.
            *(python, "-m", "dagster", "code-server", "start", "--socket", str(office.code_socket)),
            *("--module-name", "pipelines.definitions", "--location-name", "returns"),
            *("--use-python-environment-entry-point", "--log-level", "warning"),
        ),
        database,
        reaches_network=True,
        # A run that is told to end closes what it has begun.
        more={"KillMode": "mixed", "TimeoutStopSec": "90"},
    )
    pages = Service(
        "pages",
        "Returns: Dagster's pages",
        (python, "-m", "pipelines.orchestration.serving", str(office.pages_socket), str(office.workspace)),
        (*database, code.unit),
    )
    daemon = Service(
        "daemon",
        "Returns: what is due at night, and what the sensors see",
        (
            *(python, "-m", "dagster._daemon", "run", "--workspace", str(office.workspace)),
            *("--log-level", "info", "--code-server-log-level", "warning"),
        ),
        (*database, code.unit),
    )
    desk = Service(
        "desk",
        "Returns: the desk",
        (python, "-m", "pipelines.deploy.desk"),
        (DESK_SOCKET, pages.unit),
        more={"Sockets": DESK_SOCKET},
    )
    return code, pages, daemon, desk


def sandbox(office: Office) -> Mapping[str, str]:
    """Return what every service is locked in by, in systemd's words; what stands on two lines is said twice.

    Not among them: ``MemoryDenyWriteExecute``, which functions that Python hands to C would fall foul of.
    """
    return {
        "User": USER,
        "Group": USER,
        "UMask": "0077",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "AmbientCapabilities": "",
        "ProtectSystem": "strict",
        "ReadWritePaths": f"{office.state} {office.run}",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "DevicePolicy": "closed",
        "PrivateUsers": "yes",
        "PrivateIPC": "yes",
        "RemoveIPC": "yes",
        "ProtectClock": "yes",
        "ProtectControlGroups": "yes",
        "ProtectHostname": "yes",
        "ProtectKernelLogs": "yes",
        "ProtectKernelModules": "yes",
        "ProtectKernelTunables": "yes",
        "ProtectProc": "invisible",
        "KeyringMode": "private",
        "LockPersonality": "yes",
        "RestrictNamespaces": "yes",
        "RestrictRealtime": "yes",
        "RestrictSUIDSGID": "yes",
        "SystemCallArchitectures": "native",
        "SystemCallFilter": "@system-service\n~@privileged @resources",
        "SystemCallErrorNumber": "EPERM",
    }


NO_NETWORK: Mapping[str, str] = {
    "PrivateNetwork": "yes",
    "RestrictAddressFamilies": "AF_UNIX",
    "IPAddressDeny": "any",
}
WITH_NETWORK: Mapping[str, str] = {"RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6"}
