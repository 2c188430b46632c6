"""The gateway over real embedded adapters, and real peers on Unix sockets."""
# ruff: noqa: ANN401  # events and answers of every shape

import email
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import policy
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from libs.adapters.http.peers import HttpPeers
from libs.adapters.local.tasks import LocalTasks
from libs.adapters.maildir.mailer import FolderMailer
from libs.adapters.memory.cache import MemoryCache
from libs.adapters.memory.limiter import MemoryLimiter
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.vault.store import SqlVault, open_vault
from libs.adapters.sql.work import connection_of
from libs.contracts import topics
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import members_pb2
from libs.contracts.gen.kring.events.v1.programmes_pb2 import Programme
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.kernel.seal import HEADER, ReaderSeal
from libs.ports.cache import Limiter
from libs.ports.database import Database
from libs.ports.mailer import Mailer
from libs.ports.vault import AUDIT_KEY
from libs.runtime.api import build_app
from libs.runtime.service import Ports, Service
from libs.runtime.settings import Settings
from services.gateway.service import build

SECRET = "0123456789abcdef0123456789abcdef"
OPERATOR = "operator-0123456789abcdef"
PROGRAMME = "01900000-0000-7000-8000-0000000000a1"
OTHER_PROGRAMME = "01900000-0000-7000-8000-0000000000a2"
ANNA = "01900000-0000-7000-8000-0000000000b1"
BRAM = "01900000-0000-7000-8000-0000000000b2"
CARLA = "01900000-0000-7000-8000-0000000000b3"
OWNERS = ("ingestion", "search", "matchmaking", "notification")

Canned = dict[tuple[str, str], tuple[int, Any]]


@dataclass
class Peer:
    """One app in place of all other services: answers as told, or says what it was asked."""

    folder: Path
    canned: Canned = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, request: Request) -> Response:
        content = {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "headers": dict(request.headers),
            "body": (await request.body()).decode(),
        }
        self.asked.append(content)
        status, answer = self.canned.get((request.method, request.url.path), (200, content))
        if isinstance(answer, bytes):
            return Response(answer, status)
        headers = {"etag": '"7"', "x-powered-by": "peer", "location": "/v1/stories/1"}
        return JSONResponse(answer, status, headers)

    def seal(self, number: int = -1) -> str:
        """Return the sealed reader of one of the requests."""
        return str(self.asked[number]["headers"].get(HEADER, ""))


@dataclass
class Gateway:
    """The gateway as a whole, and what stands around it."""

    client: TestClient
    service: Service
    ports: Ports
    clock: ManualClock
    mail_folder: Path
    peer: Peer
    sequence: int = 0

    @property
    def audit_key(self) -> bytes:
        """Return the key that chains the audit log."""
        return self.ports.vault().make([AUDIT_KEY])[AUDIT_KEY] or b""

    def tell_member(self, member_id: str, address: str, **more: Any) -> None:
        """Let the gateway learn of a member from the log."""
        programme = more.pop("programme", PROGRAMME)
        state = members_pb2.Member(
            member_id=member_id,
            display_name=more.pop("display_name", address.partition("@")[0].title()),
            contact=members_pb2.Contact(email=address),
            languages=more.pop("languages", ["nl"]),
            **more,
        )
        self.apply(topics.MEMBERS, member_id, programme, state)

    def apply(self, topic: Any, aggregate: str, programme: str, state: Any) -> None:
        """Let the gateway's handler take one snapshot."""
        self.sequence += 1
        event: Event[Any] = Event(
            topic=topic,
            id=self.ports.ids.new(),
            aggregate_id=aggregate,
            sequence=self.sequence,
            programme=programme,
            source="/kring/ingestion",
            time=self.clock.now(),
            state=state,
        )
        with self.ports.database.write() as work:
            self.service.handlers[topic]([event], work)

    def stored(self) -> bytes:
        """Return what the database holds, and the bytes of its files if they are ours."""
        with self.ports.database.read() as work:
            connection = connection_of(work)
            names = sa.inspect(connection).get_table_names()
            rows = [connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in names]  # noqa: S608  # our own tables
        files = [path.read_bytes() for path in self.ports.settings.data.glob("*.db*")]
        return b"".join([repr(rows).encode(), *files])

    def waiting(self) -> list[tuple[str, str]]:
        """Return the names and arguments of tasks that wait."""
        assert isinstance(self.ports.tasks, LocalTasks)
        return list(self.ports.tasks._waiting)

    def run_tasks(self) -> None:
        """Run what waits in the background, here and now."""
        tasks = self.ports.tasks
        assert isinstance(tasks, LocalTasks)
        while tasks._waiting:
            (name, argument), _ = tasks._waiting.popitem(last=False)
            tasks._tasks[name](argument)

    def mails(self) -> list[Any]:
        """Return the mails that left, oldest first."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted(self.mail_folder.glob("*.eml"))
        ]

    def token(self, address: str) -> str:
        """Return a token that signs a member in."""
        answer = self.client.post(
            "/v1/session/links", json={"email": address}, headers=operator_headers()
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["url"]).partition("token=")[2]

    def sign_in(self, address: str) -> None:
        """Give the client a session."""
        answer = self.client.post("/v1/session", json={"token": self.token(address)})
        assert answer.status_code == 204, answer.text

    def open(self, seal: str) -> Any:
        """Return the reader of a sealed header, as a peer does."""
        return ReaderSeal(SECRET.encode(), lambda: self.clock.now().timestamp()).open(seal)


def operator_headers(**more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {OPERATOR}", **more}


@contextmanager
def serve_peers(folder: Path) -> Iterator[Peer]:
    """Serve one app on the socket of every service."""
    peer = Peer(folder)
    app = FastAPI(openapi_url=None)
    app.add_route("/{path:path}", peer.__call__, ["GET", "POST", "PUT", "PATCH", "DELETE"])
    listening = []
    for name in OWNERS:
        listening.append(socket.socket(socket.AF_UNIX))
        listening[-1].bind(str(folder / f"{name}.sock"))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": listening}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield peer
    server.should_exit = True
    thread.join()
    for each in listening:
        each.close()


@dataclass
class Opener:
    """Opens gateways over one folder, and closes them."""

    folder: Path
    database: SqlDatabase
    vault: SqlVault
    peer: Peer
    clock: ManualClock
    ids: Ids
    opened: list[Gateway] = field(default_factory=list)

    def __call__(
        self,
        base_url: str = "http://127.0.0.1:8080",
        peers: str = "",
        limiter: Limiter | None = None,
        database: Database | None = None,
        mailer: Mailer | None = None,
        tasks: LocalTasks | None = None,
        **settings: Any,
    ) -> Gateway:
        """Return a gateway that knows a programme, a member and a coordinator."""
        telemetry = PrometheusTelemetry()
        ports = Ports(
            settings=Settings(data=self.folder, secret=SECRET, operator_key=OPERATOR, **settings),
            clock=self.clock,
            ids=self.ids,
            database=database or self.database,
            open_index=_no_index,
            encoder=_no_encoder,
            vault=lambda: self.vault,
            tasks=tasks or LocalTasks("gateway", telemetry),
            cache=MemoryCache(self.clock),
            limiter=limiter or MemoryLimiter(self.clock),
            mailer=mailer or FolderMailer(self.folder / "mail", self.clock),
            peers=HttpPeers(peers or f"unix://{self.peer.folder}/{{service}}.sock"),
            telemetry=telemetry,
        )
        service = build(ports)
        app = build_app(
            service,
            seal=ReaderSeal(SECRET.encode(), lambda: self.clock.now().timestamp()),
            telemetry=telemetry,
        )
        client = TestClient(
            app,
            base_url=base_url,
            follow_redirects=False,
            headers={"sec-fetch-site": "same-origin"},
            client=("203.0.113.9", 5000),
        )
        gateway = Gateway(client, service, ports, self.clock, self.folder / "mail", self.peer)
        gateway.apply(
            topics.PROGRAMMES, PROGRAMME, PROGRAMME, Programme(slug="wijkkracht", name="Wijkkracht")
        )
        gateway.tell_member(ANNA, "anna@example.org")
        gateway.tell_member(
            BRAM, "bram@example.org", languages=["en"], role=members_pb2.ROLE_COORDINATOR
        )
        self.opened.append(gateway)
        return gateway

    def close(self) -> None:
        """Close all of them."""
        for gateway in self.opened:
            gateway.client.close()
            gateway.ports.peers.close()


@contextmanager
def open_gateways(
    folder: Path, peer: Peer, clock: ManualClock, ids: Ids, database_url: str = ""
) -> Iterator[Opener]:
    """Open a database, and what opens gateways over it."""
    url = database_url or f"sqlite:///{folder}/gateway.db"
    migrate(url, "services.gateway.migrations")
    database = open_database(url, source="/kring/gateway", clock=clock, ids=ids)
    keys = f"sqlite:///{folder}/keys/vault.db"
    with closing(open_vault(keys, installation_keys=[SECRET], clock=clock)) as vault:
        opener = Opener(folder, database, vault, peer, clock, ids)
        yield opener
        opener.close()
    database.close()


def _no_index(_name: str) -> NoReturn:
    raise AssertionError("the gateway has no index")


def _no_encoder() -> NoReturn:
    raise AssertionError("the gateway has no encoder")
