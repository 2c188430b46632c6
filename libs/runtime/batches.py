"""How many records a consumer takes at a time."""

LEAST = 16
"""Long stories are ten passages each: an encoder takes seconds for so many, not minutes, and the
probes and the group see the loop turn."""
MOST = 2048
QUICK_SECONDS = 0.25
SLOW_SECONDS = 1.0


class BatchSize:
    """Grows while whole batches are quick: then the cost of each transaction is shared by more."""

    def __init__(self) -> None:
        """Start small."""
        self.records = LEAST

    def took(self, records: int, seconds: float) -> None:
        """Learn from how long so many records took; that few were quick says nothing."""
        if seconds > SLOW_SECONDS:
            self.records = max(LEAST, min(records, self.records) // 2)
        elif records == self.records and seconds < QUICK_SECONDS:
            self.records = min(MOST, 2 * self.records)
