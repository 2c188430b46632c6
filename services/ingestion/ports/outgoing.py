"""What telling programmes over HTTP needs: their webhooks, and a caller of addresses."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from libs.ports.database import Work
from services.ingestion.domain.hook import Hook, Parcel


class Hooks(Protocol):
    """The webhooks of programmes, and what waits to be told there."""

    def add(self, work: Work, hook: Hook) -> None:
        """Keep a new webhook."""
        ...

    def get(self, work: Work, hook_id: str) -> Hook | None:
        """Return a webhook; in a writing transaction nobody else changes it until the end."""
        ...

    def of(self, work: Work, programme_id: str) -> Sequence[Hook]:
        """Return the newest webhooks of a programme: those that hold, then those that do not."""
        ...

    def told(self, work: Work, programme_id: str, *, others: bool) -> Sequence[str]:
        """Return the ids of the webhooks that hold, of a programme or of all others."""
        ...

    def end(self, work: Work, hook_id: str, at: datetime, *, because: str) -> None:
        """Record since when a webhook holds no more, and forget what waits for it."""
        ...

    def send(self, work: Work, parcel: Parcel, due: datetime) -> None:
        """Let an event wait; it replaces an older one about the same that still waits."""
        ...

    def has_due(self, work: Work, now: datetime) -> bool:
        """Tell whether anything is due."""
        ...

    def claim(
        self, work: Work, now: datetime, *, until: datetime, but: Collection[str] = ()
    ) -> tuple[Hook, Parcel] | None:
        """Return what is due first, and let nobody else have it before a time; None for nothing.

        What is for the webhooks in ``but`` is left alone.
        """
        ...

    def done(self, work: Work, parcel: Parcel) -> None:
        """Delete a parcel, unless a newer event has replaced it meanwhile."""
        ...

    def postpone(self, work: Work, parcel: Parcel, attempts: int, due: datetime) -> None:
        """Let a parcel wait again, unless a newer event has replaced it meanwhile."""
        ...


class Poster(Protocol):
    """Calls addresses on the public network, and nowhere inside."""

    def check(self, url: str) -> None:
        """Raise ``UnfitAddressError`` for an address that is never called, whatever it leads to."""
        ...

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Return the status of the answer; a redirect is an answer and is not followed.

        Raises ``UnfitAddressError`` when the address leads inside, and ``RetryableError`` when
        nobody answers in time.
        """
        ...
