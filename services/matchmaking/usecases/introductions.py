"""Introductions: asked, answered, looked at and lapsed."""

from collections.abc import Callable
from dataclasses import dataclass

from libs.kernel.clock import Clock
from libs.kernel.errors import ConflictError, ForbiddenError, NotFoundError
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader
from libs.kernel.vocabulary import Purpose
from libs.ports.database import Database, Work
from services.matchmaking.domain import introduction as domain
from services.matchmaking.domain.eligibility import has_place, is_available, may_know
from services.matchmaking.domain.exposure import Load
from services.matchmaking.domain.introduction import Answer, Introduction, State
from services.matchmaking.domain.profile import Contact, Profile
from services.matchmaking.ports.store import Store
from services.matchmaking.usecases.circumstances import Situation
from services.matchmaking.usecases.messages import publish_introduction

NOBODY = "There is no such member."
NOTHING = "There is no such introduction."
LAPSED_BATCH = 200


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case about introductions works with."""

    store: Store
    database: Database
    clock: Clock
    ids: Ids
    wake: Callable[[], None]
    """Ask for the refreshing of slates soon."""
    share: Callable[[], None]
    """Ask for the sharing of blocks soon."""

    def now(self) -> float:
        """Return Unix seconds."""
        return self.clock.now().timestamp()

    def keep(self, work: Work, introduction: Introduction) -> None:
        """Store and publish an introduction; the slates of both, and those around, follow."""
        self.store.introductions.put(work, introduction)
        publish_introduction(work, introduction)
        both = (introduction.asker_id, introduction.asked_id)
        around = self.store.slates.showing(work, [introduction.asked_id])
        self.store.marks.put(work, both, at=self.now(), urgent=True)
        self.store.marks.put(work, sorted(around - set(both)), at=self.now(), urgent=False)

    def view(self, work: Work, introduction: Introduction, reader: Reader) -> "View":
        """Return an introduction as one of both may know it; raises ``NotFoundError`` otherwise."""
        who = reader.member_id
        if who not in {introduction.asker_id, introduction.asked_id}:
            raise NotFoundError(NOTHING)
        is_asker = who == introduction.asker_id
        other_id = introduction.asked_id if is_asker else introduction.asker_id
        state = domain.state_for(introduction, who, self.now())
        blocked = self.store.bounds.blocked(work, who) | reader.blocked
        if other_id in blocked and (not is_asker or state is State.INTRODUCED):
            # to the asker an open question stays as it was: nobody learns of a block from it
            raise NotFoundError(NOTHING)
        introduced = state is State.INTRODUCED
        return View(
            introduction=introduction,
            state=state,
            is_asker=is_asker,
            other_id=other_id,
            other=self.store.profiles.get(work, [other_id]).get(other_id),
            contact=self.store.profiles.contact(work, other_id) if introduced else None,
            answered_at=introduction.answered_at if introduced or not is_asker else None,
        )


@dataclass(frozen=True, slots=True)
class View:
    """An introduction as one of both may know it."""

    introduction: Introduction
    state: State
    is_asker: bool
    other_id: str
    other: Profile | None
    contact: Contact | None
    """How to reach the other; only once both agreed."""
    answered_at: float | None


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a member for an introduction, in one's own words."""

    desk: Desk

    def __call__(self, member_id: str, message: str, *, reader: Reader) -> View:
        """Return the new introduction.

        Raises ``NotFoundError`` for oneself and whoever is not visible, ``ConflictError`` when the
        pair has an introduction already or the member takes no questions now.
        """
        desk = self.desk
        with desk.database.write() as work:
            asker, asked = self._both(work, reader.member_id, member_id)
            self._refuse_again(work, asker.member_id, asked.member_id)
            at = Situation(desk.store, desk.now())(work, asker)
            if asked.member_id in reader.blocked or not may_know(asker, asked, at):
                raise NotFoundError(NOBODY)
            taken = desk.store.introductions.loads(work, [member_id], desk.now())
            full = taken.get(member_id, Load()).taken >= asked.capacity
            if full or not has_place(asked, at) or not is_available(asked, at):
                raise ConflictError("This member takes no questions now; try again next month.")
            introduction = domain.ask(
                desk.ids.new(),
                asker_id=asker.member_id,
                asked_id=asked.member_id,
                programme=asked.programme,
                message=message,
                now=desk.now(),
            )
            desk.keep(work, introduction)
            view = desk.view(work, introduction, reader)
        desk.wake()
        return view

    def _both(self, work: Work, asker_id: str, asked_id: str) -> tuple[Profile, Profile]:
        """Return both members, locked in one order so that two questions cannot cross."""
        if not asker_id:
            raise ForbiddenError("Only a member can ask; a programme's key is nobody.")
        locked = {
            one: self.desk.store.profiles.lock(work, one) for one in sorted({asker_id, asked_id})
        }
        asker, asked = locked[asker_id], locked[asked_id]
        if asked is None or asker_id == asked_id:
            raise NotFoundError(NOBODY)
        if asker is None or Purpose.MATCHING not in asker.consents:
            raise ForbiddenError("Give your consent to matching in your profile first.")
        return asker, asked

    def _refuse_again(self, work: Work, asker_id: str, asked_id: str) -> None:
        now = self.desk.now()
        mine = self.desk.store.introductions.between(work, asker_id, asked_id)
        theirs = self.desk.store.introductions.between(work, asked_id, asker_id)
        if any(one is not None and one.state is State.INTRODUCED for one in (mine, theirs)):
            raise ConflictError("You were introduced already.")
        if mine is not None and domain.is_resting(mine, now):
            raise ConflictError("You asked this member before; twelve weeks later you may again.")
        if theirs is not None and domain.is_open(theirs, now):
            raise ConflictError("This member asked you: answer that question.")


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer a question that one was asked."""

    desk: Desk

    def __call__(self, introduction_id: str, given: Answer, *, reader: Reader) -> View:
        """Return the introduction after the answer.

        The asked member's places are counted under a lock, so that two cannot be accepted for one.
        Raises ``NotFoundError`` for whoever was not asked, ``ForbiddenError`` for the asker,
        ``ConflictError`` when it is no longer open or no place is free.
        """
        desk = self.desk
        with desk.database.write() as work:
            asked = desk.store.profiles.lock(work, reader.member_id)
            introduction = desk.store.introductions.get(work, introduction_id)
            if introduction is None or asked is None:
                raise NotFoundError(NOTHING)
            if desk.view(work, introduction, reader).is_asker:
                raise ForbiddenError("Only the member who was asked can answer.")
            load = desk.store.introductions.loads(work, [asked.member_id], desk.now())
            taken = load.get(asked.member_id, Load()).taken
            answered = domain.answer(
                introduction, given, free_places=asked.capacity - taken, now=desk.now()
            )
            desk.keep(work, answered)
            view = desk.view(work, answered, reader)
            self._limit(work, answered, given)
        desk.wake()
        if given is Answer.BLOCK:
            desk.share()
        return view

    def _limit(self, work: Work, introduction: Introduction, given: Answer) -> None:
        """Keep to what a refusal asks beyond this one question."""
        bounds = self.desk.store.bounds
        if given is Answer.PAUSE:
            bounds.pause(work, introduction.asked_id, domain.pause_until(self.desk.now()))
        if given is Answer.BLOCK:
            bounds.block(work, introduction.asked_id, introduction.asker_id)


@dataclass(frozen=True, slots=True)
class Look:
    """Return one introduction of the reader."""

    desk: Desk

    def __call__(self, introduction_id: str, *, reader: Reader) -> View:
        """Return it; raises ``NotFoundError`` for anybody but the two."""
        with self.desk.database.read() as work:
            introduction = self.desk.store.introductions.get(work, introduction_id)
            if introduction is None:
                raise NotFoundError(NOTHING)
            return self.desk.view(work, introduction, reader)


@dataclass(frozen=True, slots=True)
class LookThrough:
    """Return the introductions of the reader in either part, newest first."""

    desk: Desk

    def __call__(self, *, reader: Reader, limit: int, before: str = "") -> tuple[list[View], str]:
        """Return a page, and where the next one starts; empty on the last page."""
        with self.desk.database.read() as work:
            page = self.desk.store.introductions.page(
                work, reader.member_id, limit=limit + 1, before=before
            )
            views = [view for one in page[:limit] for view in self._seen(work, one, reader)]
        return views, page[limit - 1].id if len(page) > limit else ""

    def _seen(self, work: Work, introduction: Introduction, reader: Reader) -> list[View]:
        try:
            return [self.desk.view(work, introduction, reader)]
        except NotFoundError:
            return []


@dataclass(frozen=True, slots=True)
class Expire:
    """Let unanswered questions lapse when their time is over."""

    desk: Desk

    def __call__(self) -> int:
        """Return how many lapsed, of at most ``LAPSED_BATCH`` that were due."""
        desk = self.desk
        with desk.database.read() as work:
            due = desk.store.introductions.lapsed(work, desk.now(), limit=LAPSED_BATCH)
        if not due:
            return 0
        with desk.database.write() as work:
            lapsed = [
                domain.expire(one, desk.now())
                for one in desk.store.introductions.lapsed(work, desk.now(), limit=LAPSED_BATCH)
            ]
            for one in lapsed:
                desk.keep(work, one)
        return len(lapsed)
