"""What is written down at the door, and that it is written before it is answered."""

import pytest
from harness.gateway import ANNA, BRAM, Gateway, operator_headers
from structlog.testing import capture_logs

from libs.kernel.audit import Entry, fault
from libs.kernel.policy import Reader, Role
from services.gateway.domain.audit import action_of, is_written_down, target_of

MEMBER = Reader("p", member_id=ANNA)
HEAD = Reader("p", Role.COORDINATOR, BRAM)


@pytest.mark.parametrize(
    ("method", "path", "reader", "status", "expected"),
    [
        ("DELETE", f"/v1/members/{ANNA}", MEMBER, 204, True),
        ("PATCH", f"/v1/members/{ANNA}", MEMBER, 422, True),
        ("PUT", f"/v1/members/{ANNA}/blocks/{BRAM}", MEMBER, 204, True),
        ("POST", "/v1/keys", HEAD, 201, True),
        ("POST", "/v1/session/links", HEAD, 201, True),
        ("POST", "/preferences/erase", MEMBER, 303, True),
        ("POST", "/v1/stories", MEMBER, 201, False),
        ("POST", f"/v1/moderation/{ANNA}/hide", HEAD, 200, True),
        ("POST", f"/moderation/{ANNA}/reports", MEMBER, 303, True),
        ("POST", "/v1/session", MEMBER, 204, False),
        ("GET", f"/v1/members/{ANNA}", HEAD, 200, True),
        ("GET", "/v1/members", HEAD, 200, True),
        ("GET", f"/v1/members/{BRAM}", MEMBER, 200, False),
        ("GET", f"/v1/members/{BRAM}", MEMBER, 404, True),
        ("GET", f"/v1/stories/{BRAM}", MEMBER, 403, True),
        ("GET", "/nowhere", MEMBER, 404, False),
        ("GET", "/v1/search", HEAD, 200, False),
    ],
)
def test_changes_of_people_whole_profiles_and_refusals_are_written_down(
    method: str, path: str, reader: Reader, status: int, *, expected: bool
) -> None:
    assert is_written_down(method, path, reader, status) is expected


def test_a_deed_names_what_was_done_apart_from_whom_it_was_done_to() -> None:
    path = f"/v1/members/{ANNA}/blocks/{BRAM}"

    assert action_of("PUT", path) == "PUT /v1/members/{id}/blocks/{id}"
    assert target_of(path, MEMBER) == ANNA
    assert target_of("/v1/keys", HEAD) == BRAM


def entries(gateway: Gateway) -> list[Entry]:
    found = list(gateway.ports.database.audit(gateway.audit_key).entries())
    assert fault(gateway.audit_key, found, {}) == ""
    return found


def test_a_deed_is_in_the_log_when_it_is_answered(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    before = len(entries(gateway))
    path = f"/v1/members/{ANNA}/blocks/{BRAM}"
    gateway.client.put(path, headers={"origin": "http://127.0.0.1:8080"})
    found = entries(gateway)

    assert len(found) == before + 1
    deed = found[-1].deed
    assert (deed.actor, deed.role, deed.target) == (ANNA, "member", ANNA)
    assert deed.action == "PUT /v1/members/{id}/blocks/{id}"


def test_what_nobody_needs_to_know_later_is_not_written_down(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    before = len(entries(gateway))
    gateway.client.get("/v1/session")
    gateway.client.get("/v1/search?q=soep")

    assert len(entries(gateway)) == before


def test_a_stranger_leaves_nothing(gateway: Gateway) -> None:
    assert gateway.client.get(f"/v1/members/{ANNA}").status_code == 401

    assert entries(gateway) == []


def test_every_hundredth_entry_goes_to_the_log_as_an_anchor(gateway: Gateway) -> None:
    with capture_logs() as logs:
        for _ in range(100):
            gateway.client.get("/v1/members", headers=operator_headers())
    last = entries(gateway)[-1]

    assert last.sequence == 100
    assert [each for each in logs if each["event"] == "audit anchor"] == [
        {
            "event": "audit anchor",
            "log_level": "info",
            "sequence": last.sequence,
            "digest": last.digest,
        }
    ]
