"""Imports that are written down: what was sent, and what Kring said of it."""

from collections.abc import Sequence
from typing import Any

import httpx2
from faults.ledger import Acknowledged, Ledger
from harness.installation import Installation, Person

PROGRAMME: dict[str, Any] = {
    "id": "faults",
    "name": "Faults",
    "sector": "community",
    "languages": ["en"],
}
BATCH = 25
_AWAY = (429, 502, 503, 504)
"""What the gateway answers for a service that is gone or lost its database, and for haste."""

_PLACES = ("library", "farm", "kitchen", "harbour", "workshop", "garden", "school", "station")
_DEEDS = ("reading aloud", "repairing bicycles", "cooking soup", "walking", "singing", "sewing")
_PEOPLE = ("neighbours", "carers", "young people", "newcomers", "older men", "volunteers")


def stories(amount: int, *, edition: int = 0, series: str = "s") -> list[dict[str, Any]]:
    """Return so many stories of a series; another edition tells them anew under the same ids."""
    return [
        {
            "id": f"{series}-{number}",
            "programme": PROGRAMME["id"],
            "title": f"Story {series} {number}",
            "body": f"Edition {edition}: {_PEOPLE[number % 6]} meet for {_DEEDS[number % 5]} in the"
            f" {_PLACES[number % 8]} of street {number}, every {number % 11 + 2} days.",
            "language": "en",
            "visibility": "network",
        }
        for number in range(amount)
    ]


def import_stories(kring: Installation, ledger: Ledger, records: Sequence[dict[str, Any]]) -> bool:
    """Import records, each an operation in the ledger; tell whether all of them were answered."""
    operator = kring.operator()
    try:
        for start in range(0, len(records), BATCH):
            response = send(operator, ledger, list(records[start : start + BATCH]))
            if response.status_code in _AWAY:
                return False
            assert response.is_success, response.text
    except httpx2.TransportError:
        return False
    return True


def send(operator: Person, ledger: Ledger, batch: list[dict[str, Any]]) -> httpx2.Response:
    """Import records in one request, each an operation in the ledger; return the answer."""
    names = [f"{record['id']}: {record['body'][:12]}" for record in batch]
    ledger.intend(*names)
    response = operator.respond("POST", "/v1/import/stories", json={"records": batch})
    if response.is_success:
        answer = response.json()
        assert answer["refused"] == 0, answer
        ledger.acknowledge(
            *(
                Acknowledged(name, result["id"], result["sequence"])
                for name, result in zip(names, answer["results"], strict=True)
            )
        )
    return response
