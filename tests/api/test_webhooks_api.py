"""Webhooks over HTTP: a programme gives an address, and is told there, signed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.ingestion import ABSENT, HEAD, ME, STRANGE_HEAD, Api, open_api
from harness.receiver import Receiver, receiving

from libs.kernel import webhooks
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from services.ingestion.tasks import CALL_WEBHOOKS


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def api(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[Api]:
    with open_api(tmp_path, clock, ids) as opened:
        yield opened


def test_a_programme_is_told_of_its_receipts_signed_with_the_secret_that_it_got(
    api: Api, receiver: Receiver
) -> None:
    made = api.call(HEAD, "POST", "/v1/webhooks", {"url": receiver.url()})
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    api.call(HEAD, "POST", "/v1/inbox/keys", {"name": "Ons systeem"})
    api.tasks._find(CALL_WEBHOOKS)("")
    api.tasks._find(CALL_WEBHOOKS)("")
    ((headers, body),) = receiver.posted
    assert webhooks.read(headers, body).is_by([webhooks.read_secret(secret)])
    assert headers["content-type"] == "application/cloudevents+json"
    assert b'"verdict": "VERDICT_ACCEPTED"' in body


def test_a_webhook_is_listed_without_its_secret_and_ended_by_its_own_programme(
    api: Api, receiver: Receiver
) -> None:
    hook = api.call(HEAD, "POST", "/v1/webhooks", {"url": receiver.url()}).json()["id"]
    (shown,) = api.call(HEAD, "GET", "/v1/webhooks").json()["webhooks"]
    assert (shown["id"], shown["url"], shown["ended_at"]) == (hook, receiver.url(), None)
    assert "secret" not in shown
    assert api.call(STRANGE_HEAD, "GET", "/v1/webhooks").json()["webhooks"] == []
    for who, identity in ((STRANGE_HEAD, hook), (HEAD, ABSENT)):
        assert api.call(who, "DELETE", f"/v1/webhooks/{identity}").status_code == 404
    assert api.call(ME, "POST", "/v1/webhooks", {"url": receiver.url()}).status_code == 403
    assert api.call(HEAD, "DELETE", f"/v1/webhooks/{hook}").status_code == 204
    api.call(HEAD, "POST", "/v1/inbox/keys", {"name": "Ons systeem"})
    api.tasks._find(CALL_WEBHOOKS)("")
    assert receiver.posted == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://example.org/", "must begin with https://"),
        ("https://me:secret@example.org/", "must hold no password"),
        ("https://ex ample.org/", "plain characters"),
        ("https:///", "must name a host"),
    ],
)
def test_an_address_that_cannot_be_called_is_refused_with_what_to_mend(
    api: Api, url: str, told: str
) -> None:
    answer = api.call(HEAD, "POST", "/v1/webhooks", {"url": url})
    assert answer.status_code == 422
    assert told in answer.json()["fields"]["url"]
