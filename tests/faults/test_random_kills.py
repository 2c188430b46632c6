"""Killed at any moment of an import, again and again: every story once, and the newest of each."""

import json
import random
import secrets
import threading
import time
from pathlib import Path

import pytest
from faults.checker import violations
from faults.conftest import KILLS, SEED
from faults.importing import PROGRAMME, import_stories, stories
from faults.ledger import Ledger
from faults.observing import KEPT, Embedded, applied, is_at_rest, observe
from faults.report import Report
from harness.installation import Kring, Network

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120 + 60 * KILLS)]
STORIES, _ = KEPT
AMOUNT = 300


def test_killed_at_random_moments_of_an_import_every_story_is_there_once_in_its_last_edition(
    kring: Kring, tmp_path: Path, report: Report
) -> None:
    with report.row("X1", f"embedded: killed {KILLS} times at random moments") as row:
        seed = SEED or secrets.token_hex(4)
        print(f"random start value: FAULT_SEED={seed}")  # noqa: T201  # to see a failure again
        chance = random.Random(seed)  # noqa: S311  # moments, no secret
        ledger = Ledger(tmp_path / "ledger.jsonl")
        history = []
        site = Embedded(kring.data)
        kring.start("--no-sample")
        Network(kring).imported("programmes", PROGRAMME)
        seconds = 2.0
        for edition in range(KILLS):
            begun = time.monotonic()
            importing = threading.Thread(
                target=import_stories, args=[kring, ledger, stories(AMOUNT, edition=edition)]
            )
            importing.start()
            importing.join(chance.uniform(0.0, seconds))
            kring.kill()
            seconds = max(seconds, time.monotonic() - begun)
            importing.join()
            history.append(applied(site, STORIES))
            kring.start("--no-sample")

        assert import_stories(kring, ledger, stories(AMOUNT, edition=KILLS))
        kring.wait_for(lambda: is_at_rest(site), "all events to be taken", 120)
        assert kring.stop() == 0

        seen = observe(site, STORIES, ledger.acknowledged(), history)
        assert violations(seen) == []
        assert len(seen.database) == AMOUNT
        row.saw(f"start value {seed}; {len(seen.log)} records of {AMOUNT} stories")
        last = site.rows("ingestion", "SELECT body FROM stories")
        assert all(body.startswith(f"Edition {KILLS}:") for (body,) in last)
        doctor = kring.cli("doctor", "--deep", "--json")
        assert doctor.returncode == 0, doctor.stdout
        found = {each["part"]: each["fine"] for each in json.loads(doctor.stdout.splitlines()[-1])}
        assert found["search index stories"].startswith(f"{AMOUNT} documents")
