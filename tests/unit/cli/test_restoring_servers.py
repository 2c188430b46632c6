"""``kring restored`` over real servers: who consumes elsewhere is seen there."""

from contextlib import closing
from pathlib import Path

import pytest
from servers.kafka import Kafka

from libs.adapters.kafka.bus import open_bus
from libs.contracts.topics import STORIES
from libs.kernel.clock import SystemClock
from libs.kernel.errors import SettingsError
from libs.runtime.cli.restoring import restored
from libs.runtime.consumer import group_of
from libs.runtime.settings import Settings

pytestmark = pytest.mark.servers


def test_nothing_is_restored_while_somebody_consumes_on_another_machine(
    kafka: Kafka, tmp_path: Path
) -> None:
    url = kafka.url(partitions=2)
    with closing(open_bus(url, clock=SystemClock())) as bus:
        member = bus.subscribe(group_of("search"), [STORIES.name])
        while not member.lag():
            member.poll(limit=1, timeout_seconds=0.1)
        settings = Settings(data=tmp_path, bus=url)

        with pytest.raises(SettingsError, match=r"search runs \(1 consume.*stop every process"):
            restored(settings, ["ingestion", "search"], is_vault_lost=False)
        member.close()
