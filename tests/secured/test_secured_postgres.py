"""PostgreSQL that asks who we are: services get in, or say why not and come back by themselves."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from secured.conftest import Office
from servers.postgres import ROLE, Postgres

from libs.kernel.errors import SettingsError

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]


class Account:
    """A role that owns a database of its own, with its password in a file."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self.postgres = postgres
        self.role = f"r{uuid.uuid4().hex[:8]}"
        self.database, self.vault = f"{self.role}_ingestion", f"{self.role}_vault"
        self.file = folder / "pgpass"
        self.keep("hush-first")
        postgres.tell(f"CREATE ROLE {self.role} LOGIN PASSWORD 'hush-first'")
        for name in (self.database, self.vault):
            postgres.tell(f"CREATE DATABASE {name} OWNER {self.role} TEMPLATE template0")
        self.url = postgres.secured_url(self.role, f"{self.role}_{{service}}", passfile=self.file)

    def keep(self, password: str) -> None:
        self.file.touch(mode=0o600)
        self.file.write_text(f"*:*:*:{self.role}:{password}\n")

    def disconnect(self) -> None:
        """End the connections of this role: the next ones show who they are anew."""
        theirs = f"usename = '{self.role}'"
        self.postgres.tell(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {theirs}"  # noqa: S608  # ours
        )


@pytest.fixture
def account(postgres: Postgres, tmp_path: Path) -> Iterator[Account]:
    made = Account(postgres, tmp_path)
    yield made
    for name in (made.database, made.vault):
        postgres.drop(postgres.url(name))


def test_a_password_that_was_changed_is_asked_for_and_then_taken_from_its_file(
    postgres: Postgres, account: Account, opened: Callable[..., Office]
) -> None:
    office = opened(database=account.url)
    office.works()

    postgres.tell(f"ALTER ROLE {account.role} PASSWORD 'hush-second'")
    account.disconnect()
    office.is_refused("database", "PostgreSQL refuses this role")
    account.keep("hush-second")

    office.works()


def test_an_expired_certificate_keeps_us_away_until_it_is_renewed(
    postgres: Postgres, account: Account, opened: Callable[..., Office]
) -> None:
    assert postgres.authority is not None
    office = opened(database=account.url)
    office.works()

    postgres.show(postgres.authority.issue("postgres", is_expired=True))
    account.disconnect()
    office.is_refused("database", "certificate verify failed")
    postgres.show(postgres.authority.issue("postgres"))

    office.works()


def test_a_right_that_was_taken_back_is_missed_until_it_is_given_again(
    postgres: Postgres, account: Account, opened: Callable[..., Office]
) -> None:
    office = opened(database=account.url)
    office.works()

    take = f"ALTER TABLE outbox OWNER TO {ROLE}", f"REVOKE ALL ON outbox FROM {account.role}"
    postgres.tell(*take, database=account.database)
    office.is_refused("database", "does not let this role change outbox")
    give = (
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO {account.role}",
        f"GRANT USAGE ON outbox_id_seq TO {account.role}",
    )
    postgres.tell(*give, database=account.database)

    office.works()


def test_a_wrong_password_at_the_start_is_a_wrong_setting_that_is_said_without_it(
    account: Account, opened: Callable[..., Office]
) -> None:
    account.keep("hush-hush")
    with pytest.raises(SettingsError, match="PostgreSQL refuses this role") as told:
        opened(database=account.url)
    assert "hush" not in str(told.value)
