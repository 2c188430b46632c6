"""Who may see what, as one pure filter.

Every path to content builds its filter here, and nowhere else. A filter is a small algebra over
keyword fields that each index adapter translates and that ``accepts`` evaluates for the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a reader may do; each includes what stands before it, within the own programme."""

    MEMBER = "member"
    AMBASSADOR = "ambassador"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever asks: a member, or a programme by its key (then ``member_id`` is empty)."""

    programme: str
    role: Role = Role.MEMBER
    member_id: str = ""
    language: str = "en"
    blocked: frozenset[str] = frozenset()
    """Members with a block in either direction."""

    def has(self, role: Role) -> bool:
        """Tell whether the reader's role includes this one."""
        return _RANK[self.role] >= _RANK[role]


class Visibility(StrEnum):
    """Who may see a thing."""

    NETWORK = "network"
    PROGRAMME = "programme"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Term:
    """The field holds one of these values; no values accept nothing."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The inner filter does not hold."""

    inner: "Filter"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; no parts accept everything."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; no parts accept nothing."""

    parts: tuple["Filter", ...]


Filter = Term | Not | All | Any

EVERYTHING = All(())
IS_HIDDEN = Term("hidden", ("true",))
"""A moderator hid it: no list and no search shows it, not even to those who may read it."""


def accepts(condition: Filter, fields: Mapping[str, Sequence[str]]) -> bool:
    """Evaluate a filter over the keyword fields of one document: the meaning that adapters keep."""
    match condition:
        case Term(field, values):
            return not set(values).isdisjoint(fields.get(field, ()))
        case Not(inner):
            return not accepts(inner, fields)
        case All(parts):
            return all(accepts(part, fields) for part in parts)
        case Any(parts):
            return any(accepts(part, fields) for part in parts)


def visible_to(reader: Reader) -> Filter:
    """Return what this reader may see, over the fields ``visibility``, ``programme`` and ``owner``.

    ``owner`` holds the ids of the members a thing belongs to. Things of the network are for
    everybody, things of a programme for its own people, private things for their owner and the
    programme's coordinators. A block hides things in both directions, for coordinators too.
    """
    ways: list[Filter] = [
        Term("visibility", (Visibility.NETWORK,)),
        All((Term("visibility", (Visibility.PROGRAMME,)), Term("programme", (reader.programme,)))),
    ]
    if reader.member_id:
        ways.append(Term("owner", (reader.member_id,)))
    if reader.has(Role.OPERATOR):
        return EVERYTHING
    if reader.has(Role.COORDINATOR):
        ways.append(Term("programme", (reader.programme,)))
    if not reader.blocked:
        return Any(tuple(ways))
    return All((Any(tuple(ways)), Not(Term("owner", tuple(sorted(reader.blocked))))))


def may_see(reader: Reader, *, visibility: str, programme: str, owners: Sequence[str] = ()) -> bool:
    """Tell whether the reader may see one thing."""
    fields = {"visibility": [visibility], "programme": [programme], "owner": list(owners)}
    return accepts(visible_to(reader), fields)


def may_change(reader: Reader, *, programme: str, owners: Sequence[str] = ()) -> bool:
    """Tell whether the reader may change one thing: its owner, a coordinator there, an operator."""
    if reader.has(Role.OPERATOR):
        return True
    if reader.programme != programme:
        return False
    return reader.has(Role.COORDINATOR) or (bool(reader.member_id) and reader.member_id in owners)


def may_moderate(reader: Reader, *, programme: str, owner: str) -> bool:
    """Tell whether the reader decides about reports of a thing: nobody does about their own."""
    if reader.member_id and reader.member_id == owner:
        return False
    if reader.has(Role.OPERATOR):
        return True
    return reader.has(Role.COORDINATOR) and reader.programme == programme
