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

class RulingOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULING_OUTCOME_UNSPECIFIED: _ClassVar[RulingOutcome]
    RULING_OUTCOME_HIDDEN: _ClassVar[RulingOutcome]
    RULING_OUTCOME_UPHELD: _ClassVar[RulingOutcome]
    RULING_OUTCOME_RESTORED: _ClassVar[RulingOutcome]

class ReportReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPORT_REASON_UNSPECIFIED: _ClassVar[ReportReason]
    REPORT_REASON_PERSONAL_DATA: _ClassVar[ReportReason]
    REPORT_REASON_HURTFUL: _ClassVar[ReportReason]
    REPORT_REASON_UNTRUE: _ClassVar[ReportReason]
    REPORT_REASON_ADVERTISING: _ClassVar[ReportReason]
    REPORT_REASON_RIGHTS: _ClassVar[ReportReason]
    REPORT_REASON_OTHER: _ClassVar[ReportReason]

class StoryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STORY_KIND_UNSPECIFIED: _ClassVar[StoryKind]
    STORY_KIND_PRACTICE: _ClassVar[StoryKind]
    STORY_KIND_FAILURE: _ClassVar[StoryKind]
    STORY_KIND_QUESTION: _ClassVar[StoryKind]
    STORY_KIND_OFFER: _ClassVar[StoryKind]
    STORY_KIND_TOOL: _ClassVar[StoryKind]
    STORY_KIND_EVENT: _ClassVar[StoryKind]
RULING_OUTCOME_UNSPECIFIED: RulingOutcome
RULING_OUTCOME_HIDDEN: RulingOutcome
RULING_OUTCOME_UPHELD: RulingOutcome
RULING_OUTCOME_RESTORED: RulingOutcome
REPORT_REASON_UNSPECIFIED: ReportReason
REPORT_REASON_PERSONAL_DATA: ReportReason
REPORT_REASON_HURTFUL: ReportReason
REPORT_REASON_UNTRUE: ReportReason
REPORT_REASON_ADVERTISING: ReportReason
REPORT_REASON_RIGHTS: ReportReason
REPORT_REASON_OTHER: ReportReason
STORY_KIND_UNSPECIFIED: StoryKind
STORY_KIND_PRACTICE: StoryKind
STORY_KIND_FAILURE: StoryKind
STORY_KIND_QUESTION: StoryKind
STORY_KIND_OFFER: StoryKind
STORY_KIND_TOOL: StoryKind
STORY_KIND_EVENT: StoryKind

class Story(_message.Message):
    __slots__ = ("story_id", "withdrawn", "kind", "language", "title", "summary", "body", "context", "outcome", "evidence", "themes", "populations", "stage", "contact_ids", "visibility", "owner_id", "url", "country", "year", "published_at", "sealed", "hidden", "ruling")
    STORY_ID_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    THEMES_FIELD_NUMBER: _ClassVar[int]
    POPULATIONS_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_IDS_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    OWNER_ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_AT_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    HIDDEN_FIELD_NUMBER: _ClassVar[int]
    RULING_FIELD_NUMBER: _ClassVar[int]
    story_id: str
    withdrawn: bool
    kind: StoryKind
    language: str
    title: str
    summary: str
    body: str
    context: str
    outcome: str
    evidence: str
    themes: _containers.RepeatedScalarFieldContainer[str]
    populations: _containers.RepeatedScalarFieldContainer[str]
    stage: _vocabulary_pb2.Stage
    contact_ids: _containers.RepeatedScalarFieldContainer[str]
    visibility: _vocabulary_pb2.Visibility
    owner_id: str
    url: str
    country: str
    year: int
    published_at: _timestamp_pb2.Timestamp
    sealed: _sealed_pb2.Sealed
    hidden: bool
    ruling: Ruling
    def __init__(self, story_id: _Optional[str] = ..., withdrawn: _Optional[bool] = ..., kind: _Optional[_Union[StoryKind, str]] = ..., language: _Optional[str] = ..., title: _Optional[str] = ..., summary: _Optional[str] = ..., body: _Optional[str] = ..., context: _Optional[str] = ..., outcome: _Optional[str] = ..., evidence: _Optional[str] = ..., themes: _Optional[_Iterable[str]] = ..., populations: _Optional[_Iterable[str]] = ..., stage: _Optional[_Union[_vocabulary_pb2.Stage, str]] = ..., contact_ids: _Optional[_Iterable[str]] = ..., visibility: _Optional[_Union[_vocabulary_pb2.Visibility, str]] = ..., owner_id: _Optional[str] = ..., url: _Optional[str] = ..., country: _Optional[str] = ..., year: _Optional[int] = ..., published_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sealed: _Optional[_Union[_sealed_pb2.Sealed, _Mapping]] = ..., hidden: _Optional[bool] = ..., ruling: _Optional[_Union[Ruling, _Mapping]] = ...) -> None: ...

class Ruling(_message.Message):
    __slots__ = ("outcome", "reason", "explanation", "number")
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    outcome: RulingOutcome
    reason: ReportReason
    explanation: str
    number: int
    def __init__(self, outcome: _Optional[_Union[RulingOutcome, str]] = ..., reason: _Optional[_Union[ReportReason, str]] = ..., explanation: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...
