"""Stories go out to whoever may see them: to each programme its own, to the network its part."""

from typing import Any

from harness.ingestion import World

from libs.contracts import topics
from libs.contracts.envelope import Event
from services.ingestion.usecases.sharing import ShareStory


def shared(world: World, event: Event[Any]) -> list[Event[Any]]:
    """Return what goes out when a snapshot arrives."""
    before = len(world.events())
    with world.registry.database.write() as work:
        ShareStory(world.registry)(event, work)
    return world.events()[before:]


def tell(world: World, visibility: str, title: str = "Samen eten") -> Event[Any]:
    record = {"id": "s", "title": title, "visibility": visibility}
    outcome = world.send_one("stories", record)
    return world.last(f"story/{outcome.id}")


def test_a_story_of_the_network_goes_to_its_programme_and_to_all(world: World) -> None:
    event = tell(world, "network")
    own, network = shared(world, event)
    assert own.topic == topics.STORIES.of(world.programmes["samen-thuis"])
    assert network.topic == topics.NETWORK_STORIES
    for told in (own, network):
        assert told.state == event.state
        assert (told.subject, told.sequence, told.programme) == (
            event.subject, event.sequence, event.programme,
        )  # fmt: skip


def test_other_stories_go_to_their_programme_alone(world: World) -> None:
    for visibility in ("programme", "private"):
        (own,) = shared(world, tell(world, visibility))
        assert own.topic == topics.STORIES.of(world.programmes["samen-thuis"])


def test_the_network_is_told_when_it_may_not_see_a_story_any_more(world: World) -> None:
    shared(world, tell(world, "network"))
    own, network = shared(world, tell(world, "programme", "Samen koken"))
    assert own.state.title == "Samen koken"
    assert network.state.withdrawn
    assert not network.state.title
    assert network.sequence == own.sequence
    assert len(shared(world, tell(world, "private"))) == 1


def test_a_story_that_is_withdrawn_is_so_everywhere(world: World) -> None:
    event = tell(world, "network")
    shared(world, event)
    with world.registry.database.write() as work:
        kept = world.registry.stores.stories.get(work, event.aggregate_id)
        assert kept is not None
        world.registry.withdraw_story(work, kept)
    gone = shared(world, world.last(event.subject))
    assert [told.state.withdrawn for told in gone] == [True, True]
    assert len(shared(world, world.last(event.subject))) == 1


def test_what_a_member_wrote_does_not_go_out_onto_logs_that_others_read(world: World) -> None:
    anna = world.join("anna")
    record = {
        "id": "s", "title": "Mijn verhaal", "body": "Alleen ik weet dit.", "visibility": "network",
        "owner": "anna", "contacts": ["anna"], "themes": ["informal_care"],
    }  # fmt: skip
    event = world.last(f"story/{world.send_one('stories', record).id}")
    assert event.state.owner_id == anna
    for told in shared(world, event):
        assert told.state.story_id == event.aggregate_id
        assert list(told.state.themes) == ["informal_care"]
        for secret in ("Mijn verhaal", "Alleen ik weet dit.", anna):
            assert secret not in str(told.state)
    assert event.state.title == "Mijn verhaal", "the snapshot itself is left alone"
