"""The routes that take in whole files: each record is answered, and nothing has two effects."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.ingestion import HEAD, ME, STORY, Api, open_api

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids

NEW = {"name": "Nora Nieuw", "email": "nora@kring.example"}


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    with open_api(tmp_path, clock, ids) as opened:
        yield opened


def test_an_import_answers_for_each_record(api: Api) -> None:
    records: list[object] = [
        {"id": "a", **STORY},
        {"id": "b", "title": ""},
        7,
        {"id": "a", **STORY},
    ]
    body = {"programme": "samen-thuis", "records": records}
    answer = api.call("operator", "POST", "/v1/import/stories", body).json()
    counts = {name: answer[name] for name in ("created", "changed", "unchanged", "refused")}
    assert counts == {"created": 1, "changed": 0, "unchanged": 1, "refused": 2}
    assert [each["status"] for each in answer["results"]] == [
        "created",
        "refused",
        "refused",
        "unchanged",
    ]
    assert answer["results"][1] == {
        "id": "",
        "status": "refused",
        "sequence": 0,
        "language": "",
        "warnings": {},
        "personal": {},
        "duplicates": [],
        "ignored": [],
        "problem": {"fields": {"title": "must not be empty"}},
    }


def test_imports_are_for_coordinators_and_bounded(api: Api) -> None:
    body = {"records": [{"id": "a", **STORY}]}
    assert api.call(ME, "POST", "/v1/import/stories", body).status_code == 403
    assert api.call(HEAD, "POST", "/v1/import/songs", body).status_code == 422
    odd: tuple[object, ...] = ([], [{}] * 101, {}, None)
    for records in odd:
        answer = api.call(HEAD, "POST", "/v1/import/stories", {"records": records})
        assert answer.status_code == 422
    answer = api.call(HEAD, "POST", "/v1/import/stories", body)
    assert answer.json()["created"] == 1


def test_an_import_with_a_key_has_one_effect(api: Api) -> None:
    body = {"records": [{"id": "a", **STORY}]}
    key = {"idempotency-key": "k"}
    first = api.call(HEAD, "POST", "/v1/import/stories", body, headers=key)
    again = api.call(HEAD, "POST", "/v1/import/stories", body, headers=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert first.json()["created"] == 1


def test_what_was_withdrawn_or_erased_here_does_not_come_back(api: Api) -> None:
    story: dict[str, object] = {"id": "a", **STORY}
    member: dict[str, object] = {"id": "m", **NEW}

    def send(kind: str, record: dict[str, object]) -> dict[str, object]:
        answer = api.call(HEAD, "POST", f"/v1/import/{kind}", {"records": [record]})
        result: dict[str, object] = answer.json()["results"][0]
        return result

    for kind, record in (("stories", story), ("members", member)):
        identity = send(kind, record)["id"]
        assert api.call(HEAD, "DELETE", f"/v1/{kind}/{identity}").status_code == 204
        for again in (record, {**record, "region": "elders"}):
            assert send(kind, again)["problem"] == {
                "fields": {"id": "was withdrawn or erased in Kring"}
            }
    assert "contacts" in send("stories", {**story, "id": "b", "contacts": ["m"]})["warnings"]  # type: ignore[operator]  # a dict
