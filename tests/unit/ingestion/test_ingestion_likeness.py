"""Similar stories are named to whoever may see them, also after a restart."""

from dataclasses import replace

from harness.ingestion import World

from services.ingestion.adapters.minhash import MinHashSketcher
from services.ingestion.domain.outcome import Duplicate
from services.ingestion.usecases.analysis import Analyst

BODY = " ".join(
    f"Op avond {number} aten wij met {number * 3} buren uit de straat." for number in range(40)
)
STORY = {"id": "a", "title": "Samen eten", "body": BODY, "visibility": "programme"}


def test_the_same_text_is_named_and_kept(world: World) -> None:
    first = world.send_one("stories", STORY)
    second = world.send_one("stories", {**STORY, "id": "b", "title": "SAMEN ETEN!"})
    assert second.duplicates == (Duplicate(first.id, 1.0),)
    assert first.id != second.id


def test_nearly_the_same_text_is_named_with_how_much(world: World) -> None:
    first = world.send_one("stories", STORY)
    near = {**STORY, "id": "b", "body": BODY.replace("avond 7 ", "avond zeven ")}
    (duplicate,) = world.send_one("stories", near).duplicates
    assert duplicate.id == first.id
    assert 0.8 <= duplicate.similarity < 1


def test_likeness_outlives_a_restart(world: World) -> None:
    first = world.send_one("stories", STORY)
    world.analyst = Analyst(world.detector, MinHashSketcher())
    second = world.send_one("stories", {**STORY, "id": "b"})
    assert second.duplicates == (Duplicate(first.id, 1.0),)


def test_another_text_is_named_by_nobody(world: World) -> None:
    world.send_one("stories", STORY)
    other = {"id": "b", "title": "Schuldhulp", "body": "Wij openden een loket in de bibliotheek."}
    assert world.send_one("stories", other).duplicates == ()
    assert world.send_one("stories", {"id": "c", "title": "!!!"}).duplicates == ()


def test_a_story_that_the_reader_may_not_see_is_not_named(world: World) -> None:
    first = world.send_one("stories", STORY)
    there = world.coordinator("common-ground")
    copy = {**STORY, "programme": "common-ground"}
    assert world.send_one("stories", copy, reader=there).duplicates == ()
    here = replace(world.coordinator(), blocked=frozenset({"somebody"}))
    seen = world.send_one("stories", {**STORY, "id": "d"}, reader=here).duplicates
    assert [duplicate.id for duplicate in seen] == [first.id]


def test_a_changed_text_is_compared_anew(world: World) -> None:
    world.send_one("stories", STORY)
    world.send_one("stories", {**STORY, "body": "Nu iets heel anders, over de moestuin."})
    assert world.send_one("stories", {**STORY, "id": "b"}).duplicates == ()
