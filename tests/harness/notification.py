"""Notification over real embedded adapters (SQLite, a folder of mails), as its tests drive it."""

import email
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from typing_extensions import override

from libs.adapters.http.peers import HttpPeers
from libs.adapters.maildir.mailer import FolderMailer
from libs.adapters.memory.cache import MemoryCache
from libs.adapters.memory.limiter import MemoryLimiter
from libs.adapters.prometheus.telemetry import PrometheusTelemetry
from libs.adapters.sql.database import SqlDatabase, open_database
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.work import connection_of
from libs.contracts import topics
from libs.contracts.codec import decode, source_of
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import introductions_pb2 as introductions
from libs.contracts.gen.kring.events.v1 import matches_pb2 as matches
from libs.contracts.gen.kring.events.v1 import members_pb2 as members
from libs.contracts.gen.kring.events.v1.notifications_pb2 import Delivery, DeliveryState
from libs.contracts.topics import M, Topic
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Ids
from libs.ports.mailer import Mailer
from libs.ports.tasks import Task, Tasks
from libs.runtime.service import Ports, Service
from libs.runtime.settings import Settings
from services.notification.service import build

SECRET = "0123456789abcdef0123456789abcdef"
PROGRAMME = "01900000-0000-7000-8000-00000000000a"


class HandTasks(Tasks):
    """Tasks that run when the test says so, in the order they were asked for."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._waiting: dict[tuple[str, str], None] = {}

    @override
    def register(self, name: str, task: Task) -> None:
        self._tasks[name] = task

    @override
    def submit(self, name: str, argument: str = "") -> None:
        self._waiting[(name, argument)] = None

    @override
    def every(self, seconds: float, name: str) -> None:
        self.submit(name)

    @override
    def start(self) -> None:
        self.run()

    @override
    def keep_time(self) -> None:
        self.run()

    @override
    def is_ready(self) -> bool:
        return True

    @override
    def turns(self) -> int | None:
        return None

    @override
    def ended(self) -> Sequence[str]:
        return []

    @override
    def close(self, *, timeout_seconds: float) -> None:
        self._waiting.clear()

    def run(self) -> None:
        """Run what waits, and what it asks for."""
        while self._waiting:
            name, argument = next(iter(self._waiting))
            del self._waiting[(name, argument)]
            self._tasks[name](argument)


class Died(BaseException):  # no error of ours: the process ends here
    """The process ended."""


class Weather(Mailer):
    """The mailer, in front of which things go wrong: each mail meets the next one of ``ahead``."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self.before: list[BaseException | None] = []
        self.after: list[BaseException | None] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """Runs once while a mail is on its way."""

    @override
    def send(self, message: EmailMessage) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        _meet(self.before)
        self._mailer.send(message)
        _meet(self.after)

    @override
    def forget(self, *, address: str, ids: Collection[str] = ()) -> None:
        self._mailer.forget(address=address, ids=ids)


def _meet(ahead: list[BaseException | None]) -> None:
    met = ahead.pop(0) if ahead else None
    if met is not None:
        raise met


@dataclass
class World:
    """One running notification service, and the events that reach it."""

    service: Service
    database: SqlDatabase
    clock: ManualClock
    tasks: HandTasks
    weather: Weather
    telemetry: PrometheusTelemetry
    folder: Path
    sequences: dict[str, int] = field(default_factory=dict)

    def feed(self, topic: Topic[M], aggregate_id: str, state: M) -> None:
        """Let the service take one snapshot."""
        sequence = self.sequences[aggregate_id] = self.sequences.get(aggregate_id, 0) + 1
        event = Event(
            topic=topic,
            id=f"{aggregate_id}-{sequence}",
            aggregate_id=aggregate_id,
            sequence=sequence,
            programme=PROGRAMME,
            source=source_of(topic.writer),
            time=self.clock.now(),
            state=state,
        )
        with self.database.write() as work:
            self.service.handlers[topic]([event], work)

    def member(self, name: str, **changes: Any) -> str:  # noqa: ANN401  # fields of the message
        """Tell of a member called ``name``, with that name as the id; mail is welcome."""
        given: dict[str, Any] = {
            "member_id": name,
            "display_name": name.title(),
            "contact": members.Contact(
                email=f"{name}@example.org", phone="06-1", full_name=f"{name.title()} de Vries"
            ),
            "languages": ["nl"],
            "consents": [members.PURPOSE_MAIL],
            **changes,
        }
        self.feed(topics.MEMBERS, name, members.Member(**given))
        return name

    def erase(self, name: str) -> None:
        """Tell that a member was erased."""
        self.feed(topics.MEMBERS, name, members.Member(member_id=name, erased=True))

    def slate(
        self, for_whom: str, *people: str, reason: str = "Werkt ook aan buurtkamers."
    ) -> None:
        """Tell of the people recommended to somebody; names are what the reader may see."""
        found = [
            matches.Recommendation(member_id=person, reason=reason, display_name=person.title())
            for person in people
        ]
        state = matches.Slate(member_id=for_whom, recommendations=found)
        self.feed(topics.MATCHES, for_whom, state)

    def introduction(self, identity: str, state: str, **changes: Any) -> None:  # noqa: ANN401
        """Tell of an introduction between anna, who asks, and bram."""
        given: dict[str, Any] = {
            "introduction_id": identity,
            "asker_id": "anna",
            "asked_id": "bram",
            "message": "Zullen we eens bellen over jullie buurtkamer?",
            "state": introductions.IntroductionState.Value(f"INTRODUCTION_STATE_{state}"),
            **changes,
        }
        self.feed(topics.INTRODUCTIONS, identity, introductions.Introduction(**given))

    def run(self, *, after: float = 0.0) -> None:
        """Let time pass, then let the sweep and all tasks run."""
        self.clock.advance(after)
        self.tasks.submit("notification.sweep")
        self.tasks.run()

    def mails(self) -> list[EmailMessage]:
        """Return the mails that left, as a mail program reads them."""
        return [
            email.message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in sorted(self.folder.glob("*.eml"))
        ]

    def outcomes(self) -> list[tuple[str, str]]:
        """Return whom the published deliveries were for, and what became of each."""
        with self.database.read() as work:
            rows = connection_of(work).execute(sa.text("SELECT key FROM outbox ORDER BY id")).all()
        events = [decode(record) for _, record in self.database.outbox().pending(len(rows) + 1)]
        states = [event.state for event in events if isinstance(event.state, Delivery)]
        return [
            (state.member_id, DeliveryState.Name(state.state).removeprefix("DELIVERY_STATE_"))
            for state in states
        ]

    def rows(self, table: str) -> Sequence[sa.Row[Any]]:
        """Return a whole table."""
        with self.database.read() as work:
            return connection_of(work).execute(sa.text(f"SELECT * FROM {table}")).all()  # noqa: S608


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Return the text of a mail, or its page."""
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


@contextmanager
def open_world(
    folder: Path, clock: ManualClock, ids: Ids, database_url: str = ""
) -> Iterator[World]:
    """Open the service over real adapters: embedded ones in a folder, but for the database."""
    url = database_url or f"sqlite:///{folder}/notification.db"
    migrate(url, "services.notification.migrations")
    database = open_database(url, source=source_of("notification"), clock=clock, ids=ids)
    weather = Weather(FolderMailer(folder / "mail", clock))
    tasks, telemetry, peers = HandTasks(), PrometheusTelemetry(), HttpPeers("http://127.0.0.1:1")

    def nothing(*_: object) -> Any:  # noqa: ANN401  # notification opens no index and no encoder
        raise AssertionError("not used here")

    ports = Ports(
        settings=Settings(
            secret=SecretStr(SECRET),
            public_url="https://kring.example",
            mail_from="Kring <kring@kring.example>",
        ),
        clock=clock,
        ids=ids,
        database=database,
        open_index=nothing,
        encoder=nothing,
        vault=nothing,
        tasks=tasks,
        cache=MemoryCache(clock),
        limiter=MemoryLimiter(clock),
        mailer=weather,
        peers=peers,
        telemetry=telemetry,
    )
    yield World(build(ports), database, clock, tasks, weather, telemetry, folder / "mail")
    database.close()
