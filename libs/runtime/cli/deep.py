"""``kring doctor --deep``: whether every index holds the newest state of the log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from libs.contracts.topics import MEMBERS, STORIES, Topic
from libs.kernel.errors import KringError
from libs.ports.bus import Bus
from libs.runtime.history import events_of
from libs.runtime.wiring import Wiring

NAMED = 5


class DifferError(KringError):
    """Two places that must agree do not."""


@dataclass(frozen=True, slots=True)
class Projection:
    """An index that must hold one document per living aggregate of a topic."""

    service: str
    index: str
    topic: Topic[Any]
    gone: str
    """The field that is true once the aggregate is gone."""


PROJECTIONS = (
    Projection("search", "stories", STORIES, "withdrawn"),
    Projection("search", "people", MEMBERS, "erased"),
)


def deep_checks(wiring: Wiring) -> list[tuple[str, Callable[[], str]]]:
    """Return one check per index; Kring must not be running, since it alone may open an index."""
    return [(f"{each.service} index {each.index}", _check(wiring, each)) for each in PROJECTIONS]


def _check(wiring: Wiring, projection: Projection) -> Callable[[], str]:
    def look() -> str:
        expected = newest(wiring.bus(), projection.topic, projection.gone)
        found = wiring.index(projection.service, projection.index).sequences()
        differing = sorted(
            identity
            for identity in {*expected, *found}
            if expected.get(identity) != found.get(identity)
        )
        if differing:
            some = ", ".join(differing[:NAMED])
            raise DifferError(
                f"{len(differing)} of {len(expected)} differ from the log ({some}): start Kring and"
                f" let it catch up, or `kring rebuild {projection.service}`."
            )
        return f"{len(found)} documents, each as new as the log"

    return look


def newest(bus: Bus, topic: Topic[Any], gone: str) -> dict[str, int]:
    """Return the newest sequence of each living aggregate, read from the start of the log."""
    newest_of: dict[str, tuple[int, bool]] = {}
    for event in events_of(bus, topic):
        known, _ = newest_of.get(event.aggregate_id, (0, False))
        if event.sequence > known:
            state = (event.sequence, bool(getattr(event.state, gone)))
            newest_of[event.aggregate_id] = state
    return {identity: sequence for identity, (sequence, dead) in newest_of.items() if not dead}
