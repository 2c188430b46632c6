import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class NotificationKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    NOTIFICATION_KIND_UNSPECIFIED: _ClassVar[NotificationKind]
    NOTIFICATION_KIND_RECOMMENDATION: _ClassVar[NotificationKind]
    NOTIFICATION_KIND_INTRODUCTION_ASKED: _ClassVar[NotificationKind]
    NOTIFICATION_KIND_INTRODUCED: _ClassVar[NotificationKind]
    NOTIFICATION_KIND_MODERATION: _ClassVar[NotificationKind]

class DeliveryState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_STATE_UNSPECIFIED: _ClassVar[DeliveryState]
    DELIVERY_STATE_SENT: _ClassVar[DeliveryState]
    DELIVERY_STATE_FAILED: _ClassVar[DeliveryState]
    DELIVERY_STATE_SUPPRESSED: _ClassVar[DeliveryState]
    DELIVERY_STATE_UNKNOWN: _ClassVar[DeliveryState]
NOTIFICATION_KIND_UNSPECIFIED: NotificationKind
NOTIFICATION_KIND_RECOMMENDATION: NotificationKind
NOTIFICATION_KIND_INTRODUCTION_ASKED: NotificationKind
NOTIFICATION_KIND_INTRODUCED: NotificationKind
NOTIFICATION_KIND_MODERATION: NotificationKind
DELIVERY_STATE_UNSPECIFIED: DeliveryState
DELIVERY_STATE_SENT: DeliveryState
DELIVERY_STATE_FAILED: DeliveryState
DELIVERY_STATE_SUPPRESSED: DeliveryState
DELIVERY_STATE_UNKNOWN: DeliveryState

class Delivery(_message.Message):
    __slots__ = ("notification_id", "member_id", "kind", "state", "at")
    NOTIFICATION_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    notification_id: str
    member_id: str
    kind: NotificationKind
    state: DeliveryState
    at: _timestamp_pb2.Timestamp
    def __init__(self, notification_id: _Optional[str] = ..., member_id: _Optional[str] = ..., kind: _Optional[_Union[NotificationKind, str]] = ..., state: _Optional[_Union[DeliveryState, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
