"""The gateway's own routes: the contract holds for anything sent, and the rights for everybody."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from harness.gateway import ANNA, OPERATOR, Gateway, Opener, Peer, open_gateways, serve_peers
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids

NOT_HERE = [
    ignored_auth,  # it sends the headers given here again; the matrix below holds who may what
    positive_data_acceptance,  # NUL in a text and what is no address are refused beyond the schema
]
ABSENT = "01900000-0000-7000-8000-0000000000ff"


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with (
        tempfile.TemporaryDirectory(prefix="kring-") as folder,
        serve_peers(Path(folder)) as served,
    ):
        yield served


@pytest.fixture
def opener(tmp_path: Path, peer: Peer, clock: ManualClock, ids: Ids) -> Iterator[Opener]:
    with open_gateways(tmp_path, peer, clock, ids) as opened:
        yield opened


@pytest.fixture
def gateway(opener: Opener) -> Gateway:
    return opener()


@pytest.fixture
def contract(gateway: Gateway) -> OpenApiSchema:
    gateway.peer.canned["GET", "/openapi.json"] = (200, {"paths": {}})
    return schemathesis.openapi.from_asgi("/openapi.json", gateway.client.app)


MATRIX = [
    # method, path, body, then the status for: stranger, member, coordinator, operator
    ("GET", "/v1/session", None, 401, 200, 200, 200),
    ("POST", "/v1/session/link", {"email": "x@example.org"}, 202, 202, 202, 202),
    ("POST", "/v1/session/links", {"email": "anna@example.org"}, 401, 403, 403, 201),
    ("POST", "/v1/session", {"token": "x"}, 401, 401, 401, 401),
    ("GET", "/v1/keys", None, 401, 403, 200, 200),
    ("POST", "/v1/keys", {"name": "x", "role": "member"}, 401, 403, 201, 201),
    ("DELETE", f"/v1/keys/{ABSENT}", None, 401, 403, 404, 404),
    ("GET", f"/v1/members/{ABSENT}/export", None, 401, 404, 404, 404),
    ("DELETE", "/v1/session", None, 401, 204, 204, 204),
]


@pytest.mark.parametrize(("method", "path"), [row[:2] for row in MATRIX])
def test_whatever_is_sent_the_answer_is_one_of_the_contract(
    contract: OpenApiSchema, method: str, path: str
) -> None:
    operation = contract[documented(path)][method]
    as_operator = {"authorization": f"Bearer {OPERATOR}", "kring-programme": "wijkkracht"}

    @given(operation.as_strategy())
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    def send(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=as_operator, excluded_checks=NOT_HERE)

    send()


@pytest.mark.parametrize(
    ("method", "path", "body", "stranger", "member", "head", "operator"), MATRIX
)
def test_each_route_is_open_to_whom_it_should_be(  # noqa: PLR0917  # a row of the matrix
    gateway: Gateway,
    method: str,
    path: str,
    body: dict[str, str] | None,
    stranger: int,
    member: int,
    head: int,
    operator: int,
) -> None:
    def status(**headers: str) -> int:
        return gateway.client.request(method, path, json=body, headers=headers).status_code

    assert status() == stranger
    gateway.sign_in("anna@example.org")
    assert status() == member
    gateway.client.cookies.clear()
    gateway.sign_in("bram@example.org")
    assert status() == head
    gateway.client.cookies.clear()
    as_operator = {"authorization": f"Bearer {OPERATOR}", "kring-programme": "wijkkracht"}
    assert status(**as_operator) == operator


def test_the_matrix_leaves_no_route_out(gateway: Gateway) -> None:
    gateway.peer.canned["GET", "/openapi.json"] = (200, {"paths": {}})
    document = gateway.client.get("/openapi.json").json()
    declared = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    assert declared == {(method, documented(path)) for method, path, *_ in MATRIX}


def documented(path: str) -> str:
    """Return the path as the document has it."""
    return path.replace(ABSENT, "{member_id}" if "/members/" in path else "{key_id}")


@pytest.mark.parametrize("field", ["programme_id", "role", "is_admin", "id", "email_verified"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/session", {"token": "x"}),
        ("/v1/session/link", {"email": "x@example.org"}),
        ("/v1/session/links", {"email": "x@example.org"}),
        ("/v1/keys", {"name": "x"}),
    ],
)
def test_a_field_nobody_asked_for_is_refused(
    gateway: Gateway, path: str, body: dict[str, str], field: str
) -> None:
    headers = {"authorization": f"Bearer {OPERATOR}", "kring-programme": "wijkkracht"}
    answer = gateway.client.post(path, json={**body, field: "operator"}, headers=headers)
    assert answer.status_code == 422


def test_what_is_told_of_a_member_is_no_more_than_declared(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    told = gateway.client.get("/v1/session").json()
    assert set(told) == {"member_id", "display_name", "programme", "role", "language"}
    assert told["member_id"] == ANNA
