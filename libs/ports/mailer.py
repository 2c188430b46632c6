"""Mail that leaves."""

from email.message import EmailMessage
from typing import Protocol

from libs.kernel.errors import KringError


class RefusedError(KringError):
    """The server refused this mail for good; trying again is pointless."""


class Mailer(Protocol):
    """Hands mails to a server."""

    def send(self, message: EmailMessage) -> None:
        """Return when the server has accepted the mail.

        Raises ``RetryableError`` when it is down or asks for patience, ``RefusedError`` when it
        says no.
        """
        ...
