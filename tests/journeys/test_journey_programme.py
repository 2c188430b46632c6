"""Another programme takes part with a Kafka client and the contract alone: the example does it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.installation import Kring, Network
from servers.kafka import Kafka

from libs.contracts.brokers import parse

pytestmark = [pytest.mark.journey, pytest.mark.servers, pytest.mark.timeout(300)]

EXAMPLE = Path(__file__).parents[2] / "examples" / "programme" / "programme.py"
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title must not be empty"),
    ({"title": "y" * 300}, "title must be at most 200 characters"),
    ({"title": "Een\nregel te veel"}, "title must be on one line"),
    ({"kind": "tale"}, "kind must be one of practice"),
    ({"stage": 9}, "stage must be a whole number from 1 to 7"),
    ({"year": 1}, "year must be a whole number"),
    ({"visibility": "everybody"}, "visibility must be one of network"),
    ({"url": "javascript:alert(1)"}, "url must"),
    ({"title": 7}, "data the payload is no Submission"),
    ({"themes": [7]}, "data the payload is no Submission"),
]
"""What is wrong with ten of the stories, and what the programme reads about it."""


def submission(number: int) -> dict[str, Any]:
    """Return one of a hundred stories; every tenth has a fault, half are for the network."""
    told: dict[str, Any] = {
        "title": f"Buurtmaaltijd nummer {number}",
        "body": f"Op plein {number} koken bewoners samen, elke week met meer buren.",
        "visibility": "network" if number % 2 else "programme",
    }
    fault = FAULTS[number // 10][0] if number % 10 == 0 else {}
    return {"external_id": f"maaltijd-{number}", "story": {**told, **fault}}


@pytest.fixture(scope="module")
def brokers(kafka: Kafka) -> str:
    return kafka.url(partitions=2)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, brokers: str) -> Iterator[Network]:
    data = tmp_path_factory.mktemp("kring") / "data"
    kring = Kring(data, KRING_BUS=brokers, KRING_ENCODER="use")
    try:
        kring.start_empty()
        made = Network(kring)
        made.programme("ours")
        made.programme("theirs")
        yield made
    finally:
        kring.close()


def run(tmp_path: Path, key: dict[str, Any], brokers: str, *lines: dict[str, Any]) -> list[str]:
    """Let the example send; return what it prints."""
    where = parse(brokers)
    topics = {name: where.topic(key[name]) for name in ("inbox", "receipts")}
    (tmp_path / "key.json").write_text(json.dumps({**key, **topics}))
    (tmp_path / "stories.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = subprocess.run(  # noqa: S603  # our own example
        [sys.executable, EXAMPLE, "key.json", where.servers, "stories.jsonl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_programme_joins_sends_is_found_and_loses_its_rights(
    tmp_path: Path, network: Network, brokers: str
) -> None:
    operator, kring = network.operator, network.kring
    anna = network.person(network.member("Anna Plug", "ours"))
    ben = network.person(network.member("Ben Plug", "theirs"))
    wanted = {"name": "Ons systeem", "programme": "ours"}
    key = operator.post("/v1/inbox/keys", wanted)

    *told, counts = run(tmp_path, key, brokers, *map(submission, range(100)))

    assert counts == "90 accepted, 10 refused, 0 without an answer"
    for (_, why), number in zip(FAULTS, range(1, 100, 10), strict=True):
        (line,) = [each for each in told if each.startswith(f"line {number}: ")]
        assert why in line
        assert "send it again" in line

    def found(person: Any, number: int) -> bool:  # noqa: ANN401  # whoever searches
        title = f"Buurtmaaltijd nummer {number}"
        hits = person.get("/v1/search", q=title, limit=100)["hits"]
        return title in {hit["title"] for hit in hits}

    kring.wait_for(lambda: found(ben, 77), "a member of another programme to find a story")
    kring.wait_for(lambda: found(anna, 78), "a member of the programme to find another")
    assert not found(ben, 78)
    assert not found(anna, 70)

    operator.answer("DELETE", f"/v1/inbox/keys/{key['id']}")
    told = run(tmp_path, key, brokers, submission(101))
    assert told[-1] == "0 accepted, 1 refused, 0 without an answer"
    assert "signature was made with an inbox key that was ended" in told[0]
    assert "Ask a coordinator of your programme for a new inbox key" in told[0]
