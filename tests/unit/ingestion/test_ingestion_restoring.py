"""A record from a backup goes on above what was told since, and tells what came later as gone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from harness.ingestion import World, open_keys

from libs.adapters.sql.vault.store import SqlVault
from libs.contracts.envelope import Event
from libs.contracts.topics import NETWORK_STORIES
from libs.kernel.clock import ManualClock
from libs.kernel.errors import SettingsError
from services.ingestion.adapters.sequences import SqlSequences
from services.ingestion.usecases.erasing import CarryThrough, EraseAgain
from services.ingestion.usecases.republish import Republish
from services.ingestion.usecases.restoring import AfterRestore
from services.ingestion.usecases.sharing import ShareStory

FLOOR, NEXT_FLOOR = 1_800_000_000_000, 1_800_000_060_000
LATER = "01900000-0000-7000-8000-0000000000ff"


@pytest.fixture
def vault(tmp_path: Path, clock: ManualClock) -> Iterator[SqlVault]:
    with closing(open_keys(tmp_path, clock)) as opened:
        yield opened


@pytest.fixture
def after(world: World, vault: SqlVault) -> AfterRestore:
    registry = world.registry
    again = EraseAgain(registry, CarryThrough(registry, vault))
    return AfterRestore(registry, SqlSequences(), Republish(registry, again))


def later(event: Event[Any], *, sequence: int = 9) -> Event[Any]:
    """Return an event of something that is not in the record."""
    return event._replace(aggregate_id=LATER, sequence=sequence)


def share(world: World, **more: object) -> str:
    outcome = world.send_one("stories", {"id": "s", "title": "Soep", "owner": "anna", **more})
    assert outcome.id, outcome.problems
    return outcome.id


def told(world: World, subject: str) -> list[int]:
    return [event.sequence for event in world.events(subject)]


def test_everything_goes_on_above_the_log(world: World, after: AfterRestore) -> None:
    anna = world.join("anna")
    story = share(world)

    assert after.lift(FLOOR) == {"lifted": 4, "members erased again": 0}  # with two programmes
    assert after.tell() == {"told anew": 4}
    for subject in (f"member/{anna}", f"story/{story}"):
        assert told(world, subject)[-1] == FLOOR + 1
    assert after.lift(FLOOR) == {"lifted": 0, "members erased again": 0}
    assert after.lift(NEXT_FLOOR)["lifted"] == 4, "the same backup, restored once more"


def test_whose_key_is_destroyed_is_erased_again_above_the_log(
    world: World, after: AfterRestore, vault: SqlVault
) -> None:
    anna = world.join("anna")
    story = share(world)
    vault.destroy(anna)

    assert after.lift(FLOOR)["members erased again"] == 1
    assert world.last(f"member/{anna}").state.erased
    assert world.last(f"story/{story}").state.withdrawn
    assert told(world, f"member/{anna}")[-1] == FLOOR + 1
    heard = [world.events(f"member/{anna}")[0]]
    assert after.hear(heard, FLOOR) == {"members told as gone": 0}, "it was told just now"


def test_what_only_the_log_knows_is_told_as_gone_once_a_restore(
    world: World, after: AfterRestore, vault: SqlVault
) -> None:
    anna = world.join("anna")
    vault.make([anna, LATER])
    story = world.events(f"story/{share(world)}")[-1]
    member = world.events(f"member/{anna}")[-1]
    after.lift(FLOOR)

    assert after.hear([story, later(story), later(story)], FLOOR) == {"stories told as gone": 1}
    assert after.hear([later(story)], FLOOR) == {"stories told as gone": 0}
    assert after.hear([member, later(member)], FLOOR) == {"members told as gone": 0}, "same id"
    assert world.last(f"story/{LATER}").state.withdrawn
    assert told(world, f"story/{LATER}") == [FLOOR]

    assert after.hear([later(story), later(story, sequence=FLOOR)], NEXT_FLOOR) == {
        "stories told as gone": 1
    }
    assert told(world, f"story/{LATER}") == [FLOOR, NEXT_FLOOR]


def test_whoever_joined_later_is_told_as_erased_and_keeps_the_key_for_a_better_backup(
    world: World, after: AfterRestore, vault: SqlVault
) -> None:
    member = world.events(f"member/{world.join('anna')}")[-1]
    vault.make([LATER])

    assert after.hear([member, later(member)], FLOOR) == {"members told as gone": 1}
    gone = world.last(f"member/{LATER}")
    assert (gone.state.erased, gone.sequence, gone.programme) == (True, FLOOR, member.programme)
    assert vault.keys([LATER])[LATER] is not None


def test_the_network_is_told_of_what_it_got_to_see_only_after_the_backup(
    world: World, after: AfterRestore
) -> None:
    world.join("anna")
    own = world.events(f"story/{share(world, visibility='programme')}")[-1]
    seen = own._replace(topic=NETWORK_STORIES)
    assert after.hear([seen], FLOOR) == {}
    after.tell()
    with world.registry.database.write() as work:
        ShareStory(world.registry)(world.last(own.subject), work)

    outgoing = world.last(own.subject)
    assert outgoing.topic == NETWORK_STORIES
    assert outgoing.state.withdrawn


def test_what_the_network_was_told_to_be_gone_is_not_told_again(
    world: World, after: AfterRestore
) -> None:
    world.join("anna")
    own = world.events(f"story/{share(world, visibility='programme')}")[-1]
    seen = own._replace(topic=NETWORK_STORIES)
    gone = seen._replace(state=type(own.state)(withdrawn=True))
    after.hear([seen, gone], FLOOR)
    with world.registry.database.write() as work:
        ShareStory(world.registry)(own, work)

    assert NETWORK_STORIES not in {event.topic for event in world.events(own.subject)}


def test_a_vault_that_lacks_keys_is_refused(
    world: World, after: AfterRestore, vault: SqlVault
) -> None:
    anna, bert = world.join("anna"), world.join("bert")
    vault.make([anna])
    with pytest.raises(SettingsError, match=r"KRING_VAULT has no key of 1 of 2 .* --vault-lost"):
        after.check()
    vault.make([bert])
    after.check()
    vault.destroy(bert)
    after.check()  # a destroyed key is known
