"""What belongs to somebody, by those it belongs to and by those it does not."""

import pytest
from harness.whole import Whole

pytestmark = pytest.mark.timeout(300)
CONTACT = ("email", "phone", "consents", "blocked", "role")


def test_a_member_changes_the_own_profile(whole: Whole) -> None:
    own = f"/v1/members/{whole.ids['mo']}"
    whole.done("member", "PATCH", own, json={"region": "Utrecht"})
    assert whole.done("member", "GET", own)["region"] == "Utrecht"


@pytest.mark.parametrize("who", ["member", "ambassador"])
def test_contact_details_of_others_are_not_shown(whole: Whole, who: str) -> None:
    profile = whole.done(who, "GET", f"/v1/members/{whole.ids['buur']}")
    assert profile["own"] is None
    text = whole.ask(who, "GET", "/v1/members?limit=100").text
    assert "buur@kring.example" not in text


@pytest.mark.parametrize("who", ["member", "ambassador", "coordinator"])
def test_lists_and_searches_show_nothing_hidden(whole: Whole, who: str) -> None:
    hidden = {whole.ids["van-hen"], whole.ids["verre"], whole.ids["vreemd"]}
    if who != "coordinator":
        hidden.add(whole.ids["geheim"])
    for path in (
        "/v1/stories?limit=100",
        f"/v1/stories?programme={whole.ids['theirs']}&limit=100",
        f"/v1/stories?owner={whole.ids['vreemd']}&limit=100",
        "/v1/members?limit=100",
        "/v1/members?programme=theirs&limit=100",
        "/v1/search?q=keukentafel&limit=100",
        f"/v1/search?q=verhaal&programme={whole.ids['theirs']}&limit=100",
        "/v1/search/people?q=keukentafel&limit=100",
        f"/v1/search/similar/{whole.ids['van-ons']}?limit=100",
        "/v1/introductions?limit=100",
        "/v1/notifications?limit=100",
        "/v1/keys?limit=100",
    ):
        whole.rest()
        answer = whole.ask(who, "GET", path)
        shown = [identity for identity in _ids(answer.json()) if identity in hidden]
        assert not shown, f"{who} {path}"


def _ids(content: object) -> list[str]:
    """Return the ids of things in an answer; who told a story of the network may be named."""
    if isinstance(content, list):
        return [identity for item in content for identity in _ids(item)]
    if isinstance(content, dict):
        own = [str(content[name]) for name in ("id", "member_id") if name in content]
        return own + [identity for value in content.values() for identity in _ids(value)]
    return []


def test_a_cursor_of_one_programme_opens_nothing_of_another(whole: Whole) -> None:
    page = whole.done("baas", "GET", "/v1/members?programme=theirs&limit=1")
    assert page["next"]
    answer = whole.ask(
        "member", "GET", "/v1/members", params={"programme": "theirs", "cursor": page["next"]}
    )
    assert answer.status_code in {200, 422}
    assert whole.ids["verre"] not in answer.text
    assert whole.ids["vreemd"] not in answer.text


def test_nobody_shares_a_story_in_another_name_or_programme(whole: Whole) -> None:
    before = whole.counts()
    for changes, status in (
        ({"owner": whole.ids["buur"]}, 403),
        ({"programme": "theirs"}, 403),
        ({"contacts": [whole.ids["verre"]]}, 422),
    ):
        body = {"title": "Van een ander", **changes}
        assert whole.ask("member", "POST", "/v1/stories", json=body).status_code == status, changes
    assert whole.counts() == before


def test_only_who_was_asked_answers(whole: Whole) -> None:
    path = f"/v1/introductions/{whole.ids['our introduction']}"
    for who, status in (("member", 403), ("ambassador", 404), ("coordinator", 404), ("verre", 404)):
        answer = whole.ask(who, "POST", f"{path}/answer", json={"answer": "yes"})
        assert answer.status_code == status, who
    assert whole.done("member", "GET", path)["contact"] is None
    assert whole.done("buur", "GET", path)["contact"] is None


def test_no_vector_leaves_by_the_api(whole: Whole) -> None:
    for path in ("/v1/search?q=keukentafel", "/v1/search/people?q=keukentafel"):
        hit = whole.done("operator", "GET", path)["hits"][0]
        assert not [name for name, value in hit.items() if _is_vector(value)]


def _is_vector(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, float) for item in value)


def test_only_coordinators_find_somebody_by_address_and_only_their_own(whole: Whole) -> None:
    def status_and_found(who: str, slug: str) -> tuple[int, list[str]]:
        query = {"email": f"{slug}@kring.example"}
        answer = whole.ask(who, "GET", "/v1/members", params=query)
        return answer.status_code, [one["id"] for one in answer.json().get("members", [])]

    assert status_and_found("coordinator", "buur") == (200, [whole.ids["buur"]])
    assert status_and_found("coordinator", "verre") == (200, [])
    for who in ("member", "ambassador"):
        known, unknown = status_and_found(who, "buur"), status_and_found(who, "nobody")
        assert known == unknown
        assert known[0] == 403 or not known[1]
