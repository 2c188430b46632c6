"""The life of a mail against a world in which workers are slow, die, and servers lose answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from services.notification.domain.delivery import (
    GIVE_UP_SECONDS,
    LEASE_SECONDS,
    MOST_WAIT_SECONDS,
    Delivery,
    Outcome,
    State,
    claim,
    lapse,
    plan,
    postpone,
    settle,
    suppress,
)

ANSWERS = [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.PATIENCE]


def claimed(*, must_arrive: bool = False, now: float = 0.0) -> Delivery:
    delivery = claim(plan("n", must_arrive=must_arrive, due_at=now), now)
    assert delivery is not None
    return delivery


def test_a_mail_is_not_claimed_before_it_is_due() -> None:
    delivery = plan("n", must_arrive=True, due_at=100.0)
    assert claim(delivery, 99.9) is None
    assert claim(delivery, 100.0) is not None


def test_a_claimed_mail_is_not_claimed_again_until_its_lease_ends() -> None:
    delivery = claimed(must_arrive=True)
    assert claim(delivery, LEASE_SECONDS * 2) is None
    assert lapse(delivery, LEASE_SECONDS - 1) == delivery
    lapsed = lapse(delivery, LEASE_SECONDS)
    again = claim(lapsed, LEASE_SECONDS)
    assert again is not None
    assert (again.attempt, again.fence, again.unknowns) == (2, 2, 1)


def test_a_mail_that_need_not_arrive_stops_at_unknown() -> None:
    lapsed = lapse(claimed(), LEASE_SECONDS)
    assert lapsed.state is State.UNKNOWN
    assert claim(lapsed, 1e9) is None


def test_what_is_not_claimed_does_not_lapse() -> None:
    waiting = plan("n", must_arrive=True, due_at=0.0)
    assert lapse(waiting, 1e9) == waiting


@pytest.mark.parametrize("outcome", Outcome)
def test_an_answer_to_an_older_claim_changes_nothing(outcome: Outcome) -> None:
    delivery = claimed()
    assert settle(delivery, delivery.fence - 1, outcome, now=1.0, jitter=0.5) is None


@pytest.mark.parametrize("outcome", Outcome)
def test_what_is_settled_stays_settled(outcome: Outcome) -> None:
    delivery = claimed()
    sent = settle(delivery, delivery.fence, Outcome.ACCEPTED, now=1.0, jitter=0.5)
    assert sent is not None
    assert sent.state is State.SENT
    assert settle(sent, sent.fence, outcome, now=2.0, jitter=0.5) is None
    assert claim(sent, 1e9) is None
    assert lapse(sent, 1e9) == sent


def test_a_doubt_about_one_claim_is_counted_once() -> None:
    delivery = claimed()
    lapsed = lapse(delivery, LEASE_SECONDS)
    later = settle(lapsed, delivery.fence, Outcome.UNCERTAIN, now=LEASE_SECONDS + 1, jitter=0.0)
    assert later is not None
    assert (later.state, later.unknowns) == (State.UNKNOWN, 1)


def test_patience_ends_after_four_days() -> None:
    delivery = claimed()
    kept = settle(delivery, 1, Outcome.PATIENCE, now=GIVE_UP_SECONDS - 1, jitter=0.5)
    ended = settle(delivery, 1, Outcome.PATIENCE, reason="down", now=GIVE_UP_SECONDS, jitter=0.5)
    assert kept is not None
    assert kept.state is State.PENDING
    assert ended is not None
    assert (ended.state, ended.reason) == (State.FAILED, "given up: down")


@given(st.integers(min_value=1, max_value=500), st.floats(min_value=0, max_value=1))
def test_a_server_that_asks_for_patience_gets_some_and_not_for_ever(
    attempt: int, jitter: float
) -> None:
    delivery = Delivery("n", False, 0.0, 1e9, State.CLAIMED, attempt=attempt, fence=1)  # noqa: FBT003  # the order of the fields
    later = settle(delivery, 1, Outcome.PATIENCE, now=1_000.0, jitter=jitter)
    assert later is not None
    assert 1_030.0 <= later.due_at <= 1_000.0 + MOST_WAIT_SECONDS


def test_suppressed_is_an_end() -> None:
    delivery = suppress(plan("n", must_arrive=True, due_at=0.0), "no_consent", 5.0)
    assert (delivery.state, delivery.reason, delivery.changed_at) == (
        State.SUPPRESSED,
        "no_consent",
        5.0,
    )
    assert claim(delivery, 1e9) is None


def test_postponing_moves_only_the_time() -> None:
    delivery = postpone(plan("n", must_arrive=True, due_at=0.0), 60.0, 1.0)
    assert (delivery.state, delivery.due_at) == (State.PENDING, 60.0)
    assert claim(delivery, 59.0) is None


def test_only_a_mail_that_surely_did_not_leave_may_be_added_to() -> None:
    pending = plan("n", must_arrive=True, due_at=0.0)
    lapsed = lapse(claimed(must_arrive=True), LEASE_SECONDS)
    again = claim(lapsed, LEASE_SECONDS)
    assert again is not None
    waiting = settle(again, 2, Outcome.PATIENCE, now=LEASE_SECONDS, jitter=0.0)
    assert waiting is not None
    assert pending.is_untouched
    assert waiting.is_waiting
    assert not any(each.is_untouched for each in (claimed(), lapsed, waiting))


class Life(RuleBasedStateMachine):
    """Workers claim, hand over, are slow, or die at any moment; the server counts what it took."""

    must_arrive = False
    workers = Bundle("workers")

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.delivery = plan("n", must_arrive=self.must_arrive, due_at=0.0)
        self.accepted = 0
        self.newest_fence = 0
        self.handed_over: set[int] = set()
        self.ended: Delivery | None = None

    def keep(self, delivery: Delivery | None) -> None:
        if delivery is not None:
            assert delivery.sequence == self.delivery.sequence + 1
            self.delivery = delivery

    @rule(seconds=st.sampled_from([0.5, 30.0, LEASE_SECONDS, 3_600.0, GIVE_UP_SECONDS]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=workers)
    def a_worker_takes_it(self) -> int:
        taken = claim(self.delivery, self.now)
        if taken is None:
            return 0
        assert taken.fence > self.newest_fence
        self.newest_fence = taken.fence
        self.keep(taken)
        return taken.fence

    @rule(fence=workers, outcome=st.sampled_from(ANSWERS), is_recorded=st.booleans())
    def the_server_answers(self, fence: int, outcome: Outcome, is_recorded: bool) -> None:
        self._hand_over(fence, outcome, outcome if is_recorded else None)

    @rule(fence=workers, is_accepted=st.booleans(), is_recorded=st.booleans())
    def the_answer_is_lost(self, fence: int, is_accepted: bool, is_recorded: bool) -> None:
        answer = Outcome.ACCEPTED if is_accepted else Outcome.PATIENCE
        self._hand_over(fence, answer, Outcome.UNCERTAIN if is_recorded else None)

    def _hand_over(self, fence: int, answer: Outcome, recorded: Outcome | None) -> None:
        if fence == 0 or fence in self.handed_over:
            return  # a worker hands over once
        self.handed_over.add(fence)
        self.accepted += answer is Outcome.ACCEPTED
        if recorded is not None:
            self.keep(settle(self.delivery, fence, recorded, now=self.now, jitter=0.5))

    @rule()
    def the_sweep_comes(self) -> None:
        lapsed = lapse(self.delivery, self.now)
        self.keep(lapsed if lapsed != self.delivery else None)

    @precondition(lambda self: self.delivery.is_waiting)
    @rule()
    def consent_is_withdrawn(self) -> None:
        self.keep(suppress(self.delivery, "no_consent", self.now))

    @invariant()
    def it_is_never_accepted_twice_without_a_doubt_on_record(self) -> None:
        open_claim = 1 if self.delivery.state is State.CLAIMED else 0
        assert self.accepted <= 1 + (self.delivery.unknowns if self.must_arrive else 0)
        assert self.accepted <= 1 + self.delivery.unknowns + open_claim

    @invariant()
    def sent_means_that_the_server_took_it(self) -> None:
        if self.delivery.state is State.SENT:
            assert self.accepted >= 1

    @invariant()
    def an_end_is_an_end(self) -> None:
        ends = {State.SENT, State.FAILED, State.SUPPRESSED}
        if self.ended is not None:
            assert self.delivery == self.ended
        if self.delivery.state in ends:
            self.ended = self.delivery


class LifeOfAMailThatMustArrive(Life):
    """The same, for a mail that is sent again when nobody knows."""

    must_arrive = True


TestARecommendation = Life.TestCase
TestAnIntroduction = LifeOfAMailThatMustArrive.TestCase
