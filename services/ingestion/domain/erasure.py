"""Erasing a member: what was asked, so that it is carried through whatever happens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.ingestion.domain.member import Member


class Authored(StrEnum):
    """What becomes of the stories of somebody who leaves."""

    WITHDRAW = "withdraw"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Erasure:
    """A member who shall be erased; it names nobody but by an opaque id."""

    member_id: str
    programme: str
    stories: Authored
    asked_at: datetime
    is_done: bool = False
    """Whether key and rows are gone; then the services clean their files by themselves."""


def telling_words(member: Member) -> tuple[str, ...]:
    """Return words that name this member and hardly anybody else, as they may stand in letters.

    A name of one word is left out: it may stand in anything.
    """
    names = (name for name in (member.name, member.pseudonym) if " " in name)
    return tuple(word for word in (member.email, member.phone, *names) if word)
