"""SQLAlchemy engines by URL; what differs per database engine is in a module of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from libs.adapters.sql import postgres, rights, sqlite
from libs.adapters.sql.engines import Engines
from libs.kernel.access import Access
from libs.kernel.errors import AccessError, FullError, RetryableError, SettingsError

_WAIT_SECONDS = 5.0
STATEMENT_SECONDS = 30.0
"""No statement of a service takes so long; on PostgreSQL it is ended then."""

_DIALECTS = {"sqlite": sqlite, "postgresql": postgres}


def open_engines(
    url: str,
    *,
    name: str = "kring",
    wait_seconds: float = _WAIT_SECONDS,
    statement_seconds: float = STATEMENT_SECONDS,
) -> Engines:
    """Return engines for a URL; connects on first use. A writer waits so long for its turn.

    ``name`` is what a database server shows its administrator; ``statement_seconds`` of 0 lets
    statements take as long as they need. Raises ``SettingsError`` for a URL that names no database
    we know.
    """
    parsed = parsed_url(url)
    dialect = _DIALECTS.get(parsed.get_backend_name())
    if dialect is sqlite:
        return sqlite.open_engines(parsed, wait_seconds=wait_seconds)
    if dialect is postgres:
        return postgres.open_engines(
            parsed, name=name, wait_seconds=wait_seconds, statement_seconds=statement_seconds
        )
    raise SettingsError(
        f"KRING_DATABASE: {parsed.drivername} is not supported,"
        " use sqlite:///… or postgresql://user@host/kring_{service}"
    )


def parsed_url(url: str) -> sa.URL:
    """Return the parts of a URL; raises ``SettingsError`` for what is none."""
    try:
        parsed = sa.make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise SettingsError(f"KRING_DATABASE: {error}") from error
    return parsed


@contextmanager
def translated(access: Access | None = None) -> Iterator[None]:
    """Turn what passes by itself (busy, down, full) into ``RetryableError``; a bug stays a bug.

    A refusal is noted in ``access``. A full disk is a ``FullError``.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise RetryableError("the database is busy") from error
    except DBAPIError as error:
        why = rights.refusal(error)
        if why:
            refused = AccessError(why)
            if access:
                access.note(str(refused))
            raise refused from error
        if not (sqlite.may_pass(error) or postgres.may_pass(error)):
            raise
        if sqlite.is_full(error) or postgres.is_full(error):
            raise FullError(f"the disk of the database is full: {error.orig}") from error
        raise RetryableError(f"the database does not answer: {error.orig}") from error
