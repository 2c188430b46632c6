"""A small network that faults happen to: a programme, and two members who know of one another."""

from typing import Any

import httpx2
from faults.importing import PROGRAMME
from harness.installation import Installation, Network, Person

NAMES = ("Ilse Fault", "Joep Fault")
_WORK: dict[str, Any] = {
    "id": "work",
    "title": "Evenings for carers",
    "language": "en",
    "what": "We hold evenings for people who care for somebody with dementia.",
    "stage": 3,
    "themes": ["dementia", "informal_care"],
    "populations": ["carers"],
}


def settle_in(kring: Installation) -> None:
    """Import both, and wait until each is recommended to the other and both had their mail."""
    network = Network(kring)
    network.imported("programmes", PROGRAMME)
    people = [
        network.person(network.member(name, PROGRAMME["id"], initiatives=[_WORK])) for name in NAMES
    ]
    kring.wait_for(
        lambda: all(one.get("/v1/recommendations")["recommendations"] for one in people),
        "the slates",
        60,
    )
    kring.wait_for(lambda: len(kring.mails()) >= len(people), "the mails", 60)


def join(network: Network, name: str) -> None:
    """Let somebody else join, with the same work."""
    network.member(name, PROGRAMME["id"], initiatives=[_WORK])


def both(kring: Installation) -> tuple[Person, Person]:
    """Sign both in: who asks, and who is asked."""
    asker, asked = (name.lower().replace(" ", "-") for name in NAMES)
    return kring.as_member(f"{asker}@{asker}.example"), kring.as_member(f"{asked}@{asked}.example")


def ask(asker: Person, asked: Person) -> None:
    """Ask for an introduction; the mail may leave, and end Kring, before the answer comes."""
    question = {"member_id": asked.member_id, "message": "How do you arrange respite?"}
    try:
        asker.post("/v1/introductions", question)
    except httpx2.TransportError:
        return
