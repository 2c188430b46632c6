"""Mail that leaves."""

import copy
import re
from collections.abc import Collection
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses
from typing import Protocol

from libs.kernel.errors import KringError

_LINE_BREAK = re.compile(r"[\r\n\0]")
_CONTINUATION = re.compile(r"\r\n[ \t]")


class RefusedError(KringError):
    """The server refused this mail for good; trying again is pointless."""


class UncertainError(KringError):
    """The connection broke after the mail was handed over: it may or may not have been accepted."""


class Mailer(Protocol):
    """Hands mails to a server.

    A mail goes to the addresses of its To, Cc and Bcc headers; Bcc itself does not travel. A header
    with a line break or a NUL in it is refused, so nobody's name can add a header or a recipient.
    """

    def send(self, message: EmailMessage) -> None:
        """Return when the server has accepted the mail for every recipient.

        Raises ``RetryableError`` when it is down or asks for patience, ``RefusedError`` when it
        says no, ``UncertainError`` when its answer was lost.
        """
        ...

    def forget(self, *, address: str, ids: Collection[str] = ()) -> None:
        """Delete what this mailer itself keeps of the mails to an address, and of these others.

        ``ids`` are what stands before the @ of their ``Message-ID``. What left is not ours to take
        back. Raises ``RetryableError`` when it cannot be done now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A mail as it leaves: who sends it and who gets it, as plain addr-specs, and what they get."""

    sender: str
    recipients: tuple[str, ...]
    content: EmailMessage


def parcel_of(message: EmailMessage) -> Parcel:
    """Return what every mailer hands over; raises ``RefusedError`` for what must not leave."""
    for name, value in message.raw_items():
        if _LINE_BREAK.search(value) or not _is_written_whole(name, value):
            raise RefusedError(f"the header {name} holds a line break")
    senders = _found(message, "From")
    recipients = _found(message, "To", "Cc", "Bcc")
    if len(senders) != 1 or not recipients:
        raise RefusedError("a mail needs one sender and at least one recipient")
    content = copy.copy(message)
    del content["Bcc"]
    return Parcel(sender=senders[0], recipients=recipients, content=content)


def _is_written_whole(name: str, value: str) -> bool:
    """Tell whether a header stays one header when it is written.

    Looking at the value is not enough: Python 3.11 decodes an encoded word within a quoted name
    while it writes the header, and a line break hidden in there comes out.
    """
    written = SMTP.fold(name, value).removesuffix("\r\n")
    return _LINE_BREAK.search(_CONTINUATION.sub("", written)) is None


def _found(message: EmailMessage, *names: str) -> tuple[str, ...]:
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return tuple(dict.fromkeys(address for _, address in getaddresses(values) if "@" in address))
