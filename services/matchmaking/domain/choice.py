"""From candidates to a slate: filter, compare, score, weigh by load, and choose."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.matchmaking.domain.calibration import Background
from services.matchmaking.domain.eligibility import Circumstances, may_meet
from services.matchmaking.domain.exposure import Load, load_factor
from services.matchmaking.domain.likeness import Prints, closeness, likeness
from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.score import RULES, Alike, Seat, score
from services.matchmaking.domain.slate import Closeness, Match, best_pairs, fill, is_honest

CHOICE = 40
"""Matches among which the slate is chosen: those below could not win a place by novelty alone."""


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
class _Candidate:
    """An initiative of somebody else."""

    owner: Profile
    initiative: Initiative
    prints: Prints
    load: float


def choose(
    member: Profile, initiatives: Sequence[str], around: Around, at: Circumstances
) -> list[Match]:
    """Return the slate of a member out of candidate initiatives; empty if nobody fits."""
    candidates = [
        found for one in initiatives if (found := _candidate(one, around)) and found.load > 0
    ]
    matches = [
        match
        for own in member.initiatives
        if own.id in around.prints
        for match in _matches(member, own, candidates, around, at.now)
    ]
    admitted = _admitted(member, matches, around, at)
    prints = {match.initiative_id: around.prints[match.initiative_id] for match in admitted}
    return fill(admitted, _closeness(list(prints.values())))


def _candidate(initiative_id: str, around: Around) -> _Candidate | None:
    """Return what is known of an initiative; None if it went away between two reads."""
    owner = around.profiles.get(around.owners.get(initiative_id, ""))
    prints = around.prints.get(initiative_id)
    initiative = owner.initiative(initiative_id) if owner else None
    if owner is None or initiative is None or prints is None:
        return None
    load = load_factor(around.loads.get(owner.member_id, Load()), owner.capacity)
    return _Candidate(owner, initiative, prints, load)


def _admitted(
    member: Profile, matches: Sequence[Match], around: Around, at: Circumstances
) -> list[Match]:
    """Return the best matches of members who may be met, enough to choose from."""
    admitted: list[Match] = []
    for match in best_pairs(matches):
        if is_honest(match) and may_meet(member, around.profiles[match.member_id], at):
            admitted.append(match)
            if len(admitted) == CHOICE:
                break
    return admitted


def _matches(
    member: Profile,
    own: Initiative,
    candidates: Sequence[_Candidate],
    around: Around,
    now: float,
) -> list[Match]:
    """Return a match per candidate and part, whether they may meet or not."""
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
                score=scored.value * one.load,
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
