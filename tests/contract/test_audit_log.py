"""The laws of ``Database.audit``, for every adapter."""

import threading
from collections.abc import Iterator

import pytest
from harness.databases import OpenDatabase, opening

from libs.kernel.audit import BEGIN, Deed, fault
from libs.kernel.clock import ManualClock
from libs.ports.database import Audit

KEY = b"k" * 32


@pytest.fixture
def reopen(database_url: str, clock: ManualClock) -> Iterator[OpenDatabase]:
    with opening(database_url, clock) as opener:
        yield opener


@pytest.fixture
def audit(reopen: OpenDatabase) -> Audit:
    return reopen().audit(KEY)


def deed(number: int) -> Deed:
    return Deed(1.5 + number, "anna", "member", "p", "PUT /v1/x/{id}", f"t{number}", 204)


def test_deeds_are_kept_in_order_each_behind_the_one_before(
    audit: Audit, reopen: OpenDatabase
) -> None:
    assert list(audit.entries()) == []
    made = [audit.append(deed(number)) for number in range(3)]

    assert list(reopen().audit(KEY).entries()) == made
    assert [each.sequence for each in made] == [1, 2, 3]
    assert [each.previous for each in made] == [BEGIN, made[0].digest, made[1].digest]
    assert [each.deed for each in made] == [deed(number) for number in range(3)]
    assert fault(KEY, made, {}) == ""


def test_what_concerns_somebody_is_what_they_did_and_what_was_done_to_them(audit: Audit) -> None:
    for number in range(3):
        audit.append(deed(number))

    assert audit.concerning("anna") == [deed(number) for number in range(3)]
    assert audit.concerning("t1") == [deed(1)]
    assert audit.concerning("t") == []


def test_many_who_write_at_once_make_one_chain(reopen: OpenDatabase) -> None:
    audits = [reopen().audit(KEY) for _ in range(4)]

    def write(audit: Audit) -> None:
        for number in range(5):
            audit.append(deed(number))

    threads = [threading.Thread(target=write, args=[each]) for each in audits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    entries = list(audits[0].entries())
    assert len(entries) == 20
    assert fault(KEY, entries, {}) == ""
