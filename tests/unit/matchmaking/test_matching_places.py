"""Capacity: whatever is asked and answered, and when, no place is given twice."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from harness.matchmaking import member, open_world
from harness.talk import Talk
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from libs.kernel.clock import ManualClock
from libs.kernel.errors import ConflictError
from libs.kernel.ids import Ids
from services.matchmaking.domain.exposure import DAY, MONTH
from services.matchmaking.domain.introduction import Answer, State


def test_two_cannot_be_accepted_for_one_place(talk: Talk) -> None:
    talk.world.member("bram", capacity=1)
    first, second = talk.ask("anna", "bram"), talk.ask("cas", "bram")
    talk.reply(first, "bram")
    with pytest.raises(ConflictError, match="places"):
        talk.reply(second, "bram")
    assert talk.look(second, "bram").state is State.ASKED
    talk.world.member("dora")
    with pytest.raises(ConflictError):
        talk.ask("dora", "bram")
    talk.world.run(after=MONTH)
    talk.ask("dora", "bram")


def test_whatever_is_asked_and_answered_no_place_is_given_twice(
    tmp_path: Path, clock: ManualClock, ids: Ids
) -> None:
    worlds = count()

    class Places(RuleBasedStateMachine):
        askers = st.sampled_from(["anna", "cas", "dora"])

        def __init__(self) -> None:
            super().__init__()
            self.opened = open_world(tmp_path / str(next(worlds)), clock, ids)
            self.talk = Talk(self.opened.__enter__())
            self.talk.world.feed(*(member(name) for name in ("anna", "cas", "dora")))
            self.talk.world.member("bram", capacity=1)

        @override
        def teardown(self) -> None:
            self.opened.__exit__(None, None, None)

        @rule(asker=askers)
        def ask(self, asker: str) -> None:
            with suppress(ConflictError):
                self.talk.ask(asker, "bram")

        @rule(given=st.lists(st.sampled_from([Answer.YES, Answer.NOT_NOW]), min_size=3, max_size=3))
        def reply(self, given: list[Answer]) -> None:
            for view, one in zip(self.talk.all("bram"), given, strict=False):
                with suppress(ConflictError):
                    self.talk.reply(view.introduction.id, "bram", one)

        @rule(days=st.sampled_from([1, 15, 31]))
        def wait(self, days: int) -> None:
            self.talk.world.clock.advance(days * DAY)

        @invariant()
        def no_place_is_given_twice(self) -> None:
            since = self.talk.desk.now() - MONTH
            views = self.talk.all("bram")
            taken = [view for view in views if view.contact and (view.answered_at or 0) > since]
            assert len(taken) <= 1

        @invariant()
        def there_is_one_open_question_a_pair(self) -> None:
            views = self.talk.all("bram")
            waiting = [view.other_id for view in views if view.state is State.ASKED]
            assert len(waiting) == len(set(waiting))

    run_state_machine_as_test(
        Places, settings=settings(max_examples=8, stateful_step_count=12, deadline=None)
    )


def test_answers_at_the_same_moment_share_the_places(talk: Talk) -> None:
    talk.world.member("bram", capacity=1)
    asked = [talk.ask(asker, "bram") for asker in ("anna", "cas")]
    together = Barrier(2)

    def reply(introduction: str) -> State | None:
        together.wait()
        try:
            return talk.reply(introduction, "bram").state
        except ConflictError:
            return None

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(reply, asked))
    assert sorted(found, key=str) == [None, State.INTRODUCED]
