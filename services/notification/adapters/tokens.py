"""Unsubscribe tokens by itsdangerous."""

import base64
import binascii

from itsdangerous import BadData, URLSafeSerializer
from typing_extensions import override

from libs.kernel.errors import UnauthenticatedError
from services.notification.domain.preference import Kind
from services.notification.ports import Subscription, Tokens


class SignedTokens(Tokens):
    """HMAC over member and kind, under a purpose of its own."""

    def __init__(self, secret: str) -> None:
        """Take the secret of this installation."""
        self._serializer = URLSafeSerializer(secret, salt="kring unsubscribe")

    @override
    def sign(self, subscription: Subscription) -> str:
        return str(self._serializer.dumps([subscription.member_id, subscription.kind.value]))

    @override
    def open(self, token: str) -> Subscription:
        refused = UnauthenticatedError("This link is broken, or it was not made by Kring.")
        if not all(_is_canonical(part) for part in token.lstrip(".").split(".")):
            raise refused
        try:
            member_id, kind = self._serializer.loads(token)
            return Subscription(str(member_id), Kind(kind))
        except (BadData, ValueError, TypeError) as error:
            raise refused from error


def _is_canonical(part: str) -> bool:
    """Tell whether base64 is written in its one form: spare bits could hide a changed character."""
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return False
    return base64.urlsafe_b64encode(content).decode().rstrip("=") == part
