"""Both engines find the same: the embedded one, and Elasticsearch (docs/adr/0012).

They hold the sample's 120 stories in Dutch and English. What may differ are approximate neighbours,
and English words that Porter's two algorithms stem differently.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from harness.alike import LEAST_OVERLAP, QUESTIONS, SAMPLE, TOP
from servers.elasticsearch import Elasticsearch

from libs.adapters.elasticsearch.index import open_index as open_elasticsearch
from libs.adapters.embedded.index import open_index as open_embedded
from libs.adapters.use.encoder import open_encoder
from libs.contracts.codec import source_of
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.stories_pb2 import Story
from libs.contracts.topics import STORIES
from libs.kernel.policy import EVERYTHING
from libs.runtime.encoding import CachedEncoder
from services.search.domain.language import guess_language
from services.search.events import STORY_TEXTS, IndexStories
from services.search.usecases import Legs

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]


@pytest.fixture
def engines(tmp_path: Path, elasticsearch: Elasticsearch) -> Iterator[tuple[Legs, Legs]]:
    """Give both engines, filled with the sample."""
    encoder = CachedEncoder(open_encoder(), 4096)
    url = f"{elasticsearch.url}?prefix=alike&replicas=0"
    with ExitStack() as opened:
        one = open_embedded(tmp_path, "stories", dimension=encoder.dimension)
        opened.enter_context(closing(one))
        other = open_elasticsearch(url, "search", "stories", dimension=encoder.dimension)
        opened.enter_context(closing(other))
        for index in (one, other):
            IndexStories(index, encoder)(sample(), None)  # type: ignore[arg-type]  # writes no rows
        yield Legs(one, encoder), Legs(other, encoder)


def test_both_engines_find_the_same_stories(engines: tuple[Legs, Legs]) -> None:
    one, other = ({text: found(legs, text) for text in QUESTIONS} for legs in engines)
    shared = {text: len(one[text] & other[text]) for text in QUESTIONS}
    assert all(len(ids) == TOP for ids in one.values())
    assert sum(shared.values()) >= LEAST_OVERLAP * TOP * len(QUESTIONS), shared


def found(legs: Legs, text: str) -> set[str]:
    """Return what is found first, whoever may see it."""
    vector = legs.encoder.encode([text], "query")[0]
    language = guess_language(text)
    ranked = legs.rank(text, vector, condition=EVERYTHING, language=language, limit=TOP)
    return {identity for identity, _ in ranked[:TOP]}


def sample() -> list[Event[Story]]:
    """Return the stories of the sample as ingestion publishes them."""
    told = map(json.loads, (SAMPLE / "stories.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        Event(
            topic=STORIES,
            id=record["id"],
            aggregate_id=record["id"],
            sequence=1,
            programme="p",
            source=source_of("ingestion"),
            time=datetime(2026, 11, 22, tzinfo=UTC),
            state=_story(record),
        )
        for record in told
    ]


def _story(record: dict[str, str]) -> Story:
    story = Story(story_id=record["id"], language=record["language"])
    for name in STORY_TEXTS:
        setattr(story, name, record.get(name) or "")
    return story
