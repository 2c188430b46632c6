"""Mails and the unsubscribe page, from templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from jinja2 import PackageLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import SandboxedEnvironment
from typing_extensions import override

from libs.kernel.clock import Clock
from libs.ports.mailer import RefusedError
from services.notification.domain.preference import Kind
from services.notification.domain.wording import KIND_NAMES, LINKS, SUBJECTS, one_line
from services.notification.ports import Composer, Letter, Member, Person, Subscription, Tokens

_MOST_WORDS = 600
_UNSUBSCRIBE = "/v1/preferences/unsubscribe"
_PREFERENCES = "/preferences"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails: the From header, and the address under which people reach the gateway."""

    mail_from: str
    public_url: str


class TemplateComposer(Composer):
    """Writes text and HTML beside each other, in the recipient's language."""

    def __init__(self, sender: Sender, tokens: Tokens, clock: Clock) -> None:
        """Take who mails, what signs the unsubscribe links, and the clock for the Date header."""
        self._sender = sender
        self._tokens = tokens
        self._clock = clock
        self._domain = parseaddr(sender.mail_from)[1].rpartition("@")[2] or "localhost"
        self._templates = SandboxedEnvironment(
            loader=PackageLoader("services.notification", "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )

    @override
    def mail(self, letter: Letter) -> EmailMessage:
        recipient, kind = letter.recipient, letter.kind
        language = recipient.language
        token = self._tokens.sign(Subscription(recipient.id, kind))
        unsubscribe = f"{self._sender.public_url}{_target(token)}"
        message = EmailMessage()
        message["From"] = self._sender.mail_from
        message["To"] = _address(recipient)
        message["Subject"] = SUBJECTS[kind].text(language)
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{letter.notification_id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        values = {
            "language": language,
            "title": SUBJECTS[kind].text(language),
            "kind": kind.value,
            "kind_name": KIND_NAMES[kind].text(language),
            "name": one_line(recipient.display_name),
            "people": [_clean(person) for person in letter.people],
            "link": f"{self._sender.public_url}{LINKS[kind]}",
            "unsubscribe": unsubscribe,
            "preferences": f"{self._sender.public_url}{_PREFERENCES}",
        }
        message.set_content(self._render(f"mail.{language}.txt", values))
        message.add_alternative(self._render(f"mail.{language}.html", values), subtype="html")
        message["Content-Language"] = language  # last: setting content drops Content-* headers
        return message

    @override
    def unsubscribe_page(self, kind: Kind, language: str, *, token: str, is_done: bool) -> str:
        values = {
            "language": language,
            "title": "Kring",
            "kind_name": KIND_NAMES[kind].text(language),
            "is_done": is_done,
            "action": _target(token),
            "preferences": _PREFERENCES,
        }
        return self._render(f"unsubscribe.{language}.html", values)

    def _render(self, name: str, values: Mapping[str, object]) -> str:
        return self._templates.get_template(name).render(values)


def _target(token: str) -> str:
    return f"{_UNSUBSCRIBE}?token={quote(token, safe='')}"


def _address(recipient: Member) -> Address:
    # Python 3.11 decodes an encoded word in a quoted name when it writes it, line breaks too
    name = one_line(recipient.display_name).replace("=?", "= ?")
    try:
        return Address(name, addr_spec=recipient.email)
    except (MessageError, ValueError, IndexError) as error:
        raise RefusedError("the address is no mail address") from error


def _clean(person: Person) -> dict[str, str]:
    return {
        "name": one_line(person.display_name),
        "words": one_line(person.words, _MOST_WORDS),
        "full_name": one_line(person.full_name),
        "email": one_line(person.email, 254),
        "phone": one_line(person.phone, 40),
    }
