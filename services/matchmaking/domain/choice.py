"""From candidates to a slate: filter, compare, score, weigh by load, and choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.matchmaking.domain.calibration import Background
from services.matchmaking.domain.eligibility import Circumstances, may_meet
from services.matchmaking.domain.exposure import Load, load_factor
from services.matchmaking.domain.likeness import Prints, closeness, likeness
from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.score import RULES, Alike, Seat, score
from services.matchmaking.domain.slate import Closeness, Match, fill


@dataclass
class Around:
    """What the members of a batch have around them: read once, used for each."""

    background: Background = field(default_factory=Background)
    profiles: dict[str, Profile] = field(default_factory=dict)
    prints: dict[str, Prints] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """The member of each initiative."""
    loads: dict[str, Load] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    """An initiative of somebody who may be met."""

    owner: Profile
    initiative: Initiative
    prints: Prints
    load: float


def choose(
    member: Profile, initiatives: Sequence[str], around: Around, at: Circumstances
) -> list[Match]:
    """Return the slate of a member out of candidate initiatives; empty if nobody fits."""
    candidates = _candidates(member, initiatives, around, at)
    matches = [
        match
        for own in member.initiatives
        if own.id in around.prints
        for match in _matches(member, own, candidates, around, at.now)
    ]
    return fill(matches, _closeness([one.prints for one in candidates])) if matches else []


def _candidates(
    member: Profile, initiatives: Sequence[str], around: Around, at: Circumstances
) -> list[_Candidate]:
    full = frozenset(
        owner.member_id for owner in around.profiles.values() if _load(owner, around.loads) == 0.0
    )
    at = replace(at, full=at.full | full)
    admitted: dict[str, bool] = {}
    found = []
    for initiative_id in initiatives:
        owner = around.profiles.get(around.owners.get(initiative_id, ""))
        prints = around.prints.get(initiative_id)
        initiative = owner.initiative(initiative_id) if owner else None
        if owner is None or initiative is None or prints is None:
            continue  # it went away between two reads
        if owner.member_id not in admitted:
            admitted[owner.member_id] = may_meet(member, owner, at)
        if admitted[owner.member_id]:
            found.append(_Candidate(owner, initiative, prints, _load(owner, around.loads)))
    return found


def _load(owner: Profile, loads: Mapping[str, Load]) -> float:
    return load_factor(loads.get(owner.member_id, Load()), owner.capacity)


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
    for place, one in enumerate(candidates):
        alike = Alike(what=float(what[place]), struggle=float(struggle[place]))
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
