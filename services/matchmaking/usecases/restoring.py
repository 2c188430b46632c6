"""After the database was restored from a backup: it goes on above everything that was told since.

Profiles come again with the members, who are told anew, and with them every slate is made again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from libs.contracts import topics
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import introductions_pb2 as introductions
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate as SlateMessage
from libs.contracts.topics import Topic
from libs.kernel.clock import Clock
from libs.ports.database import Database, Work
from libs.ports.index import Index
from services.matchmaking.domain.exposure import WEEK
from services.matchmaking.ports.sequences import Sequences
from services.matchmaking.ports.store import Slate, Store
from services.matchmaking.usecases.messages import publish_introduction

BATCH = 200
TOLD_AGE = 13 * WEEK
"""Questions that ended longer ago were the same before any backup in use, so nobody needs them
again; whoever was told of them may have forgotten it, and would be told twice."""


@dataclass(frozen=True, slots=True)
class AfterRestore:
    """Lifts slates and introductions over the log, and closes what nobody here knows any more."""

    store: Store
    sequences: Sequences
    database: Database
    index: Index
    clock: Clock

    @property
    def topics(self) -> Sequence[Topic[Any]]:
        """Return the topics whose log is compared with the database."""
        return topics.MATCHES, topics.INTRODUCTIONS

    def check(self) -> None:
        """Do nothing: all that matters stands in the database."""

    def lift(self, floor: int) -> Mapping[str, int]:
        """Lift everything; take initiatives out of the index of which the database knows none."""
        with self.database.write() as work:
            lifted = self.sequences.lift(work, floor)
        held = self.index.sequences()
        with self.database.read() as work:
            known = self.store.profiles.owners(work, held)
        unknown = [(one, floor) for one in sorted(held.keys() - known.keys())]
        for first in range(0, len(unknown), BATCH):
            self.index.remove(unknown[first : first + BATCH])
        return {"lifted": lifted, "initiatives taken out of the index": len(unknown)}

    def hear(self, events: Sequence[Event[Any]], floor: int) -> Mapping[str, int]:
        """Close introductions that are in the log only, and begin slates above those in the log."""
        with self.database.write() as work:
            if events[0].topic == topics.INTRODUCTIONS:
                return {"introductions closed": self._close(work, events, floor)}
            self._begin_slates(work, events, floor)
            return {}

    def tell(self) -> Mapping[str, int]:
        """Let introductions go out again; slates do when they are made again."""
        since = self.clock.now().timestamp() - TOLD_AGE
        total, last = 0, ""
        while True:
            with self.database.write() as work:
                page = self.sequences.open_since(work, since, after=last, limit=BATCH)
                for one in page:
                    lifted = replace(one, sequence=one.sequence + 1)
                    self.store.introductions.put(work, lifted)
                    publish_introduction(work, lifted)
            if not page:
                return {"told anew": total}
            total, last = total + len(page), page[-1].id

    def _close(
        self, work: Work, events: Sequence[Event[introductions.Introduction]], floor: int
    ) -> int:
        """Tell of each as closed and without words; it is the same however often it is told."""
        known = self.sequences.introductions(work, [event.aggregate_id for event in events])
        unknown = [event for event in events if event.aggregate_id not in known]
        for event in unknown:
            state = introductions.Introduction()
            state.CopyFrom(event.state)
            state.ClearField("sealed")
            state.ClearField("message")
            state.ClearField("answered_at")
            state.state = introductions.INTRODUCTION_STATE_CLOSED
            work.emit(
                topics.INTRODUCTIONS,
                event.aggregate_id,
                programme=event.programme,
                sequence=floor,
                state=state,
            )
        return len({event.aggregate_id for event in unknown})

    def _begin_slates(self, work: Work, events: Sequence[Event[SlateMessage]], floor: int) -> None:
        """Keep an empty slate for whoever has none here, so that the next one is above the log.

        Whoever is gone and has an empty one in the log needs none.
        """
        now = self.clock.now().timestamp()
        filled = {event.aggregate_id for event in events if event.state.recommendations}
        ids = {event.aggregate_id for event in events}
        needed = filled | self.store.profiles.get(work, ids).keys()
        for member_id in sorted(needed - self.sequences.slates(work, needed)):
            self.store.slates.put(work, Slate(member_id, floor, now, "", ()))
