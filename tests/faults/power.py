"""A power cut: Kring ends at once, and what no sync had put on the disk is gone with it.

A kill alone keeps every byte that was written, for the kernel still has them. So strace notes
every write to a write-ahead log and every sync that returned; what was written after the last sync
is cut off, from a random byte on. What was synced stays: a disk keeps that, and SQLite may already
have moved it into the database, so that no engine survives the loss of it.
"""

import re
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from random import Random

from harness.installation import Kring
from servers.needs import program
from typing_extensions import override

_CALL = re.compile(
    r"(?P<pid>\d+) +(?P<name>pwrite64|fdatasync|fsync)\(\d+<(?P<path>.+?)>"
    r'(?:, ""\.\.\., (?P<length>\d+), (?P<offset>\d+))?'
)
_RESUMED = re.compile(r"(\d+) +<\.\.\. (?:fdatasync|fsync) resumed>\) += 0")
_LOOK_AGAIN_SECONDS = 0.05
_PATIENCE_SECONDS = 30.0

Dirty = dict[str, tuple[int, int]]
"""By file, from where to where it was written since it was last synced, in bytes."""


def unsynced(trace: Iterable[str]) -> Dirty:
    """Return what a trace of strace leaves unsynced: written, or being written, at its end."""
    dirty: Dirty = {}
    syncing: dict[str, str] = {}
    for line in trace:
        call = _CALL.match(line)
        if call is None:
            returned = _RESUMED.match(line)
            if returned:
                dirty.pop(syncing.pop(returned[1], ""), None)
        elif call["name"] == "pwrite64":
            start = int(call["offset"])
            end = start + int(call["length"])
            first, last = dirty.get(call["path"], (start, end))
            dirty[call["path"]] = min(first, start), max(last, end)
        elif "unfinished" in line:
            syncing[call["pid"]] = call["path"]
        elif line.rstrip().endswith("= 0"):
            dirty.pop(call["path"], None)
    return dirty


class Powered(Kring):
    """One whose power can be cut."""

    @override
    def _command(self, *arguments: str) -> list[str]:
        command = super()._command(*arguments)
        if arguments[0] != "up":
            return command
        strace = program("strace", "strace")
        watching = "-D -q -f -y --seccomp-bpf -e trace=pwrite64,fdatasync,fsync -e signal=KILL -s 0"
        self._trace.unlink(missing_ok=True)
        return [str(strace), *watching.split(), "-o", str(self._trace), *command]

    @property
    def _trace(self) -> Path:
        return self.data.parent / "writes"

    def cut_power(self, chance: Random) -> int:
        """End it at once; return how many unsynced bytes of write-ahead logs went with it."""
        (process,) = self._processes
        self.kill()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        ended = f"{process.pid} +++ killed by SIGKILL +++".split()
        while not any(line.split() == ended for line in self._lines()):
            assert time.monotonic() < deadline, "strace does not end"
            time.sleep(_LOOK_AGAIN_SECONDS)
        logs = {path: span for path, span in unsynced(self._lines()).items() if "-wal" in path}
        gone = 0
        for path, (first, last) in logs.items():
            at = chance.randint(first, last)
            with Path(path).open("r+b") as file:
                file.truncate(at)
            gone += last - at
        return gone

    def _lines(self) -> list[str]:
        return self._trace.read_text(encoding="utf-8").splitlines()

    def wounded(self) -> dict[str, str]:
        """Return what SQLite finds wrong, by database, of a copy: looking would mend it."""
        copy = self.data.parent / "copy"
        shutil.copytree(self.data, copy, ignore=shutil.ignore_patterns("run", "*-shm"))
        try:
            found = {path.name: _check(path) for path in copy.rglob("*.db")}
        finally:
            shutil.rmtree(copy)
        assert found
        return {name: what for name, what in found.items() if what != "ok"}


def _check(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    return str(found)
