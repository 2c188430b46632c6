"""What every request passes first: who asks, how often, and whether a browser was tricked."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from libs.kernel.errors import AppError, ForbiddenError, RetryableError, TooManyError
from libs.kernel.policy import Role
from libs.ports.cache import Allowance, Limiter, Rate
from services.gateway.domain.quota import SAFE_METHODS, network_of, quota_of
from services.gateway.domain.session import is_from_here
from services.gateway.usecases.identify import Credentials, Visit

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Incoming:
    """The head of a request, as far as admission looks at it."""

    method: str
    path: str
    address: str
    shown: Credentials
    site: str = ""
    origin: str = ""
    own_origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """The visit, the state of its limit, and the error to answer with, if any."""

    visit: Visit
    limit: int
    allowance: Allowance
    error: AppError | None = None


@dataclass(frozen=True, slots=True)
class Admit:
    """Identify, count and check one request."""

    identify: Callable[[Credentials], Visit]
    limiter: Limiter

    def __call__(self, incoming: Incoming) -> Admitted:
        """Return what was found; a request with an error must go no further."""
        visit = self.identify(incoming.shown)
        is_operator = visit.reader is not None and visit.reader.has(Role.OPERATOR)
        name, quota = quota_of(incoming.method, is_operator=is_operator)
        account = visit.account or f"net:{network_of(incoming.address)}"
        rate = Rate(quota.hits, quota.seconds)
        allowance = self._count(f"gateway:{name}:{account}", rate)
        error: AppError | None = None
        if not allowance.allowed:
            error = TooManyError(
                f"At most {quota.hits} requests in {quota.seconds} seconds.",
                retry_after_seconds=allowance.reset_seconds,
            )
        elif _is_foreign(incoming):
            error = ForbiddenError(
                "This came from another site. Open Kring itself and do it there."
            )
        return Admitted(visit, quota.hits, allowance, error)

    def _count(self, key: str, rate: Rate) -> Allowance:
        """Count one hit; without counters people go on working, and the log says so."""
        try:
            return self.limiter.hit(key, rate)
        except RetryableError:
            _log.warning("limiter_down_request_let_through")
            return Allowance(allowed=True, remaining=rate.hits, reset_seconds=rate.seconds)


def _is_foreign(incoming: Incoming) -> bool:
    """Tell whether a browser may have been made to send this by another site.

    A bearer token is never sent by a browser of itself. Pages are checked for strangers too: nobody
    should be signed in to somebody else's account unawares.
    """
    if incoming.method in SAFE_METHODS or incoming.shown.bearer:
        return False
    if not incoming.shown.session and incoming.path.startswith("/v1/"):
        return False
    return not is_from_here(incoming.site, incoming.origin, incoming.own_origins)
