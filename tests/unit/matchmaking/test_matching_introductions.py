"""Introductions over the real database: asked, answered, full, blocked, lapsed and erased."""

from typing import Any

import pytest
from harness.matchmaking import OURS, THEIRS, id_of, reader
from harness.talk import QUESTION, Talk

from libs.contracts.gen.kring.events.v1 import introductions_pb2 as introductions
from libs.contracts.gen.kring.events.v1 import members_pb2 as members
from libs.contracts.gen.kring.events.v1 import vocabulary_pb2 as vocabulary
from libs.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from libs.kernel.policy import Reader
from services.matchmaking.domain.exposure import DAY, REST, WEEK
from services.matchmaking.domain.introduction import Answer, State
from services.matchmaking.usecases.introductions import (
    Ask,
    Expire,
    LookThrough,
)


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
