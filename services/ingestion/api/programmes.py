"""Routes of programmes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from libs.web.problems import PROBLEMS
from libs.web.reader import CurrentReader
from services.ingestion.api.answers import ProgrammeAnswer, ProgrammeList, WrittenAnswer, written
from services.ingestion.api.bodies import NewProgramme, ProgrammeChange, given
from services.ingestion.api.headers import (
    CHANGING,
    CREATING,
    IdempotencyKey,
    IfMatch,
    attempt,
    expected,
    tag,
)
from services.ingestion.usecases.programmes import (
    ChangeProgramme,
    CreateProgramme,
    ListProgrammes,
    ReadProgramme,
)

Reference = Annotated[str, Path(max_length=100, description="Id or slug.")]


@dataclass(frozen=True)
class ProgrammeCases:
    """What can be done with programmes."""

    create: CreateProgramme
    change: ChangeProgramme
    read: ReadProgramme
    list: ListProgrammes


def programme_routes(cases: ProgrammeCases) -> APIRouter:
    """Return the routes of /v1/programmes."""
    router = APIRouter(prefix="/v1/programmes", tags=["programmes"])

    @router.post("", operation_id="create_programme", status_code=201, responses=CREATING)
    def create(
        reader: CurrentReader, body: NewProgramme, response: Response, key: IdempotencyKey = ""
    ) -> WrittenAnswer:
        """Open a programme."""
        record = given(body)
        outcome = cases.create(record, reader, attempt("create_programme", key, record))
        response.headers["location"] = f"/v1/programmes/{outcome.id}"
        tag(response, outcome.sequence)
        return written(outcome)

    @router.get("", operation_id="list_programmes", responses=PROBLEMS)
    def find(
        _reader: CurrentReader,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str, Query(max_length=100)] = "",
    ) -> ProgrammeList:
        """Return the programmes, oldest first."""
        page = cases.list(limit=limit, cursor=cursor)
        programmes = [ProgrammeAnswer.model_validate(kept.state) for kept in page.items]
        return ProgrammeList(programmes=programmes, next=page.cursor)

    @router.get("/{programme}", operation_id="read_programme", responses=PROBLEMS)
    def read(_reader: CurrentReader, programme: Reference, response: Response) -> ProgrammeAnswer:
        """Return one programme."""
        kept = cases.read(programme)
        tag(response, kept.sequence)
        return ProgrammeAnswer.model_validate(kept.state)

    @router.patch("/{programme}", operation_id="change_programme", responses=CHANGING)
    def change(
        reader: CurrentReader,
        programme: Reference,
        body: ProgrammeChange,
        response: Response,
        if_match: IfMatch = "",
    ) -> WrittenAnswer:
        """Change some fields of a programme."""
        outcome = cases.change(programme, given(body), reader, expected(if_match))
        tag(response, outcome.sequence)
        return written(outcome)

    return router
