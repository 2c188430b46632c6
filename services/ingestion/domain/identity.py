"""Names by which others know our things: slugs of programmes, external ids, digests of content."""

import hashlib
import json
import re
import unicodedata

from libs.kernel.ids import is_id

MOST_SLUG = 60

_NO_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return a short lower-case name for addresses; empty for a text without Latin letters.

    What looks like one of our ids is no slug: the two must never be mistaken for one another.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = _NO_SLUG.sub("-", plain).strip("-")
    return "" if is_id(name) else name[:MOST_SLUG].rstrip("-")


def external(programme: str, kind: str, external_id: str) -> str:
    """Return the digest under which an external id is kept: it may itself be somebody's address."""
    return fingerprint([programme, kind, external_id])


def fingerprint(content: object) -> str:
    """Return the SHA-256 of plain JSON content, the same for the same content."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
