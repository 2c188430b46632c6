"""The background jobs of matchmaking."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from services.matchmaking.usecases.blocks import ShareBlocks
from services.matchmaking.usecases.introductions import Expire
from services.matchmaking.usecases.refresh import RefreshSlates
from services.matchmaking.usecases.upkeep import RUSH, DrawBackground, Sweep
from services.matchmaking.usecases.wake import REFRESH, UPKEEP

PERIODIC = {REFRESH: 1.0, UPKEEP: 60.0}
"""Seconds between runs that nobody asked for: they find what a lost wake-up left."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """Make slates until no member is marked."""

    refresh: RefreshSlates
    background: DrawBackground
    alone: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, _argument: str = "") -> None:
        """Work marks off, batch by batch; a second run at the same time leaves it to the first."""
        if not self.alone.acquire(blocking=False):
            return
        try:
            self._work_off()
            if self.background():
                self._work_off()
        finally:
            self.alone.release()

    def _work_off(self) -> None:
        while self.refresh():
            self.background(RUSH)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Expire introductions, find forgotten slates, share blocks, measure with all members."""

    expire: Expire
    sweep: Sweep
    share: ShareBlocks
    wake: Callable[[], None]
    background: DrawBackground

    def __call__(self, _argument: str = "") -> None:
        """Do all that is due."""
        while self.expire():
            pass
        self.sweep()
        self.wake()
        self.share()
        self.background.settle()  # last: it needs the index, which may be down
