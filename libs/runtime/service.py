"""A service is data: what it offers. The launcher decides which roles run where."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from fastapi import APIRouter

from libs.contracts.envelope import Event
from libs.contracts.topics import Topic
from libs.kernel import trace
from libs.kernel.clock import Clock
from libs.kernel.ids import Ids
from libs.ports.cache import Cache, Limiter
from libs.ports.database import Database, Work
from libs.ports.encoder import Encoder
from libs.ports.index import Index
from libs.ports.mailer import Mailer
from libs.ports.peers import Peers
from libs.ports.tasks import Tasks
from libs.ports.telemetry import Telemetry
from libs.ports.vault import Vault
from libs.runtime.settings import Settings

Handler = Callable[[Sequence[Event[Any]], Work], None]
"""Takes a batch of snapshots of one topic, in order per aggregate, each newer than the last.

The runtime commits the work with the applied sequences. If a batch fails it comes again one by one.
"""


@runtime_checkable
class Prepares(Protocol):
    """A handler with slow work that needs no transaction, such as encoding texts.

    The database of the service stays free for others meanwhile.
    """

    def prepare(self, events: Sequence[Event[Any]]) -> None:
        """Get ready for these events; what comes of it is a cache and may be lost."""
        ...


def each(handle: Callable[[Event[Any], Work], None]) -> Handler:
    """Turn a callable over one snapshot into a handler; each goes on with the event's trace."""

    def handle_all(events: Sequence[Event[Any]], work: Work) -> None:
        for event in events:
            with trace.follow(event.traceparent):
                handle(event, work)

    return handle_all


class Restores(Protocol):
    """Makes a service agree with a log, a vault and indexes that are newer than its database.

    Its methods are called in the order in which they stand here, while nobody else runs. Each may
    be repeated, and all of them after a crash. They return how often they did what, by words that
    an operator understands.
    """

    @property
    def topics(self) -> Sequence[Topic[Any]]:
        """Return the topics of this service whose log it wants to hear."""
        ...

    def check(self) -> None:
        """Raise ``SettingsError`` when what stands beside the database cannot belong to it."""
        ...

    def lift(self, floor: int) -> Mapping[str, int]:
        """Raise every sequence that is lower to ``floor``, which is above all that were told."""
        ...

    def hear(self, events: Sequence[Event[Any]], floor: int) -> Mapping[str, int]:
        """Take events of one topic as the log has them, still sealed, from its start.

        What the database does not know is told to be gone, at ``floor`` or above.
        """
        ...

    def tell(self) -> Mapping[str, int]:
        """Let every present state go out again; nobody waits until it was taken."""
        ...


@dataclass(frozen=True)
class Ports:
    """What a service is built from; adapters were chosen by the settings."""

    settings: Settings
    clock: Clock
    ids: Ids
    database: Database
    open_index: Callable[[str], Index]
    """Opens an index of this service by name; the name gets the encoder's name added."""
    encoder: Callable[[], Encoder]
    """Loads the encoder on first use; one a process."""
    vault: Callable[[], Vault]
    """Opens the data keys of members on first use; one a process."""
    tasks: Tasks
    cache: Cache
    limiter: Limiter
    mailer: Mailer
    peers: Peers
    telemetry: Telemetry


@dataclass(frozen=True)
class Service:
    """What a service offers."""

    name: str
    routers: Sequence[APIRouter] = ()
    handlers: Mapping[Topic[Any], Handler] = field(default_factory=dict)
    mounts: Sequence[Callable[[Any], None]] = ()
    """Called with the FastAPI app: middleware, static files, identification."""
    periodic: Mapping[str, float] = field(default_factory=dict)
    """Registered tasks that run every so many seconds."""
    measures: Sequence[Callable[[], None]] = ()
    """Set the gauges that only this service can, called every so often in each of its processes."""
    on_clear: Sequence[Callable[[Work], None]] = ()
    """Empty the projections of this service: the first step of a rebuild from the log."""
    restores: Restores | None = None
    """What it does after its database was restored; nothing where it publishes nothing."""


Build = Callable[[Ports], Service]
