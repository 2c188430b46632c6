"""The laws of ``libs.ports.bus.Bus``, for every adapter."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from harness.buses import LEASE_RUNS_OUT_SECONDS, LOGS, Log, drain, ends, gather, gather_all, settle

from libs.contracts.envelope import Record
from libs.kernel.clock import ManualClock
from libs.ports.bus import Bus, Delivery, Slot

TOPIC = "kring.stories.v1"
OTHER = "kring.members.v1"

OpenBus = Callable[[], Bus]
"""Opens the same log again, as another process would."""


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    made: Log = request.param(request)
    yield made
    made.close()


@pytest.fixture
def reopen(log: Log) -> OpenBus:
    return log.open


@pytest.fixture
def bus(reopen: OpenBus) -> Bus:
    return reopen()


def record(key: str, value: str, topic: str = TOPIC) -> Record:
    return Record(topic, key.encode(), (("ce_id", b"1"),), value.encode())


def texts(deliveries: Sequence[Delivery]) -> list[str]:
    return [delivery.record.value.decode() for delivery in deliveries]


def test_a_record_arrives_as_it_was_published(bus: Bus) -> None:
    sent = Record(
        "kring.any.v1.dlq",
        b"\x00key\xff",
        (("ce_id", b"1"), ("again", b"\x00\xff"), ("again", "é".encode())),
        b"\x00value\xff",
    )
    bus.publish([sent])

    (delivery,) = drain(bus.subscribe("g", [sent.topic]))

    assert delivery.record == sent
    assert delivery.slot.topic == sent.topic


def test_an_empty_value_and_an_empty_key_are_records_too(bus: Bus) -> None:
    bus.publish([Record(TOPIC, b"", (), b"")])

    (delivery,) = drain(bus.subscribe("g", [TOPIC]))

    assert (delivery.record.key, delivery.record.headers, delivery.record.value) == (b"", (), b"")


def test_publishing_tells_how_many_the_log_holds(bus: Bus) -> None:
    assert bus.publish([record("a", "1"), record("b", "2")]) == 2


def test_publishing_nothing_holds_nothing(bus: Bus) -> None:
    assert bus.publish([]) == 0
    assert drain(bus.subscribe("g", [TOPIC])) == []


def test_records_with_the_same_key_stand_in_one_slot_in_the_order_of_publishing(bus: Bus) -> None:
    for number in range(20):
        bus.publish([record(f"k{number % 4}", f"{number:02}"), record("k0", f"{number:02}+")])

    found = drain(bus.subscribe("g", [TOPIC]), limit=7)

    for key in {delivery.record.key for delivery in found}:
        of_key = [delivery for delivery in found if delivery.record.key == key]
        assert len({delivery.slot for delivery in of_key}) == 1
        assert texts(of_key) == sorted(texts(of_key))
    assert len(found) == 40


def test_offsets_rise_within_a_slot(bus: Bus) -> None:
    bus.publish([record("a", str(number)) for number in range(5)])

    offsets = [delivery.offset for delivery in drain(bus.subscribe("g", [TOPIC]), limit=2)]

    assert offsets == sorted(set(offsets))


def test_different_keys_spread_over_slots(bus: Bus) -> None:
    bus.publish([record(f"k{number}", "") for number in range(100)])

    assert len({delivery.slot for delivery in drain(bus.subscribe("g", [TOPIC]))}) > 1


def test_a_poll_returns_at_most_the_limit(bus: Bus) -> None:
    bus.publish([record(f"k{number}", "") for number in range(10)])
    subscription = bus.subscribe("g", [TOPIC])

    sizes: list[int] = []
    while 0 not in sizes:
        sizes.append(len(subscription.poll(limit=4, timeout_seconds=0)))

    assert max(sizes) <= 4
    assert sum(sizes) == 10


def test_a_busy_slot_does_not_starve_the_others(bus: Bus) -> None:
    bus.publish([record("busy", "busy") for _ in range(50)])
    bus.publish([record(f"k{number}", "rare") for number in range(20)])
    subscription = bus.subscribe("g", [TOPIC])

    found = [
        text for _ in range(8) for text in texts(subscription.poll(limit=5, timeout_seconds=0))
    ]

    assert "busy" in found
    assert "rare" in found


def test_only_the_topics_asked_for_arrive(bus: Bus) -> None:
    bus.publish([record("a", "story"), record("a", "member", OTHER)])

    assert texts(drain(bus.subscribe("g", [OTHER]))) == ["member"]
    assert sorted(texts(drain(bus.subscribe("h", [OTHER, TOPIC])))) == ["member", "story"]


def test_what_was_polled_is_not_polled_again_by_the_same_member(bus: Bus) -> None:
    bus.publish([record("a", "1")])
    subscription = bus.subscribe("g", [TOPIC])
    drain(subscription)
    bus.publish([record("a", "2")])

    assert texts(drain(subscription)) == ["2"]


def test_what_was_not_committed_comes_again(bus: Bus, reopen: OpenBus) -> None:
    bus.publish([record("a", "1"), record("a", "2"), record("a", "3")])
    first = bus.subscribe("g", [TOPIC])
    found = drain(first)
    first.commit(ends(found[:1]))
    bus.close()

    assert texts(drain(reopen().subscribe("g", [TOPIC]))) == ["2", "3"]


def test_what_was_committed_does_not_come_again(bus: Bus, reopen: OpenBus) -> None:
    bus.publish([record(f"k{number}", "") for number in range(10)])
    first = bus.subscribe("g", [TOPIC])
    first.commit(ends(drain(first)))
    first.close()

    assert drain(reopen().subscribe("g", [TOPIC])) == []


def test_every_group_sees_every_record(bus: Bus) -> None:
    bus.publish([record(f"k{number}", str(number)) for number in range(10)])
    first, second = bus.subscribe("g", [TOPIC]), bus.subscribe("h", [TOPIC])
    first.commit(ends(drain(first)))

    assert len(drain(second)) == 10


def test_preparing_a_topic_changes_nothing_of_what_is_in_it(bus: Bus) -> None:
    bus.prepare([TOPIC])
    bus.publish([record("a", "old")])
    bus.prepare([TOPIC, "kring.members.v1"])

    assert texts(drain(bus.subscribe("g", [TOPIC]))) == ["old"]


def test_a_new_group_starts_at_the_oldest_record(bus: Bus) -> None:
    bus.publish([record("a", "old")])
    early = bus.subscribe("early", [TOPIC])
    early.commit(ends(drain(early)))
    bus.publish([record("a", "new")])

    assert texts(drain(bus.subscribe("late", [TOPIC]))) == ["old", "new"]


def test_a_group_that_is_forgotten_starts_at_the_oldest_again(bus: Bus) -> None:
    bus.publish([record("a", "1")])
    for group in ("g", "h"):
        reader = bus.subscribe(group, [TOPIC])
        reader.commit(ends(drain(reader)))
        reader.close()

    bus.forget("g")
    bus.forget("never seen")

    assert texts(drain(bus.subscribe("g", [TOPIC]))) == ["1"]
    assert drain(bus.subscribe("h", [TOPIC])) == []


def test_within_a_group_each_slot_has_one_holder(bus: Bus, reopen: OpenBus) -> None:
    first, second = bus.subscribe("g", [TOPIC]), reopen().subscribe("g", [TOPIC])
    settle(first, second)

    assert not first.lag().keys() & second.lag().keys()
    bus.publish([record(f"k{number}", str(number)) for number in range(30)])
    found = sorted(texts([*drain(first), *drain(second)]), key=int)
    assert found == [str(number) for number in range(30)]


def test_slots_are_shared_out_evenly_among_the_members_that_poll(bus: Bus, reopen: OpenBus) -> None:
    members = [
        bus.subscribe("g", [TOPIC]),
        bus.subscribe("g", [TOPIC]),
        reopen().subscribe("g", [TOPIC]),
    ]
    settle(*members)

    assert [len(member.lag()) for member in members] == [2, 2, 2]


def test_a_member_that_never_polls_holds_nothing(bus: Bus) -> None:
    idle, busy = bus.subscribe("g", [TOPIC]), bus.subscribe("g", [TOPIC])
    bus.publish([record(f"k{number}", "") for number in range(10)])

    assert len(drain(busy)) == 10
    assert idle.lag() == {}


def test_a_slot_is_handed_over_only_when_its_holder_polls(bus: Bus) -> None:
    bus.publish([record(f"k{number}", "") for number in range(20)])
    first, second = bus.subscribe("g", [TOPIC]), bus.subscribe("g", [TOPIC])
    found = drain(first)

    assert drain(second) == []  # the first still works on what it polled
    first.commit(ends(found))
    settle(first, second)  # and nothing is lost by handing over
    assert second.lag()


def test_closing_gives_the_slots_back_at_once(bus: Bus) -> None:
    bus.publish([record(f"k{number}", "") for number in range(10)])
    first, second = bus.subscribe("g", [TOPIC]), bus.subscribe("g", [TOPIC])
    drain(first)
    first.close()

    assert len(drain(second)) == 10


def test_closing_twice_is_harmless(bus: Bus) -> None:
    subscription = bus.subscribe("g", [TOPIC])
    drain(subscription)
    subscription.close()
    subscription.close()
    bus.subscribe("g", [TOPIC]).close()


def test_a_member_that_fell_silent_loses_its_slots(bus: Bus, log: Log) -> None:
    bus.publish([record(f"k{number}", str(number)) for number in range(10)])
    silent = bus.subscribe("g", [TOPIC])
    drain(silent)
    other = log.open().subscribe("g", [TOPIC])
    assert drain(other) == []

    log.fall_silent()

    assert len(gather(other, 10)) == 10


def test_a_commit_of_a_stale_member_is_ignored(bus: Bus, log: Log) -> None:
    bus.publish([record("a", "1"), record("a", "2")])
    stale, other = bus.subscribe("g", [TOPIC]), log.open().subscribe("g", [TOPIC])
    found = drain(stale)
    log.fall_silent()
    taken = gather(other, 2)
    other.commit(ends(taken[:1]))

    stale.commit(ends(found))
    other.close()
    bus.close()

    assert texts(drain(log.open().subscribe("g", [TOPIC]))) == ["2"]


def test_a_member_that_wakes_up_takes_its_share_again(bus: Bus, log: Log) -> None:
    sleeper, other = bus.subscribe("g", [TOPIC]), log.open().subscribe("g", [TOPIC])
    settle(sleeper, other)
    log.fall_silent()
    settle(other)
    settle(sleeper, other)

    bus.publish([record(f"k{number}", str(number)) for number in range(30)])
    found = gather_all([sleeper, other], 30)

    assert sorted(map(int, texts([*found[0], *found[1]]))) == list(range(30))
    assert all(found)


def test_a_member_that_polls_keeps_its_slots(bus: Bus, clock: ManualClock) -> None:
    member, other = bus.subscribe("g", [TOPIC]), bus.subscribe("h", [TOPIC])
    settle(member)
    settle(other)
    held = set(member.lag())
    for _ in range(5):
        clock.advance(LEASE_RUNS_OUT_SECONDS / 3)
        settle(member)

    assert held
    assert set(member.lag()) == held


def test_rewinding_polls_again_from_there(bus: Bus) -> None:
    bus.publish([record("a", "1"), record("a", "2"), record("a", "3")])
    subscription = bus.subscribe("g", [TOPIC])
    found = drain(subscription)

    subscription.rewind({found[1].slot: found[1].offset})

    assert texts(drain(subscription)) == ["2", "3"]


def test_rewinding_a_slot_of_somebody_else_is_ignored(bus: Bus) -> None:
    bus.publish([record("a", "1")])
    subscription = bus.subscribe("g", [TOPIC])
    gather(subscription, 1)

    subscription.rewind({Slot(OTHER, 0): 0})
    subscription.commit({Slot(OTHER, 0): 1})

    assert drain(subscription) == []


def test_lag_counts_what_is_not_committed_per_held_slot(bus: Bus) -> None:
    bus.publish([record("a", "1"), record("a", "2"), record("a", "3")])
    subscription = bus.subscribe("g", [TOPIC])
    found = drain(subscription)
    slot = found[0].slot
    before = subscription.lag()

    subscription.commit({slot: found[1].offset + 1})

    assert before[slot] == 3
    assert subscription.lag()[slot] == 1
    assert sum(subscription.lag().values()) == 1


def test_a_poll_returns_as_soon_as_something_comes(bus: Bus, reopen: OpenBus) -> None:
    subscription = bus.subscribe("g", [TOPIC])
    settle(subscription)
    reopen().publish([record("a", "from elsewhere")])

    found = subscription.poll(limit=1, timeout_seconds=30.0)

    assert texts(found) == ["from elsewhere"]


def test_a_poll_without_records_ends_with_its_timeout(bus: Bus) -> None:
    subscription = bus.subscribe("g", [TOPIC])

    assert not subscription.poll(limit=1, timeout_seconds=0.3)
