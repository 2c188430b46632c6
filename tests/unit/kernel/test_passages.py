"""Long texts as passages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.passages import has_words, split_passages

TEXTS = st.text(alphabet="abé1 .!?\n😀’", max_size=300)
WORDS = st.integers(min_value=1, max_value=12)


def test_a_text_that_fits_is_one_passage_with_plain_spaces() -> None:
    assert split_passages(" Samen  eten.\nElke week. ", words=10) == ["Samen eten. Elke week."]


@pytest.mark.parametrize("text", ["", " \n ", "😀 !!", "…"])
def test_a_text_without_words_has_no_passage(text: str) -> None:
    assert split_passages(text, words=10) == []
    assert not has_words(text)


def test_a_cut_falls_between_sentences() -> None:
    assert split_passages("One two three. Four five six. Seven eight.", words=5, overlap=0) == [
        "One two three.",
        "Four five six. Seven eight.",
    ]


def test_a_quotation_mark_stays_with_its_sentence() -> None:
    text = "“Ik doe mee.” Zij ook."
    assert split_passages(text, words=3, overlap=0) == ["“Ik doe mee.”", "Zij ook."]


def test_a_passage_begins_with_the_last_sentences_of_the_one_before() -> None:
    text = "One two three. Four five. Six seven eight. Nine."
    assert split_passages(text, words=6, overlap=2) == [
        "One two three. Four five.",
        "Four five. Six seven eight. Nine.",
    ]


def test_a_long_passage_repeats_an_eighth_when_nothing_is_said() -> None:
    sentence = "zorg buurt."
    passages = split_passages(" ".join([sentence] * 20), words=16)
    assert [len(passage.split()) for passage in passages] == [16, 16, 12]


def test_a_sentence_longer_than_a_passage_comes_in_pieces() -> None:
    assert split_passages("a b c d e", words=2, overlap=0) == ["a b", "c d", "e"]


def test_a_passage_of_no_words_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one word"):
        split_passages("a", words=0)


@given(TEXTS, WORDS, st.one_of(st.none(), st.integers(min_value=0, max_value=12)))
def test_no_passage_is_longer_than_asked(text: str, words: int, overlap: int | None) -> None:
    passages = split_passages(text, words=words, overlap=overlap)
    assert all(1 <= len(passage.split()) <= words for passage in passages)


@given(TEXTS, WORDS)
def test_without_overlap_every_word_comes_once_and_in_order(text: str, words: int) -> None:
    passages = split_passages(text, words=words, overlap=0)
    if has_words(text):
        assert " ".join(passages).split() == " ".join(text.split()).split()


@given(TEXTS, WORDS)
def test_with_overlap_every_passage_brings_something_new(text: str, words: int) -> None:
    passages = split_passages(text, words=words)
    plain = split_passages(text, words=words, overlap=0)
    assert sum(len(passage.split()) for passage in passages) >= sum(
        len(passage.split()) for passage in plain
    )
    assert len(passages) <= sum(len(passage.split()) for passage in plain)
