import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from libs.contracts.gen.kring.events.v1 import sealed_pb2 as _sealed_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Part(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PART_UNSPECIFIED: _ClassVar[Part]
    PART_PEER: _ClassVar[Part]
    PART_GUIDE: _ClassVar[Part]
    PART_COMPLEMENT: _ClassVar[Part]
    PART_BRIDGE: _ClassVar[Part]
PART_UNSPECIFIED: Part
PART_PEER: Part
PART_GUIDE: Part
PART_COMPLEMENT: Part
PART_BRIDGE: Part

class Slate(_message.Message):
    __slots__ = ("member_id", "recommendations", "made_at")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    RECOMMENDATIONS_FIELD_NUMBER: _ClassVar[int]
    MADE_AT_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    recommendations: _containers.RepeatedCompositeFieldContainer[Recommendation]
    made_at: _timestamp_pb2.Timestamp
    def __init__(self, member_id: _Optional[str] = ..., recommendations: _Optional[_Iterable[_Union[Recommendation, _Mapping]]] = ..., made_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Recommendation(_message.Message):
    __slots__ = ("member_id", "initiative_id", "own_initiative_id", "part", "score", "reason", "display_name", "sealed")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    INITIATIVE_ID_FIELD_NUMBER: _ClassVar[int]
    OWN_INITIATIVE_ID_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    initiative_id: str
    own_initiative_id: str
    part: Part
    score: int
    reason: str
    display_name: str
    sealed: _sealed_pb2.Sealed
    def __init__(self, member_id: _Optional[str] = ..., initiative_id: _Optional[str] = ..., own_initiative_id: _Optional[str] = ..., part: _Optional[_Union[Part, str]] = ..., score: _Optional[int] = ..., reason: _Optional[str] = ..., display_name: _Optional[str] = ..., sealed: _Optional[_Union[_sealed_pb2.Sealed, _Mapping]] = ...) -> None: ...
