"""P14: the runtime's loop that applies snapshots, against bare batched upserts of the same rows.

``python -m bench.applying --events 20000`` starts a PostgreSQL of its own that waits for the disk
at each commit, and uses a SQLite file that does the same. Both sides write the row of the story and
the row that remembers its sequence; ours decodes, deduplicates and counts as well.
"""

import argparse
import hashlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from bench.log import stories
from bench.telling import tell
from servers import postgres
from typing_extensions import override

from libs.adapters.prometheus.telemetry import open_telemetry
from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.upsert import upsert
from libs.adapters.sql.work import connection_of
from libs.contracts.codec import decode, source_of
from libs.contracts.envelope import Event, Record
from libs.contracts.topics import STORIES
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.ports.bus import Bus, Delivery, Slot, Subscription
from libs.ports.database import Database, Work
from libs.runtime.bench.rounds import Outcome, Pair, interleaved, rate
from libs.runtime.consumer import Consumer
from libs.runtime.logs import configure_logs
from libs.runtime.memory import collect_rarely

CLOCK = SystemClock()
IDS = Uuid7(CLOCK)
BATCH = 500
LEAST = 0.5
SLOT = Slot(STORIES.name, 0)
TABLE = sa.Table(
    "shelf",
    sa.MetaData(),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
UPSERTS = (
    (
        "INSERT INTO shelf (id, sequence, programme, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence,"
        " programme = excluded.programme, body = excluded.body"
    ),
    (
        "INSERT INTO applied (consumer, aggregate, sequence, payload_sha256) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (consumer, aggregate) DO UPDATE SET sequence = excluded.sequence,"
        " payload_sha256 = excluded.payload_sha256"
    ),
)

Pairs = tuple[tuple[object, ...], tuple[object, ...]]
Rows = Sequence[Pairs]


@dataclass
class Shelf(Subscription, Bus):
    """A log that is at hand, so that only what comes after reading it is measured."""

    records: Sequence[Record]
    place: int = field(default=0)

    @override
    def poll(self, *, limit: int, timeout_seconds: float) -> Sequence[Delivery]:
        found = self.records[self.place : self.place + limit]
        first, self.place = self.place, self.place + len(found)
        return [Delivery(SLOT, first + step, each) for step, each in enumerate(found)]

    @override
    def commit(self, offsets: Mapping[Slot, int]) -> None:
        self.place = offsets[SLOT]

    @override
    def rewind(self, offsets: Mapping[Slot, int]) -> None:
        self.place = offsets.get(SLOT, self.place)

    @override
    def lag(self) -> Mapping[Slot, int]:
        return {SLOT: len(self.records) - self.place}

    @override
    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        return self

    @override
    def prepare(self, topics: Sequence[str]) -> None:
        raise NotImplementedError

    @override
    def publish(self, records: Sequence[Record]) -> int:
        raise NotImplementedError("nothing is published here")

    @override
    def forget(self, group: str) -> None:
        self.place = 0

    @override
    def tidy(self, *, replaced_before: object, published_before: object) -> int:
        return 0

    @override
    def close(self) -> None:
        self.place = 0


def put(events: Sequence[Event[Any]], work: Work) -> None:
    """Write the stories of a batch."""
    rows = [
        {
            "id": event.aggregate_id,
            "sequence": event.sequence,
            "programme": event.programme,
            "body": event.state.body,
        }
        for event in events
    ]
    upsert(work, TABLE, *rows)


def empty(database: Database) -> None:
    with database.write() as work:
        for table in ("shelf", "applied"):
            connection_of(work).execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608  # ours
    database.tidy(sent_before=CLOCK.now())


def ours(database: Database, records: Sequence[Record]) -> float:
    """Return snapshots a second of the runtime's loop."""
    empty(database)
    shelf = Shelf(records)
    consumer = Consumer(
        "bench", {STORIES: put}, bus=shelf, database=database, telemetry=open_telemetry()
    )

    def apply() -> None:
        while shelf.place < len(records):
            consumer.turn()

    return rate(apply, len(records))


def rows_of(records: Sequence[Record]) -> Rows:
    """Return what both tables hold in the end, for each record."""
    found: list[Pairs] = []
    for each in records:
        event: Event[Any] = decode(each)
        digest = hashlib.sha256(event.state.SerializeToString(deterministic=True)).digest()
        story = (event.aggregate_id, event.sequence, event.programme, event.state.body)
        found.append((story, ("bench", event.subject, event.sequence, digest)))
    return found


def bare(
    database: Database,
    rows: Rows,
    write: Callable[[Sequence[Any], Sequence[Any]], None],
) -> float:
    """Return rows a second of the driver alone, in as large transactions."""
    empty(database)

    def apply() -> None:
        for first in range(0, len(rows), BATCH):
            stories_, applied = zip(*rows[first : first + BATCH], strict=True)
            write(stories_, applied)

    return rate(apply, len(rows))


@contextmanager
def by_sqlite(path: Path) -> Iterator[Callable[[Sequence[Any], Sequence[Any]], None]]:
    """Give what writes one batch with the driver, as durable as our own."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

        def write(*batches: Sequence[Any]) -> None:
            connection.execute("BEGIN IMMEDIATE")
            for statement, batch in zip(UPSERTS, batches, strict=True):
                connection.executemany(statement, batch)
            connection.execute("COMMIT")

        yield write


@contextmanager
def by_psycopg(url: str) -> Iterator[Callable[[Sequence[Any], Sequence[Any]], None]]:
    """Give what writes one batch with the driver."""
    with psycopg.connect(url) as connection:

        def write(*batches: Sequence[Any]) -> None:
            with connection.cursor() as cursor:
                for statement, batch in zip(UPSERTS, batches, strict=True):
                    cursor.executemany(statement.replace("?", "%s").encode(), batch)
            connection.commit()

        yield write


def measured(
    url: str,
    against: str,
    records: Sequence[Record],
    write: Callable[[Sequence[Any], Sequence[Any]], None],
) -> Outcome:
    migrate(url)
    database = open_database(url, source=source_of("bench"), clock=CLOCK, ids=IDS)
    with database.write() as work:
        TABLE.create(connection_of(work))
    rows = rows_of(records)
    sides = interleaved(
        {"ours": lambda: ours(database, records), "bare": lambda: bare(database, rows, write)}
    )
    database.close()
    return Pair(
        goal="P14",
        what=f"snapshots applied to {url.partition(':')[0]}",
        unit="snapshots/s",
        against=against,
        ours=sides["ours"],
        theirs=sides["bare"],
        least=LEAST,
        note=f"{len(records):,} stories of about 1 KB, new rows, batches of up to {BATCH};"
        " ours decodes, hashes and deduplicates too",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--record", type=Path, help="append the outcome to this document")
    given = parser.parse_args()
    collect_rarely()  # as services do, who write no line per event either
    configure_logs(format_name="json", level="info")
    records = stories(given.events)
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as name:
        path = Path(name) / "bench.db"
        with by_sqlite(path) as write:
            outcomes.append(measured(f"sqlite:///{path}", "sqlite3 alone", records, write))
    with postgres.running(durable=True) as server:
        url = server.url("kring_bench")
        migrate(url)
        with by_psycopg(url) as write:
            outcomes.append(measured(url, "psycopg alone", records, write))
    tell(outcomes, given.record)


if __name__ == "__main__":
    main()
