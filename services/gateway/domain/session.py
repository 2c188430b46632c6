"""Sessions and sign-in links: what a request must show before it counts as somebody's own act."""

import hashlib
import hmac
import re
from collections.abc import Iterable

LINK_SECONDS = 30 * 60.0
ISSUED_LINK_SECONDS = 7 * 86_400.0
"""Links that the operator hands out, for example to sample members at the first start."""
SESSION_SECONDS = 30 * 86_400.0
TOUCH_SECONDS = 3_600.0
"""A session's end slides at most this often, so that reading does not mean writing."""
LANGUAGE_COOKIE = "kring_language"
"""Holds the language that was chosen on the pages."""

_ADDRESS = re.compile(
    r"[^@\s\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,64}@[^@\s\x00-\x1f\x7f<>,;:\"()\\]{3,190}"
)
_MOST_LANGUAGES = 20


def digest(text: str) -> str:
    """Return the SHA-256 of a secret with full entropy: what we store in its place."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that says nothing about them."""
    return hmac.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )


def form_token(secret: bytes, session: str) -> str:
    """Return the token that every form of this session carries (``session`` is its digest)."""
    return hmac.new(secret, b"kring form\0" + session.encode(), hashlib.sha256).hexdigest()


def normal_address(text: str) -> str:
    """Return a mail address in the form in which members are stored; empty if it is none."""
    address = text.strip().lower()
    return address if _ADDRESS.fullmatch(address) else ""


def own_url(host: str, port: int) -> str:
    """Return where a server that listens here is reached on this machine itself."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # not bound to
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def is_from_here(site: str, origin: str, own_origins: Iterable[str]) -> bool:
    """Tell whether a browser sent an unsafe request from our own pages.

    ``site`` is the ``Sec-Fetch-Site`` header, which decides when it is there; otherwise ``origin``
    must be ours. A request with neither is refused: every browser of the last years sends one.
    """
    if site:
        return site in {"same-origin", "none"}
    return bool(origin) and origin.rstrip("/") in set(own_origins)


def accepted_language(header: str) -> str:
    """Return the first of our languages in an ``Accept-Language`` header; empty if there is none.

    Only the order counts: browsers write the languages by falling weight.
    """
    for part in header[:500].split(",")[:_MOST_LANGUAGES]:
        tag = part.split(";", maxsplit=1)[0].strip().lower().split("-", maxsplit=1)[0]
        if tag in {"nl", "en"}:
            return tag
    return ""
