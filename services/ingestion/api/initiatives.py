"""Routes of initiatives."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from libs.web.bodies import Id
from libs.web.reader import CurrentReader
from services.ingestion.api.answers import WrittenAnswer, written
from services.ingestion.api.bodies import InitiativeChange, NewInitiative, given
from services.ingestion.api.headers import (
    CHANGING,
    CREATING,
    IdempotencyKey,
    IfMatch,
    attempt,
    expected,
    tag,
)
from services.ingestion.usecases.initiatives import (
    AddInitiative,
    ChangeInitiative,
    RemoveInitiative,
)


@dataclass(frozen=True)
class InitiativeCases:
    """What can be done with initiatives; their sequence and ETag are those of the member."""

    add: AddInitiative
    change: ChangeInitiative
    remove: RemoveInitiative


def initiative_routes(cases: InitiativeCases) -> APIRouter:
    """Return the routes of /v1/members/{member_id}/initiatives."""
    router = APIRouter(prefix="/v1/members/{member_id}/initiatives", tags=["members"])

    @router.post("", operation_id="add_initiative", status_code=201, responses=CREATING)
    def add(
        reader: CurrentReader,
        member_id: Id,
        body: NewInitiative,
        response: Response,
        key: IdempotencyKey = "",
    ) -> WrittenAnswer:
        """Tell of one more thing a member works on."""
        record = given(body)
        same = attempt(f"add_initiative {member_id}", key, record)
        outcome = cases.add(member_id, record, reader, same)
        response.headers["location"] = f"/v1/members/{member_id}/initiatives/{outcome.id}"
        tag(response, outcome.sequence)
        return written(outcome)

    @router.patch("/{initiative_id}", operation_id="change_initiative", responses=CHANGING)
    def change(
        reader: CurrentReader,
        member_id: Id,
        initiative_id: Id,
        body: InitiativeChange,
        response: Response,
        if_match: IfMatch = "",
    ) -> WrittenAnswer:
        """Change some fields of an initiative."""
        outcome = cases.change(member_id, initiative_id, given(body), reader, expected(if_match))
        tag(response, outcome.sequence)
        return written(outcome)

    @router.delete(
        "/{initiative_id}", operation_id="remove_initiative", status_code=204, responses=CHANGING
    )
    def remove(
        reader: CurrentReader, member_id: Id, initiative_id: Id, if_match: IfMatch = ""
    ) -> None:
        """Take an initiative away."""
        cases.remove(member_id, initiative_id, reader, expected(if_match))

    return router
