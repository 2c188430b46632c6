"""Stories over HTTP, on real embedded adapters."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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

from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader
from libs.kernel.seal import HEADER
from services.ingestion.tasks import FORGET_ANSWERS

Post = Callable[..., str]


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    with open_api(tmp_path, clock, ids) as opened:
        yield opened


@pytest.fixture
def post(api: Api) -> Post:
    def post_story(who: str = ME, **changes: object) -> str:
        answer = api.call(who, "POST", "/v1/stories", {**STORY, **changes})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return post_story


def test_a_told_story_is_kept_and_sent_out_whole(api: Api) -> None:
    answer = api.call(ME, "POST", "/v1/stories", STORY)
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/stories/{told['id']}"
    assert answer.headers["etag"] == '"1"'
    assert told == {
        "id": told["id"],
        "status": "created",
        "sequence": 1,
        "language": "nl",
        "warnings": {},
        "personal": {},
        "duplicates": [],
    }
    event = api.events()[-1]
    assert (event.subject, event.sequence) == (f"story/{told['id']}", 1)
    assert event.state.title == STORY["title"]
    assert event.state.owner_id == api.readers[ME].member_id


def test_a_story_reads_back_as_it_was_told(api: Api, post: Post) -> None:
    contact = api.readers[OTHER].member_id
    identity = post(contacts=[contact], stage=3, themes=["dementia"], outcome="Bel 06-12345678")
    answer = api.call(ME, "GET", f"/v1/stories/{identity}")
    assert answer.headers["etag"] == '"1"'
    assert answer.json() == {
        "id": identity,
        "programme": api.readers[ME].programme,
        "owner": api.readers[ME].member_id,
        "kind": "practice",
        "language": "nl",
        **{name: STORY[name] for name in ("title", "summary", "body")},
        "context": "",
        "outcome": "Bel 06-12345678",
        "evidence": "",
        "themes": ["dementia"],
        "populations": [],
        "stage": 3,
        "contacts": [{"member_id": contact, "display_name": "ander.samen"}],
        "visibility": "programme",
        "is_hidden": False,
        "url": "",
        "country": "",
        "year": None,
        "published_at": "2026-11-22T09:00:00+00:00",
        "sequence": 1,
    }


def test_the_owner_can_be_asked_about_a_story_that_names_nobody_else(api: Api, post: Post) -> None:
    owner = api.readers[ME].member_id
    shown = api.call(OTHER, "GET", f"/v1/stories/{post()}").json()
    assert [each["member_id"] for each in shown["contacts"]] == [owner]


def test_the_answer_names_similar_stories_and_personal_data(api: Api, post: Post) -> None:
    first = post()
    answer = api.call(ME, "POST", "/v1/stories", {**STORY, "evidence": "anna@x.example"}).json()
    assert answer["duplicates"] == [{"id": first, "similarity": 1.0}]
    assert answer["personal"] == {"evidence": ["email"]}


def test_a_story_that_breaks_the_rules_is_refused_with_every_field(api: Api) -> None:
    told = len(api.events())
    body = {
        "title": "Zes\navonden",
        "themes": ["koken"],
        "url": "javascript:alert(1)",
        "language": "Nederlands",
        "contacts": [ABSENT],
    }
    answer = api.call(ME, "POST", "/v1/stories", body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["title"], problem["status"], problem["detail"]) == (
        "The input is not valid",
        422,
        "Mend the fields named here and send it again.",
    )
    assert problem["type"].endswith("/problems/invalid")
    assert problem["fields"]["title"] == "must be on one line"
    assert problem["fields"]["url"].startswith("must be a web address")
    assert set(problem["fields"]) == {"title", "themes", "url", "language", "contacts"}
    assert len(api.events()) == told


@pytest.mark.parametrize(
    "extra", ["id", "role", "is_admin", "programme_id", "sequence", "published_at"]
)
def test_fields_that_are_not_the_callers_are_refused(api: Api, extra: str) -> None:
    answer = api.call(ME, "POST", "/v1/stories", {**STORY, extra: "x"})
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [f"body.{extra}"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"title": "\\u0000"}',
        b'{"title": "\\ud800"}',
        b'{"title": "x", "year": NaN}',
        b'{"title": "x", "year": 1e400}',
        b'{"title": "x", "year": 9223372036854775808}',
        b'{"title": "x", "stage": 0.1}',
        b'{"title": "x", "stage": -1}',
        b'{"\\ud800": 1}',
        b"\xff\xfe{\x00}\x00",
        b'{"title": ' + b"[" * 5000,
    ],
)
def test_broken_json_is_refused_as_a_problem(api: Api, content: bytes) -> None:
    sealed = {HEADER: api.seal.close(api.readers[ME]), "content-type": "application/json"}
    answer = api.client.post("/v1/stories", content=content, headers=sealed)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_nobody_without_a_name_gets_in(api: Api) -> None:
    for method, path in (("GET", "/v1/stories"), ("POST", "/v1/import/stories")):
        answer = api.call("", method, path)
        assert (answer.status_code, answer.json()["title"]) == (401, "Sign in first")


def test_what_a_reader_may_not_see_is_not_there(api: Api, post: Post) -> None:
    for visibility, blind in (
        ("programme", [STRANGER, STRANGE_HEAD]),
        ("private", [OTHER, STRANGER, STRANGE_HEAD]),
    ):
        identity = post(visibility=visibility)
        absent = api.call(STRANGER, "GET", f"/v1/stories/{ABSENT}")
        for who in blind:
            for method in ("GET", "PATCH", "DELETE"):
                answer = api.call(who, method, f"/v1/stories/{identity}", _body(method))
                assert (answer.status_code, answer.content) == (404, absent.content)
            listed = api.call(who, "GET", "/v1/stories").json()["stories"]
            assert identity not in [each["id"] for each in listed]
        for who in (ME, HEAD, "operator"):
            assert api.call(who, "GET", f"/v1/stories/{identity}").status_code == 200


def _body(method: str) -> object:
    return {"summary": "anders"} if method == "PATCH" else None


def test_a_contact_sees_a_private_story_and_a_block_hides_any(api: Api, post: Post) -> None:
    contact = api.readers[OTHER].member_id
    identity = post(visibility="private", contacts=[contact])
    assert api.call(OTHER, "GET", f"/v1/stories/{identity}").status_code == 200
    assert len(api.call(OTHER, "GET", "/v1/stories").json()["stories"]) == 1
    owner = api.readers[ME].member_id
    api.readers["blocked"] = replace(api.readers[OTHER], blocked=frozenset({owner}))
    assert api.call("blocked", "GET", f"/v1/stories/{identity}").status_code == 404
    assert api.call("blocked", "GET", "/v1/stories").json()["stories"] == []


def test_who_sees_a_story_may_not_therefore_change_it(api: Api, post: Post) -> None:
    identity = post(visibility="network")
    for who in (OTHER, STRANGER, STRANGE_HEAD):
        for method in ("PATCH", "DELETE"):
            answer = api.call(who, method, f"/v1/stories/{identity}", _body(method))
            assert answer.status_code == 403
    for who in (ME, HEAD, "operator"):
        path = f"/v1/stories/{identity}"
        assert api.call(who, "PATCH", path, {"summary": who}).json()["status"] == "changed"


def test_a_change_leaves_what_it_does_not_name(api: Api, post: Post) -> None:
    identity = post(themes=["debt"], stage=2)
    path = f"/v1/stories/{identity}"
    answer = api.call(ME, "PATCH", path, {"stage": None, "outcome": "Het werkt."})
    assert (answer.json()["sequence"], answer.headers["etag"]) == (2, '"2"')
    story = api.call(ME, "GET", path).json()
    assert (story["stage"], story["themes"], story["outcome"]) == (None, ["debt"], "Het werkt.")
    assert api.call(ME, "PATCH", path, {"outcome": "Het werkt. "}).json()["status"] == "unchanged"
    assert api.call(ME, "PATCH", path, {"title": None}).status_code == 422
    assert [event.sequence for event in api.events() if event.aggregate_id == identity] == [1, 2]


def test_a_withdrawn_story_is_gone_for_good(api: Api, post: Post) -> None:
    identity = post()
    assert api.call(ME, "DELETE", f"/v1/stories/{identity}").status_code == 204
    assert api.call(ME, "GET", f"/v1/stories/{identity}").status_code == 404
    assert api.call(ME, "DELETE", f"/v1/stories/{identity}").status_code == 404
    event = api.events()[-1]
    assert (event.sequence, event.state.withdrawn, event.state.title) == (2, True, "")


@pytest.mark.parametrize(
    ("tag", "status"),
    [('"1"', 200), ("*", 200), ('"2"', 412), ('W/"1"', 412), ("1", 412), ('"x"', 412)],
)
def test_a_change_meets_the_state_it_was_made_for(
    api: Api, post: Post, tag: str, status: int
) -> None:
    path = f"/v1/stories/{post()}"
    answer = api.call(ME, "PATCH", path, {"summary": "Nieuw"}, headers={"if-match": tag})
    assert answer.status_code == status
    if status == 412:
        assert answer.json()["type"].endswith("/problems/stale")
        stale = api.call(ME, "DELETE", path, headers={"if-match": tag})
        assert stale.status_code == 412


def test_the_same_key_and_body_has_one_effect_and_one_answer(api: Api) -> None:
    key = {"idempotency-key": "a-1"}
    first = api.call(ME, "POST", "/v1/stories", STORY, headers=key)
    again = api.call(ME, "POST", "/v1/stories", STORY, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    other = api.call(ME, "POST", "/v1/stories", {**STORY, "title": "x"}, headers=key)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    somebody = api.call(OTHER, "POST", "/v1/stories", STORY, headers=key)
    assert somebody.json()["id"] != first.json()["id"]


def test_a_key_is_forgotten_after_a_day(api: Api, clock: ManualClock) -> None:
    key = {"idempotency-key": "a-1"}
    first = api.call(ME, "POST", "/v1/stories", STORY, headers=key).json()
    clock.advance(25 * 3600)
    api.tasks._find(FORGET_ANSWERS)("")
    assert api.call(ME, "POST", "/v1/stories", STORY, headers=key).json()["id"] != first["id"]


def test_fifty_at_once_with_one_key_have_one_effect(api: Api) -> None:
    key = {"idempotency-key": "a-1"}
    api.call(ME, "POST", "/v1/stories", STORY)  # loads what is slow to load
    with ThreadPoolExecutor(10) as threads:
        answers = list(
            threads.map(
                lambda _: api.call(ME, "POST", "/v1/stories", STORY, headers=key), range(50)
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


@pytest.mark.parametrize("key", ["x" * 256, "a\x07b"])
def test_an_odd_key_is_refused(api: Api, key: str) -> None:
    answer = api.call(ME, "POST", "/v1/stories", STORY, headers={"idempotency-key": key})
    assert answer.status_code == 422


def test_stories_are_leafed_through_newest_first(api: Api, post: Post) -> None:
    made = [post(title=f"Verhaal {number}") for number in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = api.call(ME, "GET", f"/v1/stories?limit=2&cursor={cursor}").json()
        seen += [each["id"] for each in page["stories"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=1000000000", "cursor=x", "cursor=eA%3D%3D", "kind=song"]
)
def test_odd_pages_are_refused(api: Api, query: str) -> None:
    assert api.call(ME, "GET", f"/v1/stories?{query}").status_code == 422


def test_stories_are_chosen_by_kind_programme_and_owner(api: Api, post: Post) -> None:
    mine = post(kind="failure", visibility="network")
    theirs = post(STRANGER, visibility="network")
    owner = api.readers[ME].member_id

    def chosen(query: str) -> list[str]:
        listed = api.call(ME, "GET", f"/v1/stories?{query}").json()["stories"]
        return [each["id"] for each in listed]

    assert chosen("") == [theirs, mine]
    assert chosen("kind=failure") == [mine]
    assert chosen("programme=buurtkracht") == [theirs]
    assert chosen(f"owner={owner}") == [mine]
    assert api.call(ME, "GET", "/v1/stories?programme=nowhere").status_code == 404


@pytest.mark.parametrize("path", ["x", "%00", "..%2f..%2fx", ABSENT.upper(), f"{{{ABSENT}}}"])
def test_an_odd_id_is_never_found(api: Api, path: str) -> None:
    assert api.call(ME, "GET", f"/v1/stories/{path}").status_code in {404, 422}


def test_coordinators_tell_stories_for_their_members(api: Api) -> None:
    owner = api.readers[ME].member_id
    told = api.call(HEAD, "POST", "/v1/stories", {**STORY, "owner": owner}).json()
    assert api.call(ME, "GET", f"/v1/stories/{told['id']}").json()["owner"] == owner
    stranger = api.readers[STRANGER].member_id
    answer = api.call(HEAD, "POST", "/v1/stories", {**STORY, "owner": stranger})
    assert list(answer.json()["fields"]) == ["owner"]
    own = api.call(HEAD, "POST", "/v1/stories", STORY).json()
    assert api.call(HEAD, "GET", f"/v1/stories/{own['id']}").json()["owner"] == ""


def test_members_tell_their_own_stories_in_their_own_programme(api: Api) -> None:
    somebody = api.readers[OTHER].member_id
    api.readers["key"] = Reader(programme=api.readers[ME].programme)
    for who, more in (
        (ME, {"owner": somebody}),
        (ME, {"programme": "buurtkracht"}),
        ("key", {}),
    ):
        assert api.call(who, "POST", "/v1/stories", {**STORY, **more}).status_code == 403
    assert api.call("operator", "POST", "/v1/stories", STORY).status_code == 422
    assert api.call(ME, "POST", "/v1/stories", {**STORY, "programme": "x"}).status_code == 404
    own = {**STORY, "programme": "samen-thuis"}
    assert api.call(ME, "POST", "/v1/stories", own).status_code == 201
