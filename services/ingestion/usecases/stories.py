"""What readers can do with stories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from libs.kernel.errors import ForbiddenError
from libs.kernel.policy import IS_HIDDEN, All, Filter, Not, Reader, Role, Term, visible_to
from libs.kernel.vocabulary import StoryKind
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.outcome import Outcome
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Place, Story, read_story, story_record
from services.ingestion.usecases.access import Access, Expected
from services.ingestion.usecases.analysis import Analyst
from services.ingestion.usecases.once import Attempt, Once
from services.ingestion.usecases.paging import Page, page, position
from services.ingestion.usecases.registry import Registry, Stores
from services.ingestion.usecases.story_intake import (
    FindMember,
    StoryDraft,
    StoryIntake,
    prepared,
)


@dataclass(frozen=True)
class CreateStory:
    """A member tells a story, or a coordinator does for the programme."""

    registry: Registry
    analyst: Analyst

    def __call__(self, record: Mapping[str, object], reader: Reader, attempt: Attempt) -> Outcome:
        """Return what became of it.

        The owner is whoever tells it; coordinators may name another member of the programme.
        """
        registry, fields = self.registry, Fields(record)
        reference, owner = fields.line("programme"), fields.line("owner")
        place = Place(registry.ids.new(), "", "", registry.clock.now())
        story = read_story(fields, place)
        analyse = prepared(self.analyst, [story])

        def create(work: Work) -> list[Outcome]:
            programme = Access(registry.stores).programme_to_fill(work, reference, reader)
            find = member_of(registry.stores, work, programme)
            told_by = _owner(owner, reader, fields, find)
            whole = replace(story, programme=programme.id, owner=told_by)
            draft = StoryDraft(whole, fields, programme, None, find)
            return [StoryIntake(registry, analyse)(work, draft, reader)]

        return Once(registry)(attempt, reader, create)[0]


@dataclass(frozen=True)
class ChangeStory:
    """The owner or a coordinator changes some fields of a story."""

    registry: Registry
    analyst: Analyst

    def __call__(
        self, story_id: str, change: Mapping[str, object], reader: Reader, expected: Expected
    ) -> Outcome:
        """Return what became of it; fields that the change lacks stay, null empties a field."""
        registry, access = self.registry, Access(self.registry.stores)
        with registry.database.read() as work:
            kept = access.story_to_change(work, story_id, reader)
        analyse = prepared(self.analyst, [_merged(kept.state, change)[0]])
        with registry.database.write() as work:
            kept = access.story_to_change(work, story_id, reader)
            expected.check(kept)
            story, fields = _merged(kept.state, change)
            programme = access.programme(work, story.programme).state
            find = member_of(registry.stores, work, programme)
            draft = StoryDraft(story, fields, programme, kept, find)
            return StoryIntake(registry, analyse)(work, draft, reader)


@dataclass(frozen=True)
class WithdrawStory:
    """The owner or a coordinator takes a story out of the network, for good."""

    registry: Registry

    def __call__(self, story_id: str, reader: Reader, expected: Expected) -> None:
        """Delete the story and tell it."""
        with self.registry.database.write() as work:
            kept = Access(self.registry.stores).story_to_change(work, story_id, reader)
            expected.check(kept)
            self.registry.withdraw_story(work, kept)


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story with whom to ask about it, its owner if nobody else, as far as the reader may see.

    The contacts are display names by id.
    """

    kept: Kept[Story]
    contacts: Mapping[str, str]


@dataclass(frozen=True)
class ReadStory:
    """A reader reads one story."""

    registry: Registry

    def __call__(self, story_id: str, reader: Reader) -> ShownStory:
        """Return the story if the reader may see it."""
        stores = self.registry.stores
        with self.registry.database.read() as work:
            kept = Access(stores).story(work, story_id, reader)
            return _shown(stores, work, [kept], reader)[0]


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories; an empty field means all."""

    kind: StoryKind | None = None
    programme: str = ""
    owner: str = ""


@dataclass(frozen=True)
class ListStories:
    """A reader leafs through the stories, newest first."""

    registry: Registry

    def __call__(
        self, wanted: StoryFilter, reader: Reader, *, limit: int, cursor: str
    ) -> Page[ShownStory]:
        """Return the stories that the reader may see."""
        before = position(cursor)
        stores = self.registry.stores
        with self.registry.database.read() as work:
            parts: list[Filter] = [visible_to(reader), Not(IS_HIDDEN)]
            if wanted.kind is not None:
                parts.append(Term("kind", (wanted.kind.value,)))
            if wanted.owner:
                parts.append(Term("owner", (wanted.owner,)))
            if wanted.programme:
                programme = Access(stores).programme(work, wanted.programme)
                parts.append(Term("programme", (programme.state.id,)))
            condition = All(tuple(parts))
            found = stores.stories.find(work, condition, before=before, limit=limit + 1)
            shown = _shown(stores, work, found, reader)
        return page(shown, [kept.state.id for kept in found], limit)


def member_of(stores: Stores, work: Work, programme: Programme) -> FindMember:
    """Return a function that knows the members of a programme by their ids."""

    def find(member_id: str) -> str:
        kept = stores.members.get(work, member_id)
        return kept.state.id if kept and kept.state.programme == programme.id else ""

    return find


def _shown(
    stores: Stores, work: Work, found: Sequence[Kept[Story]], reader: Reader
) -> list[ShownStory]:
    """Return the stories with those of their contacts whom the reader may see."""
    asked = [kept.state.contacts or (kept.state.owner,) for kept in found]
    ids = tuple(sorted({member_id for contacts in asked for member_id in contacts}))
    condition = All((visible_to(reader), Term("owner", ids)))
    members = stores.members.find(work, condition, after="", limit=len(ids))
    names = {member.state.id: member.state.display_name for member in members}
    return [
        ShownStory(kept, {one: names[one] for one in contacts if one in names})
        for kept, contacts in zip(found, asked, strict=True)
    ]


def _merged(story: Story, change: Mapping[str, object]) -> tuple[Story, Fields]:
    fields = Fields({**story_record(story), **change})
    place = Place(story.id, story.programme, story.owner, story.published_at)
    return read_story(fields, place), fields


def _owner(owner: str, reader: Reader, fields: Fields, find: FindMember) -> str:
    if reader.has(Role.COORDINATOR):
        found = find(owner or reader.member_id)
        if owner and not found:
            fields.refuse("owner", "must be the id of a member of the programme")
        return found
    if not reader.member_id:
        raise ForbiddenError("This key may read. Stories are told by members and coordinators.")
    if owner not in {"", reader.member_id}:
        raise ForbiddenError("Only coordinators may tell a story in somebody else's name.")
    return reader.member_id
