"""The HTTP side of every service: limits, measures, and who asks."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.testclient import TestClient

from libs.adapters.prometheus.telemetry import PrometheusTelemetry, open_telemetry
from libs.kernel.clock import ManualClock
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal
from libs.runtime.api import MAX_BODY_BYTES, build_app
from libs.runtime.service import Service
from libs.web.bodies import Strict
from libs.web.reader import CurrentReader

SECRET = b"a secret of this installation"


class Note(Strict):
    text: str


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1/notes", tags=["notes"])

    @router.get("/{name}", operation_id="note")
    def note(name: str) -> dict[str, str]:
        return {"name": name}

    @router.post("", operation_id="write")
    def write(body: Note) -> dict[str, int]:
        return {"length": len(body.text)}

    @router.post("/raw", operation_id="raw")
    async def raw(request: Request) -> dict[str, int]:
        return {"length": len(await request.body())}

    @router.get("", operation_id="mine")
    def mine(reader: CurrentReader) -> dict[str, str]:
        return {"member": reader.member_id, "role": reader.role.value}

    return router


@pytest.fixture
def telemetry() -> PrometheusTelemetry:
    return open_telemetry()


@pytest.fixture
def seal(clock: ManualClock) -> ReaderSeal:
    return ReaderSeal(SECRET, lambda: clock.now().timestamp())


@pytest.fixture
def client(telemetry: PrometheusTelemetry, seal: ReaderSeal) -> Iterator[TestClient]:
    app = build_app(Service(name="notes", routers=[routes()]), seal=seal, telemetry=telemetry)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def measured(telemetry: PrometheusTelemetry) -> set[tuple[str, str, str]]:
    """Return (method, route, status) of everything that was timed."""
    pattern = r'seconds_count\{method="(.*?)",route="(.*?)",service="notes",status="(.*?)"\}'
    return set(re.findall(pattern, telemetry.exposition().decode()))


def problem(response: httpx2.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == response.status_code
    return body


def test_a_request_is_measured_by_its_template_and_never_by_its_path(
    client: TestClient, telemetry: PrometheusTelemetry
) -> None:
    client.get("/v1/notes/anna@example.org")
    client.get("/v1/nowhere/anna@example.org")
    client.request("PROPFIND", "/v1/notes/anna@example.org")

    assert measured(telemetry) == {
        ("GET", "/v1/notes/{name}", "200"),
        ("GET", "other", "404"),
        ("other", "/v1/notes/{name}", "405"),
    }
    assert b"anna@example.org" not in telemetry.exposition()


@pytest.mark.parametrize("path", ["/v1/notes", "/v1/notes/raw"])
def test_a_body_that_announces_too_much_is_refused_unread(client: TestClient, path: str) -> None:
    answer = client.post(path, content=b"x" * (MAX_BODY_BYTES + 1))

    assert answer.status_code == 413
    assert problem(answer)["title"] == "The body is too large"


@pytest.mark.parametrize("path", ["/v1/notes", "/v1/notes/raw"])
def test_a_body_that_goes_on_and_on_is_refused_too(client: TestClient, path: str) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65536 + 1):
            yield b"x" * 65536

    answer = client.post(path, content=chunks(), headers={"content-type": "application/json"})

    assert answer.status_code == 413
    assert problem(answer)["detail"] == f"Send at most {MAX_BODY_BYTES} bytes in one request."


def test_a_body_of_the_largest_size_is_taken(client: TestClient) -> None:
    answer = client.post("/v1/notes/raw", content=b"x" * MAX_BODY_BYTES)

    assert answer.json() == {"length": MAX_BODY_BYTES}


def test_a_length_that_is_no_number_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/notes/raw", content=b"x", headers={"content-length": "-1"})

    assert answer.status_code == 413


def test_the_sealed_reader_is_whom_the_routes_see(client: TestClient, seal: ReaderSeal) -> None:
    reader = Reader(programme="p", role=Role.AMBASSADOR, member_id="m")

    answer = client.get("/v1/notes", headers={HEADER: seal.close(reader)})

    assert answer.json() == {"member": "m", "role": "ambassador"}


def test_without_a_seal_nobody_is_asking(client: TestClient) -> None:
    answer = client.get("/v1/notes")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert problem(answer)["title"] == "Sign in first"


@pytest.mark.parametrize(
    "forged", ["nonsense", "a.b", ".", "é.é", "eyJyb2xlIjoib3BlcmF0b3IifQ==.0000"]
)
def test_a_forged_seal_is_refused(client: TestClient, forged: str) -> None:
    answer = client.get("/v1/notes", headers=[(HEADER.encode(), forged.encode("latin-1"))])

    assert answer.status_code == 401


def test_a_seal_of_another_installation_is_refused(client: TestClient) -> None:
    other = ReaderSeal(b"another secret", lambda: 0.0)

    answer = client.get("/v1/notes", headers={HEADER: other.close(Reader(programme="p"))})

    assert answer.status_code == 401


def test_a_seal_grows_old(client: TestClient, seal: ReaderSeal, clock: ManualClock) -> None:
    sealed = seal.close(Reader(programme="p", member_id="m"))
    clock.advance(61)

    assert client.get("/v1/notes", headers={HEADER: sealed}).status_code == 401


def test_a_mount_may_change_the_app(telemetry: PrometheusTelemetry, seal: ReaderSeal) -> None:
    def mount(app: FastAPI) -> None:
        app.state.identify = lambda _request: Reader(programme="p", member_id="by cookie")

    app = build_app(
        Service(name="notes", routers=[routes()], mounts=[mount]),
        seal=seal,
        telemetry=telemetry,
    )

    assert TestClient(app).get("/v1/notes").json()["member"] == "by cookie"
