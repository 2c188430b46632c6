"""Routes by which coordinators say where a programme without a broker wants to be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from libs.web.bodies import Id, Strict
from libs.web.problems import PROBLEMS, problems
from libs.web.reader import CoordinatorReader
from services.ingestion.domain.address import MOST_URL
from services.ingestion.domain.hook import Hook
from services.ingestion.usecases.hooks import EndHook, ListHooks, MakeHook

Programme = Annotated[str, Query(max_length=100, description="Id or slug; by default the own.")]


class NewHook(Strict):
    """Where to, and whose."""

    url: str = Field(min_length=1, max_length=MOST_URL, description="https:// on the public net.")
    programme: str = Field(default="", max_length=100, description="Id or slug; by default the own")


class HookAnswer(BaseModel):
    """A webhook, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    programme: str
    url: str
    created_at: datetime
    ended_at: datetime | None
    ended_because: str


class MadeHook(HookAnswer):
    """A new webhook with its secret, shown this once."""

    secret: str


class HookList(BaseModel):
    """The newest webhooks: those that hold, then those that were ended, and why."""

    webhooks: list[HookAnswer]


@dataclass(frozen=True)
class HookCases:
    """What the routes of webhooks need."""

    make: MakeHook
    list: ListHooks
    end: EndHook


def hook_routes(cases: HookCases) -> APIRouter:
    """Return the routes of /v1/webhooks."""
    router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

    @router.post("", operation_id="make_webhook", status_code=201, responses=problems(409))
    def make(reader: CoordinatorReader, body: NewHook) -> MadeHook:
        """Let Kring post to an address what your topics tell, signed as Standard Webhooks says.

        The secret to check the signatures with is shown in this answer only.
        """
        hook, secret = cases.make(body.url, body.programme, reader)
        return MadeHook(**_answer(hook).model_dump(), secret=secret)

    @router.get("", operation_id="list_webhooks", responses=PROBLEMS)
    def find(reader: CoordinatorReader, programme: Programme = "") -> HookList:
        """List the newest webhooks of a programme, with why Kring ended one."""
        return HookList(webhooks=[_answer(hook) for hook in cases.list(programme, reader)])

    @router.delete("/{webhook_id}", operation_id="end_webhook", status_code=204, responses=PROBLEMS)
    def end(reader: CoordinatorReader, webhook_id: Id) -> Response:
        """End a webhook at once, with what waits for it."""
        cases.end(webhook_id, reader)
        return Response(status_code=204)

    return router


def _answer(hook: Hook) -> HookAnswer:
    return HookAnswer.model_validate(hook)
