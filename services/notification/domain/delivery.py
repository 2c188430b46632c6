"""The life of one mail: pending, claimed, and then sent, unknown, failed or suppressed.

A claim is committed before the mail server is called and its outcome after. Whoever dies in between
leaves a claim whose lease ends: then nobody knows whether the mail left, and the state says so. A
mail that must arrive is sent again from there, any other stops there.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from libs.kernel.retry import backoff_seconds

LEASE_SECONDS = 180.0
GIVE_UP_SECONDS = 4 * 86_400.0
FIRST_WAIT_SECONDS = 60.0
MOST_WAIT_SECONDS = 3_600.0


class State(StrEnum):
    """Where a mail stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Outcome(StrEnum):
    """What the mail server made of it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    PATIENCE = "patience"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail; times are Unix seconds. ``fence`` tells one claim from the next."""

    notification_id: str
    must_arrive: bool
    due_at: float
    give_up_at: float
    state: State = State.PENDING
    attempt: int = 0
    lease_until: float = 0.0
    fence: int = 0
    unknowns: int = 0
    """How often nobody knew: the mail may have left that many times more than it should."""
    reason: str = ""
    changed_at: float = 0.0
    sequence: int = 0

    @property
    def is_waiting(self) -> bool:
        """Tell whether it will be tried (again) when it is due."""
        return self.state is State.PENDING or (self.state is State.UNKNOWN and self.must_arrive)

    @property
    def is_untouched(self) -> bool:
        """Tell whether the mail surely did not leave and still will, so that it may be added to."""
        return self.state is State.PENDING and not self.unknowns


def plan(notification_id: str, *, must_arrive: bool, due_at: float) -> Delivery:
    """Return a mail that waits for its time."""
    return Delivery(notification_id, must_arrive, due_at, due_at + GIVE_UP_SECONDS)


def claim(delivery: Delivery, now: float) -> Delivery | None:
    """Return the mail as claimed, or None when it is not due or not to be sent."""
    if not delivery.is_waiting or delivery.due_at > now:
        return None
    return _moved(
        delivery,
        State.CLAIMED,
        now,
        attempt=delivery.attempt + 1,
        fence=delivery.fence + 1,
        lease_until=now + LEASE_SECONDS,
    )


def lapse(delivery: Delivery, now: float) -> Delivery:
    """Return the mail as unknown when its claim's lease has ended, else as it is."""
    if delivery.state is not State.CLAIMED or delivery.lease_until > now:
        return delivery
    return _unknown(delivery, "the process ended while sending", due_at=now, now=now)


def settle(
    delivery: Delivery, fence: int, outcome: Outcome, *, reason: str = "", now: float, jitter: float
) -> Delivery | None:
    """Return the mail after an answer to the claim ``fence``; None when that claim is over.

    A claim whose lease ended is not over until the next claim: late knowledge beats none.
    """
    if delivery.fence != fence or delivery.state not in {State.CLAIMED, State.UNKNOWN}:
        return None
    wait = backoff_seconds(
        delivery.attempt,
        0.5 + jitter / 2,
        first_seconds=FIRST_WAIT_SECONDS,
        most_seconds=MOST_WAIT_SECONDS,
    )
    match outcome:
        case Outcome.ACCEPTED:
            return _moved(delivery, State.SENT, now)
        case Outcome.REFUSED:
            return _moved(delivery, State.FAILED, now, reason=reason)
        case Outcome.PATIENCE if now >= delivery.give_up_at:
            return _moved(delivery, State.FAILED, now, reason=f"given up: {reason}")
        case Outcome.PATIENCE:
            return _moved(delivery, State.PENDING, now, reason=reason, due_at=now + wait)
        case Outcome.UNCERTAIN:
            return _unknown(delivery, reason, due_at=now + wait, now=now)
        case _ as unreachable:
            assert_never(unreachable)


def suppress(delivery: Delivery, reason: str, now: float) -> Delivery:
    """Return the mail as one that must not leave."""
    return _moved(delivery, State.SUPPRESSED, now, reason=reason)


def postpone(delivery: Delivery, due_at: float, now: float) -> Delivery:
    """Return the mail as due later."""
    return _moved(delivery, delivery.state, now, due_at=due_at)


def _unknown(delivery: Delivery, reason: str, *, due_at: float, now: float) -> Delivery:
    if (
        delivery.state is State.UNKNOWN
    ):  # the lease ended first: the same doubt is not counted twice
        return _moved(delivery, State.UNKNOWN, now, reason=reason)
    unknowns = delivery.unknowns + 1
    return _moved(delivery, State.UNKNOWN, now, reason=reason, due_at=due_at, unknowns=unknowns)


def _moved(delivery: Delivery, state: State, now: float, **changes: object) -> Delivery:
    return replace(
        delivery,
        state=state,
        changed_at=now,
        sequence=delivery.sequence + 1,
        **changes,  # type: ignore[arg-type]  # each caller names fields of the class
    )
