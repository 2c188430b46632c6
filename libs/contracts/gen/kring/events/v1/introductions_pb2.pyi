import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from libs.contracts.gen.kring.events.v1 import sealed_pb2 as _sealed_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IntroductionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INTRODUCTION_STATE_UNSPECIFIED: _ClassVar[IntroductionState]
    INTRODUCTION_STATE_ASKED: _ClassVar[IntroductionState]
    INTRODUCTION_STATE_INTRODUCED: _ClassVar[IntroductionState]
    INTRODUCTION_STATE_CLOSED: _ClassVar[IntroductionState]
    INTRODUCTION_STATE_EXPIRED: _ClassVar[IntroductionState]
INTRODUCTION_STATE_UNSPECIFIED: IntroductionState
INTRODUCTION_STATE_ASKED: IntroductionState
INTRODUCTION_STATE_INTRODUCED: IntroductionState
INTRODUCTION_STATE_CLOSED: IntroductionState
INTRODUCTION_STATE_EXPIRED: IntroductionState

class Introduction(_message.Message):
    __slots__ = ("introduction_id", "asker_id", "asked_id", "message", "state", "asked_at", "answered_at", "expires_at", "sealed")
    INTRODUCTION_ID_FIELD_NUMBER: _ClassVar[int]
    ASKER_ID_FIELD_NUMBER: _ClassVar[int]
    ASKED_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ASKED_AT_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    introduction_id: str
    asker_id: str
    asked_id: str
    message: str
    state: IntroductionState
    asked_at: _timestamp_pb2.Timestamp
    answered_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    sealed: _sealed_pb2.Sealed
    def __init__(self, introduction_id: _Optional[str] = ..., asker_id: _Optional[str] = ..., asked_id: _Optional[str] = ..., message: _Optional[str] = ..., state: _Optional[_Union[IntroductionState, str]] = ..., asked_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sealed: _Optional[_Union[_sealed_pb2.Sealed, _Mapping]] = ...) -> None: ...
