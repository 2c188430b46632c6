"""Who may: finds a thing for a reader, or says why not."""

from dataclasses import dataclass

from libs.kernel.errors import ForbiddenError, InvalidError, NotFoundError
from libs.kernel.ids import is_id
from libs.kernel.policy import Reader, Role, may_change, may_moderate, may_see
from libs.ports.database import Work
from services.ingestion.domain.errors import StaleError
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.member import Member
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Story
from services.ingestion.usecases.registry import Stores


@dataclass(frozen=True, slots=True)
class Expected:
    """The sequence that the reader knew, from ``If-Match``; None when it does not matter."""

    sequence: int | None = None

    def check(self, kept: Kept[Programme] | Kept[Member] | Kept[Story]) -> None:
        """Raise ``StaleError`` when the thing was changed since."""
        if self.sequence is not None and self.sequence != kept.sequence:
            raise StaleError("Read it again and send your change with its new ETag.")


@dataclass(frozen=True)
class Access:
    """Finds things as a reader may find them: what may not be seen is not there."""

    stores: Stores

    def programme(self, work: Work, reference: str) -> Kept[Programme]:
        """Return the programme with this id or slug; everybody may know the programmes."""
        programmes = self.stores.programmes
        found = (
            programmes.get(work, reference)
            if is_id(reference)
            else programmes.by_slug(work, reference)
        )
        if found is None:
            raise NotFoundError("There is no such programme.")
        return found

    def programme_to_fill(self, work: Work, reference: str, reader: Reader) -> Programme:
        """Return the programme into which the reader may put things, by default the own one."""
        named = reference or reader.programme
        if not named:
            why = "must name a programme"
            raise InvalidError("Say for which programme.", fields={"programme": why})
        programme = self.programme(work, named).state
        if not reader.has(Role.OPERATOR) and programme.id != reader.programme:
            raise ForbiddenError("This belongs to another programme than yours.")
        return programme

    def member(self, work: Work, member_id: str, reader: Reader) -> Kept[Member]:
        """Return a member that the reader may see."""
        kept = self.stores.members.get(work, member_id)
        if kept is None or not sees_member(reader, kept.state):
            raise NotFoundError("There is no such member.")
        return kept

    def member_to_change(self, work: Work, member_id: str, reader: Reader) -> Kept[Member]:
        """Return a member that the reader may change."""
        kept = self.member(work, member_id, reader)
        if not changes_member(reader, kept.state):
            raise ForbiddenError("Only the member and the coordinators may change this profile.")
        return kept

    def story(self, work: Work, story_id: str, reader: Reader) -> Kept[Story]:
        """Return a story that the reader may see."""
        kept = self.find_story(work, story_id, reader)
        if kept is None:
            raise NotFoundError("There is no such story.")
        return kept

    def find_story(self, work: Work, story_id: str, reader: Reader) -> Kept[Story] | None:
        """Return a story if there is one that the reader may see."""
        kept = self.stores.stories.get(work, story_id)
        return kept if kept is not None and sees_story(reader, kept.state) else None

    def story_to_moderate(self, work: Work, story_id: str, reader: Reader) -> Kept[Story]:
        """Return a story about whose reports the reader decides."""
        kept = self.story(work, story_id, reader)
        if not moderates_story(reader, kept.state):
            raise ForbiddenError(
                "Only coordinators of its programme decide about a story, and nobody about an own."
            )
        return kept

    def story_to_change(self, work: Work, story_id: str, reader: Reader) -> Kept[Story]:
        """Return a story that the reader may change."""
        kept = self.story(work, story_id, reader)
        story = kept.state
        if not may_change(reader, programme=story.programme, owners=(story.owner,)):
            raise ForbiddenError("Only its owner and the coordinators may change this story.")
        return kept


def sees_member(reader: Reader, member: Member) -> bool:
    """Tell whether the reader may see the profile of a member."""
    return may_see(
        reader, visibility=member.visibility, programme=member.programme, owners=(member.id,)
    )


def changes_member(reader: Reader, member: Member) -> bool:
    """Tell whether the reader may change a member, and so see everything about them."""
    return may_change(reader, programme=member.programme, owners=(member.id,))


def moderates_story(reader: Reader, story: Story) -> bool:
    """Tell whether the reader decides about reports of a story."""
    return may_moderate(reader, programme=story.programme, owner=story.owner)


def sees_story(reader: Reader, story: Story) -> bool:
    """Tell whether the reader may see a story; it belongs to its contacts as to its owner."""
    return may_see(
        reader,
        visibility=story.reach,
        programme=story.programme,
        owners=story.people,
    )
