"""Who may be recommended to whom, whatever the score: the filters that come before it."""

from dataclasses import dataclass

from libs.kernel.policy import may_see
from libs.kernel.vocabulary import Purpose
from services.matchmaking.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds beside two profiles at one moment."""

    now: float = 0.0
    """Unix seconds."""
    blocked: frozenset[str] = frozenset()
    """Everybody with a block towards the one member, in either direction."""
    paused: frozenset[str] = frozenset()
    """Members who asked to be left alone for a while."""
    resting: frozenset[str] = frozenset()
    """Members whom this member is not shown for a while, or knows already."""
    full: frozenset[str] = frozenset()
    """Members without a free place."""


NO_CIRCUMSTANCES = Circumstances()


def is_available(member: Profile, at: Circumstances) -> bool:
    """Tell whether a member wants recommendations and questions now."""
    return (
        Purpose.MATCHING in member.consents
        and member.snoozed_until <= at.now
        and member.member_id not in at.paused
    )


def has_place(member: Profile, at: Circumstances) -> bool:
    """Tell whether a member can carry one more introduction."""
    return member.capacity > 0 and member.member_id not in at.full


def are_blocked(one: Profile, other: Profile, at: Circumstances) -> bool:
    """Tell whether either blocked the other."""
    return (
        other.member_id in one.blocked
        or one.member_id in other.blocked
        or other.member_id in at.blocked
    )


def may_cross(one: Profile, other: Profile) -> bool:
    """Tell whether two members may be matched as to practitioners and lived experience.

    That line is crossed only with the explicit consent of both.
    """
    if one.kind == other.kind:
        return True
    return Purpose.CROSS_LINE in one.consents and Purpose.CROSS_LINE in other.consents


def see_each_other(one: Profile, other: Profile, at: Circumstances) -> bool:
    """Tell whether each of two members may see the other, by the one policy."""
    return all(
        may_see(
            reader.as_reader(at.blocked if reader is one else frozenset()),
            visibility=seen.visibility,
            programme=seen.programme,
            owners=(seen.member_id,),
        )
        for reader, seen in ((one, other), (other, one))
    )


def are_one(one: Profile, other: Profile) -> bool:
    """Tell whether two members are one person or work at one organisation."""
    return (
        one.member_id == other.member_id
        or (bool(one.person) and one.person == other.person)
        or (bool(one.organisation_key) and one.organisation_key == other.organisation_key)
    )


def may_meet(one: Profile, other: Profile, at: Circumstances) -> bool:
    """Tell whether ``other`` may be recommended to ``one`` at this moment."""
    return (
        not are_one(one, other)
        and not are_blocked(one, other, at)
        and other.member_id not in at.resting
        and is_available(one, at)
        and is_available(other, at)
        and has_place(other, at)
        and may_cross(one, other)
        and see_each_other(one, other, at)
    )


def may_know(one: Profile, other: Profile, at: Circumstances) -> bool:
    """Tell whether ``one`` may know that ``other`` can be asked; else there is nobody."""
    return (
        one.member_id != other.member_id
        and not are_blocked(one, other, at)
        and Purpose.MATCHING in other.consents
        and may_cross(one, other)
        and see_each_other(one, other, at)
    )
