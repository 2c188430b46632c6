"""Text that would like to be more than text, in stories and names: pages, mails and API."""

import email
from collections.abc import Sequence
from email import policy
from pathlib import Path
from typing import Any

import pytest
from harness.markup import read
from harness.whole import Whole, initiative, member, story

pytestmark = pytest.mark.timeout(600)

VECTORS = (Path(__file__).parent / "xss_vectors.txt").read_text("utf-8").splitlines()
PLAIN = "Gewoon een woord"
BATCH = 50


@pytest.fixture(scope="module")
def told(running: Whole) -> dict[str, str]:
    """The ids of stories by the vector in their title and texts."""
    texts = [PLAIN, *VECTORS]
    records = [
        story(
            f"vector-{number}",
            "ours",
            title=text,
            summary=text,
            body=f"{text}\n\n{text}",
            context=text,
            outcome=text,
            language="nl",
            visibility="network",
        )
        for number, text in enumerate(texts)
    ]
    return dict(zip(texts, _imported(running, "stories", records), strict=True))


@pytest.fixture(scope="module")
def named(running: Whole) -> dict[str, str]:
    """The ids of members by the vector in their name, where it may be a name, and their work."""
    texts = [PLAIN, *VECTORS]
    records = [
        member(
            f"naam-{number}",
            "ours",
            name=text,
            organisation={"name": text, "side": "community"},
            region=text[:100],
            initiatives=[{**initiative(text), "struggle": text, "need": text}],
        )
        for number, text in enumerate(texts)
    ]
    return dict(zip(texts, _imported(running, "members", records), strict=True))


def _imported(whole: Whole, kind: str, records: Sequence[dict[str, Any]]) -> list[str]:
    """Import records; return their ids, empty for those that are refused."""
    found: list[str] = []
    for start in range(0, len(records), BATCH):
        body = {"records": list(records[start : start + BATCH])}
        answer = whole.done("operator", "POST", f"/v1/import/{kind}", json=body)
        found += [str(result["id"]) for result in answer["results"]]
    whole.settle()
    return found


def _page(whole: Whole, path: str, **query: str) -> str:
    whole.rest()
    answer = whole.ask("member", "GET", path, params=query)
    assert answer.status_code == 200, answer.text
    policy_text = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy_text
    assert "default-src 'none'" in policy_text
    return answer.text


def test_there_are_enough_vectors_and_most_can_be_names(
    told: dict[str, str], named: dict[str, str]
) -> None:
    assert len(VECTORS) >= 60
    assert all(told.values()), "a story may hold any text"
    assert sum(bool(identity) for identity in named.values()) >= 60


def test_a_story_s_page_has_the_elements_of_a_plain_one(whole: Whole, told: dict[str, str]) -> None:
    plain = read(_story(whole, told[PLAIN]))
    assert not plain.dangers
    for vector in VECTORS:
        page = read(_story(whole, told[vector]))
        assert not page.dangers, vector
        assert page.elements == plain.elements, vector


def _story(whole: Whole, identity: str) -> str:
    """Return a story's page down to the stories like it, which differ."""
    return _page(whole, f"/stories/{identity}").partition('aria-labelledby="similar"')[0]


def test_a_member_s_page_has_the_elements_of_a_plain_one(
    whole: Whole, named: dict[str, str]
) -> None:
    plain = read(_page(whole, f"/members/{named[PLAIN]}"))
    assert not plain.dangers
    for vector, identity in named.items():
        if identity:
            page = read(_page(whole, f"/members/{identity}"))
            assert not page.dangers, vector
            assert page.elements == plain.elements, vector


@pytest.mark.usefixtures("told", "named")
def test_searching_for_a_vector_shows_words_only(whole: Whole) -> None:
    for vector in VECTORS:
        page = _page(whole, "/", q=vector)
        assert not read(page).dangers, vector
        if "<" in vector:
            assert vector not in page, vector


def test_a_vector_in_a_form_that_is_shown_again_stays_text(whole: Whole) -> None:
    page = whole.ask("member", "GET", "/share").text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    for vector in VECTORS[::4]:
        whole.rest()
        wrong = {"title": vector, "body": vector, "kind": vector, "form_token": token}
        answer = whole.ask("member", "POST", "/share", data=wrong)
        assert answer.status_code == 422
        assert not read(answer.text).dangers, vector
        asked = whole.ask("anonymous", "GET", "/signin", params={"token": vector})
        assert not read(asked.text).dangers, vector
        done = whole.ask("member", "GET", "/share", params={"done": vector, "lang": vector})
        assert not read(done.text).dangers, vector


def test_the_api_gives_back_what_was_told_as_json_and_nothing_else(
    whole: Whole, told: dict[str, str]
) -> None:
    for vector in VECTORS[::4]:
        whole.rest()
        answer = whole.ask("member", "GET", f"/v1/stories/{told[vector]}")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["title"] == vector


def test_a_mail_about_somebody_shows_their_words_as_text(whole: Whole) -> None:
    vector = "<img src=x onerror=alert(1)>{{7*7}}"
    named = member("aanval", "ours", name=f"Aanval {vector}", initiatives=[initiative("x")])
    reached = member("doelwit", "ours", languages=["nl"], capacity=9)
    _, asked = _imported(whole, "members", [named, reached])
    asker = whole.sign_in("aanval@kring.example")
    question = {"member_id": asked, "message": f"Mag ik? {vector}"}
    answer = asker.post("/v1/introductions", json=question)
    assert answer.status_code == 201, answer.text

    def find() -> str:
        for path in sorted((whole.data / "mail").glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            html = message.get_body(("html",))
            text = html.get_content() if html else ""
            if "doelwit" in str(message["To"]) and "Mag ik?" in text:
                assert sorted(name.lower() for name in message) == sorted(
                    {name.lower() for name in message}
                ), "a header came twice"
                return str(text)
        return ""

    mail = whole.wait_for(find)
    assert not read(mail).dangers
    assert "&lt;img src=x" in mail
    assert "49" not in mail.partition("Mag ik?")[2][:60]
