"""Personal data on its way: sealed before it is written, open for handlers, gone with its key."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from libs.adapters.prometheus.telemetry import PrometheusTelemetry, open_telemetry
from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.vault.store import open_vault
from libs.adapters.sqlite.bus import open_bus
from libs.contracts import topics
from libs.contracts.codec import encode, source_of
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.members_pb2 import Contact, Member
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.sealing import Keys
from libs.kernel.clock import ManualClock
from libs.kernel.errors import ErasedError, RetryableError
from libs.kernel.ids import Ids
from libs.ports.bus import Bus
from libs.ports.database import Work
from libs.ports.vault import Vault
from libs.runtime.consumer import Consumer
from libs.runtime.limit import CONSECUTIVE
from libs.runtime.relay import Relay
from libs.runtime.sealing import KeptKeys, Sealer

CANARY = "Zeldzaamheid"


class DownVault(KeptKeys):
    """A vault whose server can be away."""

    is_down = False

    @override
    def keys(self, member_ids: Any) -> Keys:
        if self.is_down:
            raise RetryableError("the vault does not answer")
        return super().keys(member_ids)


@dataclass
class Site:
    """A service that tells of members, and one that reads of them in another process."""

    bus: Bus
    database: SqlDatabase
    vault: Vault
    far: DownVault
    telemetry: PrometheusTelemetry
    files: Path
    given: list[Event[Any]] = field(default_factory=list)

    def handle(self, events: Sequence[Event[Any]], _work: Work) -> None:
        self.given.extend(events)

    def tell(self, member: str, sequence: int = 1, name: str = CANARY) -> None:
        state = Member(member_id=member, display_name=name, contact=Contact(email=f"{name}@x.nl"))
        with self.database.write() as work:
            work.emit(topics.MEMBERS, member, programme="p", sequence=sequence, state=state)

    def publish(self) -> None:
        Relay("site", database=self.database, bus=self.bus, telemetry=self.telemetry).drain()

    def consumer(self) -> Consumer:
        return Consumer(
            "site",
            {topics.MEMBERS: self.handle, topics.STORIES: self.handle},
            bus=self.bus,
            database=self.database,
            telemetry=self.telemetry,
            sealer=Sealer(self.far),
        )

    def counted(self, outcome: str) -> float:
        labels = f'{{outcome="{outcome}",service="site",topic="{topics.MEMBERS.name}"}}'
        for line in self.telemetry.exposition().decode().splitlines():
            if line.startswith(f"kring_events_consumed_total{labels} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0


@pytest.fixture
def site(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path}/site.db"
    migrate(url)
    vault, far = (
        open_vault(f"sqlite:///{tmp_path}/vault.db", installation_keys=["k" * 20], clock=clock)
        for _ in range(2)
    )
    kept = KeptKeys(vault, clock)
    database = open_database(
        url, source=source_of("ingestion"), clock=clock, ids=ids, seal=Sealer(kept).seal
    )
    bus = open_bus(f"sqlite:///{tmp_path}/log.db", clock=clock, partitions=1)
    opened = Site(bus, database, kept, DownVault(far, clock), open_telemetry(), tmp_path)
    yield opened
    bus.close()
    database.close()
    kept.close()
    opened.far.close()


def test_a_name_stands_in_no_file_and_the_handler_reads_it(site: Site) -> None:
    site.tell("anna")
    site.publish()
    site.consumer().turn()

    assert [event.state.display_name for event in site.given] == [CANARY]
    assert not site.given[0].state.HasField("sealed")
    for file in site.files.iterdir():
        assert CANARY.encode() not in file.read_bytes(), file


def test_the_digest_that_is_kept_for_good_is_not_one_of_the_name(site: Site) -> None:
    site.tell("anna")
    site.publish()
    site.consumer().turn()

    plain = hashlib.sha256(site.given[0].state.SerializeToString(deterministic=True)).digest()
    assert plain not in b"".join(file.read_bytes() for file in site.files.iterdir())


def test_events_about_the_erased_are_ignored_and_counted_however_many(site: Site) -> None:
    members = [f"member {number}" for number in range(CONSECUTIVE + 5)]
    for member in members:
        site.tell(member)
        site.vault.destroy(member)
    site.tell("bert")
    site.publish()
    consumer = site.consumer()
    while not consumer.idle_turns:
        consumer.turn()

    assert [event.aggregate_id for event in site.given] == ["bert"]
    assert site.counted("erased") == len(members)
    assert site.database.letters().find() == []
    assert not consumer.halted


def test_a_ciphertext_moved_to_another_event_is_a_dead_letter(site: Site) -> None:
    site.tell("anna")
    ((_, record),) = site.database.outbox().pending(10)
    headers = tuple((k, b"e-9" if k == "ce_id" else v) for k, v in record.headers)
    site.bus.publish([replace(record, headers=headers)])
    site.consumer().turn()

    (letter,) = site.database.letters().find()
    assert "sealed fields are not of this event" in letter.reason
    assert CANARY.encode() not in letter.record.value


def test_what_is_sealed_with_an_unknown_key_is_a_dead_letter(
    site: Site, clock: ManualClock
) -> None:
    lost = open_vault(f"sqlite:///{site.files}/lost.db", installation_keys=["k" * 20], clock=clock)
    state = Member(member_id="anna", display_name=CANARY)
    event: Event[Any] = Event(
        topics.MEMBERS, "e", "anna", 1, "p", source_of("ingestion"), clock.now(), state
    )
    (sealed,) = Sealer(lost).seal([event])
    lost.close()
    site.bus.publish([encode(sealed)])
    site.consumer().turn()

    (letter,) = site.database.letters().find()
    assert letter.reason == "PoisonError: there is no data key of member anna"


def test_while_the_vault_is_away_everything_waits_and_nothing_is_lost(site: Site) -> None:
    site.tell("anna")
    site.publish()
    consumer = site.consumer()
    site.far.is_down = True
    assert consumer.turn() > 0
    assert site.given == []

    site.far.is_down = False
    consumer.turn()

    assert [event.aggregate_id for event in site.given] == ["anna"]
    assert site.database.letters().find() == []


def test_after_the_erased_snapshot_a_key_is_not_used_from_memory_any_more(site: Site) -> None:
    site.tell("anna")
    site.publish()
    consumer = site.consumer()
    consumer.turn()
    site.tell("anna", sequence=2)
    site.vault.destroy("anna")
    with site.database.write() as work:
        gone = Member(erased=True)
        work.emit(topics.MEMBERS, "anna", programme="p", sequence=3, state=gone)
    ((_, second), (_, erased)) = site.database.outbox().pending(10)

    site.bus.publish([erased])
    consumer.turn()
    site.bus.publish([second])
    consumer.turn()

    assert [event.sequence for event in site.given] == [1, 3]
    assert site.counted("erased") == 1


def test_what_an_older_release_told_unsealed_is_read(site: Site, clock: ManualClock) -> None:
    state = Member(member_id="anna", display_name="Anna")
    event: Event[Any] = Event(
        topics.MEMBERS, "e", "anna", 1, "p", source_of("ingestion"), clock.now(), state
    )
    site.bus.publish([encode(event)])
    site.consumer().turn()

    assert [event.state.display_name for event in site.given] == ["Anna"]


def test_all_events_of_a_transaction_are_sealed_in_the_order_they_were_told(site: Site) -> None:
    with site.database.write() as work:
        for number in range(1, 4):
            state = Member(member_id=f"m{number}", display_name=CANARY)
            work.emit(topics.MEMBERS, f"m{number}", programme="p", sequence=1, state=state)
            story = Story(story_id=f"s{number}", title="Zonder eigenaar")
            work.emit(topics.STORIES, f"s{number}", programme="p", sequence=1, state=story)
    told = [record for _, record in site.database.outbox().pending(10)]

    assert [dict(record.headers)["ce_subject"].decode() for record in told] == [
        "member/m1",
        "story/s1",
        "member/m2",
        "story/s2",
        "member/m3",
        "story/s3",
    ]


def test_a_transaction_that_tells_of_an_erased_member_leaves_nothing(site: Site) -> None:
    site.vault.destroy("anna")
    with pytest.raises(ErasedError):
        site.tell("anna")

    assert site.database.outbox().pending(10) == []


def test_only_so_many_keys_are_kept_in_memory(site: Site, clock: ManualClock) -> None:
    kept = KeptKeys(site.vault, clock, most=2)
    keys = kept.make(["anna", "bert", "cleo"])

    assert len(kept._kept) == 2
    assert kept.keys(["anna", "bert", "cleo"]) == keys
