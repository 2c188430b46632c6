"""Killed at each moment that matters, Kring goes on where it was: nothing lost, nothing doubled."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from faults.checker import violations
from faults.conftest import ALL
from faults.importing import import_stories, stories
from faults.ledger import Ledger
from faults.observing import KEPT, applied, is_at_rest, observe, rows
from harness.installation import Kring, Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
STORIES, _ = KEPT

LATER = pytest.mark.skipif(not ALL, reason="`make faults` ends Kring at every moment")


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("P1@ingestion:kill", marks=LATER),
        "P2:kill",
        "P3:kill",
        pytest.param("P4@search:kill", marks=LATER),
        "P5@search:kill",
    ],
)
def test_killed_between_a_change_and_its_effect_every_story_arrives_once(
    ready: Kring, tmp_path: Path, moment: str
) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ready.start("--no-sample", KRING_FAIL_AT=moment)
    import_stories(ready, ledger, stories(60))
    assert ready.wait_for_its_end() == -signal.SIGKILL
    history = [applied(ready.data, STORIES)]

    ready.start("--no-sample")
    assert import_stories(ready, ledger, stories(60))
    ready.wait_for(lambda: is_at_rest(ready.data), "all events to be taken", 120)
    assert ready.stop() == 0

    seen = observe(ready.data, STORIES, ledger.acknowledged(), history)
    assert violations(seen) == []
    assert len(seen.database) == 60


@pytest.mark.parametrize(
    ("moment", "doubts", "most"), [pytest.param("P7:kill", 1, 1, marks=LATER), ("P8:kill", 1, 2)]
)
def test_killed_while_a_mail_leaves_it_is_never_silently_lost(
    ready: Kring, moment: str, doubts: int, most: int
) -> None:
    before = len(ready.mails())
    ready.start("--no-sample", KRING_FAIL_AT=moment)
    asker, asked = (
        ready.as_member(f"{name}-fault@{name}-fault.example") for name in ("ilse", "joep")
    )
    _ask(asker, asked)
    assert ready.wait_for_its_end() == -signal.SIGKILL
    _let_leases_end(ready.data)

    ready.start("--no-sample")
    ready.wait_for(lambda: _unsettled(ready.data) == 0, "the mail to be sent again", 120)
    ready.wait_for(lambda: is_at_rest(ready.data), "all events to be taken", 120)
    assert ready.stop() == 0

    for kept in KEPT:
        assert violations(observe(ready.data, kept)) == []
    assert 1 <= len(ready.mails()) - before <= most
    assert max(each for (each,) in rows(ready.data, "notification", _UNKNOWNS)) == doubts


_UNKNOWNS = "SELECT unknowns FROM delivery"
_UNSETTLED = """
SELECT count(*) FROM delivery
WHERE state IN ('pending', 'claimed') OR (state = 'unknown' AND must_arrive)
"""


def _ask(asker: Person, asked: Person) -> None:
    """Ask for an introduction; the mail may leave, and end Kring, before the answer comes."""
    question = {"member_id": asked.member_id, "message": "How do you arrange respite?"}
    try:
        asker.post("/v1/introductions", question)
    except httpx2.TransportError:
        return


def _unsettled(data: Path) -> int:
    return int(rows(data, "notification", _UNSETTLED)[0][0])


def _let_leases_end(data: Path) -> None:
    """Make time pass for the claim of the dead process, as three minutes would."""
    with closing(sqlite3.connect(data / "notification.db")) as connection, connection:
        connection.execute("UPDATE delivery SET lease_until = 0 WHERE state = 'claimed'")
