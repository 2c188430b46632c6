"""Somebody leaves for good: before, every word of theirs is found; afterwards, in no byte."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from harness import leaver
from harness.installation import Kring
from harness.traces import files, traces

from libs.adapters.sql.vault.store import open_vault
from libs.contracts.codec import decode
from libs.contracts.envelope import Event, Record
from libs.contracts.headers import unpack
from libs.contracts.sealing import Keys, sealed_for, unseal
from libs.kernel.clock import SystemClock
from libs.kernel.errors import ErasedError, PoisonError

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

TEXTS = ("what", "for_whom", "struggle", "need", "offer")
_SEGMENT = 32
"""Letters of a segment's name."""
STORES = {"ingestion.db", "gateway.db", "matchmaking.db", "notification.db", "record.db"}


@pytest.fixture
def kring(tmp_path: Path) -> Iterator[Kring]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    installation = Kring(tmp_path / "data", KRING_ENCODER="use", TMPDIR=str(temporary))
    yield installation
    installation.close()


def vectors_of(kring: Kring, member_id: str) -> list[bytes]:
    """Return the vectors of what somebody wrote, as the indexes keep them.

    An equal text has an equal vector, so nobody else may have written any of it.
    """
    theirs: set[bytes] = set()
    of_others: set[bytes] = set()
    for path in (kring.data / "index").rglob("record.db"):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            rows = connection.execute(
                "SELECT vector, CAST(entry.keywords AS TEXT) FROM passage"
                " JOIN entry ON entry.number = passage.entry"
            )
            for vector, keywords in rows:
                (theirs if member_id in keywords else of_others).add(vector)
    assert theirs.isdisjoint(of_others)
    return sorted(theirs)


def written_through(kring: Kring) -> None:
    """Let what stands in the write-ahead logs stand in the databases themselves, too."""
    for path in kring.data.rglob("*.db"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def segments(kring: Kring) -> set[str]:
    """Return the files in which tantivy keeps words, as states of an automaton that no search sees.

    A segment is never changed: where none is left of those before, none holds a word of before.
    """
    found = (kring.data / "index").rglob("text/*")
    return {path.name for path in found if len(path.stem) == _SEGMENT and path.suffix != ".json"}


def told(kring: Kring) -> list[Event[Any]]:
    """Return every event in the log, sealed as it stands there."""
    with closing(sqlite3.connect(kring.data / "log.db")) as connection:
        rows = connection.execute("SELECT topic, key, headers, value FROM log").fetchall()
    return [decode(Record(topic, key, unpack(packed), value)) for topic, key, packed, value in rows]


def keys(kring: Kring, events: Sequence[Event[Any]]) -> dict[str, bytes | None]:
    key = (kring.data / "secrets" / "vault_key").read_text(encoding="ascii").strip()
    url = f"sqlite:///{kring.data}/vault.db"
    with closing(open_vault(url, installation_keys=[key], clock=SystemClock())) as vault:
        return dict(vault.keys(sealed_for(events)))


def opens(event: Event[Any], found: Keys) -> bool:
    try:
        unseal(event, found)
    except (PoisonError, ErasedError):
        return False
    return True


def test_whoever_is_erased_is_found_everywhere_before_and_nowhere_after(
    kring: Kring, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kring.start_empty()
    member_id = leaver.live(kring)
    taken = tmp_path_factory.mktemp("taken")  # elsewhere: it is hers
    leaver.check_taken(leaver.taken_along(kring, member_id, taken))
    words = {**leaver.shapes(), "vectors": vectors_of(kring, member_id)}
    assert len(words["vectors"]) >= len(TEXTS)  # matchmaking has one of each, search of stretches
    written_through(kring)
    before = traces(files(tmp_path), words)
    words_of_before = segments(kring)
    sealed = [event for event in told(kring) if member_id in sealed_for([event])]

    # the positive control: a search that finds nothing before proves nothing afterwards
    assert {said for said, _ in before} == set(words)
    places = {Path(place).name for _, place in before}
    assert places >= {f"{store}{part}" for store in STORES for part in ("", "-wal")}
    assert {said for said, place in before if place.endswith(".eml")} >= {"email", "message"}
    assert not any("log.db" in place for _, place in before), "what is told is sealed"
    assert sealed
    assert all(opens(event, keys(kring, [event])) for event in sealed)

    erased = kring.cli("erase", member_id, "--json")
    assert erased.returncode == 0, erased.stderr
    assert json.loads(erased.stdout)["gone"]
    again = kring.cli("erase", member_id)
    assert again.returncode == 0, again.stderr
    running = traces(files(tmp_path), words)
    assert kring.stop() == 0

    assert words_of_before
    assert words_of_before.isdisjoint(segments(kring))
    assert running == set()
    assert traces(files(tmp_path), words) == set()
    assert traces(files(tmp_path), leaver.shapes_of_others()), "the search still sees the others"
    _no_key_opens(kring, sealed, member_id)


def _no_key_opens(kring: Kring, sealed: Sequence[Event[Any]], member_id: str) -> None:
    """Try every key that is left on everything that was sealed about somebody."""
    left = keys(kring, sealed)
    assert left.pop(member_id) is None
    assert left, "others have keys"
    for event, key in product(sealed, left.values()):
        if event.topic.aggregate != "slate":
            assert not opens(event, {**left, member_id: key})
