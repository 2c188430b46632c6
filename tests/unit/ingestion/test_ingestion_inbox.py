"""Submissions of other programmes are taken over as an import is."""

import pytest
from harness.ingestion import World

from libs.contracts import topics
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1.inbox_pb2 import (
    Submission,
    SubmittedInitiative,
    SubmittedMember,
    SubmittedStory,
)
from libs.kernel.errors import PoisonError
from services.ingestion.domain.outcome import Status
from services.ingestion.events import OnSubmission

MEMBER = Submission(
    external_id="anna",
    member=SubmittedMember(
        name="Anna",
        email="anna@wilgenhof.example",
        organisation="De Wilgenhof",
        side="system",
        initiatives=[SubmittedInitiative(external_id="x", title="Samen eten", stage=3)],
    ),
)
STORY = Submission(
    external_id="s",
    story=SubmittedStory(title="Zes avonden", body="Wij aten samen.", contacts=["anna"], year=2025),
)


def arrive(world: World, submission: Submission, programme: str = "samen-thuis") -> None:
    event = Event(
        topic=topics.INBOX,
        id="e",
        aggregate_id="s",
        sequence=0,
        programme=programme,
        source="/elsewhere",
        time=world.registry.clock.now(),
        state=submission,
    )
    with world.registry.database.write() as work:
        OnSubmission(world.take_submission)(event, work)


def test_a_member_and_a_story_are_taken_over_and_told(world: World) -> None:
    arrive(world, MEMBER)
    arrive(world, STORY, world.programmes["samen-thuis"])
    member, story = world.events()[-2:]
    assert (member.topic, story.topic) == (topics.MEMBERS, topics.STORIES)
    assert member.state.organisation.name == "De Wilgenhof"
    assert member.state.initiatives[0].stage == 3
    assert list(story.state.contact_ids) == [member.state.member_id]


def test_the_same_submission_again_tells_nothing(world: World) -> None:
    arrive(world, MEMBER)
    told = len(world.events())
    arrive(world, MEMBER)
    assert len(world.events()) == told
    again = {"id": "anna", "name": "Anna", "email": "anna@wilgenhof.example"}
    assert world.send_one("members", again).status is Status.CHANGED


@pytest.mark.parametrize(
    ("submission", "programme", "why"),
    [
        (Submission(external_id="x"), "samen-thuis", "neither"),
        (Submission(external_id="x", story=SubmittedStory()), "samen-thuis", "title must not be"),
        (Submission(story=SubmittedStory(title="x")), "samen-thuis", "id must not be empty"),
        (Submission(external_id="x", member=SubmittedMember(name="x")), "samen-thuis", "email"),
        (STORY, "nowhere", "no such programme"),
    ],
)
def test_what_is_refused_is_poison_with_its_reasons(
    world: World, submission: Submission, programme: str, why: str
) -> None:
    told = len(world.events())
    with pytest.raises(PoisonError, match=why):
        arrive(world, submission, programme)
    assert len(world.events()) == told
