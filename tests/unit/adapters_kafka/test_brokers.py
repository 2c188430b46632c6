"""What a bus URL for Kafka says, and how our topics are kept there."""

import pytest

from libs.contracts.brokers import Brokers, parse, settings_of
from libs.contracts.rights import Right, rights_of
from libs.kernel.credentials import Tls
from libs.kernel.errors import SettingsError


def test_a_url_names_servers_a_namespace_and_options() -> None:
    assert parse("kafka://one:9092,[::1]:9093/utrecht?partitions=24&replication=3") == Brokers(
        servers="one:9092,[::1]:9093", namespace="utrecht", partitions=24, replication=3
    )


def test_without_options_the_brokers_decide_about_replicas() -> None:
    assert parse("kafka+librdkafka://one:9092") == Brokers("one:9092", replication=-1)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("kafka://", "use kafka://[user:password@]host:port"),
        ("kafka://one", "use kafka://[user:password@]host:port"),
        ("kafka://one:port", "use kafka://[user:password@]host:port"),
        ("kafka://one:9092,", "use kafka://[user:password@]host:port"),
        ("kafka://one:9092/a/b", "use kafka://[user:password@]host:port"),
        ("kafka://one:9092?partitions", "after the question mark"),
        ("kafka://one:9092?partitions=0", "partitions is a number from 1 up"),
        ("kafka://one:9092?partitions=many", "partitions is a number from 1 up"),
        ("kafka://one:9092?acks=1", "unknown option 'acks'. Known are: beat_ms, ca, certificate"),
        ("kafka://me@one:9092", "give user and password"),
        ("kafka://one:9092?password_file=/dev/null", "give user and password"),
        ("kafka+tls://me:hush@one:9092?password_file=/dev/null", "not both"),
        ("kafka+tls://me@one:9092?password_file=/nowhere", "/nowhere cannot be read"),
        ("kafka+tls://me:hush@one:9092?sasl=gssapi", "sasl is one of plain, scram-sha-256"),
        ("kafka://me:hush@one:9092?sasl=plain", "would send the password as it is"),
        ("kafka://me:hush@one:9092?ca=/dev/null", "ca is of use with TLS only"),
        ("kafka+tls://one:9092?ca=/nowhere", "ca: /nowhere cannot be read"),
        ("kafka+tls://one:9092?key=/dev/null", "a key belongs to a certificate"),
    ],
)
def test_another_url_is_refused_with_what_would_be_right(url: str, why: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(url)

    assert why in str(refused.value)
    assert "KRING_BUS" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_user_is_believed_by_a_challenge_unless_the_url_says_otherwise() -> None:
    brokers = parse("kafka+tls://me:a%40b@one:9092?ca=/dev/null")

    assert (brokers.servers, brokers.user, brokers.password.read()) == ("one:9092", "me", "a@b")
    assert (brokers.sasl, brokers.protocol) == ("scram-sha-512", "SASL_SSL")
    assert brokers.tls == Tls(ca="/dev/null")
    assert "a@b" not in repr(brokers)


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("kafka://one:9092", "PLAINTEXT"),
        ("kafka+librdkafka+tls://one:9092", "SSL"),
        ("kafka://me:hush@one:9092", "SASL_PLAINTEXT"),
    ],
)
def test_kafka_has_a_name_for_each_way_of_being_safe(url: str, protocol: str) -> None:
    assert parse(url).protocol == protocol


def test_a_service_may_write_what_is_its_own_and_read_what_it_reads() -> None:
    brokers = parse("kafka://one:9092/utrecht")
    assert rights_of("matchmaking", ["kring.members.v1"], "kring.matchmaking", brokers=brokers) == [
        Right("topic", "utrecht.kring.introductions.v1", ("Create", "Write"), is_prefix=True),
        Right("topic", "utrecht.kring.matches.v1", ("Create", "Write"), is_prefix=True),
        Right("topic", "utrecht.kring.members.v1.dlq", ("Create", "Write")),
        Right("topic", "utrecht.kring.members.v1", ("Create", "Read")),
        Right("group", "utrecht.kring.matchmaking", ("Read", "Delete")),
    ]
    assert rights_of("search", [], "kring.search", brokers=brokers) == []


def test_names_on_the_brokers_carry_the_namespace_and_names_among_us_do_not() -> None:
    apart, alone = parse("kafka://one:9092/utrecht"), parse("kafka://one:9092")

    assert apart.topic("kring.stories.v1") == "utrecht.kring.stories.v1"
    assert apart.group("kring.search") == "utrecht.kring.search"
    for each in (apart, alone):
        assert each.name_of(each.topic("kring.stories.v1")) == "kring.stories.v1"


@pytest.mark.parametrize(
    ("topic", "policy"),
    [
        ("kring.stories.v1", "compact"),
        ("kring.stories.v1.network", "compact"),
        ("kring.stories.v1.of.somebody", "compact"),
        ("kring.receipts.v1.of.somebody", "delete"),
        ("kring.stories.v1.dlq", "delete"),
        ("kring.inbox.v1", "delete"),
    ],
)
def test_snapshots_keep_the_newest_of_each_key_and_the_rest_is_kept_for_a_while(
    topic: str, policy: str
) -> None:
    assert settings_of(topic)["cleanup.policy"] == policy


def test_the_part_of_a_programme_has_one_partition_however_many_others_have() -> None:
    brokers = parse("kafka://one:9092?partitions=24")

    assert brokers.partitions_of("kring.stories.v1") == 24
    assert brokers.partitions_of("kring.stories.v1.network") == 24
    assert brokers.partitions_of("kring.stories.v1.of.somebody") == 1
