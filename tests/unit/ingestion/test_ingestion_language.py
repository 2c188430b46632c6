"""Which language a text is in."""

import pytest

from services.ingestion.adapters.lingua import LinguaDetector
from services.ingestion.domain.language import Guess, choose, tag
from services.ingestion.domain.normalise import UnfitTextError


@pytest.mark.parametrize(
    ("declared", "guess", "chosen"),
    [
        ("de", Guess("nl", 1.0), "de"),
        ("", Guess("nl", 0.7), "nl"),
        ("", Guess("nl", 0.69), "en"),
        ("", Guess("", 1.0), "en"),
    ],
)
def test_the_declared_language_wins_then_a_sure_guess(
    declared: str, guess: Guess, chosen: str
) -> None:
    assert choose(declared, guess, "en") == chosen


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [("NL", "nl"), ("nl-be", "nl-BE"), ("nl_BE", "nl-BE"), ("zh-hant-tw", "zh-hant-TW")],
)
def test_a_language_tag_gets_its_usual_case(given_as: str, kept_as: str) -> None:
    assert tag(given_as) == kept_as


@pytest.mark.parametrize("value", ["", "n", "Nederlands", "nl-", "nl/../..", "nl\n"[:2] + "\u202e"])
def test_what_is_no_language_tag_is_refused(value: str) -> None:
    with pytest.raises(UnfitTextError):
        tag(value)


def test_dutch_and_english_are_told_apart() -> None:
    detector = LinguaDetector()
    assert detector.guess("Wij koken elke week samen met onze buren").language == "nl"
    assert detector.guess("We cook with our neighbours every week").language == "en"


def test_a_text_without_words_has_no_language() -> None:
    assert LinguaDetector().guess("12 34 !?") == Guess("", 0.0)
