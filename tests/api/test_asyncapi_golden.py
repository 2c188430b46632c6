"""The contract with other programmes as it is promised: a change shows here first.

``python tests/api/test_asyncapi_golden.py`` writes the document anew; read the difference.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # without pytest, which sets the paths
    sys.path[:0] = [str(Path(__file__).parents[2])]

import pytest
from google.protobuf.json_format import ParseDict

from libs.contracts import topics
from libs.contracts.asyncapi import CHANNELS, document
from libs.contracts.examples import EXAMPLES
from libs.contracts.topics import Topic

GOLDEN = Path(__file__).parents[1] / "golden" / "asyncapi.json"
HOW = "If it is meant, run `python tests/api/test_asyncapi_golden.py` and commit the difference."


def written() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def nodes(node: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # JSON
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from nodes(value)


def test_the_document_is_as_it_is_kept() -> None:
    assert written() == GOLDEN.read_text(encoding="utf-8"), HOW


def test_every_reference_leads_somewhere() -> None:
    told = document()
    for node in nodes(told):
        place: Any = told
        if isinstance(node.get("$ref"), str):
            for part in node["$ref"].removeprefix("#/").split("/"):
                place = place[part]
            assert place


def test_every_message_field_and_word_is_explained() -> None:
    for name, schema in document()["components"]["schemas"].items():
        assert schema["description"], name
        for field, told in schema.get("properties", {}).items():
            assert told["description"], f"{name}.{field}"


def test_every_topic_that_other_programmes_meet_is_told() -> None:
    told = {channel.topic.name.partition(".of.")[0] for channel in CHANNELS}
    open_ones = {topic.name for topic in topics.TOPICS.values() if topic.is_open or topic.is_json}
    assert open_ones <= told


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        pytest.param(channel.topic, name, id=f"{channel.name} {name}")
        for channel in CHANNELS
        for name in EXAMPLES[channel.topic.aggregate]
    ],
)
def test_every_example_is_one(topic: Topic[Any], name: str) -> None:
    ParseDict(EXAMPLES[topic.aggregate][name], topic.message())


if __name__ == "__main__":
    GOLDEN.write_text(written(), encoding="utf-8")
