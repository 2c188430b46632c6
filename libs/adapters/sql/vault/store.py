"""The vault in a database of its own: SQLite beside the data, or PostgreSQL for many machines."""

import secrets
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from typing_extensions import override

from libs.adapters.sql.engine import open_engines, translated
from libs.adapters.sql.engines import Engines
from libs.adapters.sql.migrate import migrate_only
from libs.adapters.sql.vault.wrapping import DATA_KEY_BYTES, Wrapping, unknown_key
from libs.contracts.sealing import Keys
from libs.kernel.clock import Clock
from libs.kernel.errors import RetryableError, SettingsError
from libs.ports.vault import Vault

MIGRATIONS = "libs.adapters.sql.vault.migrations"
_CHUNK = 1000

_METADATA = sa.MetaData()
_DATA_KEY = sa.Table(
    "data_key",
    _METADATA,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("wrapped", sa.LargeBinary),
    sa.Column("wrapped_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.Double, nullable=False),
    sa.Column("destroyed_at", sa.Double),
)
_WRAPPING = sa.Table(
    "wrapping",
    _METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
)
"""One row: the name of the installation's key. Whoever comes with another one is refused."""
_ROW = _DATA_KEY.c


class SqlVault(Vault):
    """One row per member; a destroyed key leaves the row, so that none is made again."""

    def __init__(self, engines: Engines, wrapping: Wrapping, clock: Clock) -> None:
        """Take the engines, which this vault closes, and what wraps the keys."""
        self._engines = engines
        self._wrapping = wrapping
        self._clock = clock

    @override
    def keys(self, member_ids: Collection[str]) -> Keys:
        with translated(), self._engines.reader.connect() as connection:
            return self._found(connection, member_ids)

    @override
    def make(self, member_ids: Collection[str]) -> Keys:
        found = self.keys(member_ids)
        missing = sorted(set(member_ids) - found.keys())
        if not missing:
            return found
        now = self._clock.now().timestamp()
        rows = [
            {
                "member_id": member_id,
                "wrapped": self._wrapping.wrap(member_id, secrets.token_bytes(DATA_KEY_BYTES)),
                "wrapped_by": self._wrapping.newest,
                "made_at": now,
            }
            for member_id in missing
        ]
        with translated(), self._engines.writer.begin() as connection:
            connection.execute(self._insert(_DATA_KEY).on_conflict_do_nothing(), rows)
            return {**found, **self._found(connection, missing)}  # another process may be quicker

    @override
    def destroy(self, member_id: str) -> None:
        now = self._clock.now().timestamp()
        gone = {"wrapped": None, "wrapped_by": "", "destroyed_at": now}
        insert = self._insert(_DATA_KEY).values(member_id=member_id, made_at=now, **gone)
        change = insert.on_conflict_do_update(
            index_elements=["member_id"], set_=gone, where=_ROW.destroyed_at.is_(None)
        )
        with translated():
            with self._engines.writer.begin() as connection:
                connection.execute(change)
            if not self._engines.shred(_DATA_KEY.name):
                raise RetryableError("the destroyed key may still stand in a file: try again")

    @override
    def drop(self, member_ids: Collection[str]) -> None:
        """Do nothing: every answer comes from the database."""

    @override
    def is_ready(self) -> bool:
        try:
            self.keys(["nobody"])
        except RetryableError:
            return False
        return True

    @override
    def close(self) -> None:
        self._engines.dispose()

    def rewrap(self) -> None:
        """Wrap by the newest key what an older one wraps.

        Raises ``SettingsError`` when the vault is wrapped by a key that is none of ours.
        """
        newest = self._wrapping.newest
        with translated():
            with self._engines.writer.begin() as connection:
                first = self._insert(_WRAPPING).values(id=1, name=newest)
                connection.execute(first.on_conflict_do_nothing())
                held = connection.scalar(sa.select(_WRAPPING.c.name))
                if held == newest:
                    return
                if not self._wrapping.knows(str(held)):
                    raise unknown_key()
                for row in connection.execute(sa.select(_DATA_KEY)).all():
                    self._rewrap_row(connection, row)
                connection.execute(sa.update(_WRAPPING).values(name=newest))
            self._engines.shred(_DATA_KEY.name)

    def _rewrap_row(self, connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> None:
        if row.wrapped is None:
            return
        data_key = self._wrapping.unwrap(row.member_id, row.wrapped, row.wrapped_by)
        change = sa.update(_DATA_KEY).where(_ROW.member_id == row.member_id)
        wrapped = self._wrapping.wrap(row.member_id, data_key)
        connection.execute(change.values(wrapped=wrapped, wrapped_by=self._wrapping.newest))

    def _found(self, connection: sa.Connection, member_ids: Collection[str]) -> Keys:
        keys: dict[str, bytes | None] = {}
        for chunk in _chunks(member_ids):
            for row in connection.execute(sa.select(_DATA_KEY).where(_ROW.member_id.in_(chunk))):
                keys[row.member_id] = (
                    None
                    if row.wrapped is None
                    else self._wrapping.unwrap(row.member_id, row.wrapped, row.wrapped_by)
                )
        return keys

    def _insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        is_postgres = self._engines.writer.dialect.name == "postgresql"
        return postgresql.insert(table) if is_postgres else sqlite.insert(table)


def open_vault(url: str, *, installation_keys: Sequence[str], clock: Clock) -> SqlVault:
    """Return the vault at a URL, made if it is not there; older wrappings are renewed.

    Raises ``SettingsError`` when the vault cannot be used, or not with these keys.
    """
    try:
        migrate_only(url, MIGRATIONS)
    except SettingsError as error:  # the engines know but one setting
        raise SettingsError(str(error).replace("KRING_DATABASE", "KRING_VAULT")) from error
    vault = SqlVault(open_engines(url, name="kring-vault"), Wrapping(installation_keys), clock)
    try:
        vault.rewrap()
    except BaseException:
        vault.close()
        raise
    return vault


def _chunks(items: Collection[str]) -> Iterator[list[str]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
