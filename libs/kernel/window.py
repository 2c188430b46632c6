"""The sliding window counter: the last window counts in part, so a border doubles no rate."""

import math
from dataclasses import dataclass

ROUNDING = 1e-6
"""What a time of day as a number may be wrong by, in hits: whoever waits as told is not refused."""


@dataclass(slots=True)
class Window:
    """How many hits were allowed in window number ``number`` and in the one before it."""

    number: int
    current: int = 0
    previous: int = 0

    def move_to(self, number: int) -> None:
        """Forget what lies before the window before this one."""
        if number == self.number + 1:
            self.previous, self.current = self.current, 0
        elif number > self.number + 1:
            self.previous, self.current = 0, 0
        self.number = number

    def count(self, passed: float) -> float:
        """Weigh the previous window by the part of it that still counts; ``passed`` is in 0…1."""
        return self.previous * (1 - passed) + self.current

    def fits(self, hits: int, passed: float) -> bool:
        """Tell whether one more hit fits, if so many do."""
        return self.count(passed) + 1 <= hits + ROUNDING

    def wait_seconds(self, hits: int, seconds: int, passed: float) -> int:
        """Return the seconds until one more hit fits into a full window of so many hits."""
        room = hits - 1
        if room < 0:
            return seconds
        if self.current <= room:  # it fits once enough of the previous window has gone
            wait = seconds * (1 - (room - self.current) / self.previous - passed)
        else:
            wait = seconds * (1 - passed + 1 - room / self.current)
        return max(1, math.ceil(wait))


def place_of(now: float, seconds: int) -> tuple[int, float]:
    """Return the number of the window at a time, and which part of it has passed."""
    number, rest = divmod(now, seconds)
    return int(number), rest / seconds


def left_seconds(seconds: int, passed: float) -> int:
    """Return the seconds until the next window begins."""
    return max(1, math.ceil(seconds * (1 - passed)))
