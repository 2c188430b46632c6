"""When the consumer stops instead of burying everything."""

from hypothesis import given
from hypothesis import strategies as st

from libs.ports.bus import Slot
from libs.runtime.limit import CONSECUTIVE, LEAST, SHARE, WINDOW, DeadLetterLimit

SLOT = Slot("kring.stories.v1", 0)
OTHER = Slot("kring.stories.v1", 1)


def counted(outcomes: str, slot: Slot = SLOT) -> DeadLetterLimit:
    limit = DeadLetterLimit()
    for outcome in outcomes:
        (limit.good if outcome == "+" else limit.bad)(slot)
    return limit


def test_nothing_seen_is_nothing_exceeded() -> None:
    assert DeadLetterLimit().exceeded() is None


def test_a_run_at_the_limit_is_allowed_and_one_more_is_not() -> None:
    assert counted("-" * CONSECUTIVE).exceeded() is None
    assert counted("-" * (CONSECUTIVE + 1)).exceeded() == SLOT


def test_one_good_record_ends_a_run() -> None:
    assert counted("-" * CONSECUTIVE + "+" + "-" * CONSECUTIVE).exceeded() is None


def test_runs_of_different_slots_do_not_add_up() -> None:
    limit = counted("-" * CONSECUTIVE)
    for _ in range(CONSECUTIVE):
        limit.bad(OTHER)

    assert limit.exceeded() is None


def test_a_share_over_five_percent_is_too_much() -> None:
    allowed = int(LEAST * SHARE)
    outcomes = ("+" * 19 + "-") * allowed

    assert counted(outcomes).exceeded() is None
    assert counted(outcomes + "-").exceeded() == SLOT


def test_the_share_counts_only_when_a_slot_has_seen_enough() -> None:
    assert counted("+-" * ((LEAST - 2) // 2)).exceeded() is None
    assert counted("+-" * (LEAST // 2)).exceeded() == SLOT


def test_what_is_long_ago_counts_no_more() -> None:
    assert counted(("+" * 3 + "-") * 90 + "+" * WINDOW).exceeded() is None


@given(st.lists(st.sampled_from("+-"), max_size=LEAST - 1))
def test_below_the_least_only_a_run_decides(outcomes: list[str]) -> None:
    text = "".join(outcomes)

    run_at_the_end = len(text) - len(text.rstrip("-"))

    assert (counted(text).exceeded() is not None) == (run_at_the_end > CONSECUTIVE)
