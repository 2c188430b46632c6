"""The laws of ``libs.ports.vault``, for every adapter, and for the keys kept in memory."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from libs.adapters.sql.vault.store import open_vault
from libs.kernel.clock import ManualClock
from libs.ports.vault import Vault
from libs.runtime.sealing import KEPT_SECONDS, KeptKeys

OpenVault = Callable[[], Vault]


@pytest.fixture(params=["stored", "kept"])
def reopen(
    request: pytest.FixtureRequest, database_url: str, clock: ManualClock
) -> Iterator[OpenVault]:
    """Open the same vault again, as another process would."""
    with ExitStack() as closing:

        def opener() -> Vault:
            stored = open_vault(database_url, installation_keys=["k" * 32], clock=clock)
            vault = KeptKeys(stored, clock) if request.param == "kept" else stored
            closing.callback(vault.close)
            return vault

        yield opener


@pytest.fixture
def vault(reopen: OpenVault) -> Vault:
    return reopen()


def test_a_member_without_a_key_is_left_out(vault: Vault) -> None:
    assert vault.keys(["anna"]) == {}
    assert vault.keys([]) == {}
    assert vault.make([]) == {}


def test_every_member_gets_a_key_of_256_bits_and_no_two_the_same(vault: Vault) -> None:
    keys = vault.make(["anna", "bert", "anna"])

    assert set(keys) == {"anna", "bert"}
    assert {len(key or b"") for key in keys.values()} == {32}
    assert keys["anna"] != keys["bert"]


def test_a_key_never_changes(vault: Vault, reopen: OpenVault) -> None:
    made = vault.make(["anna"])

    assert vault.make(["anna", "bert"])["anna"] == made["anna"]
    assert reopen().keys(["anna", "nobody"]) == made


def test_a_destroyed_key_is_known_as_destroyed_and_never_made_again(
    vault: Vault, reopen: OpenVault
) -> None:
    vault.make(["anna", "bert"])
    vault.destroy("anna")

    assert vault.keys(["anna"]) == {"anna": None}
    assert vault.make(["anna"]) == {"anna": None}
    assert reopen().make(["anna"]) == {"anna": None}
    assert vault.keys(["bert"])["bert"]


def test_the_key_of_somebody_who_never_had_one_can_be_destroyed(vault: Vault) -> None:
    vault.destroy("anna")

    assert vault.make(["anna"]) == {"anna": None}


def test_destroying_twice_is_harmless(vault: Vault) -> None:
    vault.make(["anna"])
    vault.destroy("anna")
    vault.destroy("anna")

    assert vault.keys(["anna"]) == {"anna": None}


def test_what_was_destroyed_elsewhere_counts_after_five_minutes_or_at_once_when_dropped(
    vault: Vault, reopen: OpenVault, clock: ManualClock
) -> None:
    vault.make(["anna", "bert"])
    elsewhere = reopen()
    elsewhere.destroy("anna")
    elsewhere.destroy("bert")

    vault.drop(["anna", "nobody"])
    assert vault.keys(["anna"]) == {"anna": None}
    clock.advance(KEPT_SECONDS)
    assert vault.keys(["bert"]) == {"bert": None}


def test_two_who_make_a_key_at_once_get_the_same(reopen: OpenVault) -> None:
    vaults = [reopen() for _ in range(4)]
    ready = threading.Barrier(len(vaults))
    found: list[bytes | None] = []

    def make(vault: Vault) -> None:
        ready.wait()
        found.append(vault.make(["anna"])["anna"])

    threads = [threading.Thread(target=make, args=[each]) for each in vaults]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == len(vaults)
    assert len(set(found)) == 1


def test_thousands_of_keys_are_made_and_found_at_once(vault: Vault, reopen: OpenVault) -> None:
    members = [f"member {number}" for number in range(2500)]
    made = vault.make(members)

    assert len(set(made.values())) == len(members)
    assert reopen().keys(members) == made


def test_a_vault_that_answers_is_ready(vault: Vault) -> None:
    assert vault.is_ready()
