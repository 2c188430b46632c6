"""Processes that share one log, where an adapter allows it."""

import subprocess
import sys
from pathlib import Path

from libs.adapters.sqlite.bus import open_bus
from libs.contracts.envelope import Record
from libs.kernel.clock import SystemClock

TOPIC = "kring.stories.v1"

READER = """
import sys
from libs.adapters.sqlite.bus import open_bus
from libs.kernel.clock import SystemClock

bus = open_bus(sys.argv[1], clock=SystemClock())
subscription = bus.subscribe("g", ["kring.stories.v1"])
print("ready", flush=True)
done = 0
while done < 40:
    found = subscription.poll(limit=10, timeout_seconds=1.0)
    subscription.commit({one.slot: one.offset + 1 for one in found})
    done += len(found)
print(done, sum(subscription.lag().values()), flush=True)
bus.close()
"""


def test_another_process_reads_what_this_one_publishes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/log.db"
    bus = open_bus(url, clock=SystemClock())
    command = [sys.executable, "-c", READER, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:  # noqa: S603  # ours
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for start in range(0, 40, 4):
            bus.publish([Record(TOPIC, b"k%d" % (start + place), (), b"") for place in range(4)])
        assert reader.stdout.readline() == "40 0\n"
    bus.close()
    assert reader.returncode == 0
