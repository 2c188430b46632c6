"""Opaque ids: UUID version 7 (RFC 9562), which sort by the time they were made."""

import secrets
import uuid
from collections.abc import Callable
from typing import Protocol

from typing_extensions import override

from libs.kernel.clock import Clock


class Ids(Protocol):
    """Makes ids that were never used before."""

    def new(self) -> str:
        """Return a UUIDv7 in its canonical lower-case form."""
        ...


class Uuid7(Ids):
    """Ids from a clock and a source of random bits."""

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        """Take the clock and a function that returns so many random bits."""
        self._clock = clock
        self._random_bits = random_bits

    @override
    def new(self) -> str:
        """Return 48 bits of milliseconds and 74 random bits, as RFC 9562 section 5.7 says."""
        milliseconds = int(self._clock.now().timestamp() * 1000)
        value = (milliseconds & (2**48 - 1)) << 80
        value |= 0x7 << 76
        value |= self._random_bits(12) << 64
        value |= 0b10 << 62
        value |= self._random_bits(62)
        return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Tell whether a text is an id in the one form we write: lower case, with dashes."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
