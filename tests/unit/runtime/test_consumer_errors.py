"""What the consumer loop does with records and effects that fail."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from libs.adapters.prometheus.telemetry import PrometheusTelemetry, open_telemetry
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sqlite.bus import open_bus
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import INBOX, STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.errors import ErasedError, ForgedError, PoisonError, RetryableError
from libs.kernel.ids import Ids
from libs.ports.bus import Bus
from libs.ports.database import Database, DeadLetter, Work
from libs.runtime.consumer import ATTEMPTS, Consumer
from libs.runtime.limit import CONSECUTIVE
from libs.runtime.service import each

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Shop:
    """A service whose handler fails for chosen stories and notes what it was given."""

    bus: Bus
    database: Database
    telemetry: PrometheusTelemetry
    troubles: dict[str, Exception] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)

    def handle(self, event: Event[Story], _work: Work) -> None:
        self.given.append(event.aggregate_id)
        if event.aggregate_id in self.troubles:
            raise self.troubles[event.aggregate_id]
        self.applied.append(event.aggregate_id)

    def consumer(self) -> Consumer:
        return Consumer(
            "shop",
            {STORIES: each(self.handle), INBOX: each(self.handle)},
            bus=self.bus,
            database=self.database,
            telemetry=self.telemetry,
        )

    def letters(self) -> list[DeadLetter]:
        return self.database.letters().find(limit=1000)

    def counted(self, series: str) -> float:
        for line in self.telemetry.exposition().decode().splitlines():
            if line.startswith(f"{series} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def outcomes(self, outcome: str) -> float:
        labels = f'{{outcome="{outcome}",service="shop",topic="{STORIES.name}"}}'
        return self.counted(f"kring_events_consumed_total{labels}")


@pytest.fixture
def shop(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Shop]:
    url = f"sqlite:///{tmp_path}/shop.db"
    migrate(url)
    database = open_database(url, source=source_of("shop"), clock=clock, ids=ids)
    bus = open_bus(f"sqlite:///{tmp_path}/log.db", clock=clock, partitions=1)
    yield Shop(bus, database, open_telemetry())
    bus.close()
    database.close()


def story(identity: str, sequence: int = 1) -> Record:
    return encode(
        Event(
            topic=STORIES,
            id=f"{identity}-{sequence}",
            aggregate_id=identity,
            sequence=sequence,
            programme="p",
            source=source_of("ingestion"),
            time=NOON,
            state=Story(story_id=identity),
        )
    )


def undecodable(identity: str = "broken") -> Record:
    whole = story(identity)
    return Record(whole.topic, whole.key, whole.headers, b"\xff\xff")


def turn_until_idle(consumer: Consumer) -> None:
    """Let it take everything there is, in batches as large as it likes."""
    consumer.turn()
    while not consumer.halted and not consumer.idle_turns:
        consumer.turn()


def test_a_record_nobody_can_decode_is_buried_whole_and_the_others_go_on(shop: Shop) -> None:
    shop.bus.publish([story("a"), undecodable(), story("b")])

    shop.consumer().turn()

    (letter,) = shop.letters()
    assert letter.record == undecodable()
    assert (letter.topic, letter.partition, letter.offset) == (STORIES.name, 0, 1)
    assert letter.reason.startswith("PoisonError: the payload is no Story")
    assert letter.attempts == 1
    assert shop.applied == ["a", "b"]
    assert shop.outcomes("dead") == 1


def test_a_buried_record_does_not_come_again(shop: Shop) -> None:
    shop.bus.publish([undecodable()])
    shop.consumer().turn()
    shop.bus.forget("kring.shop")

    shop.consumer().turn()

    assert len(shop.letters()) == 1


def test_a_record_that_a_handler_calls_poison_is_buried_at_once(shop: Shop) -> None:
    shop.troubles["b"] = PoisonError("the programme is another")
    shop.bus.publish([story("a"), story("b"), story("c")])

    shop.consumer().turn()

    (letter,) = shop.letters()
    assert letter.reason == "PoisonError: the programme is another"
    assert letter.attempts == 1
    assert shop.applied[-2:] == ["a", "c"]


def test_a_bug_in_a_handler_is_tried_three_times_alone_and_then_buried(shop: Shop) -> None:
    shop.troubles["b"] = ZeroDivisionError("division by zero")
    shop.bus.publish([story("a"), story("b"), story("c")])

    shop.consumer().turn()

    (letter,) = shop.letters()
    assert letter.reason == "ZeroDivisionError: division by zero"
    assert letter.attempts == ATTEMPTS
    assert shop.given.count("b") == ATTEMPTS + 1
    assert (shop.outcomes("applied"), shop.outcomes("dead")) == (2, 1)


def test_a_bug_that_passes_by_itself_buries_nothing(shop: Shop) -> None:
    shop.troubles["a"] = ZeroDivisionError("once")
    shop.bus.publish([story("a")])

    def heal(event: Event[Story], work: Work) -> None:
        try:
            shop.handle(event, work)
        finally:
            shop.troubles.clear()

    Consumer(
        "shop",
        {STORIES: each(heal)},
        bus=shop.bus,
        database=shop.database,
        telemetry=shop.telemetry,
    ).turn()

    assert shop.letters() == []
    assert shop.applied == ["a"]


def test_a_buried_snapshot_is_healed_by_the_next_one(shop: Shop) -> None:
    shop.troubles["a"] = PoisonError("bad state")
    shop.bus.publish([story("a", 5)])
    consumer = shop.consumer()
    consumer.turn()
    shop.troubles.clear()
    shop.bus.publish([story("a", 6)])

    consumer.turn()

    assert shop.applied == ["a"]


def test_a_buried_snapshot_is_not_taken_as_applied_so_that_it_can_be_replayed(shop: Shop) -> None:
    shop.troubles["a"] = PoisonError("bad state")
    shop.bus.publish([story("a", 5)])
    consumer = shop.consumer()
    consumer.turn()
    shop.troubles.clear()
    shop.bus.publish([shop.letters()[0].record])

    consumer.turn()

    assert shop.applied == ["a"]


def test_a_reason_that_no_database_can_keep_is_made_keepable(shop: Shop) -> None:
    shop.troubles["a"] = PoisonError("\ud800\0" + "x" * 5000)
    shop.bus.publish([story("a")])

    shop.consumer().turn()

    (letter,) = shop.letters()
    assert letter.reason.startswith("PoisonError: \\ud800xxx")
    assert len(letter.reason) < 1100


def test_what_is_down_puts_the_batch_back_until_it_is_up_again(shop: Shop) -> None:
    shop.troubles["b"] = RetryableError("the index is down")
    shop.bus.publish([story("a"), story("b")])
    consumer = shop.consumer()

    waits = [consumer.turn() for _ in range(5)]
    shop.troubles.clear()
    last = consumer.turn()

    assert all(0 < wait <= 1 for wait in waits)
    assert waits == sorted(waits)
    assert last == 0
    assert shop.applied[-2:] == ["a", "b"]
    assert shop.letters() == []
    assert shop.counted('kring_consumer_retries_total{service="shop"}') == 5
    assert shop.outcomes("applied") == 2


def test_poison_beside_what_is_down_counts_once_however_often_it_comes(shop: Shop) -> None:
    shop.troubles["a"] = PoisonError("bad state")
    shop.troubles["b"] = RetryableError("the index is down")
    shop.bus.publish([undecodable(), story("a"), story("b")])
    consumer = shop.consumer()

    for _ in range(CONSECUTIVE + 5):
        consumer.turn()

    assert consumer.halted == ""
    shop.troubles.pop("b")
    consumer.turn()
    assert len(shop.letters()) == 2
    assert shop.outcomes("dead") == 2


def test_an_event_about_an_erased_member_is_ignored_and_counted(shop: Shop) -> None:
    shop.troubles["b"] = ErasedError("her key is destroyed")
    shop.bus.publish([story("a"), story("b"), story("c")])

    shop.consumer().turn()

    assert shop.letters() == []
    assert shop.outcomes("erased") == 1
    assert shop.applied[-2:] == ["a", "c"]


def test_a_wave_of_bad_records_halts_the_consumer_and_says_why(shop: Shop) -> None:
    shop.bus.publish([undecodable(f"s{number}") for number in range(CONSECUTIVE + 1)])
    consumer = shop.consumer()

    turn_until_idle(consumer)

    assert consumer.halted == "too many bad records in kring.stories.v1/0"


def test_strangers_cannot_halt_the_consumer_where_they_may_write(shop: Shop) -> None:
    unsigned = [Record(INBOX.name, b"key", (), b"") for _ in range(3 * CONSECUTIVE)]
    shop.bus.publish([*unsigned, story("a")])
    consumer = shop.consumer()

    turn_until_idle(consumer)

    assert consumer.halted == ""
    assert shop.applied == ["a"]
    assert len(shop.letters()) == 3 * CONSECUTIVE


def test_what_is_forged_is_buried_and_counted_apart_for_an_alarm(shop: Shop) -> None:
    shop.troubles["a"] = ForgedError("another programme")
    forged = replace(story("b"), key=b"somebody else's")
    shop.bus.publish([story("a"), forged, story("c")])

    shop.consumer().turn()

    assert shop.outcomes("forged") == 2
    assert shop.outcomes("dead") == 0
    assert shop.applied[-1] == "c"
    assert len(shop.letters()) == 2


def test_a_wave_of_forged_records_halts_the_consumer_too(shop: Shop) -> None:
    forged = [replace(story(f"s{number}"), key=b"x") for number in range(CONSECUTIVE + 1)]
    shop.bus.publish(forged)
    consumer = shop.consumer()

    turn_until_idle(consumer)

    assert consumer.halted


def test_twenty_bad_records_in_a_row_do_not_halt_it(shop: Shop) -> None:
    shop.bus.publish([undecodable(f"s{number}") for number in range(CONSECUTIVE)])
    consumer = shop.consumer()

    turn_until_idle(consumer)

    assert consumer.halted == ""


def test_bad_records_in_a_row_are_counted_in_the_order_of_the_log(shop: Shop) -> None:
    bad = [undecodable(f"s{number}") for number in range(CONSECUTIVE)]
    shop.bus.publish([*bad, story("a"), *bad, story("b"), *bad])
    consumer = shop.consumer()

    turn_until_idle(consumer)

    assert consumer.halted == ""
    assert len(shop.letters()) == 3 * CONSECUTIVE


def test_a_halted_consumer_gives_its_slots_back_and_ends(shop: Shop) -> None:
    shop.bus.publish([undecodable(f"s{number}") for number in range(CONSECUTIVE + 1)])
    consumer = shop.consumer()

    consumer.run(threading.Event())

    assert consumer.halted
    shop.bus.publish([story("a")])
    after = shop.consumer()
    after.turn()
    assert shop.applied == ["a"]


def test_a_consumer_that_is_told_to_stop_ends(shop: Shop) -> None:
    stop = threading.Event()

    def last(event: Event[Story], work: Work) -> None:
        shop.handle(event, work)
        stop.set()

    shop.bus.publish([story("a")])
    handlers: dict[Any, Any] = {STORIES: each(last)}
    consumer = Consumer(
        "shop", handlers, bus=shop.bus, database=shop.database, telemetry=shop.telemetry
    )

    consumer.run(stop)

    assert (shop.applied, consumer.halted) == (["a"], "")


def test_a_bug_outside_the_handlers_halts_the_consumer_instead_of_ending_it_silently(
    shop: Shop,
) -> None:
    def unfit(_events: Sequence[Event[Story]], _work: Work) -> None:
        raise AssertionError("never reached")

    shop.bus.publish([story("a")])
    handlers: dict[Any, Any] = {STORIES: unfit}
    consumer = Consumer(
        "shop", handlers, bus=shop.bus, database=shop.database, telemetry=shop.telemetry
    )
    consumer._handlers.clear()

    consumer.run(threading.Event())

    assert consumer.halted == "KeyError: 'kring.stories.v1'"


def test_a_consumer_waits_before_it_tries_again_and_stops_meanwhile(shop: Shop) -> None:
    stop = threading.Event()

    def down(_event: Event[Story], _work: Work) -> None:
        stop.set()
        raise RetryableError("the index is down")

    shop.bus.publish([story("a")])
    handlers: dict[Any, Any] = {STORIES: each(down)}
    consumer = Consumer(
        "shop", handlers, bus=shop.bus, database=shop.database, telemetry=shop.telemetry
    )

    consumer.run(stop)

    assert consumer.halted == ""
    assert shop.counted('kring_consumer_retries_total{service="shop"}') == 1
