"""Signatures after Standard Webhooks (github.com/standard-webhooks), by HMAC-SHA256.

What is signed is ``id.timestamp.payload``. Kring signs and checks so whatever programmes and Kring
send to one another, over HTTP and on the log alike: one rule, which libraries exist for.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"
PREFIX = "whsec_"
_VERSION = "v1"
_LEAST_KEY_BYTES = 24
_MOST_SIGNATURES = 10
_IDENTITY = re.compile(r"[A-Za-z0-9_:/~-]{1,100}")
"""No full stop: it ends the id in what is signed."""
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
"""Up to the year 5138, which every calendar holds."""


class UnsignedError(ValueError):
    """There is no signature that could be checked; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A payload with the signatures that it came with."""

    id: str
    timestamp: int
    """Unix seconds."""
    signatures: tuple[str, ...]
    payload: bytes

    def is_by(self, keys: Iterable[bytes]) -> bool:
        """Tell whether one of the signatures was made with one of the keys, in constant time."""
        found = False
        for key in keys:
            expected = sign(key, self.id, self.timestamp, self.payload).encode()
            for signature in self.signatures:
                found |= hmac.compare_digest(expected, signature.encode())
        return found


def sign(key: bytes, message_id: str, timestamp: int, payload: bytes) -> str:
    """Return the value of the signature's header."""
    content = f"{message_id}.{timestamp}.".encode() + payload
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(digest).decode()}"


def read(headers: Mapping[str, str], payload: bytes) -> Signed:
    """Return what is signed, of headers by their names in lower case.

    Signatures of versions that we do not know are left out. Raises ``UnsignedError``.
    """
    for name in (ID, TIMESTAMP, SIGNATURE):
        if not headers.get(name):
            raise UnsignedError(f"the header {name} is missing")
    if not _IDENTITY.fullmatch(headers[ID]):
        raise UnsignedError(f"{ID} has 1 to 100 of the characters A-Z a-z 0-9 _ : / ~ -")
    if not _TIMESTAMP.fullmatch(headers[TIMESTAMP]):
        raise UnsignedError(f"{TIMESTAMP} is a number of seconds since 1970")
    given = headers[SIGNATURE].split(" ")
    ours = tuple(each for each in given if each.startswith(f"{_VERSION},"))
    if not ours:
        raise UnsignedError(f"{SIGNATURE} holds no signature of version {_VERSION}")
    return Signed(headers[ID], int(headers[TIMESTAMP]), ours[:_MOST_SIGNATURES], payload)


def write_secret(key: bytes) -> str:
    """Return a key as its owner gets to see it."""
    return f"{PREFIX}{base64.b64encode(key).decode()}"


def read_secret(text: str) -> bytes:
    """Return the key of a secret; raises ``ValueError`` that says how a secret looks."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"a secret is {PREFIX} and base64, as Kring showed it") from error
    if len(key) < _LEAST_KEY_BYTES:
        raise ValueError(f"a secret has at least {_LEAST_KEY_BYTES} bytes")
    return key
