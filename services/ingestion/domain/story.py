"""Stories: promising practices, failures, questions, offers, tools and events."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from libs.kernel.policy import Visibility
from libs.kernel.vocabulary import StoryKind
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.moderation import Ruling

MOST_SUMMARY = 2000
MOST_PART = 10_000


@dataclass(frozen=True, slots=True)
class Story:
    """One story as it stands; ``owner`` is empty when it was imported without one."""

    id: str
    programme: str
    owner: str
    published_at: datetime
    title: str
    kind: StoryKind = StoryKind.PRACTICE
    language: str = ""
    summary: str = ""
    body: str = ""
    context: str = ""
    outcome: str = ""
    evidence: str = ""
    themes: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    stage: int = 0
    contacts: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PROGRAMME
    url: str = ""
    country: str = ""
    year: int = 0
    ruling: Ruling | None = None

    @property
    def is_hidden(self) -> bool:
        """Tell whether a moderator hid it."""
        return self.ruling is not None and self.ruling.is_hiding

    @property
    def reach(self) -> Visibility:
        """Return who may see it now: what is hidden is as private, whatever its author chose."""
        return Visibility.PRIVATE if self.is_hidden else self.visibility

    @property
    def people(self) -> tuple[str, ...]:
        """Return whom it belongs to; what is hidden is its author's alone."""
        return (self.owner,) if self.is_hidden else (self.owner, *self.contacts)

    def without(self, member_id: str) -> "Story":
        """Return the story without a member, and without what a moderator said to that member."""
        contacts = tuple(other for other in self.contacts if other != member_id)
        if self.owner != member_id:
            return replace(self, contacts=contacts)
        ruling = replace(self.ruling, explanation="") if self.ruling else None
        return replace(self, owner="", contacts=contacts, ruling=ruling)

    @property
    def texts(self) -> dict[str, str]:
        """Return what people wrote, by field."""
        return {
            "title": self.title,
            "summary": self.summary,
            "body": self.body,
            "context": self.context,
            "outcome": self.outcome,
            "evidence": self.evidence,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """What a story has from where it stands and not from what is told."""

    id: str
    programme: str
    owner: str
    published_at: datetime


def read_story(fields: Fields, place: Place) -> Story:
    """Return the story of a record; valid only if the fields have no problems."""
    return Story(
        id=place.id,
        programme=place.programme,
        owner=place.owner,
        published_at=place.published_at,
        title=fields.line("title", required=True),
        kind=fields.code("kind", StoryKind, StoryKind.PRACTICE),
        language=fields.language("language"),
        summary=fields.text("summary", most=MOST_SUMMARY),
        body=fields.text("body"),
        context=fields.text("context", most=MOST_PART),
        outcome=fields.text("outcome", most=MOST_PART),
        evidence=fields.text("evidence", most=MOST_PART),
        themes=fields.themes("themes"),
        populations=fields.populations("populations"),
        stage=fields.stage("stage"),
        contacts=fields.references("contacts"),
        visibility=fields.code("visibility", Visibility, Visibility.PROGRAMME),
        url=fields.url("url"),
        country=fields.country("country"),
        year=fields.number("year", least=1000, most=2200),
    )


def story_record(story: Story) -> Mapping[str, object]:
    """Return the raw record that reads back as this story in the same place."""
    record = asdict(story)
    for part in ("id", "programme", "owner", "published_at", "ruling"):
        del record[part]
    return record
