"""The example of another programme: short, without anything of Kring, and understood by Kring."""

import ast
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.contracts.topics import INBOX
from libs.kernel import webhooks

EXAMPLE = Path(__file__).parents[3] / "examples" / "programme" / "programme.py"
SECRET = bytes(range(32))
KEY = {
    "programme": "01900000-0000-7000-8000-0000000000ff",
    "secret": webhooks.write_secret(SECRET),
    "inbox": INBOX.name,
}


def example() -> Any:  # noqa: ANN401  # a module
    spec = importlib.util.spec_from_file_location("example_programme", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_is_short_and_needs_nothing_of_kring() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    imported = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert imported - sys.stdlib_module_names == {"kafka"}
    assert len(text.splitlines()) < 100


def test_what_the_example_sends_is_read_and_proved() -> None:
    programme = example()
    sent = {"external_id": "a", "story": {"title": "Samen eten"}}
    event_id, value = programme.event_of(KEY, sent)
    headers = programme.headers_of(KEY, event_id, value)
    event: Any = decode(Record(INBOX.name, b"", tuple(headers), value))
    assert event.request is not None
    assert not event.request.flaw
    assert (event.id, event.programme) == (event_id, KEY["programme"])
    assert event.state.story.title == "Samen eten"
    named = {name: text.decode() for name, text in headers}
    assert webhooks.read(named, value).is_by([SECRET])
    assert json.loads(value)["type"] == INBOX.type
