"""The law of ``Index.purge``, for every engine: gone for readers is not yet gone from files."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from servers.elasticsearch import Elasticsearch

from libs.adapters.elasticsearch.index import open_index as open_elasticsearch
from libs.adapters.embedded.index import open_index as open_embedded
from libs.kernel.policy import EVERYTHING
from libs.ports.index import Document, Index, Passage

WORD = "zeldzaamwoord"


pytestmark = pytest.mark.timeout(300)  # Elasticsearch keeps history for half a minute


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.servers)])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    opened: Index
    if request.param == "embedded":
        opened = open_embedded(tmp_path, "people", dimension=4)
    else:
        server: Elasticsearch = request.getfixturevalue("elasticsearch")
        url = f"{server.url}?replicas=0&prefix={uuid.uuid4().hex}"
        opened = open_elasticsearch(url, "tests", "people", dimension=4)
    yield opened
    opened.close()


def put(index: Index, name: str, text: str, sequence: int = 1) -> None:
    vector = np.full(4, 0.125 + len(name) / 7, dtype=np.float32)
    passage = Passage("body", text, vector / np.linalg.norm(vector))
    keywords = {"owner": [name]}
    index.put([(Document(name, "nl", {"body": text}, keywords, [passage], {}), sequence)])


def found(index: Index, text: str) -> list[str]:
    return [hit.id for hit in index.lexical(text, condition=EVERYTHING, limit=10)]


def test_after_a_purge_everything_that_was_not_removed_is_found_as_before(index: Index) -> None:
    for name in ("a", "b", "c"):
        put(index, name, f"soep voor {name} {WORD}")
    index.remove([("b", 2)])
    index.purge()

    vector = np.ones(4, dtype=np.float32)
    assert found(index, WORD) == ["a", "c"]
    near = index.dense(vector, condition=EVERYTHING, limit=10)
    assert sorted(hit.id for hit in near) == ["a", "c"]
    assert index.sequences() == {"a": 1, "c": 1}
    put(index, "b", WORD, sequence=2)
    assert found(index, WORD) == ["a", "c"], "what was removed stays removed"
    put(index, "d", WORD)
    assert sorted(found(index, WORD)) == ["a", "c", "d"]


def test_an_empty_index_can_be_purged(index: Index) -> None:
    index.purge()
    index.purge()

    assert index.count() == 0


@pytest.mark.parametrize("replaced", [True, False], ids=["replaced", "removed"])
def test_a_purge_of_the_embedded_index_leaves_no_byte_behind(
    tmp_path: Path, *, replaced: bool
) -> None:
    index = open_embedded(tmp_path, "people", dimension=4)
    put(index, "a", f"soep met {WORD}")
    put(index, "b", "soep zonder")
    assert files_with(tmp_path, WORD.encode()) != []
    if replaced:
        put(index, "a", "soep", sequence=2)
    else:
        index.remove([("a", 2)])
    index.purge()

    assert files_with(tmp_path, WORD.encode()) == []
    assert files_with(tmp_path, b"zonder") != []
    index.close()


@pytest.mark.servers
def test_a_purge_of_elasticsearch_leaves_no_byte_behind(elasticsearch: Elasticsearch) -> None:
    word = f"woord{uuid.uuid4().hex}"
    url = f"{elasticsearch.url}?replicas=0&prefix={uuid.uuid4().hex}"
    index = open_elasticsearch(url, "tests", "people", dimension=4)
    for name in ("a", "b", "c"):
        put(index, name, f"soep met {word}")
    put(index, "d", "soep zonder")
    put(index, "a", "soep", sequence=2)
    index.remove([("b", 2), ("c", 2)])
    assert files_with(elasticsearch.data, word.encode()) != []
    index.purge()

    assert files_with(elasticsearch.data, word.encode()) == []
    assert found(index, "zonder") == ["d"]
    index.close()


def files_with(folder: Path, content: bytes) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and content[4:] in path.read_bytes()  # sorted words share beginnings
    ]
