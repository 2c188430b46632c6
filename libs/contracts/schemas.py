"""Messages as JSON Schema: the protobuf JSON mapping, with the prose of the proto files."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from libs.contracts.prose import prose

Schema = dict[str, Any]

_WORDS = "#/components/schemas/"
_TIME = "google.protobuf.Timestamp"
_SEALED = "kring.events.v1.Sealed"
"""Never set where programmes read and write, so it is not told."""
_SCALARS: dict[int, Schema] = {
    FieldDescriptor.CPPTYPE_STRING: {"type": "string"},
    FieldDescriptor.CPPTYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.CPPTYPE_INT32: {"type": "integer"},
    FieldDescriptor.CPPTYPE_UINT32: {"type": "integer", "minimum": 0},
    FieldDescriptor.CPPTYPE_INT64: {"type": "string", "pattern": "^-?[0-9]+$"},
    FieldDescriptor.CPPTYPE_UINT64: {"type": "string", "pattern": "^[0-9]+$"},
    FieldDescriptor.CPPTYPE_DOUBLE: {"type": "number"},
    FieldDescriptor.CPPTYPE_FLOAT: {"type": "number"},
}
"""Bytes are not among them: only what is sealed holds any."""


def schemas_of(*messages: type[Message]) -> dict[str, Schema]:
    """Return the schemas of these messages and of all that they hold, by name."""
    found: dict[str, Schema] = {}
    waiting: list[Any] = [message.DESCRIPTOR for message in messages]
    while waiting:
        descriptor = waiting.pop()
        if descriptor.name in found or descriptor.full_name == _TIME:
            continue
        is_enum = hasattr(descriptor, "values")
        found[descriptor.name] = _words(descriptor) if is_enum else _object(descriptor)
        waiting += [] if is_enum else _held(descriptor)
    return dict(sorted(found.items()))


def reference(message: type[Message]) -> Schema:
    """Return what refers to the schema of a message."""
    return {"$ref": f"{_WORDS}{message.DESCRIPTOR.name}"}


def _held(descriptor: Any) -> list[Any]:  # noqa: ANN401  # of two classes, by the runtime
    kinds = ((field.message_type or field.enum_type) for field in _fields(descriptor))
    return [kind for kind in kinds if kind is not None]


def _fields(descriptor: Any) -> list[Any]:  # noqa: ANN401
    return [
        field
        for field in descriptor.fields
        if field.message_type is None or field.message_type.full_name != _SEALED
    ]


def _object(descriptor: Any) -> Schema:  # noqa: ANN401
    choices = [
        [{"required": [field.name]} for field in choice.fields] for choice in descriptor.oneofs
    ]
    return {
        "type": "object",
        "description": prose().get(descriptor.full_name, ""),
        "properties": {field.name: _field(field) for field in _fields(descriptor)},
        **({"oneOf": choices[0]} if choices else {}),
    }


def _words(descriptor: Any) -> Schema:  # noqa: ANN401
    told = [f"{value.name}: {_told(descriptor, value.name)}" for value in descriptor.values]
    return {
        "type": "string",
        "description": "\n".join([prose().get(descriptor.full_name, ""), *told]),
        "enum": [value.name for value in descriptor.values],
    }


def _field(field: Any) -> Schema:  # noqa: ANN401
    description = _told(field.containing_type, field.name)
    if field.is_repeated:
        return {"type": "array", "items": _one(field), "description": description}
    return {**_one(field), "description": description}


def _one(field: Any) -> Schema:  # noqa: ANN401
    kind = field.message_type or field.enum_type
    if kind is not None and kind.full_name == _TIME:
        return {"type": "string", "format": "date-time"}
    if kind is not None:
        return {"$ref": f"{_WORDS}{kind.name}"}
    return dict(_SCALARS[field.cpp_type])


def _told(owner: Any, name: str) -> str:  # noqa: ANN401
    return prose().get(f"{owner.full_name}.{name}", "")
