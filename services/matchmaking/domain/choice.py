"""From candidates to a slate: filter, compare, score, weigh by load, and choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.matchmaking.domain.calibration import Background
from services.matchmaking.domain.eligibility import Circumstances, may_meet
from services.matchmaking.domain.exposure import Load, load_factor
from services.matchmaking.domain.likeness import Prints, closeness, likeness
from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.score import RULES, Alike, Seat, score
from services.matchmaking.domain.slate import (
    PLACES,
    Closeness,
    Match,
    best_pairs,
    fill,
    is_honest,
    is_relevant,
)

CHOICE = 40
"""Matches among which the slate is chosen: those below could not win a place by novelty alone."""

MARGIN = 0.1
"""How far below the last on a slate somebody may stand and yet win a place by being different."""


@dataclass
class Around:
    """What the members of a batch have around them: read once, used for each."""

    background: Background = field(default_factory=Background)
    profiles: dict[str, Profile] = field(default_factory=dict)
    prints: dict[str, Prints] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """The member of each initiative."""
    loads: dict[str, Load] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stand:
    """How a slate stands: how many places are filled, and the lowest score on it."""

    filled: int = 0
    lowest: float = 0.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An initiative of somebody else."""

    owner: Profile
    initiative: Initiative
    prints: Prints


def compare(member: Profile, initiatives: Sequence[str], around: Around, now: float) -> list[Match]:
    """Return the best match per candidate member and part, best first, may they meet or not."""
    candidates = [found for one in initiatives if (found := _candidate(one, around))]
    matches = [
        match
        for own in member.initiatives
        if own.id in around.prints
        for match in _matches(member, own, candidates, around, now)
    ]
    return best_pairs(matches)


def choose(
    member: Profile, matches: Sequence[Match], around: Around, at: Circumstances
) -> list[Match]:
    """Return the slate of a member out of compared candidates; empty if nobody fits."""
    admitted: list[Match] = []
    for match in matches:
        if is_honest(match) and may_meet(member, around.profiles[match.member_id], at):
            admitted.append(match)
            if len(admitted) == CHOICE:
                break
    prints = {match.initiative_id: around.prints[match.initiative_id] for match in admitted}
    return fill(admitted, _closeness(list(prints.values())))


def touched(matches: Sequence[Match], own_load: float, stands: Mapping[str, Stand]) -> list[str]:
    """Return whose slates a changed member might enter, the likeliest first.

    ``matches`` are those of the changed member: what both gain is the same from either side. Who
    would stand clearly below everybody on a full slate does not enter it.
    """
    values: dict[str, float] = {}
    for match in matches:
        stand = stands.get(match.member_id, Stand())
        value = match.value * own_load
        has_room = stand.filled < sum(PLACES.values())
        if is_relevant(match) and value > 0 and (has_room or value > stand.lowest - MARGIN):
            values[match.member_id] = max(value, values.get(match.member_id, 0.0))
    return sorted(values, key=lambda one: (-values[one], one))


def _candidate(initiative_id: str, around: Around) -> _Candidate | None:
    """Return what is known of an initiative; None if it went away between two reads."""
    owner = around.profiles.get(around.owners.get(initiative_id, ""))
    prints = around.prints.get(initiative_id)
    initiative = owner.initiative(initiative_id) if owner else None
    if owner is None or initiative is None or prints is None:
        return None
    return _Candidate(owner, initiative, prints)


def load_of(member: Profile, loads: Mapping[str, Load]) -> float:
    """Return by how much a member's open questions lower her scores; 0 when she is full."""
    return load_factor(loads.get(member.member_id, Load()), member.capacity)


def _matches(
    member: Profile,
    own: Initiative,
    candidates: Sequence[_Candidate],
    around: Around,
    now: float,
) -> list[Match]:
    prints = [one.prints for one in candidates]
    what = likeness(around.prints[own.id], prints, "what", around.background)
    struggle = likeness(around.prints[own.id], prints, "struggle", around.background)
    seat = Seat(member.wishes, own)
    found = []
    for one, alike in zip(candidates, map(Alike, what.tolist(), struggle.tolist()), strict=True):
        for part in RULES:
            scored = score(part, seat, Seat(one.owner.wishes, one.initiative), alike, now)
            match = Match(
                member_id=one.owner.member_id,
                organisation=one.owner.organisation_key,
                initiative_id=one.initiative.id,
                own_initiative_id=own.id,
                part=part,
                value=scored.value,
                score=scored.value * load_of(one.owner, around.loads),
                relevance=scored.relevance,
                terms=scored.terms,
            )
            found.append(match)
    return found


def _closeness(prints: Sequence[Prints]) -> Closeness:
    """Return how alike two of these initiatives are in what they do."""
    places = {one.initiative_id: place for place, one in enumerate(prints)}
    close = closeness(prints, "what")

    def between(one: str, other: str) -> float:
        return float(close[places[one], places[other]])

    return between
