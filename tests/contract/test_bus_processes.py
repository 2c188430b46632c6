"""Processes that share one log."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from harness.buses import LOGS, Log

from libs.contracts.envelope import Record

TOPIC = "kring.stories.v1"

READER = """
import sys
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring

wiring = Wiring(Settings(bus=sys.argv[1]), clock=SystemClock(), ids=Uuid7(SystemClock()))
subscription = wiring.bus().subscribe("g", ["kring.stories.v1"])
print("ready", flush=True)
done = 0
while done < 40:
    found = subscription.poll(limit=10, timeout_seconds=1.0)
    subscription.commit({one.slot: one.offset + 1 for one in found})
    done += len(found)
print(done, sum(subscription.lag().values()), flush=True)
wiring.close()
"""


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    made: Log = request.param(request)
    yield made
    made.close()


def test_another_process_reads_what_this_one_publishes(log: Log) -> None:
    bus = log.open()
    command = [sys.executable, "-c", READER, log.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:  # noqa: S603  # ours
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for start in range(0, 40, 4):
            bus.publish([Record(TOPIC, b"k%d" % (start + place), (), b"") for place in range(4)])
        assert reader.stdout.readline() == "40 0\n"
    assert reader.returncode == 0
