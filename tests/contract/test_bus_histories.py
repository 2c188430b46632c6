"""Any history of publishing, polling, committing, leaving and falling silent keeps the laws."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from libs.adapters.sqlite.bus import open_bus
from libs.contracts.envelope import Record
from libs.kernel.clock import ManualClock
from libs.ports.bus import Delivery, Slot, Subscription

TOPICS = ("kring.members.v1", "kring.stories.v1")
GROUPS = ("search", "matchmaking")


class Member:
    """A member as it knows itself: what it polled and has not committed."""

    def __init__(self, group: str, subscription: Subscription) -> None:
        self.group = group
        self.subscription = subscription
        self.in_hand: dict[Slot, list[Delivery]] = defaultdict(list)
        self.is_open = True

    def poll(self, limit: int) -> list[Delivery]:
        found = list(self.subscription.poll(limit=limit, timeout_seconds=0))
        held = self.subscription.lag().keys()
        assert {delivery.slot for delivery in found} <= held
        self.in_hand = defaultdict(
            list, {slot: kept for slot, kept in self.in_hand.items() if slot in held}
        )
        for delivery in found:
            self.in_hand[delivery.slot].append(delivery)
        return found


class Histories(RuleBasedStateMachine):
    members = Bundle("members")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
        url = f"sqlite:///{Path(self.folder.name)}/log.db"
        self.buses = [open_bus(url, clock=self.clock, partitions=3) for _ in range(2)]
        self.published: dict[tuple[str, bytes], list[bytes]] = defaultdict(list)
        self.claimed: dict[tuple[str, Slot], set[int]] = defaultdict(lambda: {0})
        self.open_members: list[Member] = []
        self.count = 0

    @rule(
        bus=st.integers(0, 1),
        batch=st.lists(st.tuples(st.sampled_from(TOPICS), st.integers(0, 4)), max_size=6),
    )
    def publish(self, bus: int, batch: list[tuple[str, int]]) -> None:
        records = []
        for topic, key in batch:
            self.count += 1
            records.append(Record(topic, b"k%d" % key, (), b"%d" % self.count))
        assert self.buses[bus].publish(records) == len(records)
        for record in records:
            self.published[record.topic, record.key].append(record.value)

    @precondition(lambda self: len(self.open_members) < 4)
    @rule(target=members, bus=st.integers(0, 1), group=st.sampled_from(GROUPS))
    def join(self, bus: int, group: str) -> Member:
        member = Member(group, self.buses[bus].subscribe(group, TOPICS))
        self.open_members.append(member)
        return member

    @rule(member=members, limit=st.integers(1, 5))
    def poll(self, member: Member, limit: int) -> None:
        if member.is_open:
            assert len(member.poll(limit)) <= limit

    @rule(member=members)
    def commit(self, member: Member) -> None:
        offsets = {slot: kept[-1].offset + 1 for slot, kept in member.in_hand.items() if kept}
        member.subscription.commit(offsets)
        if member.is_open:
            for slot, offset in offsets.items():
                self.claimed[member.group, slot].add(offset)

    @rule(member=members)
    def rewind(self, member: Member) -> None:
        if member.is_open:
            member.subscription.rewind(
                {slot: kept[0].offset for slot, kept in member.in_hand.items() if kept}
            )
            member.in_hand.clear()

    @rule(member=members)
    def leave(self, member: Member) -> None:
        member.subscription.close()
        if member.is_open:
            member.is_open = False
            self.open_members.remove(member)

    @rule(seconds=st.sampled_from([1, 4, 11]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def what_a_member_has_in_hand_is_in_order(self) -> None:
        for member in self.open_members:
            for kept in member.in_hand.values():
                offsets = [delivery.offset for delivery in kept]
                assert offsets == sorted(set(offsets))

    @rule()
    def everybody_polls(self) -> None:
        """After that every slot has exactly one holder among the members of a group."""
        for _ in range(3):
            for member in self.open_members:
                member.poll(1)
        for group in GROUPS:
            held = [
                slot
                for member in self.open_members
                if member.group == group
                for slot in member.subscription.lag()
            ]
            assert len(held) == len(set(held))
            assert len(held) in {0, 3 * len(TOPICS)}

    @override
    def teardown(self) -> None:
        for member in self.open_members:
            member.subscription.close()
        whole = self.read_all("somebody new")
        by_key: dict[tuple[str, bytes], list[bytes]] = defaultdict(list)
        for delivery in whole:
            by_key[delivery.record.topic, delivery.record.key].append(delivery.record.value)
        assert by_key == self.published
        for group in GROUPS:
            self.assert_nothing_lost(group, whole)
        for bus in self.buses:
            bus.close()
        self.folder.cleanup()

    def assert_nothing_lost(self, group: str, whole: list[Delivery]) -> None:
        """What comes again is the whole tail after something that a member claimed as done."""
        again = self.read_all(group)
        for slot in {delivery.slot for delivery in whole}:
            log = [delivery for delivery in whole if delivery.slot == slot]
            tail = [delivery for delivery in again if delivery.slot == slot]
            done = len(log) - len(tail)
            assert tail == log[done:]
            assert done in self.claimed[group, slot]

    def read_all(self, group: str) -> list[Delivery]:
        found: list[Delivery] = []
        subscription = self.buses[0].subscribe(group, TOPICS)
        while batch := subscription.poll(limit=50, timeout_seconds=0):
            found += batch
        subscription.close()
        return found


TestHistories = Histories.TestCase
TestHistories.settings = settings(deadline=None, max_examples=15, stateful_step_count=25)
