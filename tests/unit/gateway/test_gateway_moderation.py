"""The pages of moderation: reporting, deciding, and an author's own hidden stories."""

import re

import pytest
from harness.gateway import ANNA, Gateway

STORY = "01900000-0000-7000-8000-0000000000c1"
EVIL = "<script>alert(1)</script>"
REPORT = {"reason": "untrue", "explanation": EVIL, "at": "2026-11-20T10:00:00Z"}
CASE = {
    "story_id": STORY,
    "state": "reported",
    "title": "Samen eten",
    "summary": "Elke dinsdag.",
    "changed_at": "2026-11-20T10:00:00Z",
    "reason": None,
    "explanation": "",
    "appeal": "",
    "may_appeal": False,
    "reports": [REPORT],
    "decisions": ["dismiss", "hide"],
    "sequence": 7,
}
TOLD = {"id": STORY, "kind": "practice", "title": "Samen eten", "owner": "x", "is_hidden": False}


@pytest.fixture
def bram(gateway: Gateway) -> Gateway:
    """Return the gateway with a coordinator signed in, who reads English."""
    gateway.sign_in("bram@example.org")
    gateway.peer.canned["GET", "/v1/moderation"] = (200, {"cases": [CASE], "next": "a="})
    return gateway


@pytest.fixture
def anna(gateway: Gateway) -> Gateway:
    """Return the gateway with a member signed in, who reads Dutch."""
    gateway.sign_in("anna@example.org")
    gateway.peer.canned["GET", f"/v1/stories/{STORY}"] = (200, TOLD)
    return gateway


def form_token(gateway: Gateway) -> str:
    page = gateway.client.get("/preferences").text
    found = re.search(r'name="form_token" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_coordinator_finds_what_was_reported_with_a_button_per_decision(bram: Gateway) -> None:
    assert 'href="/moderation"' in bram.client.get("/preferences").text
    page = bram.client.get("/moderation").text
    assert "It is not true" in page
    assert "<script>" not in page
    assert f'formaction="/moderation/{STORY}/hide"' in page
    assert f'formaction="/moderation/{STORY}/dismiss"' in page
    assert 'name="sequence" value="7"' in page
    assert 'href="/moderation?cursor=a%3D"' in page
    bram.client.get("/moderation?hidden=true&cursor=b")
    assert bram.peer.asked[-1]["query"] == "hidden=true&cursor=b"


def test_what_somebody_else_decides_has_no_buttons(bram: Gateway) -> None:
    case = {**CASE, "state": "appealed", "appeal": "Kijk nog eens.", "decisions": []}
    bram.peer.canned["GET", "/v1/moderation"] = (200, {"cases": [case], "next": ""})
    page = bram.client.get("/moderation?lang=nl").text
    assert "Kijk nog eens." in page
    assert "Hier besluit iemand anders over" in page
    assert "formaction" not in page


@pytest.mark.parametrize("cases", [[], None])
def test_nothing_to_decide_and_nothing_reachable_are_told_apart(
    bram: Gateway, cases: list[object] | None
) -> None:
    bram.peer.canned["GET", "/v1/moderation"] = (503 if cases is None else 200, {"cases": []})
    page = bram.client.get("/moderation?lang=nl").text
    assert ("niet bereikbaar" if cases is None else "Er ligt niets.") in page


@pytest.mark.parametrize(
    ("status", "word"), [(200, "decided"), (409, "conflict"), (412, "stale"), (422, "invalid")]
)
def test_a_decision_is_sent_for_the_text_that_was_read(
    bram: Gateway, status: int, word: str
) -> None:
    bram.peer.canned["POST", f"/v1/moderation/{STORY}/hide"] = (status, {})
    form = {
        "form_token": form_token(bram),
        "sequence": "7",
        "reason": "untrue",
        "explanation": " Het klopt niet. ",
    }
    answer = bram.client.post(f"/moderation/{STORY}/hide", data=form)
    assert answer.headers["location"] == f"/moderation?done={word}"
    asked = bram.peer.asked[-1]
    assert asked["body"] == '{"reason": "untrue", "explanation": "Het klopt niet."}'
    assert asked["headers"]["if-match"] == '"7"'


def test_a_decision_that_is_none_is_refused_and_members_have_no_page(anna: Gateway) -> None:
    form = {"form_token": form_token(anna)}
    assert anna.client.post(f"/moderation/{STORY}/forgive", data=form).status_code == 403
    assert anna.client.get("/moderation").status_code == 403
    assert 'href="/moderation"' not in anna.client.get("/preferences").text


def test_a_member_reports_a_story_from_its_page(anna: Gateway) -> None:
    page = anna.client.get(f"/stories/{STORY}").text
    assert f'action="/moderation/{STORY}/reports"' in page
    assert "Er staan gegevens van iemand in" in page
    form = {"form_token": form_token(anna), "reason": "personal_data", "explanation": ""}
    answer = anna.client.post(f"/moderation/{STORY}/reports", data=form)
    assert answer.headers["location"] == f"/stories/{STORY}?done=reported"
    assert anna.peer.asked[-1]["body"] == '{"reason": "personal_data", "explanation": ""}'


def test_an_author_reads_that_a_story_is_hidden_and_may_ask_for_another_look(
    anna: Gateway,
) -> None:
    hidden = {**TOLD, "owner": ANNA, "is_hidden": True}
    anna.peer.canned["GET", f"/v1/stories/{STORY}"] = (200, hidden)
    page = anna.client.get(f"/stories/{STORY}").text
    assert "Dit verhaal is verborgen." in page
    assert 'href="/moderation/own"' in page
    assert "/reports" not in page
    case = {**CASE, "state": "hidden", "reason": "untrue", "may_appeal": True}
    anna.peer.canned["GET", "/v1/moderation/own"] = (200, {"cases": [case]})
    assert "Ik ben het er niet mee eens" in anna.client.get("/moderation/own").text
    form = {"form_token": form_token(anna), "explanation": "Het klopt wel."}
    answer = anna.client.post(f"/moderation/{STORY}/appeal", data=form)
    assert answer.headers["location"] == "/moderation/own?done=appealed"
    assert anna.peer.asked[-1]["path"] == f"/v1/moderation/{STORY}/appeal"


def test_an_author_without_hidden_stories_reads_so(anna: Gateway) -> None:
    anna.peer.canned["GET", "/v1/moderation/own"] = (200, {"cases": []})
    assert "Geen van je verhalen is verborgen." in anna.client.get("/moderation/own").text
