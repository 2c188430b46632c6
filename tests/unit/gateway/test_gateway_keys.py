"""Keys of programmes: shown once, kept as a digest, never worth more than who made them."""
# ruff: noqa: ANN401  # answers of every shape

from typing import Any

import pytest
from harness.gateway import Gateway

from libs.contracts.gen.kring.events.v1 import members_pb2

PROGRAMME = "01900000-0000-7000-8000-0000000000a1"
OTHER = "01900000-0000-7000-8000-0000000000a2"
CARLA = "01900000-0000-7000-8000-0000000000b3"
OPERATOR = {"authorization": "Bearer operator-0123456789abcdef"}


def make(gateway: Gateway, **body: Any) -> Any:
    return gateway.client.post("/v1/keys", json={"name": "website", **body})


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def made(gateway: Gateway, **body: Any) -> str:
    """Make a key as the coordinator of the programme, and leave."""
    gateway.sign_in("bram@example.org")
    key = str(make(gateway, **body).json()["key"])
    gateway.client.cookies.clear()
    return key


def test_a_coordinators_key_acts_for_the_programme(gateway: Gateway) -> None:
    key = made(gateway)
    gateway.client.get("/v1/stories", headers=bearer(key))
    reader = gateway.open(gateway.peer.seal())
    assert (reader.programme, reader.role, reader.member_id) == (PROGRAMME, "coordinator", "")


def test_the_secret_is_shown_once_and_kept_as_a_digest(gateway: Gateway) -> None:
    key = made(gateway)
    listed = gateway.client.get("/v1/keys", headers=bearer(key))
    secret = key.split("_", maxsplit=2)[2]
    assert secret not in listed.text
    assert [item["name"] for item in listed.json()["keys"]] == ["website"]
    stored = gateway.stored()
    assert b"website" in stored
    assert key[-43:].encode() not in stored


@pytest.mark.parametrize("place", [0, 6, 12, 43, -43, -1])
def test_a_key_with_one_character_changed_opens_nothing(gateway: Gateway, place: int) -> None:
    key = made(gateway)
    at = place % len(key)
    changed = key[:at] + ("0" if key[at] != "0" else "1") + key[at + 1 :]
    assert gateway.client.get("/v1/session", headers=bearer(changed)).status_code == 401
    assert gateway.client.get("/v1/session", headers=bearer(key)).status_code == 200


def test_a_key_ends_on_its_day(gateway: Gateway) -> None:
    key = made(gateway, days=1)
    gateway.clock.advance(86_399)
    assert gateway.client.get("/v1/session", headers=bearer(key)).status_code == 200
    gateway.clock.advance(1)
    assert gateway.client.get("/v1/session", headers=bearer(key)).status_code == 401


def test_a_revoked_key_opens_nothing_and_is_not_listed(gateway: Gateway) -> None:
    key = made(gateway)
    gateway.sign_in("bram@example.org")
    key_id = gateway.client.get("/v1/keys").json()["keys"][0]["id"]
    assert gateway.client.delete(f"/v1/keys/{key_id}").status_code == 204
    assert gateway.client.delete(f"/v1/keys/{key_id}").status_code == 404
    assert gateway.client.get("/v1/keys").json() == {"keys": [], "next": None}
    gateway.client.cookies.clear()
    assert gateway.client.get("/v1/session", headers=bearer(key)).status_code == 401


def test_the_last_use_of_a_key_is_noted_once_a_minute(gateway: Gateway) -> None:
    key = made(gateway)

    def used() -> str:
        answer = gateway.client.get("/v1/keys", headers=OPERATOR)
        return str(answer.json()["keys"][0]["used_at"])

    assert used() == "None"
    for _ in range(2):
        gateway.client.get("/v1/session", headers=bearer(key))
        assert used() == "2026-11-22T09:00:00Z"
        gateway.clock.advance(59)
    gateway.clock.advance(1)
    gateway.client.get("/v1/session", headers=bearer(key))
    assert used() == "2026-11-22T09:01:59Z"


def test_keys_are_for_coordinators_only(gateway: Gateway) -> None:
    assert make(gateway).status_code == 401
    gateway.sign_in("anna@example.org")
    assert make(gateway).status_code == 403
    assert gateway.client.get("/v1/keys").status_code == 403


def test_a_key_cannot_make_one_that_may_do_more(gateway: Gateway) -> None:
    gateway.sign_in("bram@example.org")
    assert make(gateway, role="operator").status_code == 422
    assert make(gateway, role="ambassador").json()["role"] == "ambassador"


def test_a_key_of_another_programme_is_as_good_as_absent(gateway: Gateway) -> None:
    made(gateway)
    key_id = gateway.client.get("/v1/keys", headers=OPERATOR).json()["keys"][0]["id"]
    gateway.tell_member(
        CARLA, "carla@example.org", programme=OTHER, role=members_pb2.ROLE_COORDINATOR
    )
    gateway.sign_in("carla@example.org")
    foreign = gateway.client.delete(f"/v1/keys/{key_id}")
    absent = gateway.client.delete(f"/v1/keys/{OTHER}")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert gateway.client.get("/v1/keys").json()["keys"] == []


def test_the_operator_makes_keys_for_the_programme_named_and_ends_any(gateway: Gateway) -> None:
    def ask(**headers: str) -> Any:
        return gateway.client.post(
            "/v1/keys", json={"name": "import"}, headers={**OPERATOR, **headers}
        )

    assert ask().status_code == 422
    key = ask(**{"kring-programme": "wijkkracht"}).json()
    assert key["programme"] == PROGRAMME
    assert gateway.client.delete(f"/v1/keys/{key['id']}", headers=OPERATOR).status_code == 204


def test_keys_come_in_pages(gateway: Gateway) -> None:
    gateway.sign_in("bram@example.org")
    for number in range(3):
        make(gateway, name=f"key {number}")
    first = gateway.client.get("/v1/keys?limit=2").json()
    rest = gateway.client.get("/v1/keys", params={"limit": 2, "cursor": first["next"]}).json()
    names = [key["name"] for key in [*first["keys"], *rest["keys"]]]
    assert (names, rest["next"]) == (["key 0", "key 1", "key 2"], None)


@pytest.mark.parametrize("cursor", ["x", "%%%", "ü", "eA==", "Li4vLi4="])
def test_a_cursor_of_ones_own_making_is_refused(gateway: Gateway, cursor: str) -> None:
    answer = gateway.client.get("/v1/keys", params={"cursor": cursor}, headers=OPERATOR)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 101},
        {"name": "x", "days": 0},
        {"name": "x", "days": 731},
        {"name": "x", "days": 0.5},
        {"name": "x", "days": 2**63},
        {"name": "x", "role": "admin"},
        {"name": "x", "programme": OTHER},
        {"name": "x", "id": OTHER},
        [],
        None,
    ],
)
def test_a_key_takes_its_own_fields_only(gateway: Gateway, body: Any) -> None:
    gateway.sign_in("bram@example.org")
    answer = gateway.client.post("/v1/keys", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_key_that_ended_long_ago_is_forgotten(gateway: Gateway) -> None:
    made(gateway, days=1)
    gateway.clock.advance(367 * 86_400)
    gateway.ports.tasks.submit("gateway.sweep")
    gateway.run_tasks()
    assert gateway.client.get("/v1/keys", headers=OPERATOR).json()["keys"] == []
