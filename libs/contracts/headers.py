"""The headers of a record: as logs give them, and as one value for stores that keep a table."""

import json
from collections.abc import Sequence
from operator import itemgetter

_value = itemgetter(1)


def pack(headers: tuple[tuple[str, bytes], ...]) -> bytes:
    """Return the headers as bytes: order, repeated names and every byte are kept."""
    return json.dumps([[name, value.decode("latin-1")] for name, value in headers]).encode()


def unpack(packed: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return what was packed."""
    return tuple((name, value.encode("latin-1")) for name, value in json.loads(packed))


def whole(given: Sequence[tuple[str, bytes | None]] | None) -> tuple[tuple[str, bytes], ...]:
    """Return what a log gave as headers; none at all, and null values, are empty ones."""
    if not given:
        return ()
    if None in map(_value, given):
        return tuple((name, value or b"") for name, value in given)
    return tuple(given)  # type: ignore[arg-type]  # no value is None, as was just seen
