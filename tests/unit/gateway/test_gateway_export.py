"""Everything about a member as one archive, or none: a part that is missing is never left out."""

import io
import json
from zipfile import ZipFile

import pytest
from harness.gateway import ANNA, BRAM, CARLA, OPERATOR, OWNERS, Gateway, operator_headers

from libs.kernel.policy import Role
from services.gateway.domain.exported import FIELDS, KINDS, field_label, kind_label, value_label

PATH = "/internal/holdings"
EVIL = "<script>alert(1)</script>"


def tell(gateway: Gateway, status: int = 200, **kinds: object) -> None:
    """Let every service tell these kinds."""
    gateway.peer.canned["GET", PATH] = (status, kinds)


def files(content: bytes) -> dict[str, str]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture
def anna(gateway: Gateway) -> Gateway:
    gateway.sign_in("anna@example.org")
    return gateway


def test_a_member_gets_a_page_and_the_same_as_json(anna: Gateway) -> None:
    work = {"title": EVIL, "stage": 3, "flag": None, "updated_at": "2026-11-20T10:05:00+00:00"}
    tell(anna, profile=[{"name": "Anna", "languages": ["nl", "en"]}], initiatives=[work])
    answer = anna.client.get(f"/v1/members/{ANNA}/export")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="kring-2026-11-22.zip"'
    found = files(answer.content)
    assert sorted(found) == [
        *(f"data/{service}.json" for service in sorted([*OWNERS, "gateway"])),
        "index.html",
        "manifest.json",
    ]
    assert json.loads(found["data/search.json"])["initiatives"] == [work]
    assert json.loads(found["manifest.json"])["things"]["ingestion"] == {
        "profile": 1,
        "initiatives": 1,
    }
    page = found["index.html"]
    assert "<dt>Talen</dt><dd>Nederlands\nEngels</dd>" in page
    assert "<dt>Fase</dt><dd>Uitproberen</dd>" in page
    assert "20 november 2026 10:05 UTC" in page
    assert "Loopt het?" not in page, "what is empty is left out"
    assert EVIL not in page
    assert "&lt;script&gt;" in page


def test_services_are_asked_as_the_member_also_when_an_operator_fetches(gateway: Gateway) -> None:
    gateway.tell_member(CARLA, "carla@example.org", languages=["en"], blocked_ids=[BRAM])
    tell(gateway, profile=[{"name": "Carla"}])
    answer = gateway.client.get(f"/v1/members/{CARLA}/export", headers=operator_headers())

    assert answer.status_code == 200
    assert '<html lang="en">' in files(answer.content)["index.html"]
    asked = [each for each in gateway.peer.asked if each["path"] == PATH]
    assert len(asked) == len(OWNERS)
    reader = gateway.open(gateway.peer.seal())
    assert (reader.member_id, reader.role, reader.language) == (CARLA, Role.MEMBER, "en")
    assert reader.blocked == {BRAM}


@pytest.mark.parametrize("who", ["anna@example.org", "bram@example.org"])
def test_nobody_gets_anybody_elses(gateway: Gateway, who: str) -> None:
    gateway.tell_member(CARLA, "carla@example.org")
    gateway.sign_in(who)
    tell(gateway, profile=[{"name": "Carla"}])
    answer = gateway.client.get(f"/v1/members/{CARLA}/export")

    assert answer.status_code == 404
    assert gateway.peer.asked == []


def test_an_operator_is_told_that_there_is_no_such_member(gateway: Gateway) -> None:
    answer = gateway.client.get(f"/v1/members/{CARLA}/export", headers=operator_headers())

    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no such member."


@pytest.mark.parametrize(("status", "expected"), [(500, 503), (503, 503), (404, 404)])
def test_without_one_part_there_is_no_archive(anna: Gateway, status: int, expected: int) -> None:
    tell(anna, status)
    answer = anna.client.get(f"/v1/members/{ANNA}/export")

    assert answer.status_code == expected
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_of_preferences_leads_to_the_file(anna: Gateway) -> None:
    tell(anna, profile=[{"name": "Anna"}])
    assert 'href="/preferences/export"' in anna.client.get("/preferences").text
    answer = anna.client.get("/preferences/export")

    assert answer.headers["content-type"] == "application/zip"
    assert "data/ingestion.json" in files(answer.content)


def test_a_missing_part_is_told_as_a_page_there(anna: Gateway) -> None:
    tell(anna, 500)
    answer = anna.client.get("/preferences/export")

    assert answer.status_code == 503
    assert "Kring is even niet bereikbaar" in answer.text


def test_a_stranger_is_asked_to_sign_in_first(gateway: Gateway) -> None:
    assert gateway.client.get("/preferences/export").headers["location"] == "/signin"
    assert gateway.client.get(f"/v1/members/{ANNA}/export").status_code == 401


def test_what_was_done_and_every_export_is_in_the_next_one(anna: Gateway) -> None:
    tell(anna)
    anna.client.get("/preferences/export")
    operator = {"authorization": f"Bearer {OPERATOR}"}
    anna.client.get(f"/v1/members/{ANNA}/export", headers=operator)
    answer = anna.client.get(f"/v1/members/{ANNA}/export")

    own = json.loads(files(answer.content)["data/gateway.json"])
    assert [(deed["action"], deed["by"]) for deed in own["deeds"]] == [
        ("GET /preferences/export", "self"),
        ("GET /v1/members/{id}/export", "operator"),
    ]
    assert len(own["sessions"]) == 1
    assert len(own["sign_in_links"]) == 1
    assert "digest" not in json.dumps(own), "what would let somebody in is not told"
    assert "Alles over jezelf opgehaald" in files(answer.content)["index.html"]


def test_what_a_newer_service_tells_is_shown_as_it_came(anna: Gateway) -> None:
    tell(anna, wishes=[{"colour": "green", "amount": 2, "is_new": True}])
    page = files(anna.client.get(f"/v1/members/{ANNA}/export").content)["index.html"]

    assert "wishes" in page
    assert "<dt>colour</dt><dd>green</dd>" in page
    assert "<dt>is_new</dt><dd>ja</dd>" in page


def test_what_somebody_wrote_is_never_taken_for_a_code() -> None:
    assert value_label("message", "sent", "nl") == "sent"
    assert value_label("state", "sent", "nl") == "verstuurd"
    assert value_label("role", "asked", "en") == "you were asked"
    assert kind_label("profile", "nl") == "Je profiel"
    assert field_label("phone", "en") == "Telephone"
    assert all(label.nl and label.en for label in (*KINDS.values(), *FIELDS.values()))
