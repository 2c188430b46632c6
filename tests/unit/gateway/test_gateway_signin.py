"""Signing in: a link by mail, used once, and nothing that tells who is a member."""
# ruff: noqa: ANN401  # answers of every shape

from typing import Any

import pytest
from harness.gateway import Gateway

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1 import members_pb2

ANNA = "01900000-0000-7000-8000-0000000000b1"


def ask(gateway: Gateway, address: str) -> Any:
    return gateway.client.post("/v1/session/link", json={"email": address})


def token_in(mail: Any) -> str:
    return str(mail.get_content()).partition("token=")[2].split()[0]


def test_a_member_signs_in_by_the_link_in_a_mail_in_their_language(gateway: Gateway) -> None:
    assert ask(gateway, " Anna@Example.org ").status_code == 202
    gateway.run_tasks()
    [mail] = gateway.mails()
    assert mail["To"] == "anna@example.org"
    assert mail["Subject"] == "Je link om in te loggen bij Kring"
    assert "Wijkkracht" in mail.get_content()

    shown = gateway.client.get("/signin", params={"token": token_in(mail)})
    assert shown.status_code == 200
    assert "set-cookie" not in shown.headers
    used = gateway.client.post("/signin", data={"token": token_in(mail)})
    assert (used.status_code, used.headers["location"]) == (303, "/")
    assert gateway.client.get("/v1/session").json() == {
        "member_id": ANNA,
        "display_name": "Anna",
        "programme": "01900000-0000-7000-8000-0000000000a1",
        "role": "member",
        "language": "nl",
    }


def test_an_unknown_address_gets_the_same_answer_and_no_mail(gateway: Gateway) -> None:
    known, unknown = ask(gateway, "anna@example.org"), ask(gateway, "nobody@example.org")
    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content
    assert set(known.headers) == set(unknown.headers)
    gateway.run_tasks()
    assert [mail["To"] for mail in gateway.mails()] == ["anna@example.org"]


def test_who_is_a_member_of_two_programmes_gets_a_link_for_each(gateway: Gateway) -> None:
    other = "01900000-0000-7000-8000-0000000000b9"
    gateway.tell_member(other, "anna@example.org", programme="01900000-0000-7000-8000-0000000000a2")
    ask(gateway, "anna@example.org")
    gateway.run_tasks()
    assert len(gateway.mails()) == 2


@pytest.mark.parametrize(
    "address",
    ["no address", "a@b\r\nBcc: x@y.example", "@example.org", "a b@example.org", "a@", "a,b@c.org"],
)
def test_what_is_no_address_is_refused(gateway: Gateway, address: str) -> None:
    assert ask(gateway, address).status_code == 422


def test_a_link_works_once(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    assert gateway.client.post("/v1/session", json={"token": token}).status_code == 204
    again = gateway.client.post("/v1/session", json={"token": token})
    assert (again.status_code, again.json()["status"]) == (410, 410)


def test_a_scanner_that_opens_the_link_uses_nothing_up(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    for _ in range(3):
        assert gateway.client.get(f"/signin?token={token}").status_code == 200
    assert gateway.client.post("/v1/session", json={"token": token}).status_code == 204


def test_a_mailed_link_holds_half_an_hour_to_the_second(gateway: Gateway) -> None:
    ask(gateway, "anna@example.org")
    ask(gateway, "anna@example.org")
    gateway.run_tasks()
    first, second = (token_in(mail) for mail in gateway.mails())
    gateway.clock.advance(30 * 60 - 1)
    assert gateway.client.post("/v1/session", json={"token": first}).status_code == 204
    gateway.clock.advance(1)
    assert gateway.client.post("/v1/session", json={"token": second}).status_code == 410


def test_an_issued_link_holds_seven_days(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    gateway.clock.advance(7 * 86_400 - 1)
    assert gateway.client.post("/v1/session", json={"token": token}).status_code == 204


def test_any_changed_character_breaks_the_link(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    use = gateway.ports, gateway.service
    assert use
    for place in range(0, len(token), 3):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        answer = gateway.client.post("/v1/session", json={"token": changed})
        assert answer.status_code in {401, 429}, changed
        gateway.clock.advance(10)
    for broken in (token[:-1], f"{token}A", f".{token}", "", token.replace(".", ".."), "ü"):
        gateway.clock.advance(120)
        assert gateway.client.post("/v1/session", json={"token": broken}).status_code in {401, 422}
    gateway.clock.advance(120)
    assert gateway.client.post("/v1/session", json={"token": token}).status_code == 204


def test_a_token_of_another_purpose_does_not_sign_in(gateway: Gateway) -> None:
    from services.gateway.adapters.signer import LinkSigner  # noqa: PLC0415  # beside its use

    signer = LinkSigner("0123456789abcdef0123456789abcdef")
    for token in (signer.sign("unsubscribe", ("a", "b")), signer.sign("signin", ("a",))):
        assert gateway.client.post("/v1/session", json={"token": token}).status_code == 401
    unknown = signer.sign("signin", ("a", "b"))
    assert gateway.client.post("/v1/session", json={"token": unknown}).status_code == 410


def test_a_new_sign_in_ends_the_session_that_the_browser_had(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    first = gateway.client.cookies["kring_session"]
    gateway.sign_in("bram@example.org")
    assert gateway.client.cookies["kring_session"] != first
    gateway.client.cookies.set("kring_session", first)
    assert gateway.client.get("/v1/session", headers={"cookie": ""}).status_code == 401


def test_an_erased_member_is_signed_out_and_cannot_come_back(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    gateway.sign_in("anna@example.org")
    gateway.apply(
        topics.MEMBERS,
        ANNA,
        "01900000-0000-7000-8000-0000000000a1",
        members_pb2.Member(member_id=ANNA, erased=True),
    )
    assert gateway.client.get("/v1/session").status_code == 401
    assert gateway.client.post("/v1/session", json={"token": token}).status_code == 410


def test_a_session_slides_and_ends_after_thirty_idle_days(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    for _ in range(3):
        gateway.clock.advance(20 * 86_400)
        assert gateway.client.get("/v1/session").status_code == 200
    gateway.clock.advance(30 * 86_400)
    assert gateway.client.get("/v1/session").status_code == 401


def test_signing_out_everywhere_ends_every_session_of_the_member(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    elsewhere = gateway.client.cookies["kring_session"]
    gateway.client.cookies.clear()
    gateway.sign_in("anna@example.org")
    assert gateway.client.delete("/v1/session?everywhere=true").status_code == 204
    gateway.client.cookies.clear()
    headers = {"cookie": f"kring_session={elsewhere}"}
    assert gateway.client.get("/v1/session", headers=headers).status_code == 401


def test_signing_out_here_leaves_the_other_browser_signed_in(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    elsewhere = gateway.client.cookies["kring_session"]
    gateway.client.cookies.clear()
    gateway.sign_in("anna@example.org")
    assert gateway.client.delete("/v1/session").status_code == 204
    headers = {"cookie": f"kring_session={elsewhere}"}
    assert gateway.client.get("/v1/session", headers=headers).status_code == 200


def test_a_mail_that_could_not_leave_is_sent_by_the_sweep(gateway: Gateway) -> None:
    ask(gateway, "anna@example.org")
    gateway.mail_folder.write_text("in the way")
    gateway.run_tasks()
    gateway.mail_folder.unlink()
    gateway.clock.advance(61)
    gateway.ports.tasks.submit("gateway.sweep")
    gateway.run_tasks()
    assert len(gateway.mails()) == 1
    gateway.clock.advance(61)
    gateway.ports.tasks.submit("gateway.sweep")
    gateway.run_tasks()
    assert len(gateway.mails()) == 1


def test_only_the_operator_may_have_a_link_in_hand(gateway: Gateway) -> None:
    asked = {"email": "anna@example.org"}
    assert gateway.client.post("/v1/session/links", json=asked).status_code == 401
    gateway.sign_in("bram@example.org")
    assert gateway.client.post("/v1/session/links", json=asked).status_code == 403


def test_a_link_for_nobody_is_not_found(gateway: Gateway) -> None:
    def issue(email: str, programme: str) -> int:
        headers = {"authorization": "Bearer operator-0123456789abcdef"}
        return int(
            gateway.client.post(
                "/v1/session/links",
                json={"email": email},
                headers={**headers, "kring-programme": programme},
            ).status_code
        )

    assert issue("nobody@example.org", "") == 404
    assert issue("anna@example.org", "unknown") == 404
    assert issue("anna@example.org", "wijkkracht") == 201
