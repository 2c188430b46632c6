"""A clock that jumps, for one process alone: libfaketime between it and the kernel."""

from datetime import timedelta
from pathlib import Path

from servers.needs import missing

_LIBRARIES = Path("/usr/lib")
_NAME = "libfaketimeMT.so.1"


class JumpingClock:
    """What a process that is started with ``settings`` takes for the time of day.

    Seconds that never run backwards are left alone, as a kernel leaves them when its clock is set.
    """

    def __init__(self, file: Path) -> None:
        """Take a file of its own, where the process reads how wrong its clock is."""
        found = sorted(_LIBRARIES.rglob(_NAME))
        if not found:
            missing(f"{_NAME} is missing: apt-get install libfaketime")
        self._file = file
        self.settings = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.set_off(timedelta())

    def set_off(self, by: timedelta) -> None:
        """Let the clock be wrong by so much from now on."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{by.total_seconds():+.0f}\n", encoding="ascii")
        fresh.replace(self._file)
