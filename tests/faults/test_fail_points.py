"""Killed at each moment that matters, Kring goes on where it was: nothing lost, nothing doubled."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from faults.checker import violations
from faults.conftest import ALL
from faults.importing import import_stories, stories
from faults.ledger import Ledger
from faults.observing import KEPT, Embedded, applied, is_at_rest, observe
from faults.people import ask, both
from faults.report import Report
from harness.installation import Kring

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
    ready: Kring, tmp_path: Path, report: Report, moment: str
) -> None:
    with report.row("X1", f"embedded: killed at {moment.partition(':')[0]}") as row:
        ledger = Ledger(tmp_path / "ledger.jsonl")
        ready.start("--no-sample", KRING_FAIL_AT=moment)
        import_stories(ready, ledger, stories(60))
        assert ready.wait_for_its_end() == -signal.SIGKILL
        history = [applied(Embedded(ready.data), STORIES)]

        ready.start("--no-sample")
        assert import_stories(ready, ledger, stories(60))
        ready.wait_for(lambda: is_at_rest(Embedded(ready.data)), "all events to be taken", 120)
        assert ready.stop() == 0

        seen = observe(Embedded(ready.data), STORIES, ledger.acknowledged(), history)
        assert violations(seen) == []
        assert len(seen.database) == 60
        row.saw(f"{len(seen.log)} records of 60 stories")


@pytest.mark.parametrize(
    ("moment", "doubts", "most"), [pytest.param("P7:kill", 1, 1, marks=LATER), ("P8:kill", 1, 2)]
)
def test_killed_while_a_mail_leaves_it_is_never_silently_lost(
    ready: Kring, report: Report, moment: str, doubts: int, most: int
) -> None:
    with report.row("X1", f"embedded: killed at {moment.partition(':')[0]}") as row:
        before = len(ready.mails())
        ready.start("--no-sample", KRING_FAIL_AT=moment)
        ask(*both(ready))
        assert ready.wait_for_its_end() == -signal.SIGKILL
        _let_leases_end(ready.data)

        ready.start("--no-sample")
        ready.wait_for(lambda: _unsettled(ready.data) == 0, "the mail to be sent again", 120)
        ready.wait_for(lambda: is_at_rest(Embedded(ready.data)), "all events to be taken", 120)
        assert ready.stop() == 0

        for kept in KEPT:
            assert violations(observe(Embedded(ready.data), kept)) == []
        assert 1 <= len(ready.mails()) - before <= most
        row.saw(f"{len(ready.mails()) - before} mails for 1 notification, {doubts} recorded doubt")
        assert (
            max(each for (each,) in Embedded(ready.data).rows("notification", _UNKNOWNS)) == doubts
        )


_UNKNOWNS = "SELECT unknowns FROM delivery"
_UNSETTLED = """
SELECT count(*) FROM delivery
WHERE state IN ('pending', 'claimed') OR (state = 'unknown' AND must_arrive)
"""


def _unsettled(data: Path) -> int:
    return int(Embedded(data).rows("notification", _UNSETTLED)[0][0])


def _let_leases_end(data: Path) -> None:
    """Make time pass for the claim of the dead process, as three minutes would."""
    with closing(sqlite3.connect(data / "notification.db")) as connection, connection:
        connection.execute("UPDATE delivery SET lease_until = 0 WHERE state = 'claimed'")
