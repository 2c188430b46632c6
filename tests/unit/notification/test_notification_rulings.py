"""An author is told what a moderator decided: once, in the own language, on page and by mail."""

from typing import Any

import pytest
from harness.notification import World, text_of

from libs.contracts import topics
from libs.contracts.gen.kring.events.v1 import stories_pb2 as tales
from libs.kernel.policy import Reader
from services.notification.adapters.members import SqlChoices, SqlMembers
from services.notification.adapters.sql import SqlNotifications
from services.notification.domain.preference import Kind
from services.notification.usecases.read import Entry, ListNotifications

HIDDEN = tales.Ruling(
    outcome=tales.RULING_OUTCOME_HIDDEN,
    reason=tales.REPORT_REASON_PERSONAL_DATA,
    explanation="Noem je buurvrouw | niet.",
    number=1,
)
UPHELD = tales.Ruling(
    outcome=tales.RULING_OUTCOME_UPHELD,
    reason=tales.REPORT_REASON_PERSONAL_DATA,
    explanation="Zij wil het niet.",
    number=2,
)
RESTORED = tales.Ruling(
    outcome=tales.RULING_OUTCOME_RESTORED, explanation="Zij vindt het goed.", number=2
)


def tell(world: World, ruling: tales.Ruling | None, **more: Any) -> None:  # noqa: ANN401  # fields
    state = tales.Story(story_id="s", owner_id="anna", title="Soep", ruling=ruling, **more)
    world.feed(topics.STORIES, "s", state)


def listed(world: World, language: str = "nl") -> list[Entry]:
    show = ListNotifications(world.database, SqlMembers(), SqlNotifications(), SqlChoices())
    reader = Reader("p", member_id="anna", language=language)
    return list(show(reader=reader, limit=10).entries)


def test_an_author_is_told_that_a_story_is_hidden_and_why(world: World) -> None:
    world.member("anna")
    tell(world, HIDDEN, hidden=True)
    world.tasks.run()
    (mail,) = world.mails()
    assert mail["Subject"] == "Er is iets besloten over je verhaal"
    for part in ("plain", "html"):
        text = text_of(mail, part)
        assert "Een coördinator heeft je verhaal verborgen" in text
        assert "Reden: er staan gegevens van iemand in." in text
        assert "“Noem je buurvrouw | niet.”" in text
        assert "https://kring.example/moderation/own" in text
        assert "Soep" not in text, "mailboxes show no more than they must"
    assert world.outcomes() == [("anna", "SENT")]
    (entry,) = listed(world)
    assert (entry.kind, entry.subject_id, entry.people) == (Kind.MODERATION, "s", ())
    assert entry.text.startswith("Een coördinator heeft je verhaal verborgen")
    assert "It holds somebody's personal data".lower() in listed(world, "en")[0].text


@pytest.mark.parametrize(
    ("languages", "ruling", "said"),
    [
        (["nl"], UPHELD, "Het blijft verborgen. Reden: er staan gegevens van iemand in."),
        (["nl"], RESTORED, "Je verhaal is weer te vinden. De coördinator schrijft: “Zij vindt"),
        (["en"], HIDDEN, "A coordinator hid your story: others do not find it any more."),
        (["en"], UPHELD, "It stays hidden."),
        (["en"], RESTORED, "Your story can be found again. The coordinator writes: “Zij vindt"),
    ],
)
def test_every_outcome_is_said_in_the_authors_language(
    world: World, languages: list[str], ruling: tales.Ruling, said: str
) -> None:
    world.member("anna", languages=languages)
    tell(world, ruling)
    world.tasks.run()
    assert all(said in text_of(world.mails()[0], part) for part in ("plain", "html"))


def test_the_same_ruling_again_is_no_news_and_the_next_one_is(world: World) -> None:
    world.member("anna")
    for ruling in (HIDDEN, HIDDEN, RESTORED, RESTORED):
        tell(world, ruling)
        world.run()
    assert len(world.mails()) == 2
    assert len(listed(world)) == 2


def test_a_snooze_does_not_keep_it_back_and_a_switch_does(world: World) -> None:
    world.member("anna", snoozed_until={"seconds": 4_000_000_000})
    tell(world, HIDDEN)
    world.run()
    assert world.outcomes() == [("anna", "SENT")]
    world.member("anna", consents=[])
    tell(world, RESTORED)
    world.run()
    assert world.outcomes()[1:] == [("anna", "SUPPRESSED")]


def test_of_a_story_without_a_ruling_or_one_that_is_gone_nobody_is_told(world: World) -> None:
    world.member("anna")
    tell(world, None)
    tell(world, tales.Ruling(outcome=99, explanation="of a newer release", number=3))  # type: ignore[arg-type]
    assert listed(world) == []
    tell(world, HIDDEN)
    world.feed(topics.STORIES, "s", tales.Story(withdrawn=True))
    world.run()
    assert listed(world) == []
    assert world.mails() == []
    assert all("buurvrouw" not in str(row) for row in world.rows("mention"))
