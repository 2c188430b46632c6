"""What may be told, when, and in which words: pure rules."""

import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notification.domain.dedupe import (
    WINDOW_SECONDS,
    dedupe_key,
    introduction_fact,
    news,
    next_due,
    people_fact,
    window_of,
)
from services.notification.domain.preference import (
    Channel,
    Kind,
    Objection,
    Preferences,
    language_among,
    objection_to_mail,
)
from services.notification.domain.wording import one_line, page_text, together

kinds = st.sampled_from(Kind)
meeting = st.sampled_from([kind for kind in Kind if kind is not Kind.MODERATION])
"""The kinds that tell of people."""
channels = st.sampled_from(Channel)
switches = st.frozensets(st.tuples(kinds, channels)).map(Preferences)
ids = st.text("abcdef0123456789-", min_size=1, max_size=8)
times = st.floats(min_value=0, max_value=4e9)


@given(kinds, channels)
def test_everything_is_on_until_it_is_switched_off(kind: Kind, channel: Channel) -> None:
    assert Preferences().wants(kind, channel)


@given(switches, kinds, channels)
def test_switching_one_thing_off_changes_nothing_else(
    preferences: Preferences, kind: Kind, channel: Channel
) -> None:
    changed = preferences.without(kind, channel)
    assert not changed.wants(kind, channel)
    assert changed.off - {(kind, channel)} == preferences.off - {(kind, channel)}
    assert changed.without(kind, channel) == changed
    assert kind not in changed.kinds(channel)


def test_mail_about_introductions_must_arrive_and_about_recommendations_need_not() -> None:
    assert [kind.must_arrive for kind in Kind] == [False, True, True, True]


@given(kinds, switches, times, st.integers(min_value=0, max_value=9), times)
def test_a_mail_without_consent_never_leaves(
    kind: Kind, preferences: Preferences, snoozed_until: float, people: int, now: float
) -> None:
    objection = objection_to_mail(
        kind,
        preferences,
        has_consent=False,
        snoozed_until=snoozed_until,
        people=people,
        now=now,
    )
    assert objection is Objection.NO_CONSENT


@pytest.mark.parametrize(
    ("kind", "off", "snoozed_until", "people", "expected"),
    [
        (Kind.RECOMMENDATION, False, 0.0, 1, None),
        (Kind.RECOMMENDATION, True, 0.0, 1, Objection.SWITCHED_OFF),
        (Kind.RECOMMENDATION, False, 101.0, 1, Objection.SNOOZED),
        (Kind.RECOMMENDATION, False, 100.0, 1, None),
        (Kind.INTRODUCTION_ASKED, False, 101.0, 1, Objection.SNOOZED),
        (Kind.INTRODUCED, False, 101.0, 1, None),
        (Kind.INTRODUCED, False, 0.0, 0, Objection.NOTHING_TO_TELL),
    ],
)
def test_with_consent_the_other_reasons_count(
    kind: Kind, off: bool, snoozed_until: float, people: int, expected: Objection | None
) -> None:
    preferences = Preferences().without(kind, Channel.MAIL) if off else Preferences()
    objection = objection_to_mail(
        kind, preferences, has_consent=True, snoozed_until=snoozed_until, people=people, now=100.0
    )
    assert objection is expected


@given(st.lists(st.sampled_from(["nl", "nl-BE", "EN", "en-GB", "de", "fr-FR", ""])))
def test_the_language_is_always_one_we_write(languages: list[str]) -> None:
    found = language_among(languages)
    first = next((each[:2].lower() for each in languages if each[:2].lower() in {"nl", "en"}), "en")
    assert found == first


@given(ids, ids, kinds, st.sets(ids, max_size=4), st.sets(ids, max_size=4))
def test_the_same_fact_has_the_same_key_and_another_has_another(
    programme: str, recipient: str, kind: Kind, people: set[str], others: set[str]
) -> None:
    def key(of: Iterable[str]) -> str:
        return dedupe_key(programme, recipient, kind, people_fact(of))

    assert key(sorted(people)) == key(sorted(people, reverse=True))
    assert (key(people) == key(others)) == (people == others)


def test_every_part_of_a_key_counts() -> None:
    parts = [
        ("p", "r", Kind.INTRODUCED, "f", "1"),
        ("q", "r", Kind.INTRODUCED, "f", "1"),
        ("p", "s", Kind.INTRODUCED, "f", "1"),
        ("p", "r", Kind.INTRODUCTION_ASKED, "f", "1"),
        ("p", "r", Kind.INTRODUCED, "g", "1"),
        ("p", "r", Kind.INTRODUCED, "f", "2"),
    ]
    keys = {dedupe_key(*each) for each in parts}
    assert len(keys) == len(parts)
    assert all(len(key) == 64 for key in keys)
    assert introduction_fact("i", "asked") != introduction_fact("i", "introduced")


@given(st.lists(ids), st.frozensets(ids))
def test_news_is_who_was_not_told_of_once_each_and_in_order(
    people: list[str], told: frozenset[str]
) -> None:
    fresh = news(people, told)
    assert set(fresh) == set(people) - told
    assert len(fresh) == len(set(fresh))
    assert fresh == sorted(fresh, key=people.index)
    assert news(fresh, told | set(fresh)) == []


@given(st.none() | times, times)
def test_news_never_leaves_in_the_past_nor_within_a_window_of_the_last(
    last: float | None, now: float
) -> None:
    due = next_due(last, now)
    assert due >= now
    if last is None:
        assert due == now
    else:
        assert due >= last + WINDOW_SECONDS
        assert due in {now, last + WINDOW_SECONDS}


@given(times)
def test_two_mails_a_window_apart_are_in_different_windows(due: float) -> None:
    assert window_of(due) != window_of(due + WINDOW_SECONDS)


@given(st.text(max_size=200), st.integers(min_value=1, max_value=100))
def test_one_line_is_one_line_of_plain_characters(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    assert line.splitlines() in ([line], [])
    assert not {unicodedata.category(each) for each in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert one_line(line, most) == line


@pytest.mark.parametrize(
    "name", ["’t Hoen", "van der Meer-Núñez", "Ö", "李小龙", "O'Neill", "Anna (wijkteam)"]
)
def test_names_as_people_have_them_stay_as_they_are(name: str) -> None:
    assert one_line(name) == name


@pytest.mark.parametrize(
    ("names", "nl", "en"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        (["A", "B"], "A en B", "A and B"),
        (["A", "B", "C"], "A, B en C", "A, B and C"),
    ],
)
def test_names_are_joined_as_people_say_them(names: list[str], nl: str, en: str) -> None:
    assert together(names, "nl") == nl
    assert together(names, "en") == en


@given(
    meeting, st.lists(st.text(max_size=20), min_size=1, max_size=5), st.sampled_from(["nl", "en"])
)
def test_the_page_names_everybody_in_a_sentence(
    kind: Kind, names: list[str], language: str
) -> None:
    text = page_text(kind, names, language)
    assert all(one_line(name) in text for name in names)
    assert text.endswith(".")


@given(meeting)
def test_a_name_cannot_steer_the_sentence(kind: Kind) -> None:
    assert "{names}" in page_text(kind, ["{names}"], "nl")
    assert "{0.__class__}" in page_text(kind, ["{0.__class__}"], "en")
