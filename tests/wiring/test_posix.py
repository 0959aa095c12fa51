"""What would not run on Windows stands in one module."""

import ast

import pytest

from tests.wiring.test_imports import MODULES

POSIX = "pipelines.posix"
OF_DEBIAN = "pipelines.deploy"
"""Which has no other."""

MODULES_OF_POSIX = frozenset({"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"})
NAMES_OF_POSIX = frozenset(
    {
        *(
            "AF_UNIX",
            "unix_connect",
            "umask",
            "fork",
            "forkpty",
            "kill",
            "killpg",
            "setsid",
            "getpgid",
            "wait3",
            "wait4",
        ),
        *("geteuid", "getuid", "getgid", "chown", "chroot", "mkfifo", "O_DIRECTORY", "O_NOFOLLOW", "sched_setaffinity"),
        *("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2", "setitimer", "alarm", "uname", "getloadavg"),
    }
)
WORDS_OF_POSIX = frozenset({"start_new_session", "preexec_fn", "uds", "process_group"})


def of_posix(source: str) -> set[str]:
    """What a module uses that Windows has not."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                found |= {alias.name for alias in node.names} & MODULES_OF_POSIX
            case ast.ImportFrom():
                found |= {str(node.module)} & MODULES_OF_POSIX | {alias.name for alias in node.names} & NAMES_OF_POSIX
            case ast.Attribute(value=ast.Name(id="os" | "signal" | "socket" | "asyncio"), attr=name):
                found |= {name} & NAMES_OF_POSIX
            case ast.Call(keywords=words):
                found |= {str(word.arg) for word in words} & WORDS_OF_POSIX
            case _:
                pass
    return found


@pytest.mark.parametrize(
    "line",
    [
        "import fcntl",
        "from os import kill",
        "os.umask(0)",
        "socket.socket(socket.AF_UNIX)",
        "subprocess.run(x, start_new_session=True)",
        "from websockets.asyncio.client import unix_connect",
    ],
)
def test_what_windows_has_not_would_be_seen(line: str) -> None:
    assert of_posix(f"def f():\n    {line}")


def test_what_would_not_run_on_windows_stands_in_one_module() -> None:
    elsewhere = {
        name: sorted(found)
        for name, path in MODULES.items()
        if name != POSIX and not name.startswith(OF_DEBIAN) and (found := of_posix(path.read_text("utf-8")))
    }
    assert elsewhere == {}
    assert of_posix(MODULES[POSIX].read_text("utf-8"))
