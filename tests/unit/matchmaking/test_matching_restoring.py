"""Slates and introductions from a backup go on above what was told since."""

from typing import Any

from harness.matchmaking import World, id_of, member
from harness.talk import Talk

from libs.contracts import topics
from libs.contracts.codec import source_of
from libs.contracts.envelope import Event
from libs.contracts.gen.kring.events.v1 import introductions_pb2 as introductions
from libs.contracts.gen.kring.events.v1 import matches_pb2 as matches
from libs.contracts.gen.kring.events.v1.sealed_pb2 import Sealed
from libs.contracts.topics import Topic
from libs.runtime.service import Restores
from services.matchmaking.adapters.sql import sql_store
from services.matchmaking.usecases.restoring import TOLD_AGE

FLOOR = 1_800_000_000_000
DAY = 86_400.0


def after(world: World) -> Restores:
    assert world.service.restores is not None
    return world.service.restores


def event(world: World, topic: Topic[Any], identity: str, state: Any) -> Event[Any]:  # noqa: ANN401  # a message
    return Event(
        topic=topic,
        id=identity,
        aggregate_id=identity,
        sequence=7,
        programme="p",
        source=source_of("matchmaking"),
        time=world.clock.now(),
        state=state,
    )


def slate(world: World, name: str, *people: str) -> Event[Any]:
    found = [matches.Recommendation(member_id=id_of(each)) for each in people]
    state = matches.Slate(member_id=id_of(name), recommendations=found)
    return event(world, topics.MATCHES, id_of(name), state)


def sequences(world: World, name: str) -> list[int]:
    return [
        one.sequence
        for one in world.published()
        if one.topic == topics.MATCHES and one.aggregate_id == id_of(name)
    ]


def test_the_same_slate_goes_out_again_above_the_log(world: World) -> None:
    world.feed(member("anna"), member("bram"))
    world.run()
    assert sequences(world, "anna") == [1]

    assert after(world).lift(FLOOR) == {"lifted": 2, "initiatives taken out of the index": 0}
    world.feed(member("anna"), member("bram"))
    world.run()

    assert sequences(world, "anna") == [1, FLOOR + 1]
    first, second = world.slates("anna")
    assert first.recommendations == second.recommendations


def test_a_slate_that_only_the_log_knows_is_begun_above_it(world: World) -> None:
    world.feed(member("anna"))
    heard = [slate(world, "anna"), slate(world, "bram", "anna"), slate(world, "gone")]
    after(world).hear(heard, FLOOR)
    after(world).hear(heard, FLOOR)

    assert {row.member_id for row in world.rows("slates")} == {id_of("anna"), id_of("bram")}
    world.feed(member("bram"))
    world.run()
    assert sequences(world, "anna") == [FLOOR + 1]


def test_whoever_is_told_as_gone_gets_an_empty_slate_above_the_log(world: World) -> None:
    after(world).hear([slate(world, "bram", "anna")], FLOOR)
    world.erase("bram")

    assert sequences(world, "bram") == [FLOOR + 1]
    assert not world.slates("bram")[-1].recommendations


def test_initiatives_that_nobody_here_has_leave_the_index(world: World) -> None:
    world.feed(member("anna"), member("carla"))
    with world.database.write() as work:
        sql_store().profiles.remove(work, [id_of("carla")])

    assert after(world).lift(FLOOR)["initiatives taken out of the index"] == 1
    assert world.index.sequences().keys() == {id_of("work of anna")}


def test_an_introduction_that_only_the_log_knows_is_closed_without_its_words(
    world: World,
) -> None:
    asked = introductions.Introduction(
        introduction_id="i",
        asker_id=id_of("anna"),
        asked_id=id_of("bram"),
        state=introductions.INTRODUCTION_STATE_ASKED,
        sealed=Sealed(member_ids=[id_of("anna")], nonce=b"n", ciphertext=b"c"),
    )
    met = introductions.Introduction()
    met.CopyFrom(asked)
    met.state = introductions.INTRODUCTION_STATE_INTRODUCED
    met.answered_at.GetCurrentTime()
    heard = [event(world, topics.INTRODUCTIONS, "i", state) for state in (asked, met)]

    assert after(world).hear(heard, FLOOR) == {"introductions closed": 1}
    assert after(world).hear(heard[:1], FLOOR) == {"introductions closed": 1}, "a later batch"
    first, *others = [one for one in world.published() if one.aggregate_id == "i"]
    assert first.sequence == FLOOR
    assert first.state.state == introductions.INTRODUCTION_STATE_CLOSED
    assert not first.state.HasField("sealed")
    assert all((each.sequence, each.state) == (FLOOR, first.state) for each in others)


def test_introductions_that_are_known_go_out_again_unless_they_ended_long_ago(
    talk: Talk, world: World
) -> None:
    talk.ask("anna", "bram")
    known = world.published()[-1]
    assert after(world).hear([known], FLOOR) == {"introductions closed": 0}
    after(world).lift(FLOOR)

    assert after(world).tell() == {"told anew": 1}
    again = world.published()[-1]
    assert (again.sequence, again.state) == (FLOOR + 1, known.state)
    world.clock.advance(TOLD_AGE + 15 * DAY)
    assert after(world).tell() == {"told anew": 0}
