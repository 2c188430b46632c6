"""Reports, hiding and appeals: what may follow what, and who may decide it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from libs.kernel.errors import ConflictError, ForbiddenError, InvalidError
from libs.kernel.policy import Reader
from libs.kernel.vocabulary import ReportReason

MOST_WORDS = 2000


class State(StrEnum):
    """Where the case of a story stands."""

    REPORTED = "reported"
    DISMISSED = "dismissed"
    HIDDEN = "hidden"
    APPEALED = "appealed"
    UPHELD = "upheld"
    RESTORED = "restored"


class Decision(StrEnum):
    """What a moderator may decide."""

    DISMISS = "dismiss"
    HIDE = "hide"
    UPHOLD = "uphold"
    RESTORE = "restore"


HIDING = frozenset({State.HIDDEN, State.APPEALED, State.UPHELD})
"""The states in which nobody but its author and the moderators finds the story."""
WAITING = (State.REPORTED, State.APPEALED)
"""The states in which a moderator has something to decide."""

_OUTCOMES = {
    Decision.DISMISS: State.DISMISSED,
    Decision.HIDE: State.HIDDEN,
    Decision.UPHOLD: State.UPHELD,
    Decision.RESTORE: State.RESTORED,
}
_DECIDABLE = {
    Decision.DISMISS: frozenset({State.REPORTED}),
    Decision.HIDE: frozenset({State.REPORTED}),
    Decision.UPHOLD: frozenset({State.APPEALED}),
    Decision.RESTORE: HIDING,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a member reports about a story; coordinators read it without the name."""

    story_id: str
    reporter: str
    reason: ReportReason
    explanation: str
    at: datetime
    sequence: int
    """Of the story as it was when it was reported or, once settled, when that was decided."""
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """The last decision about a story that its author is told of."""

    state: State
    """Hidden, upheld or restored."""
    reason: ReportReason | None
    explanation: str
    number: int
    """Rises with every ruling about the story, so that each is told once."""

    @property
    def is_hiding(self) -> bool:
        """Tell whether the story is hidden by it."""
        return self.state in HIDING


@dataclass(frozen=True, slots=True)
class Case:
    """Everything about the moderation of one story but the reports."""

    story_id: str
    programme: str
    state: State
    changed_at: datetime
    decided_by: str = ""
    """Member id of who decided last, the role of a key, or empty if nobody did."""
    reason: ReportReason | None = None
    explanation: str = ""
    appeal: str = ""

    @property
    def is_hidden(self) -> bool:
        """Tell whether the story is hidden."""
        return self.state in HIDING


def reported(case: Case | None, report: Report, programme: str) -> Case:
    """Return the case with a report of now; a story that is hidden already stays as it is."""
    if case is None:
        return Case(report.story_id, programme, State.REPORTED, report.at)
    if case.is_hidden or case.state is State.REPORTED:
        return case
    return replace(case, state=State.REPORTED, changed_at=report.at)


def check_again(before: Report, sequence: int) -> None:
    """Raise ``ConflictError`` when a member reports what was decided on and has not changed."""
    if before.is_settled and before.sequence >= sequence:
        raise ConflictError(
            "A coordinator looked at your report already. You can report this story again when it "
            "has changed."
        )


def decided(
    case: Case,
    decision: Decision,
    actor: Reader,
    at: datetime,
    *,
    reason: ReportReason | None,
    explanation: str,
) -> Case:
    """Return the case after a decision.

    Raises ``InvalidError`` when the author would not read why, ``ConflictError`` when this cannot
    be decided now, and ``ForbiddenError`` when whoever hid the story would decide the appeal too.
    """
    _check_words(decision, reason, explanation)
    if case.state not in _DECIDABLE[decision]:
        raise ConflictError(
            f"This story is {case.state.value} now: {decision.value} is not possible. Look again."
        )
    if decision not in possible(case, actor):
        raise ForbiddenError("You hid this story: let somebody else decide the appeal.")
    return replace(
        case,
        state=_OUTCOMES[decision],
        changed_at=at,
        decided_by=actor_of(actor),
        reason=(reason or case.reason) if decision is not Decision.RESTORE else None,
        explanation=explanation,
        appeal="" if decision is Decision.HIDE else case.appeal,
    )


def _check_words(decision: Decision, reason: ReportReason | None, explanation: str) -> None:
    wrong = {}
    if decision is Decision.HIDE and reason is None:
        wrong["reason"] = "must say why the story is hidden: its author reads it"
    if decision is not Decision.DISMISS and not explanation:
        wrong["explanation"] = "must say why: the author reads it"
    if wrong:
        raise InvalidError("Say why: the author reads it.", fields=wrong)


def possible(case: Case, actor: Reader) -> tuple[Decision, ...]:
    """Return what a moderator may decide now; who hid a story does not decide its appeal."""
    if case.state is State.APPEALED and case.decided_by == actor_of(actor):
        return ()
    return tuple(decision for decision in Decision if case.state in _DECIDABLE[decision])


def ruling_of(case: Case, before: Ruling | None) -> Ruling | None:
    """Return what the author is told of a case that was just decided: nothing of a dismissal."""
    if case.state is State.DISMISSED:
        return before
    return Ruling(case.state, case.reason, case.explanation, before.number + 1 if before else 1)


def is_same(case: Case, decision: Decision, actor: Reader, explanation: str) -> bool:
    """Tell whether this is what this actor decided last: sent twice, it has one effect."""
    return (
        case.state is _OUTCOMES[decision]
        and case.decided_by == actor_of(actor)
        and case.explanation == explanation
    )


def appealed(case: Case, words: str, at: datetime) -> Case:
    """Return the case with the author's appeal; the same one sent twice has one effect.

    Raises ``ConflictError`` when there is nothing to appeal against, or no second time.
    """
    if case.state is State.APPEALED and case.appeal == words:
        return case
    if case.state is not State.HIDDEN:
        raise ConflictError(
            "You appealed already: another coordinator decides."
            if case.state is State.APPEALED
            else "The appeal was decided on: there is no second one."
            if case.state is State.UPHELD
            else "This story is not hidden."
        )
    return replace(case, state=State.APPEALED, appeal=words, changed_at=at)


def actor_of(reader: Reader) -> str:
    """Return who decides: a member, or whoever has a key of this role."""
    return reader.member_id or reader.role.value
