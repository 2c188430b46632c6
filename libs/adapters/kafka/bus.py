"""The bus as topics on Kafka, by kafka-python."""

from collections.abc import Sequence
from datetime import datetime

from typing_extensions import override

from libs.adapters.kafka.administration import Administration
from libs.adapters.kafka.publishing import Publisher
from libs.adapters.kafka.subscription import KafkaSubscription
from libs.contracts.brokers import Brokers, parse
from libs.contracts.envelope import Record
from libs.kernel.clock import Clock
from libs.ports.bus import Bus, Subscription


class KafkaBus(Bus):
    """Topics are made when they are first needed; Kafka tidies them by itself."""

    def __init__(self, brokers: Brokers) -> None:
        """Take the brokers; nothing is opened before it is needed."""
        self._brokers = brokers
        self._administration = Administration(brokers)
        self._publisher = Publisher(brokers, self._administration)
        self._subscriptions: list[Subscription] = []

    @override
    def prepare(self, topics: Sequence[str]) -> None:
        self._administration.make(topics)

    @override
    def publish(self, records: Sequence[Record]) -> int:
        return self._publisher.publish(records)

    @override
    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        subscription = KafkaSubscription(self._brokers, self._administration, group, topics)
        self._subscriptions.append(subscription)
        return subscription

    @override
    def forget(self, group: str) -> None:
        self._administration.forget(group)

    @override
    def tidy(self, *, replaced_before: datetime, published_before: datetime) -> int:
        return 0

    @override
    def close(self) -> None:
        while self._subscriptions:
            self._subscriptions.pop().close()
        self._publisher.close()


def open_bus(url: str, *, clock: Clock) -> KafkaBus:  # noqa: ARG001  # the brokers keep the time
    """Open the topics at ``kafka://host:port[,host:port][/namespace][?options]``.

    Raises ``SettingsError`` when the URL is not of that form; brokers that are away are no error
    before something is asked of them.
    """
    return KafkaBus(parse(url))
