"""What stands in the files of the vault, and under which key."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from libs.adapters.sql.vault.store import SqlVault, open_vault
from libs.kernel.clock import ManualClock
from libs.kernel.errors import RetryableError, SettingsError

FORMER, NEW, FOREIGN = "former" * 4, "new new " * 4, "foreign " * 4


def opened(path: Path, clock: ManualClock, *keys: str) -> SqlVault:
    return open_vault(f"sqlite:///{path}", installation_keys=keys, clock=clock)


def wrapped(path: Path, member: str) -> bytes | None:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(
            "SELECT wrapped FROM data_key WHERE member_id = ?", [member]
        ).fetchone()
    key: bytes | None = row[0]
    return key


def test_no_data_key_stands_in_the_clear(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "vault.db"
    vault = opened(path, clock, FORMER)
    key = vault.make(["anna"])["anna"]
    vault.close()

    assert key
    assert wrapped(path, "anna")
    assert all(key not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_destroyed_key_is_in_no_file_not_even_wrapped(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "vault.db"
    vault = opened(path, clock, FORMER)
    vault.make(["anna", "bert"])
    kept, destroyed = wrapped(path, "bert"), wrapped(path, "anna")
    assert kept
    assert destroyed

    vault.destroy("anna")

    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())  # while it is open
    assert kept in everything
    assert destroyed not in everything
    vault.close()


def test_a_reader_in_the_way_is_told_and_the_key_is_gone_all_the_same(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "vault.db"
    vault = opened(path, clock, FORMER)
    vault.make(["anna"])
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM data_key").fetchone()
        with pytest.raises(RetryableError, match="try again"):
            vault.destroy("anna")

    assert vault.keys(["anna"]) == {"anna": None}
    vault.destroy("anna")
    vault.close()


def test_another_key_than_the_vaults_is_refused_with_what_to_do(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "vault.db"
    opened(path, clock, FORMER).close()  # an empty vault belongs to a key, too

    with pytest.raises(SettingsError, match=r"KRING_VAULT_KEY is not the key.*NEW,OLD"):
        opened(path, clock, FOREIGN)


def test_a_new_key_wraps_what_the_former_wrapped_once_both_are_given(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "vault.db"
    vault = opened(path, clock, FORMER)
    keys = vault.make(["anna", "bert"])
    vault.destroy("bert")
    vault.close()
    before = wrapped(path, "anna")
    assert before

    opened(path, clock, NEW, FORMER).close()

    assert all(before not in file.read_bytes() for file in tmp_path.iterdir())
    with pytest.raises(SettingsError):
        opened(path, clock, FORMER)
    vault = opened(path, clock, NEW)
    assert vault.keys(["anna", "bert"]) == {"anna": keys["anna"], "bert": None}
    vault.close()


def test_a_key_that_was_tampered_with_is_no_key(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "vault.db"
    vault = opened(path, clock, FORMER)
    vault.make(["anna", "bert"])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE member_id = 'bert')"
            " WHERE member_id = 'anna'"
        )

    with pytest.raises(SettingsError, match="the data key of member anna is damaged"):
        vault.keys(["anna"])
    vault.close()


def test_a_vault_that_is_no_database_is_told_under_its_own_name(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "vault.db"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)

    with pytest.raises(SettingsError, match=r"^KRING_VAULT: "):
        opened(path, clock, FORMER)


def test_a_vault_whose_folder_went_away_is_not_ready(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "vault" / "vault.db"
    vault = opened(path, clock, FORMER)
    assert vault.is_ready()
    vault.close()
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()

    assert not vault.is_ready()
