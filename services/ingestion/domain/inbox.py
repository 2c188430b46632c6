"""Keys with which programmes sign what they send, and how long what is signed with them holds."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from libs.kernel.webhooks import Signed

MOST_KEYS = 5
"""Keys of a programme that hold at the same time: one, and others while they are exchanged."""
FRESH = timedelta(minutes=5)
"""How far a clock may be off, and how old a signature over HTTP may be: what the standard says."""
KEPT = timedelta(days=30)
"""How long the log keeps what is sent, and so how old a signature there may be."""
REMEMBERED = KEPT + timedelta(days=1)
"""How long we know what we have taken: longer than any signature holds, so nothing comes twice."""


@dataclass(frozen=True, slots=True)
class InboxKey:
    """A key as it is kept: its secret is derived from the installation's and never stored."""

    id: str
    programme: str
    name: str
    created_at: datetime
    ended_at: datetime | None = None


class Proof(Enum):
    """What a signature proves."""

    HOLDS = "holds"
    ENDED = "ended"
    """It was made with a key that was ended: once theirs, and perhaps stolen."""
    STALE = "stale"
    """It was made too long ago, or in the future: it may be a copy."""
    NONE = "none"


def secret_of(master: bytes, key_id: str, *, purpose: str = "inbox key") -> bytes:
    """Return the 32 bytes of a key's secret: HMAC-SHA256 with the installation's secret."""
    own = hashlib.sha256(f"kring {purpose}\0".encode() + master).digest()
    return hmac.new(own, key_id.encode(), hashlib.sha256).digest()


def prove(
    signed: Signed, keys: Sequence[InboxKey], master: bytes, *, now: datetime, oldest: timedelta
) -> Proof:
    """Return what the signature proves about the programme whose keys these are."""
    holding = [secret_of(master, key.id) for key in keys if key.ended_at is None]
    ended = [secret_of(master, key.id) for key in keys if key.ended_at is not None]
    if signed.is_by(holding):
        age = now - datetime.fromtimestamp(signed.timestamp, UTC)
        return Proof.HOLDS if -FRESH <= age <= oldest else Proof.STALE
    return Proof.ENDED if signed.is_by(ended) else Proof.NONE
