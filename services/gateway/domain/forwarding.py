"""Which service owns a public route, and what travels to it and back."""

import re
from collections.abc import Iterable, Mapping

GATEWAY = "gateway"

_OWNERS = {
    "programmes": "ingestion",
    "members": "ingestion",
    "stories": "ingestion",
    "moderation": "ingestion",
    "import": "ingestion",
    "republish": "ingestion",
    "inbox": "ingestion",
    "webhooks": "ingestion",
    "search": "search",
    "recommendations": "matchmaking",
    "introductions": "matchmaking",
    "notifications": "notification",
    "preferences": "notification",
    "session": GATEWAY,
    "keys": GATEWAY,
}
SERVICES = tuple(sorted(set(_OWNERS.values()) - {GATEWAY}))

_PUBLIC = ("/v1/preferences/unsubscribe", "/v1/inbox")
"""Routes that answer without a login: what they need is in the link, or in a signature."""

_PATH = re.compile(r"/v1/([a-z]+)((?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)")
_MOST_QUERY = 8_192
_MOST_PARAMETERS = 100

_REQUEST_HEADERS = frozenset(
    {
        "accept",
        "accept-language",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    }
)
_REPLY_HEADERS = frozenset(
    {
        "allow",
        "content-disposition",
        "content-language",
        "content-type",
        "etag",
        "link",
        "location",
        "retry-after",
        "www-authenticate",
    }
)


def owner_of(path: str) -> str:
    """Return the service that owns a path as it was sent, or an empty text for no route of ours.

    Only plain segments are let through: no percent escape, no empty segment, no dots in front. So
    what a limit or a right was decided on is what the owner reads.
    """
    found = _PATH.fullmatch(path)
    return _OWNERS.get(found[1], "") if found else ""


def is_public(path: str) -> bool:
    """Tell whether a path answers without a login."""
    return path in _PUBLIC


def is_query_sane(query: str) -> bool:
    """Tell whether a query string is short enough to pass on."""
    return len(query) <= _MOST_QUERY and query.count("&") < _MOST_PARAMETERS


def request_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return what of a request's headers the owner gets: a closed list, never ``kring-reader``."""
    return {name.lower(): value for name, value in headers if name.lower() in _REQUEST_HEADERS}


def reply_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what of an owner's headers the caller gets: a closed list without hop-by-hop ones."""
    return {
        name.lower(): value for name, value in headers.items() if name.lower() in _REPLY_HEADERS
    }
