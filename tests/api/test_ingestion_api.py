"""Members, initiatives, programmes and imports over HTTP, on real embedded adapters."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harness.ingestion import (
    ABSENT,
    HEAD,
    ME,
    OTHER,
    STORY,
    STRANGE_HEAD,
    STRANGER,
    Api,
    open_api,
)

from libs.contracts.gen.kring.events.v1 import members_pb2 as people
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids

NEW = {"name": "Nora Nieuw", "email": "nora@kring.example"}
WORK = {
    "title": "Samen eten",
    "what": "Elke week eten buren samen in het dorpshuis.",
    "need": "Wie weet hoe je vervoer regelt?",
    "stage": 3,
    "flag": None,
}


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    with open_api(tmp_path, clock, ids) as opened:
        yield opened


def me(api: Api, who: str = ME) -> str:
    return api.readers[who].member_id


def test_a_coordinator_brings_somebody_in(api: Api) -> None:
    answer = api.call(HEAD, "POST", "/v1/members", {**NEW, "initiatives": [WORK]})
    assert answer.status_code == 201
    identity = answer.json()["id"]
    assert answer.headers["location"] == f"/v1/members/{identity}"
    event = api.events()[-1]
    assert (event.subject, event.programme) == (f"member/{identity}", api.readers[HEAD].programme)
    assert event.state.contact.email == "nora@kring.example"
    assert event.state.initiatives[0].need == WORK["need"]


def test_members_do_not_bring_others_in(api: Api) -> None:
    assert api.call(ME, "POST", "/v1/members", NEW).status_code == 403
    there = {**NEW, "programme": "buurtkracht"}
    assert api.call(HEAD, "POST", "/v1/members", there).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "email"),
        ({"email": "geen adres"}, "email"),
        ({"name": "\u200d\u200d"}, "name"),
        ({"name": "Anna\u202egnp"}, "name"),
        ({"pseudonym": "Uil"}, "pseudonym"),
        ({"phone": "bel maar"}, "phone"),
        ({"languages": ["Nederlands"]}, "languages"),
        ({"organisation": {"name": "\u0430dmin"}}, "organisation.name"),
        ({"initiatives": [{"title": "x", "themes": ["koken"]}]}, "initiatives.0.themes"),
    ],
)
def test_a_wrong_field_is_named(api: Api, change: dict[str, object], field: str) -> None:
    answer = api.call(HEAD, "POST", "/v1/members", {**NEW, **change})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])


def test_an_address_in_use_is_a_conflict(api: Api) -> None:
    taken = {**NEW, "email": "LID.samen@kring.example"}
    answer = api.call(HEAD, "POST", "/v1/members", taken)
    assert answer.status_code == 409
    assert answer.json() == {
        "type": "https://kring.example/problems/conflict",
        "title": "The present state does not allow this",
        "status": 409,
        "detail": "Somebody else in this programme has this mail address.",
        "fields": {"email": "is in use"},
    }


def test_only_coordinators_look_somebody_up_by_address_and_only_in_their_own_programme(
    api: Api,
) -> None:
    def found(who: str, address: str) -> list[str]:
        answer = api.call(who, "GET", f"/v1/members?email={address}")
        return [member["id"] for member in answer.json()["members"]]

    assert found(HEAD, "Lid.Samen@kring.example") == [me(api)]
    assert found("operator", "lid.samen@kring.example") == [me(api)]
    assert found(HEAD, "nobody@kring.example") == []
    assert found(STRANGE_HEAD, "lid.samen@kring.example") == []
    assert api.call(ME, "GET", "/v1/members?email=lid.samen@kring.example").status_code == 403


def test_only_the_member_and_the_coordinators_read_contact_details(api: Api) -> None:
    api.call(ME, "PATCH", f"/v1/members/{me(api)}", {"phone": "06-12345678"})
    for who, sees_all in ((ME, 1), (HEAD, 1), ("operator", 1), (OTHER, 0), (STRANGER, 0)):
        answer = api.call(who, "GET", f"/v1/members/{me(api)}")
        assert answer.json()["display_name"] == "lid.samen"
        assert (answer.json()["own"] is not None) == bool(sees_all)
        assert ("06-12345678" in answer.text) == bool(sees_all)
        assert ("lid.samen@kring.example" in answer.text) == bool(sees_all)


def test_people_with_lived_experience_are_read_by_their_pseudonym(api: Api) -> None:
    change = {"kind": "lived_experience", "pseudonym": "Uil", "name": "Echte Naam"}
    assert api.call(ME, "PATCH", f"/v1/members/{me(api)}", change).status_code == 200
    answer = api.call(OTHER, "GET", f"/v1/members/{me(api)}")
    assert answer.json()["display_name"] == "Uil"
    assert "Echte Naam" not in answer.text
    assert "lived" not in answer.text


def test_a_member_changes_consents_capacity_and_a_snooze(api: Api) -> None:
    change = {
        "consents": ["matching", "mail"],
        "capacity": 0,
        "snoozed_until": "2027-01-01T00:00:00+01:00",
        "wants": ["guide"],
    }
    answer = api.call(ME, "PATCH", f"/v1/members/{me(api)}", change)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    own = api.call(ME, "GET", f"/v1/members/{me(api)}").json()["own"]
    assert own["snoozed_until"] == "2026-12-31T23:00:00+00:00"
    state = api.events()[-1].state
    assert list(state.consents) == [people.PURPOSE_MATCHING, people.PURPOSE_MAIL]
    assert state.snoozed_until.ToJsonString() == "2026-12-31T23:00:00Z"
    same = api.call(ME, "PATCH", f"/v1/members/{me(api)}", change)
    assert same.json()["status"] == "unchanged"
    awake = api.call(ME, "PATCH", f"/v1/members/{me(api)}", {"snoozed_until": None})
    assert awake.json()["sequence"] == 3


@pytest.mark.parametrize("at", ["2027-02-29T00:00:00Z", "2027-01-01T00:00:00", "0000-01-01"])
def test_an_odd_time_is_refused(api: Api, at: str) -> None:
    path = f"/v1/members/{me(api)}"
    assert api.call(ME, "PATCH", path, {"snoozed_until": at}).status_code == 422


def test_roles_are_given_by_coordinators_up_to_their_own(api: Api) -> None:
    path = f"/v1/members/{me(api)}"
    for who, role, status in (
        (ME, "ambassador", 403),
        (HEAD, "operator", 403),
        (HEAD, "coordinator", 200),
        ("operator", "operator", 200),
        (HEAD, "member", 403),
    ):
        assert api.call(who, "PATCH", path, {"role": role}).status_code == status, (who, role)
    assert api.call(ME, "PATCH", path, {"role": "operator", "region": "x"}).status_code == 200


def test_who_may_not_change_a_member(api: Api) -> None:
    path = f"/v1/members/{me(api)}"
    api.call(ME, "PATCH", path, {"visibility": "programme"})
    for who, status in ((OTHER, 403), (STRANGER, 404), (STRANGE_HEAD, 404)):
        assert api.call(who, "PATCH", path, {"region": "x"}).status_code == status
        assert api.call(who, "DELETE", path).status_code == status
        assert api.call(who, "POST", f"{path}/initiatives", WORK).status_code == status
        assert api.call(who, "PUT", f"{path}/blocks/{me(api, OTHER)}").status_code == status
    stale = {"if-match": '"7"'}
    assert api.call(ME, "PATCH", path, {"region": "x"}, headers=stale).status_code == 412
    assert api.call(ME, "DELETE", path, headers=stale).status_code == 412


def test_members_are_leafed_through_oldest_first(api: Api) -> None:
    page = api.call(ME, "GET", "/v1/members?limit=3").json()
    rest = api.call(ME, "GET", f"/v1/members?limit=3&cursor={page['next']}").json()
    names = [each["display_name"] for each in page["members"] + rest["members"]]
    assert names == ["lid.samen", "ander.samen", "lid.buurtkracht", "ander.buurtkracht"]
    assert rest["next"] == ""
    here = api.call(ME, "GET", "/v1/members?programme=samen-thuis").json()["members"]
    assert [each["id"] for each in here] == [me(api), me(api, OTHER)]


def test_an_initiative_is_added_changed_and_removed(api: Api) -> None:
    path = f"/v1/members/{me(api)}/initiatives"
    key = {"idempotency-key": "i-1"}
    added = api.call(ME, "POST", path, WORK, headers=key)
    again = api.call(ME, "POST", path, WORK, headers=key)
    assert (added.status_code, again.json()) == (201, added.json())
    identity = added.json()["id"]
    assert added.headers["location"] == f"{path}/{identity}"
    (initiative,) = api.call(OTHER, "GET", f"/v1/members/{me(api)}").json()["initiatives"]
    assert initiative == {
        "id": identity,
        "for_whom": "",
        "struggle": "",
        "offer": "",
        "themes": [],
        "populations": [],
        "language": "nl",
        "updated_at": "2026-11-22T09:00:00+00:00",
        **WORK,
    }
    changed = api.call(ME, "PATCH", f"{path}/{identity}", {"flag": "stuck", "need": None})
    assert changed.json()["sequence"] == 3
    state = api.events()[-1].state.initiatives[0]
    assert (state.need, state.what) == ("", WORK["what"])
    assert api.call(ME, "DELETE", f"{path}/{identity}").status_code == 204
    assert list(api.events()[-1].state.initiatives) == []


def test_an_initiative_keeps_its_time_when_nothing_new_is_said(
    api: Api, clock: ManualClock
) -> None:
    path = f"/v1/members/{me(api)}/initiatives"
    identity = api.call(ME, "POST", path, WORK).json()["id"]
    clock.advance(3600)
    same = api.call(ME, "PATCH", f"{path}/{identity}", WORK)
    assert same.json()["status"] == "unchanged"
    api.call(ME, "PATCH", f"{path}/{identity}", {"stage": 4})
    state = api.events()[-1].state.initiatives[0]
    assert state.updated_at.ToJsonString() == "2026-11-22T10:00:00Z"


def test_an_initiative_that_is_not_there_or_stale_is_not_changed(api: Api) -> None:
    path = f"/v1/members/{me(api)}/initiatives"
    identity = api.call(ME, "POST", path, WORK).json()["id"]
    for method, body in (("PATCH", {"stage": 2}), ("DELETE", None)):
        assert api.call(ME, method, f"{path}/{ABSENT}", body).status_code == 404
        theirs = f"/v1/members/{me(api, OTHER)}/initiatives/{identity}"
        assert api.call(OTHER, method, theirs, body).status_code == 404
        old = api.call(ME, method, f"{path}/{identity}", body, headers={"if-match": '"1"'})
        assert old.status_code == 412
    assert api.call(ME, "PATCH", f"{path}/{identity}", {"title": ""}).status_code == 422
    for number in range(19):
        assert api.call(ME, "POST", path, {"title": f"n{number}"}).status_code == 201
    assert api.call(ME, "POST", path, {"title": "te veel"}).json()["fields"] == {
        "initiatives": "must be at most 20"
    }


def test_a_block_is_told_once_and_can_be_taken_back(api: Api) -> None:
    path = f"/v1/members/{me(api)}/blocks/{me(api, OTHER)}"
    for _ in range(2):
        assert api.call(ME, "PUT", path).status_code == 204
    assert list(api.events()[-1].state.blocked_ids) == [me(api, OTHER)]
    assert api.events()[-1].sequence == 2
    for _ in range(2):
        assert api.call(ME, "DELETE", path).status_code == 204
    assert (list(api.events()[-1].state.blocked_ids), api.events()[-1].sequence) == ([], 3)


def test_nobody_blocks_themselves_or_nobody(api: Api) -> None:
    path = f"/v1/members/{me(api)}/blocks"
    assert api.call(ME, "PUT", f"{path}/{me(api)}").status_code == 422
    assert api.call(ME, "PUT", f"{path}/{ABSENT}").status_code == 404


@pytest.mark.parametrize("stories", ["withdraw", "keep"])
def test_an_erased_member_leaves_no_trace(api: Api, stories: str) -> None:
    mine, other = me(api), me(api, OTHER)
    told = api.call(ME, "POST", "/v1/stories", {**STORY, "contacts": [mine]}).json()["id"]
    named = api.call(OTHER, "POST", "/v1/stories", {**STORY, "contacts": [mine, other]}).json()
    api.call(OTHER, "PUT", f"/v1/members/{other}/blocks/{mine}")
    api.call(ME, "PUT", f"/v1/members/{mine}/blocks/{other}")
    assert api.call(ME, "DELETE", f"/v1/members/{mine}?stories={stories}").status_code == 204

    last = {event.aggregate_id: event for event in api.events()}
    assert (last[mine].state.erased, last[mine].state.contact.email) == (True, "")
    assert last[mine].sequence == 3
    assert list(last[other].state.blocked_ids) == []
    assert list(last[named["id"]].state.contact_ids) == [other]
    assert last[told].state.withdrawn == (stories == "withdraw")
    assert (last[told].state.owner_id, list(last[told].state.contact_ids)) == ("", [])
    assert api.call(HEAD, "GET", f"/v1/members/{mine}").status_code == 404
    assert api.call(ME, "DELETE", f"/v1/members/{mine}").status_code == 404
    again = {"name": "Opnieuw", "email": "lid.samen@kring.example"}
    assert api.call(HEAD, "POST", "/v1/members", again).json()["id"] != mine


def test_programmes_are_opened_by_the_operator_and_read_by_all(api: Api) -> None:
    body = {"name": "Nieuw Land", "sector": "knowledge", "languages": ["en"]}
    assert api.call(HEAD, "POST", "/v1/programmes", body).status_code == 403
    made = api.call("operator", "POST", "/v1/programmes", body)
    assert made.status_code == 201
    identity = made.json()["id"]
    expected = {"id": identity, "slug": "nieuw-land", "description": "", "region": "", **body}
    for reference in (identity, "nieuw-land"):
        answer = api.call(STRANGER, "GET", f"/v1/programmes/{reference}")
        assert (answer.json(), answer.headers["etag"]) == (expected, '"1"')
    assert api.events()[-1].state.slug == "nieuw-land"
    listed = api.call(ME, "GET", "/v1/programmes?limit=2").json()
    rest = api.call(ME, "GET", f"/v1/programmes?cursor={listed['next']}").json()
    slugs = [each["slug"] for each in listed["programmes"] + rest["programmes"]]
    assert slugs == ["samen-thuis", "buurtkracht", "nieuw-land"]
    taken = api.call("operator", "POST", "/v1/programmes", {**body, "slug": "buurtkracht"})
    assert taken.status_code == 409
    assert api.call(ME, "GET", "/v1/programmes/nowhere").status_code == 404


def test_coordinators_change_their_own_programme(api: Api) -> None:
    path = "/v1/programmes/samen-thuis"
    for who, status in ((ME, 403), (STRANGE_HEAD, 403), (HEAD, 200), ("operator", 200)):
        assert api.call(who, "PATCH", path, {"region": who}).status_code == status
    old = api.call(HEAD, "PATCH", path, {"region": "x"}, headers={"if-match": '"1"'})
    assert old.status_code == 412
    assert api.call(HEAD, "PATCH", path, {"name": ""}).status_code == 422
    odd = api.call(HEAD, "PATCH", path, {"languages": ["Nederlands"]})
    assert list(odd.json()["fields"]) == ["languages"]
    assert api.call(HEAD, "PATCH", path, {"slug": "x"}).status_code == 422


def test_the_present_state_can_be_published_again(api: Api) -> None:
    story = api.call(ME, "POST", "/v1/stories", STORY).json()["id"]
    before = {event.subject: event for event in api.events()}
    assert api.call(HEAD, "POST", "/v1/republish", {}).status_code == 403
    answer = api.call("operator", "POST", "/v1/republish", {})
    assert answer.json() == {"published": len(before)}
    after = {event.subject: event for event in api.events()}
    for subject, event in before.items():
        assert after[subject].sequence == event.sequence + 1
        assert after[subject].state == event.state
    for subject in (
        f"story/{story}",
        f"member/{me(api)}",
        f"programme/{api.readers[ME].programme}",
    ):
        answer = api.call("operator", "POST", "/v1/republish", {"aggregate": subject})
        assert answer.json() == {"published": 1}
        assert api.events()[-1].subject == subject
    for odd, status in ((f"story/{ABSENT}", 404), ("member/x", 404), ("song/1", 422)):
        body = {"aggregate": odd}
        assert api.call("operator", "POST", "/v1/republish", body).status_code == status


def test_a_blocked_member_is_not_there(api: Api) -> None:
    api.readers["blocked"] = replace(api.readers[OTHER], blocked=frozenset({me(api)}))
    assert api.call("blocked", "GET", f"/v1/members/{me(api)}").status_code == 404
    members = api.call("blocked", "GET", "/v1/members").json()["members"]
    assert me(api) not in [each["id"] for each in members]
