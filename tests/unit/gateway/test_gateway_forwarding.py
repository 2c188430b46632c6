"""Forwarding: to the owner, with the reader sealed, and nothing that a route should not see."""
# ruff: noqa: ANN401  # answers of every shape

import json
from typing import Any

import pytest
from harness.gateway import Gateway, Opener

KEY = {"authorization": "Bearer operator-0123456789abcdef"}
JSON = {**KEY, "content-type": "application/json"}


def test_a_call_reaches_its_owner_as_it_was_sent(gateway: Gateway) -> None:
    answer = gateway.client.patch(
        "/v1/members/abc/initiatives/d-e_f?x=%20a&x=b",
        content=b'{"title":  "Buurtsoep"}',
        headers={**JSON, "if-match": '"6"', "idempotency-key": "k1", "x-other": "no"},
    )
    asked = gateway.peer.asked[-1]
    assert asked["method"] == "PATCH"
    assert asked["path"] == "/v1/members/abc/initiatives/d-e_f"
    assert asked["query"] == "x=%20a&x=b"
    assert asked["body"] == '{"title":  "Buurtsoep"}'
    assert asked["headers"]["if-match"] == '"6"'
    assert asked["headers"]["idempotency-key"] == "k1"
    assert not {"x-other", "authorization", "cookie"} & set(asked["headers"])
    assert answer.headers["etag"] == '"7"'
    assert answer.headers["location"] == "/v1/stories/1"
    assert "x-powered-by" not in answer.headers


@pytest.mark.parametrize("status", [201, 304, 404, 409, 422, 500])
def test_the_owners_status_comes_back(gateway: Gateway, status: int) -> None:
    gateway.peer.canned["GET", "/v1/stories"] = (status, {"detail": "so"})
    assert gateway.client.get("/v1/stories", headers=KEY).status_code == status


@pytest.mark.parametrize(
    "path", ["/v1/search", "/v1/introductions", "/v1/preferences", "/v1/import"]
)
def test_a_stranger_gets_no_further(gateway: Gateway, path: str) -> None:
    assert gateway.client.get(path).status_code == 401
    assert gateway.peer.asked == []


def test_unsubscribing_needs_no_login(gateway: Gateway) -> None:
    path = "/v1/preferences/unsubscribe?token=x"
    form = {"List-Unsubscribe": "One-Click"}
    outside = {"sec-fetch-site": "cross-site"}
    assert gateway.client.post(path, data=form, headers=outside).status_code == 200
    assert gateway.peer.asked[-1]["body"] == "List-Unsubscribe=One-Click"
    assert gateway.client.post("/v1/preferences/unsubscribed").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/stories/",
        "/v1//stories",
        "/v1/stories/%2e%2e/keys",
        "/v1/stories/..%2fkeys",
        "/v1/stories/a%00b",
        "/v1/stories/.hidden",
        "/v1/Stories",
        "/v1/internal/stories",
        "/v1/stories/a\\b",
    ],
)
def test_a_path_in_no_plain_form_is_not_found(gateway: Gateway, path: str) -> None:
    assert gateway.client.get(path, headers=KEY).status_code == 404
    assert gateway.peer.asked == []


def test_a_method_that_our_own_route_lacks_is_not_passed_on(gateway: Gateway) -> None:
    assert gateway.client.put("/v1/session", headers=KEY).status_code == 405
    assert gateway.client.request("PROPFIND", "/v1/stories", headers=KEY).status_code == 405
    assert gateway.peer.asked == []


def test_a_service_that_is_down_is_a_503_that_says_when_to_come_back(
    open_gateway: Opener,
) -> None:
    gateway = open_gateway(peers="http://127.0.0.1:9")
    answer = gateway.client.get("/v1/stories", headers=KEY)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nul",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": "\\ud800"}',
        b'["\\u0000"]',
        b'{"\\u0000": 1}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        '{"a": 1}'.encode("utf-16"),
        b"[" * 33 + b"]" * 33,
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'"' + b"[" * 40 + b'",',
        b'{"a": 1} {"b": 2}',
    ],
)
def test_json_that_two_readers_may_read_differently_is_refused(
    gateway: Gateway, body: bytes
) -> None:
    answer = gateway.client.post("/v1/stories", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["status"]) == (422, 422)
    assert gateway.peer.asked == []


@pytest.mark.parametrize(
    "content",
    [None, [], {}, 2**63, "tekst", {"a": "[" * 100, "b": '\\"{'}, {"🙂": ["é", {"x": [1.5]}]}],
)
def test_plain_json_of_every_shape_is_passed_on(gateway: Gateway, content: Any) -> None:
    body = json.dumps(content)
    assert gateway.client.post("/v1/stories", content=body, headers=JSON).status_code == 200
    assert gateway.peer.asked[-1]["body"] == body


def test_a_large_body_is_checked_as_well(gateway: Gateway) -> None:
    filler = '"' + "x" * 100_000 + '"'
    for body, status in ((f'{{"a": {filler}}}', 200), (f'{{"a": {filler}, "a": 1}}', 422)):
        answer = gateway.client.post("/v1/stories", content=body, headers=JSON)
        assert answer.status_code == status


def test_a_body_over_one_mebibyte_is_too_large_announced_or_not(gateway: Gateway) -> None:
    body = b'"' + b"x" * 1024 * 1024 + b'"'
    assert gateway.client.post("/v1/stories", content=body, headers=JSON).status_code == 413
    chunks = iter([body[:600_000], body[600_000:]])
    assert gateway.client.post("/v1/stories", content=chunks, headers=JSON).status_code == 413
    assert gateway.peer.asked == []


@pytest.mark.parametrize(
    ("path", "kind", "status"),
    [
        ("/v1/stories", "application/json; charset=utf-8", 200),
        ("/v1/stories", "APPLICATION/JSON", 200),
        ("/v1/stories", "application/merge-patch+json", 200),
        ("/v1/stories", "text/plain", 415),
        ("/v1/stories", "application/x-www-form-urlencoded", 415),
        ("/v1/stories", "", 415),
        ("/v1/import/stories", "text/csv", 415),
        ("/signin", "application/json", 415),
        ("/signin", "multipart/form-data; boundary=x", 415),
    ],
)
def test_a_body_of_another_kind_is_refused(
    gateway: Gateway, path: str, kind: str, status: int
) -> None:
    headers = {**KEY, "content-type": kind}
    assert gateway.client.post(path, content=b"{}", headers=headers).status_code == status


def test_a_compressed_body_is_refused_unread(gateway: Gateway) -> None:
    headers = {**JSON, "content-encoding": "gzip"}
    assert gateway.client.post("/v1/stories", content=b"x", headers=headers).status_code == 415


def test_a_query_without_end_is_refused(gateway: Gateway) -> None:
    for query in ("q=" + "x" * 9_000, "&".join("q=1" for _ in range(101))):
        assert gateway.client.get(f"/v1/search?{query}", headers=KEY).status_code == 422
    assert gateway.peer.asked == []


def test_the_body_of_a_get_is_left_behind(gateway: Gateway) -> None:
    gateway.client.request("GET", "/v1/stories", content=b"{}", headers=JSON)
    assert gateway.peer.asked[-1]["body"] == ""
