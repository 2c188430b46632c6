from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_ACCEPTED: _ClassVar[Verdict]
    VERDICT_REFUSED: _ClassVar[Verdict]

class Change(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANGE_UNSPECIFIED: _ClassVar[Change]
    CHANGE_CREATED: _ClassVar[Change]
    CHANGE_CHANGED: _ClassVar[Change]
    CHANGE_UNCHANGED: _ClassVar[Change]
    CHANGE_WITHDRAWN: _ClassVar[Change]
VERDICT_UNSPECIFIED: Verdict
VERDICT_ACCEPTED: Verdict
VERDICT_REFUSED: Verdict
CHANGE_UNSPECIFIED: Change
CHANGE_CREATED: Change
CHANGE_CHANGED: Change
CHANGE_UNCHANGED: Change
CHANGE_WITHDRAWN: Change

class Receipt(_message.Message):
    __slots__ = ("submission_id", "external_id", "verdict", "change", "kind", "id", "problems", "warnings", "ignored", "duplicates", "advice")
    SUBMISSION_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    IGNORED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    submission_id: str
    external_id: str
    verdict: Verdict
    change: Change
    kind: str
    id: str
    problems: _containers.RepeatedCompositeFieldContainer[Remark]
    warnings: _containers.RepeatedCompositeFieldContainer[Remark]
    ignored: _containers.RepeatedScalarFieldContainer[str]
    duplicates: _containers.RepeatedCompositeFieldContainer[Likeness]
    advice: str
    def __init__(self, submission_id: _Optional[str] = ..., external_id: _Optional[str] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., change: _Optional[_Union[Change, str]] = ..., kind: _Optional[str] = ..., id: _Optional[str] = ..., problems: _Optional[_Iterable[_Union[Remark, _Mapping]]] = ..., warnings: _Optional[_Iterable[_Union[Remark, _Mapping]]] = ..., ignored: _Optional[_Iterable[str]] = ..., duplicates: _Optional[_Iterable[_Union[Likeness, _Mapping]]] = ..., advice: _Optional[str] = ...) -> None: ...

class Remark(_message.Message):
    __slots__ = ("field", "text")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    field: str
    text: str
    def __init__(self, field: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Likeness(_message.Message):
    __slots__ = ("story_id", "similarity")
    STORY_ID_FIELD_NUMBER: _ClassVar[int]
    SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    story_id: str
    similarity: float
    def __init__(self, story_id: _Optional[str] = ..., similarity: _Optional[float] = ...) -> None: ...
