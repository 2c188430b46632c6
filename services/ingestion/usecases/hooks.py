"""Webhooks: programmes that have no broker are told over HTTP, signed and again until it works."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from libs.contracts.structured import STRUCTURED
from libs.kernel import webhooks
from libs.kernel.errors import ConflictError, InvalidError, NotFoundError, RetryableError
from libs.kernel.policy import Reader, Role
from services.ingestion.domain.address import UnfitAddressError
from services.ingestion.domain.hook import (
    CLAIMED,
    GONE,
    MOST_HOOKS,
    NEVER_ANSWERED,
    Hook,
    Parcel,
    next_attempt,
)
from services.ingestion.domain.inbox import secret_of
from services.ingestion.ports.outgoing import Poster
from services.ingestion.usecases.access import Access
from services.ingestion.usecases.registry import Registry
from services.ingestion.usecases.story_intake import MEND

MOST_AT_ONCE = 50
"""Parcels that one run takes; the next run takes the rest."""
_FINE = range(200, 300)
_GONE = 410

PURPOSE = "webhook"
"""Sets their secrets apart from those of inbox keys: neither can stand in for the other."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class MakeHook:
    """A coordinator says where the programme wants to be told."""

    registry: Registry
    poster: Poster
    master: bytes

    def __call__(self, url: str, programme: str, reader: Reader) -> tuple[Hook, str]:
        """Return the webhook and its secret, which is shown this once.

        Raises ``InvalidError`` for an address that is not called.
        """
        registry = self.registry
        try:
            self.poster.check(url)
        except UnfitAddressError as error:
            raise InvalidError(MEND, fields={"url": str(error)}) from error
        with registry.database.write() as work:
            target = Access(registry.stores).programme_to_fill(work, programme, reader)
            known = registry.stores.hooks.of(work, target.id)
            if sum(hook.ended_at is None for hook in known) >= MOST_HOOKS:
                raise ConflictError(f"There are {MOST_HOOKS} webhooks already: end one first.")
            hook = Hook(registry.ids.new(), target.id, url, registry.clock.now())
            registry.stores.hooks.add(work, hook)
        return hook, webhooks.write_secret(secret_of(self.master, hook.id, purpose=PURPOSE))


@dataclass(frozen=True)
class ListHooks:
    """A coordinator looks at the webhooks."""

    registry: Registry

    def __call__(self, programme: str, reader: Reader) -> Sequence[Hook]:
        """Return the newest webhooks: those that hold, then those that were ended, and why."""
        with self.registry.database.read() as work:
            target = Access(self.registry.stores).programme_to_fill(work, programme, reader)
            return self.registry.stores.hooks.of(work, target.id)


@dataclass(frozen=True)
class EndHook:
    """A coordinator wants nothing more to be told there."""

    registry: Registry

    def __call__(self, hook_id: str, reader: Reader) -> None:
        """End it with what waits; raises ``NotFoundError`` for one of another programme."""
        hooks = self.registry.stores.hooks
        with self.registry.database.write() as work:
            hook = hooks.get(work, hook_id)
            is_own = hook is not None and (
                reader.has(Role.OPERATOR) or reader.programme == hook.programme
            )
            if hook is None or not is_own:
                raise NotFoundError("There is no such webhook.")
            if hook.ended_at is None:
                hooks.end(work, hook_id, self.registry.clock.now(), because="")


@dataclass(frozen=True)
class Deliver:
    """Posts what is due; each parcel is claimed first, so that two processes do not both post it.

    A process that dies in between posts nothing twice at once: the claim ends, and the receiver
    knows the event by its id.
    """

    registry: Registry
    poster: Poster
    master: bytes

    def __call__(self) -> int:
        """Post at most ``MOST_AT_ONCE`` parcels; return how many were tried."""
        registry, hooks = self.registry, self.registry.stores.hooks
        with registry.database.read() as work:  # writing would empty what lists are remembered
            if not hooks.has_due(work, registry.clock.now()):
                return 0
        silent: set[str] = set()
        for tried in range(MOST_AT_ONCE):
            now = registry.clock.now()
            with registry.database.write() as work:
                found = hooks.claim(work, now, until=now + CLAIMED, but=silent)
            if found is None:
                return tried
            hook, parcel = found
            if not self._settle(hook, parcel):
                silent.add(hook.id)  # the others do not wait for it
        return MOST_AT_ONCE

    def _settle(self, hook: Hook, parcel: Parcel) -> bool:
        """Post one parcel and record what became of it; tell whether it was taken."""
        status = _GONE if hook.ended_at else self._post(hook, parcel)
        hooks, now = self.registry.stores.hooks, self.registry.clock.now()
        attempts = parcel.attempts + 1
        again = next_attempt(attempts, now)
        with self.registry.database.write() as work:
            if status in _FINE or hook.ended_at:  # what was told while it was ended
                hooks.done(work, parcel)
            elif status == _GONE or again is None:
                because = GONE if status == _GONE else NEVER_ANSWERED
                log.warning("webhook ended", hook=hook.id, because=because)
                hooks.end(work, hook.id, now, because=because)
            else:
                hooks.postpone(work, parcel, attempts, again)
        return status in _FINE

    def _post(self, hook: Hook, parcel: Parcel) -> int:
        """Return the status that was answered, 0 for none."""
        body = parcel.body.encode()
        seconds = int(self.registry.clock.now().timestamp())
        key = secret_of(self.master, hook.id, purpose=PURPOSE)
        headers = {
            "content-type": STRUCTURED,
            webhooks.ID: parcel.event_id,
            webhooks.TIMESTAMP: str(seconds),
            webhooks.SIGNATURE: webhooks.sign(key, parcel.event_id, seconds, body),
        }
        try:
            return self.poster.post(hook.url, headers, body)
        except (RetryableError, UnfitAddressError) as error:
            log.info("webhook does not answer", hook=hook.id, reason=str(error))
            return 0
