"""Ways to reach people and places: mail, telephone and web addresses."""

import re
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from services.ingestion.domain.normalise import UnfitTextError, line

MOST_URL = 2000

_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,28}[0-9]")


def email(value: str) -> str:
    """Return a mail address in the form Kring keeps: lower case, plain ASCII, the domain in IDNA.

    Nothing is looked up. Raises ``UnfitTextError``, also for what only SMTPUTF8 could deliver.
    """
    address = line(value)
    if not address:
        return ""
    try:
        checked = validate_email(
            address,
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=True,
            strict=True,  # at most 64 characters before the @, as signing in has it
        )
    except EmailNotValidError as error:
        raise UnfitTextError("is not a mail address") from error
    return (checked.ascii_email or "").lower()


def phone(value: str) -> str:
    """Return a telephone number as it was written. Raises ``UnfitTextError``."""
    number = line(value)
    if number and not (number.isascii() and _PHONE.fullmatch(number)):
        raise UnfitTextError("is not a telephone number")
    return number


def url(value: str) -> str:
    """Return a web address; only http and https, with a host, without a password in it."""
    address = line(value)
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
        usable = usable and parts.port != 0 and "@" not in parts.netloc
    except ValueError as error:
        raise UnfitTextError("is not a web address") from error
    if not usable or any(mark in address for mark in ' \\"<>`'):
        raise UnfitTextError("must be a web address that begins with http:// or https://")
    if len(address) > MOST_URL:
        raise UnfitTextError(f"must be at most {MOST_URL} characters")
    return address
