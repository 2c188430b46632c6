"""Sealing what a service tells and opening what it reads, with keys kept for a short time."""

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from typing import Any

from typing_extensions import override

from libs.contracts import sealing
from libs.contracts.envelope import Event
from libs.contracts.sealing import Keys
from libs.kernel.clock import Clock
from libs.kernel.errors import ErasedError, PoisonError
from libs.ports.vault import Vault

KEPT_SECONDS = 300.0
MOST_KEPT = 50_000
"""Members whose keys are kept; those asked for longest ago make room."""

Opened = Event[Any] | ErasedError | PoisonError


def opened(events: Sequence[Event[Any]], keys: Keys) -> list[Opened]:
    """Return each event opened, or why it cannot be; see ``sealing.unseal``."""
    found: list[Opened] = []
    for event in events:
        try:
            found.append(sealing.unseal(event, keys))
        except (ErasedError, PoisonError) as error:
            found.append(error)
    return found


class KeptKeys(Vault):
    """A vault whose keys are kept in memory for five minutes, and nowhere else."""

    def __init__(self, vault: Vault, clock: Clock, *, most: int = MOST_KEPT) -> None:
        """Take the vault, which is closed with this one."""
        self._vault = vault
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[str, tuple[bytes | None, float]] = OrderedDict()
        self._lock = threading.Lock()

    @override
    def keys(self, member_ids: Collection[str]) -> Keys:
        known = self._known(member_ids)
        unknown = [one for one in member_ids if one not in known]
        return known | self._keep(self._vault.keys(unknown)) if unknown else known

    @override
    def make(self, member_ids: Collection[str]) -> Keys:
        known = self._known(member_ids)
        unknown = [one for one in member_ids if one not in known]
        return known | self._keep(self._vault.make(unknown)) if unknown else known

    @override
    def destroy(self, member_id: str) -> None:
        self.drop([member_id])
        self._vault.destroy(member_id)
        self.drop([member_id])  # another thread may have asked in between

    @override
    def drop(self, member_ids: Collection[str]) -> None:
        with self._lock:
            for member_id in member_ids:
                self._kept.pop(member_id, None)

    @override
    def is_ready(self) -> bool:
        return self._vault.is_ready()

    @override
    def close(self) -> None:
        with self._lock:
            self._kept.clear()
        self._vault.close()

    def _known(self, member_ids: Collection[str]) -> dict[str, bytes | None]:
        now = self._clock.monotonic()
        with self._lock:
            found = {one: self._kept[one] for one in member_ids if one in self._kept}
            for member_id in found:
                self._kept.move_to_end(member_id)
        return {one: key for one, (key, until) in found.items() if now < until}

    def _keep(self, keys: Keys) -> dict[str, bytes | None]:
        until = self._clock.monotonic() + KEPT_SECONDS
        with self._lock:
            for member_id, key in keys.items():
                self._kept[member_id] = (key, until)
                self._kept.move_to_end(member_id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return dict(keys)


class Sealer:
    """Seals and opens events with the keys of a vault."""

    def __init__(self, vault: Vault) -> None:
        """Take the vault."""
        self._vault = vault

    def seal(self, events: Sequence[Event[Any]]) -> Sequence[Event[Any]]:
        """Return the events with their personal fields sealed; see ``sealing.seal``."""
        members = sealing.about(events)
        if not members:
            return events
        keys = self._vault.make(members)
        return [sealing.seal(event, keys) for event in events]

    def open(self, events: Sequence[Event[Any]]) -> list[Opened]:
        """Return each event opened, or why it cannot be; raises ``RetryableError``."""
        members = sealing.sealed_for(events)
        return opened(events, self._vault.keys(members) if members else {})

    def forget_erased(self, events: Sequence[Event[Any]]) -> None:
        """Keep no key of those who were erased, as these events say: another process did it."""
        erased = [each.aggregate_id for each in events if getattr(each.state, "erased", False)]
        if erased:
            self._vault.drop(erased)
