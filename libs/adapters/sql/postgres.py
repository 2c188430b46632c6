"""PostgreSQL by psycopg: many writers, row locks, and limits that end what hangs.

Its text holds no NUL character, so a text that has one loses it; bytes and JSON stay as they are.
"""

import threading
from collections.abc import Sequence
from contextlib import suppress

import psycopg
import sqlalchemy as sa
from psycopg.abc import Buffer
from psycopg.types.string import StrDumper
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry
from typing_extensions import override

from libs.adapters.sql import rights
from libs.adapters.sql.engines import Engines, Lead
from libs.kernel.errors import SettingsError

SCHEMA_LOCK = 7_305_001
RELAY_LOCK = 7_305_002
"""Keys of advisory locks: any numbers, but the same in every process."""

_KEPT = 10
_MOST = 40
"""Connections kept open, and open at once: as many as FastAPI has threads for requests."""
_CONNECT_SECONDS = 5
_IDLE_TRANSACTION_SECONDS = 120
"""A handler writes to the index while its transaction is open; nothing else takes so long."""
_LEAD_SECONDS = 30
"""A relay that stands still for so long is replaced."""
_UNHEARD_SECONDS = 0.1
"""LISTEN and NOTIFY would let all commits of a server wait for one another; asking is cheap."""

_PASSING = {"08", "40", "53", "57", "58"}
"""Classes of SQLSTATE: connection, rollback (deadlock), resources, intervention, system."""
_DISK_FULL = "53100"
_PASSING_STATES = {"55P03", "25P03"}
"""A lock that did not come in time; a transaction that stood still."""
_CREATE = "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
"""Sorted by code point, as SQLite does and as every index of ours expects."""
_THERE_ALREADY = {"42P04", "23505"}
"""Another process was quicker."""


class _WithoutNul(StrDumper):
    """Texts as PostgreSQL takes them."""

    @override
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "") if "\0" in obj else obj)


class SessionLead(Lead):
    """An advisory lock of a session: the server frees it when the process ends.

    A process that stands still does not ask; then the server ends its session, and another takes
    over. When it goes on it finds its session gone.
    """

    def __init__(self, engine: sa.Engine, *, seconds: int = _LEAD_SECONDS) -> None:
        """Take an engine that commits each statement, and how long it may stand still."""
        self._engine = engine
        self._seconds = seconds
        self._session: sa.Connection | None = None
        self._lock = threading.Lock()

    @override
    def holds(self) -> bool:
        with self._lock:
            if self._session is not None:
                return self._is_alive(self._session)
            session = self._engine.connect()
            try:
                _end_when_idle(session, self._seconds)
                taken = session.scalar(sa.select(sa.func.pg_try_advisory_lock(RELAY_LOCK)))
            except BaseException:
                session.invalidate()
                session.close()
                raise
            if taken:
                self._session = session
                return True
            _end_when_idle(session, 0)
            session.close()
            return False

    @override
    def give_up(self) -> None:
        with self._lock:
            if self._session is not None:
                with suppress(DBAPIError):  # said, since the server notices a closed session late
                    self._session.scalar(sa.select(sa.func.pg_advisory_unlock(RELAY_LOCK)))
            self._drop()

    def _is_alive(self, session: sa.Connection) -> bool:
        try:
            session.scalar(sa.text("SELECT 1"))
        except DBAPIError:
            self._drop()
            return False
        return True

    def _drop(self) -> None:
        if self._session is not None:
            self._session.invalidate()  # closes the session, and so frees the lock
            self._session.close()
            self._session = None


def open_engines(
    url: sa.URL, *, name: str, wait_seconds: float, statement_seconds: float
) -> Engines:
    """Return the engines of a database; readers see one state and cannot write."""
    engine = sa.create_engine(
        _by_psycopg(url),
        connect_args={
            "application_name": name,
            "connect_timeout": _CONNECT_SECONDS,
            "options": _options(url, wait_seconds, statement_seconds),
        },
        hide_parameters=True,  # errors are logged; values may be personal
        pool_size=_KEPT,
        max_overflow=_MOST - _KEPT,
        pool_timeout=wait_seconds,
        pool_pre_ping=True,  # a server that was restarted costs no request
        isolation_level="READ COMMITTED",
    )
    sa.event.listen(engine, "connect", _on_connect)
    at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Engines(
        writer=engine,
        reader=engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ),
        watching=at_once,
        lead=SessionLead(at_once),
        compact=_vacuum,
        rewrite=_rewrite,
        look=rights.look,
        unheard_seconds=_UNHEARD_SECONDS,
    )


def may_pass(error: DBAPIError) -> bool:
    """Tell whether the same may work later."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # no answer at all, or an error of the Python layer
        is_psycopg = type(error.orig).__module__.startswith("psycopg")
        return is_psycopg and isinstance(error, OperationalError | InterfaceError)
    return state[:2] in _PASSING or state in _PASSING_STATES


def is_full(error: DBAPIError) -> bool:
    """Tell whether the server has no room left on its disk."""
    return getattr(error.orig, "sqlstate", None) == _DISK_FULL


def make_database(url: sa.URL) -> None:
    """Make the database of a URL if it is not there and the role may.

    Raises ``SettingsError`` when it must be made by somebody else, and the driver's error when the
    server does not answer.
    """
    try:
        _ask(url, sa.text("SELECT 1"))
    except OperationalError:
        everywhere = url.set(database="postgres")
        there = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not _ask(everywhere, there.bindparams(name=url.database)):  # perhaps made meanwhile
            _create(everywhere, str(url.database))
    encoding = _ask(url, sa.text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise SettingsError(
            f"KRING_DATABASE: {url.database} is encoded as {encoding}; make it with"
            f" createdb --encoding=UTF8 --template=template0 {url.database}"
        )


def lock_schema(connection: sa.Connection) -> None:
    """Exclude other processes that change the schema until the transaction ends."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))


def _create(url: sa.URL, name: str) -> None:
    engine = _single(url)
    quoted = engine.dialect.identifier_preparer.quote_identifier(name)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(_CREATE.format(name=quoted))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _THERE_ALREADY:
            raise SettingsError(
                f"KRING_DATABASE: there is no database {name}, and it could not be made:"
                f" {error.orig}. Let an administrator run:"
                f" createdb --encoding=UTF8 --template=template0 --lc-collate=C --lc-ctype=C {name}"
            ) from error
    finally:
        engine.dispose()


def _ask(url: sa.URL, query: sa.TextClause) -> object:
    engine = _single(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(query)
    finally:
        engine.dispose()


def _single(url: sa.URL) -> sa.Engine:
    return sa.create_engine(
        _by_psycopg(url),
        poolclass=sa.NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": _CONNECT_SECONDS},
    )


def _by_psycopg(url: sa.URL) -> sa.URL:
    if not url.database:
        raise SettingsError(
            "KRING_DATABASE: name the database, as in postgresql://user@host/kring_{service}"
        )
    return url.set(drivername="postgresql+psycopg")


def _options(url: sa.URL, wait_seconds: float, statement_seconds: float) -> str:
    """Return what every session is started with; what the URL says goes before it."""
    ours = {
        "lock_timeout": wait_seconds,
        "statement_timeout": statement_seconds,
        "idle_in_transaction_session_timeout": _IDLE_TRANSACTION_SECONDS,
    }
    said = " ".join(f"-c {name}={int(seconds * 1000)}" for name, seconds in ours.items())
    given = url.query.get("options", "")
    return f"{said} {given if isinstance(given, str) else ' '.join(given)}".strip()


def _on_connect(connection: psycopg.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.adapters.register_dumper(str, _WithoutNul)


def _end_when_idle(session: sa.Connection, seconds: int) -> None:
    session.exec_driver_sql(f"SET idle_session_timeout = {1000 * seconds}")


def _vacuum(writer: sa.Engine) -> bool:
    """Free what was deleted, for new rows to overwrite; old pages and the log are the server's."""
    return _run(writer, "VACUUM")


def _rewrite(writer: sa.Engine, tables: Sequence[str]) -> bool:
    """Write the tables anew without what was deleted; the log is the server's."""
    quote = writer.dialect.identifier_preparer.quote_identifier
    return _run(writer, f"VACUUM FULL {', '.join(quote(table) for table in tables)}")


def _run(writer: sa.Engine, statement: str) -> bool:
    """Run a statement that no transaction may hold, however long it takes."""
    with writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql("RESET statement_timeout")
    return True
