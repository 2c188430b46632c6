"""What the log forgets: old records of plain topics, superseded ones of compacted topics."""

from contextlib import closing
from datetime import datetime

from libs.adapters.sqlite.file import LogFile, translated
from libs.contracts.topics import PART, TOPICS

_CHUNK = 1000
"""Records deleted in one transaction: publishers wait that long."""

_NAMES = ", ".join(f"'{topic.name}'" for topic in TOPICS.values() if topic.compacted)
_BASE = f"substr(topic, 1, instr(topic || '{PART}', '{PART}') - 1)"
"""Of a programme's part of a topic, the topic."""
_COMPACTED = f"{_BASE} IN ({_NAMES})"
_OLD = f"SELECT id FROM log WHERE written_at < ? AND NOT {_COMPACTED}"  # noqa: S608  # constants
_SUPERSEDED = f"""
SELECT id FROM log WHERE written_at < ? AND {_COMPACTED}
AND id NOT IN (SELECT max(id) FROM log WHERE {_COMPACTED} GROUP BY topic, key)
"""  # noqa: S608  # constants


def prune(file: LogFile, older_than: datetime) -> int:
    """Delete records of topics that are not compacted; return how many."""
    return _delete(file, _OLD, older_than)


def compact(file: LogFile, older_than: datetime) -> int:
    """Delete records of compacted topics that a newer one of the same key replaces."""
    return _delete(file, _SUPERSEDED, older_than)


def _delete(file: LogFile, query: str, older_than: datetime) -> int:
    with closing(file.reader()) as reader, translated():
        # Read apart from the deleting: what is superseded stays so, whatever is published now.
        found = reader.execute(query, (older_than.timestamp(),)).fetchall()
    for start in range(0, len(found), _CHUNK):
        with file.write(durable=True) as connection:
            connection.executemany("DELETE FROM log WHERE id = ?", found[start : start + _CHUNK])
    file.checkpoint()
    return len(found)
