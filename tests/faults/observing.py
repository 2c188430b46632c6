"""An installation at rest, read where it keeps things: what the checker looks at."""

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from faults.checker import Published, Seen, Sequences
from faults.ledger import Acknowledged
from typing_extensions import override

from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.contracts.headers import unpack
from libs.contracts.topics import MEMBERS, STORIES, Topic
from libs.kernel.errors import PoisonError
from libs.runtime.cli.letters import opened
from libs.runtime.settings import load

ENCODER = "use"
"""Its weights are the quickest to load, and what it understands does not matter here."""
SERVICES = ("ingestion", "search", "matchmaking", "notification", "gateway")
_MAIL = re.compile(r"Z-([0-9a-f-]{36})")


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the states of one topic are kept, and who follows it."""

    topic: Topic[Any]
    table: str
    name: str
    consumers: tuple[str, ...]
    index: str


KEPT = (
    Kept(STORIES, "stories", "title", ("search",), "stories"),
    Kept(MEMBERS, "members", "name", ("search", "matchmaking", "notification"), "people"),
)


class Site(Protocol):
    """Where an installation keeps what it knows."""

    data: Path

    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds in a service's database; nothing if that is not there yet."""
        ...

    def records(self, topic: str) -> Iterable[Record]:
        """Return every record of a topic, in the order of each slot."""
        ...

    def unread(self) -> int:
        """Return how many records some service has not taken yet."""
        ...

    def sequences(self, index: str) -> Sequences:
        """Return the sequence of every document in an index of the search."""
        ...


@dataclass
class Embedded(Site):
    """Everything in the files of one folder; Kring must not be running for ``sequences``."""

    data: Path

    @override
    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        path = self.data / f"{service}.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            return connection.execute(query).fetchall()

    @override
    def records(self, topic: str) -> Iterable[Record]:
        query = f"SELECT key, headers, value FROM log WHERE topic = '{topic}' ORDER BY id"  # noqa: S608  # ours
        for key, headers, value in self.rows("log", query):
            yield Record(topic, key, unpack(headers), value)

    @override
    def unread(self) -> int:
        query = (
            "SELECT coalesce(sum(slot_end.next - done.offset), 0) FROM group_offset AS done"
            " JOIN slot_end USING (topic, partition)"
        )
        return int(self.rows("log", query)[0][0])

    @override
    def sequences(self, index: str) -> Sequences:
        with opened(load(data=self.data, encoder=ENCODER)) as wiring:
            return wiring.index("search", index).sequences()


def left_over(site: Site) -> dict[str, int]:
    """Return how much is neither published nor taken nor understood."""
    unsent = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    dead = "SELECT count(*) FROM dead_letter"
    return {
        "unsent rows": sum(site.rows(name, unsent)[0][0] for name in SERVICES),
        "unread records": site.unread(),
        "dead letters": sum(site.rows(name, dead)[0][0] for name in SERVICES),
    }


def is_at_rest(site: Site, *, may_bury: bool = False) -> bool:
    """Tell whether everything is published and taken, and nothing buried unless it may be."""
    found = left_over(site)
    dead = found.pop("dead letters")
    return (may_bury or not dead) and not any(found.values())


def applied(site: Site, kept: Kept) -> dict[str, Sequences]:
    """Return the sequences each consumer has applied."""
    prefix = f"{kept.topic.aggregate}/"
    query = "SELECT aggregate, sequence FROM applied WHERE consumer = '{}' AND aggregate LIKE '{}%'"
    return {
        name: {
            aggregate.removeprefix(prefix): sequence
            for aggregate, sequence in site.rows(name, query.format(name, prefix))
        }
        for name in kept.consumers
    }


def observe(
    site: Site,
    kept: Kept,
    acknowledged: Sequence[Acknowledged] = (),
    history: Sequence[Mapping[str, Sequences]] = (),
) -> Seen:
    """Return what is there of one topic, of an installation at rest."""
    stored = site.rows("ingestion", f"SELECT id, sequence, {kept.name} FROM {kept.table}")  # noqa: S608  # our own names
    keys = site.rows("notification", "SELECT dedupe_key FROM notification")
    doubts = site.rows("notification", "SELECT notification_id, unknowns FROM delivery")
    mails = (site.data / "mail").glob("*.eml")
    return Seen(
        acknowledged=acknowledged,
        database={identity: sequence for identity, sequence, _ in stored},
        log=_published(site, kept.topic),
        applied=[*history, applied(site, kept)],
        indexes={kept.index: site.sequences(kept.index)},
        names=[name for _, _, name in stored],
        dedupe_keys=[key for (key,) in keys],
        doubts=dict(doubts),
        mails=[found[1] for path in mails if (found := _MAIL.search(path.name))],
        left_over=left_over(site),
    )


def _published(site: Site, topic: Topic[Any]) -> list[Published]:
    found = []
    for record in site.records(topic.name):
        try:
            event = decode(record)
        except PoisonError:  # planted: if it was ours, it is missed where it should be
            continue
        digest = hashlib.sha256(event.state.SerializeToString(deterministic=True)).hexdigest()
        found.append(Published(event.aggregate_id, event.sequence, digest))
    return found
