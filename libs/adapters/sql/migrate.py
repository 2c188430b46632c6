"""Alembic without env.py and ini: one version tree and one version table per package."""

import threading
from importlib.util import find_spec

import sqlalchemy as sa
import structlog
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory

from libs.adapters.sql import postgres
from libs.adapters.sql.engine import open_engines, parsed_url, translated
from libs.kernel.errors import RetryableError, SettingsError
from libs.kernel.urls import hidden

SHARED = "libs.adapters.sql.migrations"
"""The tables every service has."""

_one_at_a_time = threading.Lock()
"""Alembic's ``op`` is one per process."""
_LONGEST_SECONDS = 600.0
"""How long another process may take to change the schema before this one gives up."""

log = structlog.get_logger()


def migrate(url: str, *packages: str) -> None:
    """Bring a database to the newest schema of the shared tables and of these packages.

    All of it is one transaction that excludes other processes; a database that is up to date is
    only read, and so is one that a newer release has changed: what a release adds does not disturb
    the one before it, so that both may run, and start, side by side. A database that is missing on
    a PostgreSQL server is made, if the role may. Raises
    ``SettingsError`` when the database cannot be used at all.
    """
    migrate_only(url, SHARED, *packages)


def migrate_only(url: str, *packages: str) -> None:
    """Do the same without the shared tables, for a database that no service owns."""
    trees = {package: _tree(package) for package in packages}
    parsed = parsed_url(url)
    engines = open_engines(
        url, name="kring-migrate", wait_seconds=_LONGEST_SECONDS, statement_seconds=0
    )
    try:
        with _one_at_a_time, translated():
            if engines.writer.dialect.name == "postgresql":
                postgres.make_database(parsed)
            with engines.reader.connect() as connection:
                if all(_is_done(connection, *item) for item in trees.items()):
                    return
            _upgrade(engines.writer, trees)
    except RetryableError as error:
        raise SettingsError(
            f"KRING_DATABASE: {hidden(str(parsed))} cannot be used: {error}"
        ) from error
    finally:
        engines.dispose()


def _upgrade(engine: sa.Engine, trees: dict[str, ScriptDirectory]) -> None:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # before the transaction, where it has effect: batch operations rebuild whole tables
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if connection.dialect.name == "postgresql":
                postgres.lock_schema(connection)
            for package, tree in trees.items():
                if not _is_done(connection, package, tree):
                    _upgrade_package(connection, package, tree)


def _upgrade_package(connection: sa.Connection, package: str, tree: ScriptDirectory) -> None:
    def steps(revision: object, _context: MigrationContext) -> list[RevisionStep]:
        # as alembic.command.upgrade does, which insists on an env.py
        return tree._upgrade_revs("heads", revision)  # type: ignore[arg-type]  # noqa: SLF001

    context = _context(connection, package, {"fn": steps, "script": tree})
    with Operations.context(context):
        context.run_migrations()


def _is_done(connection: sa.Connection, package: str, tree: ScriptDirectory) -> bool:
    """Tell whether the schema is the newest that this release knows, or newer."""
    heads = set(_context(connection, package, {}).get_current_heads())
    newer = heads - {script.revision for script in tree.walk_revisions()}
    if newer:
        log.warning("the schema is of a newer release", package=package, revision=sorted(newer))
    return bool(newer) or heads == set(tree.get_heads())


def _context(
    connection: sa.Connection, package: str, options: dict[str, object]
) -> MigrationContext:
    version_table = f"alembic_version_{package.split('.')[-2]}"
    return MigrationContext.configure(connection, opts={"version_table": version_table, **options})


def _tree(package: str) -> ScriptDirectory:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package}")
    return ScriptDirectory(next(iter(spec.submodule_search_locations)))
