"""Headers as one value."""

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts import headers


@given(st.lists(st.tuples(st.text(), st.binary())).map(tuple))
def test_what_was_packed_is_unpacked_byte_for_byte(
    given_headers: tuple[tuple[str, bytes], ...],
) -> None:
    assert headers.unpack(headers.pack(given_headers)) == given_headers


def test_null_values_and_no_headers_at_all_are_empty_ones() -> None:
    assert headers.whole(None) == ()
    assert headers.whole([("a", b"1"), ("b", None)]) == (("a", b"1"), ("b", b""))
    assert headers.whole([("a", b"1"), ("a", b"2")]) == (("a", b"1"), ("a", b"2"))
