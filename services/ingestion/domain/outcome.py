"""What became of one record that was sent to us."""

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """What was done with a record."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another story with the same text, or nearly; ``similarity`` is the Jaccard index, 0 to 1."""

    id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a record, with everything its sender should know.

    ``problems`` and ``warnings`` are sentences by field; ``personal`` names the kinds of personal
    data that a text seems to hold, by field; ``ignored`` lists fields that Kring has no use for.
    """

    status: Status
    id: str = ""
    sequence: int = 0
    language: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    personal: dict[str, list[str]] = field(default_factory=dict)
    duplicates: tuple[Duplicate, ...] = ()
    ignored: tuple[str, ...] = ()
