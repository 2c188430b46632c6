"""A real PostgreSQL on loopback, with a database of its own for whoever asks."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from servers.certificates import Authority, Pair
from servers.needs import program
from servers.ports import HOST, answers, free_ports
from servers.process import Server

OWNER = "postgres"
"""Whom the server runs as when root runs the tests: it refuses to be root's."""
ROLE = "kring"
SETTINGS = (
    "unix_socket_directories=",
    f"listen_addresses={HOST}",
    "max_connections=200",
    "wal_recycle=off",
)
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests that cut no power."""


@dataclass
class Postgres:
    """A server that can be stopped and started again, and names nobody has used."""

    folder: Path
    port: int
    argv: Sequence[str | Path]
    user: str | None
    numbers: Iterator[int] = field(default_factory=itertools.count)
    servers: list[Server] = field(default_factory=list)
    """Those started so far; the last one may run."""
    authority: Authority | None = None
    """Who certified it, if it speaks TLS; then only ``ROLE`` comes in without a password."""

    def url(self, name: str = "") -> str:
        """Return the URL of a database: of a new one each time, unless it is named."""
        name = name or f"kring_{next(self.numbers)}"
        return f"postgresql://{ROLE}@{HOST}:{self.port}/{name}"

    def secured_url(self, credentials: str, name: str, **options: object) -> str:
        """Return the URL of a database for ``role:password``, over TLS whose certificate counts."""
        assert self.authority is not None
        given = {"sslmode": "verify-full", "sslrootcert": self.authority.ca, **options}
        query = "&".join(f"{option}={value}" for option, value in given.items())
        return f"postgresql://{credentials}@{HOST}:{self.port}/{name}?{query}"

    def tell(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the administrator."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def show(self, pair: Pair) -> None:
        """Let it show another certificate to whoever connects from now on."""
        self._own(*pair.write(self.folder, "server"))
        self.servers[-1].signal(signal.SIGHUP)

    def _own(self, *paths: Path) -> None:
        for path in paths:
            if self.user:
                shutil.chown(path, self.user)

    def drop(self, url: str) -> None:
        """Delete a database, if it is there, with whoever is still connected to it."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def start(self) -> None:
        """Start on the data that is there."""
        server = Server.start(
            self.argv,
            ready=lambda: answers(self.port) and self._says("ready to accept connections"),
            log=self.folder / f"log-{len(self.servers)}",
            user=self.user,
        )
        self.servers.append(server)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self.servers[-1].kill()

    def _says(self, words: str) -> bool:
        return words in (self.folder / f"log-{len(self.servers)}").read_text(errors="replace")


@contextmanager
def running(*, durable: bool = False, authority: Authority | None = None) -> Iterator[Postgres]:
    """Start a server on empty data; a durable one waits for the disk at each commit.

    With an authority it speaks TLS, and asks every role but ``ROLE`` for a password.
    """
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    postgres = program("postgres", "postgresql", *binaries)
    initdb = program("initdb", "postgresql", *binaries)
    user = OWNER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kring-postgres-"))
    try:
        if user:
            shutil.chown(folder, user)
        subprocess.run(  # noqa: S603  # a program of the machine
            [initdb, "-D", folder / "data", "-U", ROLE, "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=user,
            group=user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        with (folder / "data" / "pg_hba.conf").open("a") as hba:
            hba.write("host all all samenet trust\n")  # where it listens elsewhere than on loopback
        (port,) = free_ports(1)
        settings = (*SETTINGS, f"port={port}", *(() if durable else FORGETFUL))
        if authority:
            settings = (*settings, *_secured(authority, folder, user))
        options = [part for setting in settings for part in ("-c", setting)]
        server = Postgres(folder, port, [postgres, "-D", folder / "data", *options], user)
        server.authority = authority
        server.start()
        try:
            yield server
        finally:
            server.servers[-1].signal(signal.SIGQUIT)  # at once: nobody needs the data
            server.servers[-1].stop()
    finally:
        shutil.rmtree(folder)


_RULES = """
host all {role} 127.0.0.1/32 trust
hostssl all all 127.0.0.1/32 scram-sha-256
"""


def _secured(authority: Authority, folder: Path, user: str | None) -> Sequence[str]:
    """Write who may come in, and the certificate; return the settings that say so."""
    (folder / "data" / "pg_hba.conf").write_text(_RULES.format(role=ROLE))
    certificate, key = authority.issue("postgres").write(folder, "server")
    if user:
        shutil.chown(key, user)
    return ("ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={key}")
