"""An installation at rest, read from its files: what the checker looks at."""

import hashlib
import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.checker import Published, Seen, Sequences
from faults.ledger import Acknowledged

from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.contracts.headers import unpack
from libs.contracts.topics import MEMBERS, STORIES, Topic
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


def rows(data: Path, database: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what a query finds in one database; a database that is not there yet has nothing."""
    path = data / f"{database}.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        return connection.execute(query, values).fetchall()


def left_over(data: Path) -> dict[str, int]:
    """Return how much is neither published nor taken nor understood."""
    unsent = sum(
        rows(data, name, "SELECT count(*) FROM outbox WHERE sent_at IS NULL")[0][0]
        for name in SERVICES
    )
    dead = sum(rows(data, name, "SELECT count(*) FROM dead_letter")[0][0] for name in SERVICES)
    unread = rows(
        data,
        "log",
        "SELECT coalesce(sum(slot_end.next - done.offset), 0) FROM group_offset AS done"
        " JOIN slot_end USING (topic, partition)",
    )[0][0]
    return {"unsent rows": unsent, "unread records": unread, "dead letters": dead}


def is_at_rest(data: Path) -> bool:
    """Tell whether everything is published and taken."""
    return not any(left_over(data).values())


def applied(data: Path, kept: Kept) -> dict[str, Sequences]:
    """Return the sequences each consumer has applied."""
    prefix = f"{kept.topic.aggregate}/"
    query = "SELECT aggregate, sequence FROM applied WHERE consumer = ? AND aggregate LIKE ?"
    return {
        name: {
            aggregate.removeprefix(prefix): sequence
            for aggregate, sequence in rows(data, name, query, name, f"{prefix}%")
        }
        for name in kept.consumers
    }


def observe(
    data: Path,
    kept: Kept,
    acknowledged: Sequence[Acknowledged] = (),
    history: Sequence[Mapping[str, Sequences]] = (),
) -> Seen:
    """Return what is there of one topic; Kring must not be running."""
    stored = rows(data, "ingestion", f"SELECT id, sequence, {kept.name} FROM {kept.table}")  # noqa: S608  # our own names
    return Seen(
        acknowledged=acknowledged,
        database={identity: sequence for identity, sequence, _ in stored},
        log=_published(data, kept.topic),
        applied=[*history, applied(data, kept)],
        indexes={kept.index: _index(data, kept.index)},
        names=[name for _, _, name in stored],
        dedupe_keys=[
            key for (key,) in rows(data, "notification", "SELECT dedupe_key FROM notification")
        ],
        doubts=dict(rows(data, "notification", "SELECT notification_id, unknowns FROM delivery")),
        mails=[
            found[1] for path in (data / "mail").glob("*.eml") if (found := _MAIL.search(path.name))
        ],
        left_over=left_over(data),
    )


_LOG = "SELECT key, headers, value FROM log WHERE topic = ? ORDER BY id"


def _published(data: Path, topic: Topic[Any]) -> list[Published]:
    found = []
    for key, headers, value in rows(data, "log", _LOG, topic.name):
        event = decode(Record(topic.name, key, unpack(headers), value))
        digest = hashlib.sha256(event.state.SerializeToString(deterministic=True)).hexdigest()
        found.append(Published(event.aggregate_id, event.sequence, digest))
    return found


def _index(data: Path, name: str) -> dict[str, int]:
    with opened(load(data=data, encoder=ENCODER)) as wiring:
        return wiring.index("search", name).sequences()
