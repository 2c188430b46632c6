"""What SMTP servers do besides accepting: refuse early, hang up, and insist on who they are."""

import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from typing_extensions import override

from libs.adapters.smtp.mailer import SmtpMailer
from libs.kernel.errors import RetryableError
from libs.ports.mailer import RefusedError, UncertainError

OPENSSL = shutil.which("openssl")


def a_mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "kring@example.org", "anna@example.org"
    mail.set_content("Dag Anna")
    return mail


@contextmanager
def scripted(answers: Mapping[str, str]) -> Iterator[int]:
    """Serve SMTP by a table from the first word of a command; an empty answer hangs up."""

    class Conversation(socketserver.StreamRequestHandler):
        @override
        def handle(self) -> None:
            word, is_content = "greeting", False
            while answer := answers.get(word, "250 fine"):
                self.wfile.write(f"{answer}\r\n".encode())
                is_content = answer.startswith("354")
                line = self.rfile.readline()
                while is_content and line not in {b".\r\n", b""}:
                    line = self.rfile.readline()
                if not line:
                    return
                word = "content" if is_content else line.decode().split()[0].lower()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join(5)


USUAL = {"greeting": "220 here", "data": "354 go on", "quit": "221 bye"}


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"greeting": "421 too busy"}, RetryableError),
        ({"greeting": "554 no mail here"}, RetryableError),
        ({"greeting": ""}, RetryableError),
        ({"ehlo": "502 what", "helo": "550 go away"}, RetryableError),
        ({"mail": "451 later"}, RetryableError),
        ({"mail": "550 not you"}, RefusedError),
        ({"rcpt": ""}, RetryableError),
        ({"data": "451 later"}, RetryableError),
        ({"data": "554 no"}, RefusedError),
        ({"data": ""}, UncertainError),
        ({"content": ""}, UncertainError),
        ({"content": "452 full"}, RetryableError),
        ({"content": "552 too large"}, RefusedError),
    ],
)
def test_every_no_has_its_meaning(answers: dict[str, str], error: type[Exception]) -> None:
    with scripted({**USUAL, **answers}) as port, pytest.raises(error):
        SmtpMailer(f"smtp://127.0.0.1:{port}", timeout_seconds=5).send(a_mail())


@pytest.mark.parametrize("goodbye", ["421 closing", "", "500 what"])
def test_what_the_server_says_after_it_took_the_mail_changes_nothing(goodbye: str) -> None:
    with scripted({**USUAL, "quit": goodbye}) as port:
        SmtpMailer(f"smtp://127.0.0.1:{port}", timeout_seconds=5).send(a_mail())


def test_a_server_that_says_nothing_is_not_waited_for_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(RetryableError):
            SmtpMailer(url, timeout_seconds=0.2).send(a_mail())


def test_a_password_never_leaves_in_clear_text_for_another_machine() -> None:
    with (
        scripted(USUAL) as port,
        pytest.raises(RetryableError, match="password is not sent"),
    ):
        # 127.1 is a name of this machine that the mailer does not know as such
        SmtpMailer(f"smtp://kring:secret@127.1:{port}", timeout_seconds=5).send(a_mail())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if OPENSSL is None:
        pytest.skip("openssl is not installed: there is nothing to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([OPENSSL, *command.split(), *more], check=True, capture_output=True)  # noqa: S603  # our own words
    return cert, key


@contextmanager
def tls_server(scheme: str, certificate: tuple[Path, Path]) -> Iterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    implicit, explicit = (context, None) if scheme == "smtps" else (None, context)
    controller = Controller(
        Sink(), "127.0.0.1", port, ssl_context=implicit, tls_context=explicit, require_starttls=True
    )
    if scheme == "smtps":
        controller.SMTP_kwargs["require_starttls"] = False
    controller.start()
    yield f"{scheme}://127.0.0.1:{port}"
    controller.stop()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_somebody_vouches_for_is_accepted(
    scheme: str, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with tls_server(scheme, certificate) as url:
        SmtpMailer(url, timeout_seconds=5).send(a_mail())


# the server's side of a handshake that the mailer breaks off is left to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_gets_no_mail(
    scheme: str, certificate: tuple[Path, Path]
) -> None:
    with (
        tls_server(scheme, certificate) as url,
        pytest.raises(RetryableError, match="SSLCert"),
    ):
        SmtpMailer(url, timeout_seconds=5).send(a_mail())
