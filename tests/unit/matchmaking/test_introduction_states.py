"""The states of an introduction, without a store."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.errors import ConflictError, InvalidError
from services.matchmaking.domain.exposure import DAY, MONTH, PAUSE, REST
from services.matchmaking.domain.introduction import (
    LIFE,
    MESSAGE_LENGTH,
    Answer,
    Introduction,
    State,
    answer,
    ask,
    expire,
    forget,
    is_open,
    is_place_taken,
    is_resting,
    pause_until,
    state_for,
)

NOW = 1_000_000.0


def asked(message: str = "Hoe doen jullie dat?") -> Introduction:
    return ask("i1", asker_id="anna", asked_id="bo", programme="p", message=message, now=NOW)


def test_a_question_is_open_for_fourteen_days() -> None:
    one = asked("  Hoe\n doen jullie dat? ")
    assert one.message == "Hoe doen jullie dat?"
    assert is_open(one, NOW + 14 * DAY - 1)
    assert not is_open(one, NOW + 14 * DAY)


@pytest.mark.parametrize("message", ["", "   ", "x" * (MESSAGE_LENGTH + 1)])
def test_a_question_needs_a_sentence_of_ones_own(message: str) -> None:
    with pytest.raises(InvalidError):
        asked(message)


def test_a_yes_introduces_and_takes_a_place_for_a_month() -> None:
    one = answer(asked(), Answer.YES, free_places=1, now=NOW + 5)
    assert one.state is State.INTRODUCED
    assert one.sequence == 2
    assert is_place_taken(one, NOW + 5 + MONTH - 1)
    assert not is_place_taken(one, NOW + 5 + MONTH)
    assert is_resting(one, NOW + 10 * REST)


def test_a_yes_without_a_free_place_is_refused() -> None:
    with pytest.raises(ConflictError):
        answer(asked(), Answer.YES, free_places=0, now=NOW)


@pytest.mark.parametrize("given_", [Answer.NOT_NOW, Answer.PAUSE, Answer.BLOCK])
def test_every_refusal_looks_like_silence_to_the_asker(given_: Answer) -> None:
    silent, refused = asked(), answer(asked(), given_, free_places=0, now=NOW + 5)
    assert refused.state is State.CLOSED
    assert state_for(refused, "bo", NOW + 6) is State.CLOSED
    for moment in (NOW + 6, NOW + LIFE - 1, NOW + LIFE, NOW + REST):
        assert state_for(refused, "anna", moment) is state_for(silent, "anna", moment)
        assert is_resting(refused, moment) is is_resting(silent, moment)
    assert not is_place_taken(refused, NOW + 6)


def test_an_answer_is_given_once_and_in_time() -> None:
    one = answer(asked(), Answer.NOT_NOW, free_places=1, now=NOW)
    with pytest.raises(ConflictError):
        answer(one, Answer.YES, free_places=1, now=NOW)
    with pytest.raises(ConflictError):
        answer(asked(), Answer.YES, free_places=1, now=NOW + LIFE)


def test_an_unanswered_question_lapses_when_its_time_is_over() -> None:
    assert expire(asked(), NOW + LIFE - 1) == asked()
    lapsed = expire(asked(), NOW + LIFE)
    assert lapsed.state is State.EXPIRED
    assert expire(lapsed, NOW + LIFE) == lapsed
    for who in ("anna", "bo"):
        assert state_for(lapsed, who, NOW + LIFE) is State.EXPIRED


def test_a_declined_pair_rests_twelve_weeks() -> None:
    one = answer(asked(), Answer.NOT_NOW, free_places=1, now=NOW)
    assert is_resting(one, NOW + REST - 1)
    assert not is_resting(one, NOW + REST)


def test_erasing_leaves_no_words_behind() -> None:
    one = forget(asked())
    assert (one.message, one.state, one.sequence) == ("", State.CLOSED, 2)


def test_a_pause_is_three_months() -> None:
    assert pause_until(NOW) == NOW + PAUSE
    assert 90 * DAY <= PAUSE <= 92 * DAY


@given(st.lists(st.tuples(st.sampled_from([*Answer, None]), st.floats(0, 2 * LIFE)), max_size=6))
def test_no_path_leads_out_of_an_end_and_the_sequence_only_rises(
    steps: list[tuple[Answer | None, float]],
) -> None:
    one, now = asked(), NOW
    for given_, wait in steps:
        now += wait
        before = one
        try:
            one = (
                expire(one, now) if given_ is None else answer(one, given_, free_places=1, now=now)
            )
        except ConflictError:
            assert not is_open(before, now)
        if before.state is not State.ASKED:
            assert one == before
        assert one.sequence >= before.sequence
        assert state_for(one, "anna", now) is not State.CLOSED
    assert replace(one, state=State.ASKED).asker_id == "anna"
