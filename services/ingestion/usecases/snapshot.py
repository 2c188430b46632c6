"""States of the domain as the snapshots that travel on the topics."""

from datetime import datetime
from enum import StrEnum

from google.protobuf.timestamp_pb2 import Timestamp

from libs.contracts.gen.kring.events.v1 import members_pb2 as people
from libs.contracts.gen.kring.events.v1 import stories_pb2 as tales
from libs.contracts.gen.kring.events.v1 import vocabulary_pb2 as words
from libs.contracts.gen.kring.events.v1.programmes_pb2 import Programme as ProgrammeState
from services.ingestion.domain.initiative import Initiative
from services.ingestion.domain.member import Member
from services.ingestion.domain.moderation import Ruling
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Story

ERASED = people.Member(erased=True)
WITHDRAWN = tales.Story(withdrawn=True)


def programme_state(programme: Programme) -> ProgrammeState:
    """Return the snapshot of a programme."""
    return ProgrammeState(
        programme_id=programme.id,
        slug=programme.slug,
        name=programme.name,
        description=programme.description,
        sector=programme.sector,
        region=programme.region,
        languages=programme.languages,
    )


def story_state(story: Story) -> tales.Story:
    """Return the snapshot of a story; only its owner is told why it is hidden or is not any more.

    What is hidden goes out as private, so that a reader that does not know of hiding shows it to
    nobody else.
    """
    state = tales.Story(
        story_id=story.id,
        kind=_name("STORY_KIND", story.kind),
        language=story.language,
        title=story.title,
        summary=story.summary,
        body=story.body,
        context=story.context,
        outcome=story.outcome,
        evidence=story.evidence,
        themes=story.themes,
        populations=story.populations,
        stage=_stage(story.stage),
        contact_ids=story.contacts,
        visibility=_name("VISIBILITY", story.reach),
        hidden=story.is_hidden,
        owner_id=story.owner,
        url=story.url,
        country=story.country,
        year=story.year,
        published_at=_moment(story.published_at),
    )
    if story.ruling is not None and story.owner:
        state.ruling.CopyFrom(_ruling(story.ruling))
    return state


def _ruling(ruling: Ruling) -> tales.Ruling:
    return tales.Ruling(
        outcome=_name("RULING_OUTCOME", ruling.state),
        reason=_name("REPORT_REASON", ruling.reason) if ruling.reason else None,
        explanation=ruling.explanation,
        number=ruling.number,
    )


def member_state(member: Member) -> people.Member:
    """Return the snapshot of a member with all initiatives."""
    state = people.Member(
        member_id=member.id,
        display_name=member.display_name,
        contact=people.Contact(email=member.email, phone=member.phone, full_name=member.name),
        kind=_name("MEMBER_KIND", member.kind),
        role=_name("ROLE", member.role),
        languages=member.languages,
        region=member.region,
        country=member.country,
        wishes=[_name("WISH", wish) for wish in member.wants],
        capacity=member.capacity,
        visibility=_name("VISIBILITY", member.visibility),
        consents=[_name("PURPOSE", purpose) for purpose in member.consents],
        blocked_ids=member.blocked,
        initiatives=[_initiative_state(initiative) for initiative in member.initiatives],
    )
    if member.organisation is not None:
        side = _name("SIDE", member.organisation.side or "unspecified")
        organisation = people.Organisation(name=member.organisation.name, side=side)
        state.organisation.CopyFrom(organisation)
    if member.snoozed_until is not None:
        state.snoozed_until.FromDatetime(member.snoozed_until)
    return state


def _initiative_state(initiative: Initiative) -> people.Initiative:
    return people.Initiative(
        initiative_id=initiative.id,
        title=initiative.title,
        language=initiative.language,
        what=initiative.what,
        for_whom=initiative.for_whom,
        struggle=initiative.struggle,
        need=initiative.need,
        offer=initiative.offer,
        themes=initiative.themes,
        populations=initiative.populations,
        stage=_stage(initiative.stage),
        flag=_name("FLAG", initiative.flag or "unspecified"),
        updated_at=_moment(initiative.updated_at),
    )


def _stage(stage: int) -> str:
    return words.Stage.Name(words.Stage.values()[stage])


def _name(prefix: str, word: StrEnum | str) -> str:
    return f"{prefix}_{word.upper()}"


def _moment(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
