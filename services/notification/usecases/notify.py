"""From what happened to what is told: rows under a dedupe key, nothing sent here."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.gen.kring.events.v1 import stories_pb2 as tales
from libs.contracts.gen.kring.events.v1.introductions_pb2 import (
    INTRODUCTION_STATE_ASKED,
    INTRODUCTION_STATE_INTRODUCED,
    Introduction,
)
from libs.contracts.gen.kring.events.v1.matches_pb2 import Slate
from libs.kernel.clock import Clock
from libs.kernel.ids import Ids
from libs.ports.database import Work
from services.notification.domain.dedupe import (
    dedupe_key,
    introduction_fact,
    news,
    next_due,
    people_fact,
    ruling_fact,
    window_of,
)
from services.notification.domain.delivery import plan
from services.notification.domain.preference import Kind
from services.notification.domain.wording import ruling_words
from services.notification.ports import Deliveries, Members, Mention, Notification, Notifications

_OUTCOMES = {
    tales.RULING_OUTCOME_HIDDEN: "hidden",
    tales.RULING_OUTCOME_UPHELD: "upheld",
    tales.RULING_OUTCOME_RESTORED: "restored",
}
_REASONS = {
    tales.REPORT_REASON_PERSONAL_DATA: "personal_data",
    tales.REPORT_REASON_HURTFUL: "hurtful",
    tales.REPORT_REASON_UNTRUE: "untrue",
    tales.REPORT_REASON_ADVERTISING: "advertising",
    tales.REPORT_REASON_RIGHTS: "rights",
    tales.REPORT_REASON_OTHER: "other",
}


@dataclass(frozen=True, slots=True)
class Tell:
    """Write down that a member is told something, in the page and by mail, once per fact."""

    members: Members
    notifications: Notifications
    deliveries: Deliveries
    clock: Clock
    ids: Ids

    def __call__(
        self,
        work: Work,
        told: Notification,
        mentions: Mapping[str, str],
        *,
        due_at: float,
    ) -> None:
        """Add the rows, unless they are there or everybody concerned was erased."""
        erased = self.members.erased(work, {told.recipient_id, *mentions})
        people = [Mention(each, words) for each, words in mentions.items() if each not in erased]
        if told.recipient_id in erased or not people:
            return
        if self.notifications.add(work, told, people):
            delivery = plan(told.id, must_arrive=told.kind.must_arrive, due_at=due_at)
            self.deliveries.add(work, delivery)

    def draft(
        self, recipient_id: str, kind: Kind, *, programme: str, subject_id: str, key: str
    ) -> Notification:
        """Return a notification of now."""
        return Notification(
            id=self.ids.new(),
            programme=programme,
            recipient_id=recipient_id,
            kind=kind,
            subject_id=subject_id,
            dedupe_key=key,
            changed_at=self.clock.now().timestamp(),
        )


@dataclass(frozen=True, slots=True)
class NotifySlate:
    """Tell a member of people on the slate who were not told of before.

    The first news leaves at once. More within a window is added to the mail that waits, which is
    due a window after the last one: however often a slate changes, it is one mail a day.
    """

    tell: Tell

    def __call__(self, work: Work, member_id: str, slate: Slate, *, programme: str) -> None:
        """Bring what was told up to date with the slate, and add what is new."""
        tell = self.tell
        words = {each.member_id: each.reason for each in slate.recommendations}
        tell.notifications.refresh_recommendations(work, member_id, words)
        fresh = news(words, tell.notifications.told_of(work, member_id))
        if not fresh:
            return
        now = tell.clock.now().timestamp()
        last = tell.deliveries.lock(work, tell.notifications.newest_recommendation(work, member_id))
        if last is not None and last.is_untouched:
            erased = tell.members.erased(work, fresh)
            added = [Mention(each, words[each]) for each in fresh if each not in erased]
            if added:
                tell.notifications.extend(work, last.notification_id, added, now=now)
            return
        due_at = next_due(last.due_at if last else None, now)
        kind, fact = Kind.RECOMMENDATION, people_fact(fresh)
        key = dedupe_key(programme, member_id, kind, fact, window_of(due_at))
        told = tell.draft(member_id, kind, programme=programme, subject_id="", key=key)
        tell(work, told, {each: words[each] for each in fresh}, due_at=due_at)


@dataclass(frozen=True, slots=True)
class NotifyIntroduction:
    """Tell the asked one of a question, and both of an introduction; of an end, nobody."""

    tell: Tell

    def __call__(self, work: Work, state: Introduction, *, programme: str) -> None:
        """Make sure that every row this state implies exists, and that no other still shows."""
        is_asked = state.state == INTRODUCTION_STATE_ASKED
        is_introduced = state.state == INTRODUCTION_STATE_INTRODUCED
        asker, asked, subject = state.asker_id, state.asked_id, state.introduction_id
        for kind, holds in (
            (Kind.INTRODUCTION_ASKED, is_asked),
            (Kind.INTRODUCED, is_introduced),
        ):
            self.tell.notifications.set_current(work, subject, kind, is_current=holds)
        if is_asked:
            told = {asker: state.message}
            self._tell(work, asked, told, Kind.INTRODUCTION_ASKED, (programme, subject))
        if is_introduced:
            self._tell(work, asked, {asker: ""}, Kind.INTRODUCED, (programme, subject))
            self._tell(work, asker, {asked: ""}, Kind.INTRODUCED, (programme, subject))

    def _tell(
        self,
        work: Work,
        recipient_id: str,
        mentions: Mapping[str, str],
        kind: Kind,
        origin: tuple[str, str],
    ) -> None:
        programme, subject = origin
        key = dedupe_key(programme, recipient_id, kind, introduction_fact(subject, kind.value))
        told = self.tell.draft(recipient_id, kind, programme=programme, subject_id=subject, key=key)
        self.tell(work, told, mentions, due_at=self.tell.clock.now().timestamp())


@dataclass(frozen=True, slots=True)
class NotifyRuling:
    """Tell an author what a moderator decided about a story, once per decision."""

    tell: Tell

    def __call__(self, work: Work, story_id: str, state: tales.Story, *, programme: str) -> None:
        """Make sure that the author is told of the last decision, unless the story is gone."""
        if state.withdrawn:
            told = self.tell.notifications
            told.set_current(work, story_id, Kind.MODERATION, is_current=False)
        ruling, outcome = state.ruling, _OUTCOMES.get(state.ruling.outcome)
        if state.withdrawn or outcome is None:
            return
        tell, author, kind = self.tell, state.owner_id, Kind.MODERATION
        words = ruling_words(outcome, _REASONS.get(ruling.reason, ""), ruling.explanation)
        key = dedupe_key(programme, author, kind, ruling_fact(story_id, ruling.number))
        told_now = tell.draft(author, kind, programme=programme, subject_id=story_id, key=key)
        tell(work, told_now, {author: words}, due_at=tell.clock.now().timestamp())
