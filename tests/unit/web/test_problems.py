"""Every error is one problem+json."""

import json
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Query
from starlette.testclient import TestClient

from libs.kernel.errors import (
    AppError,
    ConflictError,
    ForbiddenError,
    FullError,
    GoneError,
    InvalidError,
    NotFoundError,
    PoisonError,
    RetryableError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
)
from libs.web.bodies import Strict
from libs.web.problems import MEDIA_TYPE, PROBLEMS, install_problems, problems

ERRORS: dict[str, Exception] = {
    "invalid": InvalidError("Give a title.", fields={"title": "is empty"}),
    "unauthenticated": UnauthenticatedError("Sign in."),
    "forbidden": ForbiddenError("This needs another role."),
    "not-found": NotFoundError("There is no such story."),
    "conflict": ConflictError("It was answered already."),
    "gone": GoneError("The link was used."),
    "too-many-requests": TooManyError("Slow down.", retry_after_seconds=7),
    "unavailable": UnavailableError("Search does not answer."),
}


class Story(Strict):
    title: str
    year: int = 0


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    router = APIRouter(prefix="/v1", responses=PROBLEMS)

    @router.get("/errors/{code}", operation_id="errors")
    def errors(code: str) -> None:
        raise ERRORS[code]

    @router.get("/down", operation_id="down")
    def down() -> None:
        raise RetryableError("the file /secret/path is locked")

    @router.get("/full", operation_id="full")
    def full() -> None:
        raise FullError("/secret/path: no space left on device")

    @router.get("/bug", operation_id="bug")
    def bug() -> None:
        raise PoisonError("canary of a stack trace")

    @router.get("/odd", operation_id="odd")
    def odd() -> None:
        raise NotFoundError("There is no \ud800.")

    @router.get("/teapot", operation_id="teapot")
    def teapot() -> None:
        raise HTTPException(418, "Short and stout", headers={"x-tea": "yes"})

    @router.post("/stories", operation_id="tell")
    def tell(story: Story, limit: Annotated[int, Query(ge=1, le=100)] = 10) -> dict[str, object]:
        return {"title": story.title, "limit": limit}

    app.include_router(router)
    install_problems(app)
    return TestClient(app, raise_server_exceptions=False)


def problem(response: httpx2.Response) -> dict[str, Any]:
    assert response.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "detail", "fields"}
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_of_kring_keeps_its_status_code_and_sentence(
    client: TestClient, code: str
) -> None:
    error = ERRORS[code]
    assert isinstance(error, AppError)

    answer = client.get(f"/v1/errors/{code}")

    body = problem(answer)
    assert answer.status_code == error.status
    assert body["type"].endswith(f"/problems/{code}")
    assert body["detail"] == error.detail
    assert body["fields"] == error.fields


def test_too_many_requests_says_when_to_come_back(client: TestClient) -> None:
    assert client.get("/v1/errors/too-many-requests").headers["retry-after"] == "7"


def test_what_is_down_for_a_moment_is_503_without_the_inner_reason(client: TestClient) -> None:
    answer = client.get("/v1/down")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"
    assert "secret" not in answer.text
    problem(answer)


def test_a_full_disk_is_503_and_says_what_to_do(client: TestClient) -> None:
    answer = client.get("/v1/full")

    assert answer.status_code == 503
    assert "makes room; then send this again" in problem(answer)["detail"]
    assert "secret" not in answer.text


def test_a_bug_is_500_as_a_problem_and_shows_nothing_of_the_inside(client: TestClient) -> None:
    answer = client.get("/v1/bug")

    assert answer.status_code == 500
    assert problem(answer)["type"].endswith("/problems/internal")
    assert "canary" not in answer.text


def test_a_path_that_does_not_exist_is_a_problem(client: TestClient) -> None:
    answer = client.get("/v1/nowhere")

    assert answer.status_code == 404
    assert problem(answer)["type"].endswith("/problems/not-found")


def test_a_method_that_is_not_allowed_is_a_problem_that_names_those_that_are(
    client: TestClient,
) -> None:
    answer = client.delete("/v1/stories")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert problem(answer)["type"].endswith("/problems/method-not-allowed")


def test_an_error_of_the_framework_keeps_its_headers(client: TestClient) -> None:
    answer = client.get("/v1/teapot")

    assert answer.headers["x-tea"] == "yes"
    assert problem(answer)["detail"] == "Short and stout"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.title"),
        ({"title": "a", "colour": "red"}, "body.colour"),
        ({"title": "a", "year": "soon"}, "body.year"),
        ({"title": None}, "body.title"),
        ([], "body"),
        (None, "body"),
    ],
)
def test_a_malformed_body_names_its_field(client: TestClient, body: object, field: str) -> None:
    answer = client.post("/v1/stories", json=body)

    assert answer.status_code == 422
    assert field in problem(answer)["fields"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"title": "\\ud800"}',
        b'{"title": "a", "\\ud800": 1}',
        b'{"title": "a", "year": 1e400}',
        b'{"title": "a", "year": NaN}',
        b'{"title":' + b"[" * 10_000,
    ],
)
def test_what_is_no_good_json_is_refused_and_never_a_bug(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/stories", content=body, headers={"content-type": "application/json"})

    assert answer.status_code in {400, 422}
    problem(answer)


def test_text_that_is_no_unicode_does_not_break_the_answer(client: TestClient) -> None:
    answer = client.get("/v1/odd")

    assert answer.status_code == 404
    problem(answer)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1e9", "many"])
def test_a_query_out_of_range_names_its_parameter(client: TestClient, limit: str) -> None:
    answer = client.post("/v1/stories", params={"limit": limit}, json={"title": "a"})

    assert answer.status_code == 422
    assert "query.limit" in problem(answer)["fields"]


def test_spaces_around_a_text_are_not_meant(client: TestClient) -> None:
    assert client.post("/v1/stories", json={"title": "  a "}).json()["title"] == "a"


def test_the_contract_declares_the_problem_of_every_status(client: TestClient) -> None:
    document = client.get("/openapi.json").json()

    assert set(document["components"]["schemas"]["Problem"]["properties"]) == {
        "type",
        "title",
        "status",
        "detail",
        "fields",
    }
    answers = document["paths"]["/v1/stories"]["post"]["responses"]
    for status in ("401", "403", "404", "405", "413", "422", "429", "503"):
        assert list(answers[status]["content"]) == [MEDIA_TYPE]
    assert "HTTPValidationError" not in json.dumps(document["paths"])


def test_a_route_adds_the_statuses_of_its_own() -> None:
    assert set(problems(409)) == {*PROBLEMS, 409}
