"""Who may meet whom, and the slate that comes of it."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.vocabulary import MemberKind, Purpose
from services.matchmaking.domain.choice import (
    Around,
    Stand,
    compare,
    load_of,
    touched,
)
from services.matchmaking.domain.choice import choose as choose_among
from services.matchmaking.domain.eligibility import (
    NO_CIRCUMSTANCES,
    Circumstances,
    may_know,
    may_meet,
)
from services.matchmaking.domain.exposure import Load
from services.matchmaking.domain.likeness import Prints
from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.score import Part, Terms
from services.matchmaking.domain.slate import PLACES, Match, best_pairs, fill, is_honest

CONSENT = frozenset({Purpose.MATCHING})
CROSSING = frozenset({Purpose.MATCHING, Purpose.CROSS_LINE})


def person(name: str, **changes: object) -> Profile:
    made = Profile(
        member_id=name,
        programme="p",
        display_name=name.title(),
        organisation=f"Org of {name}",
        capacity=2,
        visibility="network",
        consents=CONSENT,
        initiatives=(Initiative(f"{name}-1", stage=3),),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the names are checked by replace


ANNA, BO = person("anna"), person("bo")


def test_two_visible_consenting_members_may_meet() -> None:
    assert may_meet(ANNA, BO, NO_CIRCUMSTANCES)
    assert may_know(ANNA, BO, NO_CIRCUMSTANCES)


@pytest.mark.parametrize(
    "other",
    [
        ANNA,
        person("anna again", person="same", organisation=""),
        person("colleague", organisation="  ORG of   Anna "),
        person("silent", consents=frozenset()),
        person("carer", kind=MemberKind.LIVED_EXPERIENCE),
        person("blocker", blocked=frozenset({"anna"})),
        person("hidden", visibility="private"),
        person("elsewhere", visibility="programme", programme="q"),
        person("full", capacity=0),
        person("away", snoozed_until=10.0),
    ],
    ids=lambda other: other.member_id,
)
def test_these_members_are_never_recommended(other: Profile) -> None:
    anna = replace(ANNA, person="same")
    assert not may_meet(anna, other, NO_CIRCUMSTANCES)


@pytest.mark.parametrize(
    "at",
    [
        Circumstances(blocked=frozenset({"bo"})),
        Circumstances(paused=frozenset({"bo"})),
        Circumstances(resting=frozenset({"bo"})),
        Circumstances(full=frozenset({"bo"})),
    ],
)
def test_circumstances_forbid_a_meeting(at: Circumstances) -> None:
    assert not may_meet(ANNA, BO, at)


def test_who_wants_nothing_now_gets_no_recommendations() -> None:
    assert not may_meet(replace(ANNA, snoozed_until=10.0), BO, NO_CIRCUMSTANCES)
    assert may_meet(replace(ANNA, snoozed_until=10.0), BO, Circumstances(now=10.0))
    assert not may_meet(replace(ANNA, consents=frozenset()), BO, NO_CIRCUMSTANCES)


def test_a_member_whom_the_other_may_not_see_is_not_recommended_either() -> None:
    hidden = replace(ANNA, visibility="programme", programme="q")
    assert not may_meet(hidden, BO, NO_CIRCUMSTANCES)


def test_the_line_to_lived_experience_is_crossed_with_the_consent_of_both_only() -> None:
    carer = person("carer", kind=MemberKind.LIVED_EXPERIENCE, consents=CROSSING)
    assert not may_meet(ANNA, carer, NO_CIRCUMSTANCES)
    assert not may_know(ANNA, carer, NO_CIRCUMSTANCES)
    assert may_meet(replace(ANNA, consents=CROSSING), carer, NO_CIRCUMSTANCES)


def test_who_is_full_or_away_can_still_be_known() -> None:
    assert may_know(ANNA, replace(BO, capacity=0, snoozed_until=9.0), NO_CIRCUMSTANCES)
    assert not may_know(ANNA, ANNA, NO_CIRCUMSTANCES)
    assert not may_know(ANNA, replace(BO, consents=frozenset()), NO_CIRCUMSTANCES)


def test_members_without_an_organisation_are_no_colleagues() -> None:
    assert may_meet(replace(ANNA, organisation=""), replace(BO, organisation=""), NO_CIRCUMSTANCES)


TERMS = Terms(what=0.9, struggle=0.9, population=0, theme=0, recency=1, stage=1)


def match(
    name: str, score: float, *, organisation: str = "", relevance: float = 0.9, initiative: str = ""
) -> Match:
    return Match(
        member_id=name,
        organisation=organisation,
        initiative_id=initiative or f"{name}-1",
        own_initiative_id="own",
        part=Part.PEER,
        value=score,
        score=score,
        relevance=relevance,
        terms=TERMS,
    )


matches = st.lists(
    st.builds(
        match,
        st.sampled_from("abcdefghij"),
        st.floats(0, 1),
        organisation=st.sampled_from(["", "x", "y"]),
        relevance=st.floats(0, 1),
    ),
    max_size=25,
)


def unlike(_one: str, _other: str) -> float:
    return 0.0


@given(matches)
def test_a_slate_has_nobody_twice_and_no_two_of_one_organisation(found: list[Match]) -> None:
    slate = fill(found, unlike)
    organisations = [one.organisation for one in slate if one.organisation]
    assert len(slate) <= sum(PLACES.values())
    assert len({one.member_id for one in slate}) == len(slate)
    assert len(set(organisations)) == len(organisations)
    assert all(is_honest(one) for one in slate)
    assert [one.score for one in slate] == sorted((one.score for one in slate), reverse=True)


@given(matches, st.randoms())
def test_the_order_of_candidates_has_no_meaning(found: list[Match], random: Random) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert [one.score for one in fill(found, unlike)] == [
        one.score for one in fill(shuffled, unlike)
    ]


def test_an_empty_place_is_better_than_a_bad_match() -> None:
    assert fill([match("a", 0.9, relevance=0.5), match("b", 0.0)], unlike) == []


def test_an_honest_pair_of_initiatives_goes_before_a_better_one_that_is_not() -> None:
    alike = match("a", 0.6, initiative="a-2")
    assert fill([match("a", 0.9, relevance=0.1, initiative="a-1"), alike], unlike) == [alike]


def test_the_best_pair_of_initiatives_counts() -> None:
    low, high = match("a", 0.3, initiative="a-1"), match("a", 0.8, initiative="a-2")
    assert best_pairs([low, high]) == [high]


def test_a_slate_prefers_somebody_different_over_more_of_the_same() -> None:
    same = [match(name, 0.9 - place / 100) for place, name in enumerate("abcdef")]
    different = match("z", 0.8)

    def close(one: str, other: str) -> float:
        return 0.0 if "z-1" in {one, other} else 0.95

    assert different in fill([*same, different], close)


def _around(*others: Profile, **changes: object) -> Around:
    people = (ANNA, *others)
    vector = np.array([1, 0], np.float32)
    around = Around(
        profiles={one.member_id: one for one in people},
        prints={
            initiative.id: Prints(initiative.id, "nl", {"what": vector, "struggle": vector})
            for one in people
            for initiative in one.initiatives
        },
        owners={initiative.id: one.member_id for one in people for initiative in one.initiatives},
    )
    for name, value in changes.items():
        setattr(around, name, value)
    return around


def choose(
    member: Profile, initiatives: list[str], around: Around, at: Circumstances
) -> list[Match]:
    return choose_among(member, compare(member, initiatives, around, at.now), around, at)


def test_a_changed_member_touches_the_slates_that_she_might_enter() -> None:
    found = [match("a", 0.8), match("b", 0.5), match("c", 0.9, relevance=0.1), match("d", 0.5)]
    stands = {"a": Stand(5, 0.85), "b": Stand(5, 0.7), "d": Stand(4, 0.7)}
    assert touched(found, 1.0, stands) == ["a", "d"]
    assert touched(found, 0.0, stands) == []
    assert touched([match("a", 0.5), match("a", 0.8)], 1.0, {}) == ["a"]


def test_who_carries_nothing_is_not_lowered() -> None:
    assert load_of(BO, {}) == 1.0
    assert load_of(BO, {"bo": Load(taken=2)}) == 0.0


def test_a_fitting_candidate_is_chosen_with_the_pair_that_fits() -> None:
    (found,) = choose(ANNA, ["bo-1"], _around(BO), NO_CIRCUMSTANCES)
    assert (found.member_id, found.own_initiative_id, found.initiative_id) == (
        "bo",
        "anna-1",
        "bo-1",
    )
    assert found.part is Part.PEER
    assert found.relevance > 0.8


@given(st.sets(st.sampled_from("cdefgh"), max_size=6))
def test_a_blocked_member_is_never_chosen(blocked: set[str]) -> None:
    others = [person(name) for name in "cdefgh"]
    initiatives = [f"{name}-1" for name in "cdefgh"]
    at = Circumstances(blocked=frozenset(blocked))
    found = choose(ANNA, initiatives, _around(*others), at)
    assert {one.member_id for one in found}.isdisjoint(blocked)
    assert len(found) == min(5, 6 - len(blocked))


def test_load_makes_room_for_somebody_else() -> None:
    busy = _around(BO, person("cas"), loads={"bo": Load(waiting=1), "cas": Load()})
    found = choose(ANNA, ["bo-1", "cas-1"], busy, NO_CIRCUMSTANCES)
    assert [one.member_id for one in found] == ["cas", "bo"]
    busy.loads["bo"] = Load(waiting=1, taken=1)
    assert [one.member_id for one in choose(ANNA, ["bo-1", "cas-1"], busy, NO_CIRCUMSTANCES)] == [
        "cas"
    ]


def test_what_went_away_between_two_reads_is_left_out() -> None:
    around = _around(BO)
    assert choose(ANNA, ["gone"], around, NO_CIRCUMSTANCES) == []
    del around.prints["bo-1"]
    assert choose(ANNA, ["bo-1"], around, NO_CIRCUMSTANCES) == []
    around = _around(replace(BO, initiatives=()), owners={"bo-1": "bo"})
    assert choose(ANNA, ["bo-1"], around, NO_CIRCUMSTANCES) == []


def test_an_own_initiative_that_is_not_indexed_yet_finds_nobody() -> None:
    around = _around(BO)
    del around.prints["anna-1"]
    assert choose(ANNA, ["bo-1"], around, NO_CIRCUMSTANCES) == []


def test_enough_to_choose_from_is_enough() -> None:
    others = [person(f"m{number:03}") for number in range(60)]
    around = _around(*others)
    found = choose(ANNA, [f"m{number:03}-1" for number in range(60)], around, NO_CIRCUMSTANCES)
    assert len(found) == 5


def test_a_profile_knows_its_language_and_initiatives() -> None:
    assert person("x", languages=("nl", "en")).language == "nl"
    assert person("x", languages=()).language == "en"
    assert ANNA.initiative("anna-1") is ANNA.initiatives[0]
    assert ANNA.initiative("other") is None
