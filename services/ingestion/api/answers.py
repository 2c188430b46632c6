"""What the routes answer with: one shape per thing, for writers and readers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from libs.kernel.policy import Role, Visibility
from libs.kernel.vocabulary import Flag, MemberKind, Purpose, Side, StoryKind, Wish
from services.ingestion.domain.member import Member
from services.ingestion.domain.outcome import Outcome, Status
from services.ingestion.domain.programme import Sector
from services.ingestion.usecases.stories import ShownStory


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DuplicateAnswer(_Answer):
    """A story with the same text, or nearly; 1 is the same."""

    id: str
    similarity: float


class WrittenAnswer(_Answer):
    """What became of a thing that was sent."""

    id: str
    status: Status
    sequence: int
    language: str
    warnings: dict[str, str]
    personal: dict[str, list[str]]
    """Kinds of personal data that a text seems to hold; names are not found."""
    duplicates: list[DuplicateAnswer]


class RefusalAnswer(_Answer):
    """Why a record was refused, by field."""

    fields: dict[str, str]


class ResultAnswer(WrittenAnswer):
    """What became of one record of an import."""

    ignored: list[str]
    problem: RefusalAnswer | None = None


class ImportAnswer(_Answer):
    """What became of all records, in their order, with counts."""

    created: int
    changed: int
    unchanged: int
    refused: int
    results: list[ResultAnswer]


class ProgrammeAnswer(_Answer):
    """A programme."""

    id: str
    slug: str
    name: str
    description: str
    sector: Sector
    region: str
    languages: list[str]


class ProgrammeList(_Answer):
    """A page of programmes, oldest first."""

    programmes: list[ProgrammeAnswer]
    next: str


class PersonAnswer(_Answer):
    """Somebody to ask, with the name that the reader may see."""

    member_id: str
    display_name: str


class StoryAnswer(_Answer):
    """A story."""

    id: str
    programme: str
    owner: str
    kind: StoryKind
    language: str
    title: str
    summary: str
    body: str
    context: str
    outcome: str
    evidence: str
    themes: list[str]
    populations: list[str]
    stage: int | None
    contacts: list[PersonAnswer]
    visibility: Visibility
    is_hidden: bool
    url: str
    country: str
    year: int | None
    published_at: datetime
    sequence: int


class StoryList(_Answer):
    """A page of stories, newest first."""

    stories: list[StoryAnswer]
    next: str


class OrganisationAnswer(_Answer):
    """An organisation and its side of the field."""

    name: str
    side: Side | None


class InitiativeAnswer(_Answer):
    """One thing a member works on."""

    id: str
    title: str
    language: str
    what: str
    for_whom: str
    struggle: str
    need: str
    offer: str
    themes: list[str]
    populations: list[str]
    stage: int | None
    flag: Flag | None
    updated_at: datetime


class OwnAnswer(_Answer):
    """What only the member and the coordinators read."""

    name: str
    pseudonym: str
    kind: MemberKind
    email: str
    phone: str
    role: Role
    capacity: int
    snoozed_until: datetime | None
    visibility: Visibility
    consents: list[Purpose]
    blocked: list[str]


class MemberAnswer(_Answer):
    """A profile as the reader may see it."""

    id: str
    programme: str
    display_name: str
    organisation: OrganisationAnswer | None
    region: str
    country: str
    languages: list[str]
    wants: list[Wish]
    initiatives: list[InitiativeAnswer]
    sequence: int
    own: OwnAnswer | None


class MemberList(_Answer):
    """A page of members, oldest first."""

    members: list[MemberAnswer]
    next: str


class ConsentAnswer(_Answer):
    """A consent that was given, or taken back; ``text_sha256`` is of the words that were read."""

    purpose: Purpose
    is_given: bool
    at: datetime
    by: str
    language: str
    text_sha256: str


class ConsentList(_Answer):
    """The whole ledger of a member, oldest first."""

    consents: list[ConsentAnswer]


def written(outcome: Outcome) -> WrittenAnswer:
    """Return what became of a thing."""
    return WrittenAnswer.model_validate(outcome)


def imported(outcomes: Sequence[Outcome]) -> ImportAnswer:
    """Return what became of a batch."""
    statuses = [outcome.status for outcome in outcomes]
    return ImportAnswer(
        created=statuses.count(Status.CREATED),
        changed=statuses.count(Status.CHANGED),
        unchanged=statuses.count(Status.UNCHANGED),
        refused=statuses.count(Status.REFUSED),
        results=[
            ResultAnswer(
                **written(outcome).model_dump(),
                ignored=list(outcome.ignored),
                problem=RefusalAnswer(fields=outcome.problems) if outcome.problems else None,
            )
            for outcome in outcomes
        ],
    )


def story(shown: ShownStory) -> dict[str, Any]:
    """Return a story as plain values."""
    told = shown.kept.state
    return {
        **{name: getattr(told, name) for name in StoryAnswer.model_fields if hasattr(told, name)},
        "stage": told.stage or None,
        "year": told.year or None,
        "contacts": [
            {"member_id": member_id, "display_name": name}
            for member_id, name in shown.contacts.items()
        ],
        "sequence": shown.kept.sequence,
    }


def member(state: Member, sequence: int, *, is_own: bool) -> dict[str, Any]:
    """Return a profile as plain values; ``is_own`` shows all of it."""
    names = set(MemberAnswer.model_fields) - {"sequence", "own", "initiatives"}
    return {
        **{name: getattr(state, name) for name in names},
        "initiatives": [
            {name: getattr(initiative, name) for name in InitiativeAnswer.model_fields}
            | {"stage": initiative.stage or None}
            for initiative in state.initiatives
        ],
        "sequence": sequence,
        "own": {name: getattr(state, name) for name in OwnAnswer.model_fields} if is_own else None,
    }
