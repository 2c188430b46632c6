"""Webhooks: where a programme without a broker wants to be told, and how often Kring tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_HOOKS = 5
"""Of one programme, those that hold."""
SHOWN = 20
"""Of one programme, with those that were ended."""
GONE = "it answered that it is gone (410)"
NEVER_ANSWERED = "it did not take an event in ten attempts over some 75 hours"
CLAIMED = timedelta(seconds=90)
"""How long one attempt may take until another process makes the next."""
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before the second to the tenth attempt: some 75 hours, as Standard Webhooks advises."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as it is kept; its secret is derived as that of an inbox key."""

    id: str
    programme: str
    url: str
    created_at: datetime
    ended_at: datetime | None = None
    ended_because: str = ""
    """Why Kring ended it; empty when a coordinator did."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One event on its way to a webhook."""

    hook_id: str
    subject: str
    """What it is about: a newer event about the same replaces one that waits."""
    event_id: str
    body: str
    attempts: int = 0


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """Return when to try again after so many attempts; None when it is given up."""
    return now + WAITS[attempts - 1] if attempts <= len(WAITS) else None
