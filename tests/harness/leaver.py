"""Somebody who uses all of Kring with words that nobody else has, and then leaves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from harness.installation import Installation, Network, Person, initiative
from harness.traces import canary, files, forms, traces

SAID = (
    "name", "pseudonym", "email", "organisation", "region", "what", "for_whom", "struggle", "need",
    "offer", "title", "body", "message",
)  # fmt: skip
WORDS = {said: canary(number) for number, said in enumerate(SAID)}
NEIGHBOUR = canary(99)
PHONE = "+31 6 5830 9274"
"""Kept as it was written."""
CONSENTS = ["matching", "cross_line", "mail"]


def work(words: Mapping[str, str]) -> dict[str, Any]:
    about = "We koken samen met mantelzorgers in het dorpshuis en zoeken mensen die dat ook doen."
    return initiative(
        what=f"{about} {words['what']}",
        for_whom=f"mantelzorgers en hun naasten {words['for_whom']}",
        struggle=f"Steeds dezelfde drie mensen {words['struggle']}",
        need=f"Iemand die dat kent {words['need']}",
        offer=f"Een draaiboek {words['offer']}",
    )


def live(kring: Installation) -> str:
    """Let somebody with a word of her own in every field use all of Kring; return her id."""
    network = Network(kring)
    programme = network.programme("ours")
    others = {said: f"gewoon {said}" for said in SAID}
    for number in range(3):
        mine = {**others, "what": f"{others['what']} {NEIGHBOUR}{number}"}
        network.member(f"Buur {number}", programme, consents=CONSENTS, initiatives=[work(mine)])
    network.imported("members", {
        "id": "zij", "programme": programme, "kind": "lived_experience",
        "name": f"{WORDS['name']} Jansen", "pseudonym": f"{WORDS['pseudonym']} de Vries",
        "email": f"{address()}@kring.example", "phone": PHONE,
        "organisation": {"name": f"Stichting {WORDS['organisation']}", "side": "citizen"},
        "region": WORDS["region"], "languages": ["nl"], "visibility": "network",
        "consents": CONSENTS, "initiatives": [work(WORDS)],
    })  # fmt: skip
    she = network.person(f"{address()}@kring.example")
    she.post("/v1/session/link", {"email": f"{address()}@kring.example"})
    story = {"title": f"Koken {WORDS['title']}", "body": f"Wij kookten. {WORDS['body']} " * 3}
    she.post("/v1/stories", {**story, "visibility": "network"})
    neighbour = network.person("buur-0@buur-0.example")
    question = {"member_id": neighbour.member_id, "message": f"Zullen wij? {WORDS['message']}"}
    kring.wait_for(
        lambda: she.status("POST", "/v1/introductions", json=question) < 300, "a question"
    )
    kring.wait_for(lambda: notified(neighbour), "the question to be told")
    kring.wait_for(lambda: recommended(network.person("buur-1@buur-1.example"), she), "a slate")
    asked = {"message": sorted(forms(WORDS["message"]))}
    kring.wait_for(lambda: traces(files(kring.data / "mail"), asked), "a mail with her question")
    return she.member_id


def address() -> str:
    """Return her word as it may stand before an @."""
    return WORDS["email"].lower().replace("\u00e9", "e")


def notified(person: Person) -> bool:
    return bool(person.get("/v1/notifications")["notifications"])


def recommended(reader: Person, other: Person) -> bool:
    found = reader.get("/v1/recommendations")["recommendations"]
    return any(each["member_id"] == other.member_id for each in found)


def shapes() -> dict[str, list[bytes]]:
    """Return, for every word of hers, how it may stand in a file."""
    found = {said: sorted(forms(word)) for said, word in WORDS.items()}
    address_too = sorted({*found["email"], address().encode()})
    return {**found, "email": address_too, "phone": sorted(forms(PHONE))}


def shapes_of_others() -> dict[str, list[bytes]]:
    """Return the same of a word that her neighbours have: it stays."""
    return {"neighbour": sorted(forms(NEIGHBOUR))}


def taken_along(kring: Installation, member_id: str, folder: Path) -> dict[str, str]:
    """Fetch everything about somebody as the operator does; return the files by their names."""
    out = folder / "everything.zip"
    fetched = kring.cli("export", member_id, "--out", str(out))
    assert fetched.returncode == 0, fetched.stderr
    with ZipFile(out) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def check_taken(export: Mapping[str, str]) -> None:
    """Assert that page and data tell every word of hers, and nothing to reach others by."""
    page = export["index.html"]
    data = "\n".join(text for name, text in export.items() if name.startswith("data/"))
    for place in (page, data):
        told = traces([("export", place.encode())], shapes())
        assert {said for said, _ in told} == shapes().keys()
        assert "@buur-" not in place
