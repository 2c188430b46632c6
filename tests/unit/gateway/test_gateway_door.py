"""The door: cookies, other sites, limits, hosts, headers, and who may claim to be whom."""
# answers of every shape

import pytest
from harness.gateway import Gateway, Opener

from libs.contracts.gen.kring.events.v1 import members_pb2

ANNA = "01900000-0000-7000-8000-0000000000b1"
BRAM = "01900000-0000-7000-8000-0000000000b2"
CARLA = "01900000-0000-7000-8000-0000000000b3"
OPERATOR = {"authorization": "Bearer operator-0123456789abcdef"}
LINK = {"email": "anna@example.org"}


def test_the_cookie_is_kept_from_scripts_and_other_sites(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    cookie = gateway.client.post("/v1/session", json={"token": token}).headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == "kring_session"
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"} <= set(rest.split("; "))


def test_on_https_the_cookie_is_secure_and_bound_to_the_host(open_gateway: Opener) -> None:
    gateway = open_gateway("https://kring.example", public_url="https://kring.example/")
    token = gateway.token("anna@example.org")
    answer = gateway.client.post("/v1/session", json={"token": token})
    assert answer.headers["set-cookie"].startswith("__Host-kring_session=")
    assert "; Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert gateway.client.get("/v1/session").status_code == 200


def test_the_secret_of_a_session_is_not_in_the_database(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    secret = gateway.client.cookies["kring_session"].encode()
    stored = gateway.stored()
    assert b"anna@example.org" in stored
    assert secret not in stored


@pytest.mark.parametrize("secret", ["", "x", "ü", "a" * 5000, "../../etc", "' OR 1=1 --"])
def test_a_made_up_session_is_nobody(gateway: Gateway, secret: str) -> None:
    headers = [(b"cookie", f"kring_session={secret}".encode())]
    assert gateway.client.get("/v1/session", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"sec-fetch-site": "none"}, 204),
        ({"sec-fetch-site": "", "origin": "http://127.0.0.1:8080"}, 204),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8080"}, 403),
        ({"sec-fetch-site": "", "origin": "http://evil.example"}, 403),
        ({"sec-fetch-site": "", "origin": "null"}, 403),
        ({"sec-fetch-site": ""}, 403),
    ],
)
def test_only_our_own_pages_may_act_for_a_browser(
    gateway: Gateway, headers: dict[str, str], status: int
) -> None:
    gateway.sign_in("anna@example.org")
    assert gateway.client.delete("/v1/session", headers=headers).status_code == status


def test_another_site_cannot_sign_a_stranger_in(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    foreign = {"sec-fetch-site": "cross-site"}
    answer = gateway.client.post("/signin", data={"token": token}, headers=foreign)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_bearer_token_needs_no_origin(gateway: Gateway) -> None:
    answer = gateway.client.post(
        "/v1/session/links", json=LINK, headers={**OPERATOR, "sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("token", ["", "kring_x_y", "operator", "operator-0123456789abcdeg", "ü"])
def test_a_wrong_key_is_nobody(gateway: Gateway, token: str) -> None:
    headers = [(b"authorization", f"Bearer {token}".encode())]
    answer = gateway.client.get("/v1/session", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_seal_from_outside_is_never_passed_on(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    gateway.client.get("/v1/stories", headers={"kring-reader": "forged.seal"})
    assert gateway.open(gateway.peer.seal()).member_id == ANNA
    gateway.client.cookies.clear()
    answer = gateway.client.get("/v1/stories", headers={"kring-reader": "forged.seal"})
    assert answer.status_code == 401
    public = "/v1/preferences/unsubscribe?token=x"
    assert gateway.client.post(public, headers={"kring-reader": "forged.seal"}).status_code == 200
    assert gateway.peer.seal() == ""


def test_the_reader_knows_about_blocks_in_both_directions(gateway: Gateway) -> None:
    gateway.tell_member(CARLA, "carla@example.org", blocked_ids=[ANNA])
    gateway.tell_member(ANNA, "anna@example.org", blocked_ids=[BRAM])
    gateway.sign_in("anna@example.org")
    gateway.client.get("/v1/stories")
    assert gateway.open(gateway.peer.seal()).blocked == {BRAM, CARLA}
    gateway.tell_member(CARLA, "carla@example.org")
    gateway.client.get("/v1/stories")
    assert gateway.open(gateway.peer.seal()).blocked == {BRAM}


def test_a_role_taken_away_is_gone_at_once(gateway: Gateway) -> None:
    gateway.sign_in("bram@example.org")
    assert gateway.client.get("/v1/keys").status_code == 200
    gateway.tell_member(BRAM, "bram@example.org", role=members_pb2.ROLE_AMBASSADOR)
    assert gateway.client.get("/v1/keys").status_code == 403


def test_the_operator_acts_for_the_programme_that_a_header_names(gateway: Gateway) -> None:
    for name in ("wijkkracht", "01900000-0000-7000-8000-0000000000a1"):
        gateway.client.get("/v1/stories", headers={**OPERATOR, "kring-programme": name})
        reader = gateway.open(gateway.peer.seal())
        assert (reader.programme, reader.role) == (
            "01900000-0000-7000-8000-0000000000a1",
            "operator",
        )


def test_a_member_cannot_act_for_another_programme_by_a_header(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    gateway.client.get("/v1/stories", headers={"kring-programme": "elsewhere"})
    assert gateway.open(gateway.peer.seal()).programme == "01900000-0000-7000-8000-0000000000a1"


def test_a_member_may_ask_for_a_language_other_than_their_own(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    gateway.client.get("/?lang=en")
    assert gateway.client.cookies["kring_language"] == "en"
    gateway.client.get("/v1/recommendations")
    assert gateway.open(gateway.peer.seal()).language == "en"


def test_reads_are_limited_per_member_and_free_again_later(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    answers = [gateway.client.get("/v1/session") for _ in range(601)]
    assert {answer.status_code for answer in answers[:600]} == {200}
    assert answers[0].headers["ratelimit-limit"] == "600"
    assert answers[599].headers["ratelimit-remaining"] == "0"
    assert answers[600].status_code == 429
    assert answers[600].headers["content-type"] == "application/problem+json"
    gateway.clock.advance(float(answers[600].headers["retry-after"]) + 60)
    assert gateway.client.get("/v1/session").status_code == 200


def test_writes_have_a_smaller_limit_of_their_own(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    statuses = [gateway.client.post("/v1/stories", json={}).status_code for _ in range(121)]
    assert (statuses[119], statuses[120]) == (200, 429)
    assert gateway.client.get("/v1/session").status_code == 200


def test_a_person_over_the_limit_reads_a_page_about_it(gateway: Gateway) -> None:
    for _ in range(600):
        gateway.client.get("/signin")
    answer = gateway.client.get("/signin", headers={"accept-language": "nl"})
    assert answer.status_code == 429
    assert "Dat ging wat snel" in answer.text
    assert int(answer.headers["retry-after"]) > 0


def test_five_links_in_a_quarter_of_an_hour_per_address(gateway: Gateway) -> None:
    gateway.client.headers["x-forwarded-for"] = "198.51.100.7"
    statuses = [gateway.client.post("/v1/session/link", json=LINK).status_code for _ in range(6)]
    assert statuses == [202] * 5 + [429]
    gateway.clock.advance(30 * 60)
    assert gateway.client.post("/v1/session/link", json=LINK).status_code == 202


def ask_from(gateway: Gateway, forwarded: str, number: int) -> int:
    return int(
        gateway.client.post(
            "/v1/session/link",
            json={"email": f"someone{number}@example.org"},
            headers={"x-forwarded-for": forwarded},
        ).status_code
    )


def test_a_forwarded_address_does_not_count_without_a_proxy(gateway: Gateway) -> None:
    statuses = [ask_from(gateway, f"198.51.100.{number}", number) for number in range(6)]
    assert statuses == [202] * 5 + [429]


def test_behind_a_proxy_only_its_own_entry_counts(open_gateway: Opener) -> None:
    gateway = open_gateway(trusted_proxies=1)
    forged = [ask_from(gateway, f"10.0.0.{number}, 198.51.100.7", number) for number in range(6)]
    assert forged == [202] * 5 + [429]
    assert ask_from(gateway, "198.51.100.8", 9) == 202


def test_addresses_of_one_ipv6_network_count_together(open_gateway: Opener) -> None:
    gateway = open_gateway(trusted_proxies=1)
    turned = [ask_from(gateway, f"2001:db8:1:2::{number:x}", number) for number in range(6)]
    assert turned == [202] * 5 + [429]
    assert ask_from(gateway, "2001:db8:1:3::1", 9) == 202


@pytest.mark.parametrize("host", ["evil.example", "kring.example.evil", "kring.example:81", ""])
def test_another_host_is_refused_when_ours_is_known(open_gateway: Opener, host: str) -> None:
    gateway = open_gateway("https://kring.example", public_url="https://kring.example")
    assert gateway.client.get("/signin", headers={"host": host}).status_code == 421


def test_links_in_mails_never_come_from_the_host_header(gateway: Gateway) -> None:
    gateway.client.post("/v1/session/link", json=LINK, headers={"host": "evil.example"})
    gateway.run_tasks()
    assert "http://127.0.0.1:8080/signin?token=" in gateway.mails()[0].get_content()


@pytest.mark.parametrize("path", ["/signin", "/v1/session", "/docs", "/nowhere", "/openapi.json"])
def test_every_answer_carries_the_headers_that_guard_its_reader(
    gateway: Gateway, path: str
) -> None:
    headers = gateway.client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_files_may_be_kept_by_the_browser_and_need_no_login(gateway: Gateway) -> None:
    for path in ("/static/kring.css", "/static/kring.svg", "/docs/swagger-ui.css"):
        answer = gateway.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=3600"
        assert "ratelimit-limit" not in answer.headers
    assert gateway.client.get("/static/../frame.py").status_code == 404
    assert gateway.client.get("/docs/__init__.py").status_code == 404
