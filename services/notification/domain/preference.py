"""What a member may be told, where, and when not."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.vocabulary import LANGUAGES


class Kind(StrEnum):
    """What a notification is about."""

    RECOMMENDATION = "recommendation"
    INTRODUCTION_ASKED = "introduction_asked"
    INTRODUCED = "introduced"
    MODERATION = "moderation"

    @property
    def must_arrive(self) -> bool:
        """Tell whether a mail that may be lost is sent again: it asks for an answer or may."""
        return self is not Kind.RECOMMENDATION


_CAN_WAIT = frozenset({Kind.RECOMMENDATION, Kind.INTRODUCTION_ASKED})


class Channel(StrEnum):
    """Where a notification shows."""

    PAGE = "page"
    MAIL = "mail"


class Objection(StrEnum):
    """Why a mail is not sent."""

    UNKNOWN_MEMBER = "unknown_member"
    NO_CONSENT = "no_consent"
    SWITCHED_OFF = "switched_off"
    SNOOZED = "snoozed"
    NOTHING_TO_TELL = "nothing_to_tell"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a member switched off; everything else is on."""

    off: frozenset[tuple[Kind, Channel]] = frozenset()

    def wants(self, kind: Kind, channel: Channel) -> bool:
        """Tell whether the member wants this kind on this channel."""
        return (kind, channel) not in self.off

    def without(self, kind: Kind, channel: Channel) -> "Preferences":
        """Return the preferences with one more thing switched off."""
        return Preferences(self.off | {(kind, channel)})

    def kinds(self, channel: Channel) -> tuple[Kind, ...]:
        """Return the kinds the member wants on a channel."""
        return tuple(kind for kind in Kind if self.wants(kind, channel))


def objection_to_mail(
    kind: Kind,
    preferences: Preferences,
    *,
    has_consent: bool,
    snoozed_until: float,
    people: int,
    now: float,
) -> Objection | None:
    """Return why this mail must not leave now, or None when it may.

    ``people`` counts those it would tell of who are still there, still current and not blocked. A
    snooze stops recommendations and questions; an introduction both agreed to arrives, and so does
    a decision about one's own story.
    """
    if not has_consent:
        return Objection.NO_CONSENT
    if not preferences.wants(kind, Channel.MAIL):
        return Objection.SWITCHED_OFF
    if snoozed_until > now and kind in _CAN_WAIT:
        return Objection.SNOOZED
    return None if people else Objection.NOTHING_TO_TELL


def language_among(languages: Iterable[str]) -> str:
    """Return the first language we write that a member reads, English if there is none."""
    primary = (language.split("-", maxsplit=1)[0].lower() for language in languages)
    return next((language for language in primary if language in LANGUAGES), "en")
