"""The parts of the e5 encoder."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.e5.batches import MOST_TOKENS, batches, padded
from libs.adapters.e5.embedding import Embedding
from libs.adapters.e5.encoder import E5Encoder, fastest_precision
from libs.adapters.e5.graph import build
from libs.adapters.e5.tokeniser import Tokeniser
from libs.adapters.e5.weights import Vocabulary, Weights, from_blocks, path_of_weights, read_weights
from libs.kernel.errors import SettingsError

ROOT = Path(__file__).resolve().parents[3]
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁zo", "rg", "▁zorg", "a", "b", "ab", "▁b")
SCORES = (0, 0, 0, 0, -3, -4, -4, -5, -2, -2, -3, -9)


@cache
def weights() -> Weights:
    return read_weights(path_of_weights())


@cache
def tokeniser() -> Tokeniser:
    return Tokeniser(weights().vocabulary)


@cache
def encoder() -> E5Encoder:
    return E5Encoder(path_of_weights(), fastest_precision())


@pytest.fixture
def small() -> Tokeniser:
    scores = np.array(SCORES, dtype=np.float32)
    return Tokeniser(Vocabulary(PIECES, scores, 0, 2, 1, 3, {ord("A"): "a", 0x2028: " "}))


# Tokens


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("zorg", ["▁zorg"]),  # -5 beats -4 - 4
        ("ab", ["▁", "ab"]),  # -3 beats -2 - 2
        ("ba", ["▁", "b", "a"]),  # -3 - 2 beats -9
        ("A\u2028 b ", ["▁", "a", "▁", "b"]),  # characters are replaced, spaces become one
        ("azza", ["▁", "a", "<unk>", "<unk>", "a"]),
        ("", ["▁"]),
    ],
)
def test_the_most_probable_pieces_are_taken(small: Tokeniser, text: str, pieces: list[str]) -> None:
    assert [PIECES[number] for number in small(text)] == pieces
    assert [PIECES[number] for number in small(text)] == pieces  # now from memory


@given(st.text(alphabet="abcdeéz ", max_size=40))
def test_pieces_joined_are_the_text_again(text: str) -> None:
    vocabulary = weights().vocabulary
    joined = "".join(vocabulary.pieces[number] for number in tokeniser()(text))
    assert joined.replace("▁", " ").split() == text.split()


def test_a_very_long_word_is_cut_and_not_kept(small: Tokeniser) -> None:
    assert len(small("ab" * 5_000)) == 5_001
    assert small._known == {}


# Weights


def test_a_block_holds_thirty_two_values_around_eight() -> None:
    scale = np.array([0.5], dtype=np.float16).view(np.uint8)
    nibbles = np.full(16, 0x2F, dtype=np.uint8)
    values = from_blocks(np.concatenate([scale, nibbles])[None])
    assert values.tolist() == [[(15 - 8) * 0.5] * 16 + [(2 - 8) * 0.5] * 16]


def test_the_model_has_the_shape_of_its_paper() -> None:
    model = weights()
    assert (len(model.layers), model.heads) == (12, 12)
    assert model.embeddings.places.shape == (512, 384)
    assert all(layer.widen.weight.shape == (1536, 384) for layer in model.layers)
    assert all(layer.narrow.weight.shape == (384, 1536) for layer in model.layers)


def test_a_file_of_something_else_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"something else")
    for name in ("weights", "absent"):
        with pytest.raises(SettingsError, match="KRING_ENCODER=use"):
            read_weights(tmp_path / name)


def test_an_embedding_is_normalised_before_it_is_scaled() -> None:
    stored = weights().embeddings
    state = Embedding(stored, weights().epsilon)(np.array([[0, 5, 2]], dtype=np.int64))
    even = (state - stored.norm.shift) / stored.norm.scale
    assert np.abs(even.mean(axis=-1)).max() < 1e-4
    assert np.abs(even.std(axis=-1) - 1).max() < 1e-4


# Batches


@given(st.lists(st.integers(1, 512), max_size=80), st.sampled_from([512, 1_024, MOST_TOKENS]))
def test_every_window_is_in_one_batch_that_is_not_too_large(lengths: list[int], most: int) -> None:
    found = list(batches(lengths, most))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) * padded(max(lengths[place] for place in batch)) <= most


@given(st.integers(1, 512))
def test_padding_is_less_than_a_step(length: int) -> None:
    assert 0 <= padded(length) - length < 16
    assert padded(length) % 16 == 0


# The graph and the encoder


def test_both_precisions_have_a_graph_of_the_same_form() -> None:
    for precision in ("bf16", "int8"):
        model = build(weights(), precision)
        assert [port.get_partial_shape().rank.get_length() for port in model.inputs] == [3, 2]
        assert model.output(0).get_partial_shape().to_string() == "[?,384]"


@pytest.mark.parametrize(
    ("flags", "precision"),
    [("flags : avx512f amx_bf16 amx_tile", "bf16"), ("flags : avx2", "int8"), (None, "int8")],
)
def test_the_precision_suits_the_processor(
    tmp_path: Path, flags: str | None, precision: str
) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    if flags is not None:
        cpuinfo.write_text(flags, encoding="ascii")
    assert fastest_precision(cpuinfo) == precision


def test_a_query_does_not_wait_for_passages() -> None:
    with encoder()._lanes["passage"]._lock:
        assert encoder().encode(["zorg"], "query").any()


def test_a_long_text_is_read_in_windows_and_only_its_beginning() -> None:
    windows = encoder()._windows("zorg " * 20_000, "passage")
    assert [len(window) for window in windows] == [512] * 8
    assert len({(window[0], *window[1:4], window[-1]) for window in windows}) == 1
    text = " ".join(f"w{n}" for n in range(300))
    assert sum(len(window) for window in encoder()._windows(text, "query")) > 512


def test_loading_it_writes_nothing_home_and_loads_no_telemetry(tmp_path: Path) -> None:
    code = (
        "import sys, libs.adapters.e5.encoder\n"
        "assert not [name for name in sys.modules if 'telemetry' in name and 'openvino' in name]"
    )
    environment = {**os.environ, "HOME": str(tmp_path)}  # noqa: TID251  # for a process of our own
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)  # noqa: S603  # our own text
    assert list(tmp_path.iterdir()) == []
