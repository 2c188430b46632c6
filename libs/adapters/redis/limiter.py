"""Counters of requests that all processes share.

The library `limits` asks Redis for the time and cuts counts to whole ones, so a caller who waits as
told may be refused again; one short script with the arithmetic of the kernel is exact.
"""

import redis
from typing_extensions import override

from libs.adapters.redis.connection import Connection, open_connection
from libs.kernel.clock import Clock
from libs.kernel.window import ROUNDING, Window, left_seconds, place_of
from libs.ports.access import Guarded
from libs.ports.cache import Allowance, Limiter, Rate

# A process whose clock is behind meets a window that lies ahead of its own: it counts in that one.
_HIT = """
local number, passed, hits, ttl = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local kept = redis.call('HMGET', KEYS[1], 'number', 'current', 'previous')
local before = tonumber(kept[1])
local current, previous = 0, 0
if before and before >= number then
  if before > number then number, passed = before, 0 end
  current, previous = tonumber(kept[2]), tonumber(kept[3])
elseif before == number - 1 then
  previous = tonumber(kept[2])
end
local fits = 0
if previous * (1 - passed) + current + 1 <= hits + tonumber(ARGV[5]) then
  fits = 1
  redis.call('HSET', KEYS[1], 'number', number, 'current', current + 1, 'previous', previous)
  redis.call('PEXPIRE', KEYS[1], ttl)
end
return {fits, current, previous}
"""
_WINDOWS_KEPT = 2
_PROBE_MILLISECONDS = 1000


class RedisLimiter(Limiter, Guarded):
    """A sliding window counter per key, changed by one script; a refused hit is not counted."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Take the connection, which this limiter closes, and the clock that windows go by."""
        self._connection = connection
        self._clock = clock

    @override
    def hit(self, key: str, rate: Rate) -> Allowance:
        """Count one hit if it fits; raises ``RetryableError`` when Redis does not answer."""
        number, passed = place_of(self._clock.now().timestamp(), rate.seconds)
        name = self._connection.key("limit", f"{rate.hits}/{rate.seconds}:{key}")
        milliseconds = _WINDOWS_KEPT * rate.seconds * 1000

        def count(client: redis.Redis) -> list[int]:
            answer: list[int] = client.eval(
                _HIT, 1, name, number, passed, rate.hits, milliseconds, ROUNDING
            )
            return answer

        fits, current, previous = self._connection.ask(count)
        window = Window(number, current, previous)
        if not fits:
            wait = window.wait_seconds(rate.hits, rate.seconds, passed)
            return Allowance(allowed=False, remaining=0, reset_seconds=wait)
        return Allowance(
            allowed=True,
            remaining=int(rate.hits - window.count(passed) - 1),
            reset_seconds=left_seconds(rate.seconds, passed),
        )

    @override
    def refusal(self) -> str:
        """Return how Redis refuses us: counts in a window of its own that nobody looks at."""
        name = self._connection.key("limit", "is-allowed")
        return self._connection.refusal(
            lambda client: client.eval(_HIT, 1, name, 0, 0, 1, _PROBE_MILLISECONDS, ROUNDING)
        )

    @override
    def close(self) -> None:
        """Close the connections; the counters stay."""
        self._connection.close()


def open_limiter(url: str, *, clock: Clock) -> RedisLimiter:
    """Return counters for ``redis://…``; they connect on first use."""
    return RedisLimiter(open_connection(url, clock), clock)
