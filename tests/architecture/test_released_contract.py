"""The contract that was released: what others were promised still holds, in both directions."""

import json
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from harness.released import BASELINE, RELEASES, filled, told

from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.contracts.topics import TOPICS, Topic

ROOT = Path(__file__).parents[2]
BUF = Path(sysconfig.get_path("scripts")) / "buf"
BREAKING_EXIT = 100
UNKNOWN = b"\xfa\x7f\x05hello"
"""Field 2047 with five bytes: what a newer writer may add."""
BREAKING = {
    "a field that is gone": ("  string title = 5;", ""),
    "a number for another field": ("  string title = 5;", "  string title = 55;"),
    "a field of another type": ("  string title = 5;", "  int32 title = 5;"),
    "a field of another name": ("  string title = 5;", "  string heading = 5;"),
    "one value instead of many": ("  repeated string themes = 11;", "  string themes = 11;"),
    "a word that is gone": ("  STORY_KIND_EVENT = 6;", ""),
    "a message that is gone": ("message Story {", "message Tale {"),
}
HARMLESS = {
    "a new field": ("  string title = 5;", "  string title = 5;\n  // More.\n  string more = 99;"),
    "a new word": ("  STORY_KIND_EVENT = 6;", "  STORY_KIND_EVENT = 6;\n  STORY_KIND_MORE = 7;"),
    "another comment": ("// Title; never empty.", "// The title; never empty."),
}


def baseline() -> dict[str, type[Message]]:
    """Return the messages as they were released, by their names."""
    pool = descriptor_pool.DescriptorPool()
    files = FileDescriptorSet.FromString(BASELINE.read_bytes())
    for file in files.file:
        pool.Add(file)
    return {
        message.name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{file.package}.{message.name}")
        )
        for file in files.file
        if file.package.startswith("kring.")
        for message in file.message_type
    }


OLD = baseline()


def breaking(folder: Path, change: tuple[str, str]) -> "subprocess.CompletedProcess[str]":
    """Let buf compare a changed contract with the released one."""
    shutil.copytree(ROOT / "proto", folder, dirs_exist_ok=True)
    path = folder / "kring" / "events" / "v1" / "stories.proto"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    return subprocess.run(  # noqa: S603  # a tool of ours
        [BUF, "breaking", folder, "--against", BASELINE],
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_released_message_is_there() -> None:
    topics = {topic.message.DESCRIPTOR.name for topic in TOPICS.values()}
    assert topics <= set(OLD)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_reader_of_the_release_reads_what_is_written_today(topic: Topic[Message]) -> None:
    old = OLD[topic.message.DESCRIPTOR.name]
    written = ParseDict(filled(topic.message.DESCRIPTOR), topic.message())
    read = old.FromString(written.SerializeToString() + UNKNOWN)
    assert told(read) == _known(told(written), old.DESCRIPTOR)


def _known(content: dict[str, Any], descriptor: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what a reader with this descriptor sees of a newer message."""
    fields = {field.name: field for field in descriptor.fields}
    return {
        name: _known_value(value, fields[name]) for name, value in content.items() if name in fields
    }


def _known_value(value: Any, field: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, list):
        return [_known_value(each, field) for each in value]
    return _known(value, field.message_type) if isinstance(value, dict) else value


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_reader_of_today_reads_what_the_release_wrote(topic: Topic[Message]) -> None:
    old = OLD[topic.message.DESCRIPTOR.name]
    written = ParseDict(filled(old.DESCRIPTOR), old())
    read = topic.message.FromString(written.SerializeToString())
    assert told(read) == told(written)
    assert ParseDict(told(written), topic.message()) == read


@pytest.mark.parametrize("path", sorted(RELEASES.rglob("*.json")), ids=lambda path: path.stem)
def test_the_golden_events_of_every_release_are_still_read(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    record = Record(
        topic=kept["topic"],
        key=kept["key"].encode(),
        headers=tuple((name, value.encode()) for name, value in kept["headers"].items()),
        value=bytes.fromhex(kept["value_hex"]),
    )
    event = decode(record)
    assert event.request is None or not event.request.flaw
    assert told(event.state) == kept["told"]
    assert event.id == kept["headers"]["ce_id"]


def test_every_topic_has_a_golden_event_of_the_release() -> None:
    kept = {json.loads(path.read_text())["topic"] for path in RELEASES.rglob("*.json")}
    assert {topic.name for topic in TOPICS.values()} <= kept


@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING.keys())
def test_what_would_break_others_is_seen(tmp_path: Path, change: tuple[str, str]) -> None:
    done = breaking(tmp_path, change)
    assert done.returncode == BREAKING_EXIT, done.stderr
    assert "stories.proto" in done.stdout


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_breaks_nobody_may_change(tmp_path: Path, change: tuple[str, str]) -> None:
    done = breaking(tmp_path, change)
    assert done.returncode == 0, done.stdout


def test_the_contract_holds_what_was_released(tmp_path: Path) -> None:
    done = breaking(tmp_path, ("message Story {", "message Story {"))
    assert done.returncode == 0, done.stdout
