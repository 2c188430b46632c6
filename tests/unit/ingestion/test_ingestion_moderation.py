"""What may follow what in a case, and what hiding does to everything that shows a story."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from harness.ingestion import OPERATOR, World, open_keys
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.sql.vault.store import SqlVault
from libs.kernel.clock import ManualClock
from libs.kernel.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from libs.kernel.policy import Reader, Role
from libs.kernel.vocabulary import ReportReason
from services.ingestion.domain import moderation as rules
from services.ingestion.domain.erasure import Authored, Erasure
from services.ingestion.domain.moderation import Case, Decision, Report, Ruling, State
from services.ingestion.usecases import moderation
from services.ingestion.usecases.access import Expected
from services.ingestion.usecases.erasing import CarryThrough, EraseAgain
from services.ingestion.usecases.republish import Republish
from services.ingestion.usecases.sharing import ShareStory
from services.ingestion.usecases.stories import ListStories, ReadStory, StoryFilter

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHY = ReportReason.PERSONAL_DATA
FIRST, SECOND = (Reader("p", Role.COORDINATOR, member_id=one) for one in ("first", "second"))
ACTORS = st.sampled_from([FIRST, SECOND, Reader("", Role.OPERATOR)])
STEPS = st.lists(
    st.tuples(st.sampled_from([*Decision, "report", "appeal"]), ACTORS), min_size=1, max_size=12
)


def step(case: Case | None, what: str, who: Reader, number: int) -> Case | None:
    """Do one thing to a case, as a person would who reads the answer."""
    if what == "report":
        return rules.reported(case, Report("s", "r", WHY, "", NOW, number), "p")
    if case is None:
        return None
    if what == "appeal":
        return rules.appealed(case, f"words {number}", NOW)
    said = f"because {number}"
    return rules.decided(case, Decision(what), who, NOW, reason=WHY, explanation=said)


@given(STEPS)
def test_whatever_people_do_nobody_decides_the_appeal_against_their_own_hiding(
    steps: list[tuple[Any, Reader]],
) -> None:
    case, hidden_by, appeals = None, "", 0
    for number, (what, who) in enumerate(steps):
        before = case
        try:
            case = step(case, str(what), who, number)
        except (ConflictError, ForbiddenError):
            assert case == before
            continue
        if case is None or case == before:
            continue
        if case.state is State.HIDDEN:
            hidden_by, appeals = case.decided_by, 0
        if case.state is State.APPEALED:
            appeals += 1
        assert appeals <= 1, "once"
        if before is not None and before.state is State.APPEALED:
            assert case.state in {State.UPHELD, State.RESTORED}
            assert case.decided_by != hidden_by
        if case.state in {State.REPORTED, State.DISMISSED}:
            assert before is None or not before.is_hidden, "hidden until somebody restores it"


@given(st.sampled_from(State), ACTORS)
def test_what_is_offered_is_what_can_be_decided(state: State, who: Reader) -> None:
    case = Case("s", "p", state, NOW, decided_by="first")
    for decision in Decision:
        try:
            rules.decided(case, decision, who, NOW, reason=WHY, explanation="because")
        except (ConflictError, ForbiddenError):
            assert decision not in rules.possible(case, who)
        else:
            assert decision in rules.possible(case, who)


@given(st.sampled_from(State), st.none() | st.integers(1, 9))
def test_every_ruling_has_a_number_of_its_own_and_a_dismissal_is_none(
    state: State, number: int | None
) -> None:
    before = Ruling(State.HIDDEN, WHY, "because", number) if number else None
    after = rules.ruling_of(Case("s", "p", state, NOW), before)
    if state is State.DISMISSED:
        assert after == before
    else:
        assert after is not None
        assert after.number == (number or 0) + 1


@pytest.mark.parametrize(
    ("decision", "reason", "explanation", "missing"),
    [
        (Decision.HIDE, None, "because", {"reason"}),
        (Decision.HIDE, WHY, "", {"explanation"}),
        (Decision.HIDE, None, "", {"reason", "explanation"}),
        (Decision.UPHOLD, None, "", {"explanation"}),
        (Decision.RESTORE, None, "", {"explanation"}),
    ],
)
def test_the_author_always_reads_why(
    decision: Decision, reason: ReportReason | None, explanation: str, missing: set[str]
) -> None:
    case = Case("s", "p", State.REPORTED, NOW)
    with pytest.raises(InvalidError) as refused:
        rules.decided(case, decision, FIRST, NOW, reason=reason, explanation=explanation)
    assert set(refused.value.fields) == missing


class Desk:
    """A story of Anna's that Ben reports, and two coordinators."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.anna, self.ben = world.reader(world.join("anna")), world.reader(world.join("ben"))
        heads = [replace(world.coordinator(), member_id=world.join(name)) for name in ("co", "bo")]
        self.co, self.bo = heads
        record = {
            "id": "s", "title": "Samen eten", "visibility": "network", "owner": "anna",
            "contacts": ["anna", "ben"],
        }  # fmt: skip
        self.story = world.send_one("stories", record).id

    def report(self, who: Reader | None = None, words: str = "") -> None:
        moderation.ReportStory(self.world.registry)(self.story, who or self.ben, WHY, words)

    def decide(self, what: Decision, who: Reader, words: str = "Noem geen namen.") -> Case:
        decide = moderation.Decide(self.world.registry)
        return decide(self.story, what, who, Expected(), reason=WHY, explanation=words)

    def appeal(self, who: Reader | None = None) -> Case:
        return moderation.Appeal(self.world.registry)(self.story, who or self.anna, "Mag wel.")

    def hide(self) -> None:
        self.report()
        self.decide(Decision.HIDE, self.co)

    def cases(self, who: Reader, *, is_hidden: bool = False) -> list[moderation.ShownCase]:
        found = moderation.ListCases(self.world.registry)
        return list(found(who, is_hidden=is_hidden, limit=10, cursor="").items)

    def is_read_by(self, who: Reader) -> bool:
        try:
            ReadStory(self.world.registry)(self.story, who)
        except NotFoundError:
            return False
        return True

    def is_listed_for(self, who: Reader) -> bool:
        listed = ListStories(self.world.registry)(StoryFilter(), who, limit=10, cursor="")
        return bool(listed.items)

    def snapshot(self) -> Any:  # noqa: ANN401  # a protobuf message
        return self.world.last(f"story/{self.story}").state


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_coordinators_of_the_programme_see_reports_without_who_reported(desk: Desk) -> None:
    desk.report(words="Mijn buurvrouw staat erin.")
    (case,) = desk.cases(desk.co)
    assert [report.explanation for report in case.reports] == ["Mijn buurvrouw staat erin."]
    assert case.decisions == (Decision.DISMISS, Decision.HIDE)
    assert desk.cases(desk.world.coordinator("common-ground")) == []
    assert len(desk.cases(OPERATOR)) == 1


def test_the_same_members_next_report_replaces_the_one_that_waits(desk: Desk) -> None:
    desk.report(words="een")
    desk.report(words="twee")
    (case,) = desk.cases(desk.co)
    assert [report.explanation for report in case.reports] == ["twee"]


def test_what_is_hidden_only_its_author_and_the_moderators_read_and_nothing_lists(
    desk: Desk,
) -> None:
    world = desk.world
    others = [desk.ben, world.reader(world.join("cas", "common-ground"), "common-ground")]
    everybody = [desk.anna, desk.co, desk.bo, OPERATOR, *others]
    assert all(desk.is_read_by(who) and desk.is_listed_for(who) for who in everybody)

    desk.hide()

    assert [desk.is_read_by(who) for who in everybody] == [True, True, True, True, False, False]
    assert not any(desk.is_listed_for(who) for who in everybody)
    (own,) = moderation.ListOwnCases(world.registry)(desk.anna)
    assert (own.case.state, own.case.explanation) == (State.HIDDEN, "Noem geen namen.")
    assert moderation.ListOwnCases(world.registry)(desk.ben) == [], "a contact is no author"
    assert len(desk.cases(desk.bo, is_hidden=True)) == 1


def test_the_snapshot_says_so_and_older_readers_take_it_as_private(desk: Desk) -> None:
    desk.hide()
    told = desk.snapshot()
    assert told.hidden
    assert told.visibility == 3  # VISIBILITY_PRIVATE
    assert (told.ruling.outcome, told.ruling.reason, told.ruling.number) == (1, 1, 1)
    assert told.ruling.explanation == "Noem geen namen."


def test_other_programmes_are_told_that_it_is_withdrawn_until_it_is_restored(desk: Desk) -> None:
    world = desk.world

    def shared() -> list[bool]:
        before = len(world.events())
        with world.registry.database.write() as work:
            ShareStory(world.registry)(world.last(f"story/{desk.story}"), work)
        told = world.events()[before:]
        assert not any(event.state.HasField("ruling") for event in told)
        return [event.state.withdrawn for event in told]

    assert shared() == [False, False]
    desk.hide()
    assert shared() == [True, True]
    desk.decide(Decision.RESTORE, desk.co)
    assert shared() == [False, False]


def test_an_appeal_is_decided_by_somebody_else_and_restores_what_its_author_chose(
    desk: Desk,
) -> None:
    desk.hide()
    with pytest.raises(ForbiddenError, match="Only the author"):
        desk.appeal(desk.co)
    assert desk.appeal().state is State.APPEALED
    assert desk.appeal().state is State.APPEALED, "sent twice"
    (case,) = desk.cases(desk.co)
    assert case.decisions == ()
    with pytest.raises(ForbiddenError, match="somebody else"):
        desk.decide(Decision.UPHOLD, desk.co)
    assert desk.decide(Decision.RESTORE, desk.bo).state is State.RESTORED
    told = desk.snapshot()
    assert (told.hidden, told.visibility, told.ruling.outcome) == (False, 1, 3)
    assert desk.is_read_by(desk.ben)
    assert desk.cases(desk.co) == []


def test_after_an_appeal_that_is_upheld_there_is_no_second_one(desk: Desk) -> None:
    with pytest.raises(ConflictError, match="not hidden"):
        desk.appeal()
    desk.hide()
    desk.appeal()
    desk.decide(Decision.UPHOLD, desk.bo, "Er staan namen in.")
    with pytest.raises(ConflictError, match="no second one"):
        desk.appeal()
    assert not desk.is_read_by(desk.ben)
    assert desk.snapshot().ruling.number == 2


def test_a_dismissed_report_tells_nobody_and_comes_again_only_when_the_story_changed(
    desk: Desk,
) -> None:
    desk.report()
    before = len(desk.world.events(f"story/{desk.story}"))
    desk.decide(Decision.DISMISS, desk.co, "")
    assert len(desk.world.events(f"story/{desk.story}")) == before
    with pytest.raises(ConflictError, match="when it has changed"):
        desk.report()
    desk.report(desk.co)
    desk.decide(Decision.DISMISS, desk.bo, "")
    record = {"id": "s", "title": "Samen koken", "visibility": "network", "owner": "anna"}
    desk.world.send_one("stories", record)
    desk.report()
    assert len(desk.cases(desk.co)) == 1


def test_the_same_decision_sent_twice_has_one_effect_and_another_ones_is_a_conflict(
    desk: Desk,
) -> None:
    desk.hide()
    told = len(desk.world.events(f"story/{desk.story}"))
    assert desk.decide(Decision.HIDE, desk.co).state is State.HIDDEN
    assert len(desk.world.events(f"story/{desk.story}")) == told
    with pytest.raises(ConflictError, match="hidden now"):
        desk.decide(Decision.HIDE, desk.bo)


def test_nobody_reports_or_judges_an_own_story_and_nothing_is_decided_without_a_report(
    desk: Desk,
) -> None:
    with pytest.raises(ConflictError, match="your own story"):
        desk.report(desk.anna)
    with pytest.raises(ConflictError, match="Nobody reported"):
        desk.decide(Decision.HIDE, desk.co)
    with pytest.raises(ForbiddenError, match="sign in as one"):
        desk.report(desk.world.coordinator())
    desk.report()
    author = replace(desk.anna, role=Role.COORDINATOR)
    with pytest.raises(ForbiddenError, match="nobody about an own"):
        desk.decide(Decision.DISMISS, author)
    assert desk.cases(author)[0].decisions == ()
    with pytest.raises(ForbiddenError, match="sign in as a member"):
        moderation.ListOwnCases(desk.world.registry)(desk.world.coordinator())


def test_a_block_holds_for_moderators_too(desk: Desk) -> None:
    desk.report()
    blocked = replace(desk.co, blocked=frozenset({desk.anna.member_id}))
    assert desk.cases(blocked) == []
    with pytest.raises(NotFoundError):
        desk.decide(Decision.HIDE, blocked)


@pytest.mark.parametrize("words", ["\0", "a\ud800"])
def test_what_no_database_keeps_is_refused(desk: Desk, words: str) -> None:
    with pytest.raises(InvalidError):
        desk.report(words=words)
    with pytest.raises(InvalidError):
        moderation.Appeal(desk.world.registry)(desk.story, desk.anna, " ")


def test_hiding_outlives_changes_imports_and_publishing_again(desk: Desk, vault: SqlVault) -> None:
    desk.hide()
    record = {"id": "s", "title": "Samen koken", "visibility": "network", "owner": "anna"}
    desk.world.send_one("stories", record)
    assert desk.snapshot().title == "Samen koken"
    assert desk.snapshot().hidden
    registry = desk.world.registry
    again = EraseAgain(registry, CarryThrough(registry, vault))
    Republish(registry, again)(f"story/{desk.story}")
    assert desk.snapshot().hidden


def test_with_a_story_everything_that_was_said_about_it_goes(desk: Desk) -> None:
    desk.report()
    with desk.world.registry.database.write() as work:
        kept = desk.world.registry.stores.stories.get(work, desk.story)
        assert kept is not None
        desk.world.registry.withdraw_story(work, kept)
        assert desk.world.registry.stores.cases.get(work, desk.story) is None
        assert not desk.world.registry.stores.cases.open_reports(work, [desk.story])


@pytest.fixture
def vault(tmp_path: Path, clock: ManualClock) -> Iterator[SqlVault]:
    with closing(open_keys(tmp_path, clock)) as opened:
        yield opened


def erase(desk: Desk, vault: SqlVault, member: Reader, stories: Authored) -> None:
    registry = desk.world.registry
    erasure = Erasure(member.member_id, member.programme, stories, registry.clock.now())
    CarryThrough(registry, vault)(erasure)


def test_of_an_erased_author_the_hiding_stays_and_the_words_go(desk: Desk, vault: SqlVault) -> None:
    desk.hide()
    desk.appeal()
    erase(desk, vault, desk.anna, Authored.KEEP)
    told = desk.snapshot()
    assert told.hidden
    assert not told.HasField("ruling")
    (case,) = desk.cases(desk.bo)
    assert (case.case.explanation, case.case.appeal) == ("", "")
    assert desk.decide(Decision.RESTORE, desk.bo).state is State.RESTORED


def test_of_an_erased_reporter_or_moderator_no_trace_is_left(desk: Desk, vault: SqlVault) -> None:
    desk.hide()
    erase(desk, vault, desk.ben, Authored.WITHDRAW)
    erase(desk, vault, desk.co, Authored.WITHDRAW)
    with desk.world.registry.database.read() as work:
        cases = desk.world.registry.stores.cases
        assert cases.report_of(work, desk.story, desk.ben.member_id) is None
        case = cases.get(work, desk.story)
    assert case is not None
    assert case.decided_by == ""
