"""How long to wait before the next attempt."""


def backoff_seconds(
    attempt: int, jitter: float, *, first_seconds: float = 0.2, most_seconds: float = 60.0
) -> float:
    """Exponential backoff with full jitter (AWS Architecture Blog, 2015).

    ``attempt`` counts from 0; ``jitter`` is a random number in [0, 1]. Returns seconds between 0
    and ``most_seconds``.
    """
    exponent = min(attempt, 32)
    return min(most_seconds, first_seconds * 2.0**exponent) * jitter
