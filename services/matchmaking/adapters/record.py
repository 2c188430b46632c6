"""Profiles and matches to JSON and back, as the database holds them."""

from dataclasses import asdict
from typing import Any

from libs.kernel.vocabulary import MemberKind, Purpose
from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.score import Part, Terms
from services.matchmaking.domain.slate import Match

Json = dict[str, Any]


def profile_to_json(profile: Profile) -> Json:
    """Return a profile as JSON values; sets become sorted lists."""
    body = asdict(profile)
    for name in ("wishes", "consents", "blocked"):
        body[name] = sorted(body[name])
    for initiative in body["initiatives"]:
        for name in ("themes", "populations"):
            initiative[name] = sorted(initiative[name])
    return body


def profile_from_json(body: Json) -> Profile:
    """Return the profile of ``profile_to_json``."""
    return Profile(
        **{
            **body,
            "kind": MemberKind(body["kind"]),
            "languages": tuple(body["languages"]),
            "wishes": frozenset(body["wishes"]),
            "consents": frozenset(Purpose(name) for name in body["consents"]),
            "blocked": frozenset(body["blocked"]),
            "initiatives": tuple(_initiative(one) for one in body["initiatives"]),
        }
    )


def _initiative(body: Json) -> Initiative:
    return Initiative(
        **{
            **body,
            "themes": frozenset(body["themes"]),
            "populations": frozenset(body["populations"]),
        }
    )


def match_to_json(match: Match) -> Json:
    """Return a match as JSON values."""
    return asdict(match)


def match_from_json(body: Json) -> Match:
    """Return the match of ``match_to_json``."""
    return Match(**{**body, "part": Part(body["part"]), "terms": Terms(**body["terms"])})
