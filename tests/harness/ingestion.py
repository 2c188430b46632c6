"""Ingestion as tests use it: its use cases, or all of it over HTTP, on real embedded adapters."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
from fastapi.testclient import TestClient
from harness.programme import Programme
from pydantic import SecretStr

from libs.adapters.http.peers import HttpPeers
from libs.adapters.local.tasks import LocalTasks
from libs.adapters.maildir.mailer import FolderMailer
from libs.adapters.memory.cache import MemoryCache
from libs.adapters.memory.limiter import MemoryLimiter
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.vault.store import SqlVault, open_vault
from libs.contracts.codec import decode, source_of
from libs.contracts.envelope import Event
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal
from libs.runtime.api import build_app
from libs.runtime.service import Ports
from libs.runtime.settings import Settings
from services.ingestion.adapters.consents import SqlConsents
from services.ingestion.adapters.erasures import SqlErasures
from services.ingestion.adapters.hooks import SqlHooks
from services.ingestion.adapters.inbox import SqlInboxKeys, SqlShared
from services.ingestion.adapters.lingua import LinguaDetector
from services.ingestion.adapters.members import SqlMembers
from services.ingestion.adapters.minhash import MinHashSketcher
from services.ingestion.adapters.moderation import SqlCases
from services.ingestion.adapters.programmes import SqlProgrammes
from services.ingestion.adapters.records import SqlAnswers, SqlIdentities, SqlTombs
from services.ingestion.adapters.stories import SqlLikenesses, SqlStories
from services.ingestion.adapters.tables import ANSWERS, RECEIPTS
from services.ingestion.domain.formats import RecordKind
from services.ingestion.domain.outcome import Outcome
from services.ingestion.service import build
from services.ingestion.usecases.analysis import Analyst
from services.ingestion.usecases.batches import ImportBatch
from services.ingestion.usecases.inbox import Inbox
from services.ingestion.usecases.inbox_keys import MakeInboxKey
from services.ingestion.usecases.once import Attempt
from services.ingestion.usecases.registry import Registry, Stores
from services.ingestion.usecases.submissions import TakeSubmission

ABSENT = "01900000-0000-7000-8000-0000000000ff"
ME, OTHER, HEAD = "member of samen", "other of samen", "coordinator of samen"
STRANGER, STRANGE_HEAD = "member of buurtkracht", "coordinator of buurtkracht"
STORY = {
    "title": "Zes avonden aan de keukentafel",
    "summary": "Mantelzorgers eten samen terwijl hun partner ernaast ook een goede avond heeft.",
    "body": "Wij begonnen in februari met acht mantelzorgers uit de buurt van het dorpshuis.",
    "stage": None,
}
MASTER = b"the secret of the installation"
OPERATOR = Reader(programme="", role=Role.OPERATOR)

PROGRAMMES = [
    {"id": "samen-thuis", "name": "Samen Thuis", "sector": "care", "languages": ["nl", "en"]},
    {"id": "common-ground", "name": "Common Ground", "languages": ["en"]},
]


@dataclass
class World:
    """The use cases of ingestion, and what they told."""

    registry: Registry
    analyst: Analyst
    detector: LinguaDetector
    programmes: dict[str, str] = field(default_factory=dict)
    keys: Iterator[int] = field(default_factory=itertools.count)

    def send(
        self,
        kind: str,
        *records: object,
        programme: str = "samen-thuis",
        reader: Reader = OPERATOR,
    ) -> Sequence[Outcome]:
        """Import records."""
        take = ImportBatch(self.registry, self.analyst, self.detector)
        return take(RecordKind(kind), records, programme, reader, Attempt("", ""))

    def send_one(self, kind: str, record: object, **more: Any) -> Outcome:  # noqa: ANN401  # as in send
        """Import one record."""
        return self.send(kind, record, **more)[0]

    @property
    def take_submission(self) -> TakeSubmission:
        return TakeSubmission(self.registry, self.analyst, self.detector)

    @property
    def inbox(self) -> Inbox:
        return Inbox(self.registry, self.take_submission, MASTER)

    def sender(self, slug: str = "samen-thuis") -> Programme:
        """Return a programme's own system, with a new inbox key."""
        _, secret = MakeInboxKey(self.registry, MASTER)("ours", "", self.coordinator(slug))
        return Programme(slug, secret, self.registry.clock.now().timestamp())

    def coordinator(self, slug: str = "samen-thuis") -> Reader:
        return Reader(programme=self.programmes[slug], role=Role.COORDINATOR)

    def reader(self, member_id: str, slug: str = "samen-thuis") -> Reader:
        return Reader(programme=self.programmes[slug], member_id=member_id)

    def join(self, name: str, slug: str = "samen-thuis", **more: object) -> str:
        """Bring a member in; the answer is their id."""
        record = {"id": name, "name": name.title(), "email": f"{name}@kring.example", **more}
        outcome = self.send_one("members", record, programme=slug)
        assert outcome.id, outcome.problems
        return outcome.id

    def events(self, subject: str = "") -> list[Event[Any]]:
        """Return what was told, of one aggregate if one is named."""
        told = [decode(record) for _, record in self.registry.database.outbox().pending(1000)]
        return [event for event in told if not subject or event.subject == subject]

    def last(self, subject: str) -> Event[Any]:
        return self.events(subject)[-1]


@contextmanager
def open_database_in(
    folder: Path, clock: ManualClock, ids: Ids, url: str = ""
) -> Iterator[SqlDatabase]:
    url = url or f"sqlite:///{folder}/ingestion.db"
    migrate(url, "services.ingestion.migrations")
    database = open_database(url, source=source_of("ingestion"), clock=clock, ids=ids)
    yield database
    database.close()


def open_keys(folder: Path, clock: ManualClock) -> SqlVault:
    """Return a vault in a folder."""
    url = f"sqlite:///{folder}/vault.db"
    return open_vault(url, installation_keys=["0123456789abcdef"], clock=clock)


@contextmanager
def open_world(
    folder: Path, clock: ManualClock, ids: Ids, database_url: str = ""
) -> Iterator[World]:
    """Return the use cases over a database with two programmes, by default SQLite."""
    stores = Stores(
        programmes=SqlProgrammes(),
        members=SqlMembers(),
        stories=SqlStories(),
        likenesses=SqlLikenesses(),
        identities=SqlIdentities(),
        tombs=SqlTombs(),
        answers=SqlAnswers(ANSWERS, "answer"),
        inbox_keys=SqlInboxKeys(),
        receipts=SqlAnswers(RECEIPTS, "receipt"),
        shared=SqlShared(),
        erasures=SqlErasures(),
        consents=SqlConsents(),
        cases=SqlCases(),
        hooks=SqlHooks(),
    )
    detector = LinguaDetector()
    with open_database_in(folder, clock, ids, database_url) as database:
        registry = Registry(database, stores, clock, ids)
        world = World(registry, Analyst(detector, MinHashSketcher()), detector)
        for record, outcome in zip(PROGRAMMES, world.send("programmes", *PROGRAMMES), strict=True):
            world.programmes[str(record["id"])] = outcome.id
        yield world


@dataclass
class Api:
    """One ingestion service with two programmes, and callers of every role."""

    client: TestClient
    seal: ReaderSeal
    database: SqlDatabase
    tasks: LocalTasks
    readers: dict[str, Reader]

    def call(
        self,
        who: str,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        sealed = {HEADER: self.seal.close(self.readers[who])} if who else {}
        response: httpx2.Response = self.client.request(
            method, path, json=body, headers={**sealed, **(headers or {})}
        )
        return response

    def events(self) -> list[Event[Any]]:
        return [decode(record) for _, record in self.database.outbox().pending(1000)]

    def join(self, name: str, programme: str, **more: object) -> str:
        body = {"name": name, "email": f"{name}@kring.example", "visibility": "network", **more}
        answer = self.call("operator", "POST", "/v1/members", {**body, "programme": programme})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@contextmanager
def open_api(folder: Path, clock: ManualClock, ids: Ids, database_url: str = "") -> Iterator[Api]:
    """Return the service over HTTP with two programmes of two members each."""

    def nothing(*_: object) -> Any:  # noqa: ANN401  # ingestion opens no index and no encoder
        raise AssertionError("not used here")

    with (
        open_database_in(folder, clock, ids, database_url) as database,
        closing(open_keys(folder, clock)) as vault,
    ):
        telemetry = PrometheusTelemetry()
        tasks = LocalTasks("ingestion", telemetry)
        ports = Ports(
            settings=Settings(
                secret=SecretStr("0123456789abcdef0123456789abcdef"),
                data=folder,
                webhook_networks="127.0.0.0/8",
            ),
            clock=clock,
            ids=ids,
            database=database,
            open_index=nothing,
            encoder=nothing,
            vault=lambda: vault,
            tasks=tasks,
            cache=MemoryCache(clock),
            limiter=MemoryLimiter(clock),
            mailer=FolderMailer(folder / "mail", clock),
            peers=HttpPeers("http://127.0.0.1:1"),
            telemetry=telemetry,
        )
        seal = ReaderSeal(b"secret", lambda: clock.now().timestamp())
        app = build_app(build(ports), seal=seal, telemetry=telemetry)
        with TestClient(app, raise_server_exceptions=False) as client:
            api = Api(client, seal, database, tasks, {"operator": OPERATOR})
            _fill(api)
            yield api


def _fill(api: Api) -> None:
    for name in ("Samen Thuis", "Buurtkracht"):
        answer = api.call("operator", "POST", "/v1/programmes", {"name": name})
        assert answer.status_code == 201, answer.text
        programme = answer.json()["id"]
        short = name.split()[0].lower()
        member, other = api.join(f"lid.{short}", programme), api.join(f"ander.{short}", programme)
        reader = Reader(programme=programme, member_id=member)
        api.readers |= {
            f"member of {short}": reader,
            f"other of {short}": replace(reader, member_id=other),
            f"coordinator of {short}": Reader(programme=programme, role=Role.COORDINATOR),
        }
