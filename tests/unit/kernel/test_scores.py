import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.scores import standardised

scores = st.dictionaries(st.sampled_from("abcdef"), st.integers(-50, 50).map(float), max_size=6)


@given(scores)
def test_every_id_gets_a_score_and_they_balance(given_scores: dict[str, float]) -> None:
    found = standardised(given_scores, "abcdefgh")
    assert set(found) == set("abcdefgh")
    assert sum(found.values()) == pytest.approx(0, abs=1e-6)


@given(scores)
def test_the_order_is_kept_and_what_has_no_score_is_never_above(
    given_scores: dict[str, float],
) -> None:
    found = standardised(given_scores, "abcdefgh")
    for one, score in given_scores.items():
        assert found[one] >= found["h"] - 1e-9
        for other, lower in given_scores.items():
            if score > lower:
                assert found[one] > found[other]


def test_scores_that_are_all_the_same_say_nothing() -> None:
    assert standardised({"a": 3.0, "b": 3.0}, "abc") == {"a": 0.0, "b": 0.0, "c": 0.0}
    assert standardised({}, "ab") == {"a": 0.0, "b": 0.0}
    third = 0.1 + 0.2  # the mean of three of these is not one of them
    assert set(standardised(dict.fromkeys("abcdefg", third), "abcdefg").values()) == {0.0}


def test_scores_that_hardly_differ_are_told_apart() -> None:
    found = standardised({"a": 0.0, "b": 1e-300}, ["a", "b"])
    assert found == {"a": pytest.approx(-1.0), "b": pytest.approx(1.0)}
