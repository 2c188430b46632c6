"""Who did what to whom, as a chain: nothing in it can be changed without its being seen.

Each entry holds the digest of the one before, under HMAC-SHA256 (RFC 2104): whoever can write into
the table but has not the key can make no entry that fits. A cut end shows by an anchor, the digest
of a former last entry that was kept elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass

BEGIN = ""
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed; people are named by opaque ids."""

    at: float
    """Unix seconds."""
    actor: str
    """The id of a member, or empty for a key."""
    role: str
    programme: str
    action: str
    """Method and path, with ``{id}`` for ids."""
    target: str
    """Whom or what it was done to: the first id in the path, or the actor."""
    outcome: int
    """The status it was answered with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A deed in its place."""

    sequence: int
    deed: Deed
    previous: str
    digest: str


def entry(key: bytes, sequence: int, deed: Deed, previous: str) -> Entry:
    """Return the entry of a deed behind another one."""
    at, *rest = astuple(deed)
    content = json.dumps([sequence, previous, float(at), *rest], separators=(",", ":")).encode()
    digest = hmac.new(key, content, hashlib.sha256).hexdigest()
    return Entry(sequence, deed, previous, digest)


def fault(key: bytes, entries: Iterable[Entry], anchors: Mapping[int, str]) -> str:
    """Return what is wrong with a whole chain and where first, or an empty text.

    ``anchors`` are digests by sequence that were kept elsewhere.
    """
    last, previous = 0, BEGIN
    for each in entries:
        if each.sequence != last + 1:
            return f"entry {last + 1} is missing: after {last} comes {each.sequence}"
        if each.previous != previous:
            return f"entry {each.sequence} does not follow {last}: something was put in or moved"
        if not hmac.compare_digest(entry(key, last + 1, each.deed, previous).digest, each.digest):
            return f"entry {each.sequence} was changed"
        if anchors.get(each.sequence, each.digest) != each.digest:
            return f"entry {each.sequence} is not the one that its anchor names"
        last, previous = each.sequence, each.digest
    beyond = max(anchors, default=0)
    return f"the end is missing: it reached {beyond} and ends at {last}" if beyond > last else ""
