"""What the gateway does when something around it is down, and at the edges of its use cases."""
# ruff: noqa: ANN401  # answers of every shape

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from fastapi import FastAPI
from harness.gateway import Gateway, Opener
from typing_extensions import override

from libs.adapters.local.tasks import LocalTasks
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.adapters.sql.database import SqlDatabase
from libs.kernel.errors import ForbiddenError, RetryableError
from libs.kernel.policy import Reader, Role
from libs.ports.cache import Allowance, Limiter, Rate
from libs.ports.database import Work
from libs.ports.mailer import Mailer, RefusedError
from services.gateway.adapters.sql import SqlKeys, SqlMembers, SqlSessions
from services.gateway.api.body import CheckedBody
from services.gateway.usecases.keys import MakeKey
from services.gateway.usecases.signin import SignOut

LINK = {"email": "anna@example.org"}


class DownLimiter(Limiter):
    @override
    def hit(self, key: str, rate: Rate) -> Allowance:
        raise RetryableError("down")

    @override
    def close(self) -> None:
        pass


class RefusingMailer(Mailer):
    @override
    def send(self, message: EmailMessage) -> None:
        raise RefusedError("no")

    @override
    def forget(self, *, address: str, ids: Collection[str] = ()) -> None:
        pass


class BreakableDatabase(SqlDatabase):
    """A database whose ways in can be shut."""

    shut: frozenset[str] = frozenset()

    @override
    @contextmanager
    def write(self) -> Iterator[Work]:
        if "write" in self.shut:
            raise RetryableError("down")
        with super().write() as work:
            yield work

    @override
    @contextmanager
    def read(self) -> Iterator[Work]:
        if "read" in self.shut:
            raise RetryableError("down")
        with super().read() as work:
            yield work


@pytest.fixture
def breakable(database: SqlDatabase) -> BreakableDatabase:
    return BreakableDatabase(database._engines, database._stamp)


def test_without_counters_people_go_on_but_no_link_is_mailed(open_gateway: Opener) -> None:
    gateway = open_gateway(limiter=DownLimiter())
    gateway.sign_in("anna@example.org")
    assert gateway.client.get("/v1/session").status_code == 200
    assert gateway.client.post("/v1/session/link", json=LINK).status_code == 503
    page = gateway.client.post("/signin/link", data=LINK)
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")


def test_without_its_database_the_gateway_asks_to_come_back(
    open_gateway: Opener, breakable: BreakableDatabase
) -> None:
    gateway = open_gateway(database=breakable)
    gateway.sign_in("anna@example.org")
    breakable.shut = frozenset({"read", "write"})
    answer = gateway.client.get("/v1/session")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert gateway.client.get("/static/kring.css").status_code == 200


def test_a_reader_is_served_when_only_the_time_of_the_visit_cannot_be_noted(
    open_gateway: Opener, breakable: BreakableDatabase
) -> None:
    gateway = open_gateway(database=breakable)
    gateway.sign_in("anna@example.org")
    gateway.clock.advance(2 * 3600)
    breakable.shut = frozenset({"write"})
    assert gateway.client.get("/v1/session").status_code == 200


def test_a_mail_that_the_server_refuses_is_not_tried_again(open_gateway: Opener) -> None:
    gateway = open_gateway(mailer=RefusingMailer())
    gateway.client.post("/v1/session/link", json=LINK)
    gateway.run_tasks()
    gateway.clock.advance(120)
    gateway.ports.tasks.submit("gateway.sweep")
    gateway.run_tasks()
    assert not gateway.waiting()


def test_a_mail_leaves_once_however_often_its_task_runs(gateway: Gateway) -> None:
    gateway.client.post("/v1/session/link", json=LINK)
    [(name, link_id)] = gateway.waiting()
    for _ in range(3):
        gateway.ports.tasks.submit(name, link_id)
        gateway.run_tasks()
    gateway.ports.tasks.submit(name, "unknown")
    gateway.run_tasks()
    assert len(gateway.mails()) == 1


def test_a_rebuild_begins_with_nobody(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    with gateway.ports.database.write() as work:
        for clear in gateway.service.on_clear:
            clear(work)
    assert gateway.client.get("/v1/session").status_code == 401
    gateway.tell_member("01900000-0000-7000-8000-0000000000b1", "anna@example.org")
    assert gateway.client.get("/v1/session").status_code == 200


def test_who_is_no_coordinator_makes_no_coordinators_key(gateway: Gateway) -> None:
    ports = gateway.ports
    make = MakeKey(ports.database, SqlKeys(), ports.clock, ports.ids, lambda: "x" * 43)
    with pytest.raises(ForbiddenError):
        make("x", role=Role.COORDINATOR, days=1, reader=Reader("p", Role.AMBASSADOR))


def test_a_key_has_no_session_to_end(gateway: Gateway) -> None:
    SignOut(gateway.ports.database, SqlSessions())("", member_id="")
    operator = {"authorization": "Bearer operator-0123456789abcdef"}
    assert gateway.client.delete("/v1/session", headers=operator).status_code == 204


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([{"type": "http.disconnect"}], 422),
        ([{"type": "http.request", "body": b"x" * 700_000, "more_body": True}] * 2, 413),
        (
            [
                {"type": "http.request", "body": b"{", "more_body": True},
                {"type": "http.request", "body": b"}", "more_body": False},
            ],
            204,
        ),
    ],
)
def test_a_body_is_taken_whole_or_not_at_all(messages: list[Any], status: int) -> None:
    sent: list[Any] = []
    seen: list[Any] = []
    waiting = [*messages, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(_scope: Any, take: Any, answer: Any) -> None:
        seen.extend([await take(), await take()])
        await answer({"type": "http.response.start", "status": 204, "headers": []})

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/stories", "headers": headers}
    asyncio.run(CheckedBody(app)(scope, receive, send))
    assert sent[0]["status"] == status
    assert [message["type"] for message in seen] in ([], ["http.request", "http.disconnect"])


def test_a_body_that_drips_without_end_is_given_up() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/stories", "headers": []}
    door = CheckedBody(FastAPI(), patience_seconds=0.01)
    asyncio.run(door(scope, receive, send))
    assert sent[0]["status"] == 408


class DownTasks(LocalTasks):
    @override
    def submit(self, name: str, argument: str = "") -> None:
        raise RetryableError("down")


def test_a_link_that_could_not_be_queued_waits_for_the_sweep(open_gateway: Opener) -> None:
    gateway = open_gateway(tasks=DownTasks("gateway", PrometheusTelemetry()))
    assert gateway.client.post("/v1/session/link", json=LINK).status_code == 202


def test_a_link_of_a_member_who_is_unknown_by_now_is_gone(gateway: Gateway) -> None:
    token = gateway.token("anna@example.org")
    with gateway.ports.database.write() as work:
        SqlMembers().clear(work)
    assert gateway.client.post("/v1/session", json={"token": token}).status_code == 410


def test_a_page_says_when_to_ask_for_a_link_again(gateway: Gateway) -> None:
    answers = [gateway.client.post("/signin/link", data=LINK) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert int(answers[5].headers["retry-after"]) > 0


def test_an_answer_that_is_no_json_leaves_the_page_standing(gateway: Gateway) -> None:
    gateway.sign_in("anna@example.org")
    for nonsense in (b"", b"<html>", b"\xff", "text", [1], None):
        gateway.peer.canned["GET", "/v1/introductions"] = (200, nonsense)
        assert gateway.client.get("/introductions").status_code == 200
    with gateway.client:
        gateway.peer.canned["GET", "/v1/introductions"] = (200, {"introductions": [{"id": "x"}]})
        assert gateway.client.get("/introductions").status_code == 200
