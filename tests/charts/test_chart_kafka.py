"""The topics and users that Strimzi is told of are those of the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # it ships no types
from harness.charts import CHART, ROOT, Object, of_kind, rendered

from libs.contracts import topics
from libs.contracts.brokers import parse, settings_of
from libs.contracts.topics import PART, TOPICS
from libs.runtime.consumer import group_of
from services.__main__ import SERVICES

RING = parse("kafka://kafka.kafka:9092/ring")
DATA = yaml.safe_load(Path(CHART, "files", "topics.yaml").read_text(encoding="utf-8"))


def consumed(service: str) -> Iterator[str]:
    """Yield the topics that a service has a handler for, as its ``service.py`` says."""
    source = (ROOT / "services" / service / "service.py").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "handlers":
            for inner in ast.walk(node.value):
                if isinstance(inner, ast.Attribute) and inner.attr.isupper():
                    yield getattr(topics, inner.attr).name


def rules(user: Object) -> dict[tuple[str, str], set[str]]:
    """Return what a user may do, by the kind and the name of what it does it with."""
    found: dict[tuple[str, str], set[str]] = {}
    for each in user["spec"]["authorization"]["acls"]:
        resource = each["resource"]
        is_prefix = resource["name"].endswith(".")
        assert resource["patternType"] == ("prefix" if is_prefix else "literal")
        found.setdefault((resource["type"], resource["name"]), set()).update(each["operations"])
    return found


def parted() -> set[str]:
    """Return the topics with a part for each programme, as the sources of ingestion say."""
    used = re.compile(r"topics\.([A-Z]+)\.of\(")
    sources = (ROOT / "services" / "ingestion").rglob("*.py")
    return {
        getattr(topics, name).name
        for path in sources
        for name in used.findall(path.read_text(encoding="utf-8"))
    }


def test_what_the_chart_says_of_topics_is_what_the_code_says() -> None:
    readers = {service: set(consumed(service)) for service in SERVICES}
    assert all(readers.values())
    assert sorted(DATA["services"]) == sorted(SERVICES)
    assert DATA["topics"] == {
        name: {
            "writer": topic.writer,
            "readers": sorted(service for service in SERVICES if name in readers[service]),
            "keeps": "newest" if topic.compacted else "everything",
        }
        for name, topic in TOPICS.items()
    }, "charts/kring/files/topics.yaml: say what the code says"
    assert set(DATA["parts"]) == parted()
    assert DATA["shared"] == [topics.NETWORK_STORIES.name]


def test_every_topic_is_made_as_the_code_would_make_it() -> None:
    found = of_kind(rendered("scaled"), "KafkaTopic").values()
    made = {each["spec"]["topicName"]: each for each in found}
    assert set(made) == {RING.topic(name) for name in TOPICS}
    for name in TOPICS:
        spec = made[RING.topic(name)]["spec"]
        assert spec["config"] == settings_of(name)
        assert spec["partitions"] == RING.partitions
        assert spec["replicas"] == 3


def test_a_service_may_write_its_own_topics_and_read_what_it_handles() -> None:
    users = of_kind(rendered("scaled"), "KafkaUser")
    assert set(users) == {f"kring-{service}" for service in SERVICES}
    for service in SERVICES:
        expected = {("group", RING.group(group_of(service))): {"Describe", "Read", "Delete"}}
        for name in parted():
            if TOPICS[name].writer == service:
                part = RING.topic(f"{name}{PART}")
                expected["topic", part] = {"Create", "Describe", "Write"}
        for name, topic in TOPICS.items():
            rights = {"Write"} if topic.writer == service else set()
            rights |= {"Read"} if name in consumed(service) else set()
            if rights:
                expected["topic", RING.topic(name)] = {"Describe", *rights}
        assert rules(users[f"kring-{service}"]) == expected


def test_a_programme_may_write_to_the_inbox_and_read_what_is_its_own() -> None:
    users = of_kind(rendered("wide"), "KafkaUser")
    for slug, number in (("zorgring", 1), ("buurt", 2)):
        own = f"0193a5e0-0000-7000-8000-00000000000{number}"
        user = f"kring-programme-{slug}"
        readable = [topics.RECEIPTS.of(own), topics.STORIES.of(own), topics.NETWORK_STORIES]
        assert rules(users[user]) == {
            ("topic", RING.topic(topics.INBOX.name)): {"Describe", "Write"},
            **{("topic", RING.topic(each.name)): {"Describe", "Read"} for each in readable},
            ("group", f"{user}."): {"Describe", "Read"},
        }
    for wanted in users.values():
        assert wanted["metadata"]["namespace"] == "kafka"
        assert wanted["metadata"]["labels"]["strimzi.io/cluster"] == "kafka"
        assert wanted["spec"]["authentication"] == {"type": "scram-sha-512"}


def test_without_strimzi_there_are_none_of_its_objects() -> None:
    assert not of_kind(rendered("split"), "KafkaTopic")
    assert not of_kind(rendered("split"), "KafkaUser")
