"""What the Elasticsearch index does beyond the port: names, generations, errors."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from elasticsearch import Elasticsearch as Client
from servers.elasticsearch import Elasticsearch
from servers.ports import HOST, free_ports

from libs.adapters.elasticsearch.index import ElasticsearchIndex, open_index
from libs.kernel.errors import PoisonError, RetryableError, SettingsError
from libs.kernel.policy import EVERYTHING
from libs.ports.index import Document, Passage

pytestmark = pytest.mark.servers

DIMENSION = 4


@pytest.fixture
def url(elasticsearch: Elasticsearch) -> str:
    return f"{elasticsearch.url}?replicas=0&prefix=t{uuid.uuid4().hex}"


@pytest.fixture
def client(elasticsearch: Elasticsearch) -> Iterator[Client]:
    with Client(f"http://{HOST}:{elasticsearch.port}") as client:
        yield client


def opened(url: str) -> ElasticsearchIndex:
    return open_index(url, "search", "stories-Encoder-1", dimension=DIMENSION)


def document(name: str, **keywords: list[str]) -> Document:
    vector = np.ones(DIMENSION, dtype=np.float32)
    return Document(name, "nl", {"body": "eten"}, keywords, [Passage("body", "eten", vector)])


def behind(client: Client, url: str) -> list[str]:
    prefix = url.rpartition("=")[2]
    return sorted(client.indices.get(index=f"{prefix}-*"))


def test_an_index_is_named_after_all_that_must_agree(client: Client, url: str) -> None:
    opened(url).close()
    (name,) = behind(client, url)
    assert "-search-stories-encoder-1-" in name
    assert name.endswith("-000001")
    fields = client.indices.get_mapping(index=name)[name]["mappings"]
    assert fields["dynamic"] == "strict"


def test_many_processes_may_open_an_index_at_the_same_time(client: Client, url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        for index in pool.map(opened, [url] * 8):
            index.close()
    assert len(behind(client, url)) == 1


def test_clearing_puts_an_empty_index_behind_the_same_alias(client: Client, url: str) -> None:
    mine, other = opened(url), opened(url)
    mine.put([(document("a"), 7)])
    assert other.count() == 1
    mine.clear()
    assert other.count() == 0
    other.put([(document("a"), 1)])
    assert mine.sequences() == {"a": 1}
    assert [name[-6:] for name in behind(client, url)] == ["000002"]


def test_two_processes_that_write_leave_the_newest(url: str) -> None:
    indexes = [opened(url), opened(url)]

    def write(turn: int) -> None:
        indexes[turn % 2].put([(document("a"), turn), (document(f"b{turn}"), 1)])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(1, 21)))
    assert indexes[0].sequences() == {"a": 20, **{f"b{turn}": 1 for turn in range(1, 21)}}


def test_one_document_that_cannot_be_stored_does_not_keep_the_others_out(url: str) -> None:
    index = opened(url)
    index.put([(document("a", theme=["food"]), 1)])
    # A field cannot be a keyword and hold fields as well.
    wrong = document("wrong", **{"theme.inner": ["x"]})
    with pytest.raises(PoisonError, match="can never store 1 changes: wrong"):
        index.put([(wrong, 1), (document("b"), 1)])
    assert set(index.sequences()) == {"a", "b"}


def test_an_index_that_vanished_is_not_made_again_without_its_mapping(
    client: Client, url: str
) -> None:
    index = opened(url)
    client.indices.delete(index=behind(client, url)[0])
    with pytest.raises(RetryableError):
        index.put([(document("a"), 1)])
    with pytest.raises(RetryableError):
        index.lexical("eten", condition=EVERYTHING, limit=5)
    assert behind(client, url) == []


def test_an_index_that_may_not_be_written_is_a_matter_of_time(client: Client, url: str) -> None:
    index = opened(url)
    name = behind(client, url)[0]
    # What a disk that is nearly full does.
    client.indices.put_settings(index=name, settings={"blocks.read_only_allow_delete": True})
    with pytest.raises(RetryableError, match="for now"):
        index.put([(document("a"), 1)])
    client.indices.put_settings(index=name, settings={"blocks.read_only_allow_delete": None})
    index.put([(document("a"), 1)])
    assert index.count() == 1


def test_more_documents_than_one_answer_holds_are_all_told(url: str) -> None:
    index = opened(url)
    index.remove([(f"gone{n}", 1) for n in range(5)])
    index.put([(Document(f"d{n:05}", "", {}, {}, []), n + 1) for n in range(10_001)])
    assert index.sequences() == {f"d{n:05}": n + 1 for n in range(10_001)}


def test_an_engine_that_is_not_there_is_said_so() -> None:
    (port,) = free_ports(1)
    with pytest.raises(RetryableError, match=f"{HOST}:{port} does not answer"):
        opened(f"elasticsearch://{HOST}:{port}")
    with pytest.raises(SettingsError, match="host is missing"):
        opened("elasticsearch://")
