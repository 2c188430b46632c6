"""Stage, calibration, likeness, score: the numbers of matching."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.vocabulary import Wish
from services.matchmaking.domain.calibration import (
    ENOUGH,
    Background,
    Kind,
    Voice,
    fixed,
    kind_of,
    same_language,
    sample_pairs,
)
from services.matchmaking.domain.exposure import (
    DAY,
    MONTH,
    REST,
    WEEK,
    Load,
    gini,
    is_worn,
    load_factor,
)
from services.matchmaking.domain.fusion import Leg, fuse
from services.matchmaking.domain.likeness import Prints, closeness, likeness
from services.matchmaking.domain.profile import Initiative
from services.matchmaking.domain.score import (
    UNKNOWN_CODES,
    UNKNOWN_TEXT,
    Alike,
    Part,
    Seat,
    Terms,
    harmonic,
    overlap,
    peer,
    peer_relevance,
    recency,
    score,
    wished,
)
from services.matchmaking.domain.stage import distribution, gap, nearness

shares = st.floats(0, 1)
cosines = st.lists(st.floats(-1, 1), min_size=1, max_size=30)
codes = st.frozensets(st.sampled_from(["youth", "elderly", "carers", "women"]))
initiatives = st.builds(
    Initiative,
    id=st.uuids().map(str),
    themes=codes,
    populations=codes,
    stage=st.integers(0, 7),
    updated_at=st.floats(0, 1000 * DAY),
)
seats = st.builds(
    Seat, wishes=st.frozensets(st.sampled_from(["peer", "guide"])), initiative=initiatives
)
alikes = st.builds(
    Alike,
    what=st.one_of(shares, st.just(float("nan"))),
    struggle=st.one_of(shares, st.just(float("nan"))),
)


@given(st.integers(-2, 10))
def test_a_stage_is_a_distribution_that_sums_to_one(stage: int) -> None:
    assert sum(distribution(stage)) == pytest.approx(1)
    assert len(distribution(stage)) == 7


def test_a_declared_stage_is_certain_to_eight_tenths() -> None:
    assert distribution(3) == (0, 0.1, 0.8, 0.1, 0, 0, 0)
    assert distribution(1) == (0.9, 0.1, 0, 0, 0, 0, 0)
    assert distribution(7) == (0, 0, 0, 0, 0, 0.1, 0.9)
    assert distribution(0) == pytest.approx((1 / 7,) * 7)


@given(st.integers(0, 7), st.integers(0, 7))
def test_the_gaps_between_two_stages_cover_every_case_once(own: int, other: int) -> None:
    one, two = distribution(own), distribution(other)
    assert sum(gap(one, two, ahead) for ahead in range(-6, 7)) == pytest.approx(1)
    assert gap(one, two, 2) == pytest.approx(gap(two, one, -2))


@given(st.integers(0, 7), st.integers(0, 7))
def test_being_at_a_similar_stage_is_mutual(own: int, other: int) -> None:
    assert nearness(own, other) == pytest.approx(nearness(other, own))
    assert 0 <= nearness(own, other) <= 1


def test_the_same_stage_is_nearer_than_the_next_and_the_next_than_one_far_away() -> None:
    assert nearness(3, 3) > nearness(3, 4) > nearness(3, 5) > nearness(3, 7)
    assert nearness(3, 3) > nearness(3, 0) > nearness(3, 7)


def test_the_kind_of_a_comparison_ignores_order_and_region() -> None:
    assert kind_of("nl-BE", "en", "what") == kind_of("en-GB", "nl", "what")
    assert same_language(kind_of("nl-BE", "nl", "what"))
    assert not same_language(kind_of("nl", "en", "what"))


@given(
    cosines,
    st.integers(0, 200),
    st.sampled_from(["use-multilingual-3", "multilingual-e5-small-q4-1", "other"]),
)
def test_a_percentile_is_a_share_and_rises_with_the_cosine(
    values: list[float], size: int, encoder: str
) -> None:
    kind = kind_of("nl", "en", "what")
    sample = np.sort(np.random.default_rng(1).uniform(-0.2, 0.9, size))
    background = Background(encoder, {kind: sample})
    ordered = np.sort(np.array(values))
    found = background.percentiles(kind, ordered)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= 0).all()


def test_a_percentile_is_the_share_of_arbitrary_pairs_that_are_not_more_alike() -> None:
    kind = Kind("en-en", "what")
    background = Background("use", {kind: np.linspace(0, 0.99, 100)})
    found = background.percentiles(kind, np.array([-0.5, 0.5, 0.505, 0.995, 1.0]))
    assert found[:3].tolist() == [0.0, 51 / 101, 51 / 101]
    assert 100 / 101 < found[3] < found[4] == 1.0


def test_a_tiny_sample_is_not_trusted() -> None:
    kind = Kind("en-en", "what")
    tiny = Background("use", {kind: np.linspace(0, 1, ENOUGH - 1)})
    value = np.array([0.3])
    assert tiny.percentiles(kind, value) == fixed("use", kind, value)
    assert Background("use").percentiles(kind, value) == fixed("use", kind, value)


def test_pairs_across_languages_do_not_lose_by_their_lower_cosines() -> None:
    value = np.array([0.3])
    within, across = kind_of("nl", "nl", "what"), kind_of("nl", "en", "what")
    for encoder in ("use", "multilingual-e5-small-q4-1", "unheard of"):
        level = value + (0.5 if "e5" in encoder else 0)
        assert fixed(encoder, across, level) > fixed(encoder, within, level)


def _voice(owner: str, language: str, angle: float) -> Voice:
    return Voice(owner, language, np.array([np.cos(angle), np.sin(angle)], dtype=np.float32))


def test_a_sample_knows_every_pair_of_languages_and_no_pair_of_one_owner() -> None:
    voices = [_voice(f"m{n}", "nl" if n % 2 else "en", n / 9) for n in range(12)]
    voices += [_voice("m1", "nl", 3.0)]
    found = sample_pairs({"what": voices, "struggle": []}, most=40, seed=3)
    assert set(found) == {Kind("en-en", "what"), Kind("en-nl", "what"), Kind("nl-nl", "what")}
    assert all(1 <= len(sample) <= 40 for sample in found.values())
    assert all((np.diff(sample) >= 0).all() for sample in found.values())
    again = sample_pairs({"what": voices, "struggle": []}, most=40, seed=3)
    assert all((again[kind] == found[kind]).all() for kind in found)


def test_a_sample_of_one_voice_is_empty() -> None:
    assert sample_pairs({"what": [_voice("m1", "nl", 0)]}, most=10, seed=1) == {}


def test_likeness_is_unknown_where_a_text_is_absent() -> None:
    east, north = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    own = Prints("a", "nl", {"what": east})
    others = [
        Prints("b", "nl", {"what": east}),
        Prints("c", "en", {"need": east}),
        Prints("d", "en", {"what": north}),
    ]
    found = likeness(own, others, "what", Background("use"))
    assert found[0] == 1.0
    assert np.isnan(found[1])
    assert found[2] < 0.2
    assert np.isnan(likeness(own, others, "struggle", Background("use"))).all()


def test_closeness_of_what_is_absent_is_zero() -> None:
    east = np.array([1, 0], np.float32)
    found = closeness([Prints("a", "nl", {"what": east}), Prints("b", "nl", {})], "what")
    assert found.tolist() == [[1, 0], [0, 0]]
    assert closeness([], "what").shape == (0, 0)


@given(codes, codes)
def test_overlap_is_mutual_and_a_share(one: frozenset[str], other: frozenset[str]) -> None:
    assert overlap(one, other) == overlap(other, one)
    assert 0 <= overlap(one, other) <= 1


def test_codes_that_nobody_gave_say_nothing() -> None:
    assert overlap(frozenset(), frozenset({"youth"})) == UNKNOWN_CODES
    assert overlap(frozenset({"youth"}), frozenset({"youth"})) == 1


def test_recency_halves_every_half_year_and_the_future_counts_as_now() -> None:
    assert recency(0, 180 * DAY) == pytest.approx(0.5)
    assert recency(10 * DAY, 0) == 1


def test_a_peer_score_is_the_weighted_sum_times_the_stage() -> None:
    terms = Terms(what=1, struggle=0.5, population=0, theme=1, recency=1, stage=0.5)
    assert peer(terms) == pytest.approx((0.45 + 0.1 + 0.1 + 0.1) * 0.5)


@given(
    st.builds(
        Terms,
        what=shares,
        struggle=shares,
        population=shares,
        theme=shares,
        recency=shares,
        stage=shares,
    )
)
def test_scores_stay_between_zero_and_one(terms: Terms) -> None:
    assert 0 <= peer(terms) <= 1
    assert 0 <= peer_relevance(terms) <= 1


def test_who_is_stages_away_is_no_peer_however_much_alike_the_work() -> None:
    alike = Terms(what=1, struggle=1, population=1, theme=1, recency=1, stage=nearness(3, 4))
    assert peer_relevance(alike) == pytest.approx(1)
    assert peer_relevance(replace(alike, stage=nearness(3, 0))) == pytest.approx(1)
    assert peer_relevance(replace(alike, stage=nearness(3, 5))) == 0


def test_the_same_people_make_up_for_words_that_differ_a_little() -> None:
    terms = Terms(what=0.9, struggle=0.2, population=0, theme=0, recency=0, stage=0.5)
    assert peer_relevance(replace(terms, population=0.5)) > peer_relevance(terms)
    assert peer_relevance(replace(terms, struggle=1)) > peer_relevance(terms)


@given(shares, shares)
def test_the_harmonic_mean_needs_both(there: float, back: float) -> None:
    found = harmonic(there, back)
    assert found == harmonic(back, there)
    assert min(there, back) - 1e-9 <= found <= max(there, back) + 1e-9 or found == 0
    assert harmonic(there, 0) == 0


@given(seats, seats, alikes, st.floats(0, 2000 * DAY))
def test_both_sides_of_a_pair_get_the_same_score(
    one: Seat, other: Seat, alike: Alike, now: float
) -> None:
    there = score(Part.PEER, one, other, alike, now)
    back = score(Part.PEER, other, one, alike, now)
    assert there.value == pytest.approx(back.value)
    assert 0 <= there.value <= 1


def test_an_absent_text_counts_as_in_an_arbitrary_pair() -> None:
    own = Seat(frozenset(), Initiative("a"))
    found = score(Part.PEER, own, Seat(frozenset(), Initiative("b")), Alike(float("nan"), 0.9), 0)
    assert found.terms.what == UNKNOWN_TEXT
    assert found.terms.struggle == 0.9


def test_who_wants_something_else_gains_less() -> None:
    assert wished(frozenset(), Wish.PEER) == wished(frozenset({"peer", "guide"}), Wish.PEER) == 1
    assert wished(frozenset({"guide"}), Wish.PEER) < 1


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 6))
def test_load_lowers_the_score_and_nobody_full_is_suggested(
    waiting: int, taken: int, capacity: int
) -> None:
    found = load_factor(Load(waiting, taken), capacity)
    assert 0 <= found <= 1
    assert (found == 0) == (waiting + taken >= capacity)


def test_a_pair_shown_in_three_weeks_rests_for_twelve() -> None:
    assert not is_worn([], 0)
    assert not is_worn([DAY, 2 * DAY, 3 * DAY], WEEK)
    three = [DAY, WEEK + DAY, 2 * WEEK + DAY]
    assert is_worn(three, 3 * WEEK)
    assert not is_worn(three, 2 * WEEK + DAY + REST)
    assert MONTH < REST


@given(st.lists(st.integers(0, 50), max_size=20))
def test_gini_is_a_share(counts: list[int]) -> None:
    assert -1e-9 <= gini(counts) < 1


def test_gini_is_zero_for_equal_exposure_and_high_for_one_star() -> None:
    assert gini([]) == gini([0, 0]) == 0
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0] * 9 + [10]) == pytest.approx(0.9)


ids = st.text("abcdef", min_size=1, max_size=2)
legs = st.lists(
    st.builds(
        Leg,
        scores=st.dictionaries(ids, st.floats(-10, 10, allow_subnormal=False), max_size=8),
        weight=st.floats(0.1, 3),
    ),
    max_size=4,
)


@given(legs, st.integers(0, 10))
def test_fusing_keeps_each_id_once(found: list[Leg], limit: int) -> None:
    fused = fuse(found, limit=limit)
    union = {one for leg in found for one in leg.scores}
    assert len(set(fused)) == len(fused) == min(limit, len(union))
    assert set(fused) <= union


def test_one_leg_alone_is_its_own_ranking() -> None:
    leg = Leg({"a": 1.0, "b": 3.0, "c": 3.0}, 2.0)
    assert fuse([leg, Leg({}, 1.0)], limit=9) == ["b", "c", "a"]


def test_a_leg_that_tells_nothing_apart_changes_nothing() -> None:
    leg, flat = Leg({"a": 1.0, "b": 3.0}, 1.0), Leg({"a": 5.0, "b": 5.0}, 9.0)
    assert fuse([leg, flat], limit=9) == ["b", "a"]


def test_the_heavier_leg_decides() -> None:
    words, meaning = {"a": 3.0, "b": 1.0}, {"a": 0.1, "b": 0.9}
    assert fuse([Leg(words, 1.0), Leg(meaning, 2.0)], limit=2) == ["b", "a"]
    assert fuse([Leg(words, 2.0), Leg(meaning, 1.0)], limit=2) == ["a", "b"]


def test_who_does_the_same_as_everybody_is_alike_to_everybody() -> None:
    kind = Kind("nl-nl", "what")
    background = Background("use", {kind: np.ones(ENOUGH)})
    assert background.percentiles(kind, np.array([1.0]))[0] > 0.95
