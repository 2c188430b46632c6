import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.measures import (
    average_precision,
    bootstrap_interval,
    mean,
    ndcg,
    reciprocal_rank,
    spearman,
    success,
)

GRADES = {"a": 3.0, "b": 1.0, "c": 0.0}
rankings = st.permutations(["a", "b", "c", "d", "e"])
values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(rankings)
def test_every_measure_lies_between_none_and_perfect(ranking: list[str]) -> None:
    for value in (
        ndcg(ranking, GRADES),
        average_precision(ranking, GRADES),
        reciprocal_rank(ranking, GRADES),
        success(ranking, GRADES, depth=2),
    ):
        assert 0 <= value <= 1 + 1e-9


def test_the_ideal_ranking_is_perfect() -> None:
    ideal = ["a", "b", "c", "d"]
    assert ndcg(ideal, GRADES) == pytest.approx(1)
    assert average_precision(ideal, GRADES) == 1
    assert reciprocal_rank(ideal, GRADES) == 1
    assert success(ideal, GRADES, depth=1) == 1


def test_figures_worked_out_by_hand() -> None:
    ranking = ["d", "b", "a"]
    assert ndcg(ranking, GRADES) == pytest.approx((1 / 1.5849625 + 3 / 2) / (3 + 1 / 1.5849625))
    assert average_precision(ranking, GRADES) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert reciprocal_rank(ranking, GRADES) == 0.5
    assert success(ranking, GRADES, depth=1) == 0


def test_what_was_never_found_counts_against_the_ranking() -> None:
    assert average_precision(["a"], GRADES) == 0.5


def test_where_nothing_is_relevant_nothing_is_gained() -> None:
    for measure in (ndcg, average_precision, reciprocal_rank):
        assert measure(["a"], {"a": 0.0}) == 0
    assert mean([]) == 0
    assert bootstrap_interval([], seed=1) == (0, 0)


@given(values)
def test_the_interval_holds_the_mean_and_repeats(scores: list[float]) -> None:
    low, high = bootstrap_interval(scores, seed=7, rounds=200)
    assert low - 1e-9 <= high
    assert min(scores) - 1e-9 <= low
    assert high <= max(scores) + 1e-9
    assert bootstrap_interval(scores, seed=7, rounds=200) == (low, high)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=20, unique=True))
def test_any_rising_change_keeps_the_rank_correlation(numbers: list[int]) -> None:
    rising = [number**3 + 5.0 for number in numbers]
    assert spearman([float(n) for n in numbers], rising) == pytest.approx(1)
    assert spearman([float(n) for n in numbers], [-each for each in rising]) == pytest.approx(-1)


def test_ties_share_their_rank() -> None:
    assert spearman([1, 1, 2], [1, 1, 2]) == pytest.approx(1)
    assert spearman([1, 1, 1], [1, 2, 3]) == 0
    assert spearman([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(0.9486833)
