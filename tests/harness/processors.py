"""How long processors have worked for processes, as Linux counts it."""

from pathlib import Path

TICKS = 100.0
"""A second has so many (``getconf CLK_TCK`` on Linux)."""
_SESSION, _FIRST_TIME, _LAST_TIME = 3, 11, 15
"""Fields of /proc/PID/stat behind the name: the session; own times, and those of ended children."""


def processor_seconds(*pids: int) -> float:
    """Return what these processes took, with every process of the sessions that they lead."""
    wanted = set(pids)
    ticks = 0
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            fields = (path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(path.name) in wanted or int(fields[_SESSION]) in wanted:
            ticks += sum(map(int, fields[_FIRST_TIME:_LAST_TIME]))
    return ticks / TICKS
