"""How much one account or network may ask, and that nothing talks its way around it."""

import httpx2
import pytest
from harness.whole import LINKS_COUNTED_SECONDS, Whole

pytestmark = pytest.mark.timeout(300)

WRITES, LINKS = 120, 5
WINDOWS_SECONDS = 121.0


@pytest.fixture
def fresh(whole: Whole) -> Whole:
    """A Kring whose counters start anew, before and after."""
    whole.clock.skip(LINKS_COUNTED_SECONDS)
    return whole


def _write(whole: Whole, path: str = "/v1/session", **more: object) -> int:
    return whole.ask("anonymous", "POST", path, json={"token": "x"}, **more).status_code


def test_reads_and_writes_are_told_their_limits(fresh: Whole) -> None:
    first, second = (fresh.ask("member", "GET", "/v1/session") for _ in range(2))
    assert first.headers["ratelimit-limit"] == "600"
    assert int(second.headers["ratelimit-remaining"]) < int(first.headers["ratelimit-remaining"])
    write = fresh.ask("member", "PUT", "/v1/preferences", json={})
    assert write.headers["ratelimit-limit"] == str(WRITES)


def test_beyond_the_limit_nothing_talks_its_way_around(fresh: Whole) -> None:
    answers = [_write(fresh) for _ in range(WRITES + 1)]
    assert answers == [401] * WRITES + [429]
    for path in ("/v1/session/", "/V1/session", "/v1/stories", "/v1/session?x=1", "/v1//session"):
        assert _write(fresh, path) == 429, path
    for name in ("x-forwarded-for", "forwarded", "x-real-ip", "client-ip", "true-client-ip"):
        assert _write(fresh, headers={name: "203.0.113.7"}) == 429, name
    for shown in ({"authorization": "Bearer x"}, {"cookie": "kring_session=x"}):
        assert _write(fresh, headers=shown) in {403, 429}, shown
    refused = fresh.ask("anonymous", "POST", "/v1/session", json={"token": "x"})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"] == "application/problem+json"
    assert fresh.ask("member", "GET", "/v1/session").status_code == 200, "others go on"
    fresh.clock.skip(WINDOWS_SECONDS)
    assert _write(fresh) == 401


def test_a_person_gets_the_refusal_as_a_page(fresh: Whole) -> None:
    for _ in range(WRITES):
        _write(fresh)
    answer = fresh.ask("anonymous", "POST", "/signin", data={"token": "x"})
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("text/html")
    fresh.clock.skip(WINDOWS_SECONDS)


def _ask_for_link(whole: Whole, path: str, address: str) -> httpx2.Response:
    kind = "json" if path.startswith("/v1/") else "data"
    here = {"origin": whole.url}
    return whole.ask("anonymous", "POST", path, headers=here, **{kind: {"email": address}})


@pytest.mark.parametrize("path", ["/v1/session/link", "/signin/link"])
def test_links_by_mail_are_few_per_address_however_it_is_written(fresh: Whole, path: str) -> None:
    written = ("buur@kring.example", "BUUR@kring.example", " buur@kring.example ")
    answers = [
        _ask_for_link(fresh, path, written[number % 3]).status_code for number in range(LINKS + 2)
    ]
    assert answers[-2:] == [429, 429]
    assert 429 not in answers[:LINKS]
    fresh.clock.skip(LINKS_COUNTED_SECONDS)


def test_known_and_unknown_addresses_get_the_same_answer(fresh: Whole) -> None:
    bodies = {
        _ask_for_link(fresh, "/v1/session/link", address).text
        for address in ("buur@kring.example", "nobody@kring.example")
    }
    assert len(bodies) == 1
    pages = {
        _ask_for_link(fresh, "/signin/link", address).text
        for address in ("buur@kring.example", "nobody@kring.example")
    }
    assert len(pages) == 1
    fresh.clock.skip(LINKS_COUNTED_SECONDS)


def test_a_page_of_a_list_has_its_cap(fresh: Whole) -> None:
    for path in ("/v1/members", "/v1/stories", "/v1/search?q=x", "/v1/search/people?q=x"):
        joint = "&" if "?" in path else "?"
        assert fresh.ask("member", "GET", f"{path}{joint}limit=101").status_code == 422
