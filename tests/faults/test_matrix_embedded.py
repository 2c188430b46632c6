"""The rows of the fault matrix that one process in one folder meets (`make faults`)."""

import itertools
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from faults.burst import burst, mebibytes
from faults.checker import violations
from faults.clocks import JumpingClock
from faults.conftest import ALL, CHEAP, SEED
from faults.importing import BATCH, import_stories, send, stories
from faults.ledger import Ledger
from faults.observing import KEPT, Embedded, applied, is_at_rest, observe
from faults.people import both, join
from faults.power import Powered
from faults.report import Report, Row
from faults.room import ballast, small_disk
from harness.installation import Kring, Network

from libs.adapters.sqlite.bus import open_bus
from libs.kernel.clock import SystemClock

pytestmark = [
    pytest.mark.journey,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not ALL, reason="`make faults` breaks what is under Kring"),
]
STORIES, MEMBERS = KEPT
AMOUNT = 200
CUTS = 5
DISK_MEBIBYTES = 64
LEFT_BYTES = 2**20
MOST_EDITIONS = 20
FULL_SECONDS = 15.0
BURST_SECONDS = 60.0
MORE_MEBIBYTES = 256
"""40 requests of 1 MiB as bytes, as JSON and as rows, and 8 MiB for each of 5 relays."""


@pytest.fixture
def powered(prepared: Path, tmp_path: Path) -> Iterator[Powered]:
    """Give a copy of the prepared installation whose power can be cut."""
    shutil.copytree(prepared, tmp_path / "data", ignore=shutil.ignore_patterns("run"))
    made = Powered(tmp_path / "data", **CHEAP)
    yield made
    made.close()


def test_power_fails_in_the_middle_of_an_import(
    powered: Powered, tmp_path: Path, report: Report
) -> None:
    with report.row("X8", f"embedded: the power fails {CUTS} times during an import") as row:
        seed = SEED or secrets.token_hex(4)
        chance = Random(seed)  # noqa: S311  # moments, no secret
        ledger = Ledger(tmp_path / "ledger.jsonl")
        site = Embedded(powered.data)
        lost = 0
        for edition in range(CUTS):
            powered.start("--no-sample")
            importing = threading.Thread(
                target=import_stories, args=[powered, ledger, stories(AMOUNT, edition=edition)]
            )
            importing.start()
            enough = len(ledger.acknowledged()) + chance.randint(1, AMOUNT - BATCH)
            while importing.is_alive() and len(ledger.acknowledged()) < enough:
                importing.join(chance.uniform(0.0, 0.5))
            lost += powered.cut_power(chance)
            importing.join()
            assert powered.wounded() == {}
        assert lost, "everything was synced: nothing was tried"

        powered.start("--no-sample")
        answered = len(ledger.acknowledged())
        assert import_stories(powered, ledger, stories(AMOUNT, edition=CUTS))
        powered.wait_for(lambda: is_at_rest(site), "all events to be taken", 120)
        assert powered.stop() == 0
        assert violations(observe(site, STORIES, ledger.acknowledged())) == []
        row.saw(f"start value {seed}; {lost} bytes gone that no sync had reached")
        row.saw("every database whole after each")
        row.saw(f"none of {answered} acknowledged changes lost")


def test_the_disk_is_full_while_stories_come_in(
    prepared: Path, tmp_path: Path, report: Report
) -> None:
    with (
        report.row("X9", f"embedded: the disk is full for {FULL_SECONDS:.0f} s") as row,
        small_disk(tmp_path / "disk", mebibytes=DISK_MEBIBYTES) as disk,
    ):
        shutil.copytree(prepared, disk / "data", ignore=shutil.ignore_patterns("run"))
        kring = Kring(disk / "data", **CHEAP)
        try:
            _fill_and_make_room(kring, Ledger(tmp_path / "ledger.jsonl"), row)
        finally:
            kring.close()


def _fill_and_make_room(kring: Kring, ledger: Ledger, row: Row) -> None:
    site = Embedded(kring.data)
    kring.start("--no-sample")
    anybody, _ = both(kring)
    edition = 0
    with ballast(kring.data.parent, leaving_bytes=LEFT_BYTES):
        while import_stories(kring, ledger, stories(AMOUNT, edition=edition)):
            edition += 1
            assert edition < MOST_EDITIONS, "the disk is never full"
        row.saw(f"{len(ledger.acknowledged())} changes taken until it was")
        refused = _refuse_for(kring, ledger, FULL_SECONDS)
        assert refused
        row.saw(f"{refused} requests refused with 503 and what to do")
        assert anybody.status("GET", "/v1/search?q=soup") == 200
        row.saw("searches are answered")
    begun = time.monotonic()
    last = stories(AMOUNT, edition=edition + 1)
    kring.wait_for(lambda: import_stories(kring, ledger, last), "room", 60)
    kring.wait_for(lambda: is_at_rest(site), "all events to be taken", 120)
    row.saw(f"all is taken {time.monotonic() - begun:.1f} s after there was room")
    assert kring.stop() == 0
    assert violations(observe(site, STORIES, ledger.acknowledged())) == []


def _refuse_for(kring: Kring, ledger: Ledger, seconds: float) -> int:
    """Send changes again and again; return how many were refused, each with what to do about it.

    One may still fit where a write-ahead log has been emptied.
    """
    operator = kring.operator()
    until = time.monotonic() + seconds
    pause = threading.Event()
    refused = 0
    for turn in itertools.count():
        answer = send(operator, ledger, stories(BATCH, series=f"full-{turn}"))
        if not answer.is_success:
            assert answer.status_code == 503, answer.text
            assert "A disk of this Kring is full" in answer.json()["detail"]
            refused += 1
        pause.wait(1.0)
        if time.monotonic() > until:
            break
    return refused


def test_what_arrives_several_times_takes_effect_once(
    ready: Kring, tmp_path: Path, report: Report
) -> None:
    with report.row("X11", "embedded: every story arrives 2 to 5 times") as row:
        chance = Random(11)  # noqa: S311  # no secret
        ledger = Ledger(tmp_path / "ledger.jsonl")
        site = Embedded(ready.data)
        ready.start("--no-sample")
        for edition in range(2):
            assert import_stories(ready, ledger, stories(AMOUNT, edition=edition))
        ready.wait_for(lambda: is_at_rest(site), "all events to be taken", 120)
        history = [applied(site, STORIES)]
        there = list(site.records(STORIES.topic.name))
        again = [record for record in there for _ in range(chance.randint(1, 4))]
        with closing(open_bus(f"sqlite:///{ready.data / 'log.db'}", clock=SystemClock())) as bus:
            assert bus.publish(again) == len(again)
        ready.wait_for(lambda: is_at_rest(site), "all events to be taken", 120)
        assert ready.stop() == 0
        seen = observe(site, STORIES, ledger.acknowledged(), history)
        assert violations(seen) == []
        row.saw(f"{len(seen.log)} records of {len(there)} snapshots")


def test_the_clock_jumps_ahead_and_back(ready: Kring, tmp_path: Path, report: Report) -> None:
    with report.row("X13", "embedded: the clock jumps 1 h ahead, 2 h back, 1 h ahead") as row:
        clock = JumpingClock(tmp_path)
        ledger = Ledger(tmp_path / "ledger.jsonl")
        site = Embedded(ready.data)
        ready.start("--no-sample", **clock.settings)
        network = Network(ready)
        history = []
        before = mailed = len(ready.mails())
        for turn, hours in enumerate((1, -1, 0)):
            assert import_stories(ready, ledger, stories(AMOUNT, edition=2 * turn))
            clock.set_off(timedelta(hours=hours))
            assert import_stories(ready, ledger, stories(AMOUNT, edition=2 * turn + 1))
            join(network, f"Lid {turn}")
            ready.wait_for(lambda least=mailed: len(ready.mails()) > least, "a mail", 60)  # type: ignore[misc]  # bound in this turn
            ready.wait_for(lambda: is_at_rest(site), "all events to be taken", 120)
            history.append(applied(site, STORIES))
            mailed = len(ready.mails())
        assert ready.stop() == 0
        assert violations(observe(site, STORIES, ledger.acknowledged(), history)) == []
        assert violations(observe(site, MEMBERS)) == []
        assert _hours_between(ready.mails()) > 1.8, "the clock never jumped"
        last = site.rows("ingestion", "SELECT body FROM stories")
        assert all(body.startswith("Edition 5:") for (body,) in last)
        row.saw(f"{len(ledger.acknowledged())} changes, the last edition of each story is kept")
        row.saw(f"{mailed - before} mails, none twice")


def test_ten_times_as_many_ask_at_once(ready: Kring, tmp_path: Path, report: Report) -> None:
    with report.row("X16", f"embedded: ten times the load for {BURST_SECONDS:.0f} s") as row:
        ledger = Ledger(tmp_path / "ledger.jsonl")
        site = Embedded(ready.data)
        ready.start("--no-sample")
        readers = both(ready)
        usual = burst(ready, readers, ledger, programmes=1, seconds=10)
        before = mebibytes(ready)
        seen = burst(ready, readers * 10, ledger, programmes=10, seconds=BURST_SECONDS)
        begun = time.monotonic()
        ready.wait_for(lambda: is_at_rest(site), "all events to be taken", 300)
        drained = time.monotonic() - begun
        most = mebibytes(ready, "VmHWM")
        row.saw(f"answers {dict(seen.statuses)}, 95 % within {seen.p95:.2f} s")
        row.saw(f"with a tenth within {usual.p95:.2f} s")
        row.saw(f"all is taken {drained:.0f} s after; memory {before} MiB, at most {most} MiB")
        assert seen.wrong == []
        assert most < before + MORE_MEBIBYTES
        assert ready.stop() == 0
        assert violations(observe(site, STORIES, ledger.acknowledged())) == []


def _hours_between(mails: Sequence[Path]) -> float:
    """Return how far apart the times are that mails are named after."""
    times = [datetime.strptime(f"{path.name[:15]}+0000", "%Y%m%dT%H%M%S%z") for path in mails]
    return (max(times) - min(times)) / timedelta(hours=1)
