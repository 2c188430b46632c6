"""Reporting a story, hiding it, and appealing against that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.kernel.errors import ConflictError, ForbiddenError, InvalidError
from libs.kernel.policy import IS_HIDDEN, All, Reader, Role, Term
from libs.kernel.vocabulary import ReportReason
from libs.ports.database import Work
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.kept import Kept
from services.ingestion.domain.moderation import (
    HIDING,
    MOST_WORDS,
    WAITING,
    Case,
    Decision,
    Report,
    appealed,
    check_again,
    decided,
    is_same,
    possible,
    reported,
    ruling_of,
)
from services.ingestion.domain.story import Story
from services.ingestion.usecases.access import Access, Expected, moderates_story
from services.ingestion.usecases.paging import Page, page, position
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.story_intake import MEND


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case with its story, as somebody reads it who has a part in it."""

    case: Case
    story: Kept[Story]
    reports: Sequence[Report] = ()
    decisions: Sequence[Decision] = ()
    """What this reader may decide now."""


@dataclass(frozen=True)
class ReportStory:
    """A member says that a story should not be there."""

    registry: Registry

    def __call__(
        self, story_id: str, reader: Reader, reason: ReportReason, explanation: str
    ) -> None:
        """Keep the report; the same member's next one about the same text replaces it."""
        if not reader.member_id:
            raise ForbiddenError("Members report stories: sign in as one.")
        registry, cases, words = self.registry, self.registry.stores.cases, _words(explanation)
        with registry.database.write() as work:
            story = Access(registry.stores).story(work, story_id, reader)
            if story.state.owner == reader.member_id:
                raise ConflictError("This is your own story: change it or take it back.")
            before = cases.report_of(work, story_id, reader.member_id)
            if before is not None:
                check_again(before, story.sequence)
            now = registry.clock.now()
            report = Report(story_id, reader.member_id, reason, words, now, story.sequence)
            cases.put_report(work, report)
            case = reported(cases.get(work, story_id), report, story.state.programme)
            cases.put(work, case)


@dataclass(frozen=True)
class ListCases:
    """A coordinator looks at what there is to decide, or at what is hidden."""

    registry: Registry

    def __call__(
        self, reader: Reader, *, is_hidden: bool, limit: int, cursor: str
    ) -> Page[ShownCase]:
        """Return cases of the own programme, for operators of all, the oldest story first.

        Stories that the reader may not see are left out: a block holds for coordinators too.
        """
        stores, after = self.registry.stores, position(cursor)
        programme = "" if reader.has(Role.OPERATOR) else reader.programme
        states = tuple(sorted(HIDING)) if is_hidden else WAITING
        with self.registry.database.read() as work:
            found = stores.cases.find(work, states, programme, after=after, limit=limit + 1)
            cases = page(found, [case.story_id for case in found], limit)
            reports = stores.cases.open_reports(work, [case.story_id for case in cases.items])
            shown = [self._shown(work, case, reports, reader) for case in cases.items]
        return Page([each for each in shown if each is not None], cases.cursor)

    def _shown(
        self, work: Work, case: Case, reports: Sequence[Report], reader: Reader
    ) -> ShownCase | None:
        story = Access(self.registry.stores).find_story(work, case.story_id, reader)
        if story is None:
            return None
        mine = tuple(report for report in reports if report.story_id == case.story_id)
        may = moderates_story(reader, story.state)
        return ShownCase(case, story, mine, possible(case, reader) if may else ())


@dataclass(frozen=True)
class ListOwnCases:
    """An author reads which of the own stories are hidden, and why."""

    registry: Registry
    most: int = 100

    def __call__(self, reader: Reader) -> Sequence[ShownCase]:
        """Return the hidden stories of a member with their cases, newest first."""
        if not reader.member_id:
            raise ForbiddenError("Authors read this: sign in as a member.")
        stores = self.registry.stores
        with self.registry.database.read() as work:
            named = All((Term("owner", (reader.member_id,)), IS_HIDDEN))
            found = stores.stories.find(work, named, before="", limit=self.most)
            own = [story for story in found if story.state.owner == reader.member_id]
            cases = [(story, stores.cases.get(work, story.state.id)) for story in own]
        return [ShownCase(case, story) for story, case in cases if case is not None]


@dataclass(frozen=True)
class Decide:
    """A moderator decides about a story that was reported, or about an appeal."""

    registry: Registry

    def __call__(
        self,
        story_id: str,
        decision: Decision,
        reader: Reader,
        expected: Expected,
        *,
        reason: ReportReason | None,
        explanation: str,
    ) -> Case:
        """Return the case as it stands now; the same decision sent twice has one effect."""
        registry, cases, words = self.registry, self.registry.stores.cases, _words(explanation)
        with registry.database.write() as work:
            story = Access(registry.stores).story_to_moderate(work, story_id, reader)
            case = cases.get(work, story_id)
            if case is None:
                raise ConflictError("Nobody reported this story: report it first, then decide.")
            if is_same(case, decision, reader, words):
                return case
            expected.check(story)
            now = registry.clock.now()
            case = decided(case, decision, reader, now, reason=reason, explanation=words)
            ruling = ruling_of(case, story.state.ruling)
            if ruling != story.state.ruling:
                story = story.changed(replace(story.state, ruling=ruling))
                registry.keep_story(work, story)
            cases.put(work, case)
            cases.settle(work, story_id, story.sequence)
            return case


@dataclass(frozen=True)
class Appeal:
    """The author of a hidden story asks for another look, once."""

    registry: Registry

    def __call__(self, story_id: str, reader: Reader, explanation: str) -> Case:
        """Return the case as it stands now; raises ``ForbiddenError`` unless it is the author."""
        registry, cases, words = self.registry, self.registry.stores.cases, _words(explanation)
        if not words:
            raise InvalidError("Say why.", fields={"explanation": "must not be empty"})
        with registry.database.write() as work:
            story = Access(registry.stores).story(work, story_id, reader)
            if not reader.member_id or story.state.owner != reader.member_id:
                raise ForbiddenError("Only the author of a story appeals.")
            case = cases.get(work, story_id)
            if case is None:
                raise ConflictError("This story is not hidden.")
            case = appealed(case, words, registry.clock.now())
            cases.put(work, case)
            return case


def _words(text: str) -> str:
    """Return what somebody wrote in its one form; raises ``InvalidError`` for what is no text."""
    fields = Fields({"explanation": text})
    words = fields.text("explanation", most=MOST_WORDS)
    if fields.problems:
        raise InvalidError(MEND, fields=fields.problems)
    return words
