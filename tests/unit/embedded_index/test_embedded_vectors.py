"""The vector leg of the embedded index: exact, coarse, and the rows beneath."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.embedded import nearest as nearest_module
from libs.adapters.embedded.codes import Codes
from libs.adapters.embedded.growing import Growing
from libs.adapters.embedded.index import open_index
from libs.adapters.embedded.nearest import nearest, unit
from libs.adapters.embedded.record import StoredPassage, TableChange
from libs.adapters.embedded.snapshot import Snapshot
from libs.adapters.embedded.table import Table
from libs.kernel.policy import EVERYTHING, Filter, Not, Term
from libs.ports.encoder import Vectors
from libs.ports.index import Document, Passage

DIMENSION = 64
ROWS = 20_000


def clustered(rows: int, seed: int) -> Vectors:
    """Return unit vectors in 200 clusters inside a narrow cone, as encoders make them."""
    centres = np.random.default_rng(1).normal(size=(200, DIMENSION)) + 1.5
    rng = np.random.default_rng(seed)
    vectors = centres[rng.integers(0, 200, rows)] + rng.normal(size=(rows, DIMENSION)) * 0.6
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def change(number: int, vectors: Sequence[Vectors], kind: str = "a") -> TableChange:
    passages = [StoredPassage("body", vector) for vector in vectors]
    return TableChange(number, f"d{number:05}", "nl", {"kind": [kind, str(number % 10)]}, passages)


@pytest.fixture(scope="module")
def large() -> Snapshot:
    table = Table(DIMENSION)
    vectors = clustered(ROWS, seed=2)
    for start in range(0, ROWS, 4_000):
        table.apply([change(n, [vectors[n]]) for n in range(start, start + 4_000)])
    return table.snapshot


def recall(snapshot: Snapshot, condition: Filter, queries: Vectors) -> float:
    allowed = snapshot.passages(condition, ())
    hits = 0
    for query in queries:
        scores = np.where(allowed.mask, snapshot.vectors @ query, -2.0)
        expected = set(np.argsort(-scores)[:10].tolist())
        found = nearest(snapshot, query, allowed, 10)
        hits += len(expected & {near.row for near in found[:10]})
    return hits / (10 * len(queries))


@pytest.mark.parametrize(
    "condition",
    [EVERYTHING, Not(Term("kind", ("3",))), Term("kind", ("3",)), Term("kind", ("3", "4", "x"))],
    ids=["all", "most", "few", "some"],
)
def test_the_coarse_search_finds_what_the_exact_one_finds(
    large: Snapshot, condition: Filter
) -> None:
    assert large.codes is not None
    assert recall(large, condition, clustered(100, seed=3)) >= 0.98


def test_a_small_set_is_searched_exactly() -> None:
    table = Table(DIMENSION)
    vectors = clustered(3_000, seed=4)
    table.apply([change(n, [vectors[n]]) for n in range(3_000)])
    assert table.snapshot.codes is None
    assert recall(table.snapshot, EVERYTHING, clustered(50, seed=5)) == 1.0


def test_equal_vectors_get_equal_scores_wherever_they_stand() -> None:
    table = Table(DIMENSION)
    same = clustered(1, seed=6)[0]
    others = clustered(5_000, seed=7)
    for start in range(0, 5_000, 1_000):
        rows = range(start, start + 1_000)
        table.apply([change(n, [same if n % 37 == 0 else others[n]]) for n in rows])
    allowed = table.snapshot.passages(EVERYTHING, ())
    found = nearest(table.snapshot, same, allowed, 5)
    assert [near.row for near in found] == list(range(0, 5_000, 37))
    assert len({near.score for near in found}) == 1


def test_a_reader_keeps_seeing_the_moment_it_began_with() -> None:
    table = Table(DIMENSION)
    vectors = clustered(600, seed=8)
    table.apply([change(n, [vectors[n]]) for n in range(300)])
    before = table.snapshot
    table.apply([TableChange(n, f"d{n:05}", "", None, []) for n in range(100)])
    table.apply([change(n, [vectors[n]], kind="b") for n in range(200, 600)])
    assert int(before.accepted(EVERYTHING).sum()) == 300
    assert int(before.accepted(Term("kind", ("b",))).sum()) == 0
    assert len(before.vectors) == 300
    after = table.snapshot
    assert int(after.accepted(EVERYTHING).sum()) == 500
    assert after.facets(None, EVERYTHING, ["kind"])["kind"]["b"] == 400


def test_codes_follow_when_the_mean_moves() -> None:
    first = clustered(100, seed=9)
    codes = Codes(first)
    codes.extend(clustered(100, seed=10))
    assert not codes.is_stale(200)
    assert codes.is_stale(201)
    distances = codes.view().distances(first[3])
    assert len(distances) == 200
    assert distances[3] == 0


def test_a_dimension_that_fills_no_whole_word_is_encoded_too() -> None:
    vectors = np.eye(70, dtype=np.float32)
    assert int(np.argmin(Codes(vectors).view().distances(vectors[69]))) == 69


@given(st.lists(st.lists(st.integers(0, 9), max_size=400), max_size=6))
def test_a_growing_array_holds_what_came_and_old_views_stay(parts: list[list[int]]) -> None:
    growing = Growing(np.int64)
    expected: list[int] = []
    views = []
    for part in parts:
        growing.extend(np.array(part, dtype=np.int64))
        expected += part
        views.append((growing.view(), list(expected)))
    assert len(growing) == len(expected)
    assert all(view.tolist() == then for view, then in views)


def test_a_vector_without_a_direction_has_no_unit() -> None:
    assert unit(np.zeros(3, dtype=np.float32)) is None
    assert unit(np.array([np.inf, 0, 0], dtype=np.float32)) is None
    found = unit(np.array([3, 0, 4], dtype=np.float32))
    assert found is not None
    assert found.tolist() == pytest.approx([0.6, 0.0, 0.8])


def test_masks_are_kept_for_one_moment_and_not_without_end(large: Snapshot) -> None:
    condition = Term("kind", ("5",))
    assert large.passages(condition, ()) is large.passages(condition, ())
    for n in range(200):
        large.passages(Term("kind", (str(n),)), ())
    assert len(large._masks) <= 64


def test_rows_of_replaced_documents_are_cleared_away(tmp_path: Path) -> None:
    index = open_index(tmp_path, "stories", dimension=4)
    vector = np.ones(4, dtype=np.float32)
    for sequence in range(1, 6):
        batch = [
            (Document(f"d{n}", "nl", {}, {}, [Passage("body", "", vector)]), sequence)
            for n in range(400)
        ]
        index.put(batch)
    assert len(index._table.snapshot.entries) <= 1_400
    assert len(index.dense(vector, condition=EVERYTHING, limit=500)) == 400
    index.close()


def test_the_exact_search_ends_where_the_coarse_begins() -> None:
    table = Table(4)
    rng = np.random.default_rng(11)
    vectors = rng.normal(size=(nearest_module.EXACT_ROWS + 1, 4)).astype(np.float32)
    rows = nearest_module.EXACT_ROWS
    table.apply([change(n, [vectors[n]]) for n in range(rows)])
    assert table.snapshot.codes is None
    table.apply([change(rows, [vectors[rows]])])
    assert table.snapshot.codes is not None
    assert len(table.snapshot.codes.words[0]) == rows + 1
