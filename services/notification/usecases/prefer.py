"""What members switch on and off, signed in or by the link in a mail."""

from dataclasses import dataclass

from libs.kernel.policy import Reader
from libs.ports.database import Database
from services.notification.domain.preference import Channel, Preferences
from services.notification.ports import Choices, Composer, Members, Tokens
from services.notification.usecases.read import member_of


@dataclass(frozen=True, slots=True)
class GetPreferences:
    """A member's own preferences."""

    database: Database
    choices: Choices

    def __call__(self, *, reader: Reader) -> Preferences:
        """Return them; everything is on until it is switched off."""
        with self.database.read() as work:
            return self.choices.get(work, member_of(reader))


@dataclass(frozen=True, slots=True)
class PutPreferences:
    """Replace a member's own preferences."""

    database: Database
    choices: Choices

    def __call__(self, preferences: Preferences, *, reader: Reader) -> Preferences:
        """Keep and return them."""
        with self.database.write() as work:
            self.choices.put(work, member_of(reader), preferences)
        return preferences


@dataclass(frozen=True, slots=True)
class AskToUnsubscribe:
    """The page behind an unsubscribe link. It changes nothing: mail scanners open links."""

    database: Database
    members: Members
    composer: Composer
    tokens: Tokens

    def __call__(self, token: str) -> str:
        """Return the page; raises ``UnauthenticatedError`` for a token that is not ours."""
        subscription = self.tokens.open(token)
        with self.database.read() as work:
            member = self.members.get(work, [subscription.member_id]).get(subscription.member_id)
        return self.composer.unsubscribe_page(
            subscription.kind, member.language if member else "en", token=token, is_done=False
        )


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Switch one kind of mail off by the link in a mail (RFC 8058), without a login."""

    database: Database
    members: Members
    choices: Choices
    composer: Composer
    tokens: Tokens

    def __call__(self, token: str) -> str:
        """Do it, and return the page that says so; again, or for somebody erased, it is harmless.

        Raises ``UnauthenticatedError`` for a token that is not ours.
        """
        subscription = self.tokens.open(token)
        member_id, kind = subscription.member_id, subscription.kind
        with self.database.write() as work:
            member = self.members.get(work, [member_id]).get(member_id)
            if member is not None:
                preferences = self.choices.get(work, member_id).without(kind, Channel.MAIL)
                self.choices.put(work, member_id, preferences)
        return self.composer.unsubscribe_page(
            kind, member.language if member else "en", token=token, is_done=True
        )
