"""What the environment decides: where things lie, what day it is, through which server mail is sent.

Belongs here: the environment variables, their defaults, and preparing the Dagster home. Does not belong here:
Dagster itself, which the quick verbs of the command line must not import.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from schemas.sentences import SentenceError

RAW_VARIABLE, DATA_VARIABLE, HOME_VARIABLE = "RETURNS_RAW", "RETURNS_DATA", "DAGSTER_HOME"
TODAY_VARIABLE = "RETURNS_TODAY"
"""A day such as 2024-07-11 to take for today: lets a test, or a rehearsal, see what happens once returns are due."""

ENGINE_VARIABLE = "RETURNS_ENGINE"
"""Where batches are worked on, as ``pipelines.refresh.engines`` names it; in the process itself where it is empty."""

SITE_VARIABLE = "RETURNS_SITE"
"""The address at which an office opens the desk, where that stands behind a web server: ``https://ban.xa.vn``."""

SECRET_VARIABLE = "RETURNS_SECRET"
"""What signs the desk's sessions, where the environment keeps it and not a file of the output folder."""

PAGES_VARIABLE = "RETURNS_DAGSTER_SOCKET"
"""Where Dagster's pages listen, where others run them than the desk itself."""

RECORDS_VARIABLE, _RECORDS_DAYS = "RETURNS_RECORDS_DAYS", 90
"""How many days Dagster's records of runs are kept; what has been published, released or archived never goes."""

CRON_VARIABLE, _CRON = "RETURNS_CRON", "0 2 * * *"
"""When the nightly run starts, as cron has it, in Vietnam: at two in the morning. A test sees the real schedule fire
without waiting for the night."""

LOG_BYTES = 20 * 2**20
"""How large the log of Dagster's process becomes before it is begun anew; the one before is kept beside it."""

TIME_ZONE = "Asia/Ho_Chi_Minh"
"""Whose days and nights count."""


def folder(name: str) -> Path:
    """Return a folder by its name: one of the disk, or by a URI one that is used like it.

    Raises:
        SentenceError: What reaches object storage is not installed, or no storage is called so.
    """
    if "://" not in name:
        path = Path(name)
        with suppress(RuntimeError):  # of nobody whose home is known
            path = path.expanduser()
        return path.absolute()
    try:
        from upath import UPath

        # What others put has to be seen: listings are asked for each time.
        opened: Path = UPath(name.rstrip("/"), use_listings_cache=False)  # type: ignore[assignment]  # used as one
        assert opened.fs is not None  # type: ignore[attr-defined]  # opens it
    except ImportError:
        raise SentenceError(
            f"Chưa cài phần để đọc kho đối tượng «{name}». Cài thêm: pip install 'returns[s3]'"
        ) from None
    except ValueError:
        raise SentenceError(
            f"Không có loại kho nào như «{name}»; dùng thư mục trên máy hoặc s3://kho/thư-mục."
        ) from None
    return opened


@dataclass(frozen=True)
class Settings:
    """The folders of one run."""

    raw: Path
    data: Path

    @classmethod
    def of(cls, raw: str | None = None, data: str | None = None) -> "Settings":
        """Return the folders named, or those of the environment, or ``raw`` and ``data`` of the folder we stand in."""
        given = ((raw, RAW_VARIABLE, "raw"), (data, DATA_VARIABLE, "data"))
        named = (
            ((name or "").strip() or os.environ.get(variable, "").strip() or usual) for name, variable, usual in given
        )
        return cls(*map(folder, named))

    @property
    def home(self) -> Path:
        """The Dagster home: runs, checks and materialisations of one output folder lie inside it.

        Of an output folder on object storage it lies on the disk of whoever runs: in a home of their own where the
        environment names one, or in the folder we stand in.
        """
        if "://" in str(self.data):
            return Path(os.environ.get(HOME_VARIABLE) or "data/dagster").absolute()
        return self.data / "dagster"

    @property
    def desk(self) -> Path:
        """The desk's own folder, on the disk as the Dagster home is."""
        return self.home.parent / "desk"

    @property
    def desk_database(self) -> Path:
        """Where the desk's database lies."""
        return self.desk / "desk.sqlite3"

    def export(self) -> None:
        """Make the folders known to Dagster's processes through the environment, and prepare the Dagster home."""
        # Only here: every verb imports this module, and only who starts Dagster wants its settings.
        from importlib import resources

        self.home.mkdir(parents=True, exist_ok=True)
        own, shipped = self.home / "dagster.yaml", resources.files("pipelines").joinpath("dagster.yaml").read_bytes()
        lying = own.read_bytes() if own.exists() else b""
        # Of what was being written by one who was killed a beginning lies there: without the rest Dagster would keep
        # its records elsewhere, and tell others of what is done here.
        if lying != shipped and (shipped.startswith(lying) or lying in _SHIPPED_BEFORE):
            beside = own.with_name(f".{own.name}.{os.getpid()}.tmp")
            beside.write_bytes(shipped)
            beside.replace(own)
        os.environ |= {RAW_VARIABLE: str(self.raw), DATA_VARIABLE: str(self.data), HOME_VARIABLE: str(self.home)}


def engine() -> str:
    """Return where batches are worked on."""
    return os.environ.get(ENGINE_VARIABLE, "").strip()


def nightly_cron() -> str:
    """Return when the nightly run starts, as cron has it."""
    return os.environ.get(CRON_VARIABLE, "").strip() or _CRON


def records_days() -> int:
    """Return for how many days Dagster's records are kept.

    Raises:
        SentenceError: The environment names no such number.
    """
    given = os.environ.get(RECORDS_VARIABLE, "").strip()
    if given and not (given.isascii() and given.isdigit() and int(given)):
        raise SentenceError(f"{RECORDS_VARIABLE} ghi «{given}»; cần số ngày, ví dụ {_RECORDS_DAYS}.")
    return int(given or _RECORDS_DAYS)


_FIRST_SHIPPED = """\
# Copied into the Dagster home, which lies in the output folder, when there is none yet.
nux:
  enabled: false
telemetry:
  enabled: false
"""
_SHIPPED_BEFORE = (
    _FIRST_SHIPPED.encode(),
    f"{_FIRST_SHIPPED}event_log_storage:\n  module: pipelines.orchestration.event_log\n"
    "  class: KeptSqliteEventLog\n".encode(),
)
"""What earlier versions put into the Dagster home, and nobody has changed since."""


Clock = Callable[[], datetime]
"""Tells the time of day in Vietnam."""


def now() -> datetime:
    """Return the time of day in Vietnam.

    Raises:
        SentenceError: The clock has not been set, as after its battery is empty: what is written for good would say so.
    """
    # Only here: every verb imports this module, and few ask what time it is.
    from zoneinfo import ZoneInfo

    shown = datetime.now(ZoneInfo(TIME_ZONE))
    if shown.year not in _YEARS:
        raise SentenceError(f"Đồng hồ của máy chỉ {shown:%H:%M %d/%m/%Y}. Chỉnh lại ngày giờ của máy, rồi chạy lại.")
    return shown


_YEARS = range(2024, 2100)
"""Those that a clock may show: before these there was nothing of this software, and documents know no date after."""


def today() -> date:
    """Return the day in Vietnam.

    Raises:
        SentenceError: The environment names a day that is none, or the clock has not been set.
    """
    fixed = os.environ.get(TODAY_VARIABLE)
    if not fixed:
        return now().date()
    try:
        return date.fromisoformat(fixed)
    except ValueError:
        raise SentenceError(f"{TODAY_VARIABLE} ghi «{fixed}»; cần một ngày dạng 2024-07-11.") from None


_PORTS = {"starttls": 587, "ssl": 465, "none": 25}
"""The kinds of encryption, each with its usual port."""


@dataclass(frozen=True)
class MailServer:
    """Through which server the digest is sent, from whom, to whom. Without a host nothing is sent.

    ================================================  ================================================
    ``RETURNS_SMTP_HOST``                             name or address of the mail server
    ``RETURNS_SMTP_TLS``                              ``starttls`` (the default), ``ssl`` or ``none``
    ``RETURNS_SMTP_PORT``                             587, 465 or 25 where it is not given
    ``RETURNS_SMTP_USER``, ``RETURNS_SMTP_PASSWORD``  where the server wants a name; never printed
    ``RETURNS_SMTP_FROM``                             the sender
    ``RETURNS_SMTP_TO``                               who is to read it, with commas in between
    ================================================  ================================================
    """

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    encryption: str = "starttls"

    @classmethod
    def of_environment(cls) -> "MailServer | None":
        """Return the server that the environment names, or nothing where it names none.

        Raises:
            ValueError: It names a server, and something else is missing or makes no sense.
        """
        given = {name: os.environ.get(f"RETURNS_SMTP_{name}", "").strip() for name in _ASKED}
        if not given["HOST"]:
            return None
        if missing := [f"RETURNS_SMTP_{name}" for name in ("FROM", "TO") if not given[name]]:
            raise SentenceError(f"Có RETURNS_SMTP_HOST nhưng thiếu {', '.join(missing)}, nên chưa gửi thư được.")
        encryption, port = given["TLS"].lower() or "starttls", given["PORT"]
        if encryption not in _PORTS:
            raise SentenceError(f"RETURNS_SMTP_TLS ghi «{given['TLS']}»; chỉ nhận starttls, ssl hoặc none.")
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise SentenceError(f"RETURNS_SMTP_PORT ghi «{port}»; cần một số từ 1 đến 65535, ví dụ 587.")
        return cls(
            given["HOST"],
            int(port) if port else _PORTS[encryption],
            given["FROM"],
            tuple(one.strip() for one in given["TO"].split(",") if one.strip()),
            given["USER"],
            os.environ.get("RETURNS_SMTP_PASSWORD", ""),  # which may begin or end with a blank
            encryption,
        )


_ASKED = ("HOST", "PORT", "USER", "FROM", "TO", "TLS")
