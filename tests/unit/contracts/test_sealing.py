"""Sealed fields: what stays readable, who opens them, and every way that they do not open."""

from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts import topics
from libs.contracts.codec import decode, encode, source_of
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.introductions_pb2 import Introduction
from libs.contracts.gen.kring.events.v1.matches_pb2 import Recommendation, Slate
from libs.contracts.gen.kring.events.v1.members_pb2 import Contact, Initiative, Member
from libs.contracts.gen.kring.events.v1.notifications_pb2 import Delivery
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.gen.kring.events.v1.vocabulary_pb2 import VISIBILITY_NETWORK
from libs.contracts.sealing import Keys, about, seal, sealed_for, unseal
from libs.contracts.topics import Topic
from libs.kernel.errors import ErasedError, PoisonError

KEYS: Keys = {"anna": b"a" * 32, "bert": b"b" * 32, "cleo": b"c" * 32}
MEMBER = Member(
    member_id="anna",
    display_name="Zeldzame Naam",
    contact=Contact(email="zeldzaam@kring.example", full_name="Anna Zeldzaam"),
    region="Zeldzaamdorp",
    visibility=VISIBILITY_NETWORK,
    blocked_ids=["bert"],
    initiatives=[Initiative(initiative_id="i", title="Zeldzaam werk", struggle="zeldzame pijn")],
)
STORY = Story(story_id="s", title="Zeldzaam", body="zeldzame tekst", owner_id="anna", year=2020)
INTRODUCTION = Introduction(
    introduction_id="i", asker_id="anna", asked_id="bert", message="Zeldzame vraag"
)
SLATE = Slate(
    member_id="anna",
    recommendations=[
        Recommendation(member_id="bert", display_name="Bert Zeldzaam", reason="zeldzaam", score=9),
        Recommendation(member_id="cleo", display_name="Cleo Zeldzaam", reason="zeldzaam", score=3),
    ],
)


def event(topic: Topic[Any], state: Message, **more: Any) -> Event[Any]:  # noqa: ANN401  # fields
    whole: Event[Any] = Event(
        topic=topic,
        id="e-1",
        aggregate_id="x",
        sequence=4,
        programme="p",
        source=source_of(topic.writer),
        time=datetime(2026, 11, 22, tzinfo=UTC),
        state=state,
    )
    return whole._replace(**more)


EVENTS = [
    event(topics.MEMBERS, MEMBER),
    event(topics.STORIES, STORY),
    event(topics.INTRODUCTIONS, INTRODUCTION),
    event(topics.MATCHES, SLATE),
]
PLAIN = [
    event(topics.MEMBERS, Member(member_id="anna", erased=True)),
    event(topics.STORIES, Story(story_id="s", title="Zonder eigenaar")),
    event(topics.STORIES, Story(story_id="s", withdrawn=True)),
    event(topics.INTRODUCTIONS, Introduction(introduction_id="i", asker_id="anna")),
    event(topics.NOTIFICATIONS, Delivery(notification_id="n", member_id="anna")),
    event(topics.MATCHES, Slate(member_id="anna")),
]


def named(value: object) -> str:
    return value.topic.aggregate if isinstance(value, Event) else ""


@pytest.mark.parametrize("whole", EVENTS, ids=named)
def test_a_sealed_event_says_nothing_personal_and_opens_to_what_it_was(whole: Event[Any]) -> None:
    before = whole.state.SerializeToString()
    sealed = seal(whole, KEYS)

    assert b"eldza" not in encode(sealed).value
    assert whole.state.SerializeToString() == before, "the state that was given stays as it was"
    assert unseal(decode(encode(sealed)), KEYS) == whole


def test_of_a_member_only_the_id_and_the_visibility_stay_readable() -> None:
    state = seal(EVENTS[0], KEYS).state

    assert {field.name for field, _ in state.ListFields()} == {"member_id", "visibility", "sealed"}


def test_a_story_and_a_slate_can_be_ordered_and_filtered_without_a_key() -> None:
    story, slate = seal(EVENTS[1], KEYS).state, seal(EVENTS[3], KEYS).state

    assert (story.story_id, story.owner_id, story.year) == ("s", "anna", 2020)
    assert [each.member_id for each in slate.recommendations] == ["bert", "cleo"]
    assert [each.score for each in slate.recommendations] == [9, 3]


@pytest.mark.parametrize("whole", PLAIN)
def test_what_says_nothing_about_people_is_not_sealed(whole: Event[Any]) -> None:
    assert about([whole]) == sealed_for([whole]) == set()
    assert seal(whole, {}) is whole
    assert unseal(whole, {}) is whole


@pytest.mark.parametrize("whole", EVENTS, ids=named)
def test_an_event_of_before_the_sealing_is_read_as_it_is(whole: Event[Any]) -> None:
    assert unseal(whole, {}) is whole


def test_the_keys_needed_are_those_of_everybody_it_is_about() -> None:
    assert about(EVENTS[:2]) == {"anna"}
    assert about(EVENTS[2:3]) == {"anna", "bert"}
    assert about(EVENTS[3:]) == {"anna", "bert", "cleo"}
    for whole in EVENTS:
        assert sealed_for([seal(whole, KEYS)]) == about([whole])


@given(texts=st.lists(st.text(max_size=40), min_size=3, max_size=3), blocked=st.sets(st.text()))
def test_whatever_a_member_says_comes_back(texts: list[str], blocked: set[str]) -> None:
    state = Member(
        member_id="anna",
        display_name=texts[0],
        contact=Contact(email=texts[1]),
        initiatives=[Initiative(need=texts[2])],
        blocked_ids=sorted(blocked),
    )
    whole = event(topics.MEMBERS, state)

    assert unseal(seal(whole, KEYS), KEYS) == whole


def test_the_same_event_is_never_sealed_to_the_same_bytes() -> None:
    assert encode(seal(EVENTS[0], KEYS)).value != encode(seal(EVENTS[0], KEYS)).value


@pytest.mark.parametrize(
    "moved",
    [{"programme": "q"}, {"id": "e-2"}, {"state": Member(member_id="bert")}],
    ids=["programme", "event", "member"],
)
def test_a_ciphertext_opens_in_no_other_place(moved: dict[str, Any]) -> None:
    sealed = seal(EVENTS[0], KEYS)
    if "state" in moved:
        moved["state"].sealed.CopyFrom(sealed.state.sealed)
        moved["state"].sealed.member_ids[:] = ["bert"]

    with pytest.raises(PoisonError, match="are not of this event"):
        unseal(sealed._replace(**moved), KEYS)


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_ciphertext_with_any_bit_changed_does_not_open(place: int, bit: int) -> None:
    sealed = seal(EVENTS[0], KEYS)
    bytes_ = bytearray(sealed.state.sealed.ciphertext)
    bytes_[place % len(bytes_)] ^= 1 << bit
    sealed.state.sealed.ciphertext = bytes(bytes_)

    with pytest.raises(PoisonError, match="are not of this event"):
        unseal(sealed, KEYS)


@pytest.mark.parametrize("nonce", [b"", b"1234567", b"x" * 500])
def test_a_nonce_that_is_none_does_not_open(nonce: bytes) -> None:
    sealed = seal(EVENTS[0], KEYS)
    sealed.state.sealed.nonce = nonce

    with pytest.raises(PoisonError, match="are not of this event"):
        unseal(sealed, KEYS)


def test_an_unknown_key_is_poison_and_no_member_at_all_too() -> None:
    sealed = seal(EVENTS[0], KEYS)
    with pytest.raises(PoisonError, match="no data key of member anna"):
        unseal(sealed, {})

    del sealed.state.sealed.member_ids[:]
    with pytest.raises(PoisonError, match="name no member"):
        unseal(sealed, KEYS)


@pytest.mark.parametrize("whole", EVENTS[:3], ids=named)
@pytest.mark.parametrize("gone", ["anna", "bert"])
def test_with_the_key_of_anybody_it_is_about_destroyed_it_is_of_the_erased(
    whole: Event[Any], gone: str
) -> None:
    sealed = seal(whole, KEYS)
    keys = {**KEYS, gone: None}

    if gone not in about([whole]):
        assert unseal(sealed, keys) == whole
        return
    with pytest.raises(ErasedError):
        unseal(sealed, keys)


def test_an_erased_person_is_left_out_of_a_slate_and_the_others_stay() -> None:
    opened = unseal(seal(EVENTS[3], KEYS), {**KEYS, "bert": None})

    assert [each.display_name for each in opened.state.recommendations] == ["Cleo Zeldzaam"]


@pytest.mark.parametrize("whole", EVENTS[:2], ids=named)
def test_nothing_more_is_told_about_somebody_who_was_erased(whole: Event[Any]) -> None:
    with pytest.raises(ErasedError):
        seal(whole, {**KEYS, "anna": None})


def test_where_somebody_else_is_the_matter_the_erased_ones_part_is_left_out() -> None:
    keys = {**KEYS, "bert": None}
    introduction = seal(EVENTS[2], keys).state
    slate = seal(EVENTS[3], keys)

    assert introduction.message == ""
    assert not introduction.HasField("sealed")
    assert slate.state.recommendations[0] == Recommendation(member_id="bert", score=9)
    assert unseal(slate, keys).state.recommendations[1].display_name == "Cleo Zeldzaam"
