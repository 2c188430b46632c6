"""Yesterday's databases are put back beside the log, the vault and the indexes of today."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faults.conftest import ALL
from harness.backups import backup_of
from harness.installation import Installation, Kring, Network, Person, initiative
from harness.split import SERVICES, SplitKring, servers_of

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
EACH_WAY = [
    "embedded",
    pytest.param(
        "split",
        marks=[
            pytest.mark.servers,
            pytest.mark.skipif(not ALL, reason="`make faults` restores over servers, too"),
        ],
    ),
]

OTHER_KEY = "0123456789abcdefghijklmnopqrstuvwxyz"
OLD = "Elke dinsdag koken we met buren in het buurthuis, wie alleen is schuift aan."
NEW = "Elke vrijdag repareren we fietsen met jongeren achter het station."
LATER = "In de sporthal leren nieuwkomers zwemmen van gepensioneerde badmeesters."
OF_BERT = "Wandelgroep voor weduwnaars langs de rivier, elke ochtend om negen uur."
EVENINGS = "We houden avonden voor mantelzorgers van mensen met dementie in de wijk."


@pytest.fixture(params=EACH_WAY)
def kring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    data = tmp_path / "data"
    installation = (
        Kring(data, KRING_ENCODER="use")
        if request.param == "embedded"
        else SplitKring(data, servers_of(request))
    )
    yield installation
    installation.close()


def share(person: Person, title: str, body: str) -> str:
    story = {"title": title, "body": body, "visibility": "network"}
    return str(person.post("/v1/stories", story)["id"])


def shown(person: Person, text: str) -> dict[str, str]:
    """Return what a search for some words shows, by story."""
    hits = person.get("/v1/search", q=text, limit=20)["hits"]
    return {hit["id"]: json.dumps(hit, ensure_ascii=False) for hit in hits}


def names(person: Person, path: str, key: str, **query: Any) -> set[str]:  # noqa: ANN401  # JSON
    return {each["display_name"] for each in person.get(path, **query)[key]}


def people(person: Person) -> set[str]:
    return names(person, "/v1/search/people", "hits", q=EVENINGS, limit=20)


def slate(person: Person) -> set[str]:
    return names(person, "/v1/recommendations", "recommendations")


def refused(kring: Installation, **settings: str) -> str:
    done = kring.cli("restored", **settings)
    assert done.returncode == 1, done.stdout
    return done.stderr


def restored(kring: Installation, *arguments: str) -> str:
    done = kring.cli("restored", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Yesterday:
    """Who and what was there when the backup was made."""

    network: Network
    anna: Person
    bert: Person
    dirk: Person
    kept: str
    """A story of Anna."""
    asked: str
    """A question of Dirk to Anna."""


def yesterday(kring: Installation) -> Yesterday:
    network, work = Network(kring), [initiative(what=EVENINGS)]
    network.programme("ours")
    anna, bert, dirk, _ = (
        network.person(network.member(name, "ours", initiatives=work))
        for name in ("Anna Restore", "Bert Restore", "Dirk Restore", "Ella Restore")
    )
    kept, of_bert = share(anna, "Samen aan tafel", OLD), share(bert, "De wandelgroep", OF_BERT)
    kring.wait_for(lambda: slate(anna) >= {"Bert Restore", "Dirk Restore"}, "a slate")
    question = {"member_id": anna.member_id, "message": "Zullen we eens bellen?"}
    asked = str(dirk.post("/v1/introductions", question)["id"])
    kring.wait_for(lambda: {kept, of_bert} <= {*shown(anna, OLD), *shown(anna, OF_BERT)}, "stories")
    return Yesterday(network, anna, bert, dirk, kept, asked)


def go_on(kring: Installation, there: Yesterday) -> list[str]:
    """Let a day pass; return where what is new in it is read."""
    anna, dirk, kept = there.anna, there.dirk, there.kept
    anna.answer("PATCH", f"/v1/stories/{kept}", json={"title": "Op twee wielen", "body": NEW})
    later = share(anna, "Leren zwemmen", LATER)
    work = [initiative(what=EVENINGS)]
    carla = there.network.person(there.network.member("Carla Restore", "ours", initiatives=work))
    anna.post(f"/v1/introductions/{there.asked}/answer", {"answer": "yes"})
    kring.wait_for(lambda: "wielen" in shown(anna, NEW).get(kept, ""), "the new text")
    kring.wait_for(lambda: later in shown(anna, LATER), "the later story")
    kring.wait_for(lambda: "Carla Restore" in people(anna) & slate(dirk), "who came later")
    erased = kring.cli("erase", there.bert.member_id)
    assert erased.returncode == 0, erased.stderr
    return [f"/v1/stories/{later}", f"/v1/members/{carla.member_id}"]


def check_life_goes_on(kring: Installation, there: Yesterday) -> None:
    """See what the backup had, without Bert, and nothing of the day after it."""
    anna = kring.as_member("anna-restore@anna-restore.example")
    dirk = kring.as_member("dirk-restore@dirk-restore.example")
    kring.wait_for(lambda: "tafel" in shown(anna, OLD).get(there.kept, ""), "the old text")
    kring.wait_for(lambda: slate(dirk) == {"Ella Restore"}, "a slate of those who are there")
    assert people(anna) | people(dirk) == {"Anna Restore", "Dirk Restore", "Ella Restore"}
    for text in (NEW, LATER, OF_BERT):
        assert shown(anna, text).keys() == {there.kept}, "the only story that there is"
    assert anna.get(f"/v1/introductions/{there.asked}")["state"] == "asked"
    anna.answer("PATCH", f"/v1/stories/{there.kept}", json={"title": "Weer aan tafel"})
    kring.wait_for(lambda: "Weer aan" in shown(anna, OLD).get(there.kept, ""), "a new change")


def test_a_backup_is_restored_beside_what_went_on_without_it(
    kring: Installation, tmp_path: Path
) -> None:
    kring.start_empty()
    there = yesterday(kring)
    backup = backup_of(kring, tmp_path / "backup")
    backup.make()
    of_today = go_on(kring, there)
    assert "stop it" in refused(kring)
    assert kring.stop() == 0
    backup.put_back()
    assert "KRING_VAULT_KEY" in refused(kring, KRING_VAULT_KEY=OTHER_KEY)

    record = json.loads(restored(kring, "--json"))["services"]["ingestion"]
    again = restored(kring)
    assert record["members erased again"] == 1
    assert record["members told as gone"] == 1  # Carla
    assert record["stories told as gone"] == 1
    assert "erased again" not in again
    assert "\ngateway: nothing to do\nStart Kring" in again

    kring.start_empty()
    operator, link = kring.operator(), {"email": "bert-restore@bert-restore.example"}
    assert operator.status("POST", "/v1/session/links", json=link) == 404
    for path in (f"/v1/members/{there.bert.member_id}", *of_today):
        assert operator.status("GET", path) == 404
    check_life_goes_on(kring, there)
    assert kring.stop() == 0
    findings = kring.findings()
    assert all(" 0 dead letters" in findings[f"{name} database"]["fine"] for name in SERVICES)
