"""The law of libs.ports.mailer.Mailer; a real SMTP server records what it gets."""

import asyncio
import email
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from libs.adapters.maildir.mailer import FolderMailer
from libs.adapters.maildir.mailer import open_mailer as open_folder
from libs.adapters.smtp.mailer import SmtpMailer
from libs.adapters.smtp.mailer import open_mailer as open_smtp
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.mailer import Mailer, RefusedError, UncertainError


@dataclass
class Recorder:
    """Keeps what the server accepted; answers with a chosen status."""

    got: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    at_recipient: str = "250 OK"
    at_data: str = "250 OK"
    drops_connection: bool = False

    async def handle_RCPT(  # noqa: N802  # aiosmtpd finds hooks by these names
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.at_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_recipient

    async def handle_DATA(  # noqa: N802  # aiosmtpd finds hooks by these names
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        self.got.append((envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if self.drops_connection and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return self.at_data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def server(recorder: Recorder) -> Iterator[Controller]:
    controller = Controller(
        recorder,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=check_password,
        auth_require_tls=False,
        enable_SMTPUTF8=False,
    )
    controller.start()
    yield controller
    controller.stop()


def check_password(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
) -> AuthResult:
    given = isinstance(data, LoginPassword) and (data.login, data.password)
    return AuthResult(success=given == (b"kring", b"p@ss"), handled=False)


@dataclass(frozen=True)
class Post:
    """A mailer and what arrived behind it."""

    mailer: Mailer
    arrived: Callable[[], list[bytes]]

    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=policy.default) for raw in self.arrived()]


@pytest.fixture(params=["smtp", "folder"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Post:
    if request.param == "folder":
        folder = tmp_path / "mail"
        clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        mailer = open_folder(f"file://{folder}", clock=clock)
        return Post(mailer, lambda: [f.read_bytes() for f in sorted(folder.glob("*.eml"))])
    recorder: Recorder = request.getfixturevalue("recorder")
    server: Controller = request.getfixturevalue("server")
    smtp = open_smtp(
        f"smtp://127.0.0.1:{server.port}", clock=ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    )
    return Post(smtp, lambda: [content for _, _, content in recorder.got])


def a_mail(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    given = {
        "From": "Kring <kring@example.org>",
        "To": "Zoë de Vries <zoe@example.org>",
        "Subject": "Nieuwe mensen voor jou – één voorstel",
        "Message-ID": "<abc.1@kring.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in given.items():
        mail[name] = value
    mail.set_content("Dag Zoë,\n.\neen regel met alleen een punt.\n")
    mail.add_alternative("<p>Dag Zoë</p>", subtype="html")
    return mail


def test_a_mail_arrives_as_it_was_written(post: Post) -> None:
    post.mailer.send(a_mail(List_Unsubscribe="<https://kring.example/u?token=t>"))
    (mail,) = post.mails()
    assert mail["Subject"] == "Nieuwe mensen voor jou – één voorstel"
    assert mail["To"] == "Zoë de Vries <zoe@example.org>"
    assert mail["Message-ID"] == "<abc.1@kring.example>"
    assert mail["List-Unsubscribe"] == "<https://kring.example/u?token=t>"
    text, page = mail.iter_parts()
    assert isinstance(text, EmailMessage)
    assert isinstance(page, EmailMessage)
    assert text.get_content().splitlines() == ["Dag Zoë,", ".", "een regel met alleen een punt."]
    assert page.get_content().splitlines() == ["<p>Dag Zoë</p>"]


def test_every_line_ends_as_mail_lines_do(post: Post) -> None:
    post.mailer.send(a_mail())
    (raw,) = post.arrived()
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_mail_handed_over_is_left_as_it_was(post: Post) -> None:
    mail = a_mail(Bcc="secret@example.org")
    post.mailer.send(mail)
    assert mail["Bcc"] == "secret@example.org"


def test_a_blind_copy_does_not_show(post: Post) -> None:
    post.mailer.send(a_mail(Bcc="secret@example.org"))
    assert b"secret@example.org" not in post.arrived()[0]


@pytest.mark.parametrize("header", ["To", "Subject", "From", "Message-ID"])
def test_a_header_with_a_line_break_never_leaves(post: Post, header: str) -> None:
    mail = EmailMessage(policy=policy.compat32)
    for name in ("From", "To", "Subject", "Message-ID"):
        mail[name] = "a@example.org" + ("\r\nBcc: x@example.org" if name == header else "")
    with pytest.raises(RefusedError):
        post.mailer.send(mail)
    assert post.arrived() == []


@pytest.mark.parametrize("hidden", ["=0D=0ABcc:_x=40example.org", "=0D=0A=0D=0AHello"])
def test_a_line_break_hidden_in_an_encoded_word_never_leaves(post: Post, hidden: str) -> None:
    mail = a_mail()
    del mail["To"]
    mail["To"] = Address(f"=?utf-8?q?Anna{hidden}?=", addr_spec="anna@example.org")
    with pytest.raises(RefusedError):
        post.mailer.send(mail)
    assert post.arrived() == []


@pytest.mark.parametrize("missing", ["From", "To"])
def test_a_mail_without_sender_or_recipient_is_refused(post: Post, missing: str) -> None:
    mail = a_mail()
    del mail[missing]
    with pytest.raises(RefusedError):
        post.mailer.send(mail)


def test_two_mails_arrive_in_order(post: Post) -> None:
    post.mailer.send(a_mail(Message_ID="<a@kring.example>"))
    post.mailer.send(a_mail(Message_ID="<b@kring.example>"))
    assert [mail["Message-ID"] for mail in post.mails()] == [
        "<a@kring.example>",
        "<b@kring.example>",
    ]


def test_smtp_gives_the_server_plain_addresses(server: Controller, recorder: Recorder) -> None:
    to = '"Vries, de, Zoë" <zoe@example.org>, bob@bücher.example'
    SmtpMailer(f"smtp://127.0.0.1:{server.port}").send(a_mail(To=to, Bcc="c@example.org"))
    sender, recipients, _ = recorder.got[0]
    assert sender == "kring@example.org"
    assert recipients == ["zoe@example.org", "bob@xn--bcher-kva.example", "c@example.org"]


def test_smtp_signs_in_where_the_url_says_so(server: Controller, recorder: Recorder) -> None:
    SmtpMailer(f"smtp://kring:p%40ss@127.0.0.1:{server.port}").send(a_mail())
    assert len(recorder.got) == 1
    with pytest.raises(RetryableError, match="signing in"):
        SmtpMailer(f"smtp://kring:wrong@127.0.0.1:{server.port}").send(a_mail())
    assert len(recorder.got) == 1


@pytest.mark.parametrize("moment", ["at_recipient", "at_data"])
@pytest.mark.parametrize(
    ("answer", "error"), [("451 later", RetryableError), ("550 no such person", RefusedError)]
)
def test_smtp_tells_not_now_from_never(
    server: Controller, recorder: Recorder, moment: str, answer: str, error: type[Exception]
) -> None:
    setattr(recorder, moment, answer)
    with pytest.raises(error, match=answer):
        SmtpMailer(f"smtp://127.0.0.1:{server.port}").send(a_mail())


def test_smtp_says_that_it_does_not_know_when_the_answer_is_lost(
    server: Controller, recorder: Recorder
) -> None:
    recorder.drops_connection = True
    with pytest.raises(UncertainError):
        SmtpMailer(f"smtp://127.0.0.1:{server.port}", timeout_seconds=5).send(a_mail())


def test_smtp_asks_for_patience_when_nobody_listens() -> None:
    for scheme in ("smtp", "smtps"):
        with pytest.raises(RetryableError):
            SmtpMailer(f"{scheme}://127.0.0.1:{free_port()}", timeout_seconds=1).send(a_mail())


def test_smtp_refuses_an_address_the_server_cannot_take(server: Controller) -> None:
    mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}")
    with pytest.raises(RefusedError, match="ASCII"):
        mailer.send(a_mail(To="zoë@example.org"))
    with pytest.raises(RefusedError, match="domain"):
        mailer.send(a_mail(To=f"zoe@{'x' * 80}ü.example"))


@pytest.mark.parametrize("url", ["smtp://", "http://127.0.0.1:25"])
def test_smtp_settings_that_make_no_sense_are_named(url: str) -> None:
    with pytest.raises(SettingsError, match="KRING_MAIL"):
        SmtpMailer(url)


def test_a_folder_names_its_files_by_time_and_message(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    FolderMailer(tmp_path, clock).send(a_mail(Message_ID="<../../x@kring.example>"))
    assert [file.name for file in tmp_path.iterdir()] == [
        "20260301T123000.000000Z-x-kring-example.eml"
    ]


def test_a_folder_that_cannot_be_written_asks_for_patience(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="ascii")
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    with pytest.raises(RetryableError):
        FolderMailer(tmp_path / "taken", clock).send(a_mail())


def letter_to(address: str, identity: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "kring@kring.example"
    message["To"] = address
    message["Message-ID"] = f"<{identity}@kring.example>"
    message.set_content("Soep om zes uur.")
    return message


def test_forgetting_what_was_never_kept_is_harmless(post: Post) -> None:
    post.mailer.forget(address="anna@kring.example", ids=["n-1"])

    assert post.mails() == []


def test_a_folder_forgets_the_mails_to_somebody_and_those_about_them(tmp_path: Path) -> None:
    mailer = open_folder(f"file://{tmp_path}", clock=ManualClock(datetime(2026, 3, 1, tzinfo=UTC)))
    mailer.send(letter_to('"Anna \u00c9" <Anna@Kring.example>', "n-1"))
    mailer.send(letter_to("bert@kring.example", "n-2"))
    mailer.send(letter_to("bert@kring.example", "n-3"))
    (tmp_path / "note.txt").write_text("not a mail")

    mailer.forget(address="anna@kring.example", ids=["n-2"])

    assert [path.name.partition("-")[2] for path in sorted(tmp_path.glob("*.eml"))] == [
        "n-3-kring-example.eml"
    ]
    mailer.forget(address="", ids=[])
    assert len(list(tmp_path.glob("*.eml"))) == 1
    assert (tmp_path / "note.txt").exists()


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    mailer = open_folder(f"file://{tmp_path}", clock=ManualClock(datetime(2026, 3, 1, tzinfo=UTC)))
    (tmp_path / "odd.eml").mkdir()

    with pytest.raises(RetryableError, match="mail folder"):
        mailer.forget(address="anna@kring.example")
