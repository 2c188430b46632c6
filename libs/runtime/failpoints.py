"""Fail-points: end the process at a named moment, to prove that nothing is lost there.

``KRING_FAIL_AT=P5:kill`` ends it as ``kill -9`` does when it first comes to P5; ``P5@search:kill``
counts only what the service search does. Without the setting no port is wrapped, so nothing of this
is on any path. The moments:

P1 before a database commit, P2 before a publish, P3 after it and before the rows are marked sent,
P4 after a poll and before its effect, P5 after the effect and before the offset is committed,
P7 before a claimed mail is handed over, P8 after it was accepted and before that is recorded.
"""

import os
import re
import signal
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import structlog
from typing_extensions import override

from libs.contracts.envelope import Record
from libs.kernel.errors import SettingsError
from libs.ports.bus import Bus, Delivery, Slot, Subscription
from libs.ports.database import Audit, Cleanings, Database, Letters, Outbox, Work
from libs.ports.mailer import Mailer

_FORM = re.compile(r"(P[1234578])(?:@([a-z]+))?:kill")
_NO_SERVICE = ""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FailPoint:
    """One moment at which the process ends."""

    name: str
    service: str = ""
    """Whose work counts; everybody's when empty."""

    @classmethod
    def parse(cls, text: str) -> "FailPoint":
        """Return the point of a setting; raises ``SettingsError`` for anything else."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise SettingsError(
                f"KRING_FAIL_AT={text!r} ends Kring on purpose and is for crash tests only:"
                " remove it, or write P5:kill or P5@search:kill."
            )
        return cls(found[1], found[2] or "")

    def reached(self, name: str, service: str = _NO_SERVICE) -> None:
        """End the process if this is the moment."""
        if name == self.name and self.service in {"", service}:
            log.warning("fail-point", name=name, service=service)
            os.kill(os.getpid(), signal.SIGKILL)

    def database(self, inner: Database, service: str) -> Database:
        """Return a service's database that stops at P1."""
        return _FailingDatabase(inner, self, service) if self.name == "P1" else inner

    def bus(self, inner: Bus) -> Bus:
        """Return the bus that stops at P2 to P5."""
        return _FailingBus(inner, self)

    def mailer(self, inner: Mailer) -> Mailer:
        """Return the mailer that stops at P7 and P8."""
        return _FailingMailer(inner, self)


@dataclass(frozen=True, slots=True)
class _FailingDatabase(Database):
    inner: Database
    point: FailPoint
    service: str

    @override
    @contextmanager
    def write(self) -> Iterator[Work]:
        with self.inner.write() as work:
            yield work
            self.point.reached("P1", self.service)

    @override
    @contextmanager
    def read(self) -> Iterator[Work]:
        with self.inner.read() as work:
            yield work

    @override
    def outbox(self) -> Outbox:
        return self.inner.outbox()

    @override
    def letters(self) -> Letters:
        return self.inner.letters()

    @override
    def audit(self, key: bytes) -> Audit:
        return self.inner.audit(key)

    @override
    def cleanings(self) -> Cleanings:
        return self.inner.cleanings()

    @override
    def purge(self) -> None:
        self.inner.purge()

    @override
    def tidy(self, *, sent_before: datetime) -> int:
        return self.inner.tidy(sent_before=sent_before)

    @override
    def version(self) -> str:
        return self.inner.version()

    @override
    def is_ready(self) -> bool:
        return self.inner.is_ready()

    @override
    def close(self) -> None:
        self.inner.close()


@dataclass(frozen=True, slots=True)
class _FailingBus(Bus):
    inner: Bus
    point: FailPoint

    @override
    def prepare(self, topics: Sequence[str]) -> None:
        self.inner.prepare(topics)

    @override
    def publish(self, records: Sequence[Record]) -> int:
        if records:
            self.point.reached("P2")
        published = self.inner.publish(records)
        if published:
            self.point.reached("P3")
        return published

    @override
    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        service = group.rpartition(".")[2]
        return _FailingSubscription(self.inner.subscribe(group, topics), self.point, service)

    @override
    def forget(self, group: str) -> None:
        self.inner.forget(group)

    @override
    def tidy(self, *, replaced_before: datetime, published_before: datetime) -> int:
        return self.inner.tidy(replaced_before=replaced_before, published_before=published_before)

    @override
    def close(self) -> None:
        self.inner.close()


@dataclass(frozen=True, slots=True)
class _FailingSubscription(Subscription):
    inner: Subscription
    point: FailPoint
    service: str

    @override
    def poll(self, *, limit: int, timeout_seconds: float) -> Sequence[Delivery]:
        deliveries = self.inner.poll(limit=limit, timeout_seconds=timeout_seconds)
        if deliveries:
            self.point.reached("P4", self.service)
        return deliveries

    @override
    def commit(self, offsets: Mapping[Slot, int]) -> None:
        if offsets:
            self.point.reached("P5", self.service)
        self.inner.commit(offsets)

    @override
    def rewind(self, offsets: Mapping[Slot, int]) -> None:
        self.inner.rewind(offsets)

    @override
    def lag(self) -> Mapping[Slot, int]:
        return self.inner.lag()

    @override
    def close(self) -> None:
        self.inner.close()


@dataclass(frozen=True, slots=True)
class _FailingMailer(Mailer):
    inner: Mailer
    point: FailPoint

    @override
    def send(self, message: EmailMessage) -> None:
        self.point.reached("P7")
        self.inner.send(message)
        self.point.reached("P8")

    @override
    def forget(self, *, address: str, ids: Collection[str] = ()) -> None:
        self.inner.forget(address=address, ids=ids)
