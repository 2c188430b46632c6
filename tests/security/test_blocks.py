"""A block works in both directions on every way to read: neither finds a trace of the other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from harness.whole import Whole, member, story

pytestmark = pytest.mark.timeout(300)

_OWN_BLOCKS = re.compile(r'"blocked":\[[^]]*]')

WITHOUT_PEOPLE = {
    "list_programmes": "programmes name no people",
    "read_programme": "programmes name no people",
    "list_keys": "keys are for coordinators and name no people",
    "list_inbox_keys": "as for the other keys",
    "list_webhooks": "as for the other keys",
    "ask_to_unsubscribe": "a link in one's own mail",
    "get_preferences": "one's own choices",
    "who_am_i": "oneself",
}
"""Operations that read and can show nobody else, with the reason."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Somebody who reads, and somebody whom they must not find."""

    browser: httpx2.Client
    own_id: str
    other: str
    other_id: str
    other_story: str
    introduction: str

    def paths(self) -> dict[str, Sequence[str]]:
        """Return, per operation, every way to ask it for the other."""
        return {
            "list_members": ("/v1/members?limit=100",),
            "read_member": (f"/v1/members/{self.other_id}",),
            "read_consents": (f"/v1/members/{self.other_id}/consents",),
            "export_member": (f"/v1/members/{self.other_id}/export",),
            "list_stories": (
                "/v1/stories?limit=100",
                f"/v1/stories?owner={self.other_id}&limit=100",
            ),
            "read_story": (f"/v1/stories/{self.other_story}",),
            "search": (
                f"/v1/search?q=keukentafel {self.other}&limit=100",
                f"/v1/search?q=Verhaal {self.other}&limit=100",
            ),
            "search_people": (
                f"/v1/search/people?q=werk van {self.other}&limit=100",
                "/v1/search/people?q=keukentafel&limit=100",
            ),
            "similar_stories": (f"/v1/search/similar/{self.other_story}?limit=100",),
            "recommendations": ("/v1/recommendations",),
            "introductions": ("/v1/introductions?limit=100",),
            "introduction": (f"/v1/introductions/{self.introduction}",),
            "list_notifications": ("/v1/notifications?limit=100",),
            "list_cases": ("/v1/moderation", "/v1/moderation?hidden=true"),
            "list_own_cases": ("/v1/moderation/own",),
        }


def reading(whole: Whole) -> set[str]:
    """Return the operations of the published API that read."""
    document: dict[str, Any] = httpx2.get(f"{whole.url}/openapi.json", timeout=60).json()
    return {
        methods["get"]["operationId"] for methods in document["paths"].values() if "get" in methods
    }


@pytest.fixture(scope="module")
def pairs(running: Whole) -> Iterator[list[Pair]]:
    """Let two people meet, be recommended and notified of each other; then one blocks the other."""
    whole, names = running, ("blokker", "geblokte")
    people = [member(name, "ours", visibility="network") for name in names]
    stories = [
        story(f"van-{name}", "ours", owner=name, contacts=[name], visibility="network")
        for name in names
    ]
    ids: dict[str, str] = {}
    for kind, records in (("members", people), ("stories", stories)):
        body: dict[str, Any] = {"records": records}
        results = whole.done("operator", "POST", f"/v1/import/{kind}", json=body)["results"]
        made = zip(records, results, strict=True)
        ids |= {str(record["id"]): str(result["id"]) for record, result in made}
    whole.settle()
    browsers = [whole.sign_in(f"{name}@kring.example") for name in names]
    question = {"member_id": ids["geblokte"], "message": "Zullen we bellen over de keukentafel?"}
    asked = browsers[0].post("/v1/introductions", json=question).json()["id"]
    answer = {"answer": "yes"}
    assert browsers[1].post(f"/v1/introductions/{asked}/answer", json=answer).is_success
    whole.settle()
    found = [
        Pair(browser, ids[own], other, ids[other], ids[f"van-{other}"], asked)
        for browser, own, other in zip(browsers, names, reversed(names), strict=True)
    ]
    for pair in found:
        shown = {name: _shown(pair, paths) for name, paths in pair.paths().items()}
        assert all(shown[name] for name in ("read_member", "search", "introductions")), "before it"
    blocked = f"/v1/members/{ids['blokker']}/blocks/{ids['geblokte']}"
    assert browsers[0].put(blocked).is_success
    whole.settle()
    yield found
    for browser in browsers:
        browser.close()


def _shown(pair: Pair, paths: Sequence[str]) -> list[str]:
    """Return the ways on which a trace of the other is shown, but for one's own list of blocks."""
    traces = (pair.other_id, pair.other_story, pair.other.title(), f"van {pair.other}")
    found = []
    for path in paths:
        told = _OWN_BLOCKS.sub("", pair.browser.get(path).text)
        found += [path for trace in traces if trace in told]
    return found


def test_every_operation_that_reads_is_looked_at(running: Whole, pairs: list[Pair]) -> None:
    looked_at = set(pairs[0].paths()) | set(WITHOUT_PEOPLE)

    assert reading(running) == looked_at, "say in tests/security/test_blocks.py how it is asked"


def test_neither_finds_a_trace_of_the_other_on_any_way(whole: Whole, pairs: list[Pair]) -> None:
    for pair in pairs:
        for name, paths in pair.paths().items():
            whole.rest()
            assert _shown(pair, paths) == [], f"{name}, looking for {pair.other}"


def test_neither_can_ask_the_other_and_what_refuses_it_names_nobody(
    whole: Whole, pairs: list[Pair]
) -> None:
    """They met before: that, and not the block, is what the answer says."""
    for pair in pairs:
        whole.rest()
        question = {"member_id": pair.other_id, "message": "Hallo"}
        answer = pair.browser.post("/v1/introductions", json=question)
        assert answer.json()["detail"] == "You were introduced already."
        assert pair.other.title() not in answer.text


@pytest.mark.parametrize("path", ["/", "/?q=keukentafel", "/introductions", "/notifications"])
def test_no_page_shows_the_other(whole: Whole, pairs: list[Pair], path: str) -> None:
    for pair in pairs:
        whole.rest()
        answer = pair.browser.get(path)
        assert answer.status_code == 200
        assert pair.other_id not in answer.text
        assert pair.other.title() not in answer.text


def test_the_block_itself_is_known_to_whoever_set_it_only(whole: Whole, pairs: list[Pair]) -> None:
    setter, other = pairs
    whole.rest()
    own = setter.browser.get(f"/v1/members/{setter.own_id}").json()["own"]["blocked"]
    theirs = other.browser.get(f"/v1/members/{other.own_id}").json()["own"]["blocked"]

    assert own == [setter.other_id]
    assert theirs == []
