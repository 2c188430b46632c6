"""Sending submissions onto the log as another programme does, and waiting for their receipts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.contracts.payload import JSON, write
from libs.contracts.topics import INBOX, RECEIPTS
from libs.kernel import webhooks
from libs.kernel.clock import Clock, SystemClock
from libs.kernel.errors import KringError
from libs.ports.bus import Bus, Subscription
from libs.runtime.cli.letters import opened
from libs.runtime.history import GROUP
from libs.runtime.settings import Settings

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, as the answer that made the inbox key says it."""

    programme: str
    key: bytes

    @classmethod
    def read(cls, answer: object) -> "Sender":
        """Return the sender; raises ``KringError`` for anything but such an answer."""
        try:
            if isinstance(answer, Mapping):
                secret = webhooks.read_secret(str(answer["secret"]))
                return cls(str(answer["programme"]), secret)
        except (KeyError, ValueError):
            pass
        raise KringError("The key file is not what `kring inbox key` printed: make a new one.")

    def record(self, submission: object, event_id: str, seconds: int) -> Record:
        """Return a signed record of the inbox."""
        value = json.dumps(submission, ensure_ascii=False).encode()
        headers = {
            "ce_specversion": "1.0",
            "ce_id": event_id,
            "ce_type": INBOX.type,
            "ce_source": "/kring/command-line",
            "ce_programme": self.programme,
            "content-type": JSON,
            webhooks.ID: event_id,
            webhooks.TIMESTAMP: str(seconds),
            webhooks.SIGNATURE: webhooks.sign(self.key, event_id, seconds, value),
        }
        packed = tuple((name, text.encode()) for name, text in headers.items())
        # one key: what a programme sends stays in order, such as a member before their need
        return Record(INBOX.name, self.programme.encode(), packed, value)


def send(
    settings: Settings, sender: Sender, submissions: Sequence[object], *, patience_seconds: float
) -> list[dict[str, Any] | None]:
    """Send submissions; return their receipts in order, None for one that came to nobody.

    No receipt after so many seconds means that the record was not recognised as the
    programme's, or that Kring does not run.
    """
    clock = SystemClock()
    seconds = int(clock.now().timestamp())
    records = [sender.record(each, str(uuid4()), seconds) for each in submissions]
    ids = [dict(record.headers)["ce_id"].decode() for record in records]
    group = f"{GROUP}.{uuid4().hex}"
    with opened(settings) as wiring:
        bus = wiring.bus()
        subscription = bus.subscribe(group, [RECEIPTS.of(sender.programme).name])
        try:
            _publish(bus, records)
            receipts = _await(subscription, set(ids), clock, patience_seconds)
        finally:
            subscription.close()
            bus.forget(group)
    return [receipts.get(event_id) for event_id in ids]


def _publish(bus: Bus, records: Sequence[Record]) -> None:
    done = 0
    while done < len(records):
        done += bus.publish(records[done : done + _BATCH])


def _await(
    subscription: Subscription, waiting: set[str], clock: Clock, patience_seconds: float
) -> dict[str, dict[str, Any]]:
    """Return the receipts of these submissions, by their ids, as far as they come in time."""
    found: dict[str, dict[str, Any]] = {}
    deadline = clock.monotonic() + patience_seconds
    while waiting and clock.monotonic() < deadline:
        for delivery in subscription.poll(limit=_BATCH, timeout_seconds=1.0):
            event = decode(delivery.record)
            receipt: dict[str, Any] = json.loads(write(event.topic, event.state)[1])
            if receipt["submission_id"] in waiting:
                waiting.remove(receipt["submission_id"])
                found[receipt["submission_id"]] = receipt
    return found
