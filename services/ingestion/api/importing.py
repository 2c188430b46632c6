"""Routes that take many things at once, or publish them again."""

from fastapi import APIRouter
from pydantic import BaseModel

from libs.web.problems import PROBLEMS
from libs.web.reader import CoordinatorReader, OperatorReader
from services.ingestion.api.answers import ImportAnswer, imported
from services.ingestion.api.bodies import ImportBody, RepublishBody, given
from services.ingestion.api.headers import CREATING, IdempotencyKey, attempt
from services.ingestion.domain.formats import RecordKind
from services.ingestion.usecases.batches import ImportBatch
from services.ingestion.usecases.republish import Republish


class PublishedAnswer(BaseModel):
    """How many snapshots are on their way."""

    published: int


def import_routes(import_batch: ImportBatch) -> APIRouter:
    """Return the routes of /v1/import."""
    router = APIRouter(prefix="/v1/import", tags=["import"])

    @router.post("/{kind}", operation_id="import_records", responses=CREATING)
    def take(
        reader: CoordinatorReader, kind: RecordKind, body: ImportBody, key: IdempotencyKey = ""
    ) -> ImportAnswer:
        """Take records over; each is created, changed, unchanged or refused by itself."""
        same = attempt(f"import {kind}", key, given(body))
        return imported(import_batch(kind, body.records, body.programme, reader, same))

    return router


def republish_routes(republish: Republish) -> APIRouter:
    """Return the route of /v1/republish."""
    router = APIRouter(prefix="/v1/republish", tags=["import"])

    @router.post("", operation_id="republish", responses=PROBLEMS)
    def again(_reader: OperatorReader, body: RepublishBody) -> PublishedAnswer:
        """Publish the present states again, with higher sequences."""
        return PublishedAnswer(published=republish(body.aggregate))

    return router
