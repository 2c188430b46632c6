"""Imports that are written down: what was sent, and what Kring said of it."""

from collections.abc import Sequence
from typing import Any

import httpx2
from faults.ledger import Acknowledged, Ledger
from harness.installation import Kring

PROGRAMME: dict[str, Any] = {
    "id": "faults",
    "name": "Faults",
    "sector": "community",
    "languages": ["en"],
}
BATCH = 25

_PLACES = ("library", "farm", "kitchen", "harbour", "workshop", "garden", "school", "station")
_DEEDS = ("reading aloud", "repairing bicycles", "cooking soup", "walking", "singing", "sewing")
_PEOPLE = ("neighbours", "carers", "young people", "newcomers", "older men", "volunteers")


def stories(amount: int, *, edition: int = 0) -> list[dict[str, Any]]:
    """Return so many stories; another edition tells them anew under the same ids."""
    return [
        {
            "id": f"s-{number}",
            "programme": PROGRAMME["id"],
            "title": f"Story {number}",
            "body": f"Edition {edition}: {_PEOPLE[number % 6]} meet for {_DEEDS[number % 5]} in the"
            f" {_PLACES[number % 8]} of street {number}, every {number % 11 + 2} days.",
            "language": "en",
            "visibility": "network",
        }
        for number in range(amount)
    ]


def import_stories(kring: Kring, ledger: Ledger, records: Sequence[dict[str, Any]]) -> bool:
    """Import records, each an operation in the ledger; tell whether Kring lived to the end."""
    operator = kring.operator()
    try:
        for start in range(0, len(records), BATCH):
            batch = list(records[start : start + BATCH])
            names = [f"{record['id']}: {record['body'][:12]}" for record in batch]
            ledger.intend(*names)
            answer = operator.post("/v1/import/stories", {"records": batch})
            assert answer["refused"] == 0, answer
            ledger.acknowledge(
                *(
                    Acknowledged(name, result["id"], result["sequence"])
                    for name, result in zip(names, answer["results"], strict=True)
                )
            )
    except httpx2.TransportError:
        return False
    return True
