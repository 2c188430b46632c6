"""Whether the brokers keep our topics as we need them, and whether our groups keep up."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import GroupIdNotFoundError, TopicAuthorizationFailedError

from libs.adapters.kafka.administration import Administration
from libs.contracts.brokers import Brokers, parse, settings_of
from libs.contracts.topics import TOPICS
from libs.kernel.errors import RetryableError
from libs.ports.checkup import Checkup

NAMED = 5
_POLICY = "cleanup.policy"


def checkups(url: str, groups: Mapping[str, str]) -> list[Checkup]:
    """Return what to look at; ``groups`` has the consumer group of each service."""
    brokers = parse(url)

    def asking(look: Callable[[Any, Brokers], str]) -> Callable[[], str]:
        def ask() -> str:
            with Administration(brokers).client("looking") as client:
                return look(client, brokers)

        return ask

    return [
        Checkup("Kafka brokers", asking(_brokers)),
        Checkup("Kafka topics", asking(_topics)),
        *(
            Checkup(f"{service} consumers", asking(partial(_group, service=service, group=group)))
            for service, group in groups.items()
        ),
    ]


def _brokers(client: Any, _ours: Brokers) -> str:  # noqa: ANN401  # it ships no types
    found = client.describe_cluster()["brokers"]
    return f"{len(found)} answer"


def _topics(client: Any, ours: Brokers) -> str:  # noqa: ANN401  # it ships no types
    wanted = {ours.topic(name): name for name in TOPICS}
    there = sorted(set(wanted) & set(client.list_topics()))
    described = client.describe_topics(there) if there else []
    partitions = [(topic["name"], each) for topic in described for each in topic["partitions"]]
    leaderless = sorted({name for name, each in partitions if each["leader_id"] < 0})
    if leaderless:
        raise RetryableError(f"{_some(leaderless)} without a leader: bring the brokers back.")
    behind = sorted(
        {name for name, each in partitions if len(each["isr_nodes"]) < len(each["replica_nodes"])}
    )
    if behind:
        raise RetryableError(f"{_some(behind)} with replicas that are behind: a broker is away.")
    forgetful = sorted(
        topic
        for topic, policy in _policies(client, there).items()
        if settings_of(wanted[topic])[_POLICY] == "compact" and "compact" not in policy
    )
    if forgetful:
        raise RetryableError(
            f"{_some(forgetful)} not compacted, so states will be lost: kafka-configs.sh --alter"
            f" --entity-type topics --entity-name TOPIC --add-config {_POLICY}=compact"
        )
    later = ", the others are made when they are needed" if len(there) < len(wanted) else ""
    return f"{len(there)} of {len(wanted)} with {len(partitions)} partitions, in sync{later}"


def _policies(client: Any, topics: Sequence[str]) -> dict[str, str]:  # noqa: ANN401  # no types
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    if not resources:
        return {}
    (found,) = client.describe_configs(resources, config_filter="all").values()
    for topic, configs in found.items():
        if _POLICY not in configs:  # 3.0.12 keeps the error to itself
            raise TopicAuthorizationFailedError(f"DescribeConfigs on {topic}")
    return {topic: str(configs[_POLICY]["value"]) for topic, configs in found.items()}


def _group(client: Any, ours: Brokers, *, service: str, group: str) -> str:  # noqa: ANN401
    name = ours.group(group)
    try:
        members = len(client.describe_groups([name])[name]["members"])
    except GroupIdNotFoundError:
        members = 0
    if not members:
        raise RetryableError(f"nobody consumes: start `kring run {service} --role consumer`.")
    return f"{members} consume, {_lag(client, name)} records wait"


def _lag(client: Any, name: str) -> int:  # noqa: ANN401  # it ships no types
    done = client.list_group_offsets({name: None})[name]
    ends = client.list_partition_offsets(dict.fromkeys(done, OffsetSpec.LATEST))
    return sum(max(0, ends[slot].offset - max(0, place.offset)) for slot, place in done.items())


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more} {'is' if len(names) == 1 else 'are'}"
