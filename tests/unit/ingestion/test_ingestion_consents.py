"""The ledger of consents: only added to, and always what the profile says."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from harness.ingestion import World, open_keys, open_world
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.sql.work import connection_of
from libs.kernel.clock import ManualClock
from libs.kernel.errors import ForbiddenError, NotFoundError
from libs.kernel.ids import Ids
from libs.kernel.vocabulary import CONSENT_TEXTS, Purpose
from services.ingestion.adapters.tables import CONSENTS
from services.ingestion.domain.consent import Consent, changes, effective
from services.ingestion.domain.erasure import Authored
from services.ingestion.usecases.access import Expected
from services.ingestion.usecases.erasing import CarryThrough, EraseMember
from services.ingestion.usecases.members import ChangeMember, ReadConsents

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
purposes = st.sets(st.sampled_from(list(Purpose)))


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[World]:
    with open_world(tmp_path, clock, ids) as opened:
        yield opened


def agree(world: World, member_id: str, *consents: str) -> None:
    change = ChangeMember(world.registry, world.detector)
    change(member_id, {"consents": list(consents)}, world.reader(member_id), Expected())


def ledger(world: World, member_id: str) -> list[Consent]:
    return list(ReadConsents(world.registry)(member_id, world.reader(member_id)))


@given(states=st.lists(purposes, max_size=6))
def test_all_entries_together_are_the_last_state_and_none_says_twice_the_same(
    states: list[set[Purpose]],
) -> None:
    entries: list[Consent] = []
    for number, state in enumerate(states):
        before = effective(entries)
        at = NOON + timedelta(hours=number)
        entries += changes("m", before, state, at=at, by="m", language="nl")
    assert effective(entries) == (states[-1] if states else set())

    for purpose in Purpose:
        given_or_not = [entry.is_given for entry in entries if entry.purpose is purpose]
        assert given_or_not == [number % 2 == 0 for number in range(len(given_or_not))]


def test_giving_and_taking_back_are_both_written_down_with_the_words_that_were_read(
    world: World, clock: ManualClock
) -> None:
    anna = world.join("anna", consents=["matching"])
    clock.advance(60)
    agree(world, anna, "mail")
    first, *later = ledger(world, anna)

    assert (first.purpose, first.is_given, first.by) == (Purpose.MATCHING, True, "operator")
    assert [(each.purpose, each.is_given, each.by) for each in later] == [
        (Purpose.MATCHING, False, anna),
        (Purpose.MAIL, True, anna),
    ]
    words = CONSENT_TEXTS[Purpose.MAIL].nl.encode()
    assert (later[1].language, later[1].text_sha256) == ("nl", hashlib.sha256(words).hexdigest())
    assert later[1].at == first.at + timedelta(seconds=60)


def test_what_stays_as_it_is_is_not_written_down(world: World) -> None:
    anna = world.join("anna", consents=["matching"])
    agree(world, anna, "matching")
    change = ChangeMember(world.registry, world.detector)
    change(anna, {"region": "Utrecht"}, world.reader(anna), Expected())

    assert len(ledger(world, anna)) == 1


def test_only_the_member_and_the_coordinators_read_it(world: World) -> None:
    anna, bert = world.join("anna", consents=["mail"]), world.join("bert")
    read = ReadConsents(world.registry)

    assert len(read(anna, world.coordinator())) == 1
    with pytest.raises(ForbiddenError):
        read(anna, world.reader(bert))
    with pytest.raises(NotFoundError):
        read(anna, world.coordinator("common-ground"))


def test_it_goes_with_the_member(world: World, tmp_path: Path, clock: ManualClock) -> None:
    anna, bert = world.join("anna", consents=["mail"]), world.join("bert", consents=["mail"])
    with closing(open_keys(tmp_path, clock)) as vault:
        erase = EraseMember(world.registry, CarryThrough(world.registry, vault))
        erase(anna, world.reader(anna), Expected(), Authored.WITHDRAW)

    with world.registry.database.read() as work:
        left = connection_of(work).scalars(sa.select(CONSENTS.c.member_id)).all()
    assert left == [bert]
