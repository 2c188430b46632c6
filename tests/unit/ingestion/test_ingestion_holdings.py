"""What the record tells members about themselves."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from harness.ingestion import World, open_world

from libs.kernel.clock import ManualClock
from libs.kernel.errors import NotFoundError
from libs.kernel.ids import Ids
from libs.kernel.vocabulary import CONSENT_TEXTS, Purpose, ReportReason
from services.ingestion.usecases.access import Expected
from services.ingestion.usecases.holdings import TellRecord
from services.ingestion.usecases.members import Block, ChangeMember
from services.ingestion.usecases.moderation import ReportStory

Things = Sequence[Mapping[str, object]]


@pytest.fixture
def world(tmp_path: Path, clock: ManualClock, ids: Ids) -> Iterator[World]:
    with open_world(tmp_path, clock, ids) as opened:
        yield opened


def told(world: World, member_id: str) -> dict[str, Things]:
    found = TellRecord(world.registry)(world.reader(member_id))
    return {each.kind: each.things for each in found}


def test_profile_and_work_are_told_whole(world: World) -> None:
    work = {"id": "w", "title": "Buurtsoep", "what": "Samen koken", "stage": 3}
    anna = world.join("Anna", phone="+31 6 1", region="Utrecht", initiatives=[work])
    found = told(world, anna)

    (profile,) = found["profile"]
    assert (profile["id"], profile["name"], profile["phone"]) == (anna, "Anna", "+31 6 1")
    assert profile["region"] == "Utrecht"
    assert profile["programme"] != anna
    (initiative,) = found["initiatives"]
    assert (initiative["title"], initiative["what"]) == ("Buurtsoep", "Samen koken")
    assert (initiative["sender_id"], initiative["stage"]) == ("w", 3)


def test_every_consent_is_told_with_its_words_and_who_gave_it(world: World) -> None:
    anna = world.join("Anna", consents=["mail"])
    change = ChangeMember(world.registry, world.detector)
    change(anna, {"consents": []}, world.reader(anna), Expected())
    given, taken = told(world, anna)["consents"]

    assert (given["purpose"], given["is_given"], given["by"]) == ("mail", True, "operator")
    assert (taken["is_given"], taken["by"]) == (False, "self")
    texts = CONSENT_TEXTS[Purpose.MAIL]
    assert given["words"] in {texts.nl, texts.en}


def test_of_others_stories_only_the_title_is_told_and_of_other_people_a_number(
    world: World,
) -> None:
    anna, bram = world.join("Anna"), world.join("Bram")
    world.send_one(
        "stories",
        {"id": "s", "title": "Soep", "body": "Wij kookten", "owner": "Anna", "contacts": ["Bram"]},
    )
    (own,) = told(world, anna)["stories"]
    (named,) = told(world, bram)["contact_of"]

    assert (own["title"], own["body"], own["other_contacts"]) == ("Soep", "Wij kookten", 1)
    assert bram not in str(own)
    assert named.keys() == {"id", "title", "published_at"}
    assert told(world, bram)["stories"] == []


def test_reports_and_rulings_are_told_to_each_their_own(world: World) -> None:
    anna, bram = world.join("Anna"), world.join("Bram")
    story = world.send_one("stories", {"id": "s", "title": "Soep", "owner": "Anna"}).id
    report = ReportStory(world.registry)
    report(story, world.reader(bram), ReportReason.HURTFUL, "Dit deed pijn")
    author, reporter = told(world, anna), told(world, bram)

    (ruling,) = author["rulings"]
    assert (ruling["title"], ruling["state"]) == ("Soep", "reported")
    assert bram not in str(author)
    assert "Dit deed pijn" not in str(author)
    assert author["reports"] == []
    (mine,) = reporter["reports"]
    assert (mine["story_id"], mine["report_reason"]) == (story, "hurtful")
    assert (mine["explanation"], mine["is_settled"]) == ("Dit deed pijn", False)
    assert reporter["rulings"] == []


def test_whom_one_blocked_is_told_and_not_who_blocked_one(world: World) -> None:
    anna, bram = world.join("Anna"), world.join("Bram")
    Block(world.registry)(anna, bram, world.reader(anna), is_blocked=True)

    assert told(world, anna)["blocked"] == [{"member_id": bram}]
    assert told(world, bram)["blocked"] == []


def test_a_member_who_is_not_there_is_told_as_such(world: World) -> None:
    with pytest.raises(NotFoundError):
        told(world, world.registry.ids.new())
