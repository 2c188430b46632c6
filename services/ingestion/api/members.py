"""Routes of members and of what they block."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from libs.kernel.policy import Reader
from libs.web.bodies import Id, json_response
from libs.web.problems import PROBLEMS
from libs.web.reader import CurrentReader
from libs.web.remembered import Remembered
from services.ingestion.api.answers import (
    ConsentAnswer,
    ConsentList,
    MemberAnswer,
    MemberList,
    WrittenAnswer,
    member,
    written,
)
from services.ingestion.api.bodies import MemberChange, NewMember, given
from services.ingestion.api.headers import (
    CHANGING,
    CREATING,
    IdempotencyKey,
    IfMatch,
    attempt,
    expected,
    tag,
)
from services.ingestion.domain.erasure import Authored
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member
from services.ingestion.usecases.access import changes_member
from services.ingestion.usecases.erasing import EraseMember
from services.ingestion.usecases.members import (
    Block,
    ChangeMember,
    CreateMember,
    ListMembers,
    ReadConsents,
    ReadMember,
)


@dataclass(frozen=True)
class MemberCases:
    """What can be done with members."""

    create: CreateMember
    change: ChangeMember
    erase: EraseMember
    block: Block
    read: ReadMember
    list: ListMembers
    consents: ReadConsents


def member_routes(cases: MemberCases, remembered: Remembered) -> APIRouter:
    """Return the routes of /v1/members, without those of initiatives."""
    router = APIRouter(prefix="/v1/members", tags=["members"])

    @router.post("", operation_id="create_member", status_code=201, responses=CREATING)
    def create(
        reader: CurrentReader, body: NewMember, response: Response, key: IdempotencyKey = ""
    ) -> WrittenAnswer:
        """Bring somebody into a programme."""
        record = given(body)
        outcome = cases.create(record, reader, attempt("create_member", key, record))
        response.headers["location"] = f"/v1/members/{outcome.id}"
        tag(response, outcome.sequence)
        return written(outcome)

    @router.get("", operation_id="list_members", response_model=MemberList, responses=PROBLEMS)
    def find(
        reader: CurrentReader,
        programme: Annotated[str, Query(max_length=100, description="Id or slug.")] = "",
        email: Annotated[str, Query(max_length=254, description="For coordinators.")] = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        cursor: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        """Return the members whose profile the reader may see, oldest first."""

        def answer() -> dict[str, object]:
            page = cases.list(programme, reader, limit=limit, cursor=cursor, email=email)
            return {
                "members": [_shown(kept, reader) for kept in page.items],
                "next": page.cursor,
            }

        return remembered(("members", reader, programme, email, limit, cursor), answer)

    @router.get(
        "/{member_id}", operation_id="read_member", response_model=MemberAnswer, responses=PROBLEMS
    )
    def read(reader: CurrentReader, member_id: Id) -> Response:
        """Return one profile; contact details only to the member and the coordinators."""
        kept = cases.read(member_id, reader)
        response = json_response(_shown(kept, reader))
        tag(response, kept.sequence)
        return response

    @router.patch("/{member_id}", operation_id="change_member", responses=CHANGING)
    def change(
        reader: CurrentReader,
        member_id: Id,
        body: MemberChange,
        response: Response,
        if_match: IfMatch = "",
    ) -> WrittenAnswer:
        """Change some fields of a profile, also consents, capacity and a snooze."""
        outcome = cases.change(member_id, given(body), reader, expected(if_match))
        tag(response, outcome.sequence)
        return written(outcome)

    @router.delete("/{member_id}", operation_id="erase_member", status_code=204, responses=CHANGING)
    def erase(
        reader: CurrentReader,
        member_id: Id,
        stories: Authored = Authored.WITHDRAW,
        if_match: IfMatch = "",
    ) -> None:
        """Erase a member for good; their stories go too, or stay without their name."""
        cases.erase(member_id, reader, expected(if_match), stories)

    @router.get("/{member_id}/consents", operation_id="read_consents", responses=PROBLEMS)
    def consents(reader: CurrentReader, member_id: Id) -> ConsentList:
        """Return every consent that was given or taken back, for the member and coordinators."""
        ledger = cases.consents(member_id, reader)
        return ConsentList(consents=[ConsentAnswer.model_validate(entry) for entry in ledger])

    @router.put(
        "/{member_id}/blocks/{other_id}",
        operation_id="block_member",
        status_code=204,
        responses=PROBLEMS,
    )
    def block(reader: CurrentReader, member_id: Id, other_id: Id) -> None:
        """Block another member: neither sees the other any more, anywhere."""
        cases.block(member_id, other_id, reader, is_blocked=True)

    @router.delete(
        "/{member_id}/blocks/{other_id}",
        operation_id="unblock_member",
        status_code=204,
        responses=PROBLEMS,
    )
    def unblock(reader: CurrentReader, member_id: Id, other_id: Id) -> None:
        """Take a block back."""
        cases.block(member_id, other_id, reader, is_blocked=False)

    return router


def _shown(kept: Kept[Member], reader: Reader) -> dict[str, Any]:
    return member(kept.state, kept.sequence, is_own=changes_member(reader, kept.state))
