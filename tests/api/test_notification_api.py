"""The routes of notification: a member's inbox and preferences, and the link in mails."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from harness.notification import PROGRAMME, SECRET, World, open_world
from httpx2 import Response
from starlette.testclient import TestClient

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader
from libs.kernel.seal import HEADER, ReaderSeal
from libs.runtime.api import build_app

ALL_ON = {
    "recommendation": True,
    "introduction_asked": True,
    "introduced": True,
    "moderation": True,
}
DAY = 86_400.0


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[World]:
    with open_world(tmp_path, clock, ids) as opened:
        for name in ("anna", "bram", "carla"):
            opened.member(name)
        yield opened


class Caller:
    """Calls the routes as somebody, or as nobody."""

    def __init__(self, world: World) -> None:
        self._seal = ReaderSeal(SECRET.encode(), lambda: world.clock.now().timestamp())
        app = build_app(world.service, seal=self._seal, telemetry=world.telemetry)
        self.client = TestClient(app)

    def __call__(
        self,
        method: str,
        path: str,
        *,
        member: str = "anna",
        language: str = "nl",
        blocked: frozenset[str] = frozenset(),
        **more: Any,  # noqa: ANN401  # what the client takes
    ) -> Response:
        reader = Reader(PROGRAMME, member_id=member, language=language, blocked=blocked)
        headers = {HEADER: self._seal.close(reader)}
        return self.client.request(method, path, headers=headers, **more)

    def inbox(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # as above
        response = self("GET", "/v1/notifications", **more)
        assert response.status_code == 200
        content: dict[str, Any] = response.json()
        return content


@pytest.fixture
def call(world: World) -> Caller:
    return Caller(world)


def texts(inbox: dict[str, Any]) -> list[str]:
    return [each["text"] for each in inbox["notifications"]]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/notifications"),
        ("POST", "/v1/notifications/read-all"),
        ("POST", "/v1/notifications/01900000-0000-7000-8000-000000000001/read"),
        ("GET", "/v1/preferences"),
        ("PUT", "/v1/preferences"),
    ],
)
def test_a_stranger_and_a_key_without_a_member_are_refused(
    call: Caller, method: str, path: str
) -> None:
    body: dict[str, str] | None = {} if method == "PUT" else None
    assert call.client.request(method, path, json=body).status_code == 401
    assert call(method, path, member="", json=body).status_code == 403


def test_the_inbox_shows_what_was_told_newest_first(world: World, call: Caller) -> None:
    world.slate("anna", "bram", "carla", reason="Jullie werken allebei aan buurtkamers.")
    world.clock.advance(60)
    world.introduction("i-1", "INTRODUCED")
    inbox = call.inbox()
    first, second = inbox["notifications"]
    assert first["kind"] == "introduced"
    assert (first["link"], first["subject_id"]) == ("/introductions", "i-1")
    assert first["text"] == (
        "Bram en jij willen allebei kennismaken. Jullie zien nu elkaars gegevens."
    )
    assert second["kind"] == "recommendation"
    assert second["text"].startswith("Nieuw voor jou: Bram en Carla.")
    assert second["people"][0] == {
        "member_id": "bram",
        "display_name": "Bram",
        "words": "Jullie werken allebei aan buurtkamers.",
    }
    assert (second["link"], second["read"], second["at"]) == ("/", False, "2026-11-22T09:00:00Z")
    assert (inbox["unread"], inbox["next"]) == (2, "")


def test_the_inbox_speaks_the_readers_language(world: World, call: Caller) -> None:
    world.introduction("i-1", "ASKED")
    assert texts(call.inbox(member="bram", language="en")) == ["Anna would like to meet you."]
    assert texts(call.inbox(member="bram", language="nl")) == ["Anna wil graag met je kennismaken."]


def test_no_contact_details_show_in_the_inbox(world: World, call: Caller) -> None:
    world.introduction("i-1", "ASKED")
    world.introduction("i-2", "INTRODUCED")
    assert "example.org" not in str(call.inbox(member="bram"))
    assert "de Vries" not in str(call.inbox(member="bram"))


def test_everybody_sees_their_own(world: World, call: Caller) -> None:
    world.slate("anna", "bram")
    assert call.inbox(member="bram") == {"notifications": [], "unread": 0, "next": ""}


def test_the_inbox_comes_in_pages(world: World, call: Caller) -> None:
    for number in range(5):
        world.introduction(f"i-{number}", "INTRODUCED")
        world.clock.advance(0 if number % 2 else 1)
    seen: list[str] = []
    cursor = ""
    for size in (2, 2, 1):
        inbox = call.inbox(params={"limit": 2, "cursor": cursor})
        assert len(inbox["notifications"]) == size
        assert inbox["unread"] == 5
        seen += [each["subject_id"] for each in inbox["notifications"]]
        cursor = inbox["next"]
    assert cursor == ""
    assert sorted(seen) == [f"i-{number}" for number in range(5)]
    assert seen[-1] == "i-0"


@pytest.mark.parametrize(
    "params", [{"cursor": "%%%"}, {"cursor": "bm90IG9uZQ=="}, {"limit": 0}, {"limit": 101}]
)
def test_a_page_that_cannot_be_is_refused(call: Caller, params: dict[str, Any]) -> None:
    assert call("GET", "/v1/notifications", params=params).status_code == 422


def test_one_is_read_and_stays_read(world: World, call: Caller) -> None:
    world.slate("anna", "bram")
    world.introduction("i-1", "INTRODUCED")
    identity = call.inbox()["notifications"][0]["id"]
    for _ in range(2):
        assert call("POST", f"/v1/notifications/{identity}/read").status_code == 204
    inbox = call.inbox()
    assert inbox["unread"] == 1
    assert {each["id"] for each in inbox["notifications"] if each["read"]} == {identity}


def test_all_are_read_at_once_and_nobody_elses(world: World, call: Caller) -> None:
    world.introduction("i-1", "INTRODUCED")
    world.introduction("i-2", "INTRODUCED")
    for _ in range(2):
        assert call("POST", "/v1/notifications/read-all").status_code == 204
    assert call.inbox()["unread"] == 0
    assert call.inbox(member="bram")["unread"] == 2


def test_somebody_elses_notification_does_not_exist(world: World, call: Caller) -> None:
    world.slate("anna", "bram")
    identity = call.inbox()["notifications"][0]["id"]
    response = call("POST", f"/v1/notifications/{identity}/read", member="bram")
    assert response.status_code == 404
    assert call.inbox()["unread"] == 1


@pytest.mark.parametrize("identity", ["x", "01900000-0000-7000-8000-00000000000G"])
def test_an_id_that_is_none_is_refused(call: Caller, identity: str) -> None:
    assert call("POST", f"/v1/notifications/{identity}/read").status_code == 422


def test_people_added_to_what_was_read_make_it_unread(world: World, call: Caller) -> None:
    world.slate("anna", "bram")
    world.run()
    world.slate("anna", "bram", "carla")
    call("POST", "/v1/notifications/read-all")
    world.member("daan")
    world.slate("anna", "carla", "daan")
    inbox = call.inbox()
    assert inbox["unread"] == 1
    assert texts(inbox) == [
        "Nieuw voor jou: Carla en Daan. Kijk wat jullie aan elkaar kunnen hebben."
    ]


def test_somebody_who_is_no_longer_recommended_is_not_shown(world: World, call: Caller) -> None:
    world.slate("anna", "bram", "carla", reason="Zorgt ook voor een ouder.")
    world.slate("anna", "carla")
    assert texts(call.inbox())[0].startswith("Nieuw voor jou: Carla.")
    world.slate("anna")
    assert call.inbox() == {"notifications": [], "unread": 0, "next": ""}
    assert "ouder" not in str(world.rows("mention"))


def test_a_question_that_was_answered_is_replaced_by_the_answer(world: World, call: Caller) -> None:
    world.introduction("i-1", "ASKED")
    world.introduction("i-1", "INTRODUCED")
    kinds = [each["kind"] for each in call.inbox(member="bram")["notifications"]]
    assert kinds == ["introduced"]


@pytest.mark.parametrize(("blocker", "blocked"), [("anna", "bram"), ("bram", "anna")])
def test_a_block_hides_people_in_both_directions(
    world: World, call: Caller, blocker: str, blocked: str
) -> None:
    world.slate("anna", "bram", "carla")
    world.introduction("i-1", "INTRODUCED")
    world.member(blocker, blocked_ids=[blocked])
    inbox = call.inbox()
    assert inbox["unread"] == len(inbox["notifications"]) == 1
    assert "Bram" not in str(inbox)


def test_a_block_known_to_the_gateway_alone_hides_people_too(world: World, call: Caller) -> None:
    world.slate("anna", "bram")
    assert call.inbox(blocked=frozenset({"bram"}))["notifications"] == []


def test_everything_is_on_at_first(call: Caller) -> None:
    assert call("GET", "/v1/preferences").json() == {"page": ALL_ON, "mail": ALL_ON}


def test_preferences_are_kept_and_what_is_left_out_is_on(call: Caller) -> None:
    body = {"mail": {"recommendation": False}}
    expected = {"page": ALL_ON, "mail": {**ALL_ON, "recommendation": False}}
    assert call("PUT", "/v1/preferences", json=body).json() == expected
    assert call("GET", "/v1/preferences").json() == expected
    assert call("GET", "/v1/preferences", member="bram").json()["mail"] == ALL_ON
    assert call("PUT", "/v1/preferences", json={}).json() == {"page": ALL_ON, "mail": ALL_ON}


@pytest.mark.parametrize(
    "body", [{"sms": {}}, {"mail": {"digest": True}}, {"mail": {"introduced": 1}}, [], None]
)
def test_preferences_that_do_not_exist_are_refused(call: Caller, body: Any) -> None:  # noqa: ANN401
    assert call("PUT", "/v1/preferences", json=body).status_code == 422


def test_a_kind_switched_off_for_mail_still_shows_in_the_page(world: World, call: Caller) -> None:
    call("PUT", "/v1/preferences", json={"mail": {"recommendation": False}})
    world.slate("anna", "bram")
    world.run()
    assert world.mails() == []
    assert len(call.inbox()["notifications"]) == 1


def test_a_kind_switched_off_for_the_page_is_hidden_until_it_is_on_again(
    world: World, call: Caller
) -> None:
    world.slate("anna", "bram")
    call("PUT", "/v1/preferences", json={"page": {"recommendation": False}})
    assert call.inbox() == {"notifications": [], "unread": 0, "next": ""}
    call("PUT", "/v1/preferences", json={})
    assert call.inbox()["unread"] == 1


def unsubscribe_link(world: World) -> str:
    world.slate("anna", "bram")
    world.run()
    target = urlsplit(world.mails()[0]["List-Unsubscribe"].strip("<>"))
    return f"{target.path}?{target.query}"


def test_opening_the_unsubscribe_link_changes_nothing(world: World, call: Caller) -> None:
    link = unsubscribe_link(world)
    response = call.client.get(link)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert '<html lang="nl">' in response.text
    assert "Geen mails over nieuwe mensen meer?" in response.text
    assert call("GET", "/v1/preferences").json()["mail"] == ALL_ON


def test_the_button_on_the_page_posts_to_the_same_link(world: World, call: Caller) -> None:
    link = unsubscribe_link(world)
    page = call.client.get(link).text
    (action,) = re.findall(r'<form method="post" action="([^"]+)">', page)
    assert action == link
    assert "<script" not in page


def test_one_click_stops_that_kind_of_mail_without_a_login(world: World, call: Caller) -> None:
    link = unsubscribe_link(world)
    for _ in range(2):
        response = call.client.post(link, data={"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert "Het is gelukt" in response.text
    assert call("GET", "/v1/preferences").json()["mail"] == {**ALL_ON, "recommendation": False}
    world.slate("anna", "bram", "carla")
    world.run(after=DAY)
    assert len(world.mails()) == 1


def test_a_link_of_one_member_never_touches_another(world: World, call: Caller) -> None:
    call.client.post(unsubscribe_link(world))
    assert call("GET", "/v1/preferences", member="bram").json()["mail"] == ALL_ON


def test_the_page_speaks_the_members_language(world: World, call: Caller) -> None:
    world.member("anna", languages=["en"])
    link = unsubscribe_link(world)
    assert "No more mails about new people?" in call.client.get(link).text
    assert "Done" in call.client.post(link).text


def test_the_link_of_an_erased_member_is_harmless(world: World, call: Caller) -> None:
    link = unsubscribe_link(world)
    world.erase("anna")
    assert call.client.get(link).status_code == 200
    assert call.client.post(link).status_code == 200
    assert world.rows("switched_off") == []


def test_a_link_that_was_changed_anywhere_is_refused(world: World, call: Caller) -> None:
    path, _, token = unsubscribe_link(world).partition("token=")
    changed = [token[:-1], f"{token}x", token[::-1], "x", ".", "..", f".{token}"]
    for place in range(0, len(token), 5):
        other = "A" if token[place] != "A" else "B"
        changed.append(f"{token[:place]}{other}{token[place + 1 :]}")
    for forged in changed:
        for method in ("GET", "POST"):
            response = call.client.request(method, path.rstrip("?"), params={"token": forged})
            assert response.status_code == 401, forged
    assert call("GET", "/v1/preferences").json()["mail"] == ALL_ON


@pytest.mark.parametrize("params", [{}, {"token": ""}, {"token": "x" * 501}])
def test_a_link_without_a_sensible_token_is_refused(call: Caller, params: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        response = call.client.request(method, "/v1/preferences/unsubscribe", params=params)
        assert response.status_code == 422
