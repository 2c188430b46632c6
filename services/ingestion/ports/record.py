"""What ingestion needs: its tables, a detector of languages and a sketcher of texts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from libs.kernel.policy import Filter
from libs.ports.database import Work
from services.ingestion.domain.consent import Consent
from services.ingestion.domain.erasure import Erasure
from services.ingestion.domain.inbox import InboxKey
from services.ingestion.domain.kept import Answer, Kept, Known, Likeness
from services.ingestion.domain.language import Guess
from services.ingestion.domain.member import Member
from services.ingestion.domain.moderation import Case, Report, State
from services.ingestion.domain.programme import Programme
from services.ingestion.domain.story import Story


class Programmes(Protocol):
    """The programmes, by id and by slug."""

    def get(self, work: Work, programme_id: str) -> Kept[Programme] | None:
        """Return a programme; in a writing transaction nobody else changes it until the end."""
        ...

    def by_slug(self, work: Work, slug: str) -> Kept[Programme] | None:
        """Return the programme with this slug."""
        ...

    def put(self, work: Work, kept: Kept[Programme]) -> None:
        """Make this its state, new or changed."""
        ...

    def find(self, work: Work, *, after: str, limit: int) -> Sequence[Kept[Programme]]:
        """Return programmes with ids above ``after``, oldest first."""
        ...


class Members(Protocol):
    """The members with their initiatives and blocks."""

    def get(self, work: Work, member_id: str) -> Kept[Member] | None:
        """Return a member; in a writing transaction nobody else changes it until the end."""
        ...

    def by_email(self, work: Work, programme_id: str, email: str) -> str:
        """Return the id of the member of a programme with this address, else the empty text."""
        ...

    def put(self, work: Work, kept: Kept[Member]) -> None:
        """Make this the state, with all initiatives and blocks, new or changed."""
        ...

    def remove(self, work: Work, member_id: str) -> None:
        """Delete every row about a member, also the blocks by others."""
        ...

    def who_blocked(self, work: Work, member_id: str) -> Sequence[Kept[Member]]:
        """Return the members who blocked this one."""
        ...

    def find(
        self, work: Work, condition: Filter, *, after: str, limit: int
    ) -> Sequence[Kept[Member]]:
        """Return members with ids above ``after`` that a filter accepts, oldest first.

        The filter's fields are ``visibility``, ``programme``, ``email`` and ``owner``, the
        member's own id.
        """
        ...


class Stories(Protocol):
    """The stories."""

    def get(self, work: Work, story_id: str) -> Kept[Story] | None:
        """Return a story; in a writing transaction nobody else changes it until the end."""
        ...

    def put(self, work: Work, kept: Kept[Story]) -> None:
        """Make this its state, new or changed."""
        ...

    def remove(self, work: Work, story_id: str) -> None:
        """Delete every row about a story."""
        ...

    def of_member(self, work: Work, member_id: str) -> Sequence[Kept[Story]]:
        """Return the stories that a member owns or is a contact of."""
        ...

    def find(
        self, work: Work, condition: Filter, *, before: str, limit: int
    ) -> Sequence[Kept[Story]]:
        """Return stories with ids below ``before`` that a filter accepts, newest first.

        No ``before`` starts at the newest. The filter's fields are ``visibility``, ``programme``,
        ``owner`` (with the contacts), ``kind`` and ``hidden``, which is ``true`` for those that a
        moderator hid.
        """
        ...


class Cases(Protocol):
    """The reports of stories, and what was decided about each story."""

    def get(self, work: Work, story_id: str) -> Case | None:
        """Return the case of a story; its story is read first, so that nobody else changes it."""
        ...

    def put(self, work: Work, case: Case) -> None:
        """Make this its state, new or changed."""
        ...

    def find(
        self, work: Work, states: Sequence[State], programme: str, *, after: str, limit: int
    ) -> Sequence[Case]:
        """Return the cases of a programme, of all if none is named, oldest story first."""
        ...

    def report_of(self, work: Work, story_id: str, reporter: str) -> Report | None:
        """Return what a member reported about a story."""
        ...

    def put_report(self, work: Work, report: Report) -> None:
        """Keep a report, new or changed."""
        ...

    def reports_by(self, work: Work, reporter: str) -> Sequence[Report]:
        """Return everything that a member reported, oldest first."""
        ...

    def open_reports(self, work: Work, story_ids: Sequence[str]) -> Sequence[Report]:
        """Return the reports of stories that nobody decided on yet, oldest first."""
        ...

    def settle(self, work: Work, story_id: str, sequence: int) -> None:
        """Record that the reports of a story were decided on, when it had this sequence."""
        ...

    def silence(self, work: Work, story_id: str) -> None:
        """Forget what was said to the author of a story and by them, not how it stands."""
        ...

    def remove(self, work: Work, story_id: str) -> None:
        """Forget everything about a story."""
        ...

    def forget(self, work: Work, member_id: str) -> None:
        """Forget what a member reported, and that it was they who decided."""
        ...


class Likenesses(Protocol):
    """By what the texts of stories are compared; kept, so that it outlives a restart."""

    def put(self, work: Work, story_id: str, likeness: Likeness) -> None:
        """Make this the likeness of a story."""
        ...

    def find(self, work: Work, likeness: Likeness, *, limit: int) -> Sequence[str]:
        """Return ids of stories with this digest or one of these bands, the same text first."""
        ...


class Identities(Protocol):
    """Which of our things an external id stands for; the external id itself is not kept."""

    def get(self, work: Work, external_digest: str) -> Known | None:
        """Return what is known under the digest of an external id."""
        ...

    def put(self, work: Work, external_digest: str, known: Known) -> None:
        """Make this known, new or changed."""
        ...

    def forget_records(self, work: Work, thing_id: str) -> None:
        """Forget what the records of a thing said; that its external ids are taken stays known."""
        ...


class Consents(Protocol):
    """The ledger of consents: entries are added and never changed."""

    def append(self, work: Work, entries: Sequence[Consent]) -> None:
        """Add entries."""
        ...

    def of(self, work: Work, member_id: str) -> Sequence[Consent]:
        """Return the entries of a member, oldest first."""
        ...

    def remove(self, work: Work, member_id: str) -> None:
        """Forget the entries of a member who is erased."""
        ...


class Erasures(Protocol):
    """Who was to be erased."""

    def get(self, work: Work, member_id: str) -> Erasure | None:
        """Return the erasure of a member."""
        ...

    def put(self, work: Work, erasure: Erasure) -> None:
        """Make this its state, new or changed."""
        ...

    def unfinished(self, work: Work) -> Sequence[Erasure]:
        """Return those that are not done yet."""
        ...


class Tombs(Protocol):
    """What was withdrawn or erased: opaque ids with their last sequence, kept for good."""

    def put(self, work: Work, aggregate_id: str, programme_id: str, sequence: int) -> None:
        """Record that something is gone."""
        ...

    def has(self, work: Work, aggregate_id: str) -> bool:
        """Tell whether something is gone."""
        ...


class Answers(Protocol):
    """The answers given to requests by their keys, so that each is taken once."""

    def get(self, work: Work, key: str) -> Answer | None:
        """Return the answer given before; until the end nobody else answers the same."""
        ...

    def put(self, work: Work, key: str, answer: Answer, at: datetime) -> None:
        """Keep an answer."""
        ...

    def prune(self, work: Work, *, older_than: datetime) -> None:
        """Forget answers given before a time."""
        ...


class InboxKeys(Protocol):
    """The keys with which programmes sign what they send."""

    def add(self, work: Work, key: InboxKey) -> None:
        """Keep a new key."""
        ...

    def get(self, work: Work, key_id: str) -> InboxKey | None:
        """Return a key; in a writing transaction nobody else changes it until the end."""
        ...

    def of(self, work: Work, programme_id: str) -> Sequence[InboxKey]:
        """Return the keys of a programme, the newest first; of those that were ended, the last."""
        ...

    def end(self, work: Work, key_id: str, at: datetime) -> None:
        """Record since when a key holds no more."""
        ...


class Shared(Protocol):
    """Which stories the whole network has got to see."""

    def put(self, work: Work, story_id: str) -> None:
        """Record that the network sees a story."""
        ...

    def remove(self, work: Work, story_id: str) -> bool:
        """Record that it sees it no more; tell whether it did."""
        ...


class LanguageDetector(Protocol):
    """Tells Dutch from English."""

    def guess(self, text: str) -> Guess:
        """Return the likelier language, or no language when the text has no words."""
        ...


class Sketcher(Protocol):
    """Sketches sets of grams, so that similar sets can be found among many."""

    def bands(self, grams: frozenset[str]) -> tuple[str, ...]:
        """Return short digests; sets with a Jaccard index over the threshold likely share one.

        The same set gives the same bands in every process and version: they are stored.
        """
        ...
