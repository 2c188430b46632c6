"""Links and what is in them: altered, for another purpose, used, expired, opened by a scanner."""

import email
import re
from collections.abc import Iterator
from email import policy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from harness.whole import LINKS_COUNTED_SECONDS, Whole

pytestmark = pytest.mark.timeout(300)

_LINK = re.compile(r"http\S+token=\S+")


@pytest.fixture
def stranger(whole: Whole) -> Iterator[httpx2.Client]:
    """A browser in which nobody is signed in."""
    with httpx2.Client(base_url=whole.url, headers={"origin": whole.url}, timeout=60) as client:
        yield client


def _use(client: httpx2.Client, token: str) -> int:
    return client.post("/v1/session", json={"token": token}).status_code


def _altered(token: str) -> list[str]:
    """Return a token cut, lengthened, and with one bit of each of its characters turned."""
    turned = [
        token[:place] + chr(ord(mark) ^ 1) + token[place + 1 :] for place, mark in enumerate(token)
    ]
    cut = [token[:length] for length in range(1, len(token), 7)]
    parts = token.split(".")
    return [
        *turned,
        *cut,
        token + "A",
        token + "=",
        token + ".",
        "." + token,
        token.upper(),
        token.swapcase(),
        ".".join(reversed(parts)),
        parts[0],
        "." + parts[-1],
        token.replace(".", ".." if "." in token else ""),
        "A" * 1000,
    ]


def test_an_altered_sign_in_link_opens_nothing_and_spoils_nothing(
    whole: Whole, stranger: httpx2.Client
) -> None:
    token = whole.token("buur@kring.example")
    before = whole.counts()
    for altered in _altered(token):
        whole.rest()
        assert _use(stranger, altered) in {401, 422}, altered
    assert whole.counts() == before
    assert not stranger.cookies
    assert _use(stranger, token) == 204


def test_every_broken_link_gets_the_same_answer(whole: Whole, stranger: httpx2.Client) -> None:
    token = whole.token("buur@kring.example")
    bodies = set()
    for altered in (token[:-1], "x", _unsubscribe_token(whole)):
        bodies.add(stranger.post("/v1/session", json={"token": altered}).text)
    assert len(bodies) == 1


def test_a_sign_in_link_works_once(whole: Whole, stranger: httpx2.Client) -> None:
    token = whole.token("buur@kring.example")
    assert [_use(stranger, token) for _ in range(3)] == [204, 410, 410]


def test_looking_at_a_sign_in_link_does_not_use_it(whole: Whole, stranger: httpx2.Client) -> None:
    token = whole.token("buur@kring.example")
    before = whole.counts()
    for method in ("GET", "HEAD", "GET"):
        page = stranger.request(method, "/signin", params={"token": token})
        assert page.status_code in {200, 405}
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
    assert whole.counts() == before
    assert _use(stranger, token) == 204


def test_a_mailed_link_expires_and_only_the_newest_works(
    whole: Whole, stranger: httpx2.Client
) -> None:
    tokens = [_mailed_token(whole, stranger), _mailed_token(whole, stranger)]
    whole.clock.skip(LINKS_COUNTED_SECONDS)
    assert [_use(stranger, token) for token in tokens] == [410, 410]


def _mailed_token(whole: Whole, client: httpx2.Client) -> str:
    whole.clock.skip(LINKS_COUNTED_SECONDS)
    before = set(_mails(whole))
    asked = client.post("/v1/session/link", json={"email": "baas@kring.example"})
    assert asked.status_code == 202
    (path,) = whole.wait_for(lambda: set(_mails(whole)) - before)
    return _token_in(path)


def test_a_sign_in_ends_the_session_it_replaces(whole: Whole) -> None:
    browser = whole.sign_in("buur@kring.example")
    old = dict(browser.cookies)
    token = whole.token("buur@kring.example")
    assert _use(browser, token) == 204
    assert dict(browser.cookies) != old
    with httpx2.Client(base_url=whole.url, cookies=old, timeout=60) as thief:
        assert thief.get("/v1/session").status_code == 401


def test_a_cookie_that_was_set_beforehand_is_not_taken_over(whole: Whole) -> None:
    planted = {"cookie": "kring_session=known-to-the-attacker", "origin": whole.url}
    with httpx2.Client(base_url=whole.url, headers=planted, timeout=60) as victim:
        token = whole.token("buur@kring.example")
        answer = victim.post("/v1/session", json={"token": token})
        assert answer.status_code == 204
        assert "known-to-the-attacker" not in answer.headers["set-cookie"]
    with httpx2.Client(base_url=whole.url, headers=planted, timeout=60) as attacker:
        assert attacker.get("/v1/session").status_code == 401


def test_the_session_s_cookie_is_for_this_site_and_no_script(whole: Whole) -> None:
    with httpx2.Client(base_url=whole.url, headers={"origin": whole.url}, timeout=60) as browser:
        token = whole.token("buur@kring.example")
        answer = browser.post("/v1/session", json={"token": token})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_signing_out_everywhere_ends_every_session(whole: Whole) -> None:
    browsers = [whole.sign_in("baas@kring.example") for _ in range(3)]
    assert browsers[0].delete("/v1/session?everywhere=true").status_code == 204
    assert [browser.get("/v1/session").status_code for browser in browsers] == [401] * 3
    whole.people["baas"] = whole.sign_in("baas@kring.example")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    ],
)
def test_another_site_can_make_a_browser_do_nothing(whole: Whole, headers: dict[str, str]) -> None:
    session = dict(whole.people["member"].cookies)
    before = whole.counts()
    with httpx2.Client(base_url=whole.url, cookies=session, headers=headers, timeout=60) as browser:
        refused = [
            browser.post("/v1/stories", json={"title": "Vals"}),
            browser.delete("/v1/session"),
            browser.post("/share", data={"title": "Vals"}),
            browser.post("/signout"),
        ]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert whole.counts() == before


def test_a_form_of_another_session_is_refused(whole: Whole) -> None:
    page = whole.ask("buur", "GET", "/share").text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    assert token
    before = whole.counts()
    answer = whole.ask("member", "POST", "/share", data={"title": "Vals", "form_token": token})
    assert answer.status_code == 403
    assert whole.counts() == before


def test_an_altered_unsubscribe_link_changes_nothing(whole: Whole, stranger: httpx2.Client) -> None:
    token = _unsubscribe_token(whole)
    before = whole.counts()
    for altered in (*_altered(token), whole.token("buur@kring.example")):
        whole.rest()
        answer = stranger.post("/v1/preferences/unsubscribe", params={"token": altered})
        assert answer.status_code in {401, 422}, altered
    assert whole.counts() == before


def test_a_scanner_that_opens_the_unsubscribe_link_changes_nothing(
    whole: Whole, stranger: httpx2.Client
) -> None:
    token = _unsubscribe_token(whole)
    before = whole.counts()
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        stranger.request(method, "/v1/preferences/unsubscribe", params={"token": token})
    assert whole.counts() == before


def test_one_click_unsubscribes_without_cookie_or_login_however_often(whole: Whole) -> None:
    token = _unsubscribe_token(whole)
    counted = []
    with httpx2.Client(base_url=whole.url, timeout=60) as mail_program:
        for _ in range(3):
            answer = mail_program.post(
                "/v1/preferences/unsubscribe",
                params={"token": token},
                data={"List-Unsubscribe": "One-Click"},
            )
            assert answer.status_code == 200, answer.text
            counted.append(whole.counts()["notification"])
    assert counted[0] == counted[1] == counted[2]
    mail = whole.done("buur", "GET", "/v1/preferences")["mail"]
    assert len([kind for kind, is_on in mail.items() if not is_on]) == 1
    whole.done("buur", "PUT", "/v1/preferences", json={})


def _mails(whole: Whole) -> list[Path]:
    return sorted((whole.data / "mail").glob("*.eml"))


def _token_in(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    link = _LINK.search(body.get_content())
    assert link is not None
    return parse_qs(urlsplit(link.group()).query)["token"][0]


def _unsubscribe_token(whole: Whole) -> str:
    """Return the token of the mail that told Buur of Mo's question."""

    def find() -> str:
        for path in _mails(whole):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            if "buur" in str(message["To"]) and message["List-Unsubscribe"]:
                link = str(message["List-Unsubscribe"]).strip("<>")
                return parse_qs(urlsplit(link).query)["token"][0]
        return ""

    return whole.wait_for(find)
