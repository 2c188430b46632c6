"""How long numbers that should rise have stood still."""

from libs.kernel.clock import Clock


class Stillness:
    """Remembers each number and since when it has been the same."""

    def __init__(self, clock: Clock) -> None:
        """Take the clock; nothing was seen yet."""
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}

    def seconds(self, name: str, number: int) -> float:
        """Return for how long a number has been what it is; 0 when it is new or has changed."""
        now = self._clock.monotonic()
        known, since = self._seen.get(name, (None, now))
        if number != known:
            since = now
            self._seen[name] = (number, now)
        return now - since
