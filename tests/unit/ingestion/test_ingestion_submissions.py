"""Initiatives, needs and withdrawals that are sent by themselves."""

import pytest
from harness.ingestion import World

from libs.contracts.gen.kring.events.v1.inbox_pb2 import (
    Submission,
    SubmittedInitiative,
    SubmittedMember,
    SubmittedNeed,
    SubmittedStory,
    Withdrawal,
)
from services.ingestion.domain.outcome import Outcome, Status

SLUG = "samen-thuis"
MEMBER = Submission(
    external_id="anna", member=SubmittedMember(name="Anna", email="anna@wilgenhof.example")
)
NEED = "Wie heeft ervaring met een eetclub voor mantelzorgers?"


def take(world: World, submission: Submission) -> Outcome:
    with world.registry.database.write() as work:
        found = world.registry.stores.programmes.by_slug(work, SLUG)
        assert found is not None
        return world.take_submission(work, submission, found.state)


def need(text: str = NEED, **more: str) -> Submission:
    return Submission(external_id="n", need=SubmittedNeed(member="anna", text=text, **more))


def initiative(title: str = "Eetclub", what: str = "", external_id: str = "i") -> Submission:
    sent = SubmittedInitiative(member="anna", title=title, what=what, stage=2)
    return Submission(external_id=external_id, initiative=sent)


def withdrawal(kind: str, external_id: str, member: str = "anna") -> Submission:
    return Submission(external_id=external_id, withdrawal=Withdrawal(kind=kind, member=member))


@pytest.fixture
def anna(world: World) -> str:
    return take(world, MEMBER).id


def titles(world: World, member: str) -> list[str]:
    return [each.title for each in world.last(f"member/{member}").state.initiatives]


def test_a_need_becomes_an_initiative_that_asks_for_it(world: World, anna: str) -> None:
    outcome = take(world, need())
    (told,) = world.last(f"member/{anna}").state.initiatives
    assert outcome.status is Status.CREATED
    assert (told.initiative_id, told.title, told.need) == (outcome.id, NEED, NEED)
    assert told.language == "nl"


def test_a_long_need_is_titled_by_its_beginning(world: World, anna: str) -> None:
    take(world, need("\n  " + "Hoe begin je een eetclub " * 10 + "\nEn nog meer."))
    (title,) = titles(world, anna)
    assert title.startswith("Hoe begin je een eetclub Hoe")
    assert title.endswith("…")
    assert len(title) <= 81


def test_a_need_may_have_a_title_of_its_own(world: World, anna: str) -> None:
    take(world, need(title="Eetclub beginnen"))
    assert titles(world, anna) == ["Eetclub beginnen"]


def test_a_need_that_is_too_long_says_so_of_its_text(world: World, anna: str) -> None:
    assert anna
    outcome = take(world, need("x" * 6000))
    assert outcome.problems == {"text": "must be at most 5000 characters"}


def test_an_initiative_comes_changes_and_goes(world: World, anna: str) -> None:
    first = take(world, initiative())
    assert first.status is Status.CREATED
    assert take(world, initiative()).status is Status.UNCHANGED
    changed = take(world, initiative("Eetclub de Brug", "Koken"))
    assert (changed.status, changed.id) == (Status.CHANGED, first.id)
    take(world, need())
    assert titles(world, anna) == ["Eetclub de Brug", NEED]
    assert take(world, withdrawal("initiative", "i")).id == first.id
    assert titles(world, anna) == [NEED]
    again = take(world, withdrawal("initiative", "i"))
    assert again.problems == {"id": "is of nothing that was sent before"}


def test_a_member_who_is_sent_again_without_initiatives_keeps_them(world: World, anna: str) -> None:
    take(world, initiative())
    renamed = Submission(
        external_id="anna", member=SubmittedMember(name="Anna B", email="anna@wilgenhof.example")
    )
    assert take(world, renamed).status is Status.CHANGED
    assert titles(world, anna) == ["Eetclub"]


def test_what_names_nobody_is_refused(world: World) -> None:
    unknown = {"member": "must be the external_id of a member who was sent before"}
    assert take(world, need()).problems == unknown
    assert take(world, initiative()).problems == unknown
    assert take(world, withdrawal("need", "n")).problems == unknown
    nobody = Submission(external_id="i", initiative=SubmittedInitiative(title="x"))
    assert take(world, nobody).problems == {"member": "must not be empty"}


def test_an_initiative_needs_an_id(world: World, anna: str) -> None:
    assert anna
    assert take(world, initiative(external_id="")).problems == {"id": "must not be empty"}


def test_a_story_is_withdrawn_and_stays_so(world: World) -> None:
    sent = Submission(external_id="s", story=SubmittedStory(title="Samen eten", body="Elke week."))
    known = take(world, sent).id
    assert take(world, withdrawal("story", "s")).id == known
    assert world.last(f"story/{known}").state.withdrawn
    told = len(world.events())
    assert take(world, withdrawal("story", "s")).id == known
    assert len(world.events()) == told
    assert take(world, sent).problems == {"id": "was withdrawn or erased in Kring"}
