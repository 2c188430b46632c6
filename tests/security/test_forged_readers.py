"""The sealed header that tells a service who asks: only this installation's gateway makes it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import httpx2
import pytest
from harness.whole import SECRET, Whole

from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal

pytestmark = pytest.mark.timeout(300)
PATHS = {
    "ingestion": "/v1/members",
    "search": "/v1/search?q=x",
    "matchmaking": "/v1/introductions",
    "notification": "/v1/notifications",
}
OPERATOR = Reader("", Role.OPERATOR)


@pytest.fixture(params=sorted(PATHS))
def inner(request: pytest.FixtureRequest, whole: Whole) -> Iterator[tuple[httpx2.Client, str]]:
    """A way to a service past the gateway, as another process on the machine would have it."""
    name = str(request.param)
    socket = httpx2.HTTPTransport(uds=str(whole.data / "run" / f"{name}.sock"))
    with httpx2.Client(transport=socket, base_url=f"http://{name}", timeout=60) as client:
        yield client, PATHS[name]


def _forged(whole: Whole) -> list[bytes]:
    now = whole.clock.now().timestamp()
    good = ReaderSeal(SECRET.encode(), lambda: now).close(OPERATOR)
    body, _, signature = good.partition(".")
    content = json.loads(base64.urlsafe_b64decode(body))
    risen = base64.urlsafe_b64encode(json.dumps(content | {"until": now + 1e9}).encode()).decode()
    raw_key = hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    texts = [
        ReaderSeal(b"another installation", lambda: now).close(OPERATOR),
        ReaderSeal(SECRET.encode(), lambda: now - 3600).close(OPERATOR),
        f"{risen}.{signature}",
        f"{body}.{raw_key}",
        f"{body}.{signature[:-1]}",
        f"{body}.{signature.upper()}",
        f"{body}.{signature}x",
        f"{body}.",
        f".{signature}",
        body,
        ".",
        "null",
        "a" * 5000,
        f"{body}.{signature}.{signature}",
    ]
    return [*(text.encode() for text in texts), b"\xff\xfe.\xff", "é.é".encode()]


def test_the_true_seal_opens(whole: Whole, inner: tuple[httpx2.Client, str]) -> None:
    client, path = inner
    reader = Reader(whole.ids["ours"], Role.OPERATOR, member_id=whole.ids["mo"])
    assert client.get(path, headers=whole.seal(reader)).status_code == 200


def test_a_forged_seal_is_refused_by_every_service(
    whole: Whole, inner: tuple[httpx2.Client, str]
) -> None:
    client, path = inner
    for forged in _forged(whole):
        answer = client.get(path, headers=[(HEADER.encode(), forged)])
        assert answer.status_code == 401, forged
        assert answer.headers["content-type"] == "application/problem+json"


def test_without_a_seal_nobody_is_there(inner: tuple[httpx2.Client, str]) -> None:
    client, path = inner
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("path", sorted(PATHS.values()))
@pytest.mark.parametrize("name", [HEADER, HEADER.upper(), HEADER.replace("-", "_")])
def test_the_gateway_lets_no_seal_in_from_outside(whole: Whole, path: str, name: str) -> None:
    sealed = whole.seal(OPERATOR)[HEADER]
    assert whole.ask("anonymous", "GET", path, headers={name: sealed}).status_code == 401


def test_a_member_with_an_operator_s_seal_stays_a_member(whole: Whole) -> None:
    sealed = whole.seal(OPERATOR)
    path = f"/v1/stories/{whole.ids['van-hen']}"
    assert whole.ask("member", "GET", path, headers=sealed).status_code == 404


@pytest.mark.parametrize("service", sorted(PATHS))
@pytest.mark.parametrize("path", ["/internal/ranking", "/metrics", "/healthz", "/openapi.json"])
def test_what_is_inside_stays_inside(whole: Whole, service: str, path: str) -> None:
    for tried in (f"/v1/{service}{path}", f"/v1/search/..{path}", f"/v1/search/%2e%2e{path}"):
        assert whole.ask("operator", "POST", tried, json={}).status_code in {404, 405, 422}, tried
    assert whole.ask("operator", "POST", "/internal/ranking").status_code in {404, 405}
