"""The reason shown to both, in their language."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.reason import QUOTE_LENGTH, Facts, explain, quote, reason
from services.matchmaking.domain.score import Part, Terms
from services.matchmaking.domain.slate import Match

TERMS = Terms(what=0.95, struggle=0.6, population=1, theme=1, recency=1, stage=0.8)
OWN = Initiative(
    "own",
    title="Buurtkamer Zuid",
    language="nl",
    texts={"what": "Wij openen een buurtkamer."},
    themes=frozenset({"loneliness", "neighbourhood"}),
    populations=frozenset({"elderly", "lgbt"}),
    stage=3,
)
OTHER = Initiative(
    "other",
    title="Open table.",
    language="en",
    texts={
        "what": "We cook every week with neighbours. It grows.",
        "struggle": "Men do not come. We tried flyers.",
    },
    themes=frozenset({"loneliness"}),
    populations=frozenset({"elderly", "lgbt", "carers"}),
    stage=3,
)
FACTS = Facts("Sam Reed", OWN, OTHER, TERMS)


def test_the_reason_in_dutch() -> None:
    assert reason(FACTS, "nl") == (
        "Sam Reed werkt aan iets dat lijkt op jouw ‘Buurtkamer Zuid’: ‘Open table’."
        " In eigen woorden (in het Engels): “We cook every week with neighbours.”"
        " Jullie zijn allebei in de fase ‘Uitproberen’."
        " Jullie werken allebei voor ouderen en lhbti+-mensen, rond eenzaamheid."
    )


def test_the_reason_in_english() -> None:
    assert reason(FACTS, "en-GB") == (
        "Sam Reed works on something similar to your ‘Buurtkamer Zuid’: ‘Open table’."
        " In their own words: “We cook every week with neighbours.”"
        " You are both at the stage ‘Trying it out’."
        " You both work for older people and LGBT+ people, on loneliness."
    )


def test_a_shared_struggle_leads_when_it_is_what_is_most_alike() -> None:
    facts = replace(FACTS, terms=replace(TERMS, what=0.8, struggle=0.97))
    assert reason(facts, "en").startswith(
        "Sam Reed runs into something that you may know from your ‘Buurtkamer Zuid’."
        " In their own words: “Men do not come.”"
    )
    silent = replace(OTHER, texts={"what": "We cook."})
    assert "We cook." in reason(replace(facts, other=silent), "nl")


def test_different_stages_are_named_without_a_ladder() -> None:
    facts = replace(FACTS, other=replace(OTHER, stage=4))
    assert "Dat werk is in de fase ‘Draagvlak & bewijs’, het jouwe in ‘Uitproberen’." in reason(
        facts, "nl"
    )
    assert "stage" not in reason(replace(FACTS, other=replace(OTHER, stage=0)), "en")


@pytest.mark.parametrize(
    ("flag", "words"),
    [("stuck", "You are both stuck for now."), ("stopped", "You both stopped"), ("", "")],
)
def test_what_stands_still_is_valued_equally(flag: str, words: str) -> None:
    facts = replace(FACTS, own=replace(OWN, flag=flag), other=replace(OTHER, flag=flag))
    assert words in reason(facts, "en")
    assert "both stuck" not in reason(replace(FACTS, own=replace(OWN, flag="stuck")), "en")


def test_only_shared_codes_are_named() -> None:
    only_people = replace(FACTS, other=replace(OTHER, themes=frozenset()))
    assert reason(only_people, "en").endswith("You both work for older people and LGBT+ people.")
    only_themes = replace(FACTS, other=replace(OTHER, populations=frozenset({"unheard"})))
    assert reason(only_themes, "nl").endswith("Jullie werken allebei rond eenzaamheid.")


def test_a_new_member_with_three_texts_gets_a_whole_sentence() -> None:
    bare = Facts("Noor", Initiative("a"), Initiative("b"), TERMS)
    assert reason(bare, "nl") == "Noor werkt aan iets dat lijkt op jouw werk."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Eén zin. Nog een zin.", "Eén zin."),
        ("Dat deden we bijv. Met ouderen. Later niet.", "Dat deden we bijv. Met ouderen."),
        ("Asked dr. A. B. Smith first! Then others.", "Asked dr. A. B. Smith first!"),
        ("Waarom? Omdat het moet.", "Waarom?"),
        ("een kop\nen een tekst", "een kop"),
        ("It costs 3.5 euro per week", "It costs 3.5 euro per week"),
        ("  ", ""),
    ],
)
def test_a_quote_is_one_sentence(text: str, sentence: str) -> None:
    assert quote(text) == sentence


@given(st.text(max_size=600))
def test_a_quote_is_short_and_in_the_authors_words(text: str) -> None:
    found = quote(text)
    assert len(found) <= QUOTE_LENGTH
    assert found.rstrip("…").strip() in " ".join(text.split())


def test_a_long_sentence_is_cut_between_words() -> None:
    found = quote("woord " * 100)
    assert found.endswith("woord…")
    assert len(quote("x" * 500)) <= QUOTE_LENGTH


def test_no_word_appears_that_the_reader_could_not_see() -> None:
    hidden = "geheim123"
    other = replace(OTHER, texts={**OTHER.texts, "need": hidden, "offer": hidden}, id=hidden)
    for language in ("nl", "en"):
        words = set(re.findall(r"\w+", reason(replace(FACTS, other=other), language)))
        assert hidden not in words


def test_a_match_is_explained_as_long_as_both_initiatives_are_there() -> None:
    reader = Profile("a", "p", initiatives=(OWN,))
    other = Profile("b", "p", display_name="Sam Reed", initiatives=(OTHER,))
    found = Match("b", "", "other", "own", Part.PEER, 0.5, 0.5, 0.9, TERMS)
    assert explain(reader, other, found, "nl") == reason(FACTS, "nl")
    assert explain(replace(reader, initiatives=()), other, found, "nl") == ""
    assert explain(reader, replace(other, initiatives=()), found, "nl") == ""
