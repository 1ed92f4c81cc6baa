"""A mail server (SMTP) by its URL, and one conversation with it; blocking, for a thread of its own."""

import ipaddress
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn
from urllib.parse import unquote, urlsplit

ANSWER_SECONDS = 20.0
"""How long the server may take for one answer."""

LONGEST_SECONDS = 90.0
"""How long one mail may take, however slowly a server drips its answers: well within a claim's lease."""

_READY, _WELL, _GO_ON = 220, 250, 354
_TAKEN = (250, 251)
_ENDS = (421, 521)
_END = b".\r\n"
_PORTS = {"smtp": 587, "smtps": 465}


class BadMailServer(ValueError):
    """The URL names no mail server; the message does not repeat it."""


class MailFault(StrEnum):
    """Why a mail was not sent. The first two are the mail's own, the others the server's, and may pass."""

    REFUSED = "refused"
    BAD_MESSAGE = "bad-message"
    LATER = "later"
    UNREACHABLE = "unreachable"
    NO_TLS = "no-tls"
    BAD_LOGIN = "bad-login"
    BROKEN = "broken"

    @property
    def is_final(self) -> bool:
        return self in (MailFault.REFUSED, MailFault.BAD_MESSAGE)


class NotSent(Exception):
    """``reason`` is a code, with the server's number where it gave one; never its words, which name people."""

    def __init__(self, fault: MailFault, number: int | None = None) -> None:
        self.fault = fault
        self.reason = str(fault) if number is None else f"{fault} {number}"
        super().__init__(self.reason)


class MailPutOff(NotSent):
    """The server takes others, but this mail later."""


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """On this machine nobody listens in between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def read_mail_server(url: str) -> MailServer:
    """``smtp://user:password@host:587`` (STARTTLS, but on this machine) or ``smtps://…``. Raises BadMailServer."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadMailServer("its port is no number") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadMailServer("smtp://user:password@host:587 or smtps://… is needed")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise BadMailServer(
            "nothing may follow the port; signs like @ or / in the password are written %40, %2F"
        )
    if (parts.username is None) != (parts.password is None):
        raise BadMailServer("a user needs a password, and a password a user")
    return MailServer(
        parts.hostname,
        port or _PORTS[parts.scheme],
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class Conversation:
    """A connection that is opened at the first mail and kept for the next; ``end`` may come from any thread."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, sender: str, recipient: str, content: bytes) -> None:
        """Raises NotSent. After anything but a refusal of this mail the connection is ended."""
        watch = threading.Timer(LONGEST_SECONDS, self._cut)
        watch.daemon = True
        watch.start()
        try:
            self._connected().sendmail(sender, [recipient], content)
        except smtplib.SMTPException as error:
            fault, number = _told(error)
            if not fault.is_final:
                self.end()
            raise NotSent(fault, number) from None
        except ssl.SSLError:
            self.end()
            raise NotSent(MailFault.NO_TLS) from None
        except (OSError, ValueError):
            self.end()
            raise NotSent(MailFault.UNREACHABLE) from None
        finally:
            watch.cancel()

    def begin(self, sender: str, recipient: str, content: bytes) -> None:
        """Say a mail but for its end: while ``say_end`` is not called, it is not sent.

        Raises NotSent, or MailPutOff where the server asks for this mail later and takes others.
        """
        with self._telling():
            smtp = self._connected()
            number, words = smtp.mail(sender)
            if number != _WELL:
                raise smtplib.SMTPResponseException(number, words)
            number, words = smtp.rcpt(recipient)
            if number not in _TAKEN:
                self._next(number, words)
            number, words = smtp.docmd("data")
            if number != _GO_ON:
                self._next(number, words)
            smtp.send(_dotted(content))

    def say_end(self) -> None:
        """From now on the mail is the server's, whatever becomes of this process. Raises NotSent."""
        with self._telling():
            if self._smtp is None:
                raise smtplib.SMTPServerDisconnected
            self._smtp.send(_END)

    def hear(self) -> None:
        """Whether the mail is taken. Raises NotSent, or MailPutOff."""
        with self._telling():
            if self._smtp is None:
                raise smtplib.SMTPServerDisconnected
            number, words = self._smtp.getreply()
            if number != _WELL:
                self._next(number, words)

    def _next(self, number: int, words: bytes) -> NoReturn:
        """This mail is refused or put off; the connection is kept for the next, unless the server ends it."""
        fault, _ = _by_number(number)
        if number in _ENDS:
            raise smtplib.SMTPResponseException(number, words)
        assert self._smtp is not None  # noqa: S101 - it has just answered
        self._smtp.rset()
        raise NotSent(fault, number) if fault.is_final else MailPutOff(fault, number)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Whatever goes wrong is told as NotSent; what is not about one mail ends the connection."""
        try:
            yield
        except smtplib.SMTPException as error:
            self.end()
            fault, number = _told(error)
            raise NotSent(fault, number) from None
        except ssl.SSLError:
            self.end()
            raise NotSent(MailFault.NO_TLS) from None
        except (OSError, ValueError):
            self.end()
            raise NotSent(MailFault.UNREACHABLE) from None

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._open()
        return self._smtp

    def _open(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.is_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=ANSWER_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(timeout=ANSWER_SECONDS)
        smtp._host = server.host  # type: ignore[attr-defined]  # else only the constructor sets it, which connects
        self._smtp = smtp
        number, words = smtp.connect(server.host, server.port)
        if number != _READY:
            raise smtplib.SMTPConnectError(number, words)
        if (
            smtp.sock is not None
        ):  # a mail's end is said apart: it would wait 40 ms for its content to be received
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if not server.is_tls and (smtp.has_extn("starttls") or not server.is_local):
            smtp.starttls(context=_trusting_itself() if server.is_local else context)
        if server.user:
            smtp.login(server.user, server.password)
        return smtp

    def _cut(self) -> None:
        """Wake whoever waits for the server."""
        sock = None if self._smtp is None else self._smtp.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def end(self) -> None:
        """Let go of the connection, without the courtesies that a server may never answer."""
        self._cut()
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _trusting_itself() -> ssl.SSLContext:
    """A server on this machine has a certificate for another name, or one that it made itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _told(error: smtplib.SMTPException) -> tuple[MailFault, int | None]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_number(next(iter(error.recipients.values()))[0])
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailFault.BAD_LOGIN, error.smtp_code
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailFault.NO_TLS, None
    if isinstance(error, smtplib.SMTPDataError):
        return _by_number(error.smtp_code)
    if isinstance(
        error, smtplib.SMTPResponseException
    ):  # of the sender, the greeting, STARTTLS: not the mail's
        return MailFault.LATER, error.smtp_code
    return MailFault.BROKEN, None


def _dotted(content: bytes) -> bytes:
    """A message with lines ended by CRLF, the last one too, as it is said."""
    return re.sub(rb"(?m)^\.", b"..", content if content.endswith(b"\r\n") else content + b"\r\n")


def _by_number(number: int) -> tuple[MailFault, int]:
    """RFC 5321: what begins with 5 is meant for good, but 521 and 421 end the conversation, not the mail."""
    final = 500 <= number < 600 and number != 521
    return (MailFault.REFUSED if final else MailFault.LATER), number
