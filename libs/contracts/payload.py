"""The state of an event as bytes: protobuf among our services, JSON where other programmes are.

JSON is the protobuf JSON mapping with the names of the proto file; the camelCase names of the
mapping are read, too.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.json_format import MessageToJson, ParseDict, ParseError
from google.protobuf.message import DecodeError, EncodeError, Message

from libs.contracts.topics import Topic
from libs.kernel.errors import PoisonError

PROTOBUF = "application/protobuf"
JSON = "application/json"
MOST_DEPTH = 32
_MOST_UNKNOWN = 20
_MOST_NAME = 64


def write(topic: Topic[Message], state: Message) -> tuple[str, bytes]:
    """Return the content type and the bytes of a state.

    JSON has every field, also the empty ones: so a reader finds all names. Raises ``PoisonError``
    for a state that cannot be written.
    """
    try:
        if topic.is_json:
            return JSON, _json(state).encode()
        return PROTOBUF, state.SerializeToString(deterministic=True)
    except (EncodeError, ValueError) as error:
        raise PoisonError(f"cannot be encoded: {error}") from error


def read(message: type[Message], content_type: str, payload: bytes) -> Message:
    """Return the state; fields that the contract lacks are read over.

    Raises ``PoisonError`` for another content type, and for bytes that are no such message.
    """
    name = message.DESCRIPTOR.name
    state = message()
    try:
        if content_type == PROTOBUF:
            state.ParseFromString(payload)
        elif content_type == JSON:
            content = json.loads(payload)
            if not isinstance(content, dict):
                raise PoisonError("the JSON payload is not an object")
            ParseDict(content, state, ignore_unknown_fields=True, max_recursion_depth=MOST_DEPTH)
        else:
            raise PoisonError(f"content type {content_type[:60]!r}: use {PROTOBUF} or {JSON}")
    except (DecodeError, ParseError, ValueError, RecursionError) as error:
        raise PoisonError(f"the payload is no {name}: {error}") from error
    return state


def unknown_fields(message: type[Message], payload: bytes) -> tuple[str, ...]:
    """Return the paths of fields in a JSON payload that the contract lacks, at most 20.

    The payload must have been read before.
    """
    found = _unknown(message.DESCRIPTOR, json.loads(payload), "")
    return tuple(path for path, _ in zip(found, range(_MOST_UNKNOWN), strict=False))


def _unknown(
    descriptor: Any,  # noqa: ANN401  # of two classes, by the runtime of protobuf
    content: Mapping[str, Any],
    path: str,
) -> Iterator[str]:
    fields = {field.json_name: field for field in descriptor.fields}
    fields |= {field.name: field for field in descriptor.fields}
    for name, value in content.items():
        field = fields.get(name)
        if field is None:
            shown = name[:_MOST_NAME].encode("ascii", "backslashreplace").decode()
            yield f"{path}{shown}"
        elif field.message_type is not None:
            items = value if isinstance(value, list) else [value]
            for item in items:
                if isinstance(item, dict):
                    yield from _unknown(field.message_type, item, f"{path}{field.name}.")


def _json(state: Message) -> str:
    return MessageToJson(
        state,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        indent=None,
        ensure_ascii=False,
    )
