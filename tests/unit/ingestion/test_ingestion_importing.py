"""Records from elsewhere: taken over, left as they are, or refused one by one."""

import json
from pathlib import Path

import pytest
from harness.ingestion import World

from libs.contracts.gen.kring.events.v1 import members_pb2 as people
from libs.contracts.gen.kring.events.v1.stories_pb2 import STORY_KIND_FAILURE
from libs.contracts.gen.kring.events.v1.vocabulary_pb2 import FLAG_STUCK, STAGE_TESTING
from libs.kernel.policy import Reader, Role
from services.ingestion.domain.outcome import Status

DATA = Path(__file__).parents[4] / "shared" / "data" / "practices"
SAMPLE = Path(__file__).parents[3] / "services" / "ingestion" / "sample"

ANNA: dict[str, object] = {
    "id": "anna",
    "name": "Anna de Vries",
    "kind": "practitioner",
    "email": "Anna@Wilgenhof.example",
    "phone": "+31 6 0000 0011",
    "organisation": {"name": "De Wilgenhof", "side": "system"},
    "languages": ["nl", "en"],
    "role": "ambassador",
    "wants": ["guide"],
    "visibility": "network",
    "consents": ["matching", "mail"],
    "initiatives": [
        {
            "id": "eten",
            "title": "Keukentafelavonden",
            "what": "Eens in de twee weken eten mantelzorgers samen in onze dagbehandeling.",
            "stage": 3,
            "flag": "stuck",
            "themes": ["dementia", "informal_care"],
            "updated": "2026-09-03",
        }
    ],
    "sample": True,
}
STORY: dict[str, object] = {
    "id": "avonden",
    "kind": "failure",
    "title": "Zes avonden aan de keukentafel",
    "body": "Wij begonnen in februari met acht mantelzorgers. Ze kwamen om half zes binnen, samen "
    "met degene voor wie ze zorgen. In de ene ruimte stond de tafel gedekt.",
    "contacts": ["anna"],
    "visibility": "network",
    "sample": True,
}


def test_a_member_is_told_whole(world: World) -> None:
    outcome = world.send_one("members", ANNA)
    assert (outcome.status, outcome.ignored, outcome.warnings) == (Status.CREATED, (), {})
    event = world.last(f"member/{outcome.id}")
    member = event.state
    assert (event.sequence, event.programme) == (1, world.programmes["samen-thuis"])
    assert member.contact.email == "anna@wilgenhof.example"
    assert (member.role, member.capacity) == (people.ROLE_AMBASSADOR, 4)
    assert member.organisation.side == people.SIDE_SYSTEM
    assert list(member.consents) == [people.PURPOSE_MATCHING, people.PURPOSE_MAIL]
    (initiative,) = member.initiatives
    assert (initiative.language, initiative.stage) == ("nl", STAGE_TESTING)
    assert (initiative.flag, initiative.updated_at.ToJsonString()) == (
        FLAG_STUCK,
        "2026-09-03T00:00:00Z",
    )


def test_a_story_finds_its_contacts_by_their_external_ids(world: World) -> None:
    anna = world.send_one("members", ANNA)
    outcome = world.send_one("stories", STORY)
    story = world.last(f"story/{outcome.id}").state
    assert (outcome.status, outcome.language) == (Status.CREATED, "nl")
    assert (story.kind, list(story.contact_ids)) == (STORY_KIND_FAILURE, [anna.id])
    assert (story.owner_id, story.published_at.ToJsonString()) == ("", "2026-11-22T09:00:00Z")


@pytest.mark.parametrize(("kind", "record"), [("members", ANNA), ("stories", STORY)])
def test_the_same_record_again_changes_and_tells_nothing(
    world: World, kind: str, record: dict[str, object]
) -> None:
    world.join("anna")
    first = world.send_one(kind, record)
    told = len(world.events())
    again = world.send_one(kind, dict(reversed(record.items())))
    assert (again.status, again.id, again.sequence) == (Status.UNCHANGED, first.id, first.sequence)
    assert len(world.events()) == told


def test_a_changed_record_gets_the_next_sequence(world: World) -> None:
    first = world.send_one("members", ANNA)
    second = world.send_one("members", {**ANNA, "region": "Achterhoek"})
    assert (second.status, second.id, second.sequence) == (Status.CHANGED, first.id, 2)
    before, after = world.events(f"member/{first.id}")
    assert after.state.initiatives[0] == before.state.initiatives[0]


def test_another_record_with_the_same_content_is_unchanged(world: World) -> None:
    world.send_one("members", ANNA)
    assert world.send_one("members", {**ANNA, "sample": False}).status is Status.UNCHANGED


def test_a_contact_who_comes_later_is_found_when_the_story_comes_again(world: World) -> None:
    first = world.send_one("stories", STORY)
    assert "contacts" in first.warnings
    anna = world.send_one("members", ANNA)
    again = world.send_one("stories", STORY)
    assert (again.status, again.warnings) == (Status.CHANGED, {})
    assert list(world.last(f"story/{again.id}").state.contact_ids) == [anna.id]
    assert world.send_one("stories", STORY).status is Status.UNCHANGED


def test_an_owner_is_a_member_by_external_id(world: World) -> None:
    anna = world.send_one("members", ANNA)
    outcome = world.send_one("stories", {**STORY, "owner": "anna"})
    assert world.last(f"story/{outcome.id}").state.owner_id == anna.id
    changed = world.send_one("stories", {**STORY, "title": "Zeven avonden"})
    assert world.last(f"story/{changed.id}").state.owner_id == anna.id


def test_one_bad_record_never_hurts_the_others(world: World) -> None:
    bad = [{**STORY, "id": "x", "title": ""}, "geen object", None, {"title": "zonder id"}]
    outcomes = world.send("stories", *bad, STORY)
    assert [outcome.status.value for outcome in outcomes] == ["refused"] * 4 + ["created"]
    assert [set(outcome.problems) for outcome in outcomes[:4]] == [
        {"title"},
        {"record"},
        {"record"},
        {"id"},
    ]
    assert len([event for event in world.events() if event.topic.aggregate == "story"]) == 1


def test_the_same_item_a_thousand_times_is_one_story(world: World) -> None:
    outcomes = [outcome for _ in range(10) for outcome in world.send("stories", *[STORY] * 100)]
    assert [outcome.status for outcome in outcomes].count(Status.CREATED) == 1
    assert len({outcome.id for outcome in outcomes}) == 1


def test_the_same_external_id_in_another_programme_is_another_thing(world: World) -> None:
    here = world.send_one("stories", STORY)
    there = world.send_one("stories", {**STORY, "programme": "common-ground"})
    assert here.id != there.id


def test_two_members_of_a_programme_cannot_share_an_address(world: World) -> None:
    world.send_one("members", ANNA)
    outcome = world.send_one("members", {**ANNA, "id": "other", "email": "anna@wilgenhof.example"})
    assert outcome.problems == {"email": "is in use"}
    elsewhere = world.send_one("members", {**ANNA, "programme": "common-ground"})
    assert elsewhere.status is Status.CREATED


def test_unknown_codes_and_fields_are_told_and_not_fatal(world: World) -> None:
    outcome = world.send_one("stories", {**STORY, "themes": ["debt", "xyz"], "source_themes": []})
    assert outcome.status is Status.CREATED
    assert outcome.ignored == ("source_themes",)
    assert {"themes", "contacts"} == set(outcome.warnings)


def test_personal_data_in_a_story_is_pointed_out(world: World) -> None:
    outcome = world.send_one("stories", {**STORY, "outcome": "Bel Anna op 06-12345678."})
    assert outcome.personal == {"outcome": ["phone"]}


def test_coordinators_import_into_their_own_programme_only(world: World) -> None:
    mine = world.coordinator()
    assert world.send_one("stories", STORY, programme="", reader=mine).status is Status.CREATED
    for programme in ("common-ground", "nowhere"):
        outcome = world.send_one("stories", {**STORY, "programme": programme}, reader=mine)
        assert set(outcome.problems) == {"programme"}
    nowhere = world.send_one("stories", STORY, programme="")
    assert set(nowhere.problems) == {"programme"}
    boss = world.send_one("members", {**ANNA, "role": "operator"}, reader=mine)
    assert boss.problems == {"role": "is not yours to give"}
    head = world.send_one("members", {**ANNA, "role": "coordinator"}, reader=mine)
    assert head.status is Status.CREATED


def test_members_do_not_import(world: World) -> None:
    reader = Reader(programme=world.programmes["samen-thuis"], role=Role.AMBASSADOR)
    assert "record" in world.send_one("stories", STORY, reader=reader).problems


def test_only_the_operator_opens_a_programme_by_import(world: World) -> None:
    new = {"id": "nieuw", "name": "Nieuw"}
    assert world.send_one("programmes", new, reader=world.coordinator()).status is Status.REFUSED
    changed = {"id": "samen-thuis", "name": "Samen Thuis!", "sample": True}
    mine = world.send_one("programmes", changed, reader=world.coordinator())
    assert (mine.status, mine.sequence, mine.ignored) == (Status.CHANGED, 2, ())
    theirs = {"id": "common-ground", "name": "Van mij"}
    assert world.send_one("programmes", theirs, reader=world.coordinator()).status is Status.REFUSED
    again = world.send_one("programmes", changed, reader=world.coordinator())
    assert again.status is Status.UNCHANGED


def test_an_organisation_without_any_text_becomes_a_member(world: World) -> None:
    record: dict[str, object] = {
        "id": "o2",
        "name": "IMI Barcelona",
        "type": None,
        "summary": "",
        "description": "",
        "country": None,
        "network_tags": [],
        "project_ids": [],
    }
    outcome = world.send_one("organisations", record)
    assert (outcome.status, outcome.ignored) == (Status.CREATED, ("project_ids",))
    member = world.last(f"member/{outcome.id}").state
    assert (member.contact.email, member.initiatives[0].title) == ("", "IMI Barcelona")
    assert world.send_one("organisations", record).status is Status.UNCHANGED


def test_the_sample_network_is_taken_over_without_a_word(world: World) -> None:
    for kind in ("programmes", "members", "stories"):
        lines = (SAMPLE / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
        outcomes = world.send(kind, *[json.loads(line) for line in lines[:100]])
        assert [each for each in outcomes if each.problems or each.ignored or each.warnings] == []


@pytest.mark.skipif(not DATA.exists(), reason="development data is not part of the project")
@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("stories", "participedia.jsonl"),
        ("stories", "participedia-methods.jsonl"),
        ("organisations", "dsi-organisations.jsonl"),
    ],
)
def test_published_collections_are_taken_over_whole(world: World, kind: str, file: str) -> None:
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines[:: max(1, len(lines) // 40)]]
    outcomes = world.send(kind, *records)
    assert [outcome.problems for outcome in outcomes if outcome.problems] == []
