"""The contract with other programmes as an AsyncAPI 3 document, from the topics and their messages.

In AsyncAPI the document is Kring's: it receives what programmes send, and sends what they read.
"""

from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

from libs.contracts import payload, topics
from libs.contracts.examples import EXAMPLES
from libs.contracts.headers_told import HEADERS, SIGNATURE
from libs.contracts.schemas import Schema, reference, schemas_of
from libs.contracts.structured import STRUCTURED
from libs.contracts.topics import Topic

VERSION = "1.0.0"
_PROGRAMME = "{programme}"
_ABOUT = """\
How other programmes take part in Kring: they send stories, members, initiatives and needs, get a
receipt for each, and read the stories that they may see.

A coordinator of the programme makes an inbox key (`POST /v1/inbox/keys`); its answer names the
topics. Whoever runs the brokers gives the programme the right to write the inbox and to read its
own topics. The signature on every record tells which programme sent it.

What a member wrote stays where it can be erased: a story that a member owns comes without its
texts, and `GET /v1/stories/{id}` shows it to whom it may be shown.

Nothing is ever taken away from a message, nor given another meaning. New fields may come: read over
what you do not know."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic as other programmes meet it."""

    name: str
    topic: Topic[Any]
    is_written: bool
    """Whether programmes write it; they read the others."""
    about: str


CHANNELS = (
    Channel(
        "inbox",
        topics.INBOX,
        is_written=True,
        about="What programmes send. Kept for 30 days; every record gets one receipt.",
    ),
    Channel(
        "receipts",
        topics.RECEIPTS.of(_PROGRAMME),
        is_written=False,
        about="What became of each record that the programme sent. Kept for 30 days, so that it can"
        " be read again from any point.",
    ),
    Channel(
        "stories",
        topics.STORIES.of(_PROGRAMME),
        is_written=False,
        about="Every story of the programme itself, whoever may see it and wherever it was told."
        " Compacted: read from the start, it gives the present state of each.",
    ),
    Channel(
        "network_stories",
        topics.NETWORK_STORIES,
        is_written=False,
        about="The stories of all programmes that the whole network may see. Compacted. One that"
        " the network may no longer see comes once more, as withdrawn.",
    ),
)


def document() -> dict[str, Any]:
    """Return the document; the same contract always gives the same one."""
    messages = {channel.topic.aggregate: channel.topic for channel in CHANNELS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kring: events",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": payload.JSON,
        "channels": {channel.name: _channel(channel) for channel in CHANNELS},
        "operations": {_operation_name(channel): _operation(channel) for channel in CHANNELS},
        "components": {
            "messages": {name: _message(topic) for name, topic in sorted(messages.items())},
            "schemas": schemas_of(*(channel.topic.message for channel in CHANNELS)),
        },
    }


def _channel(channel: Channel) -> Schema:
    aggregate = channel.topic.aggregate
    told: Schema = {
        "address": channel.topic.name,
        "description": channel.about,
        "messages": {aggregate: {"$ref": f"#/components/messages/{aggregate}"}},
    }
    if _PROGRAMME in channel.topic.name:
        about = "The id of the programme: the answer that made the inbox key tells it."
        told["parameters"] = {"programme": {"description": about}}
    return told


def _operation_name(channel: Channel) -> str:
    return f"{'take' if channel.is_written else 'tell'}_{channel.name}"


def _operation(channel: Channel) -> Schema:
    place = f"#/channels/{channel.name}"
    told: Schema = {
        "action": "receive" if channel.is_written else "send",
        "channel": {"$ref": place},
        "messages": [{"$ref": f"{place}/messages/{channel.topic.aggregate}"}],
    }
    if channel.is_written:
        receipts = "#/channels/receipts"
        told["reply"] = {
            "channel": {"$ref": receipts},
            "messages": [{"$ref": f"{receipts}/messages/{topics.RECEIPTS.aggregate}"}],
        }
    return told


def _message(topic: Topic[Message]) -> Schema:
    schema = reference(topic.message)
    told: Schema = {
        "name": topic.type,
        "title": topic.message.DESCRIPTOR.name,
        "contentType": payload.JSON,
        "headers": _headers(topic),
        "payload": schema,
        "examples": [
            {"name": name, "payload": _example(topic.message, content)}
            for name, content in EXAMPLES.get(topic.aggregate, {}).items()
        ],
    }
    if topic.is_open:
        told["description"] = (
            f"As {payload.JSON} or {payload.PROTOBUF} with the headers below, or as a whole"
            f" CloudEvent in JSON ({STRUCTURED}), whose `data` is the payload."
        )
    return told


def _headers(topic: Topic[Message]) -> Schema:
    told = {**HEADERS, **(SIGNATURE if topic.is_open else {})}
    needed = [name for name, header in told.items() if topic.is_open in header.needed_by]
    schemas = {name: {"type": "string", "description": told[name].about} for name in told}
    schemas["ce_type"]["const"] = topic.type
    return {"type": "object", "required": needed, "properties": schemas}


def _example(message: type[Message], content: dict[str, Any]) -> dict[str, Any]:
    """Return an example that was read as the message it is of, so that it cannot be wrong."""
    return MessageToDict(ParseDict(content, message()), preserving_proto_field_name=True)
