"""The databases of the services of a moment, put aside and put back; nothing else of Kring."""

import shutil
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path

from harness.installation import Installation
from harness.split import SERVICES, SplitKring
from servers.needs import program
from typing_extensions import override


class Backup(ABC):
    """Made while Kring runs, put back while it does not."""

    @abstractmethod
    def make(self) -> None:
        """Copy every database as it is now."""

    @abstractmethod
    def put_back(self) -> None:
        """Put the copies in the place of what the databases hold."""


class SqliteBackup(Backup):
    """By the backup command of SQLite, as the operator's guide says."""

    def __init__(self, data: Path, folder: Path) -> None:
        self._data = data
        self._folder = folder

    @override
    def make(self) -> None:
        for service in SERVICES:
            with (
                closing(sqlite3.connect(self._data / f"{service}.db")) as there,
                closing(sqlite3.connect(self._folder / f"{service}.db")) as copy,
            ):
                there.backup(copy)

    @override
    def put_back(self) -> None:
        for service in SERVICES:
            for part in ("-wal", "-shm"):
                (self._data / f"{service}.db{part}").unlink(missing_ok=True)
            shutil.copy(self._folder / f"{service}.db", self._data / f"{service}.db")


class PostgresBackup(Backup):
    """By ``pg_dump`` and ``pg_restore``."""

    def __init__(self, kring: SplitKring, folder: Path) -> None:
        self._kring = kring
        self._folder = folder

    @override
    def make(self) -> None:
        for service in SERVICES:
            url = self._kring.database(service)
            _run("pg_dump", "--format=custom", f"--file={self._folder / service}", url)

    @override
    def put_back(self) -> None:
        for service in SERVICES:
            server = f"{self._kring.database(service).rpartition('/')[0]}/postgres"
            how = ("--create", "--clean", "--if-exists", "--exit-on-error")
            _run("pg_restore", *how, f"--dbname={server}", str(self._folder / service))


def backup_of(kring: Installation, folder: Path) -> Backup:
    """Return how this installation is backed up, into a folder that is made."""
    folder.mkdir()
    if isinstance(kring, SplitKring):
        return PostgresBackup(kring, folder)
    return SqliteBackup(kring.data, folder)


def _run(name: str, *arguments: str) -> None:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = program(name, "postgresql-client", *binaries)
    subprocess.run([path, *arguments], check=True, timeout=60)  # noqa: S603  # of the machine
