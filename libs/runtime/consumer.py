"""The consumer loop, once for every service: decode, deduplicate, hand over, commit, bury."""

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from time import monotonic
from typing import Any

import structlog

from libs.contracts.topics import Topic, topic_of
from libs.kernel import trace
from libs.kernel.errors import ErasedError, ForgedError, PoisonError, RetryableError
from libs.kernel.metrics import CONSUMED, CONSUMER_RETRIES, HANDLED_SECONDS, LAG
from libs.kernel.retry import backoff_seconds
from libs.ports.bus import Bus, Delivery, Slot
from libs.ports.database import Database, DeadLetter, Step, Work
from libs.ports.telemetry import Telemetry
from libs.runtime.batches import BatchSize
from libs.runtime.cleaning import mark_gone
from libs.runtime.deliveries import event_of
from libs.runtime.limit import DeadLetterLimit
from libs.runtime.sealing import Sealer, opened
from libs.runtime.service import Handler, Prepares
from libs.runtime.taken import Place, Taken, common_trace, digest_of, reason_of, traceparent_of

ATTEMPTS = 3
"""Tries for an error nobody foresaw, before the record is buried."""
LONGEST_WAIT_SECONDS = 1.0
Outcomes = dict[Place, str]
"""What became of each record: a value of the label ``outcome`` of ``CONSUMED``."""

log = structlog.get_logger()


class Consumer:
    """Feeds the handlers of one service from the bus; one thread calls ``run`` or ``turn``.

    Three outcomes: applied (or ignored as old) and committed; put back, because something outside
    is down; buried in the dead-letter queue. The offset is committed after the effect, so a crash
    between the two repeats a record, which ``Work.advance`` then ignores. A wave of bad records
    stops the consumer after the batch that shows it, but not where others write, who must not.
    """

    def __init__(
        self,
        service: str,
        handlers: Mapping[Topic[Any], Handler],
        *,
        bus: Bus,
        database: Database,
        telemetry: Telemetry,
        sealer: Sealer | None = None,
    ) -> None:
        """Join the group ``kring.SERVICE`` for the topics that have a handler.

        Without a sealer no key is known: what is sealed is poison.
        """
        self._service = service
        self._handlers = {topic.name: handler for topic, handler in handlers.items()}
        self._database = database
        self._telemetry = telemetry
        self._sealer = sealer
        self._subscription = bus.subscribe(group_of(service), sorted(self._handlers))
        self._limit = DeadLetterLimit()
        self._batch = BatchSize()
        self._retries = 0
        self._measured: set[Slot] = set()
        self.halted = ""
        """Why the consumer stopped for good; empty while it works."""
        self.trouble = ""
        """Why the last turn did not go well, because something outside is down; else empty."""
        self.turns = 0
        """How often the loop turned: liveness is that this number rises."""
        self.good_turns = 0
        """How often a turn was finished; with work that is put back this number stands still."""
        self.idle_turns = 0
        """How many of the last turns found nothing in the slots that this member holds."""

    def run(self, stop: threading.Event) -> None:
        """Turn until told to stop, or until it halts."""
        try:
            while not stop.is_set() and not self.halted:
                wait = self.turn(timeout_seconds=LONGEST_WAIT_SECONDS)
                if wait:
                    stop.wait(wait)
        except Exception as error:  # a bug beyond the handlers: unready is better than silent
            self.halted = f"{type(error).__name__}: {error}"
            log.exception("consumer halted", service=self._service)
        finally:
            self._subscription.close()

    def turn(self, *, timeout_seconds: float = 0.0) -> float:
        """Poll once and process what came; return how many seconds to wait before the next turn."""
        self.turns += 1
        try:
            deliveries = self._subscription.poll(
                limit=self._batch.records, timeout_seconds=timeout_seconds
            )
            self.idle_turns = 0 if deliveries else self.idle_turns + 1
            begun = monotonic()
            self._process(deliveries)
            self._batch.took(len(deliveries), monotonic() - begun)
            self._measure_lag()
        except RetryableError as error:
            self._telemetry.count(CONSUMER_RETRIES, service=self._service)
            log.warning("put back", service=self._service, reason=str(error))
            self._retries += 1
            self.trouble = str(error)
            with suppress(RetryableError):  # what waits meanwhile is worth knowing
                self._measure_lag()
            return min(LONGEST_WAIT_SECONDS, backoff_seconds(self._retries, 1.0))
        self._retries = 0
        self.trouble = ""
        self.good_turns += 1
        slot = self._limit.exceeded()
        if slot is not None:
            self.halted = f"too many bad records in {slot.topic}/{slot.partition}"
            log.error("consumer halted", service=self._service, reason=self.halted)
        return 0.0

    def _process(self, deliveries: Sequence[Delivery]) -> None:
        """Process deliveries topic by topic; put the unfinished ones back when an effect fails."""
        pending = {delivery.slot: delivery.offset for delivery in reversed(deliveries)}
        try:
            ordered = sorted(deliveries, key=lambda delivery: (delivery.slot, delivery.offset))
            for topic, run in groupby(ordered, key=lambda delivery: delivery.slot.topic):
                batch = list(run)
                outcomes = self._process_topic(topic, batch)
                done = {delivery.slot: delivery.offset + 1 for delivery in batch}
                self._subscription.commit(done)
                self._settle(topic, outcomes)
                for slot in done:
                    del pending[slot]
        except RetryableError:
            self._subscription.rewind(pending)
            raise

    def _process_topic(self, topic: str, deliveries: Sequence[Delivery]) -> Outcomes:
        outcomes: Outcomes = {}
        decoded: list[Taken] = []
        for delivery in deliveries:
            try:
                event = event_of(delivery)
                decoded.append(Taken(delivery, event, digest_of(delivery.record)))
            except Exception as error:  # noqa: BLE001  # bytes that break the decoder are poison too
                outcomes[delivery.slot, delivery.offset] = self._bury(delivery, error, attempts=1)
        taken = self._opened(decoded, outcomes)
        if taken:
            outcomes |= self._apply_or_split(self._handlers[topic], taken)
            if self._sealer:
                self._sealer.forget_erased([one.event for one in taken])
        return outcomes

    def _opened(self, decoded: Sequence[Taken], outcomes: Outcomes) -> list[Taken]:
        """Return what can be read; add what became of the rest."""
        events = [one.event for one in decoded]
        found = self._sealer.open(events) if self._sealer else opened(events, {})
        taken: list[Taken] = []
        for one, event in zip(decoded, found, strict=True):
            if isinstance(event, ErasedError):
                outcomes[one.place] = "erased"
            elif isinstance(event, PoisonError):
                outcomes[one.place] = self._bury(one.delivery, event, attempts=1)
            else:
                taken.append(one if event is one.event else one._replace(event=event))
        return taken

    def _apply_or_split(self, handler: Handler, taken: Sequence[Taken]) -> Outcomes:
        try:
            return self._apply(handler, taken)
        except RetryableError:
            raise
        except Exception as error:  # noqa: BLE001  # any bug: find the record that triggers it
            log.warning("batch failed, going one by one", error=type(error).__name__)
            return {one.place: self._apply_alone(handler, one) for one in taken}

    def _apply(self, handler: Handler, taken: Sequence[Taken]) -> Outcomes:
        """Apply a batch in the trace of its events, or in one of its own if they have several."""
        with trace.follow(common_trace(taken)):
            outcomes = self._handle(handler, taken)
            if log.is_enabled_for(logging.DEBUG):  # else even the names would cost
                for one in taken:
                    told = outcomes[one.place]
                    log.debug("taken", service=self._service, outcome=told, **one.names())
        return outcomes

    def _handle(self, handler: Handler, taken: Sequence[Taken]) -> Outcomes:
        begun = monotonic()
        if isinstance(handler, Prepares):
            handler.prepare([one.event for one in taken])
        with self._database.write() as work:
            newest = self._advance(work, taken)
            if newest:
                events = [one.event for one in newest]
                handler(events, work)
                mark_gone(events, work)
        topic = taken[0].event.topic.name
        seconds = monotonic() - begun
        self._telemetry.observe(HANDLED_SECONDS, seconds, service=self._service, topic=topic)
        fresh = {one.place for one in newest}
        return {one.place: "applied" if one.place in fresh else "old" for one in taken}

    def _advance(self, work: Work, taken: Sequence[Taken]) -> list[Taken]:
        """Return the newest event of each aggregate that was not applied before."""
        if taken[0].event.topic.is_open:
            return list(taken)  # requests, not snapshots: each counts
        newest: dict[str, Taken] = {}
        steps: dict[str, Step] = {}
        rivals: list[tuple[str, Step]] = []
        for one in taken:
            subject = one.event.subject
            step = Step(one.event.sequence, one.digest)
            known = steps.get(subject)
            if known is None or step.sequence > known.sequence:
                newest[subject], steps[subject] = one, step
            elif step.sequence == known.sequence and step.digest != known.digest:
                rivals.append((subject, step))
        advanced = work.advance_all(self._service, steps)
        for subject, step in rivals:
            work.advance(self._service, subject, *step)  # refused, and reported as an alarm
        return [one for subject, one in newest.items() if subject in advanced]

    def _apply_alone(self, handler: Handler, one: Taken) -> str:
        attempt = 1
        while True:
            try:
                return self._apply(handler, [one])[one.place]
            except RetryableError:
                raise
            except ErasedError:
                return "erased"
            except PoisonError as error:
                return self._bury(one.delivery, error, attempts=attempt)
            except Exception as error:
                if attempt == ATTEMPTS:
                    log.exception("a handler fails", topic=one.event.topic.name)
                    return self._bury(one.delivery, error, attempts=attempt)
            attempt += 1

    def _bury(self, delivery: Delivery, error: Exception, *, attempts: int) -> str:
        letter = DeadLetter(
            topic=delivery.slot.topic,
            partition=delivery.slot.partition,
            offset=delivery.offset,
            record=delivery.record,
            reason=reason_of(error),
            attempts=attempts,
        )
        with self._database.write() as work:
            work.bury(letter)
        place = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
        with trace.follow(traceparent_of(delivery)):
            # the reason may quote what somebody sent; it is kept with the letter: `kring dlq list`
            if isinstance(error, ForgedError):
                alarm = "security alarm: a forged record was buried"
                log.error(alarm, service=self._service, **place)
                return "forged"
            log.warning("buried", service=self._service, error=type(error).__name__, **place)
        return "dead"

    def _settle(self, topic: str, outcomes: Outcomes) -> None:
        """Count what became of records, once they are committed: what was put back counts later."""
        own = topic_of(topic)
        for (slot, _), outcome in sorted(outcomes.items()):
            if outcome in {"dead", "forged"} and not (own and own.is_open):
                self._limit.bad(slot)
            else:
                self._limit.good(slot)
        for outcome, amount in Counter(outcomes.values()).items():
            self._telemetry.count(
                CONSUMED, amount, service=self._service, topic=topic, outcome=outcome
            )

    def _measure_lag(self) -> None:
        lags = self._subscription.lag()
        if not lags:
            self.idle_turns = 0  # it holds no slot yet, and so knows nothing of what is there
        for slot in self._measured - lags.keys():  # another member tells of it now
            self._telemetry.forget(LAG, **self._labels(slot))
        for slot, lag in lags.items():
            self._telemetry.gauge(LAG, lag, **self._labels(slot))
        self._measured = set(lags)

    def _labels(self, slot: Slot) -> dict[str, str]:
        return {"service": self._service, "topic": slot.topic, "partition": str(slot.partition)}


def group_of(service: str) -> str:
    """Return the name of a service's consumer group."""
    return f"kring.{service}"
