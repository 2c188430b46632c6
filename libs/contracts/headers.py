"""The headers of a record as one value, for stores that keep records in a table."""

import json


def pack(headers: tuple[tuple[str, bytes], ...]) -> bytes:
    """Return the headers as bytes: order, repeated names and every byte are kept."""
    return json.dumps([[name, value.decode("latin-1")] for name, value in headers]).encode()


def unpack(packed: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return what was packed."""
    return tuple((name, value.encode("latin-1")) for name, value in json.loads(packed))
