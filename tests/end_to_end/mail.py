"""A mail server of a test's own, and what it received.

Belongs here: aiosmtpd, and the environment that leads the product to it. Does not belong here: what a mail is to say.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OFFICER, AUDITOR, NOBODY = "thong-ke@example.vn", "kiem-tra@example.vn", "khong-co@example.vn"
USER, PASSWORD = "bao-cao", "a password with blanks"


class Postbox:
    """What aiosmtpd hands what it received to; it knows two of the three addresses."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == NOBODY:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        contents = [envelope.content for envelope in self.envelopes]
        return [message_from_bytes(one, policy=default) for one in contents if isinstance(one, bytes)]


def knows(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
    known = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)  # the server is to answer


@contextmanager
def mail_server(postbox: Postbox, port: int, **more: Any) -> Iterator[None]:
    controller = Controller(postbox, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def via(port: int, *recipients: str) -> dict[str, str]:
    """The environment in which the digest goes to such a server."""
    return {
        "RETURNS_SMTP_HOST": "127.0.0.1",
        "RETURNS_SMTP_PORT": str(port),
        "RETURNS_SMTP_TLS": "none",
        "RETURNS_SMTP_FROM": "Báo cáo <bao-cao@example.vn>",
        "RETURNS_SMTP_TO": ", ".join(recipients),
    }
