"""An office server written as files: units, nginx's site, Dagster's configuration, users and folders.

Belongs here: turning the declaration (``pipelines.deploy.office``) into texts with their paths and modes. Does not
belong here: writing them (``pipelines.deploy.steps``).
"""

import secrets
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jinja2

from pipelines.deploy.office import (
    DESK_SOCKET,
    NO_NETWORK,
    TARGET,
    USER,
    WEB_SERVER,
    WITH_NETWORK,
    Office,
    Service,
    sandbox,
    services,
)
from pipelines.desk.guard import MOST_BYTES
from pipelines.settings import (
    DATA_VARIABLE,
    HOME_VARIABLE,
    PAGES_VARIABLE,
    RAW_VARIABLE,
    SECRET_VARIABLE,
    SITE_VARIABLE,
)

UNITS = Path("/etc/systemd/system")
SYSUSERS, TMPFILES = Path(f"/etc/sysusers.d/{USER}.conf"), Path(f"/etc/tmpfiles.d/{USER}.conf")
COMMAND = Path(f"/usr/local/sbin/{USER}-office")
DATABASE_VARIABLE = "RETURNS_DAGSTER_DATABASE"
"""Where Dagster keeps its records; with a password in it, it belongs among the secrets."""

_OURS = "Written by `returns deploy install`, which writes it anew; `returns deploy remove` takes it away."


@dataclass(frozen=True)
class File:
    """A file of the machine."""

    content: str
    mode: int = 0o644
    kept: bool = False
    """Whether what is there stays, at an installation and at a removal."""


def files(office: Office) -> Mapping[Path, File]:
    """Return all files of an office server by their paths; the secrets are new ones at every call."""
    unit_files = {UNITS / name: File(content) for name, content in units(office)}
    return unit_files | {
        UNITS.parent / f"journald@{USER}.conf": File(_ini({"Journal": _JOURNAL})),
        SYSUSERS: File(f'# {_OURS}\nu {USER} - "Returns pipeline" {office.state}\n'),
        TMPFILES: File(f"# {_OURS}\n{''.join(_folders(office))}"),
        Path(f"/etc/nginx/conf.d/{USER}.conf"): File(_template("nginx.conf.jinja", office)),
        office.etc / "dagster.yaml": File(_template("dagster.yaml.jinja", office)),
        office.workspace: File(_template("workspace.yaml.jinja", office)),
        office.environment: File(_assignments(environment(office)), 0o600),
        office.secrets: File(_assignments({SECRET_VARIABLE: secrets.token_urlsafe(48)}), 0o600, kept=True),
        COMMAND: File(_template("office.sh.jinja", office), 0o755),
    }


def environment(office: Office) -> Mapping[str, str]:
    """Return what the services find in their environment and everybody may know."""
    return {
        RAW_VARIABLE: str(office.raw),
        DATA_VARIABLE: str(office.data),
        HOME_VARIABLE: str(office.home),
        SITE_VARIABLE: office.site.url,
        PAGES_VARIABLE: str(office.pages_socket),
        DATABASE_VARIABLE: f"postgresql+psycopg2://{USER}@/{USER}?host={office.postgres}",
        "HOME": str(office.state),
        "LANG": "C.UTF-8",
    }


def units(office: Office) -> Iterator[tuple[str, str]]:
    """Yield the units by name: the services, the socket of the desk, and the target that stands for all of them."""
    every = services(office)
    for service in every:
        yield service.unit, _ini(_service(office, service))
    yield (
        DESK_SOCKET,
        _ini(
            {
                "Unit": {"Description": "Returns: where nginx reaches the desk", "PartOf": TARGET},
                "Socket": {
                    "ListenStream": str(office.desk_socket),
                    "SocketUser": "root",
                    "SocketGroup": WEB_SERVER,
                    "SocketMode": "0660",
                    "RemoveOnStop": "yes",
                },
                "Install": {"WantedBy": TARGET},
            }
        ),
    )
    yield (
        TARGET,
        _ini(
            {
                "Unit": {"Description": "Returns: an office server"},
                "Install": {"WantedBy": "multi-user.target"},
            }
        ),
    )


def _service(office: Office, service: Service) -> Mapping[str, Mapping[str, str]]:
    needed = " ".join(service.after)
    return {
        "Unit": {
            "Description": service.description,
            "After": f"network.target {needed}",
            "Wants": needed,
            "PartOf": TARGET,
        },
        "Service": {
            "Type": "exec",
            "ExecStart": shlex.join(service.command),
            "WorkingDirectory": str(office.state),
            "EnvironmentFile": f"{office.environment}\n{office.secrets}",
            "LogNamespace": USER,
            "Restart": "always",
            "RestartSec": "5",
            **service.more,
            **sandbox(office),
            **(WITH_NETWORK if service.reaches_network else NO_NETWORK),
        },
        "Install": {"WantedBy": TARGET},
    }


_JOURNAL: Mapping[str, str] = {"Storage": "persistent", "SystemMaxUse": "200M", "MaxRetentionSec": "1year"}
"""How much of what the services print is kept: systemd writes a new file, and forgets the oldest, by itself."""


def _folders(office: Office) -> Iterator[str]:
    yield f"d {office.etc} 0750 root {USER}\n"
    for folder in (office.run, office.state, office.raw, office.data, office.home):
        yield f"d {folder} 0700 {USER} {USER}\n"
    yield f"L+ {office.home / 'dagster.yaml'} - - - - {office.etc / 'dagster.yaml'}\n"


def _ini(sections: Mapping[str, Mapping[str, str]]) -> str:
    parts = [f"# {_OURS}\n"]
    for section, settings in sections.items():
        lines = [f"{name}={line}" for name, value in settings.items() for line in value.splitlines() or [""]]
        parts.append("\n".join([f"[{section}]", *lines, ""]))
    return "\n".join(parts)


def _assignments(values: Mapping[str, str]) -> str:
    """Return an environment as both systemd and a shell read it."""
    return f"# {_OURS}\n" + "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items())


def _template(name: str, office: Office) -> str:
    """Return a file as its template says it."""
    words = {
        "office": office,
        "ours": _OURS,
        "user": USER,
        "most_megabytes": MOST_BYTES // 1024**2,
        "database": DATABASE_VARIABLE,
    }
    return _templates.get_template(name).render(words)


_templates = jinja2.Environment(
    loader=jinja2.FunctionLoader(
        lambda name: resources.files(__package__).joinpath("templates", name).read_text("utf-8")
    ),
    autoescape=False,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)
