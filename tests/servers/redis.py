"""A real Redis on loopback, with a namespace of its own for whoever asks."""

import itertools
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis
from servers.certificates import Authority, Pair
from servers.needs import program
from servers.ports import HOST, answers, free_ports
from servers.process import Server

ADMIN = "administrators-secret"


@dataclass
class Redis:
    """A server that can be stopped and started again, and names nobody has used."""

    folder: Path
    port: int
    argv: Sequence[str | Path]
    numbers: Iterator[int] = field(default_factory=itertools.count)
    servers: list[Server] = field(default_factory=list)
    """Those started so far; the last one may run."""
    authority: Authority | None = None
    """Who certified it, if it speaks TLS; then nobody comes in without a password."""

    def url(self, database: int = 0) -> str:
        """Return the URL of one of its databases, with a namespace of its own each time."""
        return f"redis://{HOST}:{self.port}/{database}?prefix=test{next(self.numbers)}"

    def secured_url(self, credentials: str, database: int = 0, **options: object) -> str:
        """Return the URL of one that speaks TLS, for ``user:password``."""
        assert self.authority is not None
        given = {"ca": self.authority.ca, "prefix": f"test{next(self.numbers)}", **options}
        query = "&".join(f"{name}={value}" for name, value in given.items())
        return f"rediss://{credentials}@{HOST}:{self.port}/{database}?{query}"

    def administrator(self) -> redis.Redis:
        """Return a client that may do everything."""
        assert self.authority is not None
        return redis.Redis(  # a certificate that tests let expire does not keep it out
            host=HOST, port=self.port, password=ADMIN, ssl=True, ssl_cert_reqs="none"
        )

    def tell(self, *command: str) -> None:
        """Give the server a command."""
        with self.administrator() as client:
            client.execute_command(*command)

    def show(self, pair: Pair) -> None:
        """Let it show another certificate from now on."""
        pair.write(self.folder, "server")
        self.tell("CONFIG", "SET", "tls-cert-file", f"{self.folder}/server.crt")

    def start(self) -> None:
        """Start on the data that is there."""
        server = Server.start(
            self.argv,
            ready=lambda: answers(self.port),
            log=self.folder / f"log-{len(self.servers)}",
            cwd=self.folder,
        )
        self.servers.append(server)

    def flush(self) -> None:
        """Let it forget everything, in all its databases."""
        with redis.Redis(host=HOST, port=self.port) as client:
            client.flushall()

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
def running(authority: Authority | None = None) -> Iterator[Redis]:
    """Start a server on empty data that keeps what it is told, as a queue's has to.

    With an authority it speaks TLS only, and its first user has the password ``ADMIN``.
    """
    redis = program("redis-server", "redis-server")
    folder = Path(tempfile.mkdtemp(prefix="kring-redis-"))
    try:
        (port,) = free_ports(1)
        options = ["--bind", HOST, "--dir", str(folder), "--save", ""]
        options += _secured(authority, folder, port) if authority else ["--port", str(port)]
        options += ["--protected-mode", "no"]  # without a password it would answer loopback alone
        kept = ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
        argv: list[str | Path] = [redis, *options, *kept]
        server = Redis(folder, port, argv, authority=authority)
        server.start()
        try:
            yield server
        finally:
            server.servers[-1].stop()
    finally:
        shutil.rmtree(folder)


def _secured(authority: Authority, folder: Path, port: int) -> list[str]:
    certificate, key = authority.issue("redis").write(folder, "server")
    return [
        *("--port", "0", "--tls-port", str(port), "--requirepass", ADMIN),
        *("--tls-cert-file", str(certificate), "--tls-key-file", str(key)),
        *("--tls-ca-cert-file", str(authority.ca), "--tls-auth-clients", "no"),
    ]
