"""Stories that come in become searchable by meaning, by those who may see them."""

from typing import Any

import pytest
from harness.installation import Installation, Network, Person

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def share(person: Person, **story: Any) -> str:  # noqa: ANN401  # a record
    whole = {"kind": "practice", "visibility": "network", "themes": ["loneliness"], **story}
    return str(person.post("/v1/stories", whole)["id"])


def found(kring: Installation, person: Person, text: str, story: str, **narrowed: Any) -> Any:  # noqa: ANN401  # a hit
    """Wait until a search finds a story; return its hit."""

    def look() -> Any:  # noqa: ANN401  # a hit
        hits = person.get("/v1/search", q=text, limit=20, **narrowed)["hits"]
        return next((hit for hit in hits if hit["id"] == story), None)

    return kring.wait_for(look, f"{text!r} to find the story")


def test_a_dutch_story_is_posted_and_an_english_question_finds_it(
    running: Installation, network: Network
) -> None:
    anna = network.person(network.member("Anna Search", "ours"))
    ben = network.person(network.member("Ben Search", "theirs", languages=["en"]))
    story = share(
        anna,
        title="Samen eten tegen eenzaamheid",
        body="Elke dinsdag koken we met buren in het buurthuis. Wie alleen is, schuift aan.",
    )
    hit = found(running, ben, "neighbours cooking together for people who are lonely", story)
    assert hit["language"] == "nl"
    assert "koken" in hit["highlight"]
    assert [contact["display_name"] for contact in hit["contacts"]] == ["Anna Search"]


def test_a_failure_story_and_a_need_are_found_as_such(
    running: Installation, network: Network
) -> None:
    carla = network.person(network.member("Carla Search", "ours"))
    failure = share(
        carla,
        kind="failure",
        title="De app die niemand opende",
        body="We bouwden een app voor mantelzorgers zonder hen te vragen. Dit ging mis.",
    )
    question = share(
        carla,
        kind="question",
        title="Wie heeft een vervangende oppas geregeld?",
        body="We zoeken iemand die respijtzorg aan huis heeft georganiseerd.",
    )
    found(running, carla, "an app for carers that failed", failure, kind="failure")
    found(running, carla, "respite care at home", question, kind="question")
    kinds = {
        hit["kind"]
        for hit in carla.get("/v1/search", q="mantelzorgers", kind="failure", limit=50)["hits"]
    }
    assert kinds == {"failure"}


def test_two_programmes_do_not_see_each_others_private_content(
    running: Installation, network: Network
) -> None:
    dora = network.person(network.member("Dora Search", "ours"))
    emil = network.person(network.member("Emil Search", "theirs"))
    inside = share(
        dora, title="Ons besloten stilteplan", body="Alleen voor ons.", visibility="programme"
    )
    private = share(dora, title="Mijn stilteplan", body="Alleen voor mij.", visibility="private")
    found(running, dora, "stilteplan", inside)
    found(running, dora, "stilteplan", private)
    hits = emil.get("/v1/search", q="stilteplan", limit=100)["hits"]
    assert {inside, private}.isdisjoint(hit["id"] for hit in hits)
    for story in (inside, private):
        assert emil.status("GET", f"/v1/stories/{story}") == 404
        assert emil.status("GET", f"/v1/search/similar/{story}") == 404


def test_a_withdrawn_story_is_no_longer_found(running: Installation, network: Network) -> None:
    finn = network.person(network.member("Finn Search", "ours"))
    story = share(finn, title="Zwaluwproject", body="We telden zwaluwen met bewoners.")
    found(running, finn, "zwaluwen tellen", story)
    finn.answer("DELETE", f"/v1/stories/{story}")
    running.wait_for(
        lambda: all(
            hit["id"] != story for hit in finn.get("/v1/search", q="zwaluwen tellen")["hits"]
        ),
        "the story to be gone",
    )


def test_a_reported_story_is_hidden_its_author_appeals_and_it_is_found_again(
    running: Installation, network: Network
) -> None:
    words = "Lantaarnploeg voor verlegen vlindertellers"
    author = network.person(network.member("Fleur Search", "ours"))
    reader = network.person(network.member("Gijs Search", "theirs"))
    first, second = (
        network.person(network.member(name, "ours", role="coordinator"))
        for name in ("Hanna Search", "Ilse Search")
    )
    story = share(author, title=words, body="Elke week tellen wij vlinders bij een lantaarn.")
    found(running, reader, words, story)

    def is_gone() -> bool:
        hits = reader.get("/v1/search", q=words, limit=20)["hits"]
        return all(hit["id"] != story for hit in hits)

    def told() -> list[str]:
        entries = author.get("/v1/notifications", limit=20)["notifications"]
        return [entry["text"] for entry in entries if entry["kind"] == "moderation"]

    path = f"/v1/moderation/{story}"
    reader.post(f"{path}/reports", {"reason": "untrue", "explanation": "Vlinders slapen dan."})
    (case,) = [each for each in first.get("/v1/moderation")["cases"] if each["story_id"] == story]
    assert case["reports"][0]["explanation"] == "Vlinders slapen dan."
    first.post(f"{path}/hide", {"reason": "untrue", "explanation": "Zoek het nog eens na."})
    running.wait_for(is_gone, "the hidden story to be gone")
    assert reader.status("GET", f"/v1/stories/{story}") == 404
    running.wait_for(told, "the author to be told")
    assert "Reden: het klopt niet." in told()[0]

    author.post(f"{path}/appeal", {"explanation": "Deze vliegen juist 's nachts."})
    refused = first.status("POST", f"{path}/uphold", json={"explanation": "Nee."})
    assert refused == 403
    second.post(f"{path}/restore", {"explanation": "Je hebt gelijk."})
    found(running, reader, words, story)
    running.wait_for(lambda: len(told()) == 2, "the author to be told again")

    deeds = running.cli("audit", "list", story, "--json")
    assert deeds.returncode == 0, deeds.stderr
    for deed in ("reports", "hide", "appeal", "uphold", "restore"):
        assert f"POST /v1/moderation/{{id}}/{deed}" in deeds.stdout
    verified = running.cli("audit", "verify")
    assert verified.returncode == 0, verified.stderr
