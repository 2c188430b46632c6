"""One fault over real servers: what is done meanwhile, and what must hold at the end."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from confluent_kafka import KafkaException
from faults.checker import Sequences, violations
from faults.cluster import Cluster
from faults.importing import import_stories, stories
from faults.ledger import Ledger
from faults.observing import KEPT, SERVICES, Kept, applied, is_at_rest, observe
from faults.people import join
from harness.installation import Network
from kafka.errors import KafkaError

STORIES, MEMBERS = KEPT
AMOUNT = 60
REST_SECONDS = 120.0
"""What is not published and taken after so long is stuck: a fault of its own."""


@dataclass
class Trial:
    """A series of stories of its own, with everything that was answered about it."""

    cluster: Cluster
    ledger: Ledger
    series: str
    history: list[Mapping[str, Sequences]] = field(default_factory=list)
    edition: int = 0

    def tell(self, amount: int = AMOUNT) -> bool:
        """Import a new edition of the series; tell whether every record was answered."""
        self.edition += 1
        records = stories(amount, edition=self.edition, series=self.series)
        return import_stories(self.cluster, self.ledger, records)

    def tell_until_answered(self, amount: int = AMOUNT) -> None:
        """Import the same edition until every record was answered, as programmes do."""
        records = stories(amount, edition=self.edition + 1, series=self.series)
        self.cluster.wait_for(
            lambda: import_stories(self.cluster, self.ledger, records), "an answer", 60
        )
        self.edition += 1

    def tell_for(self, seconds: float, *, every_seconds: float = 2.0) -> None:
        """Import edition after edition for so long; each must be answered."""
        until = time.monotonic() + seconds
        pause = threading.Event()
        while time.monotonic() < until:
            assert self.tell(), "a change was refused"
            pause.wait(min(every_seconds, max(0.0, until - time.monotonic())))

    def stir(self) -> None:
        """Let every service have something to do: stories and, where they are taken, a member."""
        if self.tell():
            join(Network(self.cluster), f"Lid {self.series} {self.edition}")

    def unbury(self) -> dict[str, int]:
        """Drop what was buried; return how much that was, by service."""
        found = {}
        for service in SERVICES:
            with self.cluster.site.asking(service) as connection:
                dropped = connection.execute(b"DELETE FROM dead_letter RETURNING reason").fetchall()
            assert all(reason for (reason,) in dropped)
            if dropped:
                found[service] = len(dropped)
        return found

    def note(self) -> None:
        """Remember what every consumer has applied: from here on it may only rise."""
        self.history.append(applied(self.cluster.site, STORIES))

    def settle(self, *, may_bury: bool = False) -> float:
        """Wait until everything is published and taken; return how long it took."""
        begun = time.monotonic()
        self.cluster.wait_for(lambda: self._is_at_rest(may_bury), "all to be taken", REST_SECONDS)
        return time.monotonic() - begun

    def _is_at_rest(self, may_bury: bool) -> bool:
        try:
            return is_at_rest(self.cluster.site, may_bury=may_bury)
        except (KafkaException, KafkaError, psycopg.OperationalError):  # it is coming back
            return False

    def check(self, *kept: Kept, planted: Sequence[str] = ()) -> int:
        """See that every invariant holds but where a fault was planted in the log itself.

        Returns how many snapshots were looked at.
        """
        looked_at = 0
        for each in kept or (STORIES,):
            mine = each is STORIES
            acknowledged = self.ledger.acknowledged() if mine else ()
            seen = observe(self.cluster.site, each, acknowledged, self.history if mine else ())
            found = violations(seen)
            assert found == list(planted), found
            looked_at += len(seen.log)
        return looked_at

    def check_all(self) -> int:
        """See that every invariant holds of every topic."""
        return self.check(STORIES, MEMBERS)

    def check_indexes(self) -> int:
        """See that the index holds what the database does: where the log lost its past on purpose.

        Returns the number of documents.
        """
        site = self.cluster.site
        kept = dict(site.rows("ingestion", "SELECT id, sequence FROM stories"))
        assert site.sequences(STORIES.index) == kept
        return len(kept)
