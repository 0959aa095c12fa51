"""Handing a message to the mail server.

Belongs here: that, and what the server answers in sentences. Does not belong here: what is said
(``pipelines.present.digest``), which server it is (``pipelines.settings``).
"""

import smtplib
import ssl
from collections.abc import Mapping
from email.message import Message
from email.utils import make_msgid, parseaddr

from pipelines.settings import MailServer
from schemas.sentences import SentenceError

_SECONDS = 30
"""How long a mail server may take to answer."""


class MailError(SentenceError):
    """The digest could not be handed to the mail server; the text says why and what to do."""


def send(mail: Message, server: MailServer) -> dict[str, str]:
    """Hand a message to the mail server.

    Returns:
        The recipients that the server refused, with its words, where it took the message for others.

    Raises:
        MailError: The server could not be reached, or did not take the message.
    """
    where = f"máy chủ thư {server.host}:{server.port}"
    if "Message-ID" not in mail:
        mail["Message-ID"] = make_msgid(domain=parseaddr(server.sender)[1].rpartition("@")[2] or None)
    try:
        with _connected(server) as connection:
            if server.user:
                connection.login(server.user, server.password)
            refused = connection.send_message(mail, to_addrs=list(server.recipients))
    except smtplib.SMTPAuthenticationError:
        # Not the server's words: some repeat what they were given.
        raise MailError(
            f"{where.capitalize()} không nhận tên đăng nhập hoặc mật khẩu. "
            "Kiểm tra RETURNS_SMTP_USER và RETURNS_SMTP_PASSWORD."
        ) from None
    except smtplib.SMTPNotSupportedError as error:
        raise MailError(
            f"{where.capitalize()} không làm được điều được yêu cầu ({error}). "
            "Kiểm tra RETURNS_SMTP_TLS, RETURNS_SMTP_USER."
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        raise MailError(f"{where.capitalize()} không nhận người nhận nào: {_answers(error.recipients)}.") from None
    except smtplib.SMTPResponseException as error:
        raise MailError(f"{where.capitalize()} không nhận thư: {_answer(error.smtp_code, error.smtp_error)}.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(
            f"Không gửi được thư qua {where} ({error}). Kiểm tra mạng, RETURNS_SMTP_HOST, RETURNS_SMTP_PORT và "
            "RETURNS_SMTP_TLS; thư sẽ được gửi lại ở lần xem sau."
        ) from None
    return {address: _answer(*answer) for address, answer in refused.items()}


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.encryption == "ssl":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    if server.encryption == "starttls":
        try:
            connection.starttls(context=ssl.create_default_context())
        except BaseException:
            connection.close()
            raise
    return connection


def _answers(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address}: {_answer(*answer)}" for address, answer in refused.items())


def _answer(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
