"""Migrations without env.py."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from libs.adapters.sql.engine import open_engines
from libs.adapters.sql.migrate import SHARED, migrate
from libs.adapters.sql.tables import METADATA

ROOT = Path(__file__).parents[3]
NEWEST = max(path.name[:4] for path in (ROOT / SHARED.replace(".", "/") / "versions").glob("0*.py"))
FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True, nullable=False))
    op.create_table(
        "child",
        sa.Column("id", sa.Integer, primary_key=True, nullable=False),
        sa.Column("parent", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["parent.id"], ondelete="CASCADE"),
    )
    op.execute("INSERT INTO parent VALUES (1)")
    op.execute("INSERT INTO child VALUES (1, 1)")
"""
REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "auto"
    with op.batch_alter_table("parent", recreate=recreate) as batch:
        batch.add_column(sa.Column("name", sa.Text, nullable=True))
"""
BROKEN = """
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.execute("INSERT INTO parent (id) VALUES (2)")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""


SERVICES = ("gateway", "ingestion", "matchmaking", "notification")


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Name a package with migrations, as a service has it."""
    name = f"sample_{abs(hash(request.node.name))}"
    (tmp_path / name / "migrations" / "versions").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    return f"{name}.migrations"


def add(tmp_path: Path, package: str, revision: str, source: str) -> None:
    folder = tmp_path / package.replace(".", "/") / "versions"
    (folder / f"{revision}_sample.py").write_text(source, encoding="utf-8")


def column(url: str, query: str) -> list[object]:
    engines = open_engines(url)
    with engines.reader.connect() as connection:
        found = list(connection.execute(sa.text(query)).scalars())
    engines.dispose()
    return found


def difference(url: str, *tables: sa.MetaData) -> list[object]:
    """Return what ``alembic check`` finds, but for indexes, which queries do not name."""
    engines = open_engines(url)
    with engines.reader.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda _object, name, kind, _reflected, _other: (
                    kind in {"table", "column"} and not name.startswith("alembic_")
                ),
            },
        )
        known = sa.MetaData()
        for table in (table for each in tables for table in each.tables.values()):
            table.to_metadata(known)
        found = list(compare_metadata(context, known))
    engines.dispose()
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_tables_of_the_migrations_are_those_of_the_queries(url: str, service: str) -> None:
    migrate(url, f"services.{service}.migrations")
    tables = importlib.import_module(f"services.{service}.adapters.tables").METADATA

    assert difference(url, METADATA, tables) == []


def test_a_column_that_no_migration_made_is_noticed(url: str) -> None:
    migrate(url)
    more = sa.MetaData()
    sa.Table("outbox_more", more, sa.Column("id", sa.Text, primary_key=True))

    assert len(difference(url, METADATA, more)) == 1


def test_migrating_twice_is_harmless(url: str) -> None:
    migrate(url)
    migrate(url)

    assert column(url, "SELECT version_num FROM alembic_version_sql") == [NEWEST]


def test_each_package_has_a_version_of_its_own(url: str, tmp_path: Path, package: str) -> None:
    add(tmp_path, package, "0001", FIRST)
    migrate(url, package)
    add(tmp_path, package, "0002", REBUILD)
    migrate(url, package)

    table = f"alembic_version_{package.split('.', maxsplit=1)[0]}"
    assert column(url, f"SELECT version_num FROM {table}") == ["0002"]  # noqa: S608  # ours
    assert column(url, "SELECT version_num FROM alembic_version_sql") == [NEWEST]


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(
    url: str, tmp_path: Path, package: str
) -> None:
    add(tmp_path, package, "0001", FIRST)
    migrate(url, package)
    add(tmp_path, package, "0002", REBUILD)
    migrate(url, package)

    assert column(url, "SELECT parent FROM child") == [1]


def test_a_migration_that_fails_leaves_the_schema_as_it_was(
    url: str, tmp_path: Path, package: str
) -> None:
    add(tmp_path, package, "0001", FIRST)
    add(tmp_path, package, "0002", REBUILD)
    migrate(url, package)
    add(tmp_path, package, "0003", BROKEN)

    with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
        migrate(url, package)

    assert column(url, "SELECT id FROM parent") == [1]


def test_the_release_before_starts_on_the_schema_of_the_next(
    url: str, tmp_path: Path, package: str
) -> None:
    add(tmp_path, package, "0001", FIRST)
    add(tmp_path, package, "0002", REBUILD)
    migrate(url, package)
    (tmp_path / package.replace(".", "/") / "versions" / "0002_sample.py").unlink()
    migrate(url, package)

    table = f"alembic_version_{package.split('.', maxsplit=1)[0]}"
    assert column(url, f"SELECT version_num FROM {table}") == ["0002"]  # noqa: S608  # ours
    assert column(url, "SELECT name FROM parent") == [None]


def test_a_package_without_migrations_is_named(url: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"libs\.nothing"):
        migrate(url, "libs.nothing")


def test_several_processes_may_migrate_at_once(url: str) -> None:
    source = (
        "import sys; from libs.adapters.sql.migrate import migrate;"
        "migrate(sys.argv[1], 'services.notification.migrations')"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", source, url])  # noqa: S603  # ours
        for _ in range(3)
    ]

    assert [process.wait(timeout=50) for process in processes] == [0, 0, 0]
    assert column(url, "SELECT version_num FROM alembic_version_sql") == [NEWEST]
