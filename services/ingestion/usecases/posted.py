"""A submission that comes over HTTP: the same event, without a log in between."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from libs.contracts import codec, topics
from libs.contracts.envelope import Event, Record
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.receipts_pb2 import Receipt
from libs.contracts.structured import STRUCTURED
from libs.kernel.errors import ForgedError, InvalidError, PoisonError, UnauthenticatedError
from services.ingestion.domain.inbox import FRESH
from services.ingestion.usecases.inbox import Inbox
from services.ingestion.usecases.registry import Registry


@dataclass(frozen=True)
class TakePosted:
    """Another programme posts one event and gets the receipt as the answer."""

    registry: Registry
    inbox: Inbox

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> Receipt:
        """Return the receipt, the same when the same comes again; the headers are the signature's.

        Raises ``UnauthenticatedError`` when it is not signed by the programme that it names, and
        ``InvalidError`` when it is no event at all.
        """
        named = [(name, value.encode()) for name, value in headers.items()]
        given = (("content-type", STRUCTURED.encode()), *named)
        try:
            event = codec.decode(Record(topics.INBOX.name, b"", given, body))
            with self.registry.database.write() as work:
                return self.inbox(cast("Event[Submission]", event), work, oldest=FRESH)
        except ForgedError as error:
            raise UnauthenticatedError(f"This is refused: {error}.") from error
        except PoisonError as error:
            raise InvalidError(f"This is no event that Kring can read: {error}.") from error
