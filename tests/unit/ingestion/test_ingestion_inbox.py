"""What other programmes send: proved, taken once as an import is, and answered."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from harness.ingestion import World
from harness.programme import Programme, story

from libs.contracts import topics
from libs.contracts.codec import decode
from libs.contracts.envelope import Record
from libs.contracts.gen.kring.events.v1 import receipts_pb2 as answers
from libs.kernel.clock import ManualClock
from libs.kernel.errors import ConflictError, ForbiddenError, ForgedError, NotFoundError
from libs.kernel.policy import Reader, Role
from services.ingestion.domain.inbox import FRESH, KEPT, MOST_KEYS
from services.ingestion.events import OnSubmission
from services.ingestion.usecases.inbox import Inbox
from services.ingestion.usecases.inbox_keys import EndInboxKey, ListInboxKeys, MakeInboxKey

SLUG = "samen-thuis"
MEMBER = {
    "external_id": "anna",
    "member": {
        "name": "Anna",
        "email": "anna@wilgenhof.example",
        "organisation": "De Wilgenhof",
        "side": "system",
        "initiatives": [{"external_id": "x", "title": "Samen eten", "stage": 3}],
    },
}


@pytest.fixture
def inbox(world: World) -> Inbox:
    return world.inbox


@pytest.fixture
def sender(world: World) -> Programme:
    return world.sender(SLUG)


def arrive(inbox: Inbox, record: Record) -> None:
    event: Any = decode(record)
    with inbox.registry.database.write() as work:
        OnSubmission(inbox)(event, work)


def receipts(world: World, slug: str = SLUG, kind: str = "") -> list[answers.Receipt]:
    own = topics.RECEIPTS.of(world.programmes[slug])
    told = [event.state for event in world.events() if event.topic == own]
    return [receipt for receipt in told if (receipt.kind == "key") == (kind == "key")]


def answer(world: World, record: Record) -> answers.Receipt:
    """Return the one receipt that a record gets."""
    before = len(receipts(world))
    arrive(world.inbox, record)
    (receipt,) = receipts(world)[before:]
    return receipt


def problems(receipt: answers.Receipt) -> dict[str, str]:
    assert receipt.verdict == answers.VERDICT_REFUSED
    assert receipt.advice
    assert not receipt.id
    return {remark.field: remark.text for remark in receipt.problems}


def test_a_story_is_taken_over_and_told_and_answered(world: World, sender: Programme) -> None:
    receipt = answer(world, sender.record(story("s-1", mood="good"), "event-1"))
    told, _ = world.events()[-2:]
    assert told.topic == topics.STORIES
    assert told.state.title == "Samen eten s-1"
    assert (receipt.submission_id, receipt.external_id) == ("event-1", "s-1")
    assert (receipt.verdict, receipt.change) == (answers.VERDICT_ACCEPTED, answers.CHANGE_CREATED)
    assert (receipt.kind, receipt.id) == ("story", told.state.story_id)
    assert list(receipt.ignored) == ["story.mood"]
    assert not receipt.problems
    assert not receipt.advice


def test_a_member_and_a_story_that_names_them_belong_together(
    world: World, sender: Programme
) -> None:
    member = answer(world, sender.record(MEMBER))
    told = answer(world, sender.record(story("s", contacts=["anna"])))
    assert world.last(f"member/{member.id}").state.initiatives[0].stage == 3
    assert list(world.last(f"story/{told.id}").state.contact_ids) == [member.id]


def test_a_programme_may_be_named_by_its_id(world: World, sender: Programme) -> None:
    sender.reference = world.programmes[SLUG]
    assert answer(world, sender.record(story("s"))).verdict == answers.VERDICT_ACCEPTED


def test_the_same_event_again_changes_and_tells_nothing(world: World, sender: Programme) -> None:
    record = sender.record(story("s"), "event-1")
    arrive(world.inbox, record)
    told = len(world.events())
    arrive(world.inbox, record)
    assert len(world.events()) == told


def test_the_same_thing_as_a_new_event_is_unchanged_or_changed(
    world: World, sender: Programme
) -> None:
    first = answer(world, sender.record(story("s")))
    same = answer(world, sender.record(story("s")))
    other = answer(world, sender.record(story("s", title="Samen koken")))
    assert {first.id, same.id, other.id} == {first.id}
    assert (same.change, other.change) == (answers.CHANGE_UNCHANGED, answers.CHANGE_CHANGED)


def test_an_event_id_stands_for_one_thing(world: World, sender: Programme) -> None:
    arrive(world.inbox, sender.record(story("s"), "event-1"))
    receipt = answer(world, sender.record(story("t"), "event-1"))
    assert "an id of its own" in problems(receipt)["ce_id"]


def test_two_programmes_may_use_the_same_event_id(world: World, sender: Programme) -> None:
    other = world.sender("common-ground")
    arrive(world.inbox, sender.record(story("s"), "event-1"))
    arrive(world.inbox, other.record(story("s"), "event-1"))
    (theirs,) = receipts(world, "common-ground")
    assert theirs.verdict == answers.VERDICT_ACCEPTED
    assert theirs.id != receipts(world)[0].id


@pytest.mark.parametrize(
    ("submission", "field", "why"),
    [
        ({"external_id": "x"}, "data", "must hold one of story, member"),
        ({"external_id": "x", "story": {}}, "title", "must not be empty"),
        ({"story": {"title": "x"}}, "external_id", "must not be empty"),
        ({"external_id": "x", "member": {"name": "x"}}, "email", "must not be empty"),
        (story("x", kind="tale"), "kind", "must be one of"),
        (story("x", stage=9), "stage", "from 1 to 7"),
        (story("x", visibility="all"), "visibility", "must be one of"),
        (story("x", url="javascript:alert(1)"), "url", "must"),
        (story("x", year=1), "year", "must be a whole number"),
        (story("x", title="y" * 500), "title", "at most"),
        (story("x", year="last year"), "data", "no Submission"),
        (b"{", "data", "no Submission"),
        (b"[]", "data", "not an object"),
        ({"external_id": "x", "need": {"member": "anna"}}, "text", "must not be empty"),
        ({"external_id": "x", "need": {"member": "z", "text": "Help"}}, "member", "sent before"),
        ({"external_id": "x", "initiative": {"member": "z"}}, "title", "must not be empty"),
        ({"external_id": "x", "withdrawal": {"kind": "story"}}, "external_id", "sent before"),
        ({"external_id": "x", "withdrawal": {"kind": "member"}}, "kind", "one of story"),
    ],
)
def test_what_is_refused_says_what_to_mend(
    world: World, sender: Programme, submission: object, field: str, why: str
) -> None:
    receipt = answer(world, sender.record(submission))
    assert why in problems(receipt)[field]
    assert not [event for event in world.events() if event.topic == topics.STORIES]


def test_a_submission_that_was_refused_stays_so_and_its_mended_form_is_a_new_event(
    world: World, sender: Programme
) -> None:
    assert answer(world, sender.record(story("s", title=""))).verdict == answers.VERDICT_REFUSED
    assert answer(world, sender.record(story("s"))).verdict == answers.VERDICT_ACCEPTED


def test_a_story_like_another_is_taken_and_both_are_named(world: World, sender: Programme) -> None:
    body = "Wij koken elke dinsdag met de buurt in het dorpshuis en eten aan lange tafels."
    first = answer(world, sender.record(story("a", title="Samen eten", body=body)))
    second = answer(
        world, sender.record(story("b", title="Samen eten", body=f"{body} Mail j@x.nl"))
    )
    assert [other.story_id for other in second.duplicates] == [first.id]
    assert any("personal data" in remark.text for remark in second.warnings)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"ce_programme": "nergens"}, "programme that there is not"),
        ({"ce_programme": "common-ground"}, "no inbox key of the programme"),
        ({"webhook-signature": None}, "not signed: the header webhook-signature is missing"),
        ({"webhook-signature": "v1,AAAA"}, "no inbox key of the programme"),
        ({"webhook-timestamp": "1"}, "no inbox key of the programme"),
        ({"webhook-id": "other"}, "no inbox key of the programme"),
        ({"ce_id": "other"}, "differ"),
    ],
)
def test_what_is_not_proved_is_forged_and_nobody_is_told(
    world: World, sender: Programme, changed: dict[str, str | None], why: str
) -> None:
    told = len(world.events())
    with pytest.raises(ForgedError, match=why):
        arrive(world.inbox, sender.record(story("s"), changed=changed))
    assert len(world.events()) == told


def test_another_payload_under_a_good_signature_is_forged(world: World, sender: Programme) -> None:
    record = replace(sender.record(story("s")), value=b'{"external_id": "s"}')
    with pytest.raises(ForgedError, match="no inbox key"):
        arrive(world.inbox, record)


def test_a_programme_that_lost_its_key_is_told_so_and_nothing_is_taken(
    world: World, sender: Programme
) -> None:
    (key,) = ListInboxKeys(world.registry)("", world.coordinator())
    EndInboxKey(world.registry)(key.id, world.coordinator())
    receipt = answer(world, sender.record(story("s")))
    assert "was ended" in problems(receipt)["signature"]
    assert "new inbox key" in receipt.advice
    news = [(told.id, told.change) for told in receipts(world, kind="key")]
    assert news == [(key.id, answers.CHANGE_CREATED), (key.id, answers.CHANGE_WITHDRAWN)]


@pytest.mark.parametrize("late", [KEPT + timedelta(seconds=1), -FRESH - timedelta(seconds=1)])
def test_a_signature_holds_for_a_month_and_not_from_the_future(
    world: World, sender: Programme, late: timedelta
) -> None:
    sender.now -= late.total_seconds()
    assert "too long ago" in problems(answer(world, sender.record(story("s"))))["signature"]


def test_what_was_answered_is_known_longer_than_its_signature_holds(
    world: World, sender: Programme
) -> None:
    record = sender.record(story("s"))
    clock = cast("ManualClock", world.registry.clock)
    arrive(world.inbox, record)
    clock.advance(KEPT.total_seconds())
    world.inbox.forget()
    told = len(world.events())
    arrive(world.inbox, record)
    assert len(world.events()) == told
    clock.advance(timedelta(days=2).total_seconds())
    world.inbox.forget()
    assert "too long ago" in problems(answer(world, record))["signature"]


def test_two_keys_hold_while_they_are_exchanged(world: World, sender: Programme) -> None:
    newer = world.sender(SLUG)
    assert newer.secret != sender.secret
    for each in (sender, newer):
        receipt = answer(world, each.record(story("s")))
        assert receipt.verdict == answers.VERDICT_ACCEPTED


def test_keys_belong_to_a_programme_and_are_few(world: World) -> None:
    make, end = MakeInboxKey(world.registry, b"master"), EndInboxKey(world.registry)
    head = world.coordinator()
    keys = [make(f"key {number}", "", head)[0] for number in range(MOST_KEYS)]
    with pytest.raises(ConflictError, match="end one of them"):
        make("one more", "", head)
    stranger = world.coordinator("common-ground")
    with pytest.raises(ForbiddenError):
        make("theirs", SLUG, stranger)
    with pytest.raises(NotFoundError):
        end(keys[0].id, stranger)
    end(keys[0].id, Reader(programme="", role=Role.OPERATOR))
    with pytest.raises(NotFoundError):
        end(keys[0].id, head)
    make("one more", SLUG, head)
    shown = ListInboxKeys(world.registry)("", head)
    assert [key.ended_at is None for key in shown] == [True] * MOST_KEYS + [False]
