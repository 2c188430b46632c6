"""What notification tells members about themselves."""

from collections.abc import Mapping, Sequence

from harness.notification import World

from libs.kernel.policy import Reader
from services.notification.adapters.members import SqlChoices, SqlMembers
from services.notification.adapters.sql import SqlDeliveries, SqlNotifications
from services.notification.domain.preference import Channel, Kind, Preferences
from services.notification.usecases.holdings import TellTold

Things = Sequence[Mapping[str, object]]


def told(world: World, who: str) -> dict[str, Things]:
    tell = TellTold(world.database, SqlMembers(), SqlNotifications(), SqlDeliveries(), SqlChoices())
    return {each.kind: each.things for each in tell(Reader("p", member_id=who, language="nl"))}


def people(world: World) -> None:
    for name in ("anna", "bram"):
        world.member(name)


def test_what_one_was_told_and_mailed_is_told_with_the_words(world: World) -> None:
    people(world)
    world.introduction("one", "ASKED")
    world.tasks.run()
    found = told(world, "bram")

    (notification,) = found["notifications"]
    assert notification["text"] == "Anna wil graag met je kennismaken."
    assert notification["people"] == [
        {"display_name": "Anna", "words": "Zullen we eens bellen over jullie buurtkamer?"}
    ]
    assert notification["read_at"] is None
    (mail,) = found["mails"]
    assert (mail["kind"], mail["state"], mail["attempts"]) == ("introduction_asked", "sent", 1)
    assert told(world, "anna")["notifications"] == []


def test_what_is_switched_off_is_told_all_the_same(world: World) -> None:
    people(world)
    world.introduction("one", "ASKED")
    off = Preferences().without(Kind.INTRODUCTION_ASKED, Channel.PAGE)
    with world.database.write() as work:
        SqlChoices().put(work, "bram", off)
    found = told(world, "bram")

    assert len(found["notifications"]) == 1
    assert {
        "kind": Kind.INTRODUCTION_ASKED,
        "page": False,
        "mail": True,
    } in found["preferences"]
    assert len(found["preferences"]) == len(Kind)


def test_who_blocked_one_or_was_erased_is_named_no_more(world: World) -> None:
    people(world)
    world.introduction("one", "ASKED")
    world.member("anna", blocked_ids=["bram"])
    (notification,) = told(world, "bram")["notifications"]

    assert notification["people"] == []
    assert notification["text"] == ""


def test_a_member_of_whom_nothing_is_known_was_told_nothing(world: World) -> None:
    found = told(world, "nobody")

    assert (found["notifications"], found["mails"]) == ([], [])
