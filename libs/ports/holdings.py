"""What a service holds about a member, for members who ask for everything about themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from libs.kernel.policy import Reader


@dataclass(frozen=True, slots=True)
class Holding:
    """Everything of one kind that a service holds about a member.

    A thing is a mapping of names to what JSON can say: texts, numbers, truth values, nothing, lists
    of those. Times are ISO 8601 with their zone. A kind of which nothing is held is told as empty.
    """

    kind: str
    things: Sequence[Mapping[str, object]]


class Holdings(Protocol):
    """Everything that one service holds about a member."""

    def __call__(self, reader: Reader) -> Sequence[Holding]:
        """Return what is held about the reader, a member; words are in the reader's language.

        Of other people it tells what the reader was shown and may still see, and no way to reach
        them. Raises ``NotFoundError`` where the service knows that there is no such member, and
        ``RetryableError`` when it cannot be read now: a part that is missing must not look empty.
        """
        ...


def moment(seconds: float | None) -> str | None:
    """Return Unix seconds as holdings tell times; nothing for a time that never was."""
    return datetime.fromtimestamp(seconds, UTC).isoformat() if seconds else None
