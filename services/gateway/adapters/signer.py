"""Signed tokens by itsdangerous."""

import base64
import binascii

from itsdangerous import BadData, URLSafeSerializer
from typing_extensions import override

from libs.kernel.errors import UnauthenticatedError
from services.gateway.ports import Signer


class LinkSigner(Signer):
    """HMAC over purpose and parts. How long a token holds is in its row, not in the token."""

    def __init__(self, secret: str) -> None:
        """Take the secret of this installation."""
        self._secret = secret

    @override
    def sign(self, purpose: str, parts: tuple[str, ...]) -> str:
        return str(self._serializer(purpose).dumps(list(parts)))

    @override
    def open(self, purpose: str, token: str) -> tuple[str, ...]:
        refused = UnauthenticatedError("This link is broken, or it was not made by Kring.")
        if not all(_is_canonical(part) for part in token.lstrip(".").split(".")):
            raise refused
        try:
            parts = self._serializer(purpose).loads(token)
        except BadData as error:
            raise refused from error
        return tuple(str(part) for part in parts)

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"kring {purpose}")


def _is_canonical(part: str) -> bool:
    """Tell whether base64 is written in its one form: spare bits could hide a changed character."""
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return False
    return base64.urlsafe_b64encode(content).decode().rstrip("=") == part
