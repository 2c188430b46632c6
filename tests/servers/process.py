"""A real server as a child of the test run: started, waited for, ended by its own process id."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

READY_SECONDS = 180.0
END_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.05
LAST_CHARACTERS = 4000
PR_SET_PDEATHSIG = 1


class Server:
    """One running child process.

    It dies with the test run, even when that is killed: the kernel ends it with the thread that
    started it (Linux), so start it from the main one.
    """

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    @classmethod
    def start(
        cls,
        argv: Sequence[str | Path],
        *,
        ready: Callable[[], bool],
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
        seconds: float = READY_SECONDS,
    ) -> "Server":
        """Start a program and wait until ``ready`` says true; its output goes to ``log``.

        ``env`` is added to what this process has; ``user`` is whom it runs as. Raises
        ``RuntimeError`` with the end of the log if it ends or is not ready after so many seconds:
        then nothing is left running.
        """
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603  # a server of the tests
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},  # noqa: TID251  # a child's environment
                user=user,
                group=user,
                extra_groups=[] if user else None,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  # one call of C, no lock of ours
            )
        server = cls(process, log)
        try:
            server.wait_for(ready, seconds=seconds)
        except BaseException:
            server.kill()
            raise
        return server

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait_for(self, look: Callable[[], bool], *, seconds: float = READY_SECONDS) -> None:
        """Look again and again until it is true; ``RuntimeError`` when it ends or time is up."""
        deadline = time.monotonic() + seconds
        while not look():
            if not self.is_running:
                raise RuntimeError(f"it ended with {self._process.returncode}: {self.tail()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"not ready after {seconds:.0f} s: {self.tail()}")
            time.sleep(LOOK_AGAIN_SECONDS)

    def tail(self) -> str:
        """Return the end of what it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-LAST_CHARACTERS:]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP and SIGCONT."""
        self._process.send_signal(number)

    def stop(self) -> int:
        """Ask it to end, and end it if it does not; return its exit code."""
        self._process.terminate()
        try:
            return self._process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it and what it started at once, as a power cut does; return its exit code."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait(timeout=END_SECONDS)


def _die_with_parent() -> None:
    """Ask the kernel to kill this process when the one that started it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
