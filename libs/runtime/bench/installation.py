"""A Kring of its own to measure: `kring up` as a process on a folder that is thrown away.

It uses the engines that the environment chooses.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

import httpx2

from libs.kernel.errors import KringError
from libs.runtime.cli.client import PROBES, Client
from libs.runtime.settings import load, with_secrets

_ENGINES = ("bus", "cache", "database", "encoder", "index", "tasks")
START_SECONDS = 120.0
_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.005
_SETTLED_SHARE = 0.15
"""Of a core; what is measured later is disturbed less than that. Over servers it idles at 0.11."""
_SETTLED_SECONDS = 3.0
_TICKS = 100.0
"""Of the processor times in /proc, a second (``getconf CLK_TCK`` on Linux)."""


class Installation:
    """One process and its data folder."""

    def __init__(self, data: Path, encoder: str) -> None:
        """Take a folder and an encoder; nothing runs yet."""
        self.data = data
        chosen: dict[str, object] = {"encoder": encoder} if encoder else {}
        self.settings = with_secrets(load(data=data, **chosen))
        self._log = data.parent / "kring.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Client | None = None

    def start(self) -> float:
        """Start it; return after how many seconds it was ready."""
        begun = perf_counter()
        command = [sys.executable, "-m", "services", "up", "--no-sample", "--port", "0"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [*command, "--data", str(self.data)], stdout=log, stderr=log, env=self._settings()
            )
        wait_until(self._is_ready, START_SECONDS)
        return perf_counter() - begun

    def stop(self) -> None:
        """Ask it to stop and wait."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_STOP_SECONDS)

    def client(self) -> Client:
        """Return a client with the operator's key, the same until the next stop."""
        if self._client is None:
            self._client = Client(self.settings)
        return self._client

    def cpu_seconds(self) -> float:
        """Return the processor time it has used."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def settle(self, seconds: float) -> None:
        """Wait until it has next to nothing to do; raises ``KringError`` after so long."""

        def is_idle() -> bool:
            before, begun = self.cpu_seconds(), perf_counter()
            sleep(_SETTLED_SECONDS)
            return self.cpu_seconds() - before < _SETTLED_SHARE * (perf_counter() - begun)

        wait_until(is_idle, seconds)

    def memory_megabytes(self) -> float:
        """Return what it holds resident."""
        found = re.search(r"VmRSS:\s+(\d+) kB", self._proc("status"))
        return int(found[1]) / 1024 if found else 0.0

    def counted(self, metric: str, **labels: str) -> float:
        """Return the sum of a metric over the series with these labels."""
        exposed = httpx2.get(f"{self._probes()}/metrics", timeout=30).text
        wanted = {f'{name}="{value}"' for name, value in labels.items()}
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in exposed.splitlines()
            if line.startswith(metric) and all(label in line for label in wanted)
        )

    def _is_ready(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise KringError(f"Kring could not start: {self._log.read_text()[-500:]}")
        try:
            return httpx2.get(f"{self._probes()}/readyz", timeout=5).is_success
        except (OSError, httpx2.TransportError, httpx2.InvalidURL):
            return False

    def _settings(self) -> dict[str, str]:
        chosen = {f"KRING_{name.upper()}": getattr(self.settings, name) for name in _ENGINES}
        return {**chosen, "PATH": "/usr/bin:/bin"}

    def _probes(self) -> str:
        pid = self._process.pid if self._process is not None else 0
        return (self.data / PROBES / str(pid)).read_text(encoding="ascii")

    def _proc(self, name: str) -> str:
        if self._process is None:
            raise KringError("Kring does not run.")
        return Path(f"/proc/{self._process.pid}/{name}").read_text(encoding="utf-8")


@contextmanager
def installed(encoder: str) -> Iterator[Installation]:
    """Give an installation that was started on an empty folder; it is stopped and thrown away."""
    with tempfile.TemporaryDirectory(prefix="kring-bench-") as folder:
        made = Installation(Path(folder) / "data", encoder)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def wait_until(
    holds: Callable[[], bool], seconds: float, *, look_seconds: float = _LOOK_SECONDS
) -> None:
    """Look again and again until something holds; raises ``KringError`` after so long.

    Looking may cost whom it looks at: long waits look seldom.
    """
    deadline = perf_counter() + seconds
    while not holds():
        if perf_counter() > deadline:
            raise KringError(f"It did not happen within {seconds:.0f} s.")
        sleep(look_seconds)
