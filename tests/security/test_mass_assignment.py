"""Fields that nobody may set by sending them, and roles that nobody may give themselves."""

from dataclasses import replace

import pytest
from harness.matrix import PLACES, RULES, Rule, call
from harness.whole import Whole, member

GRASPED = {
    "programme_id": "@theirs",
    "role": "operator",
    "is_admin": True,
    "id": "01900000-0000-7000-8000-0000000000ee",
    "email_verified": True,
    "sequence": 999,
    "own": {"role": "operator"},
}

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        pytest.param(rule, field, id=f"{name}-{field}")
        for name, rule in RULES.items()
        for field in GRASPED
        if rule.body is not None and field not in PLACES[name].fields
    ],
)
def test_a_field_that_is_not_offered_is_refused(whole: Whole, rule: Rule, field: str) -> None:
    before = whole.counts()
    grasping = replace(rule, body={**(rule.body or {}), field: GRASPED[field]})
    answer = call(whole, whole.people["operator"], grasping, PLACES[rule.operation])
    assert answer.status_code == 422, answer.text
    assert f"body.{field}" in answer.json()["fields"]
    assert whole.counts() == before


@pytest.mark.parametrize(
    "body",
    [
        {"organisation": {"name": "x", "id": "y"}},
        {"organisation": {"name": "x", "programme_id": "y"}},
        {"name": "x", "email": "x@kring.example", "initiatives": [{"title": "x", "owner": "y"}]},
    ],
)
def test_nested_fields_that_are_not_offered_are_refused(
    whole: Whole, body: dict[str, object]
) -> None:
    before = whole.counts()
    own = f"/v1/members/{whole.ids['mo']}"
    method, path = ("POST", "/v1/members") if "initiatives" in body else ("PATCH", own)
    assert whole.ask("coordinator", method, path, json=body).status_code == 422
    assert whole.counts() == before


@pytest.mark.parametrize(
    ("who", "slug", "role", "status"),
    [
        ("member", "mo", "ambassador", 403),
        ("member", "mo", "coordinator", 403),
        ("member", "mo", "operator", 403),
        ("ambassador", "am", "coordinator", 403),
        ("coordinator", "co", "operator", 403),
        ("coordinator", "mo", "operator", 403),
    ],
)
def test_nobody_gives_a_role_above_what_they_may(
    whole: Whole, who: str, slug: str, role: str, status: int
) -> None:
    path = f"/v1/members/{whole.ids[slug]}"
    before = whole.done("operator", "GET", path)["own"]["role"]
    answer = whole.ask(who, "PATCH", path, json={"role": role})
    assert answer.status_code == status, answer.text
    assert whole.done("operator", "GET", path)["own"]["role"] == before


def test_no_key_does_more_than_who_made_it(whole: Whole) -> None:
    before = whole.counts()
    answer = whole.ask("coordinator", "POST", "/v1/keys", json={"name": "x", "role": "operator"})
    assert answer.status_code == 422
    assert whole.counts() == before


@pytest.mark.parametrize("role", ["operator"])
def test_an_import_gives_no_role_above_the_own(whole: Whole, role: str) -> None:
    before = whole.counts()
    body = {"records": [member("grijper", "ours", role=role)]}
    answer = whole.done("coordinator", "POST", "/v1/import/members", json=body)
    assert answer["results"][0]["status"] == "refused", answer
    assert whole.counts() == before


def test_an_import_reaches_no_other_programme(whole: Whole) -> None:
    before = whole.counts()
    body = {"programme": "theirs", "records": [member("grijper", "theirs")]}
    answer = whole.done("coordinator", "POST", "/v1/import/members", json=body)
    assert answer["results"][0]["status"] == "refused", answer
    assert whole.counts() == before


def test_what_an_import_does_not_know_is_ignored_and_said(whole: Whole) -> None:
    record = member("argeloos", "ours", is_admin=True, programme_id="theirs", email_verified=True)
    answer = whole.done("coordinator", "POST", "/v1/import/members", json={"records": [record]})
    result = answer["results"][0]
    assert sorted(result["ignored"]) == ["email_verified", "is_admin", "programme_id"]
    kept = whole.done("coordinator", "GET", f"/v1/members/{result['id']}")
    assert (kept["programme"], kept["own"]["role"]) == (whole.ids["ours"], "member")
    whole.done("coordinator", "DELETE", f"/v1/members/{result['id']}")
