"""Routes by which other programmes send without a broker, and get the keys to sign with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from google.protobuf.json_format import MessageToDict
from pydantic import BaseModel, ConfigDict, Field

from libs.contracts import topics
from libs.contracts.structured import STRUCTURED
from libs.kernel import webhooks
from libs.web.bodies import Id, Strict
from libs.web.problems import PROBLEMS, problems
from libs.web.reader import CoordinatorReader
from services.ingestion.domain.inbox import InboxKey
from services.ingestion.usecases.inbox_keys import EndInboxKey, ListInboxKeys, MakeInboxKey
from services.ingestion.usecases.posted import TakePosted

Programme = Annotated[str, Query(max_length=100, description="Id or slug; by default the own.")]


Identity = Annotated[str, Header(alias=webhooks.ID, description="Equal to the event's id.")]
Seconds = Annotated[str, Header(alias=webhooks.TIMESTAMP, description="Unix seconds.")]
Signatures = Annotated[str, Header(alias=webhooks.SIGNATURE, description="v1, and base64.")]
_EVENT_BODY = {
    "required": True,
    "content": {
        STRUCTURED: {
            "schema": {
                "type": "object",
                "description": "A CloudEvent as /contracts tells; its data is a Submission.",
                "required": ["specversion", "id", "source", "type", "programme", "data"],
            }
        }
    },
}


class NewInboxKey(Strict):
    """What a key is for, and whose."""

    name: str = Field(min_length=1, max_length=100)
    programme: str = Field(default="", max_length=100, description="Id or slug; by default the own")


class InboxKeyAnswer(BaseModel):
    """A key, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    programme: str
    name: str
    created_at: datetime
    ended_at: datetime | None


class MadeInboxKey(InboxKeyAnswer):
    """A new key with its secret, shown this once, and the topics that go with it."""

    secret: str
    inbox: str
    receipts: str
    stories: str
    network_stories: str


class InboxKeyList(BaseModel):
    """The newest keys: those that hold, then those that were ended."""

    keys: list[InboxKeyAnswer]


class RemarkAnswer(BaseModel):
    """A sentence about one field."""

    field: str
    text: str


class LikenessAnswer(BaseModel):
    """A story with the same text, or nearly."""

    story_id: str
    similarity: float


class ReceiptAnswer(BaseModel):
    """What became of a submission: the same as on the topic of receipts."""

    submission_id: str
    external_id: str
    verdict: str
    change: str
    kind: str
    id: str
    problems: list[RemarkAnswer]
    warnings: list[RemarkAnswer]
    ignored: list[str]
    duplicates: list[LikenessAnswer]
    advice: str


@dataclass(frozen=True)
class InboxCases:
    """What the routes of the inbox need."""

    take: TakePosted
    make_key: MakeInboxKey
    list_keys: ListInboxKeys
    end_key: EndInboxKey


async def _body(request: Request) -> bytes:
    return await request.body()


def inbox_routes(cases: InboxCases) -> APIRouter:
    """Return the routes of /v1/inbox."""
    router = APIRouter(prefix="/v1/inbox", tags=["inbox"])

    @router.post(
        "",
        operation_id="send_submission",
        responses=problems(415),
        openapi_extra={"requestBody": _EVENT_BODY},
    )
    def send(
        body: Annotated[bytes, Depends(_body)],
        identity: Identity = "",
        seconds: Seconds = "",
        signatures: Signatures = "",
    ) -> ReceiptAnswer:
        """Send one CloudEvent in JSON, signed with an inbox key as Standard Webhooks says.

        The answer is the receipt; the same event again gets the same one. The signature holds for
        five minutes.
        """
        headers = {
            webhooks.ID: identity,
            webhooks.TIMESTAMP: seconds,
            webhooks.SIGNATURE: signatures,
        }
        receipt = cases.take(body, headers)
        return ReceiptAnswer.model_validate(
            MessageToDict(
                receipt,
                preserving_proto_field_name=True,
                always_print_fields_with_no_presence=True,
            )
        )

    @router.post("/keys", operation_id="make_inbox_key", status_code=201, responses=problems(409))
    def make_key(reader: CoordinatorReader, body: NewInboxKey) -> MadeInboxKey:
        """Make a key to sign with; its secret is shown in this answer only."""
        key, secret = cases.make_key(body.name, body.programme, reader)
        return MadeInboxKey(
            **_answer(key).model_dump(),
            secret=secret,
            inbox=topics.INBOX.name,
            receipts=topics.RECEIPTS.of(key.programme).name,
            stories=topics.STORIES.of(key.programme).name,
            network_stories=topics.NETWORK_STORIES.name,
        )

    @router.get("/keys", operation_id="list_inbox_keys", responses=PROBLEMS)
    def list_keys(reader: CoordinatorReader, programme: Programme = "") -> InboxKeyList:
        """List the newest keys of a programme."""
        return InboxKeyList(keys=[_answer(key) for key in cases.list_keys(programme, reader)])

    @router.delete("/keys/{key_id}", operation_id="end_inbox_key", status_code=204,
                   responses=PROBLEMS)  # fmt: skip
    def end_key(reader: CoordinatorReader, key_id: Id) -> Response:
        """End a key at once: what is signed with it is refused, whenever it was sent."""
        cases.end_key(key_id, reader)
        return Response(status_code=204)

    return router


def _answer(key: InboxKey) -> InboxKeyAnswer:
    return InboxKeyAnswer.model_validate(key)
