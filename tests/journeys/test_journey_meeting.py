"""From three texts to two people who have each other's telephone number."""

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from harness.installation import Installation, Network, Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

EVENINGS = "We houden avonden voor mantelzorgers van mensen met dementie in de wijk."
EVENINGS_EN = "We run evenings for family carers of people with dementia in our neighbourhood."


def work(what: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # a record
    return {
        "id": "work",
        "title": what[:40],
        "what": what,
        "stage": 3,
        "themes": ["dementia", "informal_care"],
        "populations": ["carers"],
        **more,
    }


def recommended(kring: Installation, person: Person, other: Person) -> dict[str, Any]:
    """Wait until somebody is recommended; return the recommendation."""

    def look() -> Any:  # noqa: ANN401  # JSON
        found = person.get("/v1/recommendations")["recommendations"]
        return next((each for each in found if each["member_id"] == other.member_id), None)

    return dict(kring.wait_for(look, "the recommendation"))


def mails_to(kring: Installation, address: str) -> list[EmailMessage]:
    parsed = [email.message_from_bytes(p.read_bytes(), policy=default) for p in kring.mails()]
    return [mail for mail in parsed if address in str(mail["to"])]


def test_three_texts_bring_the_right_people_each_told_why_in_their_own_language(
    running: Installation, network: Network
) -> None:
    greet = network.person(
        network.member(
            "Greet Meet",
            "theirs",
            languages=["en"],
            initiatives=[work(EVENINGS_EN, language="en", struggle="Carers cannot leave home.")],
        )
    )
    network.member(
        "Hugo Meet",
        "theirs",
        initiatives=[work("Fietsen repareren met jongeren", themes=["youth_care"])],
    )
    anna = network.person(network.member("Anna Meet", "ours"))
    anna.post(
        f"/v1/members/{anna.member_id}/initiatives",
        {
            "title": "Avonden voor mantelzorgers",
            "what": EVENINGS,
            "struggle": "Mantelzorgers kunnen niet van huis weg.",
            "need": "Hoe regelen anderen oppas?",
            "stage": 3,
            "themes": ["dementia", "informal_care"],
            "populations": ["carers"],
        },
    )
    seen_by_anna = recommended(running, anna, greet)
    seen_by_greet = recommended(running, greet, anna)
    assert seen_by_anna["part"] == "peer"
    assert "dementie" in seen_by_anna["reason"].lower()
    assert "dementia" in seen_by_greet["reason"].lower()
    names = [each["display_name"] for each in anna.get("/v1/recommendations")["recommendations"]]
    assert names[0] == "Greet Meet"


def test_contact_details_are_seen_only_after_both_consent(
    running: Installation, network: Network
) -> None:
    asker_mail = network.member("Ilse Meet", "ours", initiatives=[work(EVENINGS)])
    asked_mail = network.member(
        "Joep Meet", "theirs", initiatives=[work(EVENINGS)], phone="+31 6 0000 0042"
    )
    asker, asked = network.person(asker_mail), network.person(asked_mail)
    recommended(running, asker, asked)
    made = asker.post(
        "/v1/introductions", {"member_id": asked.member_id, "message": "Hoe doen jullie de oppas?"}
    )
    assert made["state"] == "asked"
    assert made["contact"] is None
    assert asked.get(f"/v1/introductions/{made['id']}")["contact"] is None
    told = running.wait_for(
        lambda: [
            each
            for each in asked.get("/v1/notifications")["notifications"]
            if each["kind"] == "introduction_asked"
        ],
        "the question to stand in the page",
    )
    assert len(told) == 1
    running.wait_for(lambda: mails_to(running, asked_mail), "the question to be mailed")
    for mail in mails_to(running, asked_mail):
        assert asker_mail not in mail.as_string()

    answered = asked.post(f"/v1/introductions/{made['id']}/answer", {"answer": "yes"})
    assert answered["state"] == "introduced"
    assert answered["contact"]["email"] == asker_mail
    seen = asker.get(f"/v1/introductions/{made['id']}")
    assert seen["contact"]["email"] == asked_mail
    assert seen["contact"]["phone"] == "+31 6 0000 0042"
    running.wait_for(
        lambda: [m for m in mails_to(running, asker_mail) if "Joep Meet" in m.as_string()],
        "the answer to be mailed",
    )


def test_the_asker_cannot_tell_no_from_no_answer(running: Installation, network: Network) -> None:
    asker = network.person(network.member("Kim Meet", "ours", initiatives=[work(EVENINGS)]))
    asked = network.person(network.member("Lex Meet", "theirs", initiatives=[work(EVENINGS)]))
    recommended(running, asker, asked)
    made = asker.post("/v1/introductions", {"member_id": asked.member_id, "message": "Koffie?"})
    asked.post(f"/v1/introductions/{made['id']}/answer", {"answer": "not_now"})
    assert asker.get(f"/v1/introductions/{made['id']}") == made


def test_a_blocked_or_hidden_member_appears_nowhere(
    running: Installation, network: Network
) -> None:
    mia = network.person(network.member("Mia Meet", "ours", initiatives=[work(EVENINGS)]))
    nils = network.person(network.member("Nils Meet", "ours", initiatives=[work(EVENINGS)]))
    hidden = network.member(
        "Olga Meet", "theirs", initiatives=[work(EVENINGS)], visibility="private"
    )
    olga = network.person(hidden)
    recommended(running, mia, nils)
    mia.answer("PUT", f"/v1/members/{mia.member_id}/blocks/{nils.member_id}")

    def people(reader: Person) -> set[str]:
        slate = reader.get("/v1/recommendations")["recommendations"]
        hits = reader.get("/v1/search/people", q="mantelzorgers dementie", limit=100)["hits"]
        return {each["member_id"] for each in [*slate, *hits]}

    running.wait_for(lambda: nils.member_id not in people(mia), "the block to work for the blocker")
    running.wait_for(lambda: mia.member_id not in people(nils), "the block to work both ways")
    assert olga.member_id not in people(mia)
    for reader, other in ((mia, nils), (nils, mia), (mia, olga)):
        assert reader.status("GET", f"/v1/members/{other.member_id}") == 404
        question = {"member_id": other.member_id, "message": "Hallo?"}
        assert reader.status("POST", "/v1/introductions", json=question) == 404
