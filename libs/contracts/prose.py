"""What the proto files say of each message, field and word: their comments are the contract."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

_PACKAGE = "libs.contracts.gen"
_FILE = "contract.binpb"
# The numbers by which places in a file are named: the fields of its descriptors.
_MESSAGE = FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER
_ENUM = FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER
_FIELD = DescriptorProto.FIELD_FIELD_NUMBER
_VALUE = EnumDescriptorProto.VALUE_FIELD_NUMBER

Path = tuple[int, ...]


def contract() -> bytes:
    """Return the released contract as a ``FileDescriptorSet``, for protoc and other tools."""
    return resources.files(_PACKAGE).joinpath(_FILE).read_bytes()


@cache
def prose() -> dict[str, str]:
    """Return the comment before each thing, by its full name, such as ``kring.events.v1.Story``."""
    found: dict[str, str] = {}
    for file in FileDescriptorSet.FromString(contract()).file:
        comments = {
            tuple(place.path): place.leading_comments for place in file.source_code_info.location
        }
        found |= {
            f"{file.package}.{name}": _paragraphs(comments[path])
            for name, path in _places(file)
            if comments.get(path)
        }
    return found


def _places(file: FileDescriptorProto) -> Iterator[tuple[str, Path]]:
    for place, message in enumerate(file.message_type):
        own: Path = (_MESSAGE, place)
        yield message.name, own
        yield from _members(message.name, own, _FIELD, [field.name for field in message.field])
    for place, enum in enumerate(file.enum_type):
        own = (_ENUM, place)
        yield enum.name, own
        yield from _members(enum.name, own, _VALUE, [value.name for value in enum.value])


def _members(
    owner: str, place: Path, kind: int, names: Sequence[str]
) -> Iterator[tuple[str, Path]]:
    for number, name in enumerate(names):
        yield f"{owner}.{name}", (*place, kind, number)


def _paragraphs(comment: str) -> str:
    """Return a comment with one line a paragraph."""
    lines = [line.strip() for line in comment.strip().splitlines()]
    return "\n".join(" ".join(part.split("\n")) for part in "\n".join(lines).split("\n\n"))
