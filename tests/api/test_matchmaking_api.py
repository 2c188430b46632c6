"""The routes of matchmaking: recommendations and introductions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.matchmaking import OURS, World, id_of, member, open_world, reader
from httpx2 import Response
from starlette.testclient import TestClient

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER
from libs.runtime.api import build_app

SOMEBODY = "01900000-0000-7000-8000-0000000000ff"
QUESTION = {"member_id": id_of("bram"), "message": "Hoe regelen jullie de oppas?"}


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[World]:
    with open_world(tmp_path, clock, ids) as opened:
        opened.feed(member("anna"), member("bram"))
        opened.run()
        yield opened


class Caller:
    """Calls the routes as somebody."""

    def __init__(self, world: World) -> None:
        self._seal = world.seal
        app = build_app(world.service, seal=world.seal, telemetry=world.telemetry)
        self.client = TestClient(app)

    def __call__(
        self,
        method: str,
        path: str,
        *,
        by: Reader | str = "anna",
        **more: Any,  # noqa: ANN401  # what the client takes
    ) -> Response:
        who = reader(by) if isinstance(by, str) else by
        return self.client.request(method, path, headers={HEADER: self._seal.close(who)}, **more)

    def json(self, method: str, path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # as above
        response = self(method, path, **more)
        assert response.is_success, response.text
        content: dict[str, Any] = response.json()
        return content


@pytest.fixture
def call(world: World) -> Caller:
    return Caller(world)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/recommendations"),
        ("GET", "/v1/introductions"),
        ("POST", "/v1/introductions"),
        ("GET", f"/v1/introductions/{SOMEBODY}"),
        ("POST", f"/v1/introductions/{SOMEBODY}/answer"),
        ("POST", "/internal/ranking"),
    ],
)
def test_a_stranger_is_refused(call: Caller, method: str, path: str) -> None:
    assert call.client.request(method, path, json={}).status_code == 401


def test_a_recommendation_says_who_and_why_in_the_readers_language(call: Caller) -> None:
    (found,) = call.json("GET", "/v1/recommendations")["recommendations"]
    score = found.pop("score")
    assert 0.5 < score <= 1
    assert score == round(score, 2)
    assert found == {
        "member_id": id_of("bram"),
        "display_name": "Bram",
        "organisation": "Huis van Bram",
        "region": "Achterhoek",
        "part": "peer",
        "reason": (
            "Bram werkt aan iets dat lijkt op jouw ‘Werk van Anna’: ‘Werk van Bram’."
            " In eigen woorden: “We houden avonden voor mantelzorgers van mensen met dementie in"
            " de wijk.” Jullie zijn allebei in de fase ‘Uitproberen’."
            " Jullie werken allebei voor mantelzorgers, rond dementie."
        ),
        "initiative": {"id": id_of("work of bram"), "title": "Werk van Bram", "stage": 3},
        "own_initiative_id": id_of("work of anna"),
    }
    english = call.json("GET", "/v1/recommendations", by=reader("anna", language="en"))
    assert "You are both at the stage" in english["recommendations"][0]["reason"]


def test_an_ambassador_reads_the_slate_of_a_member(call: Caller) -> None:
    ambassador = Reader(OURS, Role.AMBASSADOR, member_id=SOMEBODY)
    params = {"member": id_of("anna")}
    slate = call.json("GET", "/v1/recommendations", by=ambassador, params=params)
    assert len(slate["recommendations"]) == 1
    assert call("GET", "/v1/recommendations", by="bram", params=params).status_code == 404
    assert call("GET", "/v1/recommendations", by=Reader(OURS)).status_code == 422
    assert call("GET", "/v1/recommendations", params={"member": "anna"}).status_code == 422


def test_two_meet_by_double_consent(call: Caller) -> None:
    response = call("POST", "/v1/introductions", json=QUESTION)
    assert response.status_code == 201
    made = response.json()
    assert made | {"id": ""} == {
        "id": "",
        "role": "asker",
        "member": {
            "id": id_of("bram"),
            "display_name": "Bram",
            "organisation": "Huis van Bram",
        },
        "message": "Hoe regelen jullie de oppas?",
        "state": "asked",
        "asked_at": "2026-11-22T09:00:00Z",
        "expires_at": "2026-12-06T09:00:00Z",
        "answered_at": None,
        "contact": None,
    }
    path = f"/v1/introductions/{made['id']}"
    asked = call.json("GET", path, by="bram")
    assert (asked["role"], asked["member"]["display_name"]) == ("asked", "Anna")
    answered = call.json("POST", f"{path}/answer", by="bram", json={"answer": "yes"})
    assert answered["contact"] == {
        "email": "anna@example.org",
        "phone": "06-1",
        "full_name": "Anna de Vries",
    }
    seen = call.json("GET", path)
    assert (seen["state"], seen["answered_at"]) == ("introduced", "2026-11-22T09:00:00Z")
    assert seen["contact"]["email"] == "bram@example.org"
    listed = call.json("GET", "/v1/introductions")
    assert (listed["introductions"], listed["next"]) == ([seen], "")


def test_a_refusal_shows_nothing_to_the_asker(call: Caller) -> None:
    made = call.json("POST", "/v1/introductions", json=QUESTION)
    path = f"/v1/introductions/{made['id']}"
    answered = call.json("POST", f"{path}/answer", by="bram", json={"answer": "not_now"})
    assert (answered["state"], answered["contact"]) == ("closed", None)
    assert call.json("GET", path) == made
    assert call("POST", f"{path}/answer", by="bram", json={"answer": "yes"}).status_code == 409


def test_what_cannot_be_asked(call: Caller, world: World) -> None:
    def ask(**changes: str) -> int:
        return call("POST", "/v1/introductions", json={**QUESTION, **changes}).status_code

    assert ask(member_id=id_of("anna")) == 404
    assert ask(member_id=SOMEBODY) == 404
    assert ask(member_id="bram") == 422
    assert ask(message="") == 422
    assert ask(message="   ") == 422
    assert ask(message="x" * 501) == 422
    assert ask(extra="x") == 422
    assert ask() == 201
    assert ask() == 409
    assert call("POST", "/v1/introductions", by=Reader(OURS), json=QUESTION).status_code == 403
    world.member("bram", blocked_ids=[id_of("anna")])
    assert call.json("GET", "/v1/recommendations")["recommendations"] == []


def test_who_may_answer_and_what(call: Caller) -> None:
    made = call.json("POST", "/v1/introductions", json=QUESTION)
    path = f"/v1/introductions/{made['id']}/answer"
    assert call("POST", path, json={"answer": "yes"}).status_code == 403
    assert call("POST", path, by="cas", json={"answer": "yes"}).status_code == 404
    assert call("POST", path, by="bram", json={"answer": "maybe"}).status_code == 422
    assert call("GET", f"/v1/introductions/{SOMEBODY}").status_code == 404


def test_introductions_come_in_pages(call: Caller, world: World) -> None:
    made = call.json("POST", "/v1/introductions", json=QUESTION)
    world.member("cas")
    newer = call.json(
        "POST", "/v1/introductions", by="cas", json={**QUESTION, "member_id": id_of("anna")}
    )
    page = call.json("GET", "/v1/introductions", params={"limit": 1})
    assert [one["id"] for one in page["introductions"]] == [newer["id"]]
    page = call.json("GET", "/v1/introductions", params={"limit": 1, "cursor": page["next"]})
    assert [one["id"] for one in page["introductions"]] == [made["id"]]
    assert page["next"] == ""
    assert call("GET", "/v1/introductions", params={"limit": 0}).status_code == 422


def test_a_question_outlives_the_profile_of_the_other(call: Caller, world: World) -> None:
    made = call.json("POST", "/v1/introductions", json=QUESTION)
    with world.database.write() as work:
        for clear in world.service.on_clear:
            clear(work)
    seen = call.json("GET", f"/v1/introductions/{made['id']}")
    assert seen["member"] == {"id": id_of("bram"), "display_name": "", "organisation": ""}


def test_an_evaluation_ranks_members_by_one_text(call: Caller, world: World) -> None:
    world.member("hugo", what="Jongeren repareren oude fietsen.")
    body = {"text": "avonden voor mantelzorgers", "limit": 10}
    found = call.json("POST", "/internal/ranking", by=Reader("", Role.OPERATOR), json=body)
    assert set(found) == {"hybrid", "lexical", "dense"}
    assert sorted(found["hybrid"][:2]) == sorted([id_of("anna"), id_of("bram")])
    assert found["dense"][2] == found["hybrid"][2] == id_of("hugo")
    assert call("POST", "/internal/ranking", json=body).status_code == 403
