"""Texts that are alike are found; others are left in peace."""

from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.adapters.minhash import MinHashSketcher
from services.ingestion.domain.duplicates import (
    MOST_CHARACTERS,
    THRESHOLD,
    compared,
    digest,
    grams,
    jaccard,
)

LONG = " ".join(f"avond {number} aten wij samen met {number * 7} buren" for number in range(60))


@given(st.text(), st.text())
def test_likeness_is_mutual_and_between_nothing_and_one(one: str, other: str) -> None:
    left, right = grams(compared([one])), grams(compared([other]))
    assert jaccard(left, right) == jaccard(right, left)
    assert 0 <= jaccard(left, right) <= 1
    assert jaccard(left, left) == (1.0 if left else 0.0)


def test_case_marks_and_spacing_do_not_make_a_text_another() -> None:
    one, other = compared(["Zes avonden!", "Aan TAFEL"]), compared(["zes  avonden aan", "tafel"])
    assert digest(one) == digest(other)


def test_only_the_beginning_of_a_very_long_text_is_compared() -> None:
    assert len(compared(["woord " * MOST_CHARACTERS])) == MOST_CHARACTERS


def test_near_texts_share_a_band_and_others_do_not() -> None:
    sketcher = MinHashSketcher()
    near = LONG.replace("avond 3 ", "avond drie ")
    own, alike = grams(compared([LONG])), grams(compared([near]))
    far = grams(compared(["Een heel ander verhaal over schuldhulp in de wijk " * 5]))
    assert jaccard(own, alike) > THRESHOLD
    assert set(sketcher.bands(own)) & set(sketcher.bands(alike))
    assert not set(sketcher.bands(own)) & set(sketcher.bands(far))


def test_bands_are_the_same_in_every_process() -> None:
    """They are stored: another value here means that stored ones no longer fit."""
    assert MinHashSketcher().bands(frozenset({"abcde"}))[0] == "7e1c2043932b4d3cf80daefe"
