"""The dead letters of the services, read and replayed straight from their databases."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.kernel.clock import SystemClock
from libs.kernel.errors import KringError, PoisonError
from libs.kernel.ids import Uuid7
from libs.ports.bus import Bus
from libs.ports.database import DeadLetter
from libs.runtime.history import events_of
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring


@contextmanager
def opened(settings: Settings) -> Iterator[Wiring]:
    """Open adapters for one command and close them."""
    clock = SystemClock()
    wiring = Wiring(settings, clock=clock, ids=Uuid7(clock))
    try:
        yield wiring
    finally:
        wiring.close()


def find(settings: Settings, services: Sequence[str], *, limit: int) -> list[dict[str, Any]]:
    """Return the newest letters of these services, the newest first, without their contents."""
    with opened(settings) as wiring:
        found = [
            _described(service, letter)
            for service in services
            for letter in wiring.database(service).letters().find(limit=limit)
        ]
    return sorted(found, key=lambda letter: str(letter["rejected_at"]), reverse=True)[:limit]


def show(settings: Settings, service: str, number: int) -> dict[str, Any]:
    """Return one letter with its bytes in base64; raises ``KringError`` if there is none."""
    with opened(settings) as wiring:
        letter = _get(wiring, service, number)
        return {
            **_described(service, letter),
            "key": letter.record.key.decode("utf-8", "replace"),
            "headers": {
                name: value.decode("utf-8", "replace") for name, value in letter.record.headers
            },
            "value_base64": base64.b64encode(letter.record.value).decode(),
        }


def replay(settings: Settings, service: str, number: int) -> None:
    """Publish a letter again with its id and sequence, then drop it.

    Raises ``KringError`` for one without content, and when a newer state was published since. To
    apply the older one would not only go back: as the last record of its key it would outlive the
    newer one in the log.
    """
    with opened(settings) as wiring:
        letter = _get(wiring, service, number)
        _refuse_empty(letter.record)
        bus = wiring.bus()
        _refuse_old(bus, letter.record)
        if bus.publish([letter.record]) != 1:
            raise KringError("The bus did not take it; the letter is kept. Try again.")
        wiring.database(service).letters().drop(number)


def drop(settings: Settings, service: str, number: int) -> None:
    """Delete a letter; raises ``KringError`` if there is none."""
    with opened(settings) as wiring:
        _get(wiring, service, number)
        wiring.database(service).letters().drop(number)


def _refuse_empty(record: Record) -> None:
    if not (record.key or record.headers or record.value):
        raise KringError(
            "The log could not give this record, so there is nothing to replay: publish the present"
            " states again with `kring republish`, and drop this letter."
        )


def _refuse_old(bus: Bus, record: Record) -> None:
    try:
        event = decode(record)
    except PoisonError:
        return  # no state at all: it will be buried again, unless this release can read it
    if event.topic.writer == "*":
        return
    for other in events_of(bus, event.topic):
        if other.aggregate_id == event.aggregate_id and other.sequence > event.sequence:
            raise KringError(
                f"A newer state of {event.subject} was published since: drop this letter, and"
                f" `kring republish --aggregate {event.subject}` if that state was buried too."
            )


def _get(wiring: Wiring, service: str, number: int) -> DeadLetter:
    letter = wiring.database(service).letters().get(number)
    if letter is None:
        raise KringError(f"{service} has no letter {number}: see `kring dlq list`.")
    return letter


def _described(service: str, letter: DeadLetter) -> dict[str, Any]:
    return {
        "service": service,
        "id": letter.id,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "rejected_at": letter.rejected_at.isoformat() if letter.rejected_at else "",
    }
