"""Rebuilding projections from the log: forget what was applied, empty, read again."""

from collections.abc import Sequence

from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.runtime.cli.claim import claimed
from libs.runtime.lifecycle import Process
from libs.runtime.settings import Settings


def rebuild(settings: Settings, services: Sequence[str]) -> list[str]:
    """Empty every service that has projections; return their names. No Kring may run meanwhile."""
    with claimed(settings):
        clock = SystemClock()
        process = Process(settings, clock=clock, ids=Uuid7(clock))
        try:
            return [name for name in services if process.empty(name)]
        finally:
            process.stop()
