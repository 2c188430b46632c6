import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from libs.contracts.gen.kring.events.v1 import sealed_pb2 as _sealed_pb2
from libs.contracts.gen.kring.events.v1 import vocabulary_pb2 as _vocabulary_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Side(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SIDE_UNSPECIFIED: _ClassVar[Side]
    SIDE_SYSTEM: _ClassVar[Side]
    SIDE_COMMUNITY: _ClassVar[Side]
    SIDE_CITIZEN: _ClassVar[Side]
    SIDE_KNOWLEDGE: _ClassVar[Side]

class MemberKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_KIND_UNSPECIFIED: _ClassVar[MemberKind]
    MEMBER_KIND_PRACTITIONER: _ClassVar[MemberKind]
    MEMBER_KIND_LIVED_EXPERIENCE: _ClassVar[MemberKind]

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_MEMBER: _ClassVar[Role]
    ROLE_AMBASSADOR: _ClassVar[Role]
    ROLE_COORDINATOR: _ClassVar[Role]
    ROLE_OPERATOR: _ClassVar[Role]

class Wish(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WISH_UNSPECIFIED: _ClassVar[Wish]
    WISH_PEER: _ClassVar[Wish]
    WISH_GUIDE: _ClassVar[Wish]
    WISH_BE_GUIDED: _ClassVar[Wish]
    WISH_BRIDGE: _ClassVar[Wish]

class Purpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PURPOSE_UNSPECIFIED: _ClassVar[Purpose]
    PURPOSE_MATCHING: _ClassVar[Purpose]
    PURPOSE_CROSS_LINE: _ClassVar[Purpose]
    PURPOSE_MAIL: _ClassVar[Purpose]
SIDE_UNSPECIFIED: Side
SIDE_SYSTEM: Side
SIDE_COMMUNITY: Side
SIDE_CITIZEN: Side
SIDE_KNOWLEDGE: Side
MEMBER_KIND_UNSPECIFIED: MemberKind
MEMBER_KIND_PRACTITIONER: MemberKind
MEMBER_KIND_LIVED_EXPERIENCE: MemberKind
ROLE_UNSPECIFIED: Role
ROLE_MEMBER: Role
ROLE_AMBASSADOR: Role
ROLE_COORDINATOR: Role
ROLE_OPERATOR: Role
WISH_UNSPECIFIED: Wish
WISH_PEER: Wish
WISH_GUIDE: Wish
WISH_BE_GUIDED: Wish
WISH_BRIDGE: Wish
PURPOSE_UNSPECIFIED: Purpose
PURPOSE_MATCHING: Purpose
PURPOSE_CROSS_LINE: Purpose
PURPOSE_MAIL: Purpose

class Member(_message.Message):
    __slots__ = ("member_id", "erased", "display_name", "contact", "kind", "role", "languages", "organisation", "region", "country", "wishes", "capacity", "snoozed_until", "visibility", "consents", "blocked_ids", "initiatives", "sealed")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    WISHES_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    SNOOZED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_IDS_FIELD_NUMBER: _ClassVar[int]
    INITIATIVES_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    erased: bool
    display_name: str
    contact: Contact
    kind: MemberKind
    role: Role
    languages: _containers.RepeatedScalarFieldContainer[str]
    organisation: Organisation
    region: str
    country: str
    wishes: _containers.RepeatedScalarFieldContainer[Wish]
    capacity: int
    snoozed_until: _timestamp_pb2.Timestamp
    visibility: _vocabulary_pb2.Visibility
    consents: _containers.RepeatedScalarFieldContainer[Purpose]
    blocked_ids: _containers.RepeatedScalarFieldContainer[str]
    initiatives: _containers.RepeatedCompositeFieldContainer[Initiative]
    sealed: _sealed_pb2.Sealed
    def __init__(self, member_id: _Optional[str] = ..., erased: _Optional[bool] = ..., display_name: _Optional[str] = ..., contact: _Optional[_Union[Contact, _Mapping]] = ..., kind: _Optional[_Union[MemberKind, str]] = ..., role: _Optional[_Union[Role, str]] = ..., languages: _Optional[_Iterable[str]] = ..., organisation: _Optional[_Union[Organisation, _Mapping]] = ..., region: _Optional[str] = ..., country: _Optional[str] = ..., wishes: _Optional[_Iterable[_Union[Wish, str]]] = ..., capacity: _Optional[int] = ..., snoozed_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., visibility: _Optional[_Union[_vocabulary_pb2.Visibility, str]] = ..., consents: _Optional[_Iterable[_Union[Purpose, str]]] = ..., blocked_ids: _Optional[_Iterable[str]] = ..., initiatives: _Optional[_Iterable[_Union[Initiative, _Mapping]]] = ..., sealed: _Optional[_Union[_sealed_pb2.Sealed, _Mapping]] = ...) -> None: ...

class Contact(_message.Message):
    __slots__ = ("email", "phone", "full_name")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    email: str
    phone: str
    full_name: str
    def __init__(self, email: _Optional[str] = ..., phone: _Optional[str] = ..., full_name: _Optional[str] = ...) -> None: ...

class Organisation(_message.Message):
    __slots__ = ("name", "side")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    name: str
    side: Side
    def __init__(self, name: _Optional[str] = ..., side: _Optional[_Union[Side, str]] = ...) -> None: ...

class Initiative(_message.Message):
    __slots__ = ("initiative_id", "title", "language", "what", "for_whom", "struggle", "need", "offer", "themes", "populations", "stage", "flag", "updated_at")
    INITIATIVE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    FOR_WHOM_FIELD_NUMBER: _ClassVar[int]
    STRUGGLE_FIELD_NUMBER: _ClassVar[int]
    NEED_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    THEMES_FIELD_NUMBER: _ClassVar[int]
    POPULATIONS_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    initiative_id: str
    title: str
    language: str
    what: str
    for_whom: str
    struggle: str
    need: str
    offer: str
    themes: _containers.RepeatedScalarFieldContainer[str]
    populations: _containers.RepeatedScalarFieldContainer[str]
    stage: _vocabulary_pb2.Stage
    flag: _vocabulary_pb2.Flag
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, initiative_id: _Optional[str] = ..., title: _Optional[str] = ..., language: _Optional[str] = ..., what: _Optional[str] = ..., for_whom: _Optional[str] = ..., struggle: _Optional[str] = ..., need: _Optional[str] = ..., offer: _Optional[str] = ..., themes: _Optional[_Iterable[str]] = ..., populations: _Optional[_Iterable[str]] = ..., stage: _Optional[_Union[_vocabulary_pb2.Stage, str]] = ..., flag: _Optional[_Union[_vocabulary_pb2.Flag, str]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
