from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class Visibility(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VISIBILITY_UNSPECIFIED: _ClassVar[Visibility]
    VISIBILITY_NETWORK: _ClassVar[Visibility]
    VISIBILITY_PROGRAMME: _ClassVar[Visibility]
    VISIBILITY_PRIVATE: _ClassVar[Visibility]

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STAGE_UNSPECIFIED: _ClassVar[Stage]
    STAGE_OPPORTUNITIES: _ClassVar[Stage]
    STAGE_IDEAS: _ClassVar[Stage]
    STAGE_TESTING: _ClassVar[Stage]
    STAGE_CASE: _ClassVar[Stage]
    STAGE_DELIVERING: _ClassVar[Stage]
    STAGE_SCALING: _ClassVar[Stage]
    STAGE_SYSTEMS: _ClassVar[Stage]

class Flag(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FLAG_UNSPECIFIED: _ClassVar[Flag]
    FLAG_STUCK: _ClassVar[Flag]
    FLAG_STOPPED: _ClassVar[Flag]
VISIBILITY_UNSPECIFIED: Visibility
VISIBILITY_NETWORK: Visibility
VISIBILITY_PROGRAMME: Visibility
VISIBILITY_PRIVATE: Visibility
STAGE_UNSPECIFIED: Stage
STAGE_OPPORTUNITIES: Stage
STAGE_IDEAS: Stage
STAGE_TESTING: Stage
STAGE_CASE: Stage
STAGE_DELIVERING: Stage
STAGE_SCALING: Stage
STAGE_SYSTEMS: Stage
FLAG_UNSPECIFIED: Flag
FLAG_STUCK: Flag
FLAG_STOPPED: Flag
