"""What is kept beside the state of an aggregate."""

from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Kept(Generic[S]):
    """A state with its sequence, which rises with every change and never restarts."""

    state: S
    sequence: int

    def changed(self, state: S) -> "Kept[S]":
        """Return the next state."""
        return Kept(state, self.sequence + 1)


@dataclass(frozen=True, slots=True)
class Known:
    """What an external id stands for, and the digest of the record that was taken over last."""

    id: str
    record_digest: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """By what the text of a story is compared: a digest, and bands of its MinHash signature.

    Stories that share a band are probably alike.
    """

    digest: str
    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a request with an idempotency key."""

    request_digest: str
    content: str
