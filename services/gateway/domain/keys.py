"""API keys of programmes: ``kring_<id>_<secret>``.

The secret has full entropy, so SHA-256 is enough.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from libs.kernel.policy import Role

MOST_DAYS = 730
USED_SECONDS = 60.0
"""The time of last use is noted at most this often."""

_KEY = re.compile(
    r"kring_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})_([A-Za-z0-9_-]{43})"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: its secret only as a digest. Times are Unix seconds; 0 is never."""

    id: str
    programme: str
    name: str
    role: Role
    secret_digest: str
    created_at: float
    expires_at: float
    used_at: float = 0.0
    revoked_at: float = 0.0

    def holds_at(self, now: float) -> bool:
        """Tell whether the key opens anything at this time."""
        return not self.revoked_at and now < self.expires_at


def write_key(key_id: str, secret: str) -> str:
    """Return the key as its owner gets to see it, once."""
    return f"kring_{key_id}_{secret}"


def read_key(text: str) -> tuple[str, str] | None:
    """Return the id and the secret of a key; None if the text is no key."""
    found = _KEY.fullmatch(text)
    return (found[1], found[2]) if found else None


def may_grant(own: Role, wanted: Role) -> bool:
    """Tell whether somebody may make a key with this role: never above the own, never operator."""
    order: Sequence[Role] = tuple(Role)
    return wanted is not Role.OPERATOR and order.index(wanted) <= order.index(own)
