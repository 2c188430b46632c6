"""Introductions over the real database: asked, answered, full, blocked, lapsed and erased."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from harness.matchmaking import OURS, THEIRS, World, id_of, member, open_world, reader
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from typing_extensions import override

from libs.contracts.gen.kring.events.v1 import introductions_pb2 as introductions
from libs.contracts.gen.kring.events.v1 import members_pb2 as members
from libs.contracts.gen.kring.events.v1 import vocabulary_pb2 as vocabulary
from libs.kernel.clock import ManualClock
from libs.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from libs.kernel.ids import Ids
from libs.kernel.policy import Reader
from services.matchmaking.adapters.sql import sql_store
from services.matchmaking.domain.exposure import DAY, MONTH, REST, WEEK
from services.matchmaking.domain.introduction import Answer, State
from services.matchmaking.usecases.introductions import (
    Ask,
    Desk,
    Expire,
    Look,
    LookThrough,
    Reply,
    View,
)
from services.matchmaking.usecases.wake import Wake

QUESTION = "Hoe regelen jullie de oppas?"


class Talk:
    """What members do with introductions."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(
            sql_store(),
            world.database,
            world.clock,
            world.ids,
            Wake(world.tasks, "matchmaking.refresh"),
            Wake(world.tasks, "matchmaking.upkeep"),
        )

    def ask(self, asker: str, asked: str, message: str = QUESTION, **changes: Any) -> str:  # noqa: ANN401  # fields of the reader
        made = Ask(self.desk)(id_of(asked), message, reader=reader(asker, **changes))
        return made.introduction.id

    def reply(self, introduction: str, who: str, given: Answer = Answer.YES) -> View:
        return Reply(self.desk)(introduction, given, reader=reader(who))

    def look(self, introduction: str, who: str, **changes: Any) -> View:  # noqa: ANN401  # fields of the reader
        return Look(self.desk)(introduction, reader=reader(who, **changes))

    def all(self, who: str) -> list[View]:
        return LookThrough(self.desk)(reader=reader(who), limit=100)[0]


@pytest.fixture
def talk(world: World) -> Talk:
    world.feed(*(member(name) for name in ("anna", "bram", "cas")))
    return Talk(world)


def states(talk: Talk) -> list[str]:
    return [
        introductions.IntroductionState.Name(one.state).removeprefix("INTRODUCTION_STATE_")
        for one in talk.world.told()
    ]


def test_contact_details_go_to_both_once_both_agreed_and_not_before(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    for who in ("anna", "bram"):
        assert talk.look(made, who).contact is None
    answered = talk.reply(made, "bram")
    assert answered.contact is not None
    assert answered.contact.email == "anna@example.org"
    seen = talk.look(made, "anna")
    assert seen.state is State.INTRODUCED
    assert seen.answered_at is not None
    assert seen.contact is not None
    assert (seen.contact.phone, seen.contact.full_name) == ("06-1", "Bram de Vries")
    assert states(talk) == ["ASKED", "INTRODUCED"]


def test_an_introduction_is_told_whole(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    (told,) = talk.world.told()
    assert (told.introduction_id, told.message) == (made, QUESTION)
    assert (told.asker_id, told.asked_id) == (id_of("anna"), id_of("bram"))
    assert not told.HasField("answered_at")
    assert told.expires_at.seconds - told.asked_at.seconds == 14 * DAY


@pytest.mark.parametrize("given", [Answer.NOT_NOW, Answer.PAUSE, Answer.BLOCK])
def test_the_asker_cannot_tell_any_refusal_from_silence(talk: Talk, given: Answer) -> None:
    refused, silent = talk.ask("anna", "bram"), talk.ask("anna", "cas")
    talk.reply(refused, "bram", given)
    for seconds in (1.0, 13 * DAY, 2 * DAY):
        talk.world.run(after=seconds)
        one, other = talk.look(refused, "anna"), talk.look(silent, "anna")
        assert (one.state, one.contact, one.answered_at) == (other.state, None, None)
        assert other.answered_at is None
    assert talk.look(refused, "anna").state is State.EXPIRED
    for asked in ("bram", "cas"):
        with pytest.raises(ConflictError, match="asked this member before"):
            talk.ask("anna", asked)


def test_nobody_else_sees_an_introduction(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    with pytest.raises(NotFoundError):
        talk.look(made, "cas")
    with pytest.raises(NotFoundError):
        talk.reply(made, "cas")
    with pytest.raises(NotFoundError):
        talk.look(id_of("no introduction"), "anna")
    with pytest.raises(NotFoundError):
        talk.reply(id_of("no introduction"), "bram")
    assert talk.all("cas") == []


def test_the_asker_cannot_answer(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    with pytest.raises(ForbiddenError):
        talk.reply(made, "anna")


def test_an_answer_is_given_once(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    talk.reply(made, "bram", Answer.NOT_NOW)
    with pytest.raises(ConflictError):
        talk.reply(made, "bram")


def test_oneself_and_strangers_cannot_be_asked(talk: Talk) -> None:
    for asked in ("anna", "nobody"):
        with pytest.raises(NotFoundError):
            talk.ask("anna", asked)
    with pytest.raises(InvalidError):
        talk.ask("anna", "bram", "   ")


@pytest.mark.parametrize(
    "changes",
    [
        {"blocked_ids": [id_of("anna")]},
        {"visibility": vocabulary.VISIBILITY_PRIVATE},
        {"consents": []},
        {"kind": members.MEMBER_KIND_LIVED_EXPERIENCE},
    ],
    ids=str,
)
def test_who_may_not_be_known_does_not_exist(talk: Talk, changes: dict[str, Any]) -> None:
    talk.world.member("bram", **changes)
    with pytest.raises(NotFoundError):
        talk.ask("anna", "bram")


def test_a_block_that_only_the_gateway_knows_counts(talk: Talk) -> None:
    with pytest.raises(NotFoundError):
        talk.ask("anna", "bram", blocked=frozenset({id_of("bram")}))


def test_members_of_one_programme_only_cannot_be_asked_from_outside(talk: Talk) -> None:
    talk.world.member("dora", programme=THEIRS)
    talk.world.member("bram", visibility=vocabulary.VISIBILITY_PROGRAMME)
    with pytest.raises(NotFoundError):
        talk.ask("dora", "bram", programme=THEIRS)


def test_who_asks_is_a_member_who_consents(talk: Talk) -> None:
    with pytest.raises(ForbiddenError, match="key"):
        Ask(talk.desk)(id_of("bram"), QUESTION, reader=Reader(OURS))
    with pytest.raises(ForbiddenError, match="consent"):
        talk.ask("unknown yet", "bram")
    talk.world.member("anna", consents=[])
    with pytest.raises(ForbiddenError, match="consent"):
        talk.ask("anna", "bram")


def test_there_is_one_open_question_between_two(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    with pytest.raises(ConflictError, match="asked this member before"):
        talk.ask("anna", "bram")
    with pytest.raises(ConflictError, match="answer that question"):
        talk.ask("bram", "anna")
    talk.reply(made, "bram")
    for asker, asked in (("anna", "bram"), ("bram", "anna")):
        with pytest.raises(ConflictError, match="introduced already"):
            talk.ask(asker, asked)


def test_who_refused_may_ask_later_and_a_pair_may_try_again_after_twelve_weeks(talk: Talk) -> None:
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.NOT_NOW)
    talk.reply(talk.ask("bram", "anna"), "anna", Answer.NOT_NOW)
    talk.world.run(after=REST)
    assert talk.look(talk.ask("anna", "bram"), "bram").state is State.ASKED


@pytest.mark.parametrize(
    "changes", [{"capacity": 0}, {"snoozed_until": {"seconds": 2**33}}], ids=str
)
def test_who_takes_no_questions_now_is_not_asked(talk: Talk, changes: dict[str, Any]) -> None:
    talk.world.member("bram", **changes)
    with pytest.raises(ConflictError, match="no questions now"):
        talk.ask("anna", "bram")


def test_a_pause_holds_for_three_months(talk: Talk) -> None:
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.PAUSE)
    with pytest.raises(ConflictError):
        talk.ask("cas", "bram")
    talk.world.run(after=92 * DAY)
    talk.ask("cas", "bram")


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


def test_a_block_as_answer_works_at_once_and_reaches_the_record(talk: Talk) -> None:
    pair = (id_of("bram"), id_of("anna"))
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.BLOCK)
    with pytest.raises(NotFoundError):
        talk.ask("bram", "anna")
    assert talk.all("bram") == []
    talk.world.tasks.run()
    assert talk.world.ingestion.blocks == [pair]
    talk.world.member("bram", blocked_ids=[id_of("anna")])
    talk.world.run()
    assert talk.world.ingestion.blocks == [pair]
    talk.world.member("bram")
    talk.ask("bram", "anna")


@pytest.mark.parametrize("status", [0, 503])
def test_a_block_is_shared_later_when_the_record_cannot_be_reached(talk: Talk, status: int) -> None:
    talk.world.ingestion.status = status
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.BLOCK)
    talk.world.run()
    talk.world.ingestion.blocks.clear()
    talk.world.ingestion.status = 204
    talk.world.run()
    assert len(talk.world.ingestion.blocks) == 1


def test_a_block_that_the_record_refuses_holds_here(talk: Talk) -> None:
    talk.world.ingestion.status = 404
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.BLOCK)
    talk.world.run()
    talk.world.run()
    assert len(talk.world.ingestion.blocks) == 1
    with pytest.raises(NotFoundError):
        talk.ask("bram", "anna")


def test_a_block_of_somebody_not_known_yet_waits(talk: Talk) -> None:
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.BLOCK)
    with talk.world.database.write() as work:
        talk.desk.store.profiles.remove(work, [id_of("bram")])
    talk.world.run()
    assert talk.world.ingestion.blocks == []


def test_a_block_after_an_introduction_takes_the_contact_details_back(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    talk.reply(made, "bram")
    talk.world.member("bram", blocked_ids=[id_of("anna")])
    for who in ("anna", "bram"):
        with pytest.raises(NotFoundError):
            talk.look(made, who)
        assert talk.all(who) == []


def test_an_unanswered_question_lapses_and_that_is_told(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    talk.world.run(after=14 * DAY)
    assert states(talk) == ["ASKED", "EXPIRED"]
    assert talk.look(made, "bram").state is State.EXPIRED
    with pytest.raises(ConflictError):
        talk.reply(made, "bram")
    assert Expire(talk.desk)() == 0


def test_a_question_that_came_to_nothing_is_forgotten_after_half_a_year(talk: Talk) -> None:
    refused, silent = talk.ask("anna", "bram"), talk.ask("anna", "cas")
    met = talk.ask("bram", "cas")
    talk.reply(refused, "bram", Answer.PAUSE)
    talk.reply(met, "cas")
    talk.world.run(after=20 * DAY)
    talk.world.run(after=27 * WEEK)
    assert [one.id for one in talk.world.rows("introductions")] == [met]
    assert talk.world.rows("pauses") == []
    last = {one.introduction_id: one for one in talk.world.told()}
    assert last[refused].message == last[silent].message == ""
    assert last[met].message == QUESTION


def test_erasing_one_of_both_erases_the_question(talk: Talk) -> None:
    made = talk.ask("anna", "bram")
    talk.world.erase("anna")
    last = talk.world.told()[-1]
    assert (last.introduction_id, last.message) == (made, "")
    assert last.state == introductions.INTRODUCTION_STATE_CLOSED
    assert talk.world.rows("introductions") == []
    with pytest.raises(NotFoundError):
        talk.look(made, "bram")


def test_introductions_are_listed_newest_first_in_pages(talk: Talk) -> None:
    first, second = talk.ask("anna", "bram"), talk.ask("cas", "anna")
    page, following = LookThrough(talk.desk)(reader=reader("anna"), limit=1)
    assert [view.introduction.id for view in page] == [second]
    assert not page[0].is_asker
    page, end = LookThrough(talk.desk)(reader=reader("anna"), limit=1, before=following)
    assert [view.introduction.id for view in page] == [first]
    assert page[0].is_asker
    assert end == ""


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
