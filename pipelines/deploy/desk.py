"""The desk as a service: ``python -m pipelines.deploy.desk``, started by systemd with the socket of its unit.

Belongs here: taking that socket and what the environment says. Does not belong here: serving
(``pipelines.desk.server``).
"""

import os
import socket
import sys
from pathlib import Path

from pipelines.desk.server import serve_behind
from pipelines.settings import PAGES_VARIABLE, SITE_VARIABLE, Settings
from schemas.sentences import SentenceError

_FIRST_OF_SYSTEMD = 3


def main() -> None:
    """Serve until told to end; exit 2 with a sentence where that cannot be."""
    try:
        if os.environ.get("LISTEN_PID") != str(os.getpid()):
            raise SentenceError("Chương trình này do systemd mở: systemctl start returns-desk.socket")
        serve_behind(
            Settings.of(),
            os.environ[SITE_VARIABLE],
            Path(os.environ[PAGES_VARIABLE]),
            socket.socket(fileno=_FIRST_OF_SYSTEMD),
        )
    except SentenceError as wrong:
        sys.exit(_told(str(wrong)))
    except KeyError as missing:
        sys.exit(_told(f"Thiếu biến môi trường {missing.args[0]}."))


def _told(words: str) -> int:
    print(words, file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
