"""The inbox over HTTP: keys for coordinators, and signed events from anybody who has one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from harness.ingestion import HEAD, ME, STRANGE_HEAD, Api, open_api
from harness.programme import Programme, story

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    with open_api(tmp_path, clock, ids) as opened:
        yield opened


def make_key(api: Api, who: str = HEAD, **more: str) -> Any:  # noqa: ANN401  # JSON
    answer = api.call(who, "POST", "/v1/inbox/keys", {"name": "Ons systeem", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def sender(api: Api, clock: ManualClock) -> Programme:
    key = make_key(api)
    return Programme(key["programme"], key["secret"], clock.now().timestamp())


def send(api: Api, body: bytes, headers: dict[str, str]) -> httpx2.Response:
    answer: httpx2.Response = api.client.post("/v1/inbox", content=body, headers=headers)
    return answer


def test_a_key_comes_with_its_secret_and_topics_once(api: Api) -> None:
    key = make_key(api)
    own = key["programme"]
    assert key["secret"].startswith("whsec_")
    assert (key["inbox"], key["receipts"], key["stories"], key["network_stories"]) == (
        "kring.inbox.v1",
        f"kring.receipts.v1.of.{own}",
        f"kring.stories.v1.of.{own}",
        "kring.stories.v1.network",
    )
    (shown,) = api.call(HEAD, "GET", "/v1/inbox/keys").json()["keys"]
    assert shown["id"] == key["id"]
    assert "secret" not in shown
    assert key["secret"] not in json.dumps(shown)


def test_keys_are_made_seen_and_ended_by_coordinators_of_the_programme(api: Api) -> None:
    key = make_key(api, "operator", programme="samen-thuis")
    path = f"/v1/inbox/keys/{key['id']}"
    assert api.call(ME, "POST", "/v1/inbox/keys", {"name": "x"}).status_code == 403
    assert api.call("", "GET", "/v1/inbox/keys").status_code == 401
    theirs = {"name": "x", "programme": "samen-thuis"}
    assert api.call(STRANGE_HEAD, "POST", "/v1/inbox/keys", theirs).status_code == 403
    asked = "/v1/inbox/keys?programme=samen-thuis"
    assert api.call(STRANGE_HEAD, "GET", asked).status_code == 403
    assert api.call("operator", "GET", "/v1/inbox/keys").status_code == 422
    assert api.call(STRANGE_HEAD, "DELETE", path).status_code == 404
    assert api.call(HEAD, "DELETE", path).status_code == 204
    assert api.call(HEAD, "DELETE", path).status_code == 404


def test_a_signed_event_is_answered_with_its_receipt(api: Api, sender: Programme) -> None:
    body, headers = sender.posted(story("s-1"), "event-1")
    first = send(api, body, headers)
    assert first.status_code == 200, first.text
    receipt = first.json()
    assert (receipt["submission_id"], receipt["external_id"]) == ("event-1", "s-1")
    assert (receipt["verdict"], receipt["change"]) == ("VERDICT_ACCEPTED", "CHANGE_CREATED")
    told = len(api.events())
    assert send(api, body, headers).json() == receipt
    assert len(api.events()) == told
    read = api.call(HEAD, "GET", f"/v1/stories/{receipt['id']}").json()
    assert read["title"] == "Samen eten s-1"


def test_a_faulty_event_gets_a_receipt_that_says_what_to_mend(api: Api, sender: Programme) -> None:
    receipt = send(api, *sender.posted(story("s-1", title="", kind="tale"))).json()
    assert receipt["verdict"] == "VERDICT_REFUSED"
    assert {remark["field"] for remark in receipt["problems"]} == {"title", "kind"}
    assert "send it again" in receipt["advice"]


@pytest.mark.parametrize(
    ("changed", "status", "why"),
    [
        ({"webhook-signature": ""}, 401, "webhook-signature is missing"),
        ({"webhook-signature": "v1,AAAA"}, 401, "no inbox key"),
        ({"webhook-id": "other"}, 401, "no inbox key"),
        ({"webhook-timestamp": "1"}, 401, "no inbox key"),
    ],
)
def test_what_is_not_signed_by_the_programme_is_refused(
    api: Api, sender: Programme, changed: dict[str, str], status: int, why: str
) -> None:
    body, headers = sender.posted(story("s-1"))
    answer = send(api, body, {**headers, **changed})
    assert answer.status_code == status
    assert why in answer.json()["detail"]


def test_a_body_that_was_written_anew_or_is_no_event_is_refused(
    api: Api, sender: Programme
) -> None:
    body, headers = sender.posted(story("s-1"))
    assert send(api, body.replace(b": ", b":"), headers).status_code == 401
    for nothing in (b"", b"{}", b"[]", b"\xff"):
        answer = send(api, nothing, headers)
        assert answer.status_code == 422
        assert "no event" in answer.json()["detail"]


def test_over_http_a_signature_holds_for_five_minutes(
    api: Api, sender: Programme, clock: ManualClock
) -> None:
    old, new = sender.posted(story("a")), sender.posted(story("b"))
    clock.advance(299)
    assert send(api, *old).json()["verdict"] == "VERDICT_ACCEPTED"
    clock.advance(2)
    assert "too long ago" in send(api, *new).json()["problems"][0]["text"]


def test_what_the_log_brought_is_answered_over_http_too(api: Api, sender: Programme) -> None:
    body, headers = sender.posted(story("s-1"))
    receipts = {send(api, body, headers).text for _ in range(3)}
    assert len(receipts) == 1
