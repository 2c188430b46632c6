"""Who can be matched: a member with initiatives, as matchmaking keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.kernel.policy import Reader
from libs.kernel.vocabulary import MemberKind, Purpose

FIELDS = ("what", "for_whom", "struggle", "need", "offer")
UNKNOWN_LANGUAGE = "und"


@dataclass(frozen=True, slots=True)
class Initiative:
    """One thing a member works on; ``texts`` holds the fields that are not empty."""

    id: str
    title: str = ""
    language: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    themes: frozenset[str] = frozenset()
    populations: frozenset[str] = frozenset()
    stage: int = 0
    """1 to 7; 0 when not said."""
    flag: str = ""
    updated_at: float = 0.0
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a member; leaves this service only with an introduction."""

    email: str = ""
    phone: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A member as others may meet them."""

    member_id: str
    programme: str
    display_name: str = ""
    person: str = ""
    """The same for two members who are one person; empty when unknown."""
    kind: MemberKind = MemberKind.PRACTITIONER
    languages: tuple[str, ...] = ("en",)
    organisation: str = ""
    side: str = ""
    region: str = ""
    country: str = ""
    wishes: frozenset[str] = frozenset()
    capacity: int = 0
    snoozed_until: float = 0.0
    """Unix seconds; in the past for who is available."""
    visibility: str = "private"
    consents: frozenset[Purpose] = frozenset()
    blocked: frozenset[str] = frozenset()
    """Whom this member blocked."""
    initiatives: tuple[Initiative, ...] = ()

    @property
    def language(self) -> str:
        """Return the language this member reads best."""
        return self.languages[0] if self.languages else "en"

    @property
    def organisation_key(self) -> str:
        """Return the organisation's name without differences of case and spacing."""
        return " ".join(self.organisation.casefold().split())

    def initiative(self, initiative_id: str) -> Initiative | None:
        """Return one initiative by its id."""
        return next((one for one in self.initiatives if one.id == initiative_id), None)

    def as_reader(self, blocked: frozenset[str]) -> Reader:
        """Return this member as a plain reader: a role opens no doors in matchmaking."""
        return Reader(
            programme=self.programme,
            member_id=self.member_id,
            language=self.language,
            blocked=blocked,
        )
