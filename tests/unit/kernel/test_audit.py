"""A chain of deeds: every way in which somebody may have changed it shows."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.audit import BEGIN, Deed, Entry, entry, fault

KEY = b"k" * 32
CHANGES: list[dict[str, Any]] = [
    {"at": 1.0},
    {"actor": "x"},
    {"role": "operator"},
    {"programme": "q"},
    {"action": "DELETE"},
    {"target": ""},
    {"outcome": 404},
]


def deed(number: int) -> Deed:
    return Deed(1000.0 + number, f"anna{number}", "member", "p", "GET /v1/x", f"b{number}", 200)


def chain(length: int, key: bytes = KEY) -> list[Entry]:
    entries: list[Entry] = []
    previous = BEGIN
    for number in range(1, length + 1):
        entries.append(entry(key, number, deed(number), previous))
        previous = entries[-1].digest
    return entries


lengths = st.integers(2, 12)


def test_a_chain_as_it_was_written_is_whole() -> None:
    assert fault(KEY, chain(7), {}) == fault(KEY, [], {}) == ""
    assert fault(KEY, chain(7), {3: chain(7)[2].digest, 7: chain(7)[6].digest}) == ""


@given(length=lengths, change=st.sampled_from(CHANGES), data=st.data())
def test_any_changed_field_shows(length: int, change: dict[str, Any], data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 1))
    entries[place] = replace(entries[place], deed=replace(entries[place].deed, **change))

    assert fault(KEY, entries, {}) == f"entry {place + 1} was changed"


@given(length=lengths, data=st.data())
def test_a_deleted_entry_shows_even_if_the_others_are_numbered_anew(
    length: int, data: st.DataObject
) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 2))
    del entries[place]
    assert f"entry {place + 1} is missing" in fault(KEY, entries, {})

    renumbered = [replace(each, sequence=number) for number, each in enumerate(entries, 1)]
    assert fault(KEY, renumbered, {})


@given(length=lengths, data=st.data())
def test_two_entries_in_the_other_order_show(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    place = data.draw(st.integers(0, length - 2))
    first, second = entries[place : place + 2]
    entries[place] = replace(second, sequence=first.sequence)
    entries[place + 1] = replace(first, sequence=second.sequence)

    assert fault(KEY, entries, {})


@given(length=lengths, data=st.data())
def test_a_cut_end_shows_by_an_anchor_and_only_so(length: int, data: st.DataObject) -> None:
    entries = chain(length)
    left = data.draw(st.integers(0, length - 1))
    anchors = {length: entries[-1].digest}

    assert fault(KEY, entries[:left], {}) == ""
    expected = f"the end is missing: it reached {length} and ends at {left}"
    assert fault(KEY, entries[:left], anchors) == expected


@given(length=lengths, data=st.data())
def test_a_chain_made_anew_without_the_key_shows(length: int, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, length - 1))
    forged = chain(length, b"another key")

    assert fault(KEY, [*chain(length)[:place], *forged[place:]], {})


def test_a_chain_made_anew_with_the_key_does_not_fit_its_anchor() -> None:
    anchors = {2: chain(3)[1].digest}
    shorter: list[Entry] = [entry(KEY, 1, deed(5), BEGIN)]
    shorter.append(entry(KEY, 2, deed(6), shorter[0].digest))

    assert fault(KEY, shorter, {}) == ""
    assert fault(KEY, shorter, anchors) == "entry 2 is not the one that its anchor names"


def test_an_entry_that_was_put_in_shows() -> None:
    entries = chain(3)
    entries[1] = entry(KEY, 2, deed(9), "elsewhere")

    assert "something was put in or moved" in fault(KEY, entries, {})
