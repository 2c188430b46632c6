"""Whether the mail server lets us in."""

from collections.abc import Mapping

from libs.adapters.smtp.mailer import SmtpMailer
from libs.ports.checkup import Checkup

TIMEOUT_SECONDS = 10.0


def checkups(url: str, _groups: Mapping[str, str]) -> list[Checkup]:
    """Return what to look at."""

    def sign_in() -> str:
        SmtpMailer(url, timeout_seconds=TIMEOUT_SECONDS).sign_in()
        return "answers, and takes our password where it wants one"

    return [Checkup("mail server", sign_in)]
