"""Django's settings.

Belongs here: what Django reads, and the folder of the desk's own. Does not belong here: the folders of the pipeline,
which the environment names (``pipelines.settings``).
"""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from filelock import FileLock

from pipelines.desk.guard import Address
from pipelines.settings import SECRET_VARIABLE, SITE_VARIABLE, Settings
from pipelines.settings import TIME_ZONE as OFFICE_TIME_ZONE

_HERE = Path(__file__).parent


def folder_of(folders: Settings) -> Path:
    """Return the desk's own folder; made for its user alone where there is none."""
    folders.desk.mkdir(parents=True, exist_ok=True)
    folders.desk.chmod(0o700)
    return folders.desk


def database_of(folders: Settings) -> Path:
    """Return where the database lies, in a folder that is there."""
    folder_of(folders)
    return folders.desk_database


def secret_of(folders: Settings) -> str:
    """Return what signs sessions; whoever reads it can be anybody.

    Of the environment where that has it, and else of a file that is made at the first start.
    """
    if given := os.environ.get(SECRET_VARIABLE):
        return given
    path = folder_of(folders) / "secret"
    with FileLock(path.with_name(".secret.lock")):
        known = path.read_bytes().decode("ascii", "replace") if path.is_file() else ""
        # Of two that start at once one makes it; where one was killed while it did, the file may hold nothing.
        if len(known) < _SHORTEST_SECRET:
            known = secrets.token_urlsafe(48)
            path.unlink(missing_ok=True)
            path.touch(0o600)
            path.write_text(known, encoding="ascii")
    return known


_SHORTEST_SECRET = 32
"""Letters; of fewer whoever has time could find it out."""


_FOLDERS = Settings.of()

SECRET_KEY = secret_of(_FOLDERS)
DEBUG = False
_SITE = Address.of(os.environ[SITE_VARIABLE]) if os.environ.get(SITE_VARIABLE) else None
_SECURE = _SITE is not None and _SITE.scheme == "https"
"""Whether browsers reach us over TLS and no other way."""

ALLOWED_HOSTS = list(_SITE.names) if _SITE else ["127.0.0.1", "localhost"]
ROOT_URLCONF = "pipelines.desk.pages.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "pipelines.desk.apps.DeskConfig",
]
MIDDLEWARE = [
    "pipelines.desk.middleware.headers",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pipelines.desk.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page wants a session, but for those that say otherwise.
    "pipelines.desk.middleware.SessionRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pipelines.desk.middleware.sentences",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {
            "environment": "pipelines.desk.templating.environment",
            "context_processors": ["pipelines.desk.templating.frame"],
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": database_of(_FOLDERS),
        "OPTIONS": {
            "timeout": 20,
            # Who begins to write waits for who writes; a deferred transaction would fail instead.
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "desk.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {"user_attributes": ("username", "title")},
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
"""Inputs of one page: a reporter's forms, one of them with as many lines as are typed in."""

LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "sign-in", "home", "sign-in"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Cookies do not know ports: other programs at this address must not be taken for us, nor we for them. With the prefix
# no other machine of the same domain, and nobody without TLS, can set them for us.
_PREFIX = "__Host-" if _SECURE else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_PREFIX}returns_session", f"{_PREFIX}returns_csrf"
LANGUAGE_COOKIE_NAME = f"{_PREFIX}returns_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _SECURE else 0
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE, CSRF_COOKIE_SAMESITE, LANGUAGE_COOKIE_SAMESITE = "Lax", "Strict", "Lax"
CSRF_FAILURE_VIEW = "pipelines.desk.refusals.csrf"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Sentences stand in the code in Vietnamese, which is also what who has chosen nothing reads.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))]
LOCALE_PATHS = [_HERE / "locale"]
USE_TZ, TIME_ZONE = True, OFFICE_TIME_ZONE
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "fault": {
            "()": "django.utils.log.CallbackFilter",
            # That Dagster does not answer has been told on the page.
            "callback": lambda told: getattr(told, "status_code", 500) != 503,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["fault"]}},
    "loggers": {
        # What was refused has told whoever asked; the terminal hears of faults of our own.
        "django": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["console"], "level": "CRITICAL", "propagate": False},
    },
}
