"""The laws of ``libs.ports.holdings.Holdings``, for every service, asked as the gateway asks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from harness.whole import ABSENT, Whole, open_whole
from starlette.testclient import TestClient

from libs.kernel.policy import Reader, Role
from libs.ports.holdings import moment
from libs.web.holdings import PATH

pytestmark = pytest.mark.timeout(300)
OTHERS = ("ingestion", "matchmaking", "notification", "search")
"""Every service but the gateway, which asks itself without a route."""


@pytest.fixture(scope="module")
def whole() -> Iterator[Whole]:
    with open_whole() as opened:
        yield opened


@pytest.fixture(params=OTHERS)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(whole: Whole, service: str, reader: Reader | None) -> tuple[int, dict[str, Any]]:
    headers = whole.seal(reader) if reader else {}
    with TestClient(whole.app(service)) as client:
        answer = client.get(PATH, headers=headers)
    return answer.status_code, answer.json()


def member(whole: Whole, slug: str) -> Reader:
    return Reader(whole.ids["ours"], member_id=whole.ids[slug], language="nl")


def test_everybody_is_told_the_same_kinds_if_only_that_they_are_empty(
    whole: Whole, service: str
) -> None:
    told = [ask(whole, service, member(whole, slug))[1] for slug in ("mo", "stil")]

    assert told[0].keys() == told[1].keys()
    assert any(told[0].values())
    assert all(isinstance(things, list) for things in told[0].values())


def test_times_say_their_zone(whole: Whole, service: str) -> None:
    things = [
        thing for kind in ask(whole, service, member(whole, "buur"))[1].values() for thing in kind
    ]
    times = [
        value
        for thing in things
        for name, value in thing.items()
        if value and (name == "at" or name.endswith(("_at", "until")))
    ]

    assert all(datetime.fromisoformat(each).tzinfo for each in times)
    assert bool(times) == (service != "search")


def test_there_is_no_way_to_reach_others_in_it(whole: Whole, service: str) -> None:
    told = str(ask(whole, service, member(whole, "buur"))[1])

    assert told.count("@kring.example") == told.count("buur@kring.example")


def test_whoever_is_no_member_is_refused(whole: Whole, service: str) -> None:
    assert ask(whole, service, None)[0] == 401
    assert ask(whole, service, Reader(whole.ids["ours"], Role.OPERATOR))[0] == 403


def test_of_somebody_unknown_nothing_is_told(whole: Whole, service: str) -> None:
    status, told = ask(whole, service, Reader(whole.ids["ours"], member_id=ABSENT))

    if service == "ingestion":  # it knows who is a member
        assert status == 404
    elif service == "notification":
        assert not any(things for kind, things in told.items() if kind != "preferences")
    else:
        assert not any(told.values())


def test_a_time_that_never_was_is_nothing() -> None:
    assert moment(0.0) is None
    assert moment(None) is None
    assert moment(0.5) == "1970-01-01T00:00:00.500000+00:00"
