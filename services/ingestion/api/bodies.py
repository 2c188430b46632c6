"""What the routes take. Shapes and lengths stand here; what the words may be, the domain says."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from libs.kernel.policy import Role, Visibility
from libs.kernel.vocabulary import Flag, MemberKind, Purpose, Side, StoryKind, Wish
from libs.web.bodies import Id, Strict
from services.ingestion.domain import initiative, story
from services.ingestion.domain.fields import MOST_CODES, MOST_LINE, MOST_TEXT
from services.ingestion.domain.identity import MOST_SLUG
from services.ingestion.domain.member import MOST_CAPACITY
from services.ingestion.domain.programme import Sector

MOST_RECORDS = 100

Line = Annotated[str, StringConstraints(max_length=MOST_LINE)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=MOST_LINE)]
Text = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
Tag = Annotated[str, StringConstraints(max_length=20)]
Codes = Annotated[list[Line], Field(max_length=MOST_CODES)]
Stage = Annotated[int, Field(ge=0, le=7, description="1 to 7; nothing or 0: not said.")]


class StoryChange(Strict):
    """Fields of a story; what is left out stays, null empties."""

    kind: StoryKind | None = None
    language: Tag | None = Field(None, description="Left empty, it is detected.")
    title: Title | None = None
    summary: Annotated[str, StringConstraints(max_length=story.MOST_SUMMARY)] | None = None
    body: Text | None = None
    context: Annotated[str, StringConstraints(max_length=story.MOST_PART)] | None = None
    outcome: Annotated[str, StringConstraints(max_length=story.MOST_PART)] | None = None
    evidence: Annotated[str, StringConstraints(max_length=story.MOST_PART)] | None = None
    themes: Codes | None = None
    populations: Codes | None = None
    stage: Stage | None = None
    contacts: Annotated[list[Id], Field(max_length=MOST_CODES)] | None = None
    visibility: Visibility | None = None
    url: Annotated[str, StringConstraints(max_length=2000)] | None = None
    country: Annotated[str, StringConstraints(max_length=2)] | None = None
    year: Annotated[int, Field(ge=0, le=2200)] | None = None


class NewStory(StoryChange):
    """A story to share; without a visibility it is for the programme."""

    title: Title
    programme: Line | None = Field(None, description="Id or slug; left out, the reader's own.")
    owner: Id | None = Field(None, description="For coordinators; left out, the reader.")


class OrganisationBody(Strict):
    """An organisation and its side of the field."""

    name: Title
    side: Side | None = None


class InitiativeChange(Strict):
    """Fields of an initiative; what is left out stays, null empties."""

    title: Title | None = None
    language: Tag | None = Field(None, description="Left empty, it is detected.")
    what: Text | None = None
    for_whom: Annotated[str, StringConstraints(max_length=initiative.MOST_PART)] | None = None
    struggle: Annotated[str, StringConstraints(max_length=initiative.MOST_PART)] | None = None
    need: Annotated[str, StringConstraints(max_length=initiative.MOST_PART)] | None = None
    offer: Annotated[str, StringConstraints(max_length=initiative.MOST_PART)] | None = None
    themes: Codes | None = None
    populations: Codes | None = None
    stage: Stage | None = None
    flag: Flag | None = None


class NewInitiative(InitiativeChange):
    """Something a member works on."""

    title: Title


class MemberChange(Strict):
    """Fields of a member; what is left out stays, null empties."""

    name: Title | None = None
    pseudonym: Line | None = None
    kind: MemberKind | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(max_length=30)] | None = None
    organisation: OrganisationBody | None = None
    region: Line | None = None
    country: Annotated[str, StringConstraints(max_length=2)] | None = None
    languages: Annotated[list[Tag], Field(max_length=MOST_CODES)] | None = None
    role: Role | None = None
    wants: Annotated[list[Wish], Field(max_length=MOST_CODES)] | None = None
    capacity: Annotated[int, Field(ge=0, le=MOST_CAPACITY)] | None = None
    snoozed_until: AwareDatetime | None = None
    visibility: Visibility | None = None
    consents: Annotated[list[Purpose], Field(max_length=MOST_CODES)] | None = None


class NewMember(MemberChange):
    """Somebody who joins a programme."""

    name: Title
    email: Annotated[str, StringConstraints(min_length=3, max_length=254)]
    programme: Line | None = Field(None, description="Id or slug; left out, the reader's own.")
    initiatives: Annotated[
        tuple[NewInitiative, ...], Field(max_length=initiative.MOST_INITIATIVES)
    ] = ()


class ProgrammeChange(Strict):
    """Fields of a programme; what is left out stays, null empties."""

    name: Title | None = None
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None
    sector: Sector | None = None
    region: Line | None = None
    languages: Annotated[list[Tag], Field(max_length=MOST_CODES)] | None = None


class NewProgramme(ProgrammeChange):
    """A programme to open."""

    name: Title
    slug: Annotated[str, StringConstraints(max_length=MOST_SLUG)] | None = Field(
        None, description="Lower-case letters, digits and dashes; left out, made of the name."
    )


class ImportBody(Strict):
    """Records of one kind; each is taken or refused by itself."""

    programme: Line = Field("", description="Id or slug for records that name no programme.")
    records: Annotated[list[Any], Field(min_length=1, max_length=MOST_RECORDS)]


class RepublishBody(Strict):
    """What to publish again."""

    aggregate: Line = Field("", description="As in story/ID; everything when left out.")


def given(body: Strict) -> Mapping[str, object]:
    """Return what a body says, as plain JSON, without what it leaves out."""
    return body.model_dump(mode="json", exclude_unset=True)
