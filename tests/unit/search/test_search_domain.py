import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.errors import InvalidError
from libs.kernel.policy import EVERYTHING, accepts
from services.search.domain.fusion import depth, fuse, with_wordless
from services.search.domain.highlight import highlight
from services.search.domain.language import guess_language
from services.search.domain.query import Cursor, Query

scores = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-5, 50), max_size=8)


def dutch(_identity: str) -> str:
    return "nl"


@given(scores, scores, st.floats(0, 1))
def test_fusing_keeps_every_document_of_either_leg_once(
    lexical: dict[str, float], dense: dict[str, float], weight: float
) -> None:
    fused = [
        identity
        for identity, _ in fuse(
            lexical,
            dense,
            dense_weight=weight,
            language_of=dutch,
            asked_in="nl",
        )
    ]
    assert sorted(fused) == sorted({*lexical, *dense})


@given(scores, st.floats(0.1, 10), st.floats(-3, 3))
def test_the_scale_of_a_leg_does_not_matter(
    lexical: dict[str, float], factor: float, shift: float
) -> None:
    rounded = {identity: float(round(score)) for identity, score in lexical.items()}
    stretched = {identity: score * factor + shift for identity, score in rounded.items()}
    dense = {identity: float(rank) for rank, identity in enumerate(sorted(lexical))}

    def ranking(words: dict[str, float]) -> dict[str, float]:
        return dict(fuse(words, dense, dense_weight=0.5, language_of=dutch, asked_in="nl"))

    one, two = ranking(dict(rounded)), ranking(stretched)
    assert one == pytest.approx(two, abs=1e-6)


def test_with_all_weight_on_one_leg_its_order_stands() -> None:
    lexical, dense = {"a": 3.0, "b": 2.0, "c": 1.0}, {"c": 0.9, "b": 0.8, "a": 0.7}
    by_words = fuse(lexical, dense, dense_weight=0.0, language_of=dutch, asked_in="nl")
    by_meaning = fuse(lexical, dense, dense_weight=1.0, language_of=dutch, asked_in="nl")
    assert [identity for identity, _ in by_words] == ["a", "b", "c"]
    assert [identity for identity, _ in by_meaning] == ["c", "b", "a"]


def test_a_document_in_both_legs_beats_one_that_only_one_leg_found() -> None:
    fused = fuse(
        {"both": 9.0, "words": 9.0, "x": 1.0},
        {"both": 0.9, "meaning": 0.9, "y": 0.1},
        dense_weight=0.5,
        language_of=dutch,
        asked_in="nl",
    )
    assert fused[0][0] == "both"


def test_a_word_that_one_document_alone_has_finds_it_before_those_that_are_alike() -> None:
    dense = {"named": 0.80, **{f"alike {n}": 0.79 + n / 1000 for n in range(30)}}
    assert max(dense, key=lambda identity: dense[identity]) == "alike 29"
    lexical = with_wordless({"named": 4.0}, dense, limit=10)
    fused = fuse(lexical, dense, dense_weight=0.5, language_of=dutch, asked_in="nl")
    assert fused[0][0] == "named"


def test_where_the_words_leg_was_cut_off_nothing_is_known_of_the_rest() -> None:
    lexical = {f"d{n}": 1.0 for n in range(depth(10))}
    assert with_wordless(lexical, {"x": 0.5}, limit=10) == lexical


def test_ties_go_to_the_smaller_id() -> None:
    fused = fuse(
        {"b": 1.0, "a": 1.0},
        {},
        dense_weight=0.5,
        language_of=dutch,
        asked_in="nl",
    )
    assert [identity for identity, _ in fused] == ["a", "b"]


def prefix(identity: str) -> str:
    return identity[:2]


def test_in_another_language_meaning_decides_and_shared_words_are_a_bonus() -> None:
    lexical = {"nl-words": 9.0, "en-words": 9.0, "en-other": 3.0}
    dense = {"nl-words": 0.2, "en-words": 0.5, "en-meaning": 0.5}
    fused = dict(fuse(lexical, dense, dense_weight=0.5, language_of=prefix, asked_in="nl"))
    assert fused["en-words"] > fused["en-meaning"]
    without_words = dict(fuse({}, dense, dense_weight=0.5, language_of=prefix, asked_in="nl"))
    assert without_words["en-words"] == without_words["en-meaning"]


def test_the_best_of_the_other_language_stands_beside_the_best_of_ones_own() -> None:
    own = {f"nl-{n}": 0.9 - n / 100 for n in range(40)}
    other = {f"en-{n}": 0.7 - n / 100 for n in range(40)}
    fused = fuse(own, {**own, **other}, dense_weight=0.5, language_of=prefix, asked_in="nl")
    first_ten = [identity for identity, _ in fused[:10]]
    assert "en-0" in first_ten
    assert "nl-0" in first_ten


def test_a_single_document_in_another_language_is_not_lifted() -> None:
    own = {f"nl-{n}": 0.9 - n / 100 for n in range(40)}
    fused = fuse({}, {**own, "en-0": 0.5}, dense_weight=0.5, language_of=prefix, asked_in="nl")
    assert fused[-1][0] == "en-0"


@given(st.integers(1, 500))
def test_the_legs_go_deeper_than_what_is_asked_within_bounds(limit: int) -> None:
    assert 200 <= depth(limit) <= 1000
    assert depth(limit) >= min(10 * limit, 1000)


def test_nothing_found_is_nothing() -> None:
    assert fuse({}, {}, dense_weight=0.5, language_of=dutch, asked_in="nl") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hoe help je mantelzorgers die overbelast zijn", "nl"),
        ("how do we help carers who are worn out", "en"),
        ("dementie", ""),
        ("", ""),
        ("café Zürich 2026 🙂", ""),
        ("de kunst the arts", ""),
    ],
)
def test_the_language_of_a_question_shows_in_its_small_words(text: str, language: str) -> None:
    assert guess_language(text) == language


@given(st.text(max_size=2000), st.text(max_size=60))
def test_a_highlight_is_short_and_taken_from_the_passage(passage: str, query: str) -> None:
    shown = highlight(passage, query, longest=120)
    assert len(shown) <= 124
    inner = shown.removeprefix("… ").removesuffix(" …").strip()
    assert inner in " ".join(passage.split()) or inner in passage


def test_a_highlight_shows_the_stretch_with_the_words_asked_for() -> None:
    passage = (
        "Eerst iets anders. " * 40 + "Daarna aten de buren samen in de keuken. " + "Slot. " * 40
    )
    shown = highlight(passage, "samen eten in de keuken", longest=100)
    assert "keuken" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")


def test_a_short_passage_is_shown_whole() -> None:
    assert highlight("Samen\n eten", "x") == "Samen eten"


@given(st.text(max_size=64), st.integers(0, 10_000))
def test_a_cursor_reads_back_as_itself(key: str, offset: int) -> None:
    assert Cursor.decode(Cursor(key, offset).encode()) == Cursor(key, offset)


@pytest.mark.parametrize(
    "text",
    ["x", "bm8=", "W10=", "WzEsIDJd", "WyJrIiwgLTFd", "WyJrIiwgInQiXQ==", "é", "W1tb" * 40_000],
)
def test_a_cursor_we_did_not_make_is_refused(text: str) -> None:
    with pytest.raises(InvalidError, match="start without one"):
        Cursor.decode(text)


def test_a_question_is_narrowed_by_every_facet_and_by_what_may_be_seen() -> None:
    condition = Query(
        "x", {"theme": ["debt", "housing"], "kind": ["failure"], "stage": []}
    ).condition(EVERYTHING)
    assert accepts(condition, {"theme": ["housing"], "kind": ["failure"]})
    assert not accepts(condition, {"theme": ["housing"], "kind": ["practice"]})
    assert not accepts(condition, {"theme": ["arts"], "kind": ["failure"]})
