"""The few people recommended to one member: the best of each part, and unlike one another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from services.matchmaking.domain.score import RULES, Part, Terms

PLACES: Mapping[Part, int] = MappingProxyType({Part.PEER: 5})
"""How many places each part has; the parts are filled in this order."""
DIVERSITY = 0.7
"""MMR's lambda (Carbonell & Goldstein, SIGIR 1998): the weight of the score beside novelty."""

Closeness = Callable[[str, str], float]
"""How alike two recommended initiatives are, 0…1."""


@dataclass(frozen=True, slots=True)
class Match:
    """One person for one part, by one pair of initiatives."""

    member_id: str
    organisation: str
    """The organisation's key; empty for who has none."""
    initiative_id: str
    own_initiative_id: str
    part: Part
    value: float
    """What both gain; the same from either side."""
    score: float
    """The value, lowered by the other's load."""
    relevance: float
    terms: Terms


def best_pairs(matches: Sequence[Match]) -> list[Match]:
    """Return the best pair of initiatives of each member and part, an honest one if there is one.

    Ties go to the smaller ids.
    """
    best: dict[tuple[str, Part], Match] = {}
    for match in sorted(matches, key=lambda match: (not is_honest(match), _order(match))):
        best.setdefault((match.member_id, match.part), match)
    return list(best.values())


def _order(match: Match) -> tuple[float, str, str, str]:
    return (-match.score, match.member_id, match.initiative_id, match.own_initiative_id)


def is_honest(match: Match) -> bool:
    """Tell whether a match is good enough to be better than an empty place."""
    return match.score > 0.0 and is_relevant(match)


def is_relevant(match: Match) -> bool:
    """Tell whether the work of both is alike enough for the part."""
    return match.relevance >= RULES[match.part].floor


def fill(
    matches: Sequence[Match], close: Closeness, places: Mapping[Part, int] = PLACES
) -> list[Match]:
    """Return the slate, best first: at most one match per member and per organisation.

    Each place goes to the match with the largest maximal marginal relevance. A place for which
    nobody is good enough stays empty.
    """
    chosen: list[Match] = []
    fitting: dict[Part, list[Match]] = {}
    for match in best_pairs(matches):
        if is_honest(match):
            fitting.setdefault(match.part, []).append(match)
    for part, count in places.items():
        waiting = fitting.get(part, [])
        for _ in range(count):
            waiting = [match for match in waiting if not _is_taken(match, chosen)]
            if not waiting:
                break
            chosen.append(
                min(waiting, key=lambda match: (-_novelty(match, chosen, close), _order(match)))
            )
    return sorted(chosen, key=_order)


def _is_taken(match: Match, chosen: Sequence[Match]) -> bool:
    return any(
        match.member_id == other.member_id
        or (bool(match.organisation) and match.organisation == other.organisation)
        for other in chosen
    )


def _novelty(match: Match, chosen: Sequence[Match], close: Closeness) -> float:
    nearest = max((close(match.initiative_id, one.initiative_id) for one in chosen), default=0.0)
    return DIVERSITY * match.score - (1 - DIVERSITY) * nearest
