"""Who asks, passed from the gateway to the other services and sealed against forgery."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

from libs.kernel.errors import UnauthenticatedError
from libs.kernel.policy import Reader, Role

HEADER = "kring-reader"


class ReaderSeal:
    """Seals a reader with HMAC-SHA256 (RFC 2104); a seal holds for ``seconds``."""

    def __init__(self, secret: bytes, now: Callable[[], float], *, seconds: float = 60.0) -> None:
        """Take the shared secret and a function that returns Unix seconds."""
        self._key = hashlib.sha256(b"kring reader seal\0" + secret).digest()
        self._now = now
        self._seconds = seconds

    def close(self, reader: Reader) -> str:
        """Return the header value for a reader."""
        content = json.dumps(
            {
                "programme": reader.programme,
                "role": reader.role.value,
                "member": reader.member_id,
                "language": reader.language,
                "blocked": sorted(reader.blocked),
                "until": self._now() + self._seconds,
            },
            separators=(",", ":"),
        ).encode()
        body = base64.urlsafe_b64encode(content)
        return f"{body.decode()}.{self._sign(body)}"

    def open(self, value: str) -> Reader:
        """Return the reader; raises ``UnauthenticatedError`` if the seal is broken or too old."""
        body, _, signature = value.partition(".")
        # as bytes: on text, compare_digest refuses what is not ASCII
        if not hmac.compare_digest(self._sign(body.encode()).encode(), signature.encode()):
            raise UnauthenticatedError("The caller's identity is not sealed by this installation.")
        content = json.loads(base64.urlsafe_b64decode(body))
        if content["until"] < self._now():
            raise UnauthenticatedError("The caller's identity was sealed too long ago.")
        return Reader(
            programme=content["programme"],
            role=Role(content["role"]),
            member_id=content["member"],
            language=content["language"],
            blocked=frozenset(content["blocked"]),
        )

    def _sign(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()
