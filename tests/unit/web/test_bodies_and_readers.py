"""Ids, plain JSON, and dependencies that refuse readers."""

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from starlette.testclient import TestClient

from libs.kernel.policy import Reader, Role
from libs.web.bodies import Id, json_response
from libs.web.problems import install_problems
from libs.web.reader import AmbassadorReader, CoordinatorReader, CurrentReader, OperatorReader

IDENTITY = "0193a5e0-0000-7000-8000-000000000001"
PATHS = {
    "/member": Role.MEMBER,
    "/ambassador": Role.AMBASSADOR,
    "/coordinator": Role.COORDINATOR,
    "/operator": Role.OPERATOR,
}


def client_of(reader: Reader | None) -> TestClient:
    app = FastAPI()
    app.state.identify = lambda _request: reader
    install_problems(app)

    @app.get("/member")
    def member(reader: CurrentReader) -> str:
        return reader.role.value

    @app.get("/ambassador")
    def ambassador(reader: AmbassadorReader) -> str:
        return reader.role.value

    @app.get("/coordinator")
    def coordinator(reader: CoordinatorReader) -> str:
        return reader.role.value

    @app.get("/operator")
    def operator(reader: OperatorReader) -> str:
        return reader.role.value

    return TestClient(app)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", Role)
def test_a_route_is_for_its_role_and_those_above(path: str, role: Role) -> None:
    answer = client_of(Reader(programme="p", role=role)).get(path)

    ranks = list(Role)
    allowed = ranks.index(role) >= ranks.index(PATHS[path])
    assert answer.status_code == (200 if allowed else 403)
    if not allowed:
        assert answer.json()["detail"] == f"This needs the role {PATHS[path].value}."


@pytest.mark.parametrize("path", PATHS)
def test_nobody_is_asked_to_sign_in(path: str) -> None:
    answer = client_of(None).get(path)

    assert answer.status_code == 401
    assert "bearer token" in answer.json()["detail"]


def test_an_id_is_taken_as_it_was_given() -> None:
    assert TypeAdapter(Id).validate_python(IDENTITY) == IDENTITY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../../etc/passwd",
        f"{IDENTITY}\n",
        IDENTITY.replace("a", "A"),
        f"{{{IDENTITY}}}",
        f"urn:uuid:{IDENTITY}",
        IDENTITY.replace("-", ""),
        IDENTITY[:-1] + "g",
        IDENTITY[:-1] + "\u0661",
    ],
)
def test_another_way_to_write_an_id_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Id).validate_python(text)


def test_plain_json_has_the_status_and_the_bytes() -> None:
    response = json_response({"naam": "Zoë"}, 201)

    assert (response.status_code, response.body) == (201, '{"naam":"Zoë"}'.encode())
    assert response.headers["content-type"] == "application/json"
