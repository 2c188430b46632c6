"""How slots are shared out."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.sqlite.groups import shares
from libs.ports.bus import Slot

TOPICS = st.frozensets(st.sampled_from("abc"), min_size=1)


@given(st.dictionaries(st.integers(1, 20), TOPICS, max_size=8), st.integers(1, 8))
def test_every_slot_goes_to_one_member_that_wants_its_topic(
    members: dict[int, frozenset[str]], partitions: int
) -> None:
    target = shares(members, partitions)

    wanted: set[str] = set().union(*members.values())
    assert target.keys() == {Slot(topic, place) for topic in wanted for place in range(partitions)}
    assert all(slot.topic in members[member] for slot, member in target.items())


@given(st.sets(st.integers(1, 20), min_size=1, max_size=8), TOPICS, st.integers(1, 8))
def test_members_of_the_same_topics_get_even_shares(
    members: set[int], topics: frozenset[str], partitions: int
) -> None:
    counts = Counter(shares(dict.fromkeys(members, topics), partitions).values())
    sizes = [counts[member] for member in members]

    assert max(sizes) - min(sizes) <= 1
