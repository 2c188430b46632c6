"""A new release comes in process by process, while people go on sharing stories."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.split import FIRST, SECOND, SERVICES, SplitKring, servers_of
from upgrade.load import PROGRAMME, Load
from upgrade.previous import code_of_the_release_before, running
from upgrade.witness import Witness

pytestmark = [pytest.mark.journey, pytest.mark.servers, pytest.mark.timeout(900)]

ORDER = ("notification", "search", "matchmaking", "gateway", "ingestion")
"""Who reads an event is upgraded before who writes it, as docs/operator.md says."""


class Rolling(SplitKring):
    """Ten processes of the release before, to be replaced."""

    def start_before(self, code: Path) -> None:
        """Start that release; it may not have the probes of this one."""
        for service in SERVICES:
            for roles in (FIRST, SECOND):
                self._run(service, roles, **running(code))
        self._wait_until_all_consume()
        self.wait_for((self.data / "run" / "address").exists, "the gateway's address")


@pytest.fixture
def kring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rolling]:
    made = Rolling(tmp_path / "data", servers_of(request))
    yield made
    made.close()


def test_a_rolling_upgrade_under_load_loses_nothing_and_applies_nothing_twice(
    kring: Rolling, tmp_path: Path
) -> None:
    kring.start_before(code_of_the_release_before(tmp_path / "before"))
    witnesses = {service: Witness.of(kring.database(service)) for service in ORDER}
    asked = {"records": [PROGRAMME]}
    kring.wait_for(
        lambda: kring.operator().status("POST", "/v1/import/programmes", json=asked) < 300,
        "the release before to answer",
    )

    migrated = kring.cli("migrate")
    assert migrated.returncode == 0, migrated.stderr
    with Load(kring) as load:
        for service in ORDER:
            for roles in (SECOND, FIRST):
                kring.replace(service, roles)
                goes_on(kring, load)
    assert load.failure == ""

    searching = witnesses["search"]
    kring.wait_for(lambda: newest(searching, "story") == load.stories, "every story", 120)
    kring.wait_for(lambda: newest(searching, "member") == load.members, "every member", 120)
    for service, witness in witnesses.items():
        assert (service, witness.twice()) == (service, [])
        assert (service, witness.backwards()) == (service, [])
    assert sorted(found(kring)) == sorted(load.stories)
    assert json.loads(kring.cli("dlq", "list", "--json").stdout) == []
    assert kring.stop() == 0
    assert "each as new as the log" in kring.findings()["search index stories"]["fine"]
    print(f"{len(load.stories)} stories, {load.repeated} times sent again")  # noqa: T201  # -s shows


def goes_on(kring: SplitKring, load: Load) -> None:
    """Wait until one more story is taken in than now."""
    known = len(load.stories)
    kring.wait_for(lambda: len(load.stories) > known or load.failure, "another story to come in")


def newest(witness: Witness, aggregate: str) -> dict[str, int]:
    """Return the newest sequence that took effect, per aggregate of a kind."""
    return {name: max(sequences) for name, sequences in witness.applied(aggregate).items()}


def found(kring: SplitKring) -> list[str]:
    """Return what one search finds, page by page, each as often as it is found."""
    operator = kring.operator()
    ids: list[str] = []
    cursor = ""
    while True:
        page = operator.get("/v1/search", q="reading table", limit=100, cursor=cursor)
        ids += [hit["id"] for hit in page["hits"]]
        cursor = page["next"]
        if not cursor:
            return ids
