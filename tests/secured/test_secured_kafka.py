"""Kafka that asks who we are: both clients get in, or say why not and come back by themselves."""

import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import TopicAuthorizationFailedError
from secured.conftest import NAME, Office
from servers.kafka import PLAIN, SecuredKafka

from libs.adapters.kafka.bus import open_bus as open_kafka
from libs.adapters.kafka.checkup import checkups
from libs.adapters.librdkafka.bus import open_bus as open_librdkafka
from libs.contracts.brokers import parse
from libs.contracts.envelope import Record
from libs.contracts.rights import Right, rights_of
from libs.contracts.topics import MEMBERS, STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.errors import AccessError, RetryableError
from libs.ports.bus import Bus
from libs.runtime.consumer import group_of

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(600),
    # kafka-python 3.0.12 leaves a refused connection's socket to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
CLIENTS = [
    pytest.param("kafka", open_kafka, id="kafka"),
    pytest.param("kafka+librdkafka", open_librdkafka, id="librdkafka"),
]
READS = [STORIES.name]
TOPICS_OF_A_PROGRAMME = ("kring.inbox.v1", "kring.receipts.v1.of.theirs", "kring.members.v1")
ANSWER_SECONDS = 30


class Account:
    """A user with a password in a file, and the rights of a service."""

    def __init__(self, kafka: SecuredKafka, folder: Path, scheme: str) -> None:
        self.kafka = kafka
        self.user = f"u{uuid.uuid4().hex[:8]}"
        self.file = folder / "password"
        self.file.write_text("hush-first\n")
        kafka.enrol(self.user, "hush-first")
        namespaced = f"{kafka.bootstrap}/{self.user}"
        self.url = kafka.secured_url(f"{self.user}", scheme, password_file=self.file).replace(
            kafka.bootstrap, namespaced
        )
        self.rights = rights_of(NAME, READS, group_of(NAME), brokers=parse(self.url))
        kafka.allow(self.user, self.rights)


@pytest.mark.parametrize(("scheme", "_opener"), CLIENTS)
def test_a_password_is_asked_for_at_the_start_and_when_it_was_changed_and_taken_from_its_file(
    kafka: SecuredKafka,
    opened: Callable[..., Office],
    tmp_path: Path,
    scheme: str,
    _opener: object,
) -> None:
    account = Account(kafka, tmp_path, scheme)
    account.file.write_text("hush-wrong\n")
    office = opened(bus=account.url)
    office.is_refused("consumer", f"Kafka refuses the user {account.user}")
    account.file.write_text("hush-first\n")
    office.works()

    kafka.enrol(account.user, "hush-second")
    kafka.restart()
    office.is_refused("consumer", f"Kafka refuses the user {account.user}")
    account.file.write_text("hush-second\n")

    office.works()


@pytest.mark.parametrize(("scheme", "_opener"), CLIENTS)
def test_an_expired_certificate_keeps_us_away_until_it_is_renewed(
    kafka: SecuredKafka,
    opened: Callable[..., Office],
    tmp_path: Path,
    scheme: str,
    _opener: object,
) -> None:
    office = opened(bus=Account(kafka, tmp_path, scheme).url)
    office.works()

    kafka.show(kafka.authority.issue("kafka", is_expired=True))
    office.is_refused("consumer", "is not accepted (certificate has expired)")
    kafka.show(kafka.authority.issue("kafka"))

    office.works()


@pytest.mark.parametrize(("scheme", "_opener"), CLIENTS)
def test_a_right_that_was_taken_back_stops_the_service_until_it_is_given_again(
    kafka: SecuredKafka,
    opened: Callable[..., Office],
    tmp_path: Path,
    scheme: str,
    _opener: object,
) -> None:
    account = Account(kafka, tmp_path, scheme)
    office = opened(bus=account.url)
    office.works()

    kafka.revoke(account.user, account.rights)
    office.is_refused("consumer", f"Kafka does not let {account.user} do this, polling")
    office.tell("meanwhile")
    office.is_refused("relay", f"Kafka does not let {account.user} do this, publishing")
    kafka.allow(account.user, account.rights)

    office.works()
    assert "meanwhile" in office.heard


@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_the_rights_of_a_service_are_enough_for_it_and_for_no_more(
    kafka: SecuredKafka,
    tmp_path: Path,
    clock: ManualClock,
    scheme: str,
    opener: Callable[..., Bus],
) -> None:
    account = Account(kafka, tmp_path, scheme)
    bus = opener(account.url, clock=clock)
    try:
        assert bus.publish([Record(STORIES.dead, b"k", (), b"v")]) == 1
        with pytest.raises(AccessError, match="lists for each service"):
            bus.publish([Record("kring.matches.v1", b"k", (), b"v")])
        with pytest.raises(AccessError, match="lists for each service"):
            bus.subscribe(group_of("search"), READS).poll(limit=1, timeout_seconds=1)
        with pytest.raises(AccessError, match="lists for each service"):
            bus.subscribe(group_of(NAME), [MEMBERS.dead]).poll(limit=1, timeout_seconds=1)
        with pytest.raises(AccessError, match="lists for each service"):
            bus.forget(group_of("search"))
    finally:
        bus.close()


def test_the_doctor_may_look_at_everything_and_says_what_a_service_may_not(
    kafka: SecuredKafka, tmp_path: Path, clock: ManualClock
) -> None:
    service = Account(kafka, tmp_path, "kafka")
    with closing(open_kafka(service.url, clock=clock)) as bus:
        bus.publish([Record(STORIES.name, b"k", (), b"v")])
        groups = {NAME: group_of(NAME)}
        told = dict(checkups(service.url, groups))
        with pytest.raises(AccessError, match="lists for each service"):
            told["Kafka topics"]()

        ours = parse(service.url).topic("kring.")
        looking = Right("topic", ours, ("Describe", "DescribeConfigs"), is_prefix=True)
        groups_too = Right("group", ours, ("Describe",), is_prefix=True)
        kafka.allow(service.user, [looking, groups_too])
        assert told["Kafka brokers"]() == "1 answer"
        assert told["Kafka topics"]().startswith("1 of ")
        with pytest.raises(RetryableError, match="nobody consumes"):
            told[f"{NAME} consumers"]()


def test_a_programme_sends_and_reads_what_is_its_own_and_nothing_else(
    kafka: SecuredKafka,
) -> None:
    """The rights of docs/operator.md, "Programmes on the brokers", over a client of its own."""
    inbox, receipts, members = (f"{uuid.uuid4().hex[:8]}.{name}" for name in TOPICS_OF_A_PROGRAMME)
    kafka.enrol("theirs", "hush-theirs")
    sending = Right("topic", inbox, ("Write",))
    kafka.allow("theirs", [sending, Right("topic", receipts, ("Read",))])
    kafka.create([inbox, receipts, members])
    given = {
        "bootstrap_servers": kafka.bootstrap,
        "security_protocol": "SASL_SSL",
        "ssl_cafile": str(kafka.authority.ca),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "theirs",
        "sasl_plain_password": "hush-theirs",
    }

    assert _sends(given, inbox)
    assert not _sends(given, receipts)
    with closing(KafkaConsumer(**given)) as consumer:
        slots = [TopicPartition(receipts, 0)]
        assert consumer.end_offsets(slots) == {slots[0]: 0}
        assert consumer.topics() == {inbox, receipts}

    kafka.revoke("theirs", [sending])
    kafka.server.wait_for(lambda: not _sends(given, inbox))
    kafka.allow("theirs", [sending])
    kafka.server.wait_for(lambda: _sends(given, inbox))


def _sends(given: Mapping[str, Any], topic: str) -> bool:
    """Tell whether somebody may; a producer that was refused once never sends anything again."""
    with closing(KafkaProducer(**given)) as producer:
        try:
            producer.send(topic, b"{}").get(ANSWER_SECONDS)
        except TopicAuthorizationFailedError:
            return False
        return True


@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_a_plain_password_and_a_certificate_of_ours_are_shown_over_tls(
    kafka: SecuredKafka,
    tmp_path: Path,
    clock: ManualClock,
    scheme: str,
    opener: Callable[..., Bus],
) -> None:
    certificate, key = kafka.authority.issue("client").write(tmp_path, "client")
    kafka.allow("plain", [Right("topic", "kring.plain", ("Create", "Write"))])
    url = kafka.secured_url(PLAIN, scheme, sasl="plain", certificate=certificate, key=key)
    bus = opener(url, clock=clock)
    assert bus.publish([Record("kring.plain", b"k", (), b"v")]) == 1
    bus.close()


@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_an_authority_that_is_not_named_is_not_trusted(
    kafka: SecuredKafka, clock: ManualClock, scheme: str, opener: Callable[..., Bus]
) -> None:
    bus = opener(f"{scheme}+tls://{PLAIN}@{kafka.bootstrap}?sasl=plain", clock=clock)
    with pytest.raises(AccessError, match="name the authority that signed it with ca=FILE"):
        bus.publish([])
    with pytest.raises(AccessError, match="name the authority that signed it with ca=FILE"):
        bus.subscribe("g", READS).poll(limit=1, timeout_seconds=0)
    bus.close()


@pytest.mark.parametrize(("scheme", "opener"), CLIENTS)
def test_a_name_that_nobody_knows_is_said_so(
    clock: ManualClock, scheme: str, opener: Callable[..., Bus]
) -> None:
    bus = opener(f"{scheme}://kafka.invalid:9092", clock=clock)
    with pytest.raises(AccessError, match=r"kafka.invalid:9092 is no name that can be found"):
        bus.publish([])
    bus.close()
