"""Programmes without a broker are told over HTTP: signed, and again until it works."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from harness.ingestion import MASTER, World
from typing_extensions import override

from libs.kernel import webhooks
from libs.kernel.clock import ManualClock
from libs.kernel.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RetryableError,
)
from services.ingestion.domain.address import UnfitAddressError
from services.ingestion.domain.hook import GONE, MOST_HOOKS, NEVER_ANSWERED, WAITS, Parcel
from services.ingestion.domain.inbox import secret_of
from services.ingestion.ports.outgoing import Poster
from services.ingestion.usecases.hooks import Deliver, EndHook, ListHooks, MakeHook
from services.ingestion.usecases.inbox_keys import MakeInboxKey
from services.ingestion.usecases.sharing import ShareStory

URL = "https://hooks.example.org/kring"


@dataclass
class Receiver(Poster):
    """The address of a programme: notes what is posted and answers what it was told to."""

    status: int | None = 204
    """None: nobody answers."""
    silent: set[str] = field(default_factory=set)
    posted: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @override
    def check(self, url: str) -> None:
        if not url.startswith("https://"):
            raise UnfitAddressError("must begin with https://")

    @override
    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posted.append((url, dict(headers), body))
        if self.status is None or url in self.silent:
            raise RetryableError("nobody answers")
        return self.status

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.posted]


class Site:
    """Two programmes with a webhook each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.receiver = Receiver()
        self.make = MakeHook(world.registry, self.receiver, MASTER)
        self.deliver = Deliver(world.registry, self.receiver, MASTER)
        self.own, self.secret = self.make(URL, "", world.coordinator())
        stranger = world.coordinator("common-ground")
        self.theirs, _ = self.make("https://theirs.example.org/", "", stranger)

    def tell(self, visibility: str, title: str = "Samen eten", *, external: str = "s") -> str:
        record = {"id": external, "title": title, "visibility": visibility}
        outcome = self.world.send_one("stories", record)
        event = self.world.last(f"story/{outcome.id}")
        share = ShareStory(self.world.registry)
        with self.world.registry.database.write() as work:
            share(event, work)
        return outcome.id

    def wait(self, time: timedelta) -> None:
        cast("ManualClock", self.world.registry.clock).advance(time.total_seconds())


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def test_a_story_is_told_signed_to_whom_it_may_be(site: Site) -> None:
    story = site.tell("network")
    assert site.deliver() == 2
    assert {url for url, _, _ in site.receiver.posted} == {URL, "https://theirs.example.org/"}
    ((headers, body),) = [(h, b) for url, h, b in site.receiver.posted if url == URL]
    key = webhooks.read_secret(site.secret)
    assert webhooks.read(headers, body).is_by([key])
    event = json.loads(body)
    assert (event["subject"], event["type"]) == (f"story/{story}", "kring.story.v1")
    assert event["data"]["title"] == "Samen eten"
    assert event["id"] == headers["webhook-id"]
    assert site.deliver() == 0


def test_what_is_for_a_programme_alone_is_told_to_it_alone(site: Site) -> None:
    site.tell("programme")
    assert site.deliver() == 1
    assert site.receiver.posted[0][0] == URL


def test_what_is_no_longer_for_all_is_told_to_the_others_as_withdrawn(site: Site) -> None:
    site.tell("network")
    site.deliver()
    site.receiver.posted.clear()
    site.tell("private", "Nu alleen van ons")
    site.deliver()
    told = {url: json.loads(body)["data"] for url, _, body in site.receiver.posted}
    assert told[URL]["title"] == "Nu alleen van ons"
    assert told["https://theirs.example.org/"]["withdrawn"] is True
    assert told["https://theirs.example.org/"]["title"] == ""


def test_of_one_story_the_newest_state_alone_waits(site: Site) -> None:
    site.tell("programme", "Eerst")
    site.tell("programme", "Daarna")
    assert site.deliver() == 1
    assert site.receiver.told[0]["data"]["title"] == "Daarna"


@pytest.mark.parametrize("status", [None, 301, 400, 429, 500])
def test_what_does_not_arrive_is_tried_ten_times_with_the_same_id(
    site: Site, status: int | None
) -> None:
    site.receiver.status = status
    site.tell("programme")
    assert site.deliver() == 1
    for wait in WAITS:
        assert site.deliver() == 0
        site.wait(wait)
        assert site.deliver() == 1
    assert len({event["id"] for event in site.receiver.told}) == 1
    assert len(site.receiver.posted) == 10
    (ended,) = ListHooks(site.world.registry)("", site.world.coordinator())
    assert ended.ended_because == NEVER_ANSWERED
    site.tell("programme", "Nog iets")
    site.wait(timedelta(days=30))
    assert site.deliver() == 0


def test_an_address_that_is_gone_is_told_nothing_more(site: Site) -> None:
    site.receiver.status = 410
    site.tell("programme")
    site.deliver()
    (ended,) = ListHooks(site.world.registry)("", site.world.coordinator())
    assert (ended.ended_at is not None, ended.ended_because) == (True, GONE)
    site.tell("programme", "Nog iets")
    assert site.deliver() == 0


def test_a_process_that_dies_in_between_leaves_it_to_another(site: Site) -> None:
    site.tell("programme")
    registry = site.world.registry
    now = registry.clock.now()
    with registry.database.write() as work:
        claimed = registry.stores.hooks.claim(work, now, until=now + timedelta(minutes=1))
    assert claimed is not None
    assert site.deliver() == 0
    site.wait(timedelta(minutes=1))
    assert site.deliver() == 1


def test_webhooks_belong_to_a_programme_and_are_few(site: Site) -> None:
    head, stranger = site.world.coordinator(), site.world.coordinator("common-ground")
    end = EndHook(site.world.registry)
    with pytest.raises(InvalidError) as refused:
        site.make("http://127.0.0.1/", "", head)
    assert refused.value.fields == {"url": "must begin with https://"}
    with pytest.raises(ForbiddenError):
        site.make(URL, "samen-thuis", stranger)
    with pytest.raises(NotFoundError):
        end(site.own.id, stranger)
    for _ in range(MOST_HOOKS - 1):
        site.make(URL, "", head)
    with pytest.raises(ConflictError, match="end one first"):
        site.make(URL, "", head)
    site.tell("programme")
    end(site.own.id, head)
    end(site.own.id, head)
    assert site.deliver() == MOST_HOOKS - 1
    found = ListHooks(site.world.registry)("", head)
    assert [hook.ended_at is None for hook in found] == [True] * (MOST_HOOKS - 1) + [False]


def test_one_that_does_not_answer_keeps_no_other_waiting(site: Site) -> None:
    site.make("https://silent.example.org/", "", site.world.coordinator())
    site.receiver.silent.add("https://silent.example.org/")
    for number in range(3):
        site.tell("programme", f"Verhaal {number}", external=f"s{number}")
    assert site.deliver() == 4
    assert [url for url, _, _ in site.receiver.posted].count(URL) == 3
    assert site.deliver() == 1


def test_what_was_told_while_a_webhook_was_ended_goes_nowhere(site: Site) -> None:
    end = EndHook(site.world.registry)
    end(site.own.id, site.world.coordinator())
    registry = site.world.registry
    with registry.database.write() as work:
        parcel = Parcel(site.own.id, "story/s", "e", "{}")
        registry.stores.hooks.send(work, parcel, registry.clock.now())
    assert site.deliver() == 1
    assert site.receiver.posted == []
    assert site.deliver() == 0


def test_receipts_come_too(site: Site) -> None:
    MakeInboxKey(site.world.registry, MASTER)("ours", "", site.world.coordinator())
    assert site.deliver() == 1
    (event,) = site.receiver.told
    assert event["type"] == "kring.receipt.v1"
    assert event["data"]["verdict"] == "VERDICT_ACCEPTED"


def test_the_secret_of_a_webhook_signs_nothing_for_the_inbox(site: Site) -> None:
    assert webhooks.read_secret(site.secret) != secret_of(MASTER, site.own.id)
