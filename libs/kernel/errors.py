"""The errors of Kring, as one tree.

``AppError`` is for people: the runtime turns it into problem+json with its status.
``RetryableError`` and ``PoisonError`` are for the consumer loop and the tasks.
"""

from collections.abc import Mapping
from typing import ClassVar


class KringError(Exception):
    """Anything Kring itself raises."""


class RetryableError(KringError):
    """Something outside is down or busy; the same call may succeed later."""


class FullError(RetryableError):
    """A disk is full: nothing was changed, and the same call succeeds once there is room."""


class AccessError(RetryableError):
    """A server does not let us in; the message says how to mend it, which helps while we run."""


class PoisonError(KringError):
    """This record can never be processed; it belongs in the dead-letter queue."""


class ForgedError(PoisonError):
    """This record pretends to be somebody else's: poison that raises an alarm."""


class ErasedError(KringError):
    """The record is about somebody who was erased; it is ignored and counted."""


class SettingsError(KringError):
    """The settings are wrong; the message says which one and how to mend it."""


class AppError(KringError):
    """A request that cannot be fulfilled; ``detail`` says why and how to mend it."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str, *, fields: Mapping[str, str] | None = None) -> None:
        """Take a sentence for the person, and what is wrong per field where that helps."""
        super().__init__(detail)
        self.detail = detail
        self.fields = dict(fields or {})


class InvalidError(AppError):
    """The input breaks a rule."""

    status = 422
    code = "invalid"
    title = "The input is not valid"


class UnauthenticatedError(AppError):
    """Nobody is signed in, or the key is not valid."""

    status = 401
    code = "unauthenticated"
    title = "Sign in first"


class ForbiddenError(AppError):
    """The caller may not do this."""

    status = 403
    code = "forbidden"
    title = "You may not do this"


class NotFoundError(AppError):
    """It does not exist, or the caller may not know that it does."""

    status = 404
    code = "not-found"
    title = "There is no such thing"


class ConflictError(AppError):
    """The present state does not allow it."""

    status = 409
    code = "conflict"
    title = "The present state does not allow this"


class GoneError(AppError):
    """A link that was used or has expired."""

    status = 410
    code = "gone"
    title = "This link no longer works"


class TooLargeError(AppError):
    """The body is larger than this installation takes."""

    status = 413
    code = "too-large"
    title = "The body is too large"


class TooManyError(AppError):
    """A rate limit; ``retry_after_seconds`` says when to come back."""

    status = 429
    code = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        """Take the sentence and the seconds to wait."""
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(AppError):
    """Another part of Kring does not answer now."""

    status = 503
    code = "unavailable"
    title = "Please try again in a moment"
