"""When too many records are bad, something else is wrong: stop instead of burying everything.

After ``DlqLimit`` of getsentry/arroyo: a share and a run of invalid records per slot.
"""

from collections import deque

from libs.ports.bus import Slot

CONSECUTIVE = 20
SHARE = 0.05
WINDOW = 1000
LEAST = 400
"""Records a slot must have seen before the share counts: 5 % of less is within the run."""


class DeadLetterLimit:
    """Counts good and bad records per slot."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._runs: dict[Slot, int] = {}
        self._recent: dict[Slot, deque[bool]] = {}

    def good(self, slot: Slot) -> None:
        """Count a record that was processed."""
        self._runs[slot] = 0
        self._window(slot).append(False)

    def bad(self, slot: Slot) -> None:
        """Count a record that was buried."""
        self._runs[slot] = self._runs.get(slot, 0) + 1
        self._window(slot).append(True)

    def exceeded(self) -> Slot | None:
        """Return a slot with over 20 bad records in a row, or over 5 % of the last 1,000."""
        for slot, run in self._runs.items():
            recent = self._recent[slot]
            if run > CONSECUTIVE:
                return slot
            if len(recent) >= LEAST and sum(recent) > SHARE * len(recent):
                return slot
        return None

    def _window(self, slot: Slot) -> "deque[bool]":
        window = self._recent.get(slot)
        if window is None:
            window = self._recent[slot] = deque(maxlen=WINDOW)
        return window
