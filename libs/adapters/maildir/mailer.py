"""Mail into a folder: every mail is a file that any mail program opens."""

import os
import re
from collections.abc import Collection
from contextlib import suppress
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError
from libs.ports.mailer import Mailer, parcel_of

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


class FolderMailer(Mailer):
    """Writes ``<time>-<Message-ID>.eml``; a file that is visible is whole and on the disk."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Take the folder, which is made when it is absent, and the clock for the file names."""
        self._folder = folder
        self._clock = clock

    @override
    def send(self, message: EmailMessage) -> None:
        """Write one mail."""
        content = parcel_of(message).content
        name = self._name(message)
        partial = self._folder / f".{name}.{os.getpid()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with partial.open("xb") as file:
                file.write(content.as_bytes(policy=policy.SMTP))
                file.flush()
                os.fsync(file.fileno())
            partial.rename(self._folder / name)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise RetryableError(f"mail folder: {error.strerror}") from error

    @override
    def forget(self, *, address: str, ids: Collection[str] = ()) -> None:
        """Look through all mails: a folder is for one machine and for trying things out."""
        try:
            for path in [*self._folder.glob("*.eml"), *self._folder.glob(".*.part")]:
                with suppress(FileNotFoundError):  # another service may forget the same mail
                    if _is_about(path, address.lower(), ids):
                        path.unlink()
        except OSError as error:
            raise RetryableError(f"mail folder: {error.strerror}") from error

    def _name(self, message: EmailMessage) -> str:
        time = self._clock.now().strftime("%Y%m%dT%H%M%S.%fZ")
        part = _UNSAFE.sub("-", str(message["Message-ID"] or "")).strip("-")[:60]
        return f"{time}-{part or 'mail'}.eml"


def _is_about(path: Path, address: str, ids: Collection[str]) -> bool:
    """Tell whether a mail goes to an address or has one of these ids."""
    with path.open("rb") as file:
        headers = BytesHeaderParser(policy=policy.default).parse(file)
    name = str(headers["Message-ID"] or "").strip("<>").partition("@")[0]
    recipients = {to.lower() for _, to in getaddresses([str(headers["To"])])}
    return name in ids or (bool(address) and address in recipients)


def open_mailer(url: str, *, clock: Clock) -> FolderMailer:
    """Return the mailer of ``file:///folder``."""
    return FolderMailer(Path(unquote(urlsplit(url).path)), clock)
