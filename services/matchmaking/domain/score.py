"""How well one member fits another, per part that the other could play.

``RULES`` is the table of parts: a part is its directed value, how both directions become one
number, and the least relevance below which an empty place is better.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isnan, sqrt
from types import MappingProxyType

from libs.kernel.vocabulary import Wish
from services.matchmaking.domain.exposure import DAY
from services.matchmaking.domain.profile import Initiative
from services.matchmaking.domain.stage import nearness

HALF_LIFE = 180 * DAY
UNKNOWN_TEXT = 0.5
"""A text that is absent counts as in an arbitrary pair: by construction the middle percentile."""
UNKNOWN_CODES = 0.25
"""Codes that nobody gave say nothing: a quarter is what two initiatives often share."""
NEAR_STAGE = 0.2
"""Below lie stages two or more apart; an unknown stage, near .3 to any other, lies above."""
UNWISHED = 0.5
"""Who named wishes, but not this one, gains half as much from it."""


class Part(StrEnum):
    """What a recommended person would be to the reader."""

    PEER = "peer"


@dataclass(frozen=True, slots=True)
class Alike:
    """Percentiles of the texts of two initiatives; NaN where either is absent."""

    what: float
    struggle: float


@dataclass(frozen=True, slots=True)
class Terms:
    """What a score is made of, each in 0…1, from one member's side."""

    what: float
    struggle: float
    population: float
    theme: float
    recency: float
    stage: float


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the cosine of two sets of codes (Ochiai); ``UNKNOWN_CODES`` if either is empty."""
    if not one or not other:
        return UNKNOWN_CODES
    return len(one & other) / sqrt(len(one) * len(other))


def recency(updated_at: float, now: float) -> float:
    """Return 1 for what was changed now, and half as much every 180 days."""
    return float(0.5 ** (max(0.0, now - updated_at) / HALF_LIFE))


def terms_of(own: Initiative, other: Initiative, alike: Alike, now: float) -> Terms:
    """Return the terms of ``other`` as the member with ``own`` sees it."""
    return Terms(
        what=UNKNOWN_TEXT if isnan(alike.what) else alike.what,
        struggle=UNKNOWN_TEXT if isnan(alike.struggle) else alike.struggle,
        population=overlap(own.populations, other.populations),
        theme=overlap(own.themes, other.themes),
        recency=recency(other.updated_at, now),
        stage=nearness(own.stage, other.stage),
    )


def _turned(terms: Terms, own_recency: float) -> Terms:
    """Return the terms as the other sees them: only the date of the work differs."""
    return Terms(
        what=terms.what,
        struggle=terms.struggle,
        population=terms.population,
        theme=terms.theme,
        recency=own_recency,
        stage=terms.stage,
    )


def peer(terms: Terms) -> float:
    """Return how good a peer the other is: something similar, at a similar stage."""
    similar = (
        0.45 * terms.what
        + 0.20 * terms.struggle
        + 0.15 * terms.population
        + 0.10 * terms.theme
        + 0.10 * terms.recency
    )
    return similar * terms.stage


def peer_relevance(terms: Terms) -> float:
    """Return how alike the work itself is, whatever its date: what makes a match honest.

    The same people or themes make up for words that differ a little. Who is stages away is no
    peer, however much alike the work.
    """
    if terms.stage < NEAR_STAGE:
        return 0.0
    words = max(terms.what, 0.7 * terms.what + 0.3 * terms.struggle)
    return 0.8 * words + 0.2 * max(terms.population, terms.theme)


def harmonic(there: float, back: float) -> float:
    """Return the harmonic mean: both have to gain (RECON, RecSys 2010)."""
    if there <= 0.0 or back <= 0.0:
        return 0.0
    return 2 * there * back / (there + back)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one part is scored."""

    value: Callable[[Terms], float]
    both: Callable[[float, float], float]
    relevance: Callable[[Terms], float]
    floor: float
    wish: Wish


RULES: Mapping[Part, Rule] = MappingProxyType(
    {
        Part.PEER: Rule(
            value=peer, both=harmonic, relevance=peer_relevance, floor=0.77, wish=Wish.PEER
        ),
    }
)


def wished(wishes: frozenset[str], wish: Wish) -> float:
    """Return how much a member wants a part; no wishes at all means open to everything."""
    return 1.0 if not wishes or wish in wishes else UNWISHED


@dataclass(frozen=True, slots=True)
class Seat:
    """One side of a pair: the member's wishes and the initiative that is compared."""

    wishes: frozenset[str]
    initiative: Initiative


@dataclass(frozen=True, slots=True)
class Scored:
    """A pair of initiatives scored for one part; ``value`` is the same from both sides."""

    value: float
    relevance: float
    terms: Terms


def score(part: Part, own: Seat, other: Seat, alike: Alike, now: float) -> Scored:
    """Return how well two initiatives go together for a part, by what both gain."""
    rule = RULES[part]
    there = terms_of(own.initiative, other.initiative, alike, now)
    back = _turned(there, recency(own.initiative.updated_at, now))
    value = rule.both(
        rule.value(there) * wished(own.wishes, rule.wish),
        rule.value(back) * wished(other.wishes, rule.wish),
    )
    return Scored(value=value, relevance=rule.relevance(there), terms=there)
