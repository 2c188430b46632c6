from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Submission(_message.Message):
    __slots__ = ("external_id", "story", "member", "initiative", "need", "withdrawal")
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    STORY_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    INITIATIVE_FIELD_NUMBER: _ClassVar[int]
    NEED_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWAL_FIELD_NUMBER: _ClassVar[int]
    external_id: str
    story: SubmittedStory
    member: SubmittedMember
    initiative: SubmittedInitiative
    need: SubmittedNeed
    withdrawal: Withdrawal
    def __init__(self, external_id: _Optional[str] = ..., story: _Optional[_Union[SubmittedStory, _Mapping]] = ..., member: _Optional[_Union[SubmittedMember, _Mapping]] = ..., initiative: _Optional[_Union[SubmittedInitiative, _Mapping]] = ..., need: _Optional[_Union[SubmittedNeed, _Mapping]] = ..., withdrawal: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...

class SubmittedStory(_message.Message):
    __slots__ = ("kind", "language", "title", "summary", "body", "context", "outcome", "evidence", "themes", "populations", "stage", "visibility", "contacts", "url", "country", "year")
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
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    kind: str
    language: str
    title: str
    summary: str
    body: str
    context: str
    outcome: str
    evidence: str
    themes: _containers.RepeatedScalarFieldContainer[str]
    populations: _containers.RepeatedScalarFieldContainer[str]
    stage: int
    visibility: str
    contacts: _containers.RepeatedScalarFieldContainer[str]
    url: str
    country: str
    year: int
    def __init__(self, kind: _Optional[str] = ..., language: _Optional[str] = ..., title: _Optional[str] = ..., summary: _Optional[str] = ..., body: _Optional[str] = ..., context: _Optional[str] = ..., outcome: _Optional[str] = ..., evidence: _Optional[str] = ..., themes: _Optional[_Iterable[str]] = ..., populations: _Optional[_Iterable[str]] = ..., stage: _Optional[int] = ..., visibility: _Optional[str] = ..., contacts: _Optional[_Iterable[str]] = ..., url: _Optional[str] = ..., country: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class SubmittedMember(_message.Message):
    __slots__ = ("name", "email", "languages", "organisation", "side", "region", "country", "visibility", "consents", "initiatives")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    ORGANISATION_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    REGION_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    VISIBILITY_FIELD_NUMBER: _ClassVar[int]
    CONSENTS_FIELD_NUMBER: _ClassVar[int]
    INITIATIVES_FIELD_NUMBER: _ClassVar[int]
    name: str
    email: str
    languages: _containers.RepeatedScalarFieldContainer[str]
    organisation: str
    side: str
    region: str
    country: str
    visibility: str
    consents: _containers.RepeatedScalarFieldContainer[str]
    initiatives: _containers.RepeatedCompositeFieldContainer[SubmittedInitiative]
    def __init__(self, name: _Optional[str] = ..., email: _Optional[str] = ..., languages: _Optional[_Iterable[str]] = ..., organisation: _Optional[str] = ..., side: _Optional[str] = ..., region: _Optional[str] = ..., country: _Optional[str] = ..., visibility: _Optional[str] = ..., consents: _Optional[_Iterable[str]] = ..., initiatives: _Optional[_Iterable[_Union[SubmittedInitiative, _Mapping]]] = ...) -> None: ...

class SubmittedInitiative(_message.Message):
    __slots__ = ("external_id", "title", "language", "what", "for_whom", "struggle", "need", "offer", "themes", "populations", "stage", "flag", "member")
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
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
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    external_id: str
    title: str
    language: str
    what: str
    for_whom: str
    struggle: str
    need: str
    offer: str
    themes: _containers.RepeatedScalarFieldContainer[str]
    populations: _containers.RepeatedScalarFieldContainer[str]
    stage: int
    flag: str
    member: str
    def __init__(self, external_id: _Optional[str] = ..., title: _Optional[str] = ..., language: _Optional[str] = ..., what: _Optional[str] = ..., for_whom: _Optional[str] = ..., struggle: _Optional[str] = ..., need: _Optional[str] = ..., offer: _Optional[str] = ..., themes: _Optional[_Iterable[str]] = ..., populations: _Optional[_Iterable[str]] = ..., stage: _Optional[int] = ..., flag: _Optional[str] = ..., member: _Optional[str] = ...) -> None: ...

class SubmittedNeed(_message.Message):
    __slots__ = ("member", "text", "title", "language", "themes", "populations")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    THEMES_FIELD_NUMBER: _ClassVar[int]
    POPULATIONS_FIELD_NUMBER: _ClassVar[int]
    member: str
    text: str
    title: str
    language: str
    themes: _containers.RepeatedScalarFieldContainer[str]
    populations: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, member: _Optional[str] = ..., text: _Optional[str] = ..., title: _Optional[str] = ..., language: _Optional[str] = ..., themes: _Optional[_Iterable[str]] = ..., populations: _Optional[_Iterable[str]] = ...) -> None: ...

class Withdrawal(_message.Message):
    __slots__ = ("kind", "member")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    kind: str
    member: str
    def __init__(self, kind: _Optional[str] = ..., member: _Optional[str] = ...) -> None: ...
