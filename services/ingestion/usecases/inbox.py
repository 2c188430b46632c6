"""What other programmes send, over the log or over HTTP: proved, taken once, and answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.json_format import MessageToJson, Parse

from libs.contracts.envelope import Event, Request
from libs.contracts.gen.kring.events.v1.inbox_pb2 import Submission
from libs.contracts.gen.kring.events.v1.receipts_pb2 import Receipt
from libs.kernel import webhooks
from libs.kernel.errors import ForgedError, NotFoundError
from libs.ports.database import Work
from services.ingestion.domain.identity import fingerprint
from services.ingestion.domain.inbox import REMEMBERED, Proof, prove
from services.ingestion.domain.kept import Answer
from services.ingestion.domain.outcome import Outcome
from services.ingestion.domain.programme import Programme
from services.ingestion.usecases.access import Access
from services.ingestion.usecases.receipts import NEW_KEY, Addressed, receipt_of, refused, tell
from services.ingestion.usecases.registry import Registry

Take = Callable[[Work, Submission, Programme], Outcome]
"""Takes the content of a submission over for the programme that sent it."""

_REUSED = {"ce_id": "was used for something else before: every event has an id of its own"}
_ENDED = {"signature": "was made with an inbox key that was ended"}
_STALE = {"signature": "was made too long ago, or the clock of its maker is wrong"}
_SIGN_ANEW = "Set the clock of your machine, sign it again and send it with a new id."


@dataclass(frozen=True)
class Inbox:
    """Takes a submission in an open transaction, once per programme and event id."""

    registry: Registry
    take: Take
    master: bytes
    """The installation's secret, from which the keys' secrets are derived."""

    def __call__(self, event: Event[Submission], work: Work, *, oldest: timedelta) -> Receipt:
        """Return what became of it; the programme is told the first time, on its own topic.

        ``oldest`` is how long ago it may have been signed. Raises ``ForgedError`` when it is not
        signed by the programme that it names: then nobody is told.
        """
        programme = self._programme(work, event.programme)
        signed, proof = self._proof(work, event, programme, oldest)
        stores = self.registry.stores
        key = fingerprint(["receipt", programme.id, signed.id])
        digest = fingerprint([signed.payload.hex()])
        before = stores.receipts.get(work, key)
        to = _address(event)
        if before is not None:
            if before.request_digest == digest:
                receipt = Parse(before.content, Receipt())
                receipt.external_id = to.external_id
                return receipt
            return tell(work, self.registry, programme.id, refused(to, _REUSED))
        receipt = self._judged(work, event, programme, proof)
        answer = Answer(digest, _without_their_id(receipt))
        stores.receipts.put(work, key, answer, self.registry.clock.now())
        return tell(work, self.registry, programme.id, receipt)

    def forget(self) -> None:
        """Forget what was answered so long ago that its signature does not hold any more."""
        with self.registry.database.write() as work:
            oldest = self.registry.clock.now() - REMEMBERED
            self.registry.stores.receipts.prune(work, older_than=oldest)

    def _programme(self, work: Work, reference: str) -> Programme:
        try:
            return Access(self.registry.stores).programme(work, reference).state
        except NotFoundError as error:
            raise ForgedError("it names a programme that there is not") from error

    def _proof(
        self, work: Work, event: Event[Submission], programme: Programme, oldest: timedelta
    ) -> tuple[webhooks.Signed, Proof]:
        request = _request(event)
        headers = {
            name.lower(): value.decode("ascii", "replace")
            for name, value in request.headers.items()
        }
        try:
            signed = webhooks.read(headers, request.payload)
        except webhooks.UnsignedError as error:
            raise ForgedError(f"it is not signed: {error}") from error
        keys = self.registry.stores.inbox_keys.of(work, programme.id)
        now = self.registry.clock.now()
        proof = prove(signed, keys, self.master, now=now, oldest=oldest)
        if proof is Proof.NONE:
            raise ForgedError("its signature is of no inbox key of the programme that it names")
        if signed.id != event.id:
            raise ForgedError(f"{webhooks.ID} and the id of the event differ")
        return signed, proof

    def _judged(
        self, work: Work, event: Event[Submission], programme: Programme, proof: Proof
    ) -> Receipt:
        to = _address(event)
        if proof is Proof.ENDED:
            return refused(to, _ENDED, NEW_KEY)
        if proof is Proof.STALE:
            return refused(to, _STALE, _SIGN_ANEW)
        flaw = _request(event).flaw
        if flaw:
            return refused(to, {"data": flaw})
        return receipt_of(to, self.take(work, event.state, programme))


def _request(event: Event[Submission]) -> Request:
    if event.request is None:
        raise TypeError(f"{event.topic.name} is not written by other programmes")
    return event.request


def _address(event: Event[Submission]) -> Addressed:
    state = event.state
    kind = state.WhichOneof("content") or ""
    return Addressed(event.id, state.external_id, kind, _request(event).unknown)


def _without_their_id(receipt: Receipt) -> str:
    """Return a receipt as it is kept: the sender's id may itself be somebody's address."""
    kept = Receipt()
    kept.CopyFrom(receipt)
    kept.external_id = ""
    return MessageToJson(kept, indent=None)
