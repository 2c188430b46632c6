"""All of Kring in this process, with a small network, for tests of the whole by every role."""
# ruff: noqa: ANN401  # JSON of every shape

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr
from typing_extensions import override

from libs.contracts.headers import unpack
from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.kernel.policy import Reader
from libs.kernel.seal import HEADER, ReaderSeal
from libs.runtime.lifecycle import Process
from libs.runtime.settings import Settings
from services.__main__ import SERVICES

T = TypeVar("T")

SECRET = "canary-secret-0123456789abcdefghij"
OPERATOR_KEY = "canary-operator-0123456789abcdefghij"
ABSENT = "01900000-0000-7000-8000-0000000000ff"
ROLES = ("anonymous", "member", "ambassador", "coordinator", "operator")
_PATIENCE_SECONDS = 60.0
_CALLS_BETWEEN = 50
_COUNTED_SECONDS = 121.0
"""Two windows of the limits on reading and writing, as gateway/domain/quota.py has them."""
LINKS_COUNTED_SECONDS = 1801.0
"""Two windows of the limit on asking for sign-in links."""
_COUNTS = {
    "ingestion": "SELECT (SELECT count(*) FROM programmes), (SELECT count(*) FROM members),"
    " (SELECT count(*) FROM initiatives), (SELECT count(*) FROM stories),"
    " (SELECT count(*) FROM blocks), (SELECT count(*) FROM moderation_reports),"
    " (SELECT count(*) FROM inbox_keys WHERE ended_at IS NULL),"
    " (SELECT count(*) FROM hooks WHERE ended_at IS NULL),"
    " (SELECT coalesce(max(id), 0) FROM outbox"
    "  WHERE topic NOT LIKE '%.of.%' AND topic NOT LIKE '%.network')",
    "matchmaking": "SELECT count(*), sum(answered_at IS NULL) FROM introductions",
    "notification": "SELECT count(*) FROM switched_off",
    "gateway": "SELECT (SELECT count(*) FROM api_key), (SELECT count(*) FROM session)",
}
"""How much there is, by service; of the outbox how much there has been.

What goes out to other programmes follows later, so it is left out.
"""


class SkippingClock(SystemClock):
    """The machine's clock, which a test may set forward for all of Kring at once."""

    def __init__(self) -> None:
        self._skipped = 0.0

    @override
    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._skipped)

    @override
    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    def skip(self, seconds: float) -> None:
        """Let this time have passed: counters of requests start anew, links expire."""
        self._skipped += seconds


@dataclass
class Whole:
    """A running Kring, who may call it, and the ids of what is in it."""

    process: Process
    clock: SkippingClock
    data: Path
    people: dict[str, httpx2.Client] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Of programmes, members, stories and the rest, by the names that ``_fill`` gives them."""
    _rests: int = 0
    _browsers: list[httpx2.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.process.address()

    def settle(self) -> None:
        self.process.settle()

    def wait_for(self, look: Callable[[], T]) -> T:
        """Look again and again until something true is seen; fail after a minute."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (found := look()):
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.05)
        return found

    def rest(self) -> None:
        """Let the counters of requests start anew, often enough for one call after each rest."""
        self._rests += 1
        if self._rests % _CALLS_BETWEEN == 0:
            self.clock.skip(_COUNTED_SECONDS)

    def ask(self, who: str, method: str, path: str, **content: Any) -> httpx2.Response:
        return self.people[who].request(method, path, **content)

    def shown(self, who: str) -> tuple[dict[str, str], dict[str, str]]:
        """Return the headers and cookies that somebody sends, for other clients."""
        client = self.people[who]
        kept = ("authorization", "origin")
        headers = {name: value for name, value in client.headers.items() if name in kept}
        return headers, dict(client.cookies)

    def done(self, who: str, method: str, path: str, **content: Any) -> Any:
        answer = self.ask(who, method, path, **content)
        assert answer.is_success, f"{who} {method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def sign_in(self, email: str) -> httpx2.Client:
        """Return a browser in which somebody is signed in by a link."""
        client = httpx2.Client(base_url=self.url, headers={"origin": self.url}, timeout=60)
        self._browsers.append(client)
        answer = client.post("/v1/session", json={"token": self.token(email)})
        assert answer.status_code == 204, answer.text
        return client

    def token(self, email: str) -> str:
        """Return what stands in a fresh sign-in link."""
        link = self.done("operator", "POST", "/v1/session/links", json={"email": email})["url"]
        return str(parse_qs(urlsplit(link).query)["token"][0])

    def leave(self) -> None:
        for client in (*self.people.values(), *self._browsers):
            client.close()

    def app(self, service: str) -> FastAPI:
        """Return the app of a service, for calls past the gateway."""
        app = self.process.running[service].server
        assert app is not None
        found = app.config.app
        while not isinstance(found, FastAPI):
            found = found.app  # type: ignore[union-attr]  # whatever stands around it
        return found

    def seal(self, reader: Reader) -> dict[str, str]:
        """Return the header by which the gateway tells a service who asks."""
        seal = ReaderSeal(SECRET.encode(), lambda: self.clock.now().timestamp(), seconds=86_400)
        return {HEADER: seal.close(reader)}

    def counts(self) -> dict[str, tuple[int, ...]]:
        """Return how much of everything there is: what a refused request must not change."""
        return {service: self._rows(service, query)[0] for service, query in _COUNTS.items()}

    def dead_letters(self, service: str) -> list[tuple[dict[str, bytes], str]]:
        """Return the headers of buried records and why they were buried, in order."""
        rows = self._rows(service, "SELECT headers, reason FROM dead_letter ORDER BY id")
        return [(dict(unpack(headers)), str(reason)) for headers, reason in rows]

    def _rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.data / f"{service}.db")) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def open_whole() -> Iterator[Whole]:
    """Start every service on a temporary folder, fill in a network, and stop at the end."""
    # the path of a socket is at most 107 bytes long, which pytest's own folders may exceed
    with tempfile.TemporaryDirectory(prefix="kring-") as folder, ExitStack() as opened:
        clock = SkippingClock()
        settings = Settings(
            data=Path(folder),
            port=0,
            encoder="use",
            secret=SecretStr(SECRET),
            operator_key=SecretStr(OPERATOR_KEY),
            vault_key=SecretStr(SECRET),
            drain_seconds=20,
        )
        process = Process(settings, clock=clock, ids=Uuid7(clock))
        opened.callback(process.stop)
        process.start(SERVICES)
        whole = Whole(process, clock, Path(folder))
        opened.callback(whole.leave)
        _fill(whole)
        yield whole


def member(slug: str, programme: str, **more: Any) -> dict[str, Any]:
    """Return the record of a member for the import."""
    return {
        "id": slug,
        "programme": programme,
        "name": slug.title(),
        "kind": "practitioner",
        "email": f"{slug}@kring.example",
        "phone": "+31 6 0000 0001",
        "organisation": {"name": f"Stichting {slug.title()}", "side": "community"},
        "country": "NL",
        "languages": ["nl"],
        "role": "member",
        "visibility": "programme",
        "consents": ["matching", "mail"],
        "initiatives": [initiative(f"werk van {slug}")],
        **more,
    }


def initiative(title: str) -> dict[str, Any]:
    """Return an initiative for the record of a member."""
    what = "Mantelzorgers eten samen aan de keukentafel van het dorpshuis en praten over hun zorg."
    return {"id": title, "title": title, "what": what, "stage": 3, "themes": ["informal_care"]}


def story(slug: str, programme: str, **more: Any) -> dict[str, Any]:
    """Return the record of a story for the import."""
    return {
        "id": slug,
        "programme": programme,
        "title": f"Verhaal {slug}",
        "summary": f"Zes avonden aan de keukentafel, verteld door {slug}.",
        "body": "Wij begonnen in februari met acht mantelzorgers uit de buurt.",
        "visibility": "programme",
        **more,
    }


_PROGRAMMES = ("ours", "theirs")
_MEMBERS = (
    member("mo", "ours"),
    member("am", "ours", role="ambassador"),
    member("co", "ours", role="coordinator"),
    member("buur", "ours"),
    member("stil", "ours"),
    member("vreemd", "theirs"),
    member("verre", "theirs"),
    member("baas", "theirs", role="coordinator"),
)
_STORIES = (
    story("van-ons", "ours", owner="buur"),
    story("van-hen", "theirs", owner="vreemd"),
    story("van-iedereen", "theirs", owner="vreemd", visibility="network"),
    story("geheim", "ours", owner="buur", visibility="private"),
)


def _fill(whole: Whole) -> None:
    url = whole.url
    bearer = {"authorization": f"Bearer {OPERATOR_KEY}"}
    whole.people["anonymous"] = httpx2.Client(base_url=url, timeout=60)
    whole.people["operator"] = httpx2.Client(base_url=url, headers=bearer, timeout=60)
    _import(whole, "programmes", [{"id": slug, "name": slug.title()} for slug in _PROGRAMMES])
    _import(whole, "members", _MEMBERS)
    _import(whole, "stories", _STORIES)
    for programme in whole.done("operator", "GET", "/v1/programmes?limit=100")["programmes"]:
        whole.ids[programme["slug"]] = programme["id"]
    whole.settle()
    for who, slug in (("member", "mo"), ("ambassador", "am"), ("coordinator", "co")):
        whole.people[who] = whole.sign_in(f"{slug}@kring.example")
    for slug in ("buur", "vreemd", "verre", "baas"):
        whole.people[slug] = whole.sign_in(f"{slug}@kring.example")
    _meet(whole, "vreemd", "verre", "their introduction")
    _meet(whole, "member", "buur", "our introduction")
    for who, name in (("baas", "their key"), ("coordinator", "our key")):
        whole.ids[name] = whole.done(who, "POST", "/v1/keys", json={"name": "test"})["id"]
        made = whole.done(who, "POST", "/v1/inbox/keys", json={"name": "test"})
        whole.ids[name.replace("key", "inbox key")] = made["id"]
        hook = {"url": "https://hooks.kring.example/"}
        made = whole.done(who, "POST", "/v1/webhooks", json=hook)
        whole.ids[name.replace("key", "webhook")] = made["id"]
    whole.settle()
    for slug in ("buur", "verre"):
        profile = whole.done("operator", "GET", f"/v1/members/{whole.ids[slug]}")
        whole.ids[f"work of {slug}"] = profile["initiatives"][0]["id"]
    notified = whole.done("verre", "GET", "/v1/notifications")["notifications"]
    whole.ids["their notification"] = notified[0]["id"]


def _import(whole: Whole, kind: str, records: Sequence[Mapping[str, Any]]) -> None:
    body = {"records": list(records)}
    results = whole.done("operator", "POST", f"/v1/import/{kind}", json=body)["results"]
    for record, result in zip(records, results, strict=True):
        assert result["status"] == "created", result
        whole.ids[record["id"]] = result["id"]


def _meet(whole: Whole, asker: str, asked: str, name: str) -> None:
    question = {"member_id": whole.ids[asked], "message": "Mag ik je bellen over de keukentafel?"}
    whole.ids[name] = whole.done(asker, "POST", "/v1/introductions", json=question)["id"]
