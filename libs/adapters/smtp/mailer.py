"""Mail by SMTP (RFC 5321)."""

import smtplib
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from email import policy
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.mailer import Mailer, Parcel, RefusedError, UncertainError, parcel_of

_PORTS = {"smtp": 25, "smtps": 465}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_FIRST_PERMANENT = 500


class SmtpMailer(Mailer):
    """One connection per mail to ``smtp://[user:password@]host[:port]`` or ``smtps://…``.

    Over ``smtp`` it uses STARTTLS where the server offers it, with a checked certificate, and never
    sends a password in clear text to another machine. Every error of smtplib is an ``OSError``.
    """

    def __init__(self, url: str, *, timeout_seconds: float = 20.0) -> None:
        """Take the server's URL, and how long to wait for each of its answers."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise SettingsError("KRING_MAIL: write smtp://host:port or smtps://user:password@host")
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._timeout = timeout_seconds

    @override
    def send(self, message: EmailMessage) -> None:
        """Hand over one mail in one transaction."""
        parcel = parcel_of(message)
        with self._signed_in() as server:
            _hand_over(server, parcel)

    def sign_in(self) -> None:
        """Do all but send; raises ``RetryableError`` if that does not work."""
        with self._signed_in():
            pass

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        try:
            server = self._connect()
        except OSError as error:
            raise RetryableError(f"mail server: {type(error).__name__}") from error
        try:
            self._prepare(server)
            yield server
        except OSError as error:
            raise RetryableError(f"mail server: {type(error).__name__}") from error
        finally:
            with suppress(OSError):  # the mail's fate is decided already
                server.quit()

    @override
    def forget(self, *, address: str, ids: Collection[str] = ()) -> None:
        """Do nothing: every mail left, or is somebody else's to send again."""

    def _connect(self) -> smtplib.SMTP:
        if self._secure:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout, context=ssl.create_default_context()
            )
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout)

    def _prepare(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        is_private = self._secure or self._host in _LOOPBACK
        if not self._secure and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            is_private = True
        if not self._user:
            return
        if not is_private:
            raise RetryableError("mail server: no TLS, so the password is not sent; use smtps://")
        try:
            server.login(self._user, self._password)
        except smtplib.SMTPException as error:  # settings can be mended; the mail is not at fault
            raise RetryableError("mail server: signing in failed") from error


def _hand_over(server: smtplib.SMTP, parcel: Parcel) -> None:
    addresses = [_ascii_domain(each) for each in (parcel.sender, *parcel.recipients)]
    is_international = not all(address.isascii() for address in addresses)
    if is_international and not server.has_extn("smtputf8"):
        raise RefusedError("mail server: it takes no address outside ASCII")
    form = policy.SMTPUTF8 if is_international else policy.SMTP
    _expect(server.mail(addresses[0], ["SMTPUTF8", "BODY=8BITMIME"] if is_international else []))
    for recipient in addresses[1:]:
        _expect(server.rcpt(recipient))
    try:
        answer = server.data(parcel.content.as_bytes(policy=form))
    except smtplib.SMTPDataError as error:  # it refused before it was given anything
        raise _answer(error.smtp_code, error.smtp_error) from error
    except OSError as error:
        raise UncertainError("mail server: the connection broke after the mail") from error
    _expect(answer)


def _expect(answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code not in (250, 251):
        raise _answer(code, text)


def _answer(code: int, text: bytes | str) -> RefusedError | RetryableError:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    kind = RefusedError if code >= _FIRST_PERMANENT else RetryableError
    return kind(f"mail server: {code} {words[:200]}")


def _ascii_domain(address: str) -> str:
    """Write an international domain in its ASCII form (RFC 5891), so that most servers take it."""
    name, _, domain = address.rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise RefusedError("the address has no valid domain") from error


def open_mailer(url: str, *, clock: Clock) -> SmtpMailer:  # noqa: ARG001  # one form for all mailers
    """Return the mailer of an ``smtp`` or ``smtps`` URL."""
    return SmtpMailer(url)
