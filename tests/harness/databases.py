"""A database as its contract suites use it: opened again, and what waits in its outbox."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from libs.adapters.sql.database import open_database
from libs.adapters.sql.migrate import migrate
from libs.contracts import codec, topics
from libs.contracts.envelope import Record
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.kernel.clock import ManualClock
from libs.kernel.ids import Uuid7
from libs.ports.database import Database, Work

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

OpenDatabase = Callable[[], Database]
"""Opens the same database again, as another process would."""


@contextmanager
def opening(url: str, clock: ManualClock) -> Iterator[OpenDatabase]:
    """Give what opens the database of a URL; all are closed in the end."""
    with ExitStack() as closing:

        def opener() -> Database:
            migrate(url)
            database = open_database(
                url,
                source=codec.source_of("ingestion"),
                clock=clock,
                ids=Uuid7(clock),
                traceparent=lambda: TRACE,
            )
            closing.callback(database.close)
            return database

        yield opener


def emit(work: Work, story: str, sequence: int = 1) -> None:
    state = Story(story_id=story)
    work.emit(topics.STORIES, story, programme="p", sequence=sequence, state=state)


def pending(database: Database, limit: int = 100) -> list[Record]:
    return [record for _, record in database.outbox().pending(limit)]
