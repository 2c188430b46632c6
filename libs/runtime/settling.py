"""Seeing that a process has nothing left to publish and nothing left to take."""

from collections.abc import Sequence

from libs.kernel.clock import Clock
from libs.runtime.running import Running

SETTLE_SECONDS = 0.05
SETTLED_TURNS = 2


def was_quiet(services: Sequence[Running], clock: Clock) -> bool:
    """Wait until all is published and every consumer turned; tell whether none found more."""
    while any(each.database.outbox().pending(1) for each in services):
        clock.sleep(SETTLE_SECONDS)
    consumers = [each.consumer for each in services if each.consumer]
    goals = [(consumer, consumer.turns + SETTLED_TURNS) for consumer in consumers]
    while any(each.turns < goal and not each.halted for each, goal in goals):
        clock.sleep(SETTLE_SECONDS)
    return all(each.idle_turns >= SETTLED_TURNS or each.halted for each in consumers)
