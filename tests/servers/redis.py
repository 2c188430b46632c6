"""A real Redis on loopback, with a namespace of its own for whoever asks."""

import itertools
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from servers.needs import program
from servers.ports import HOST, answers, free_ports
from servers.process import Server


@dataclass
class Redis:
    """A server that can be stopped and started again, and names nobody has used."""

    folder: Path
    port: int
    argv: Sequence[str | Path]
    numbers: Iterator[int] = field(default_factory=itertools.count)
    servers: list[Server] = field(default_factory=list)
    """Those started so far; the last one may run."""

    def url(self, database: int = 0) -> str:
        """Return the URL of one of its databases, with a namespace of its own each time."""
        return f"redis://{HOST}:{self.port}/{database}?prefix=test{next(self.numbers)}"

    def start(self) -> None:
        """Start on the data that is there."""
        server = Server.start(
            self.argv,
            ready=lambda: answers(self.port),
            log=self.folder / f"log-{len(self.servers)}",
            cwd=self.folder,
        )
        self.servers.append(server)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.servers[-1].kill()

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let it accept connections and answer nothing."""
        self.servers[-1].signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.servers[-1].signal(signal.SIGCONT)


@contextmanager
def running() -> Iterator[Redis]:
    """Start a server on empty data that keeps what it is told, as a queue's has to."""
    redis = program("redis-server", "redis-server")
    folder = Path(tempfile.mkdtemp(prefix="kring-redis-"))
    try:
        (port,) = free_ports(1)
        options = ["--bind", HOST, "--port", str(port), "--dir", str(folder), "--save", ""]
        options += ["--protected-mode", "no"]  # without a password it would answer loopback alone
        kept = ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
        argv: list[str | Path] = [redis, *options, *kept]
        server = Redis(folder, port, argv)
        server.start()
        try:
            yield server
        finally:
            server.servers[-1].stop()
    finally:
        shutil.rmtree(folder)
