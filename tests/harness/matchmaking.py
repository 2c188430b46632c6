"""Matchmaking over real embedded adapters (SQLite, index, encoder), as its tests drive it."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import sqlalchemy as sa
from harness.notification import HandTasks
from pydantic import SecretStr
from typing_extensions import override

from libs.adapters.embedded.index import open_index
from libs.adapters.maildir.mailer import FolderMailer
from libs.adapters.memory.cache import MemoryCache
from libs.adapters.memory.limiter import MemoryLimiter
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.work import connection_of
from libs.adapters.use.encoder import open_encoder
from libs.contracts import topics
from libs.contracts.codec import decode, source_of
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import introductions_pb2 as introductions
from libs.contracts.gen.kring.events.v1 import matches_pb2 as matches
from libs.contracts.gen.kring.events.v1 import members_pb2 as members
from libs.contracts.gen.kring.events.v1 import vocabulary_pb2 as vocabulary
from libs.kernel.clock import ManualClock
from libs.kernel.errors import UnavailableError
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader, Role
from libs.kernel.seal import HEADER, ReaderSeal
from libs.ports.encoder import Encoder
from libs.ports.index import Index
from libs.ports.peers import Peers, Reply
from libs.runtime.encoding import CachedEncoder
from libs.runtime.service import Ports, Service
from libs.runtime.settings import Settings
from services.matchmaking.service import build

SECRET = "0123456789abcdef0123456789abcdef"
OURS = "01900000-0000-7000-8000-00000000000a"
THEIRS = "01900000-0000-7000-8000-00000000000b"
MATCHING, CROSS_LINE = members.PURPOSE_MATCHING, members.PURPOSE_CROSS_LINE

EVENINGS = "We houden avonden voor mantelzorgers van mensen met dementie in de wijk."
EVENINGS_EN = "We run evenings for family carers of people with dementia in our neighbourhood."
BICYCLES = "Jongeren repareren oude fietsen in een werkplaats achter het station."


@cache
def encoder() -> Encoder:
    """Return the light encoder, loaded once for all tests."""
    return CachedEncoder(open_encoder(), 4096)


def id_of(name: str) -> str:
    """Return the id of the member or initiative called so."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


class Ingestion(Peers):
    """The record of members as matchmaking meets it: it answers as told, and remembers."""

    def __init__(self, seal: ReaderSeal) -> None:
        self._seal = seal
        self.status = 204
        self.blocks: list[tuple[str, str]] = []

    @override
    def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Reply:
        if self.status == 0:
            raise UnavailableError("ingestion is down")
        reader = self._seal.open((headers or {})[HEADER])
        _, _, blocker, _, blocked = path.strip("/").split("/")
        assert (service, method, reader.member_id) == ("ingestion", "PUT", blocker)
        self.blocks.append((blocker, blocked))
        return Reply(self.status)

    @override
    def close(self) -> None:
        self.blocks.clear()


@dataclass
class World:
    """One running matchmaking service, and the events that reach it."""

    service: Service
    database: SqlDatabase
    index: Index
    clock: ManualClock
    ids: Ids
    tasks: HandTasks
    seal: ReaderSeal
    ingestion: Ingestion
    telemetry: PrometheusTelemetry
    sequences: dict[str, int] = field(default_factory=dict)

    def feed(self, *states: members.Member, programme: str = OURS) -> None:
        """Let the service take snapshots as one batch, as the runtime does."""
        handler: Any = self.service.handlers[topics.MEMBERS]
        events = [self._event(state, programme) for state in states]
        handler.prepare(events)
        with self.database.write() as work:
            handler(events, work)

    def _event(self, state: members.Member, programme: str) -> Event[members.Member]:
        sequence = self.sequences[state.member_id] = self.sequences.get(state.member_id, 0) + 1
        return Event(
            topic=topics.MEMBERS,
            id=f"{state.member_id}-{sequence}",
            aggregate_id=state.member_id,
            sequence=sequence,
            programme=programme,
            source=source_of("ingestion"),
            time=self.clock.now(),
            state=state,
        )

    def member(self, name: str, *, programme: str = OURS, **changes: Any) -> str:  # noqa: ANN401  # fields of the message
        """Tell of a member called ``name``; return the id."""
        self.feed(member(name, **changes), programme=programme)
        return id_of(name)

    def erase(self, name: str) -> None:
        """Tell that a member was erased."""
        self.feed(members.Member(member_id=id_of(name), erased=True))

    def run(self, *, after: float = 0.0) -> None:
        """Let time pass, then let all background work run."""
        self.clock.advance(after)
        self.tasks.submit("matchmaking.upkeep")
        self.tasks.submit("matchmaking.refresh")
        self.tasks.run()

    def published(self) -> list[Event[Any]]:
        """Return every event this service published, in order."""
        return [decode(record) for _, record in self.database.outbox().pending(10_000)]

    def slates(self, name: str) -> list[matches.Slate]:
        """Return the published slates of a member, in order."""
        return [
            event.state
            for event in self.published()
            if isinstance(event.state, matches.Slate) and event.aggregate_id == id_of(name)
        ]

    def told(self) -> list[introductions.Introduction]:
        """Return the published introductions, in order."""
        return [
            event.state
            for event in self.published()
            if isinstance(event.state, introductions.Introduction)
        ]

    def rows(self, table: str) -> Sequence[sa.Row[Any]]:
        """Return a whole table."""
        with self.database.read() as work:
            return connection_of(work).execute(sa.text(f"SELECT * FROM {table}")).all()  # noqa: S608  # names of our own tables


def member(name: str, what: str = EVENINGS, **changes: Any) -> members.Member:  # noqa: ANN401  # fields of the message
    """Return a member who consents and has one initiative."""
    given: dict[str, Any] = {
        "member_id": id_of(name),
        "display_name": name.title(),
        "contact": members.Contact(
            email=f"{name}@example.org", phone="06-1", full_name=f"{name.title()} de Vries"
        ),
        "languages": ["nl"],
        "organisation": members.Organisation(name=f"Huis van {name.title()}"),
        "region": "Achterhoek",
        "capacity": 2,
        "visibility": vocabulary.VISIBILITY_NETWORK,
        "consents": [MATCHING],
        "initiatives": [initiative(name, what)],
        **changes,
    }
    return members.Member(**given)


def initiative(name: str, what: str = EVENINGS, **changes: Any) -> members.Initiative:  # noqa: ANN401  # fields of the message
    """Return an initiative whose id is that of ``work of NAME``."""
    given: dict[str, Any] = {
        "initiative_id": id_of(f"work of {name}"),
        "title": f"Werk van {name.title()}",
        "language": "nl",
        "what": what,
        "themes": ["dementia"],
        "populations": ["carers"],
        "stage": vocabulary.STAGE_TESTING,
        **changes,
    }
    return members.Initiative(**given)


def reader(name: str, **changes: Any) -> Reader:  # noqa: ANN401  # fields of the reader
    """Return a member as reader."""
    given: dict[str, Any] = {"programme": OURS, "member_id": id_of(name), "language": "nl"}
    return Reader(**{**given, **changes})


COORDINATOR = Reader(OURS, Role.COORDINATOR, member_id=id_of("coordinator"))


@contextmanager
def open_world(
    folder: Path, clock: ManualClock, ids: Ids, database_url: str = ""
) -> Iterator[World]:
    """Open the service over real adapters: embedded ones in a folder, but for the database."""
    url = database_url or f"sqlite:///{folder}/matchmaking.db"
    migrate(url, "services.matchmaking.migrations")
    database = open_database(url, source=source_of("matchmaking"), clock=clock, ids=ids)
    index = open_index(folder / "index", "initiatives", dimension=encoder().dimension)
    seal = ReaderSeal(SECRET.encode(), lambda: clock.now().timestamp())
    tasks, telemetry, ingestion = HandTasks(), PrometheusTelemetry(), Ingestion(seal)
    ports = Ports(
        settings=Settings(secret=SecretStr(SECRET)),
        clock=clock,
        ids=ids,
        database=database,
        open_index=lambda _name: index,
        encoder=encoder,
        vault=_no_vault,
        tasks=tasks,
        cache=MemoryCache(clock),
        limiter=MemoryLimiter(clock),
        mailer=FolderMailer(folder / "mail", clock),
        peers=ingestion,
        telemetry=telemetry,
    )
    yield World(build(ports), database, index, clock, ids, tasks, seal, ingestion, telemetry)
    index.close()
    database.close()


def _no_vault() -> NoReturn:
    raise AssertionError("this service asks for no key")
