"""Erasing a member: in what order, what a crash leaves, and what a backup brings back."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from harness.ingestion import World, open_keys, open_world
from typing_extensions import override

from libs.adapters.sql.vault.store import SqlVault
from libs.contracts.codec import source_of
from libs.contracts.envelope import Record
from libs.contracts.sealing import Keys
from libs.kernel.clock import ManualClock
from libs.kernel.errors import InvalidError, NotFoundError, RetryableError
from libs.kernel.ids import Ids
from libs.ports.database import DeadLetter
from libs.ports.vault import Vault
from services.ingestion.domain.erasure import Authored, telling_words
from services.ingestion.domain.member import Member
from services.ingestion.usecases.access import Expected
from services.ingestion.usecases.erasing import (
    CarryThrough,
    EraseAgain,
    EraseMember,
    ResumeErasures,
)
from services.ingestion.usecases.republish import Republish


class FragileVault(Vault):
    """A vault that does what it is told and then loses the connection, for a time."""

    def __init__(self, vault: SqlVault) -> None:
        self._vault = vault
        self.breaks = False

    @override
    def keys(self, member_ids: object) -> Keys:
        return self._vault.keys(member_ids)  # type: ignore[arg-type]  # passed on

    @override
    def make(self, member_ids: object) -> Keys:
        return self._vault.make(member_ids)  # type: ignore[arg-type]  # passed on

    @override
    def destroy(self, member_id: str) -> None:
        self._vault.destroy(member_id)
        if self.breaks:
            raise RetryableError("the vault does not answer")

    @override
    def drop(self, member_ids: object) -> None:
        pass

    @override
    def is_ready(self) -> bool:
        return not self.breaks

    @override
    def close(self) -> None:
        pass


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[World]:
    with open_world(tmp_path, clock, ids) as opened:
        yield opened


@pytest.fixture
def vault(tmp_path: Path, clock: ManualClock) -> Iterator[FragileVault]:
    with closing(open_keys(tmp_path, clock)) as opened:
        yield FragileVault(opened)


@pytest.fixture
def carry(world: World, vault: FragileVault) -> CarryThrough:
    return CarryThrough(world.registry, vault)


def erase(world: World, carry: CarryThrough, member_id: str) -> None:
    reader = world.reader(member_id)
    EraseMember(world.registry, carry)(member_id, reader, Expected(), Authored.WITHDRAW)


def exists(world: World, member_id: str) -> bool:
    with world.registry.database.read() as work:
        return world.registry.stores.members.get(work, member_id) is not None


def test_the_key_is_destroyed_and_the_files_shall_be_cleaned(
    world: World, carry: CarryThrough, vault: FragileVault
) -> None:
    anna = world.join("anna")
    vault.make([anna])
    story = world.send_one("stories", {"id": "s", "title": "Soep", "owner": "anna"}).id
    erase(world, carry, anna)

    assert vault.keys([anna]) == {anna: None}
    assert world.last(f"member/{anna}").state.erased
    subject = f"member/{anna}"
    steps = world.registry.database.cleanings().caused_by(subject)
    assert steps == {subject: 2, f"story/{story}": 2}


def test_an_erasure_that_was_interrupted_goes_on_by_itself(
    world: World, carry: CarryThrough, vault: FragileVault
) -> None:
    anna, resume = world.join("anna"), ResumeErasures(world.registry, carry)
    vault.breaks = True
    with pytest.raises(RetryableError):
        erase(world, carry, anna)
    assert vault.keys([anna]) == {anna: None}, "the key goes first"
    assert exists(world, anna)
    assert resume() == 0

    vault.breaks = False
    assert resume() == 1
    assert not exists(world, anna)
    assert world.last(f"member/{anna}").state.erased
    assert resume() == 0


def test_carrying_through_twice_changes_nothing_the_second_time(
    world: World, carry: CarryThrough
) -> None:
    anna = world.join("anna")
    erase(world, carry, anna)
    with world.registry.database.read() as work:
        erasure = world.registry.stores.erasures.get(work, anna)
    assert erasure is not None
    told = len(world.events())
    carry(erasure)

    assert len(world.events()) == told
    with pytest.raises(NotFoundError):
        erase(world, carry, anna)


def test_whom_a_backup_brings_back_is_erased_again_when_everything_is_republished(
    world: World, carry: CarryThrough, vault: FragileVault
) -> None:
    anna, bert = world.join("anna"), world.join("bert")
    vault.make([bert])
    vault.destroy(anna)  # erased after the backup was made
    again = EraseAgain(world.registry, carry)

    assert Republish(world.registry, again)("") == 3, "two programmes and Bert"
    assert not exists(world, anna)
    assert exists(world, bert)
    assert again() == 0


def test_letters_that_name_the_member_are_dropped(world: World, carry: CarryThrough) -> None:
    anna, inbox = world.join("anna"), "kring.inbox.v1"
    with world.registry.database.write() as work:
        for offset, who in enumerate(("anna", "bert")):
            record = Record(inbox, b"k", (), f'{{"email": "{who}@kring.example"}}'.encode())
            work.bury(DeadLetter(inbox, 0, offset, record, source_of(who), 1))
    erase(world, carry, anna)

    assert [each.offset for each in world.registry.database.letters().find()] == [1]


def test_the_record_of_the_erased_does_not_bring_them_back_nor_stay_as_a_digest(
    world: World, carry: CarryThrough
) -> None:
    anna = world.join("anna")
    erase(world, carry, anna)
    again = {"id": "anna", "name": "Anna", "email": "anna@kring.example"}

    assert world.send_one("members", again).problems == {"id": "was withdrawn or erased in Kring"}
    with world.registry.database.read() as work:
        rows = world.registry.stores.identities
        from services.ingestion.domain.formats import RecordKind  # noqa: PLC0415
        from services.ingestion.domain.identity import external  # noqa: PLC0415

        key = external(world.programmes["samen-thuis"], RecordKind.MEMBERS, "anna")
        known = rows.get(work, key)
    assert known is not None
    assert known.record_digest == ""


@pytest.mark.parametrize(
    ("name", "pseudonym", "expected"),
    [
        ("Jan", "", ("j@k.example",)),
        ("Jan de Wit", "", ("j@k.example", "Jan de Wit")),
        ("Jan", "De Tuinman", ("j@k.example", "De Tuinman")),
    ],
)
def test_a_single_word_is_no_name_to_look_for(
    name: str, pseudonym: str, expected: tuple[str, ...]
) -> None:
    member = Member("m", "p", name=name, pseudonym=pseudonym, email="j@k.example")

    assert telling_words(member) == expected


def test_nobody_erases_somebody_else(world: World, carry: CarryThrough) -> None:
    anna, bert = world.join("anna"), world.join("bert", visibility="private")
    with pytest.raises((NotFoundError, InvalidError)):
        EraseMember(world.registry, carry)(bert, world.reader(anna), Expected(), Authored.WITHDRAW)
    assert exists(world, bert)
