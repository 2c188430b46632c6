"""What may be forgotten: cached values and counters of requests."""

from dataclasses import dataclass
from typing import Protocol


class Cache(Protocol):
    """Small values that expire. A value may be gone at any time."""

    def get(self, key: str) -> bytes | None:
        """Return the value, or None when it is absent, expired or the cache is down."""
        ...

    def put(self, key: str, value: bytes, *, seconds: float) -> None:
        """Keep a value for so long; a cache that is down forgets at once."""
        ...

    def drop(self, key: str) -> None:
        """Forget a value."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """So many hits in so many seconds, as a sliding window."""

    hits: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer to one hit."""

    allowed: bool
    remaining: int
    reset_seconds: int


class Limiter(Protocol):
    """Counts hits per key."""

    def hit(self, key: str, rate: Rate) -> Allowance:
        """Count one hit. Raises ``RetryableError`` when the counters cannot be reached."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...
