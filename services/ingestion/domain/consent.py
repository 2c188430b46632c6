"""Consents as a ledger: what was given and taken back, when, by whom and in which words."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from libs.kernel.vocabulary import CONSENT_TEXTS, Purpose


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry: a consent that was given or taken back. Nothing ever changes it."""

    member_id: str
    purpose: Purpose
    is_given: bool
    at: datetime
    by: str
    """The id of whoever did it, or the role of a key."""
    language: str
    """In which language the member reads what they agree to."""
    text_sha256: str
    """Of the words in that language, as they stood then."""


def text_sha256(purpose: Purpose, language: str) -> str:
    """Return the digest of the words for a purpose."""
    return hashlib.sha256(CONSENT_TEXTS[purpose].text(language).encode()).hexdigest()


def effective(ledger: Iterable[Consent]) -> frozenset[Purpose]:
    """Return what is consented to after all these entries, oldest first."""
    given: set[Purpose] = set()
    for entry in ledger:
        (given.add if entry.is_given else given.discard)(entry.purpose)
    return frozenset(given)


def changes(
    member_id: str,
    before: Collection[Purpose],
    after: Collection[Purpose],
    *,
    at: datetime,
    by: str,
    language: str,
) -> list[Consent]:
    """Return the entries that lead from one set of consents to another."""
    return [
        Consent(
            member_id=member_id,
            purpose=purpose,
            is_given=purpose in after,
            at=at,
            by=by,
            language=language,
            text_sha256=text_sha256(purpose, language),
        )
        for purpose in Purpose
        if (purpose in after) != (purpose in before)
    ]
