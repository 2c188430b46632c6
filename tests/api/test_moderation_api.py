"""Moderation over HTTP: who may, what is answered, and what an ETag guards."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from harness.ingestion import HEAD, ME, OTHER, STORY, STRANGE_HEAD, STRANGER, Api, open_api

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids

REPORT = {"reason": "personal_data", "explanation": "Mijn buurvrouw staat erin."}
SECOND = "second coordinator of samen"


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    with open_api(tmp_path, clock, ids) as opened:
        head = opened.readers[HEAD]
        for name in (HEAD, SECOND):
            joined = opened.join(name.split()[0], head.programme)
            opened.readers[name] = replace(head, member_id=joined)
        yield opened


@pytest.fixture
def story(api: Api) -> str:
    answer = api.call(ME, "POST", "/v1/stories", {**STORY, "visibility": "network"})
    return str(answer.json()["id"])


def act(api: Api, who: str, story: str, what: str, body: Any, **more: Any) -> Any:  # noqa: ANN401  # JSON
    return api.call(who, "POST", f"/v1/moderation/{story}/{what}", body, **more)


def cases(api: Api, who: str, query: str = "") -> list[dict[str, Any]]:
    answer = api.call(who, "GET", f"/v1/moderation{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["cases"]
    return found


def test_a_report_reaches_the_coordinators_of_the_storys_programme_without_a_name(
    api: Api, story: str
) -> None:
    assert act(api, STRANGER, story, "reports", REPORT).status_code == 204
    (case,) = cases(api, HEAD)
    (report,) = case.pop("reports")
    assert {name: report[name] for name in REPORT} == REPORT
    assert sorted(report) == ["at", "explanation", "reason"]
    assert (case["story_id"], case["state"], case["title"]) == (story, "reported", STORY["title"])
    assert (case["decisions"], case["sequence"]) == (["dismiss", "hide"], 1)
    assert cases(api, STRANGE_HEAD) == []
    assert api.call(OTHER, "GET", "/v1/moderation").status_code == 403


def test_a_story_is_hidden_appealed_and_restored(api: Api, story: str) -> None:
    act(api, OTHER, story, "reports", REPORT)
    why = {"reason": "personal_data", "explanation": "Noem je buurvrouw niet."}
    hidden = act(api, HEAD, story, "hide", why, headers={"if-match": '"1"'})
    assert hidden.json() == {"story_id": story, "state": "hidden"}
    assert api.call(OTHER, "GET", f"/v1/stories/{story}").status_code == 404
    assert api.call(ME, "GET", f"/v1/stories/{story}").json()["is_hidden"]
    (own,) = api.call(ME, "GET", "/v1/moderation/own").json()["cases"]
    assert (own["explanation"], own["may_appeal"]) == ("Noem je buurvrouw niet.", True)
    assert [case["story_id"] for case in cases(api, HEAD, "?hidden=true")] == [story]

    assert act(api, OTHER, story, "appeal", {"explanation": "Nee"}).status_code == 404
    assert act(api, ME, story, "appeal", {"explanation": "Zij vond het goed."}).status_code == 200
    assert act(api, HEAD, story, "uphold", why).status_code == 403
    assert cases(api, SECOND)[0]["appeal"] == "Zij vond het goed."
    restored = act(api, SECOND, story, "restore", {"explanation": "Zij vindt het goed."})
    assert restored.json()["state"] == "restored"
    assert api.call(OTHER, "GET", f"/v1/stories/{story}").status_code == 200
    assert api.call(ME, "GET", "/v1/moderation/own").json()["cases"] == []


@pytest.mark.parametrize(
    ("what", "body", "status", "told"),
    [
        ("reports", {"reason": "ugly"}, 422, "reason"),
        ("reports", {"reason": "other", "explanation": "x" * 2001}, 422, "explanation"),
        ("reports", {"reason": "other", "explanation": "\0"}, 422, "NUL"),
        ("hide", {"explanation": "Zo niet."}, 422, "must say why the story is hidden"),
        ("hide", {"reason": "other"}, 422, "must say why: the author reads it"),
        ("uphold", {"explanation": "Zo niet."}, 409, "uphold is not possible"),
        ("forgive", {"explanation": "Zo niet."}, 422, "decision"),
        ("appeal", {"explanation": ""}, 422, "explanation"),
        ("appeal", {"explanation": "Waarom?"}, 403, "Only the author"),
    ],
)
def test_every_mistake_says_how_to_mend_it(
    api: Api, story: str, what: str, body: object, status: int, told: str
) -> None:
    act(api, OTHER, story, "reports", REPORT)
    answer = act(api, HEAD, story, what, body)
    assert answer.status_code == status, answer.text
    assert told in answer.text


def test_a_decision_made_for_an_older_text_is_refused(api: Api, story: str) -> None:
    act(api, OTHER, story, "reports", REPORT)
    assert api.call(ME, "PATCH", f"/v1/stories/{story}", {"title": "Anders"}).status_code == 200
    answer = act(api, HEAD, story, "dismiss", {}, headers={"if-match": '"1"'})
    assert answer.status_code == 412
    assert act(api, HEAD, story, "dismiss", {}, headers={"if-match": '"2"'}).status_code == 200


def test_cases_come_in_pages(api: Api) -> None:
    for number in range(3):
        text = {**STORY, "title": f"Verhaal {number}", "visibility": "network"}
        story = api.call(ME, "POST", "/v1/stories", text).json()["id"]
        act(api, OTHER, story, "reports", REPORT)
    first = api.call(HEAD, "GET", "/v1/moderation?limit=2").json()
    assert [case["title"] for case in first["cases"]] == ["Verhaal 0", "Verhaal 1"]
    assert len(cases(api, HEAD, f"?limit=2&cursor={first['next']}")) == 1
