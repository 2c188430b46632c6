"""What matchmaking tells members about themselves: all of it, and little of others."""

from collections.abc import Mapping, Sequence

from harness.matchmaking import id_of, reader
from harness.talk import QUESTION, Talk

from libs.contracts.gen.kring.events.v1 import members_pb2 as members
from services.matchmaking.domain.introduction import Answer
from services.matchmaking.usecases.holdings import TellMeetings
from services.matchmaking.usecases.suggest import Suggest

Things = Sequence[Mapping[str, object]]


def told(talk: Talk, who: str) -> dict[str, Things]:
    suggest = Suggest(talk.desk.store, talk.desk.database, talk.desk.clock)
    return {each.kind: each.things for each in TellMeetings(talk.desk, suggest)(reader(who))}


def test_both_are_told_what_was_asked_and_neither_how_to_reach_the_other(talk: Talk) -> None:
    talk.reply(talk.ask("anna", "bram"), "bram")
    (asker,), (asked,) = told(talk, "anna")["introductions"], told(talk, "bram")["introductions"]

    assert (asker["role"], asked["role"]) == ("asker", "asked")
    assert (asker["display_name"], asked["display_name"]) == ("Bram", "Anna")
    assert asker["message"] == asked["message"] == QUESTION
    assert asker["state"] == "introduced"
    assert "example.org" not in str([asker, asked])
    assert "de Vries" not in str([asker, asked])
    assert told(talk, "cas")["introductions"] == []


def test_behind_a_block_only_the_own_words_stay(talk: Talk) -> None:
    talk.reply(talk.ask("anna", "bram"), "bram")
    talk.world.member("bram", blocked_ids=[id_of("anna")])
    (asker,), (asked,) = told(talk, "anna")["introductions"], told(talk, "bram")["introductions"]

    assert asker["message"] == QUESTION
    assert asked["message"] == ""
    assert "display_name" not in asker
    assert "display_name" not in asked


def test_a_refusal_is_told_to_whom_it_was_theirs_alone(talk: Talk) -> None:
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.PAUSE)
    asker, asked = told(talk, "anna"), told(talk, "bram")

    assert asker["introductions"][0]["state"] == "asked"
    assert asker["introductions"][0]["answered_at"] is None
    assert asked["introductions"][0]["state"] == "closed"
    assert asker["pauses"] == []
    assert len(asked["pauses"]) == 1


def test_whom_one_blocked_is_told_and_not_who_blocked_one(talk: Talk) -> None:
    talk.reply(talk.ask("anna", "bram"), "bram", Answer.BLOCK)

    assert told(talk, "bram")["kept_apart"] == [{"member_id": id_of("anna")}]
    assert told(talk, "anna")["kept_apart"] == []


def test_showings_tell_whom_one_saw_and_only_when_one_was_seen(talk: Talk) -> None:
    talk.world.run()
    suggest = Suggest(talk.desk.store, talk.desk.database, talk.desk.clock)
    seen = [each.other.display_name for each in suggest(reader=reader("anna"))]
    assert seen
    mine, theirs = told(talk, "anna"), told(talk, seen[0].lower())

    assert sorted(str(each["display_name"]) for each in mine["shown_to_you"]) == sorted(seen)
    assert [str(each["display_name"]) for each in mine["recommendations"]] == seen
    assert all(each["reason"] for each in mine["recommendations"])
    assert len(theirs["shown_to_others"]) == 1
    assert theirs["shown_to_others"][0].keys() == {"at"}


def test_telling_shows_nobody(talk: Talk) -> None:
    talk.world.run()
    assert told(talk, "anna")["recommendations"]

    assert told(talk, "anna")["shown_to_you"] == []


def test_somebody_unknown_here_has_nothing_here(talk: Talk) -> None:
    talk.world.member("dora", visibility=0, consents=[members.PURPOSE_MAIL])

    assert set(map(len, told(talk, "dora").values())) == {0}
